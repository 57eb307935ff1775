package incident

import (
	"context"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Question is what a recipient asks about one field of a report.
type Question struct {
	ID         string `db:"id"`
	Incident   string `db:"incident"`
	Report     string `db:"report"`
	Asker      string `db:"asker"`
	AskerJA    string `db:"asker_ja"`
	AskerEN    string `db:"asker_en"`
	Fact       string `db:"fact"` // "" about the report as a whole
	FieldJA    string `db:"field_ja"`
	FieldEN    string `db:"field_en"`
	Body       string `db:"body"`
	AskedAt    int64  `db:"asked_at"`
	DueAt      int64  `db:"due_at"` // 0: none
	Answer     string `db:"answer"`
	AnsweredAt int64  `db:"answered_at"`
}

// Field names what is asked about.
func (q Question) Field() i18n.Text { return i18n.Text{JA: q.FieldJA, EN: q.FieldEN} }

// From is who asks.
func (q Question) From() i18n.Text { return i18n.Text{JA: q.AskerJA, EN: q.AskerEN} }

func words(text string) error {
	switch {
	case text == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.empty"))
	case utf8.RuneCountInString(text) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.too-long", "max", MaxText))
	}
	return nil
}

// Ask puts a question about a field of a received report to the party; fact "" asks about
// the report as a whole. due is a moment as people write it, "" for none.
func (s *Store) Ask(ctx context.Context, a authz.Actor, incident, report, fact, body, due string) error {
	basis, err := s.may.Decide(a, "intake.answer", authz.Thing{Kind: "intake", ID: incident, Tenant: a.Org})
	if err != nil {
		return err
	}
	body = clean(body)
	if err := words(body); err != nil {
		return err
	}
	q := Question{ID: string(s.ids.New()), Incident: incident, Report: report, Asker: a.Org, Fact: fact, Body: body, AskedAt: s.micros()}
	if clean(due) != "" {
		m, err := told(due, Zone)
		if err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-when", "value", due))
		}
		q.DueAt = clock.Micros(m.To)
	}
	return s.db.System("a recipient asks about a report").Tx(ctx, func(tx *db.Tx) error {
		r, err := db.One[Received](ctx, tx, `select `+receivedColumns+` from intake_report where tenant = :to and incident = :incident and id = :id`,
			db.Args{"to": a.Org, "incident": incident, "id": report})
		if err != nil {
			return err
		}
		i, err := get(ctx, tx, r.Party, incident)
		if err != nil {
			return err
		}
		asker, err := s.orgs.OrganisationIn(ctx, tx, a.Org)
		if err != nil {
			return err
		}
		q := q
		q.AskerJA, q.AskerEN = asker.NameJA, asker.NameEN
		if err := q.name(r); err != nil {
			return err
		}
		if err := s.asked(ctx, tx, a, i, q); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.asked", i, "report", r.ID, basis, []byte(body))
		return err
	})
}

// name finds the title of the field that is asked about.
func (q *Question) name(r Received) error {
	whole := i18n.Both("incident.whole-report")
	q.FieldJA, q.FieldEN = whole.JA, whole.EN
	if q.Fact == "" {
		return nil
	}
	c, err := ParseContent(r.Doc)
	if err != nil {
		return err
	}
	for _, f := range c.Fields {
		if f.Fact == q.Fact {
			q.FieldJA, q.FieldEN = f.Title.JA, f.Title.EN
			return nil
		}
	}
	return errs.New(errs.NotFound, "incident: the report has no field %s", q.Fact)
}

// asked stores a question on both sides and tells the party.
func (s *Store) asked(ctx context.Context, tx *db.Tx, a authz.Actor, i Incident, q Question) error {
	args := db.Args{"party": i.Tenant, "to": a.Org, "id": q.ID, "incident": i.ID, "report": q.Report, "asker": q.Asker, "asker_ja": q.AskerJA, "asker_en": q.AskerEN, "fact": q.Fact,
		"ja": q.FieldJA, "en": q.FieldEN, "body": q.Body, "at": q.AskedAt, "due": q.DueAt, "by": a.Person}
	for _, text := range []string{
		`insert into intake_question (tenant, id, incident, report, fact, field_ja, field_en, body, asked_at, asked_by, due_at, answer, answered_at)
			values (:to, :id, :incident, :report, :fact, :ja, :en, :body, :at, :by, :due, '', 0)`,
		`insert into incident_question (tenant, incident, id, report, asker, asker_ja, asker_en, fact, field_ja, field_en, body, asked_at, due_at, answer, answered_at, answered_by)
			values (:party, :incident, :id, :report, :asker, :asker_ja, :asker_en, :fact, :ja, :en, :body, :at, :due, '', 0, '')`,
		recount,
	} {
		if _, err := tx.Exec(ctx, text, args); err != nil {
			return err
		}
	}
	text := i18n.Both("incident.log.asked", "asker", q.From(), "field", q.Field())
	if err := s.note(ctx, tx, authz.Actor{Person: a.Person, Name: q.AskerJA}, &i, Entry{Kind: "question", BodyJA: text.JA, BodyEN: text.EN, Reason: q.Body}); err != nil {
		return err
	}
	return s.tell(ctx, tx, Event{Kind: "incident.asked", Org: i.Tenant, Persons: []string{i.Owner}, Roles: []authz.Role{authz.Respondent, authz.Checker}, By: a, Link: "/incidents/" + i.ID + "/reports/" + q.Report,
		Args: map[string]i18n.Text{"incident": i.name(), "asker": q.From(), "field": q.Field()}})
}

const recount = `update intake_case set questions = (select count(*) from intake_question q where q.tenant = :to and q.incident = :incident and q.answered_at = 0)
	where tenant = :to and id = :incident`

// Questions lists the questions about an incident of the actor's organisation, open ones first.
func (s *Store) Questions(ctx context.Context, a authz.Actor, i Incident) ([]Question, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, err
	}
	return db.All[Question](ctx, s.db.Tenant(a.Org), `select id, incident, report, asker, asker_ja, asker_en, fact, field_ja, field_en, body, asked_at, due_at, answer, answered_at
		from incident_question where tenant = :tenant and incident = :id order by case when answered_at = 0 then 0 else 1 end, asked_at, id`, db.Args{"id": i.ID})
}

// Reply answers a question. Errors: Conflict when it was answered already.
func (s *Store) Reply(ctx context.Context, a authz.Actor, id, question, answer string) error {
	answer = clean(answer)
	if err := words(answer); err != nil {
		return err
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, basis string) error {
		q, err := db.One[Question](ctx, tx, `select id, incident, report, asker, asker_ja, asker_en, fact, field_ja, field_en, body, asked_at, due_at, answer, answered_at
			from incident_question where tenant = :tenant and incident = :incident and id = :id`, db.Args{"tenant": a.Org, "incident": i.ID, "id": question})
		if err != nil {
			return err
		}
		if q.AnsweredAt != 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.answered"))
		}
		args := db.Args{"tenant": a.Org, "to": q.Asker, "incident": i.ID, "id": q.ID, "answer": answer, "at": s.micros(), "by": a.Person}
		for _, text := range []string{
			`update incident_question set answer = :answer, answered_at = :at, answered_by = :by where tenant = :tenant and incident = :incident and id = :id`,
			`update intake_question set answer = :answer, answered_at = :at where tenant = :to and id = :id`,
			recount,
		} {
			if _, err := tx.Exec(ctx, text, args); err != nil {
				return err
			}
		}
		text := i18n.Both("incident.log.replied", "asker", q.From(), "field", q.Field())
		if err := s.note(ctx, tx, a, i, Entry{Kind: "question", BodyJA: text.JA, BodyEN: text.EN, Reason: answer}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: "intake.answered", Org: q.Asker, Roles: []authz.Role{authz.Manager, authz.Supervisor}, By: a, Link: "/intake/" + i.ID + "/reports/" + q.Report,
			Args: map[string]i18n.Text{"incident": i.name(), "field": q.Field()}}); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.replied", *i, "report", q.Report, basis, []byte(answer))
		return err
	})
}
