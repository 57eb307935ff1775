// Package org knows the organisations and the people of the sector: who there is,
// who works where in which role, and which organisations someone may ask. What an
// organisation sees of others is only its own ties: there is no directory to browse.
package org

import (
	"context"
	"embed"
	"io/fs"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
)

//go:embed schema
var schema embed.FS

// Module is the package's share in the schema.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "org", FS: sub, Tenant: []string{"org_unit", "membership", "tie"}, Common: []string{"organisation", "organisation_flag", "person"}}
}

// Kind is what sort of organisation it is.
type Kind string

// The kinds of organisation.
const (
	Institution Kind = "institution"
	Community   Kind = "community" // an ISAC, an industry association
	Authority   Kind = "authority"
	Vendor      Kind = "vendor"
)

// Kinds lists all kinds.
var Kinds = []Kind{Institution, Community, Authority, Vendor}

// Organisation is one organisation. Sector and Size are codes (regional_bank, large …).
type Organisation struct {
	ID           string `db:"id"`
	Kind         Kind   `db:"kind"`
	NameJA       string `db:"name_ja"`
	NameEN       string `db:"name_en"`
	Sector       string `db:"sector"`
	Size         string `db:"size"`
	Group        string `db:"grp"`
	Centre       string `db:"centre"`
	Jurisdiction string `db:"jurisdiction"` // ISO 3166-1 alpha-2
	Version      int64  `db:"version"`
	CreatedAt    int64  `db:"created_at"` // microseconds UTC
	EndedOn      string `db:"ended_on"`   // ISO date, "" while it exists
}

// Name is the organisation's name in both languages.
func (o Organisation) Name() i18n.Text { return i18n.Text{JA: o.NameJA, EN: o.NameEN} }

// Flag is a designation with the dates between which it holds (until is "" when open).
type Flag struct {
	Organisation string `db:"organisation"`
	Flag         string `db:"flag"`
	Since        string `db:"since"`
	Until        string `db:"until"`
}

// Store keeps organisations and people. Its methods that take an actor ask the
// policies; the others are for other packages of the server, which have.
type Store struct {
	db  *db.DB
	now clock.Clock
	ids *id.Source
	may *authz.Policies
}

// New makes a store.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies) *Store {
	return &Store{db: d, now: c, ids: ids, may: p}
}

const orgColumns = `id, kind, name_ja, name_en, sector, size, grp, centre, jurisdiction, version, created_at, ended_on`

// Organisation is the organisation of an id, or NotFound.
func (s *Store) Organisation(ctx context.Context, id string) (Organisation, error) {
	return s.OrganisationIn(ctx, s.db.Common(), id)
}

// OrganisationIn is Organisation within a transaction.
func (s *Store) OrganisationIn(ctx context.Context, q db.Querier, id string) (Organisation, error) {
	return db.One[Organisation](ctx, q, `select `+orgColumns+` from organisation where id = :id`, db.Args{"id": id})
}

// Add enters an organisation and returns its id, which is made when o has none.
func (s *Store) Add(ctx context.Context, q db.Querier, o Organisation) (string, error) {
	if o.ID == "" {
		o.ID = string(s.ids.New())
	}
	if o.Version, o.CreatedAt = 1, clock.Micros(s.now.Now()); o.Jurisdiction == "" {
		o.Jurisdiction = "JP"
	}
	if strings.TrimSpace(o.NameJA+o.NameEN) == "" {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("org.name-missing"))
	}
	_, err := q.Exec(ctx, `insert into organisation (`+orgColumns+`) values
		(:id, :kind, :name_ja, :name_en, :sector, :size, :grp, :centre, :jurisdiction, :version, :created_at, :ended_on)`, o)
	return o.ID, err
}

// Flags lists an organisation's designations, oldest first.
func (s *Store) Flags(ctx context.Context, id string) ([]Flag, error) {
	return db.All[Flag](ctx, s.db.Common(), `select organisation, flag, since, until from organisation_flag where organisation = :id order by flag, since`, db.Args{"id": id})
}

// SetFlag enters a designation or its end.
func (s *Store) SetFlag(ctx context.Context, q db.Querier, f Flag) error {
	_, err := q.Exec(ctx, `insert into organisation_flag (organisation, flag, since, until) values (:organisation, :flag, :since, :until)
		on conflict (organisation, flag, since) do update set until = excluded.until`, f)
	return err
}

// Form is the organisation as expressions of forms see it, under the code that its
// asker calls it by; on is the ISO date whose flags hold.
func (o Organisation) Form(code string, flags []Flag, on string, lang i18n.Lang) form.Org {
	out := form.Org{ID: code, Name: o.Name().In(lang), Sector: o.Sector, Size: o.Size, Group: o.Group, Centre: o.Centre, Jurisdiction: o.Jurisdiction}
	for _, f := range flags {
		if f.Since <= on && (f.Until == "" || on < f.Until) {
			out.Flags = append(out.Flags, f.Flag)
		}
	}
	return out
}

// Form reads an organisation as expressions of forms see it today, under a code.
func (s *Store) Form(ctx context.Context, q db.Querier, id, code string) (form.Org, error) {
	o, err := s.OrganisationIn(ctx, q, id)
	if err != nil {
		return form.Org{}, err
	}
	flags, err := db.All[Flag](ctx, q, `select organisation, flag, since, until from organisation_flag where organisation = :id order by flag, since`, db.Args{"id": id})
	return o.Form(code, flags, s.today(), i18n.JA), err
}
