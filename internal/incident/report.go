package incident

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/exchange"
	"yagura/internal/obligation"
)

// ReportState says where a report stands.
type ReportState string

// The states of a report, in the order of its way. Superseded is one of which a later
// version was submitted; it stays what it was.
const (
	Draft      ReportState = "draft"
	Checked    ReportState = "checked"
	Approved   ReportState = "approved"
	Submitted  ReportState = "submitted"
	Accepted   ReportState = "accepted"
	Superseded ReportState = "superseded"
	Withdrawn  ReportState = "withdrawn"
)

// Sent reports whether the report went out and was not withdrawn.
func (s ReportState) Sent() bool { return s == Submitted || s == Accepted || s == Superseded }

// Frozen reports whether the content stands: what is checked is what is submitted.
func (s ReportState) Frozen() bool { return s != Draft }

// The ways by which a report reaches its recipient. Only System hands it over; of the
// others the product keeps that it happened.
const (
	System   = "system"   // to an organisation of this installation
	Outside  = "outside"  // by the recipient's own portal or a file
	Phone    = "phone"    // told by telephone, when nothing else works
	Exercise = "exercise" // to nobody: an exercise
)

// Report is one report of an incident to one recipient.
type Report struct {
	Tenant      string      `db:"tenant"`
	Incident    string      `db:"incident"`
	ID          string      `db:"id"`
	Seq         int64       `db:"seq"`
	Stage       string      `db:"stage"`     // key of the obligation's stage
	Form        string      `db:"form"`      // id@edition; "" where the duty names none
	Recipient   string      `db:"recipient"` // organisation; "" when it is not of this installation
	ToJA        string      `db:"to_ja"`
	ToEN        string      `db:"to_en"`
	State       ReportState `db:"state"`
	Manner      string      `db:"manner"`
	Before      string      `db:"before_id"` // report to the same recipient that this one follows
	KnownAt     int64       `db:"known_at"`  // the content is what was known then; 0 for a draft: now
	Doc         string      `db:"doc"`       // Content as JSON; "" for a draft
	SHA256      string      `db:"sha256"`
	DraftedBy   string      `db:"drafted_by"`
	CheckedBy   string      `db:"checked_by"`
	ApprovedBy  string      `db:"approved_by"`
	SubmittedBy string      `db:"submitted_by"`
	CreatedAt   int64       `db:"created_at"`
	SubmittedAt int64       `db:"submitted_at"`
	AcceptedAt  int64       `db:"accepted_at"`
	Number      int64       `db:"number"` // of the ledger entry of the submission; -1 before
	Reason      string      `db:"reason"`
	Version     int64       `db:"version"`
}

const reportColumns = `tenant, incident, id, seq, stage, form, recipient, to_ja, to_en, state, manner, before_id, known_at, doc, sha256, drafted_by, checked_by, approved_by,
	submitted_by, created_at, submitted_at, accepted_at, number, reason, version`

// To is the recipient's name.
func (r Report) To() i18n.Text { return i18n.Text{JA: r.ToJA, EN: r.ToEN} }

// rule is the id of the duty.
func (r Report) rule() string { return ruleOf(r.Stage) }

func ruleOf(stage string) string {
	rule, _, _ := strings.Cut(stage, "/")
	return rule
}

func reports(ctx context.Context, q db.Querier, tenant, incident string) ([]Report, error) {
	return db.All[Report](ctx, q, `select `+reportColumns+` from incident_report where tenant = :tenant and incident = :incident order by seq`,
		db.Args{"tenant": tenant, "incident": incident})
}

// Report finds a report of a sheet, or NotFound.
func (sh *Sheet) Report(id string) (Report, error) {
	for _, r := range sh.Reports {
		if r.ID == id {
			return r, nil
		}
	}
	return Report{}, errs.New(errs.NotFound, "incident: no report %s", id)
}

// Field is one field of a frozen report.
type Field struct {
	No     string          `json:"no"`
	Fact   string          `json:"fact,omitempty"`
	Title  i18n.Text       `json:"title"`
	Text   i18n.Text       `json:"text"`
	State  string          `json:"state"`
	Source string          `json:"source,omitempty"`
	Record json.RawMessage `json:"record,omitempty"` // the statement itself
}

// Content is what a report says: the form's fields as they were known at a moment.
type Content struct {
	Reference    string    `json:"reference"`
	Title        string    `json:"title"`
	Exercise     bool      `json:"exercise"`
	Kind         string    `json:"kind"` // event.kind, which chooses the form's variant; "" when it is not known
	Organisation i18n.Text `json:"organisation"`
	Form         string    `json:"form"`
	Stage        string    `json:"stage"`
	Known        time.Time `json:"known"`
	Zone         string    `json:"zone"`
	Fields       []Field   `json:"fields"`
}

// ParseContent reads a frozen report; one that has none is empty.
func ParseContent(doc string) (Content, error) {
	var c Content
	if doc == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(doc), &c); err != nil {
		return c, errs.New(errs.Internal, "incident: report: %w", err)
	}
	return c, nil
}

// options are a report's as exchange takes them.
func options(p *exchange.Profile, stage, incident string) exchange.Options {
	o := exchange.Options{Incident: incident}
	if _, word, _ := strings.Cut(stage, "/"); p.Stages[word] != nil {
		o.Stage = word
	}
	return o
}

// Content fills the form of a report with what a sheet knows.
func (s *Store) Content(sh *Sheet, r Report, who i18n.Text) (Content, error) {
	c := Content{Reference: sh.Reference, Title: sh.Title, Exercise: sh.Exercise == 1, Kind: sh.View.Text("event.kind"), Organisation: who, Form: r.Form, Stage: r.Stage, Known: sh.At, Zone: sh.Zone}
	p := s.book.Profile(r.Form)
	if p == nil {
		return c, nil
	}
	for _, l := range p.List(sh.View, options(p, r.Stage, sh.Reference)) {
		f := Field{No: l.Field.No, Fact: l.Field.Fact, Title: l.Field.Title, Text: l.Text, State: string(l.Record.State), Source: l.Record.Source}
		if l.Record.State != "" {
			f.Text = FactText(l.Record, s.book.Dictionary.Entry(l.Record.Fact), sh.Location())
			doc, err := encode(l.Record)
			if err != nil {
				return c, err
			}
			f.Record = json.RawMessage(doc)
		}
		if f.Title.IsZero() {
			f.Title = s.book.Dictionary.Title(f.Fact)
		}
		c.Fields = append(c.Fields, f)
	}
	return c, nil
}

// FieldChange is a field that a report states otherwise than the one before.
type FieldChange struct {
	Field  Field
	Before i18n.Text
}

// Diff lists what differs from an earlier report, in the order of the form. A field that
// the earlier form didn't have counts as not stated there.
func Diff(before, after Content) []FieldChange {
	was := map[string]i18n.Text{}
	for _, f := range before.Fields {
		was[f.key()] = f.Text
	}
	var out []FieldChange
	for _, f := range after.Fields {
		if old := was[f.key()]; old != f.Text {
			out = append(out, FieldChange{f, old})
		}
	}
	return out
}

func (f Field) key() string {
	if f.Fact != "" {
		return f.Fact
	}
	return f.No
}

// Begin drafts a report for a stage of an obligation, and returns its id. A draft of the
// same stage that is on its way is returned instead of a second one.
func (s *Store) Begin(ctx context.Context, a authz.Actor, id, stage string) (string, error) {
	st := s.book.Rules.Stage(stage)
	if st == nil {
		return "", errs.New(errs.NotFound, "incident: no stage %s", stage)
	}
	out := ""
	err := s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		list, err := reports(ctx, tx, a.Org, i.ID)
		if err != nil {
			return err
		}
		r := Report{Tenant: a.Org, Incident: i.ID, ID: string(s.ids.New()), Seq: int64(len(list) + 1), Stage: stage, Form: st.Form, ToJA: st.To().JA, ToEN: st.To().EN,
			State: Draft, Manner: Outside, DraftedBy: a.Person, CreatedAt: s.micros(), Number: -1, Version: 1}
		for _, other := range list {
			switch {
			case other.Stage == stage && (other.State == Draft || other.State == Checked || other.State == Approved):
				out = other.ID
				return nil
			case other.rule() == r.rule() && other.State.Sent():
				r.Before = other.ID
			}
		}
		if err := s.address(ctx, tx, i, &r); err != nil {
			return err
		}
		out = r.ID
		return s.insertReport(ctx, tx, r)
	})
	return out, err
}

func (s *Store) insertReport(ctx context.Context, tx *db.Tx, r Report) error {
	_, err := tx.Exec(ctx, `insert into incident_report (`+reportColumns+`) values (:tenant, :incident, :id, :seq, :stage, :form, :recipient, :to_ja, :to_en, :state, :manner,
		:before_id, :known_at, :doc, :sha256, :drafted_by, :checked_by, :approved_by, :submitted_by, :created_at, :submitted_at, :accepted_at, :number, :reason, :version)`, r)
	return err
}

// address finds the organisation of this installation that receives reports of a duty
// from the incident's organisation: one that has a tie with it and takes them (Receive).
// A report of an exercise has no recipient.
func (s *Store) address(ctx context.Context, tx *db.Tx, i *Incident, r *Report) error {
	if i.Exercise == 1 {
		r.Manner = Exercise
		return nil
	}
	type row struct {
		Tenant string `db:"tenant"`
		NameJA string `db:"name_ja"`
		NameEN string `db:"name_en"`
	}
	rows, err := db.All[row](ctx, tx, `select t.tenant, o.name_ja, o.name_en from tie t join intake_scope s on s.tenant = t.tenant and s.rule = :rule
		join organisation o on o.id = t.tenant
		where t.organisation = :org and t.since <= :today and (t.until = '' or t.until > :today) order by t.tenant limit 1`,
		db.Args{"rule": r.rule(), "org": i.Tenant, "today": s.now.Now().In(calendar.Tokyo).Format(time.DateOnly)})
	if err != nil || len(rows) == 0 {
		return err
	}
	r.Recipient, r.Manner, r.ToJA, r.ToEN = rows[0].Tenant, System, rows[0].NameJA, rows[0].NameEN
	return nil
}

// clockOf is the clock of a stage in a sheet, nil when it is off.
func (sh *Sheet) clockOf(stage string) *obligation.Clock {
	n := slices.IndexFunc(sh.Clocks, func(k obligation.Clock) bool { return k.Stage.Key() == stage })
	if n < 0 {
		return nil
	}
	return &sh.Clocks[n]
}

// Told keeps a report that was made by telephone because no other way was open: to whom
// and what was said. It meets the clock; a written report is to follow.
func (s *Store) Told(ctx context.Context, a authz.Actor, id, stage, when, words string) error {
	st := s.book.Rules.Stage(stage)
	switch {
	case st == nil:
		return errs.New(errs.NotFound, "incident: no stage %s", stage)
	case strings.TrimSpace(words) == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.empty"))
	}
	return s.change(ctx, a, id, "incident.submit", func(tx *db.Tx, i *Incident, basis string) error {
		list, err := reports(ctx, tx, a.Org, i.ID)
		if err != nil {
			return err
		}
		r := Report{Tenant: a.Org, Incident: i.ID, ID: string(s.ids.New()), Seq: int64(len(list) + 1), Stage: stage, ToJA: st.To().JA, ToEN: st.To().EN, State: Submitted,
			Manner: Phone, DraftedBy: a.Person, SubmittedBy: a.Person, CreatedAt: s.micros(), Number: -1, Reason: strings.TrimSpace(words), Version: 1}
		if r.SubmittedAt, err = s.moment(i, when); err != nil {
			return err
		}
		r.KnownAt = r.SubmittedAt
		if err := s.insertReport(ctx, tx, r); err != nil {
			return err
		}
		text := i18n.Both("incident.log.told", "stage", stageTitle(st), "at", Moment(clock.FromMicros(r.SubmittedAt), i.Location()))
		if err := s.note(ctx, tx, a, i, Entry{Kind: "report", At: r.SubmittedAt, BodyJA: text.JA, BodyEN: text.EN, Reason: r.Reason}); err != nil {
			return err
		}
		if _, err := s.settle(ctx, tx, a, i, []string{stage}, basis); err != nil {
			return err
		}
		return s.numbered(ctx, tx, a, *i, &r, "incident.told", basis)
	})
}
