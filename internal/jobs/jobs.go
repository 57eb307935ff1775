// Package jobs fires due rows: work that has a time, from a reminder five business
// days before a deadline to a mail that goes out at once. A row is added in the
// transaction of the fact that causes it, so it is there if and only if the fact is,
// and any number of nodes share the rows by claiming them for a while.
//
// See docs/decisions/0006-due-rows.md.
package jobs

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

//go:embed schema
var schema embed.FS

// Module is the share of the due rows in the schema, for db.Open.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "jobs", FS: sub, Tenant: []string{"job"}}
}

// Job is one due row.
type Job struct {
	Org     string    // whose work it is; under a tenant's handle "" means the handle's
	Kind    string    // names the handler, "notice.mail"
	Key     string    // which work of this kind: an id, an id with a date
	Due     time.Time // not before this moment
	Payload []byte    // JSON for the handler: ids, no content; nil is stored as {}
	Attempt int       // of the present run, from 1; Add ignores it
}

// Add puts a row in the transaction of the fact. While a row of the same organisation,
// kind and key is there — waiting, running, or dead — Add changes nothing, so a fact
// that is repeated is not told twice; Cancel first in order to move a row. A row goes
// away when its work is done.
//
// Under a tenant's handle the row is the tenant's; under System an empty Org is work
// of nobody's own, such as a signed checkpoint. Errors: Invalid without Kind, Key or
// Due, Forbidden for another tenant's Org.
func Add(ctx context.Context, tx *db.Tx, j Job) error {
	if j.Kind == "" || j.Key == "" || j.Due.IsZero() {
		return errs.New(errs.Invalid, "jobs: a due row needs kind, key and due")
	}
	if j.Payload == nil {
		j.Payload = []byte("{}")
	}
	due := clock.Micros(j.Due)
	_, err := tx.Exec(ctx, `insert into job (tenant, kind, name, due, wake, payload) values (:tenant, :kind, :name, :due, :due, :payload)
		on conflict (tenant, kind, name) do nothing`,
		db.Args{"tenant": j.Org, "kind": j.Kind, "name": j.Key, "due": due, "payload": string(j.Payload)})
	return err
}

// Cancel takes a row away and tells whether there was one. What a handler is doing
// with it at this moment is not called back, but a handler that works in a
// transaction rolls it back.
func Cancel(ctx context.Context, tx *db.Tx, org, kind, key string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from job where tenant = :tenant and kind = :kind and name = :name`,
		db.Args{"tenant": org, "kind": kind, "name": key})
	return n > 0, err
}

// Dead is a row that was tried as often as it may be, or whose handler said that
// trying again is of no use.
type Dead struct {
	Org      string `db:"tenant"`
	Kind     string `db:"kind"`
	Key      string `db:"name"`
	Due      int64  `db:"due"` // microseconds since 1970 UTC
	Attempts int    `db:"attempts"`
	Fault    string `db:"fault"` // of the last attempt
}

// DeadOnes lists dead rows, the longest due first, at most limit. The handle is System's.
func DeadOnes(ctx context.Context, q db.Querier, limit int) ([]Dead, error) {
	return db.All[Dead](ctx, q, `select tenant, kind, name, due, attempts, fault from job where wake is null
		order by due, tenant, kind, name limit :limit`, db.Args{"limit": limit})
}

// Revive makes a dead row due at now with all its attempts before it. The error is
// NotFound when there is no such dead row.
func Revive(ctx context.Context, tx *db.Tx, org, kind, key string, now time.Time) error {
	n, err := tx.Exec(ctx, `update job set wake = :now, attempts = 0, lease = ''
		where tenant = :tenant and kind = :kind and name = :name and wake is null`,
		db.Args{"tenant": org, "kind": kind, "name": key, "now": clock.Micros(now)})
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "jobs: no such dead row")
	}
	return err
}

// Backlog is what waits in a database.
type Backlog struct {
	Due    int64 `db:"due"`    // rows whose time has come, of any kind
	Oldest int64 `db:"oldest"` // microseconds since 1970 UTC when the first of them became due; 0 when there is none
	Dead   int64 `db:"dead"`   // rows that are given up
}

// Waiting counts what waits at now, for metrics and for the check of readiness. Rows
// that a runner has claimed are not among them. The handle is System's.
func Waiting(ctx context.Context, q db.Querier, now time.Time) (Backlog, error) {
	return db.One[Backlog](ctx, q, `select
		(select count(*) from job where wake <= :now) as due,
		(select coalesce(min(due), 0) from job where wake <= :now) as oldest,
		(select count(*) from job where wake is null) as dead`, db.Args{"now": clock.Micros(now)})
}
