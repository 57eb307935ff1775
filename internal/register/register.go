// Package register is a form of which an organisation keeps any number of records: its
// third parties, contracts, services, assets. From the form alone come the list, the
// screens, the files, the history and the rights; this package holds the operations that
// all of them share, and knows no single register.
//
// A register is worked on in the latest edition of its form: an answer whose item was
// kept stays, one of a retired item rests in the history.
package register

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/record"
)

// Store works on the registers of all forms of a library.
type Store struct {
	db      *db.DB
	now     clock.Clock
	may     *authz.Policies
	orgs    *org.Store
	records *record.Store
}

// New makes a store; it has no tables of its own.
func New(d *db.DB, c clock.Clock, p *authz.Policies, orgs *org.Store, records *record.Store) *Store {
	return &Store{d, c, p, orgs, records}
}

// Form is the latest edition of a register's form, or NotFound.
func (s *Store) Form(id string) (*form.Form, error) {
	f, err := s.records.Forms().Form(id, "")
	if err == nil && f.Kind != form.KindRegister {
		err = errs.New(errs.NotFound, "register: %s is no register", id)
	}
	return f, err
}

// May reports whether the actor may read (record.read) or change (record.write) its
// organisation's registers.
func (s *Store) May(a authz.Actor, action string) bool {
	return s.may.May(a, action, thing(a, ""))
}

func thing(a authz.Actor, id string) authz.Thing {
	return authz.Thing{Kind: "record", ID: id, Tenant: a.Org}
}

// Sheet is a record with everything that its pages show.
type Sheet struct {
	record.Record
	FormDef *form.Form
	Draft   record.Draft
	Org     form.Org
	Eval    *form.Evaluation
}

// Missing lists the required items that apply and have no answer, in form order.
func (sh Sheet) Missing() []*form.Item { return missing(sh.FormDef, sh.Eval.Findings()) }

// missing are the items whose answer a form's findings demand.
func missing(f *form.Form, found []finding.Finding) []*form.Item {
	var out []*form.Item
	for _, fd := range found {
		if fd.Rule == required {
			if it := f.Item(itemOf(fd)); it != nil && fd.Pointer == "/"+it.ID {
				out = append(out, it)
			}
		}
	}
	return out
}

// required is the rule of a finding that an answer is missing: a register's record may
// be incomplete, and says what it lacks.
const required = "answer.required"

// Get reads a record of the actor's organisation, a removed one too. The error is
// NotFound when there is none, or when it is no record of the form.
func (s *Store) Get(ctx context.Context, a authz.Actor, formID, id string) (Sheet, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, id)); err != nil {
		return Sheet{}, err
	}
	var sh Sheet
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		sh, err = s.sheet(ctx, tx, a.Org, formID, id)
		return err
	})
	return sh, err
}

func (s *Store) sheet(ctx context.Context, q db.Querier, tenant, formID, id string) (Sheet, error) {
	f, err := s.Form(formID)
	if err != nil {
		return Sheet{}, err
	}
	r, err := s.records.Get(ctx, q, tenant, id)
	if err != nil {
		return Sheet{}, err
	}
	if r.Form != f.ID {
		return Sheet{}, errs.New(errs.NotFound, "register: %s is no record of %s", id, formID)
	}
	sh := Sheet{Record: r, FormDef: f}
	if sh.Draft, err = s.records.Draft(ctx, q, f, tenant, id); err != nil {
		return sh, err
	}
	if sh.Org, err = s.orgs.Form(ctx, q, tenant, ""); err != nil {
		return sh, err
	}
	sh.Eval = f.Evaluate(sh.Draft.Answers, nil, &sh.Org)
	return sh, nil
}

// Blank is the sheet of a record that is not entered yet.
func (s *Store) Blank(ctx context.Context, a authz.Actor, formID string) (Sheet, error) {
	if _, err := s.may.Decide(a, "record.write", thing(a, "")); err != nil {
		return Sheet{}, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return Sheet{}, err
	}
	o, err := s.orgs.Form(ctx, s.db.Tenant(a.Org), a.Org, "")
	return Sheet{Record: record.Record{Tenant: a.Org, Form: f.ID, Edition: f.Edition}, FormDef: f, Org: o, Eval: f.Evaluate(nil, nil, &o)}, err
}

// History lists the changes of a record, newest first.
func (s *Store) History(ctx context.Context, a authz.Actor, sh Sheet, limit int) ([]record.Past, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, sh.ID)); err != nil {
		return nil, err
	}
	return s.records.History(ctx, s.db.Tenant(a.Org), a.Org, sh.ID, "", limit)
}

// log enters a fact about a record in the ledger; payload is the fact as JSON.
func (s *Store) log(ctx context.Context, tx *db.Tx, a authz.Actor, kind, object, id string, version int64, basis string, payload []byte) error {
	_, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: object, ObjectID: id, Revision: version, Basis: basis, Payload: ledger.HashPayload(payload)})
	return err
}
