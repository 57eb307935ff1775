package db_test

import (
	"context"
	"testing"
	"testing/fstest"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

const schema = `-- +goose Up
create table kind (id text primary key, label text not null);
create table doc (
	tenant text not null, id text not null, title text not null, draft boolean not null default false,
	kind text references kind (id), body bytea, at bigint not null default 0, version bigint not null default 1,
	primary key (tenant, id), check (at >= 0)
);
create table remark (
	tenant text not null, id text not null, doc text not null,
	primary key (tenant, id), foreign key (tenant, doc) references doc (tenant, id)
);
`

func module() db.Module {
	return db.Module{
		Name: "docs", Tenant: []string{"doc", "remark"}, Common: []string{"kind"},
		FS: fstest.MapFS{"00001_doc.sql": {Data: []byte(schema)}},
	}
}

const insertDoc = `insert into doc (tenant, id, title, draft, kind, body, at) values (:tenant, :id, :title, :draft, :kind, :body, :at)`

type doc struct {
	Tenant  string  `db:"tenant"`
	ID      string  `db:"id"`
	Title   string  `db:"title"`
	Draft   bool    `db:"draft"`
	Kind    *string `db:"kind"`
	Body    []byte  `db:"body"`
	At      int64   `db:"at"`
	Version int64   `db:"version"`
}

const allDocs = `select tenant, id, title, draft, kind, body, at, version from doc where tenant = :tenant order by id`

func put(t *testing.T, d *db.DB, tenant string, docs ...doc) {
	t.Helper()
	for _, x := range docs {
		if _, err := d.Tenant(tenant).Exec(context.Background(), insertDoc, x); err != nil {
			t.Fatal(err)
		}
	}
}

func wantKind(t *testing.T, err error, want errs.Kind) {
	t.Helper()
	if got := errs.KindOf(err); got != want {
		t.Errorf("kind %q, want %q: %v", got, want, err)
	}
}

// each opens the test's module on every engine.
func each(t *testing.T, f func(t *testing.T, d *db.DB, e storetest.Engine)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) { f(t, e.Open(t, module()), e) })
}
