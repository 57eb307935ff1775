package incident

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// Step is a step on the way of a report.
type Step string

// The steps. Check may be left out where there is no time for it: whoever approves is
// then the second pair of eyes.
const (
	Check    Step = "check"
	Approve  Step = "approve"
	SendBack Step = "return"
	Submit   Step = "submit"
	Withdraw Step = "withdraw"
)

// Rule is what a step wants and does.
type Rule struct {
	From   []ReportState
	To     ReportState
	Action string // that policies decide on
	Reason bool   // a reason must be given
}

// Rules are the steps of the way.
var Rules = map[Step]Rule{
	Check:    {[]ReportState{Draft}, Checked, "incident.check", false},
	Approve:  {[]ReportState{Draft, Checked}, Approved, "incident.approve", false},
	SendBack: {[]ReportState{Checked, Approved}, Draft, "incident.write", true},
	Submit:   {[]ReportState{Approved}, Submitted, "incident.submit", false},
	Withdraw: {[]ReportState{Draft, Checked, Approved, Submitted, Accepted}, Withdrawn, "incident.manage", true},
}

// MayStep reports whether the actor may take a step with a report of an incident.
func (s *Store) MayStep(a authz.Actor, i Incident, r Report, step Step) bool {
	rule := Rules[step]
	for _, from := range rule.From {
		if from == r.State {
			return s.may.May(a, rule.Action, i.thing(r.authors()...))
		}
	}
	return false
}

// authors are the persons who may not approve the report any more.
func (r Report) authors() []string {
	out := []string{r.DraftedBy}
	if r.CheckedBy != "" {
		out = append(out, r.CheckedBy)
	}
	return out
}

// Dispatch is what goes with a step: the reason, and of a report that goes by another way
// when it was submitted there and under which number.
type Dispatch struct{ Reason, When, Reference string }

// Do takes a step with a report. Errors: Conflict when the report stands elsewhere,
// Forbidden with the reason, Invalid when a reason is missing.
func (s *Store) Do(ctx context.Context, a authz.Actor, id, report string, step Step, d Dispatch) error {
	rule, ok := Rules[step]
	if !ok {
		return errs.New(errs.NotFound, "incident: no step %s", step)
	}
	if rule.Reason && strings.TrimSpace(d.Reason) == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.read", func(tx *db.Tx, i *Incident, _ string) error {
		sh, err := s.sheet(ctx, tx, *i, time.Time{})
		if err != nil {
			return err
		}
		r, err := sh.Report(report)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, rule.Action, i.thing(r.authors()...))
		if err != nil {
			return err
		}
		was, allowed := r.State, false
		for _, from := range rule.From {
			allowed = allowed || from == was
		}
		if !allowed {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.report-elsewhere", "state", i18n.Both("incident.report."+string(was))))
		}
		if err := s.apply(ctx, tx, a, i, sh, &r, step, d); err != nil {
			return err
		}
		if err := s.keepReport(ctx, tx, r, was); err != nil {
			return err
		}
		return s.stepped(ctx, tx, a, i, &r, was, step, basis)
	})
}

// apply changes the report as a step does.
func (s *Store) apply(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, sh *Sheet, r *Report, step Step, d Dispatch) error {
	if step == Check || step == Approve && r.State == Draft {
		if err := s.freeze(ctx, tx, sh, r); err != nil {
			return err
		}
	}
	r.State = Rules[step].To
	switch step {
	case Check:
		r.CheckedBy = a.Person
	case Approve:
		r.ApprovedBy = a.Person
	case SendBack:
		r.CheckedBy, r.ApprovedBy, r.Doc, r.SHA256, r.KnownAt = "", "", "", "", 0
	case Submit:
		r.SubmittedBy, r.SubmittedAt = a.Person, s.micros()
		if r.Manner == Outside {
			var err error
			if r.SubmittedAt, err = s.moment(i, d.When); err != nil {
				return err
			}
			d.Reason = d.Reference
		}
	}
	r.Reason = strings.TrimSpace(d.Reason)
	return nil
}

// freeze makes what is known now the content of a report.
func (s *Store) freeze(ctx context.Context, tx *db.Tx, sh *Sheet, r *Report) error {
	o, err := s.orgs.OrganisationIn(ctx, tx, sh.Tenant)
	if err != nil {
		return err
	}
	c, err := s.Content(sh, *r, o.Name())
	if err != nil {
		return err
	}
	doc, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r.Doc, r.SHA256, r.KnownAt = string(doc), ledger.HashPayload(doc), stored(sh.At)
	return nil
}

func (s *Store) keepReport(ctx context.Context, tx *db.Tx, r Report, was ReportState) error {
	n, err := tx.Exec(ctx, `update incident_report set state = :state, known_at = :known_at, doc = :doc, sha256 = :sha256, checked_by = :checked_by, approved_by = :approved_by,
		submitted_by = :submitted_by, submitted_at = :submitted_at, reason = :reason, version = version + 1
		where tenant = :tenant and incident = :incident and id = :id and state = :was`, struct {
		Report
		Was ReportState `db:"was"`
	}{r, was})
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.report-elsewhere", "state", i18n.Both("incident.report."+string(was))))
	}
	return err
}

// stepped ends a step: the log, who has to know, the recipient's rows, the ledger.
func (s *Store) stepped(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, r *Report, was ReportState, step Step, basis string) error {
	stage := stageTitle(s.book.Rules.Stage(r.Stage))
	text := i18n.Both("incident.log.step-"+string(step), "stage", stage, "recipient", r.To())
	if err := s.note(ctx, tx, a, i, Entry{Kind: "report", BodyJA: text.JA, BodyEN: text.EN, Reason: r.Reason, KnownAt: r.KnownAt}); err != nil {
		return err
	}
	if role, ok := map[Step]authz.Role{Check: authz.Approver, Approve: authz.Respondent, SendBack: authz.Respondent}[step]; ok {
		if err := s.tell(ctx, tx, Event{Kind: "incident.report-" + string(step), Org: i.Tenant, Roles: []authz.Role{role}, By: a,
			Link: "/incidents/" + i.ID + "/reports/" + r.ID, Args: map[string]i18n.Text{"incident": i.name(), "stage": stage, "reason": {JA: r.Reason, EN: r.Reason}}}); err != nil {
			return err
		}
	}
	switch {
	case step == Submit:
		if err := s.supersede(ctx, tx, *r); err != nil {
			return err
		}
		if err := s.handOver(ctx, tx, a, *i, *r); err != nil {
			return err
		}
	case step == Withdraw && was.Sent():
		if err := s.recall(ctx, tx, *i, *r); err != nil {
			return err
		}
	case step == Withdraw || step == SendBack:
		return nil
	}
	kind := map[Step]string{Check: "incident.checked", Approve: "incident.approved", Submit: "incident.submitted", Withdraw: "incident.withdrawn"}[step]
	if step == Submit || step == Withdraw {
		if _, err := s.settle(ctx, tx, a, i, []string{r.Stage}, basis); err != nil {
			return err
		}
	}
	return s.numbered(ctx, tx, a, *i, r, kind, basis)
}

// numbered enters a report's step in the ledger; of a submission the number of the entry
// is the number of the receipt.
func (s *Store) numbered(ctx context.Context, tx *db.Tx, a authz.Actor, i Incident, r *Report, kind, basis string) error {
	doc := []byte(r.Doc)
	if len(doc) == 0 {
		doc = []byte(r.Reason)
	}
	number, err := s.enter(ctx, tx, a, kind, i, "report", r.ID, basis, doc)
	if err != nil || kind != "incident.submitted" && kind != "incident.told" {
		return err
	}
	r.Number = number
	if _, err := tx.Exec(ctx, `update incident_report set number = :number where tenant = :tenant and incident = :incident and id = :id`, *r); err != nil {
		return err
	}
	if r.Recipient == "" {
		return nil
	}
	_, err = tx.Exec(ctx, `update intake_report set number = :number where tenant = :recipient and id = :id`, *r)
	return err
}

// supersede marks the reports of the same stage that went out before.
func (s *Store) supersede(ctx context.Context, tx *db.Tx, r Report) error {
	if _, err := tx.Exec(ctx, `update incident_report set state = 'superseded' where tenant = :tenant and incident = :incident and stage = :stage and id <> :id
		and state in ('submitted', 'accepted')`, r); err != nil || r.Recipient == "" {
		return err
	}
	_, err := tx.Exec(ctx, `update intake_report set state = 'superseded' where tenant = :recipient and incident = :incident and stage = :stage and id <> :id
		and state in ('submitted', 'accepted')`, r)
	return err
}
