package org

import (
	"context"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Unit is a department.
type Unit struct {
	ID      string `db:"id"`
	NameJA  string `db:"name_ja"`
	NameEN  string `db:"name_en"`
	Version int64  `db:"version"`
}

// Name is the unit's name.
func (u Unit) Name() i18n.Text { return i18n.Text{JA: u.NameJA, EN: u.NameEN} }

// Units lists the departments of an organisation.
func (s *Store) Units(ctx context.Context, tenant string) ([]Unit, error) {
	return db.All[Unit](ctx, s.db.Tenant(tenant), `select id, name_ja, name_en, version from org_unit where tenant = :tenant order by name_ja, id`, nil)
}

// AddUnit enters a department in the actor's organisation.
func (s *Store) AddUnit(ctx context.Context, a authz.Actor, u Unit) (string, error) {
	if _, err := s.may.Decide(a, "org.manage", thing(a.Org)); err != nil {
		return "", err
	}
	return s.addUnit(ctx, s.db.Tenant(a.Org), u)
}

func (s *Store) addUnit(ctx context.Context, q db.Querier, u Unit) (string, error) {
	if u.ID == "" {
		u.ID = string(s.ids.New())
	}
	u.Version = 1
	_, err := q.Exec(ctx, `insert into org_unit (tenant, id, name_ja, name_en, version) values (:tenant, :id, :name_ja, :name_en, :version)
		on conflict (tenant, id) do update set name_ja = excluded.name_ja, name_en = excluded.name_en, version = org_unit.version + 1`, u)
	return u.ID, err
}

// SetRoles gives a member of the actor's organisation other roles, none to remove them.
// Someone has to administrate the organisation: its last administrator stays one
// (Conflict).
func (s *Store) SetRoles(ctx context.Context, a authz.Actor, person, unit string, roles []authz.Role) error {
	basis, err := s.may.Decide(a, "org.manage", thing(a.Org))
	if err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		if !slices.Contains(roles, authz.Administrator) {
			members, err := s.MembersIn(ctx, tx, a.Org)
			if err != nil {
				return err
			}
			if lastAdministrator(members, person) {
				return errs.New(errs.Conflict, "%w", i18n.NewError("org.last-administrator"))
			}
		}
		return s.Grant(ctx, tx, a, basis, a.Org, person, unit, roles)
	})
}

func lastAdministrator(members []Member, person string) bool {
	is, others := false, 0
	for _, m := range members {
		switch {
		case !slices.Contains(m.Roles(), authz.Administrator):
		case m.Person == person:
			is = true
		case m.State == "active":
			others++
		}
	}
	return is && others == 0
}

// People lists the members of the actor's organisation.
func (s *Store) People(ctx context.Context, a authz.Actor) ([]Member, error) {
	if _, err := s.may.Decide(a, "org.read", thing(a.Org)); err != nil {
		return nil, err
	}
	return s.Members(ctx, a.Org)
}

func thing(tenant string) authz.Thing {
	return authz.Thing{Kind: "organisation", ID: tenant, Tenant: tenant}
}
