// Package campaign is a form asked of many: an asker, a population, a calendar, the
// board of who is how far, the closing, and the release that goes back. Any
// organisation can be the asker: an authority of its institutions, a community of its
// members, an institution of its vendors.
package campaign

import (
	"context"
	"embed"
	"io/fs"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/org"
)

//go:embed schema
var schema embed.FS

// Module is the package's share in the schema.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "campaign", FS: sub, Tenant: []string{"campaign_head", "campaign_frozen", "campaign_release", "campaign_document", "campaign_return", "campaign_reminder"}}
}

// State is where a campaign stands.
type State string

// The states, in their order.
const (
	Draft    State = "draft"    // 準備中
	Trial    State = "trial"    // 試行中: a few parties try it; nothing of it is analysed
	Open     State = "open"     // 実施中
	Closed   State = "closed"   // 締切: the submissions are frozen
	Released State = "released" // 還元済
)

// Campaign is one round of asking. Times are microseconds UTC.
type Campaign struct {
	Tenant     string `db:"tenant"` // the asker
	ID         string `db:"id"`
	TitleJA    string `db:"title_ja"`
	TitleEN    string `db:"title_en"`
	Form       string `db:"form"`
	Edition    string `db:"edition"`
	Population string `db:"population"` // CEL over org (form.ParsePopulation)
	Marking    string `db:"marking"`    // handling
	Policy     string `db:"policy"`     // of disclosure: default or sensitive
	Calendar   string `db:"calendar"`   // id of the calendar of business days
	DueAt      int64  `db:"due_at"`
	State      State  `db:"state"`
	Version    int64  `db:"version"`
	CreatedBy  string `db:"created_by"`
	CreatedAt  int64  `db:"created_at"`
	OpenedAt   int64  `db:"opened_at"`
	ClosedAt   int64  `db:"closed_at"`
	Reminders  string `db:"reminders"` // Plan
}

// Title is the campaign's title.
func (c Campaign) Title() i18n.Text { return i18n.Text{JA: c.TitleJA, EN: c.TitleEN} }

// Store keeps campaigns.
type Store struct {
	db      *db.DB
	now     clock.Clock
	ids     *id.Source
	may     *authz.Policies
	orgs    *org.Store
	filings *filing.Store
	forms   *form.Library
	tell    Tell

	calendars calendar.Set // whose business days reminders count
}

// Tell passes on what happened to the parties of a campaign, in the transaction in which it happened.
type Tell func(ctx context.Context, tx *db.Tx, kind string, c Campaign, parties []Party) error

// Party is someone whom a campaign's notice goes to.
type Party struct {
	Org, Filing string
	DueAt       int64  // its own deadline, microseconds UTC; 0: the campaign's
	Note        string // the reason of what happened; may be empty
	State       filing.State
	Begun       bool // something is answered
}

// New makes a store.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies, orgs *org.Store, filings *filing.Store, forms *form.Library, calendars calendar.Set, tell Tell) *Store {
	if tell == nil {
		tell = func(context.Context, *db.Tx, string, Campaign, []Party) error { return nil }
	}
	return &Store{d, c, ids, p, orgs, filings, forms, tell, calendars}
}

const columns = `tenant, id, title_ja, title_en, form, edition, population, marking, policy, calendar, due_at, state, version, created_by, created_at, opened_at, closed_at, reminders`

func (c Campaign) thing() authz.Thing {
	return authz.Thing{Kind: "campaign", ID: c.ID, Tenant: c.Tenant}
}

func get(ctx context.Context, q db.Querier, tenant, id string) (Campaign, error) {
	return db.One[Campaign](ctx, q, `select `+columns+` from campaign_head where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Get is a campaign of the actor's organisation, or NotFound.
func (s *Store) Get(ctx context.Context, a authz.Actor, id string) (Campaign, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", ID: id, Tenant: a.Org}); err != nil {
		return Campaign{}, err
	}
	return get(ctx, s.db.Tenant(a.Org), a.Org, id)
}

// List lists the campaigns of the actor's organisation, newest first.
func (s *Store) List(ctx context.Context, a authz.Actor, limit int) ([]Campaign, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", Tenant: a.Org}); err != nil {
		return nil, err
	}
	return db.All[Campaign](ctx, s.db.Tenant(a.Org), `select `+columns+` from campaign_head where tenant = :tenant order by created_at desc, id desc limit :limit`, db.Args{"limit": limit})
}

// Create enters a campaign as a draft of the actor's organisation and returns its id.
func (s *Store) Create(ctx context.Context, a authz.Actor, c Campaign) (string, error) {
	c.Tenant = a.Org
	if _, err := s.may.Decide(a, "campaign.write", c.thing()); err != nil {
		return "", err
	}
	if err := s.check(&c); err != nil {
		return "", err
	}
	c.ID, c.State, c.Version, c.CreatedBy, c.CreatedAt = string(s.ids.New()), Draft, 1, a.Person, clock.Micros(s.now.Now())
	_, err := s.db.Tenant(a.Org).Exec(ctx, `insert into campaign_head (`+columns+`) values (:tenant, :id, :title_ja, :title_en, :form, :edition, :population, :marking,
		:policy, :calendar, :due_at, :state, :version, :created_by, :created_at, :opened_at, :closed_at, :reminders)`, c)
	return c.ID, err
}

// Change stores another title, population, deadline and so on of a draft. The version
// is the one that was read. Errors: Conflict, Invalid.
func (s *Store) Change(ctx context.Context, a authz.Actor, c Campaign) error {
	c.Tenant = a.Org
	if _, err := s.may.Decide(a, "campaign.write", c.thing()); err != nil {
		return err
	}
	if err := s.check(&c); err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		return tx.Update(ctx, `update campaign_head set title_ja = :title_ja, title_en = :title_en, form = :form, edition = :edition, population = :population,
			marking = :marking, policy = :policy, calendar = :calendar, due_at = :due_at, reminders = :reminders, version = version + 1
			where tenant = :tenant and id = :id and version = :version and state in ('draft', 'trial')`, c)
	})
}

// check refuses a campaign that can't be run, and fills what has a usual value.
func (s *Store) check(c *Campaign) error {
	if c.TitleJA = strings.TrimSpace(c.TitleJA); c.TitleJA == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("campaign.title-missing"))
	}
	if c.TitleEN = strings.TrimSpace(c.TitleEN); c.TitleEN == "" {
		c.TitleEN = c.TitleJA
	}
	f, err := s.forms.Form(c.Form, c.Edition)
	if err == nil && f.Kind == form.KindRegister { // each organisation is asked for its records
		c.Form = form.CollectionID(f.ID)
		f, err = s.forms.Form(c.Form, c.Edition)
	}
	if err != nil {
		return errs.New(errs.Invalid, "%w", i18n.NewError("campaign.form-unknown", "form", c.Form))
	}
	c.Edition = f.Edition
	if _, found := form.ParsePopulation(c.Population); len(found) > 0 {
		return errs.New(errs.Invalid, "%w", &i18n.Error{Text: found[0].Message})
	}
	if c.DueAt <= clock.Micros(s.now.Now()) {
		return errs.New(errs.Invalid, "%w", i18n.NewError("campaign.due-past"))
	}
	if c.Policy == "" {
		c.Policy = "default"
	}
	if c.Calendar == "" {
		c.Calendar = "jp-bank"
	}
	plan, err := ParsePlan(c.Reminders)
	c.Reminders = plan.String()
	return err
}

// Population lists whom the campaign would ask today.
func (s *Store) Population(ctx context.Context, a authz.Actor, c Campaign) ([]org.Party, []form.Org, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", ID: c.ID, Tenant: a.Org}); err != nil {
		return nil, nil, err
	}
	return s.population(ctx, a.Org, c)
}

func (s *Store) population(ctx context.Context, asker string, c Campaign) ([]org.Party, []form.Org, error) {
	p, found := form.ParsePopulation(c.Population)
	if len(found) > 0 {
		return nil, nil, errs.New(errs.Invalid, "%w", &i18n.Error{Text: found[0].Message})
	}
	return s.orgs.Population(ctx, asker, p, i18n.JA)
}
