package org

import (
	"context"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// Person is someone who signs in. A person may belong to several organisations.
type Person struct {
	ID        string    `db:"id"`
	Email     string    `db:"email"` // lower case; the name to sign in with
	Name      string    `db:"name"`
	Lang      i18n.Lang `db:"lang"`
	State     string    `db:"state"` // active or left
	Version   int64     `db:"version"`
	CreatedAt int64     `db:"created_at"`
}

// Member is a person's place in one organisation.
type Member struct {
	Person  string `db:"person"`
	Email   string `db:"email"`
	Name    string `db:"name"`
	Lang    string `db:"lang"`
	State   string `db:"state"`
	Unit    string `db:"unit"`
	RoleSet string `db:"roles"` // separated by spaces
	Since   int64  `db:"since"`
	Version int64  `db:"version"`
}

// Roles are the member's roles.
func (m Member) Roles() []authz.Role { return rolesOf(m.RoleSet) }

func rolesOf(text string) []authz.Role {
	var out []authz.Role
	for _, r := range strings.Fields(text) {
		out = append(out, authz.Role(r))
	}
	return out
}

func joinRoles(roles []authz.Role) (string, error) {
	words := make([]string, 0, len(roles))
	for _, r := range authz.Roles {
		if slices.Contains(roles, r) {
			words = append(words, string(r))
		}
	}
	for _, r := range roles {
		if !slices.Contains(authz.Roles, r) {
			return "", errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-role", "role", r))
		}
	}
	return strings.Join(words, " "), nil
}

const personColumns = `id, email, name, lang, state, version, created_at`

// AddPerson enters a person, or returns the one who has the address already.
func (s *Store) AddPerson(ctx context.Context, q db.Querier, p Person) (string, error) {
	p.Email = strings.ToLower(strings.TrimSpace(p.Email))
	if !strings.Contains(p.Email, "@") || strings.ContainsAny(p.Email, " \t\r\n,;<>") || len(p.Email) > 254 {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-email", "email", p.Email))
	}
	if p.Lang == "" {
		p.Lang = i18n.JA
	}
	if p.ID == "" {
		p.ID = string(s.ids.New())
	}
	p.State, p.Version, p.CreatedAt = "active", 1, clock.Micros(s.now.Now())
	return db.One[string](ctx, q, `insert into person (`+personColumns+`) values (:id, :email, :name, :lang, :state, :version, :created_at)
		on conflict (email) do update set version = person.version returning id`, p)
}

// Person is the person of an id, or NotFound.
func (s *Store) Person(ctx context.Context, id string) (Person, error) {
	return db.One[Person](ctx, s.db.Common(), `select `+personColumns+` from person where id = :id`, db.Args{"id": id})
}

// PersonByEmail is the person of an address, or NotFound.
func (s *Store) PersonByEmail(ctx context.Context, email string) (Person, error) {
	return db.One[Person](ctx, s.db.Common(), `select `+personColumns+` from person where email = :email`, db.Args{"email": strings.ToLower(strings.TrimSpace(email))})
}

// SetLang keeps the language that a person chose.
func (s *Store) SetLang(ctx context.Context, person string, lang i18n.Lang) error {
	_, err := s.db.Common().Exec(ctx, `update person set lang = :lang where id = :id`, db.Args{"id": person, "lang": lang})
	return err
}

// Grant gives a person the roles of an organisation (none: the person leaves it) and
// enters the change in the ledger. The actor is "" when the system itself does it.
func (s *Store) Grant(ctx context.Context, tx *db.Tx, by authz.Actor, basis, tenant, person, unit string, roles []authz.Role) error {
	set, err := joinRoles(roles)
	if err != nil {
		return err
	}
	if len(roles) == 0 {
		_, err = tx.Exec(ctx, `delete from membership where tenant = :tenant and person = :person`, db.Args{"tenant": tenant, "person": person})
	} else {
		_, err = tx.Exec(ctx, `insert into membership (tenant, person, unit, roles, since, version) values (:tenant, :person, :unit, :roles, :since, 1)
			on conflict (tenant, person) do update set unit = excluded.unit, roles = excluded.roles, version = membership.version + 1`,
			db.Args{"tenant": tenant, "person": person, "unit": unit, "roles": set, "since": clock.Micros(s.now.Now())})
	}
	if err != nil {
		return err
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{
		At: clock.Micros(s.now.Now()), Org: tenant, Actor: by.Person, Kind: "role.changed", ObjectKind: "person", ObjectID: person,
		Basis: basis, Payload: ledger.HashPayload([]byte(unit + "\n" + set)),
	})
	return err
}

const memberColumns = `m.person, p.email, p.name, p.lang, p.state, m.unit, m.roles, m.since, m.version`

// Members lists the people of an organisation, by name.
func (s *Store) Members(ctx context.Context, tenant string) ([]Member, error) {
	return s.MembersIn(ctx, s.db.Tenant(tenant), tenant)
}

// MembersIn is Members within a transaction.
func (s *Store) MembersIn(ctx context.Context, q db.Querier, tenant string) ([]Member, error) {
	return db.All[Member](ctx, q, `select `+memberColumns+` from membership m join person p on p.id = m.person
		where m.tenant = :tenant order by p.name, m.person`, db.Args{"tenant": tenant})
}

// Seat is one organisation that a person may act in.
type Seat struct {
	Org     string `db:"org"`
	Kind    Kind   `db:"kind"`
	NameJA  string `db:"name_ja"`
	NameEN  string `db:"name_en"`
	Unit    string `db:"unit"`
	RoleSet string `db:"roles"`
}

// Name is the organisation's name.
func (s Seat) Name() i18n.Text { return i18n.Text{JA: s.NameJA, EN: s.NameEN} }

// Roles are the person's roles there.
func (s Seat) Roles() []authz.Role { return rolesOf(s.RoleSet) }

// Seats lists the organisations of a person.
func (s *Store) Seats(ctx context.Context, person string) ([]Seat, error) {
	return db.All[Seat](ctx, s.db.System("a person's organisations"), `select m.tenant as org, o.kind, o.name_ja, o.name_en, m.unit, m.roles
		from membership m join organisation o on o.id = m.tenant where m.person = :person order by o.name_ja, o.id`, db.Args{"person": person})
}

// Actor is the person acting in the organisation: Forbidden when they don't belong to it.
func (s *Store) Actor(ctx context.Context, person, tenant string, lang i18n.Lang) (authz.Actor, error) {
	type row struct {
		Seat
		Name  string `db:"name"`
		State string `db:"state"`
	}
	r, err := db.One[row](ctx, s.db.Tenant(tenant), `select m.tenant as org, o.kind, o.name_ja, o.name_en, m.unit, m.roles, p.name, p.state
		from membership m join organisation o on o.id = m.tenant join person p on p.id = m.person
		where m.tenant = :tenant and m.person = :person`, db.Args{"person": person})
	if errs.KindOf(err) == errs.NotFound || err == nil && r.State != "active" {
		return authz.Actor{}, errs.New(errs.Forbidden, "%w", i18n.NewError("org.no-seat"))
	}
	return authz.Actor{Person: person, Name: r.Name, Org: tenant, OrgName: r.Seat.Name().In(lang), OrgKind: string(r.Kind), Unit: r.Unit, Roles: r.Roles()}, err
}
