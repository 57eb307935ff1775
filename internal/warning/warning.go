// Package warning lets an authority warn institutions that depend on the same third party
// as one that reported an incident, and keeps what each of them answers: affected, not
// affected, or still checking, by when.
//
// Who is warned is a value that the caller brings: the joining of reports with registers
// is not this package's (docs/decisions/0005). What a recipient receives names neither
// the institutions that reported nor the reports; a text that names one of them is not
// sent unless the approver says why. An exercise goes the whole way and reaches nobody.
package warning

import (
	"context"
	"embed"
	"io/fs"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/ledger"
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
	return db.Module{Name: "warning", FS: sub, Tenant: []string{"warning_case", "warning_source", "warning_party", "warning_received"}}
}

// State says where a warning stands.
type State string

// The states.
const (
	Draft    State = "draft"
	Sent     State = "sent"
	Recalled State = "recalled" // after it was sent
	Dropped  State = "dropped"  // before
)

// TLPs are the labels of the Traffic Light Protocol, widest circle first (FIRST, TLP
// version 2.0, August 2022).
var TLPs = []string{"clear", "green", "amber", "amber+strict", "red"}

// Answers are what a recipient may answer; only the first two are final.
var Answers = []string{"affected", "not_affected", "checking"}

// Warning is a warning as its sender has it. Times are microseconds UTC, 0 for none.
type Warning struct {
	Tenant    string `db:"tenant"`
	ID        string `db:"id"`
	Reference string `db:"reference"` // W-2026-0001; EX-2026-0001 for an exercise
	Exercise  int64  `db:"exercise"`  // 1: reaches nobody
	Provider  string `db:"provider"`  // key of the third party in the sector's graph
	Vendor    string `db:"vendor"`    // its name, as recipients read it
	TLP       string `db:"tlp"`
	Title     string `db:"title"`
	Body      string `db:"body"`
	State     State  `db:"state"`
	DueAt     int64  `db:"due_at"` // by when an answer is asked for
	Maker     string `db:"maker"`
	Approver  string `db:"approver"`
	CreatedAt int64  `db:"created_at"`
	SentAt    int64  `db:"sent_at"`
	Reason    string `db:"reason"` // why it was recalled or dropped, or sent although it names a reporter
	Number    int64  `db:"number"` // of the ledger entry of sending; -1 before
	Version   int64  `db:"version"`
}

const columns = `tenant, id, reference, exercise, provider, vendor, tlp, title, body, state, due_at, maker, approver, created_at, sent_at, reason, number, version`

func (w Warning) thing() authz.Thing {
	return authz.Thing{Kind: "warning", ID: w.ID, Tenant: w.Tenant, Maker: w.Maker}
}

// Source is a report because of which others are warned. Recipients never see it.
type Source struct {
	Incident     string `db:"incident"`
	Organisation string `db:"organisation"`
	Code         string `db:"code"`
	NameJA       string `db:"name_ja"`
	NameEN       string `db:"name_en"`
	Reference    string `db:"reference"`
}

// Name is the reporting institution's name.
func (s Source) Name() i18n.Text { return i18n.Text{JA: s.NameJA, EN: s.NameEN} }

// Party is a recipient and what it answered, as the sender has it.
type Party struct {
	Organisation string `db:"organisation"`
	Code         string `db:"code"` // the sender's
	NameJA       string `db:"name_ja"`
	NameEN       string `db:"name_en"`
	Reach        int64  `db:"reach"`     // rank of the nearest dependence: 1 is a contract of its own
	Functions    int64  `db:"functions"` // critical or important functions that rest on the third party
	SeenAt       int64  `db:"seen_at"`
	Answer       string `db:"answer"` // "" for none
	Note         string `db:"note"`
	AnsweredAt   int64  `db:"answered_at"`
}

// Name is the recipient's name.
func (p Party) Name() i18n.Text { return i18n.Text{JA: p.NameJA, EN: p.NameEN} }

// Final reports whether nothing more is asked of the recipient.
func (p Party) Final() bool { return final(p.Answer) }

func final(answer string) bool { return answer == "affected" || answer == "not_affected" }

// Event is something that people are told of: Persons by name, or Roles of Org.
type Event struct {
	Kind  string // of the notice
	Org   string
	Roles []authz.Role
	By    authz.Actor
	Link  string
	Args  map[string]i18n.Text
}

// Tell passes an event on to people, in the transaction in which it happened.
type Tell func(ctx context.Context, tx *db.Tx, e Event) error

// Store keeps warnings and what recipients received.
type Store struct {
	db   *db.DB
	now  clock.Clock
	ids  *id.Source
	may  *authz.Policies
	orgs *org.Store
	tell Tell
}

// New makes a store; tell may be nil.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies, orgs *org.Store, tell Tell) *Store {
	if tell == nil {
		tell = func(context.Context, *db.Tx, Event) error { return nil }
	}
	return &Store{d, c, ids, p, orgs, tell}
}

func (s *Store) micros() int64 { return clock.Micros(s.now.Now()) }

// May reports whether the actor may do something to a warning of its organisation.
func (s *Store) May(a authz.Actor, action string, w Warning) bool {
	w.Tenant = a.Org
	return s.may.May(a, action, w.thing())
}

func (s *Store) enter(ctx context.Context, tx *db.Tx, a authz.Actor, kind string, w Warning, basis, payload string) (int64, error) {
	return ledger.Append(ctx, tx, ledger.Entry{At: s.micros(), Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: "warning", ObjectID: w.ID, Revision: w.Version, Basis: basis, Payload: ledger.HashPayload([]byte(payload))})
}

// List lists the warnings of the actor's organisation, newest first, with how far each is.
func (s *Store) List(ctx context.Context, a authz.Actor) ([]Progress, error) {
	if _, err := s.may.Decide(a, "warning.read", Warning{Tenant: a.Org}.thing()); err != nil {
		return nil, err
	}
	var list []Warning
	var counts []tally
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if list, err = db.All[Warning](ctx, tx, `select `+columns+` from warning_case where tenant = :tenant order by created_at desc, id desc limit 1000`, nil); err != nil {
			return err
		}
		counts, err = db.All[tally](ctx, tx, `select warning, count(*) as parties, sum(case when seen_at > 0 then 1 else 0 end) as seen, sum(case when answer = 'affected' then 1 else 0 end) as affected,
			sum(case when answer = 'not_affected' then 1 else 0 end) as clear_n, sum(case when answer = 'checking' then 1 else 0 end) as checking
			from warning_party where tenant = :tenant group by warning`, nil)
		return err
	})
	out := make([]Progress, len(list))
	for n, w := range list {
		out[n].Warning = w
		if i := slices.IndexFunc(counts, func(t tally) bool { return t.Warning == w.ID }); i >= 0 {
			out[n].tally = counts[i]
		}
	}
	return out, err
}

type tally struct {
	Warning  string `db:"warning"`
	Parties  int64  `db:"parties"`
	Seen     int64  `db:"seen"`
	Affected int64  `db:"affected"`
	Clear    int64  `db:"clear_n"`
	Checking int64  `db:"checking"`
}

// Progress is a warning with how many recipients it has, how many of them saw it, and
// what they answered.
type Progress struct {
	Warning
	tally
}

// Full is a warning with its sources and recipients.
type Full struct {
	Warning
	Sources []Source
	Parties []Party // by code
}

// Get reads a warning of the actor's organisation, or NotFound.
func (s *Store) Get(ctx context.Context, a authz.Actor, id string) (Full, error) {
	var f Full
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		f, err = full(ctx, tx, a.Org, id)
		return err
	})
	if err == nil {
		_, err = s.may.Decide(a, "warning.read", f.thing())
	}
	return f, err
}

func full(ctx context.Context, tx *db.Tx, tenant, id string) (f Full, err error) {
	args := db.Args{"tenant": tenant, "id": id}
	if f.Warning, err = db.One[Warning](ctx, tx, `select `+columns+` from warning_case where tenant = :tenant and id = :id`, args); err != nil {
		return f, err
	}
	if f.Sources, err = db.All[Source](ctx, tx, `select incident, organisation, code, name_ja, name_en, reference from warning_source
		where tenant = :tenant and warning = :id order by incident`, args); err != nil {
		return f, err
	}
	f.Parties, err = db.All[Party](ctx, tx, `select organisation, code, name_ja, name_en, reach, functions, seen_at, answer, note, answered_at from warning_party
		where tenant = :tenant and warning = :id order by code, organisation`, args)
	return f, err
}

// Errors of the way.
func elsewhere(state State) error {
	return errs.New(errs.Conflict, "%w", i18n.NewError("warning.elsewhere", "state", i18n.Both("warning.state."+string(state))))
}
