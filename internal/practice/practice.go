// Package practice is what institutions do well and let others learn from: one offers a
// good practice about an item of a form that it was asked, the asker edits a copy,
// a second person publishes the copy to all who took part, without the name.
//
// Three copies are kept, each by whose it is: the offer by the one who made it, the offer
// and its edited version by the asker, what was published by each reader. What a reader
// gets says nothing of who offered it: no sector, no size, no date, and an id that was
// made at publication (ids tell their time). Each hand-over is a transaction of the
// system with its ledger entries (docs/decisions/0005).
package practice

import (
	"context"
	"embed"
	"io/fs"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
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
	return db.Module{Name: "practice", FS: sub, Tenant: []string{"practice_own", "practice_received", "practice_shown"}}
}

// State is where a practice stands. Whoever offered it is not told of Edited and
// Proposed: for it the practice stays Offered until something comes of it.
type State string

// The states.
const (
	Offered   State = "offered"   // 提供済
	Edited    State = "edited"    // 編集中
	Proposed  State = "proposed"  // 公表承認待ち
	Published State = "published" // 公表済
	Declined  State = "declined"  // 公表見送り
	Retracted State = "retracted" // 公表取消, by the asker
	Withdrawn State = "withdrawn" // 取下げ, by the one who offered it
)

// Text is what a practice says.
type Text struct {
	Title  string // what it is called
	Body   string // what is done, and how
	Effect string // what it achieved
}

// Limits of the texts, in characters.
const (
	MaxTitle = 200
	MaxBody  = 4000
)

func (t *Text) check() error {
	t.Title, t.Body, t.Effect = strings.TrimSpace(t.Title), strings.TrimSpace(t.Body), strings.TrimSpace(t.Effect)
	switch {
	case t.Title == "" || utf8.RuneCountInString(t.Title) > MaxTitle:
		return errs.New(errs.Invalid, "%w", i18n.NewError("practice.title-length", "max", MaxTitle))
	case t.Body == "" || utf8.RuneCountInString(t.Body) > MaxBody:
		return errs.New(errs.Invalid, "%w", i18n.NewError("practice.body-length", "max", MaxBody))
	case utf8.RuneCountInString(t.Effect) > MaxBody:
		return errs.New(errs.Invalid, "%w", i18n.NewError("practice.effect-length", "max", MaxBody))
	}
	return nil
}

// Place is what a practice is about: an item of a form, or a whole section (Item "").
type Place struct {
	Form    string `db:"form"`
	Edition string `db:"edition"`
	Section string `db:"section"`
	Item    string `db:"item"`
}

// Event is something that happened to a practice, for those whom it concerns.
type Event struct {
	Kind     string // of the ledger entry
	Org      string // who is to be told
	By       authz.Actor
	ID       string // of the practice as that organisation has it
	Campaign string
	Title    i18n.Text // of the campaign
	Asker    i18n.Text
	Name     string // of the practice, as that organisation may know it
	Note     string // the reason; may be empty
}

// Tell passes on what happened, in the transaction in which it happened.
type Tell func(ctx context.Context, tx *db.Tx, e Event) error

// Store keeps practices.
type Store struct {
	db      *db.DB
	now     clock.Clock
	ids     *id.Source
	may     *authz.Policies
	orgs    *org.Store
	filings *filing.Store
	forms   *form.Library
	tell    Tell
}

// New makes a store; tell may be nil.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies, orgs *org.Store, filings *filing.Store, forms *form.Library, tell Tell) *Store {
	if tell == nil {
		tell = func(context.Context, *db.Tx, Event) error { return nil }
	}
	return &Store{d, c, ids, p, orgs, filings, forms, tell}
}

func thing(tenant, id string) authz.Thing {
	return authz.Thing{Kind: "practice", ID: id, Tenant: tenant}
}

// Where says in words what a practice is about: the item's question, or the section's
// title; the id where the form is not known any more.
func (s *Store) Where(p Place) i18n.Text {
	f, err := s.forms.Form(p.Form, p.Edition)
	if err == nil {
		if it := f.Item(p.Item); it != nil {
			return it.Ask
		}
		for _, sec := range f.Sections {
			if sec.ID == p.Section {
				return sec.Title
			}
		}
	}
	return i18n.Text{JA: p.Section, EN: p.Section}
}

// settle fills the section of a place, and refuses one that the form doesn't have.
func (p *Place) settle(f *form.Form) error {
	p.Form, p.Edition = f.ID, f.Edition
	for _, sec := range f.Sections {
		if p.Item == "" && sec.ID == p.Section {
			return nil
		}
		for _, it := range sec.Items {
			if p.Item != "" && it.ID == p.Item {
				p.Section = sec.ID
				return nil
			}
		}
	}
	return errs.New(errs.Invalid, "%w", i18n.NewError("practice.no-place"))
}

func (s *Store) log(ctx context.Context, tx *db.Tx, a authz.Actor, basis, tenant, kind, id string, t Text) error {
	_, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: "practice", ObjectID: id, Basis: basis, Payload: ledger.HashPayload([]byte(t.Title + "\n" + t.Body + "\n" + t.Effect))})
	return err
}

func elsewhere(st State) error {
	return errs.New(errs.Conflict, "%w", i18n.NewError("practice.elsewhere", "state", i18n.Both("practice.state."+string(st))))
}
