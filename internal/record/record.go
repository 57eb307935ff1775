// Package record keeps filled forms: the present answers of each, one row an
// answer, with versions that notice two people writing at once; every change that
// was ever made; frozen revisions; comments and attached files. It knows neither
// rights nor workflow: filing and the registers, which do, call it in their transactions.
package record

import (
	"context"
	"embed"
	"io/fs"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
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
	return db.Module{Name: "record", FS: sub, Tenant: []string{
		"record_head", "record_answer", "record_change", "record_revision", "record_comment", "record_file", "record_blob"}}
}

// Record is one filled form of one organisation.
type Record struct {
	Tenant    string `db:"tenant"`
	ID        string `db:"id"`
	Form      string `db:"form"`
	Edition   string `db:"edition"`
	Title     string `db:"title"` // of a register's record: the value of the form's first list column
	Version   int64  `db:"version"`
	Revision  int64  `db:"revision"` // the last frozen one, 0 before the first
	CreatedAt int64  `db:"created_at"`
	UpdatedAt int64  `db:"updated_at"` // microseconds UTC
	UpdatedBy string `db:"updated_by"`
	RemovedAt int64  `db:"removed_at"` // 0 while it stands
}

// Store keeps records. Its methods take the tenant beside the querier, so that they
// also work in a transaction that hands something over from one organisation to another.
type Store struct {
	now   clock.Clock
	ids   *id.Source
	forms *form.Library
	box   *box
}

// New makes a store; key (32 bytes) encrypts attached files at rest. The error is
// Invalid for another length.
func New(c clock.Clock, ids *id.Source, forms *form.Library, key []byte) (*Store, error) {
	b, err := newBox(key)
	return &Store{now: c, ids: ids, forms: forms, box: b}, err
}

// Forms is the library whose forms the records are of.
func (s *Store) Forms() *form.Library { return s.forms }

const columns = `tenant, id, form, edition, title, version, revision, created_at, updated_at, updated_by, removed_at`

// Create enters an empty record of a form's edition and returns it.
func (s *Store) Create(ctx context.Context, q db.Querier, tenant, person string, f *form.Form) (Record, error) {
	at := clock.Micros(s.now.Now())
	r := Record{Tenant: tenant, ID: string(s.ids.New()), Form: f.ID, Edition: f.Edition, Version: 1, CreatedAt: at, UpdatedAt: at, UpdatedBy: person}
	_, err := q.Exec(ctx, `insert into record_head (`+columns+`) values
		(:tenant, :id, :form, :edition, :title, :version, :revision, :created_at, :updated_at, :updated_by, :removed_at)`, r)
	return r, err
}

// Get is the record of an id, or NotFound.
func (s *Store) Get(ctx context.Context, q db.Querier, tenant, id string) (Record, error) {
	return db.One[Record](ctx, q, `select `+columns+` from record_head where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Form is the edition of the form that a record is of.
func (s *Store) Form(r Record) (*form.Form, error) { return s.forms.Form(r.Form, r.Edition) }
