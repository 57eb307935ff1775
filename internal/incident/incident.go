// Package incident is the handling of incidents on the server: an organisation opens
// one, states what is known of it, sees which reports are due to whom by when, has them
// checked and approved, and submits them; the recipient sees what was submitted to it.
//
// The facts, clocks, classes and forms are those of the pure packages below and of
// internal/obligation: what the command line computes of an exported incident is what
// the screens show. Both sides keep their own rows, as filings do (docs/decisions/0005).
package incident

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/obligation"
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
	return db.Module{Name: "incident", FS: sub, Tenant: []string{"incident_case", "incident_fact", "incident_standing", "incident_contact", "incident_clock", "incident_log",
		"incident_task", "incident_playbook", "incident_letter", "incident_call", "incident_duty", "incident_evidence", "incident_custody", "incident_report", "incident_question", "incident_review",
		"intake_scope", "intake_case", "intake_report", "intake_clock", "intake_question"}}
}

// State is where the handling of an incident stands.
type State string

// The states, in the order of handling (NIST SP 800-61, with triage and review of their own).
const (
	Detected    State = "detect"
	Triaged     State = "triage"
	Containing  State = "contain"
	Eradicating State = "eradicate"
	Recovering  State = "recover"
	Reviewing   State = "review"
	Closed      State = "closed"
)

// States lists all states.
var States = []State{Detected, Triaged, Containing, Eradicating, Recovering, Reviewing, Closed}

// Incident is the head of an incident. Times are microseconds UTC, 0 when there is none.
type Incident struct {
	Tenant     string `db:"tenant"`
	ID         string `db:"id"`
	Reference  string `db:"reference"` // INC-2026-0001; EX-2026-0001 for an exercise
	Exercise   int64  `db:"exercise"`  // 1: never counted, never handed to a recipient
	Title      string `db:"title"`
	State      State  `db:"state"`
	Owner      string `db:"owner"` // person
	Zone       string `db:"zone"`  // IANA name: in which moments without offset are told
	OpenedAt   int64  `db:"opened_at"`
	OpenedBy   string `db:"opened_by"`
	ClosedAt   int64  `db:"closed_at"`
	Level      string `db:"level"`      // by the organisation's own scheme, of what is established
	NextStage  string `db:"next_stage"` // of the clock that is due first; "" when none is open
	NextState  string `db:"next_state"` // of that clock
	NextDue    int64  `db:"next_due"`   // its deadline, or since when it is due at once; 0 when there is no such moment
	OpenClocks int64  `db:"open_clocks"`
	Version    int64  `db:"version"`
}

const columns = `tenant, id, reference, exercise, title, state, owner, zone, opened_at, opened_by, closed_at, level, next_stage, next_state, next_due, open_clocks, version`

func (i Incident) thing(answerers ...string) authz.Thing {
	return authz.Thing{Kind: "incident", ID: i.ID, Tenant: i.Tenant, Owner: i.Owner, Answerers: answerers}
}

// Late reports whether the deadline of the next report has passed.
func (i Incident) Late(now int64) bool {
	return i.NextDue != 0 && i.NextDue < now && i.NextState != string(obligation.AtOnce)
}

// Location is the zone in which the incident is told.
func (i Incident) Location() *time.Location {
	if zone, err := time.LoadLocation(i.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// Event is something that people are told of. Persons are named, or Roles of Org.
type Event struct {
	Kind    string // of the notice: incident.opened …
	Org     string
	Persons []string
	Roles   []authz.Role
	By      authz.Actor
	Link    string
	Args    map[string]i18n.Text
}

// Tell passes an event on to people, in the transaction in which it happened.
type Tell func(ctx context.Context, tx *db.Tx, e Event) error

// Store keeps incidents and what recipients received of them.
type Store struct {
	db   *db.DB
	now  clock.Clock
	ids  *id.Source
	may  *authz.Policies
	orgs *org.Store
	book *Rulebook
	tell Tell
}

// New makes a store; tell may be nil.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies, orgs *org.Store, book *Rulebook, tell Tell) *Store {
	if tell == nil {
		tell = func(context.Context, *db.Tx, Event) error { return nil }
	}
	return &Store{d, c, ids, p, orgs, book, tell}
}

// Book is what the store judges incidents by.
func (s *Store) Book() *Rulebook { return s.book }

// May reports whether the actor may do something to an incident of its organisation.
func (s *Store) May(a authz.Actor, action string, i Incident) bool {
	i.Tenant = a.Org
	return s.may.May(a, action, i.thing())
}

func (s *Store) micros() int64 { return clock.Micros(s.now.Now()) }

func get(ctx context.Context, q db.Querier, tenant, id string) (Incident, error) {
	return db.One[Incident](ctx, q, `select `+columns+` from incident_case where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Filter says which incidents are listed.
type Filter struct {
	Closed bool // those that are closed too
	Limit  int
}

// List lists the incidents of the actor's organisation: open ones first, those due
// next first.
func (s *Store) List(ctx context.Context, a authz.Actor, f Filter) ([]Incident, error) {
	if _, err := s.may.Decide(a, "incident.read", Incident{Tenant: a.Org}.thing()); err != nil {
		return nil, err
	}
	all := int64(0)
	if f.Closed {
		all = 1
	}
	return db.All[Incident](ctx, s.db.Tenant(a.Org), `select `+columns+` from incident_case where tenant = :tenant and (:all = 1 or closed_at = 0)
		order by case when closed_at = 0 then 0 else 1 end, case when open_clocks = 0 then 1 else 0 end, next_due, id desc limit :limit`,
		db.Args{"all": all, "limit": min(max(f.Limit, 1), 1000)})
}

// change runs fn on an incident that the actor may change, and settles what follows.
// System, because the recipient of a report may have to hear of it.
func (s *Store) change(ctx context.Context, a authz.Actor, id, action string, fn func(tx *db.Tx, i *Incident, basis string) error) error {
	return s.db.System("an incident changes, and those who received reports of it see the clocks").Tx(ctx, func(tx *db.Tx) error {
		i, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, action, i.thing())
		if err != nil {
			return err
		}
		if i.State == Closed && action != "incident.manage" {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.is-closed"))
		}
		return fn(tx, &i, basis)
	})
}

// enter appends a fact about an incident to the ledger and returns its number.
func (s *Store) enter(ctx context.Context, tx *db.Tx, a authz.Actor, kind string, i Incident, object, id string, basis string, payload []byte) (int64, error) {
	return ledger.Append(ctx, tx, ledger.Entry{At: s.micros(), Org: i.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: object, ObjectID: id, Revision: i.Version, Basis: basis, Payload: ledger.HashPayload(payload)})
}

// step is the place of a state in the order of handling, -1 for none.
func (s State) step() int { return slices.Index(States, s) }
