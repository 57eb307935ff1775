package incident

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Follow begins a playbook by hand, where the facts do not call for it (yet).
func (s *Store) Follow(ctx context.Context, a authz.Actor, id, name string) error {
	p := s.book.Playbook(name)
	if p == nil || p.Effective > s.today() {
		return errs.New(errs.NotFound, "incident: no playbook %s", name)
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, basis string) error {
		list, err := s.running(ctx, tx, *i)
		if err != nil {
			return err
		}
		for _, r := range list {
			if bookOf(r.Playbook) == p.ID {
				return errs.New(errs.Conflict, "%w", i18n.NewError("incident.playbook-running"))
			}
		}
		if _, err := s.begin(ctx, tx, a, i, p, a.Person); err != nil {
			return err
		}
		_, err = s.settle(ctx, tx, a, i, nil, basis)
		return err
	})
}

// Take takes proposed steps on: they become tasks of a person (owner, "" nobody yet),
// due at a moment or, with "", by the time of each step.
func (s *Store) Take(ctx context.Context, a authz.Actor, id string, tasks []string, owner, due string) error {
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		if err := s.belongs(ctx, tx, a.Org, owner); err != nil {
			return err
		}
		at := int64(0)
		if strings.TrimSpace(due) != "" {
			m, err := told(due, i.Zone)
			if err != nil {
				return errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-when", "value", due))
			}
			at = clock.Micros(m.To)
		}
		for _, task := range tasks {
			t, err := oneTask(ctx, tx, a.Org, i.ID, task)
			if err != nil {
				return err
			}
			if at != 0 {
				t.DueAt = at
			}
			n, err := tx.Exec(ctx, `update incident_task set state = 'open', owner = :owner, due_at = :due, version = version + 1
				where tenant = :tenant and incident = :incident and id = :id and state = 'proposed'`,
				db.Args{"tenant": a.Org, "incident": i.ID, "id": task, "owner": owner, "due": t.DueAt})
			if err == nil && n == 0 {
				err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.task-ended"))
			}
			if err != nil {
				return err
			}
			text := i18n.Both("incident.log.task-open", "title", t.Name())
			if err := s.note(ctx, tx, a, i, Entry{Kind: "task", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
				return err
			}
			if owner == "" || owner == a.Person {
				continue
			}
			if err := s.tell(ctx, tx, Event{Kind: "incident.task", Org: a.Org, Persons: []string{owner}, By: a, Link: "/incidents/" + i.ID + "/plan",
				Args: map[string]i18n.Text{"incident": i.name(), "task": t.Name()}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// belongs refuses a person who is no active member of the organisation; "" is nobody.
func (s *Store) belongs(ctx context.Context, tx *db.Tx, org, person string) error {
	if person == "" {
		return nil
	}
	members, err := s.orgs.MembersIn(ctx, tx, org)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Person == person && m.State == "active" {
			return nil
		}
	}
	return errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-person"))
}

func oneTask(ctx context.Context, q db.Querier, tenant, incident, task string) (Task, error) {
	return db.One[Task](ctx, q, `select `+taskColumns+` from incident_task where tenant = :tenant and incident = :incident and id = :id`,
		db.Args{"tenant": tenant, "incident": incident, "id": task})
}

// Verdict is what was decided of a step with options: which, why, and when (as people
// write it, "" now). Lang is the language in which the options stay in the log.
type Verdict struct {
	Option, Reason, When string
	Lang                 i18n.Lang
}

// Resolve decides a step that has options: the decision goes to the log with all that was
// weighed and what was known, and the step is done.
func (s *Store) Resolve(ctx context.Context, a authz.Actor, id, task string, v Verdict) error {
	if strings.TrimSpace(v.Reason) == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		steps, err := s.planned(ctx, tx, *i)
		if err != nil {
			return err
		}
		for _, t := range steps {
			o := t.Step.Option(v.Option)
			if t.ID != task || o == nil {
				continue
			}
			if err := s.end(ctx, tx, i, task, "done"); err != nil {
				return err
			}
			e := Entry{Kind: "decision", BodyJA: t.Step.Title.JA + "　→　" + o.Title.JA, BodyEN: t.Step.Title.EN + " → " + o.Title.EN, Reason: strings.TrimSpace(v.Reason)}
			for _, o := range t.Step.Choice {
				e.Options += i18n.T(v.Lang, "incident.weighed", "option", o.Title, "cost", o.Cost, "impact", o.Impact) + "\n"
			}
			if e.At, err = s.moment(i, v.When); err != nil {
				return err
			}
			e.KnownAt = e.At
			return s.note(ctx, tx, a, i, e)
		}
		return errs.New(errs.NotFound, "incident: no option %s", v.Option)
	})
}

// end puts a task that is proposed or open into a last state.
func (s *Store) end(ctx context.Context, tx *db.Tx, i *Incident, task, to string) error {
	n, err := tx.Exec(ctx, `update incident_task set state = :to, done_at = :at, version = version + 1
		where tenant = :tenant and incident = :incident and id = :id and state in ('open', 'proposed')`,
		db.Args{"tenant": i.Tenant, "incident": i.ID, "id": task, "to": to, "at": s.micros()})
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.task-ended"))
	}
	return err
}
