package filing

import (
	"context"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
)

// Share is a section that was given to a unit or a person.
type Share struct {
	Section string `db:"section"`
	Unit    string `db:"unit"`
	Person  string `db:"person"`
	Due     string `db:"due"` // ISO date within the organisation; may be empty
	DoneAt  int64  `db:"done_at"`
	DoneBy  string `db:"done_by"`
}

// Shares lists the sections of a filing that were given to someone.
func (s *Store) Shares(ctx context.Context, a authz.Actor, id string) (map[string]Share, error) {
	rows, err := db.All[Share](ctx, s.db.Tenant(a.Org), `select section, unit, person, due, done_at, done_by from filing_section
		where tenant = :tenant and filing = :id`, db.Args{"id": id})
	out := make(map[string]Share, len(rows))
	for _, r := range rows {
		out[r.Section] = r
	}
	return out, err
}

// Delegate gives a section to a unit or person of the actor's organisation.
func (s *Store) Delegate(ctx context.Context, a authz.Actor, id string, sh Share) error {
	f, err := get(ctx, s.db.Tenant(a.Org), a.Org, id)
	if err != nil {
		return err
	}
	if _, err := s.may.Decide(a, "filing.assign", f.thing(nil)); err != nil {
		return err
	}
	if err := s.hasSection(f, sh.Section); err != nil {
		return err
	}
	_, err = s.db.Tenant(a.Org).Exec(ctx, `insert into filing_section (tenant, filing, section, unit, person, due, done_at, done_by)
		values (:tenant, :filing, :section, :unit, :person, :due, 0, '')
		on conflict (tenant, filing, section) do update set unit = excluded.unit, person = excluded.person, due = excluded.due`,
		db.Args{"filing": id, "section": sh.Section, "unit": sh.Unit, "person": sh.Person, "due": sh.Due})
	return err
}

// SectionDone marks a section as answered by whom it was given to, or takes that back.
// Errors: NotFound for a section that the form lacks, Conflict when answers can't be
// changed any more (as with Save).
func (s *Store) SectionDone(ctx context.Context, a authz.Actor, id, section string, done bool) error {
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		f, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "filing.answer", f.thing(nil)); err != nil {
			return err
		}
		if err := s.hasSection(f, section); err != nil {
			return err
		}
		if err := f.open(); err != nil {
			return err
		}
		at, by := int64(0), ""
		if done {
			at, by = clock.Micros(s.now.Now()), a.Person
		}
		_, err = tx.Exec(ctx, `insert into filing_section (tenant, filing, section, unit, person, due, done_at, done_by)
			values (:tenant, :filing, :section, '', '', '', :at, :by)
			on conflict (tenant, filing, section) do update set done_at = excluded.done_at, done_by = excluded.done_by`,
			db.Args{"filing": id, "section": section, "at": at, "by": by})
		return err
	})
}

// hasSection is NotFound when the filing's form lacks a section.
func (s *Store) hasSection(f Filing, section string) error {
	def, err := s.Form(f)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(def.Sections, func(sec *form.Section) bool { return sec.ID == section }) {
		return errs.New(errs.NotFound, "filing: no section %s", section)
	}
	return nil
}
