package incident

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/playbook"
)

// Task is something to do in an incident.
type Task struct {
	ID        string `db:"id"`
	Title     string `db:"title"`
	Owner     string `db:"owner"`  // person; "" nobody
	DueAt     int64  `db:"due_at"` // 0: none
	State     string `db:"state"`  // proposed, open, done, dropped, withdrawn
	DoneAt    int64  `db:"done_at"`
	CreatedAt int64  `db:"created_at"`
	CreatedBy string `db:"created_by"`
	Version   int64  `db:"version"`
	Step      string `db:"step"`  // of a playbook: id@edition/step; "" for one that a person made
	Phase     string `db:"phase"` // state of handling in which the step stands
	Doc       string `db:"doc"`   // the step as it was proposed, JSON
}

// Name is the task's title; that of a playbook's step in both languages.
func (t Task) Name() i18n.Text {
	var step playbook.Step
	if t.Doc != "" && json.Unmarshal([]byte(t.Doc), &step) == nil {
		return step.Title
	}
	return i18n.Text{JA: t.Title, EN: t.Title}
}

// Tasks lists the tasks of an incident, open ones first, without those that are only proposed.
func (s *Store) Tasks(ctx context.Context, a authz.Actor, i Incident) ([]Task, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, err
	}
	return db.All[Task](ctx, s.db.Tenant(a.Org), `select `+taskColumns+` from incident_task
		where tenant = :tenant and incident = :id and state not in ('proposed', 'withdrawn') order by case when state = 'open' then 0 else 1 end, case when due_at = 0 then 1 else 0 end, due_at, id`, db.Args{"id": i.ID})
}

// Assign enters a task; due is a moment as people write it, "" for none.
func (s *Store) Assign(ctx context.Context, a authz.Actor, id, title, owner, due string) error {
	title = strings.TrimSpace(title)
	if title == "" || utf8.RuneCountInString(title) > MaxTitle {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.title-length", "max", MaxTitle))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		t := Task{ID: string(s.ids.New()), Title: title, Owner: owner, State: "open", CreatedAt: s.micros(), CreatedBy: a.Person, Version: 1}
		if strings.TrimSpace(due) != "" {
			m, err := told(due, i.Zone)
			if err != nil {
				return errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-when", "value", due))
			}
			t.DueAt = clock.Micros(m.To)
		}
		if _, err := tx.Exec(ctx, `insert into incident_task (tenant, incident, id, title, owner, due_at, state, done_at, created_at, created_by, version)
			values (:tenant, :incident, :id, :title, :owner, :due, :state, 0, :at, :by, 1)`,
			db.Args{"tenant": a.Org, "incident": i.ID, "id": t.ID, "title": t.Title, "owner": t.Owner, "due": t.DueAt, "state": t.State, "at": t.CreatedAt, "by": t.CreatedBy}); err != nil {
			return err
		}
		text := i18n.Both("incident.log.task-open", "title", title)
		if err := s.note(ctx, tx, a, i, Entry{Kind: "task", BodyJA: text.JA, BodyEN: text.EN}); err != nil || owner == "" || owner == a.Person {
			return err
		}
		return s.tell(ctx, tx, Event{Kind: "incident.task", Org: a.Org, Persons: []string{owner}, By: a, Link: "/incidents/" + i.ID + "/log",
			Args: map[string]i18n.Text{"incident": i.name(), "task": {JA: title, EN: title}}})
	})
}

// Finish ends a task or a proposed step: done, or dropped with the reason that remark gives.
func (s *Store) Finish(ctx context.Context, a authz.Actor, id, task, to, remark string) error {
	if to != "done" && to != "dropped" {
		return errs.New(errs.NotFound, "incident: no state %s of a task", to)
	}
	if to == "dropped" && strings.TrimSpace(remark) == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		t, err := oneTask(ctx, tx, a.Org, i.ID, task)
		if err != nil {
			return err
		}
		if err := s.end(ctx, tx, i, task, to); err != nil {
			return err
		}
		text := i18n.Both("incident.log.task-"+to, "title", t.Name())
		return s.note(ctx, tx, a, i, Entry{Kind: "task", BodyJA: text.JA, BodyEN: text.EN, Reason: remark})
	})
}
