package incident

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

// Zone is the zone in which incidents are told unless they say otherwise.
const Zone = "Asia/Tokyo"

// MaxTitle is the longest title, in characters.
const MaxTitle = 200

// Opening is what is said when an incident is opened.
type Opening struct {
	Title      string
	Exercise   bool
	Statements []Statement
}

// Open opens an incident with what is known of it, and returns its id. Who opens it owns
// it. What the organisation keeps ready of itself (Standing) is stated too, unless the
// opening says it otherwise.
func (s *Store) Open(ctx context.Context, a authz.Actor, o Opening) (string, error) {
	i := Incident{Tenant: a.Org, ID: string(s.ids.New()), Exercise: flag(o.Exercise), Title: strings.TrimSpace(o.Title), State: Detected, Owner: a.Person,
		Zone: Zone, OpenedAt: s.micros(), OpenedBy: a.Person, Version: 1}
	basis, err := s.may.Decide(a, "incident.write", i.thing())
	if err != nil {
		return "", err
	}
	if i.Title == "" || utf8.RuneCountInString(i.Title) > MaxTitle {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("incident.title-length", "max", MaxTitle))
	}
	records, err := s.records(&i, o.Statements)
	if err != nil {
		return "", err
	}
	err = s.db.System("an incident is opened").Tx(ctx, func(tx *db.Tx) error {
		i := i // the transaction may run again
		if err := s.insert(ctx, tx, &i); err != nil {
			return err
		}
		standing, err := s.standing(ctx, tx, a.Org)
		if err != nil {
			return err
		}
		all := records
		for _, r := range standing {
			if !stated(records, r.Fact) {
				r.KnownAt = at(s.now.Now(), i.Zone)
				all = append(all, r)
			}
		}
		if err := s.state(ctx, tx, a, &i, all); err != nil {
			return err
		}
		text := i18n.Both("incident.log.opened", "title", i.name())
		if err := s.note(ctx, tx, a, &i, Entry{Kind: "opened", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: "incident.opened", Org: a.Org, Roles: []authz.Role{authz.Checker, authz.Approver}, By: a, Link: "/incidents/" + i.ID,
			Args: map[string]i18n.Text{"incident": i.name()}}); err != nil {
			return err
		}
		if _, err := s.settle(ctx, tx, a, &i, ids(records), basis); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.opened", i, "incident", i.ID, basis, []byte(i.Reference))
		return err
	})
	return i.ID, err
}

func stated(list []facts.Record, fact string) bool {
	for _, r := range list {
		if r.Fact == fact {
			return true
		}
	}
	return false
}

func ids(list []facts.Record) []string {
	out := make([]string, len(list))
	for n, r := range list {
		out[n] = r.Fact
	}
	return out
}

// insert stores a new incident under the next reference of its year.
func (s *Store) insert(ctx context.Context, tx *db.Tx, i *Incident) error {
	word := "INC"
	if i.Exercise == 1 {
		word = "EX"
	}
	begins := fmt.Sprintf("%s-%d-", word, s.now.Now().In(calendar.Tokyo).Year())
	n, err := db.One[int64](ctx, tx, `select count(*) from incident_case where tenant = :tenant and reference like :begins`, db.Args{"tenant": i.Tenant, "begins": begins + "%"})
	if err != nil {
		return err
	}
	i.Reference = fmt.Sprintf("%s%04d", begins, n+1)
	_, err = tx.Exec(ctx, `insert into incident_case (`+columns+`) values (:tenant, :id, :reference, :exercise, :title, :state, :owner, :zone, :opened_at, :opened_by,
		:closed_at, :level, :next_stage, :next_state, :next_due, :open_clocks, :version)`, *i)
	return err
}

// records reads statements, all or none.
func (s *Store) records(i *Incident, list []Statement) ([]facts.Record, error) {
	var out []facts.Record
	for _, st := range list {
		r, err := s.book.Record(st, i.Zone, s.now.Now())
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// state stores statements behind those that are there.
func (s *Store) state(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, list []facts.Record) error {
	for _, r := range list {
		doc, err := encode(r)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into incident_fact (tenant, incident, seq, fact, doc, entered_at, person)
			select :tenant, :id, coalesce(max(seq), 0) + 1, :fact, :doc, :at, :person from incident_fact where tenant = :tenant and incident = :id`,
			db.Args{"tenant": i.Tenant, "id": i.ID, "fact": r.Fact, "doc": doc, "at": s.micros(), "person": a.Person}); err != nil {
			return err
		}
	}
	return nil
}

// State adds statements to an incident and returns it as it stands then. Statements that
// say what is known already are left out. Errors: Invalid for a faulty statement, Conflict
// for a closed incident.
func (s *Store) State(ctx context.Context, a authz.Actor, id string, list []Statement) (*Sheet, error) {
	var sh *Sheet
	err := s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, basis string) error {
		records, err := s.records(i, list)
		if err != nil {
			return err
		}
		if sh, err = s.sheet(ctx, tx, *i, s.now.Now()); err != nil {
			return err
		}
		var fresh []facts.Record
		for _, r := range records {
			if was, ok := sh.View.Get(r.Fact); !ok || !facts.Same(was, r) {
				fresh = append(fresh, r)
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := s.state(ctx, tx, a, i, fresh); err != nil {
			return err
		}
		text := s.factLines(i, fresh)
		if err := s.note(ctx, tx, a, i, Entry{Kind: "fact", BodyJA: text.JA, BodyEN: text.EN, Reason: fresh[0].Source}); err != nil {
			return err
		}
		sh, err = s.settle(ctx, tx, a, i, ids(fresh), basis)
		return err
	})
	return sh, err
}

// factLines are statements as the log has them: those that were made together in one line.
func (s *Store) factLines(i *Incident, list []facts.Record) i18n.Text {
	var ja, en []string
	for _, r := range list {
		t := i18n.Both("incident.log.fact", "fact", s.book.Dictionary.Title(r.Fact), "value", FactText(r, s.book.Dictionary.Entry(r.Fact), i.Location()))
		ja, en = append(ja, t.JA), append(en, t.EN)
	}
	return i18n.Text{JA: strings.Join(ja, " ／ "), EN: strings.Join(en, "; ")}
}
