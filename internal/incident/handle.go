package incident

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Duties lists what a person may be charged with in an incident; the owner stands in the
// incident itself.
var Duties = []string{"owner", "reporter", "scribe", "spokesperson"}

type duty struct {
	Duty   string `db:"duty"`
	Person string `db:"person"`
}

// Charge gives a duty in an incident to a person of the organisation, "" to nobody. An
// incident always has an owner.
func (s *Store) Charge(ctx context.Context, a authz.Actor, id, what, person string) error {
	if !slices.Contains(Duties, what) {
		return errs.New(errs.NotFound, "incident: no duty %s", what)
	}
	if what == "owner" && person == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.owner-missing"))
	}
	return s.change(ctx, a, id, "incident.manage", func(tx *db.Tx, i *Incident, basis string) error {
		name := ""
		if person != "" {
			members, err := s.orgs.MembersIn(ctx, tx, a.Org)
			if err != nil {
				return err
			}
			for _, m := range members {
				if m.Person == person && m.State == "active" {
					name = m.Name
				}
			}
			if name == "" {
				return errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-person"))
			}
		}
		if what == "owner" {
			i.Owner = person
		} else if _, err := tx.Exec(ctx, `insert into incident_duty (tenant, incident, duty, person, since) values (:tenant, :id, :duty, :person, :since)
			on conflict (tenant, incident, duty) do update set person = excluded.person, since = excluded.since`,
			db.Args{"tenant": a.Org, "id": i.ID, "duty": what, "person": person, "since": s.micros()}); err != nil {
			return err
		}
		text := i18n.Both("incident.log.duty", "duty", i18n.Both("incident.duty."+what), "name", i18n.Text{JA: name, EN: name})
		if err := s.note(ctx, tx, a, i, Entry{Kind: "duty", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
			return err
		}
		if person != "" {
			if err := s.tell(ctx, tx, Event{Kind: "incident.charged", Org: a.Org, Persons: []string{person}, By: a, Link: "/incidents/" + i.ID,
				Args: map[string]i18n.Text{"incident": i.name(), "duty": i18n.Both("incident.duty." + what)}}); err != nil {
				return err
			}
		}
		_, err := s.settle(ctx, tx, a, i, nil, basis)
		return err
	})
}

// Move puts an incident into another state of handling, with a reason. Closing wants that
// no report is due and no task open, and of a major incident its review. Errors: Invalid
// without a reason, Conflict, also while a step of a playbook stands in the way (Gates).
func (s *Store) Move(ctx context.Context, a authz.Actor, id string, to State, reason string) error {
	return s.move(ctx, a, id, to, reason, false)
}

// MoveDespite moves an incident although steps stand in the way; the log names them.
func (s *Store) MoveDespite(ctx context.Context, a authz.Actor, id string, to State, reason string) error {
	return s.move(ctx, a, id, to, reason, true)
}

func (s *Store) move(ctx context.Context, a authz.Actor, id string, to State, reason string, despite bool) error {
	reason = strings.TrimSpace(reason)
	switch {
	case to.step() < 0:
		return errs.New(errs.NotFound, "incident: no state %s", to)
	case reason == "" || utf8.RuneCountInString(reason) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.manage", func(tx *db.Tx, i *Incident, basis string) error {
		was := i.State
		if was == to {
			return nil
		}
		open, err := s.gates(ctx, tx, *i, to)
		if err != nil {
			return err
		}
		if len(open) > 0 && !despite {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.gate", "steps", stepNames(open)))
		}
		kind := ""
		switch {
		case to == Closed:
			sh, err := s.sheet(ctx, tx, *i, time.Time{})
			if err != nil {
				return err
			}
			if err := s.mayClose(ctx, tx, *i); err != nil {
				return err
			}
			if err := s.reviewed(ctx, tx, sh); err != nil {
				return err
			}
			kind, i.ClosedAt = "incident.closed", s.micros()
		case was == Closed:
			kind, i.ClosedAt = "incident.reopened", 0
		}
		i.State = to
		if err := s.moved(ctx, tx, a, i, was, reason, open); err != nil {
			return err
		}
		if _, err := s.settle(ctx, tx, a, i, nil, basis); err != nil || kind == "" {
			return err
		}
		payload, err := json.Marshal(map[string]string{"reason": reason})
		if err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, kind, *i, "incident", i.ID, basis, payload)
		return err
	})
}

// moved enters a move in the log, with the steps that were passed over, and has the time
// of the state's steps run.
func (s *Store) moved(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, was State, reason string, open []Planned) error {
	text := i18n.Both("incident.log.state", "before", i18n.Both("incident.handling."+string(was)), "after", i18n.Both("incident.handling."+string(i.State)))
	if len(open) > 0 {
		text = i18n.Both("incident.log.despite", "move", text, "steps", stepNames(open))
	}
	if err := s.note(ctx, tx, a, i, Entry{Kind: "state", BodyJA: text.JA, BodyEN: text.EN, Reason: reason}); err != nil {
		return err
	}
	return s.entered(ctx, tx, i)
}

// stepNames are the titles of steps, one behind the other.
func stepNames(list []Planned) (out i18n.Text) {
	for n, t := range list {
		if n > 0 {
			out.JA, out.EN = out.JA+"、", out.EN+", "
		}
		out.JA, out.EN = out.JA+t.Step.Title.JA, out.EN+t.Step.Title.EN
	}
	return out
}

// mayClose refuses closing while reports are due or tasks open.
func (s *Store) mayClose(ctx context.Context, tx *db.Tx, i Incident) error {
	if i.OpenClocks > 0 {
		return errs.New(errs.Conflict, "%w", i18n.NewError("incident.clocks-open", "n", i.OpenClocks))
	}
	n, err := db.One[int64](ctx, tx, `select count(*) from incident_task where tenant = :tenant and incident = :id and state = 'open'`, db.Args{"tenant": i.Tenant, "id": i.ID})
	if err == nil && n > 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.tasks-open", "n", n))
	}
	return err
}

// Classify states a class of the Union's scheme and the moment of the decision: from it
// the limits of Delegated Regulation (EU) 2025/301 Article 5 run. The decision is a fact
// of its own, because what the criteria say is not yet a decision.
func (s *Store) Classify(ctx context.Context, a authz.Actor, id, level, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.manage", func(tx *db.Tx, i *Incident, basis string) error {
		list := []Statement{{Fact: "severity.dora", Text: level, Note: reason}}
		if level == "major" {
			list = append(list, Statement{Fact: "severity.dora_classified", Text: at(s.now.Now(), i.Zone).Text})
		}
		records, err := s.records(i, list)
		if err != nil {
			return err
		}
		before, err := s.sheet(ctx, tx, *i, time.Time{})
		if err != nil {
			return err
		}
		if err := s.state(ctx, tx, a, i, records); err != nil {
			return err
		}
		e := s.book.Dictionary.Entry("severity.dora")
		was, _ := before.View.Get("severity.dora")
		text := i18n.Both("incident.log.dora", "before", FactText(was, e, i.Location()), "after", FactText(records[0], e, i.Location()))
		if err := s.note(ctx, tx, a, i, Entry{Kind: "classified", BodyJA: text.JA, BodyEN: text.EN, Reason: reason, KnownAt: s.micros()}); err != nil {
			return err
		}
		if _, err := s.settle(ctx, tx, a, i, ids(records), basis); err != nil {
			return err
		}
		payload, err := json.Marshal(map[string]string{"scheme": dora, "after": level, "reason": reason})
		if err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.classified", *i, "incident", i.ID, basis, payload)
		return err
	})
}
