// Package action is what an organisation will do by when: improvement plans that
// come from a finding, a feedback or an incident, with an owner, evidence, and someone
// of another line who verifies that it was done.
package action

import (
	"context"
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
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
	return db.Module{Name: "action", FS: sub, Tenant: []string{"action_plan", "action_note"}}
}

// State is where an action stands.
type State string

// The states. Done waits for verification by someone other than the owner.
const (
	Open     State = "open"     // 未着手
	Started  State = "started"  // 実施中
	Done     State = "done"     // 完了報告
	Verified State = "verified" // 完了確認済
	Dropped  State = "dropped"  // 中止
)

// moves are the states that may follow each state.
var moves = map[State][]State{
	Open: {Started, Done, Dropped}, Started: {Done, Dropped, Open}, Done: {Started, Verified}, Dropped: {Open},
}

// Next lists the states that an action may go to.
func (s State) Next() []State { return moves[s] }

// Action is one thing that will be done.
type Action struct {
	Tenant     string `db:"tenant"`
	ID         string `db:"id"`
	SourceKind string `db:"source_kind"` // return, filing, incident, own
	SourceID   string `db:"source_id"`
	Item       string `db:"item"` // of the form that it answers to; may be empty
	Title      string `db:"title"`
	Detail     string `db:"detail"`
	NowLevel   string `db:"now_level"`  // what is, in words; may be empty
	NextLevel  string `db:"next_level"` // what shall be
	Owner      string `db:"owner"`      // person
	Unit       string `db:"unit"`
	Due        string `db:"due"`  // ISO date; may be empty
	Cost       int64  `db:"cost"` // yen, estimated; 0 when unknown
	State      State  `db:"state"`
	Evidence   string `db:"evidence"` // what shows that it was done
	VerifiedBy string `db:"verified_by"`
	VerifiedAt int64  `db:"verified_at"`
	CreatedAt  int64  `db:"created_at"`
	CreatedBy  string `db:"created_by"`
	Version    int64  `db:"version"`
}

// Late reports whether the action is past its date (ISO) and not done.
func (a Action) Late(today string) bool {
	return a.Due != "" && a.Due < today && (a.State == Open || a.State == Started)
}

// Store keeps actions.
type Store struct {
	db  *db.DB
	now clock.Clock
	ids *id.Source
	may *authz.Policies
}

// New makes a store.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies) *Store {
	return &Store{d, c, ids, p}
}

const columns = `tenant, id, source_kind, source_id, item, title, detail, now_level, next_level, owner, unit, due, cost, state, evidence,
	verified_by, verified_at, created_at, created_by, version`

func (a Action) thing() authz.Thing {
	return authz.Thing{Kind: "action", ID: a.ID, Tenant: a.Tenant, Owner: a.Owner}
}

// Limits of the texts, in characters.
const (
	MaxTitle  = 200
	MaxDetail = 4000
)

func (a *Action) check() error {
	a.Title = strings.TrimSpace(a.Title)
	switch {
	case a.Title == "" || utf8.RuneCountInString(a.Title) > MaxTitle:
		return errs.New(errs.Invalid, "%w", i18n.NewError("action.title-length", "max", MaxTitle))
	case utf8.RuneCountInString(a.Detail) > MaxDetail || utf8.RuneCountInString(a.Evidence) > MaxDetail:
		return errs.New(errs.Invalid, "%w", i18n.NewError("action.detail-length", "max", MaxDetail))
	case a.Cost < 0:
		return errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-cost"))
	}
	if a.Due != "" {
		if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-date", "value", a.Due))
		}
	}
	return nil
}

// Plan enters an action of the actor's organisation and returns its id.
func (s *Store) Plan(ctx context.Context, who authz.Actor, a Action) (string, error) {
	a.Tenant = who.Org
	if _, err := s.may.Decide(who, "action.write", a.thing()); err != nil {
		return "", err
	}
	if err := a.check(); err != nil {
		return "", err
	}
	a.ID, a.State, a.Version, a.CreatedAt, a.CreatedBy = string(s.ids.New()), Open, 1, clock.Micros(s.now.Now()), who.Person
	a.VerifiedBy, a.VerifiedAt = "", 0
	return a.ID, s.db.Tenant(who.Org).Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `insert into action_plan (`+columns+`) values (:tenant, :id, :source_kind, :source_id, :item, :title, :detail, :now_level, :next_level,
			:owner, :unit, :due, :cost, :state, :evidence, :verified_by, :verified_at, :created_at, :created_by, :version)`, a); err != nil {
			return err
		}
		return s.note(ctx, tx, who, a.ID, a.State, "")
	})
}

// Get is an action of the actor's organisation, or NotFound.
func (s *Store) Get(ctx context.Context, who authz.Actor, id string) (Action, error) {
	a, err := db.One[Action](ctx, s.db.Tenant(who.Org), `select `+columns+` from action_plan where tenant = :tenant and id = :id`, db.Args{"id": id})
	if err != nil {
		return a, err
	}
	_, err = s.may.Decide(who, "action.read", a.thing())
	return a, err
}

// Filter says which actions are listed.
type Filter struct {
	SourceKind, SourceID string // of one source; empty: all
	Open                 bool   // only what isn't verified or dropped
	Limit                int
}

// List lists the actions of the actor's organisation, those due first first.
func (s *Store) List(ctx context.Context, who authz.Actor, f Filter) ([]Action, error) {
	if _, err := s.may.Decide(who, "action.read", Action{Tenant: who.Org}.thing()); err != nil {
		return nil, err
	}
	open := int64(0)
	if f.Open {
		open = 1
	}
	return db.All[Action](ctx, s.db.Tenant(who.Org), `select `+columns+` from action_plan where tenant = :tenant
		and (:kind = '' or source_kind = :kind) and (:source = '' or source_id = :source) and (:open = 0 or state not in ('verified', 'dropped'))
		order by case when state in ('verified', 'dropped') then 1 else 0 end, case when due = '' then '9' else due end, id limit :limit`,
		db.Args{"kind": f.SourceKind, "source": f.SourceID, "open": open, "limit": min(max(f.Limit, 1), 1000)})
}

// Change stores other contents under the version that was read, without moving the state.
func (s *Store) Change(ctx context.Context, who authz.Actor, a Action) error {
	a.Tenant = who.Org
	if _, err := s.may.Decide(who, "action.write", a.thing()); err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	return s.db.Tenant(who.Org).Tx(ctx, func(tx *db.Tx) error {
		return tx.Update(ctx, `update action_plan set title = :title, detail = :detail, next_level = :next_level, owner = :owner, unit = :unit, due = :due, cost = :cost,
			evidence = :evidence, version = version + 1 where tenant = :tenant and id = :id and version = :version and state in ('open', 'started', 'done')`, a)
	})
}

// Move puts an action into another state, with a remark. Verifying wants a person of
// another line than the owner. Errors: Conflict when it stands elsewhere, Forbidden.
func (s *Store) Move(ctx context.Context, who authz.Actor, id string, to State, remark string) error {
	a, err := s.Get(ctx, who, id)
	if err != nil {
		return err
	}
	action := "action.write"
	if to == Verified {
		action = "action.verify"
	}
	if _, err := s.may.Decide(who, action, a.thing()); err != nil {
		return err
	}
	ok := false
	for _, next := range a.State.Next() {
		ok = ok || next == to
	}
	if !ok {
		return errs.New(errs.Conflict, "%w", i18n.NewError("action.elsewhere", "state", i18n.Both("action.state."+string(a.State))))
	}
	if to == Done && strings.TrimSpace(a.Evidence+remark) == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("action.evidence-missing"))
	}
	by, at := "", int64(0)
	if to == Verified {
		by, at = who.Person, clock.Micros(s.now.Now())
	}
	return s.db.Tenant(who.Org).Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Update(ctx, `update action_plan set state = :to, verified_by = :by, verified_at = :at, version = version + 1
			where tenant = :tenant and id = :id and version = :version`, db.Args{"id": id, "to": to, "by": by, "at": at, "version": a.Version}); err != nil {
			return err
		}
		return s.note(ctx, tx, who, id, to, remark)
	})
}

// Note is one entry of an action's history.
type Note struct {
	At    int64  `db:"at"`
	Name  string `db:"name"`
	State State  `db:"state"`
	Body  string `db:"body"`
}

// Notes lists an action's history, oldest first.
func (s *Store) Notes(ctx context.Context, who authz.Actor, id string) ([]Note, error) {
	if _, err := s.Get(ctx, who, id); err != nil {
		return nil, err
	}
	return db.All[Note](ctx, s.db.Tenant(who.Org), `select at, name, state, body from action_note where tenant = :tenant and action = :id order by seq`, db.Args{"id": id})
}

func (s *Store) note(ctx context.Context, tx *db.Tx, who authz.Actor, id string, state State, body string) error {
	_, err := tx.Exec(ctx, `insert into action_note (tenant, action, seq, at, person, name, state, body)
		select :tenant, :id, coalesce(max(seq), 0) + 1, :at, :person, :name, :state, :body from action_note where tenant = :tenant and action = :id`,
		db.Args{"id": id, "at": clock.Micros(s.now.Now()), "person": who.Person, "name": who.Name, "state": state, "body": body})
	return err
}
