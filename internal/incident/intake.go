package incident

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/obligation"
)

// Case is an incident as the recipient of its reports has it.
type Case struct {
	Tenant     string `db:"tenant"` // the recipient
	ID         string `db:"id"`     // of the incident
	Party      string `db:"party"`
	Code       string `db:"code"`
	NameJA     string `db:"name_ja"`
	NameEN     string `db:"name_en"`
	Reference  string `db:"reference"` // of the party
	Title      string `db:"title"`
	Kind       string `db:"kind"` // event.kind; "" when it is not known
	FirstAt    int64  `db:"first_at"`
	LastAt     int64  `db:"last_at"`
	Reports    int64  `db:"reports"`
	Waiting    int64  `db:"waiting"`   // submitted and not accepted
	Questions  int64  `db:"questions"` // asked and not answered
	NextStage  string `db:"next_stage"`
	NextState  string `db:"next_state"`
	NextDue    int64  `db:"next_due"`
	OpenClocks int64  `db:"open_clocks"`
	ClosedAt   int64  `db:"closed_at"` // by the party
}

// Name is the party's name.
func (c Case) Name() i18n.Text { return i18n.Text{JA: c.NameJA, EN: c.NameEN} }

// Late reports whether the deadline of the next report has passed.
func (c Case) Late(now int64) bool {
	return c.NextDue != 0 && c.NextDue < now && c.NextState != string(obligation.AtOnce)
}

const caseColumns = `tenant, id, party, code, name_ja, name_en, reference, title, kind, first_at, last_at, reports, waiting, questions,
	next_stage, next_state, next_due, open_clocks, closed_at`

// Received is a report in the hands of its recipient.
type Received struct {
	Tenant      string      `db:"tenant"`
	ID          string      `db:"id"`
	Incident    string      `db:"incident"`
	Party       string      `db:"party"`
	Seq         int64       `db:"seq"`
	Stage       string      `db:"stage"`
	Form        string      `db:"form"`
	State       ReportState `db:"state"`
	Manner      string      `db:"manner"`
	Before      string      `db:"before_id"`
	KnownAt     int64       `db:"known_at"`
	Doc         string      `db:"doc"`
	SHA256      string      `db:"sha256"`
	DueAt       int64       `db:"due_at"` // deadline that the report had to keep; 0 when it had none
	SubmittedAt int64       `db:"submitted_at"`
	AcceptedAt  int64       `db:"accepted_at"`
	AcceptedBy  string      `db:"accepted_by"`
	Number      int64       `db:"number"`
	Reason      string      `db:"reason"`
}

const receivedColumns = `tenant, id, incident, party, seq, stage, form, state, manner, before_id, known_at, doc, sha256, due_at, submitted_at, accepted_at, accepted_by, number, reason`

// Late reports whether it was submitted after its deadline.
func (r Received) Late() bool { return r.DueAt != 0 && r.SubmittedAt > r.DueAt }

// handOver puts a submitted report into the hands of its recipient. A report of an
// exercise is handed to nobody, whoever it is addressed to.
func (s *Store) handOver(ctx context.Context, tx *db.Tx, a authz.Actor, i Incident, r Report) error {
	if r.Recipient == "" || i.Exercise == 1 {
		return nil
	}
	c, err := ParseContent(r.Doc)
	if err != nil {
		return err
	}
	code, err := db.One[string](ctx, tx, `select code from tie where tenant = :to and organisation = :org`, db.Args{"to": r.Recipient, "org": i.Tenant})
	if err != nil {
		return err
	}
	due, err := db.All[int64](ctx, tx, `select case when state = 'at_once' then 0 else due_at end from incident_clock where tenant = :tenant and incident = :incident and stage = :stage`, db.Args{"tenant": i.Tenant, "incident": i.ID, "stage": r.Stage})
	if err != nil {
		return err
	}
	in := Received{Tenant: r.Recipient, ID: r.ID, Incident: i.ID, Party: i.Tenant, Seq: r.Seq, Stage: r.Stage, Form: r.Form, State: r.State, Manner: r.Manner, Before: r.Before,
		KnownAt: r.KnownAt, Doc: r.Doc, SHA256: r.SHA256, SubmittedAt: r.SubmittedAt, Number: r.Number, Reason: r.Reason}
	if len(due) > 0 {
		in.DueAt = due[0]
	}
	if _, err := tx.Exec(ctx, `insert into intake_case (`+caseColumns+`) values (:to, :id, :party, :code, :ja, :en, :reference, :title, :kind, :at, :at, 0, 0, 0, '', '', 0, 0, 0)
		on conflict (tenant, id) do update set title = excluded.title, last_at = excluded.last_at, kind = case when excluded.kind = '' then intake_case.kind else excluded.kind end`,
		db.Args{"to": r.Recipient, "id": i.ID, "party": i.Tenant, "code": code, "ja": c.Organisation.JA, "en": c.Organisation.EN, "reference": i.Reference,
			"title": i.Title, "kind": c.Kind, "at": r.SubmittedAt}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into intake_report (`+receivedColumns+`) values (:tenant, :id, :incident, :party, :seq, :stage, :form, :state, :manner, :before_id, :known_at,
		:doc, :sha256, :due_at, :submitted_at, :accepted_at, :accepted_by, :number, :reason)`, in); err != nil {
		return err
	}
	return s.tell(ctx, tx, Event{Kind: "intake.received", Org: r.Recipient, Roles: []authz.Role{authz.Manager, authz.Supervisor}, By: a, Link: "/intake/" + i.ID + "/reports/" + r.ID,
		Args: map[string]i18n.Text{"organisation": c.Organisation, "incident": i.name(), "stage": stageTitle(s.book.Rules.Stage(r.Stage))}})
}

// recall marks a report that was withdrawn in the hands of its recipient: it stays there.
func (s *Store) recall(ctx context.Context, tx *db.Tx, i Incident, r Report) error {
	if r.Recipient == "" || i.Exercise == 1 {
		return nil
	}
	if _, err := tx.Exec(ctx, `update intake_report set state = 'withdrawn', reason = :reason where tenant = :recipient and id = :id`, r); err != nil {
		return err
	}
	return s.tell(ctx, tx, Event{Kind: "intake.withdrawn", Org: r.Recipient, Roles: []authz.Role{authz.Manager, authz.Supervisor}, Link: "/intake/" + i.ID + "/reports/" + r.ID,
		Args: map[string]i18n.Text{"incident": i.name(), "stage": stageTitle(s.book.Rules.Stage(r.Stage)), "reason": {JA: r.Reason, EN: r.Reason}}})
}

// show brings the recipients' rows up to date: the clocks of the duties that they take
// reports of, and what is open.
func (s *Store) show(ctx context.Context, tx *db.Tx, i Incident, sh *Sheet) error {
	if i.Exercise == 1 {
		return nil
	}
	type row struct {
		Tenant string `db:"tenant"`
		Rule   string `db:"rule"`
	}
	rows, err := db.All[row](ctx, tx, `select c.tenant, s.rule from intake_case c join intake_scope s on s.tenant = c.tenant where c.id = :id order by c.tenant`, db.Args{"id": i.ID})
	if err != nil {
		return err
	}
	takes := map[string]map[string]bool{}
	for _, r := range rows {
		if takes[r.Tenant] == nil {
			takes[r.Tenant] = map[string]bool{}
		}
		takes[r.Tenant][r.Rule] = true
	}
	for to, rules := range takes {
		if err := s.showTo(ctx, tx, i, sh, to, rules); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) showTo(ctx context.Context, tx *db.Tx, i Incident, sh *Sheet, to string, rules map[string]bool) error {
	if _, err := tx.Exec(ctx, `delete from intake_clock where tenant = :to and incident = :id`, db.Args{"to": to, "id": i.ID}); err != nil {
		return err
	}
	var theirs []obligation.Clock
	for _, k := range sh.Clocks {
		if !rules[k.Stage.Rule().ID] || k.State == obligation.Conditional {
			continue
		}
		theirs = append(theirs, k)
		if _, err := tx.Exec(ctx, `insert into intake_clock (tenant, incident, stage, state, due_at, met_at) values (:to, :id, :stage, :state, :due, :met)`,
			db.Args{"to": to, "id": i.ID, "stage": k.Stage.Key(), "state": k.State, "due": stored(k.Due), "met": stored(k.MetAt)}); err != nil {
			return err
		}
	}
	seen := Incident{State: i.State}
	seen.count(theirs)
	_, err := tx.Exec(ctx, `update intake_case set title = :title, closed_at = :closed, next_stage = :stage, next_state = :state, next_due = :due, open_clocks = :n,
		reports = (select count(*) from intake_report r where r.tenant = :to and r.incident = :id),
		waiting = (select count(*) from intake_report r where r.tenant = :to and r.incident = :id and r.state = 'submitted')
		where tenant = :to and id = :id`,
		db.Args{"to": to, "id": i.ID, "title": i.Title, "closed": i.ClosedAt, "stage": seen.NextStage, "state": seen.NextState, "due": seen.NextDue, "n": seen.OpenClocks})
	return err
}

// Board counts what a recipient has to look after.
type Board struct {
	Open      int64 `db:"open_n"`     // cases that their party has not closed
	Late      int64 `db:"late_n"`     // whose next report is late
	Waiting   int64 `db:"waiting_n"`  // reports to accept
	Questions int64 `db:"question_n"` // without an answer
}

// CaseFilter says which cases are listed; a zero field doesn't filter.
type CaseFilter struct {
	Late    bool
	Waiting bool
	Closed  bool // closed ones too
	Text    string
	Limit   int
	Offset  int
}

// Cases lists the incidents of which the actor's organisation received reports, the next
// due first, counts what the filter lets pass, and what there is to look after in all.
func (s *Store) Cases(ctx context.Context, a authz.Actor, f CaseFilter) (rows []Case, total int, board Board, err error) {
	if _, err = s.may.Decide(a, "intake.read", authz.Thing{Kind: "intake", Tenant: a.Org}); err != nil {
		return
	}
	now := s.micros()
	where, order := f.where(), ` order by case when open_clocks = 0 then 1 else 0 end, next_due, id`
	if f.Closed {
		order = ` order by case when closed_at = 0 then 0 else 1 end, case when open_clocks = 0 then 1 else 0 end, next_due, id`
	}
	args := db.Args{"now": now, "text": f.Text, "like": "%" + f.Text + "%", "limit": min(max(f.Limit, 1), 1000), "offset": f.Offset}
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if rows, err = db.All[Case](ctx, tx, `select `+caseColumns+where+order+` limit :limit offset :offset`, args); err != nil {
			return err
		}
		if board, err = db.One[Board](ctx, tx, `select count(*) as open_n, coalesce(sum(case when next_due <> 0 and next_due < :now and next_state <> 'at_once' then 1 else 0 end), 0) as late_n,
			coalesce(sum(waiting), 0) as waiting_n, coalesce(sum(questions), 0) as question_n from intake_case where tenant = :tenant and closed_at = 0`, db.Args{"now": now}); err != nil {
			return err
		}
		switch {
		case f.plain():
			total = int(board.Open)
		case f.Late && !f.Closed && !f.Waiting && f.Text == "":
			total = int(board.Late)
		default:
			total, err = db.One[int](ctx, tx, `select count(*)`+where, args)
		}
		return err
	})
	return
}

// where is the condition of a filter. Only what it asks for is in it, and the open cases'
// order is that of the index intake_case_next: the board of 20,000 reads one page of them.
func (f CaseFilter) where() string {
	where := ` from intake_case where tenant = :tenant`
	if !f.Closed {
		where += ` and closed_at = 0`
	}
	if f.Waiting {
		where += ` and waiting > 0`
	}
	if f.Late {
		where += ` and closed_at = 0 and next_due <> 0 and next_due < :now and next_state <> 'at_once'`
	}
	if f.Text != "" {
		where += ` and (name_ja like :like or name_en like :like or title like :like or code = :text or reference = :text)`
	}
	return where
}

// plain reports whether the filter lets all open cases pass and no others.
func (f CaseFilter) plain() bool { return !f.Closed && !f.Waiting && !f.Late && f.Text == "" }

// Receipts is a case with what was received and asked.
type Receipts struct {
	Case
	Reports   []Received // oldest first
	Clocks    []ReceivedClock
	Questions []Question
}

// ReceivedClock is a clock of the party as its recipient knows it.
type ReceivedClock struct {
	Stage string           `db:"stage"`
	State obligation.State `db:"state"`
	DueAt int64            `db:"due_at"`
	MetAt int64            `db:"met_at"`
}

// Case reads one case of the actor's organisation, or NotFound.
func (s *Store) Case(ctx context.Context, a authz.Actor, id string) (Receipts, error) {
	var out Receipts
	if _, err := s.may.Decide(a, "intake.read", authz.Thing{Kind: "intake", ID: id, Tenant: a.Org}); err != nil {
		return out, err
	}
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		args := db.Args{"id": id}
		if out.Case, err = db.One[Case](ctx, tx, `select `+caseColumns+` from intake_case where tenant = :tenant and id = :id`, args); err != nil {
			return err
		}
		if out.Reports, err = db.All[Received](ctx, tx, `select `+receivedColumns+` from intake_report where tenant = :tenant and incident = :id order by seq`, args); err != nil {
			return err
		}
		if out.Clocks, err = db.All[ReceivedClock](ctx, tx, `select stage, state, due_at, met_at from intake_clock where tenant = :tenant and incident = :id
			order by case when due_at = 0 then 1 else 0 end, due_at, stage`, args); err != nil {
			return err
		}
		out.Questions, err = db.All[Question](ctx, tx, `select id, incident, report, '' as asker, '' as asker_ja, '' as asker_en, fact, field_ja, field_en, body, asked_at, due_at, answer, answered_at
			from intake_question where tenant = :tenant and incident = :id order by asked_at, id`, args)
		return err
	})
	return out, err
}

// Report finds a report of a case, or NotFound.
func (r Receipts) Report(id string) (Received, error) {
	for _, one := range r.Reports {
		if one.ID == id {
			return one, nil
		}
	}
	return Received{}, errs.New(errs.NotFound, "incident: no report %s", id)
}

// Accept takes a received report as made; clocks that run from acceptance start.
func (s *Store) Accept(ctx context.Context, a authz.Actor, incident, report string) error {
	basis, err := s.may.Decide(a, "intake.answer", authz.Thing{Kind: "intake", ID: incident, Tenant: a.Org})
	if err != nil {
		return err
	}
	return s.db.System("a recipient accepts a report").Tx(ctx, func(tx *db.Tx) error {
		r, err := db.One[Received](ctx, tx, `select `+receivedColumns+` from intake_report where tenant = :to and incident = :incident and id = :id`,
			db.Args{"to": a.Org, "incident": incident, "id": report})
		if err != nil {
			return err
		}
		if r.State != Submitted {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.report-elsewhere", "state", i18n.Both("incident.report."+string(r.State))))
		}
		at := s.micros()
		for _, text := range []string{
			`update intake_report set state = 'accepted', accepted_at = :at, accepted_by = :by where tenant = :to and id = :id`,
			`update incident_report set state = 'accepted', accepted_at = :at, version = version + 1 where tenant = :party and incident = :incident and id = :id`,
		} {
			if _, err := tx.Exec(ctx, text, db.Args{"to": a.Org, "party": r.Party, "incident": incident, "id": report, "at": at, "by": a.Person}); err != nil {
				return err
			}
		}
		i, err := get(ctx, tx, r.Party, incident)
		if err != nil {
			return err
		}
		stage := stageTitle(s.book.Rules.Stage(r.Stage))
		by := authz.Actor{Person: a.Person, Name: a.OrgName, Org: a.Org}
		text := i18n.Both("incident.log.accepted", "stage", stage)
		if err := s.note(ctx, tx, by, &i, Entry{Kind: "report", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: "incident.accepted", Org: i.Tenant, Persons: []string{i.Owner}, Roles: []authz.Role{authz.Approver}, By: a,
			Link: "/incidents/" + i.ID + "/reports/" + r.ID, Args: map[string]i18n.Text{"incident": i.name(), "stage": stage}}); err != nil {
			return err
		}
		if _, err := s.settle(ctx, tx, by, &i, []string{r.Stage}, basis); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.accepted", i, "report", r.ID, basis, []byte(r.Doc))
		return err
	})
}

// Scope lists the duties of which the actor's organisation takes reports.
func (s *Store) Scope(ctx context.Context, a authz.Actor) ([]string, error) {
	if _, err := s.may.Decide(a, "intake.read", authz.Thing{Kind: "intake", Tenant: a.Org}); err != nil {
		return nil, err
	}
	return db.All[string](ctx, s.db.Tenant(a.Org), `select rule from intake_scope where tenant = :tenant order by rule`, nil)
}

// Receive sets the duties of which the actor's organisation takes reports from the
// organisations that it has a tie with.
func (s *Store) Receive(ctx context.Context, a authz.Actor, rules []string) error {
	if _, err := s.may.Decide(a, "intake.manage", authz.Thing{Kind: "intake", Tenant: a.Org}); err != nil {
		return err
	}
	for _, id := range rules {
		known := false
		for _, r := range s.book.Rules {
			known = known || r.ID == id
		}
		if !known {
			return errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-rule", "rule", id))
		}
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `delete from intake_scope where tenant = :tenant`, nil); err != nil {
			return err
		}
		for _, id := range rules {
			if _, err := tx.Exec(ctx, `insert into intake_scope (tenant, rule, since, person) values (:tenant, :rule, :at, :by) on conflict (tenant, rule) do nothing`,
				db.Args{"rule": id, "at": s.micros(), "by": a.Person}); err != nil {
				return err
			}
		}
		return nil
	})
}

// clean is a text without white space around it.
func clean(s string) string { return strings.TrimSpace(s) }
