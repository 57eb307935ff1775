package incident

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/incident/facts"
)

// Standing reads what the organisation keeps ready of itself (facts of the group
// "entity"), so that an early report need not ask it at night.
func (s *Store) Standing(ctx context.Context, a authz.Actor) (map[string]facts.Record, error) {
	if _, err := s.may.Decide(a, "incident.read", Incident{Tenant: a.Org}.thing()); err != nil {
		return nil, err
	}
	list, err := s.standing(ctx, s.db.Tenant(a.Org), a.Org)
	out := map[string]facts.Record{}
	for _, r := range list {
		out[r.Fact] = r
	}
	return out, err
}

func (s *Store) standing(ctx context.Context, q db.Querier, tenant string) ([]facts.Record, error) {
	type row struct {
		Fact string `db:"fact"`
		Doc  string `db:"doc"`
	}
	rows, err := db.All[row](ctx, q, `select fact, doc from incident_standing where tenant = :tenant order by fact`, db.Args{"tenant": tenant})
	if err != nil {
		return nil, err
	}
	var out []facts.Record
	for _, r := range rows {
		record, err := decode(r.Fact, r.Doc)
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
	return out, nil
}

// Contact is one line of the sheet of whom to call in which order. It is kept to be
// printed: on the night in question mail and this product may be out of reach.
type Contact struct {
	Seq   int64  `db:"seq"`
	Duty  string `db:"duty"`
	Who   string `db:"who"`
	Phone string `db:"phone"`
	Other string `db:"other"`
	Level string `db:"level"` // from which level of the own scheme on; "" always
	// Person is told by the system when an incident concerns the contact; "" nobody.
	Person string `db:"person"`
	// Minutes is how soon that has to be acknowledged before the next is told; 0 no limit.
	Minutes int64 `db:"minutes"`
}

const contactColumns = `seq, duty, who, phone, other, level, person, minutes`

// MaxMinutes is the longest time to acknowledge: a day.
const MaxMinutes = 24 * 60

// Contacts lists whom to call, in order.
func (s *Store) Contacts(ctx context.Context, a authz.Actor) ([]Contact, error) {
	if _, err := s.may.Decide(a, "incident.read", Incident{Tenant: a.Org}.thing()); err != nil {
		return nil, err
	}
	return db.All[Contact](ctx, s.db.Tenant(a.Org), `select `+contactColumns+` from incident_contact where tenant = :tenant order by seq`, nil)
}

// Prepare stores what the organisation keeps ready: facts of itself (an empty text takes
// one away) and whom to call. Lines without a duty are left out.
func (s *Store) Prepare(ctx context.Context, a authz.Actor, list []Statement, contacts []Contact) error {
	if _, err := s.may.Decide(a, "incident.write", Incident{Tenant: a.Org}.thing()); err != nil {
		return err
	}
	var kept []facts.Record
	var gone []string
	for _, st := range list {
		if strings.TrimSpace(st.Text) == "" {
			gone = append(gone, st.Fact)
			continue
		}
		r, err := s.book.Record(st, Zone, s.now.Now())
		if err != nil {
			return err
		}
		kept = append(kept, r)
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		for _, fact := range gone {
			if _, err := tx.Exec(ctx, `delete from incident_standing where tenant = :tenant and fact = :fact`, db.Args{"fact": fact}); err != nil {
				return err
			}
		}
		for _, r := range kept {
			doc, err := encode(r)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into incident_standing (tenant, fact, doc, changed_at, person) values (:tenant, :fact, :doc, :at, :person)
				on conflict (tenant, fact) do update set doc = excluded.doc, changed_at = excluded.changed_at, person = excluded.person`,
				db.Args{"fact": r.Fact, "doc": doc, "at": s.micros(), "person": a.Person}); err != nil {
				return err
			}
		}
		for _, c := range contacts {
			if err := s.belongs(ctx, tx, a.Org, c.Person); err != nil {
				return err
			}
		}
		return s.contacts(ctx, tx, contacts)
	})
}

func (s *Store) contacts(ctx context.Context, tx *db.Tx, list []Contact) error {
	if list == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `delete from incident_contact where tenant = :tenant`, nil); err != nil {
		return err
	}
	n := int64(0)
	for _, c := range list {
		if strings.TrimSpace(c.Duty) == "" {
			continue
		}
		n++
		if _, err := tx.Exec(ctx, `insert into incident_contact (tenant, `+contactColumns+`) values (:tenant, :seq, :duty, :who, :phone, :other, :level, :person, :minutes)`,
			db.Args{"seq": n, "duty": strings.TrimSpace(c.Duty), "who": strings.TrimSpace(c.Who), "phone": strings.TrimSpace(c.Phone), "other": strings.TrimSpace(c.Other), "level": c.Level,
				"person": c.Person, "minutes": min(max(c.Minutes, 0), MaxMinutes)}); err != nil {
			return err
		}
	}
	return nil
}
