package db_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func rows(t *testing.T, d *db.DB) int64 {
	t.Helper()
	n, err := db.One[int64](context.Background(), d.System("test"), `select count(*) from doc`, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRollback(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		mine := errors.New("mine")
		insert := func(tx *db.Tx) {
			if _, err := tx.Exec(ctx, insertDoc, doc{ID: "1"}); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error { insert(tx); return mine })
		if err != mine || rows(t, d) != 0 {
			t.Errorf("%v, %d rows", err, rows(t, d))
		}
		func() {
			defer func() {
				if recover() != "boom" {
					t.Error("the panic was lost")
				}
			}()
			_ = d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error { insert(tx); panic("boom") })
		}()
		if rows(t, d) != 0 {
			t.Error("a panic stored something")
		}
		put(t, d, "b1", doc{ID: "1"}) // the writer is free again
	})
}

func TestReadOnly(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		err := d.Tenant("b1").Read(ctx, func(tx *db.Tx) error {
			before, err := db.All[doc](ctx, tx, allDocs, nil)
			if err != nil {
				return err
			}
			put(t, d, "b1", doc{ID: "1"}) // another transaction, meanwhile
			after, err := db.All[doc](ctx, tx, allDocs, nil)
			if len(before) != 0 || len(after) != 0 {
				t.Error("a reader saw another state of the database")
			}
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, insertDoc, doc{ID: "2"})
			return err
		})
		if !errors.Is(err, db.ErrRefused) {
			t.Error(err)
		}
	})
}

// Two transactions that take the same two rows in opposite order: PostgreSQL gives one
// up, and it runs again. SQLite lets one wait from the beginning.
func TestDeadlockRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		put(t, d, "b1", doc{ID: "1"}, doc{ID: "2"})
		var wg sync.WaitGroup
		for _, order := range [][]string{{"1", "2"}, {"2", "1"}} {
			wg.Go(func() {
				err := d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error {
					for _, id := range order {
						if _, err := tx.Exec(ctx, `update doc set at = at + 1 where tenant = :tenant and id = :id`, db.Args{"id": id}); err != nil {
							return err
						}
						time.Sleep(100 * time.Millisecond)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		docs, err := db.All[doc](ctx, d.Tenant("b1"), allDocs, nil)
		if err != nil || docs[0].At != 2 || docs[1].At != 2 {
			t.Error(docs, err)
		}
	})
}

func TestManyWriters(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, e storetest.Engine) {
		ctx := context.Background()
		put(t, d, "b1", doc{ID: "1"})
		other, err := db.Open(ctx, e.DSN, module()) // as another process would
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				h := []*db.DB{d, other}[i%2].Tenant("b1")
				for range 10 {
					if _, err := h.Exec(ctx, `update doc set at = at + 1 where tenant = :tenant and id = '1'`, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got, err := db.One[doc](ctx, d.Tenant("b1"), allDocs, nil)
		if err != nil || got.At != 160 {
			t.Error(got.At, err)
		}
	})
}

func TestMigrations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		m := module()
		open := func(m db.Module) *db.DB {
			d, err := db.Open(ctx, e.DSN, m)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			return d
		}
		d := open(m)
		wantKind(t, d.Check(ctx), errs.Unavailable)
		var wg sync.WaitGroup
		if e.Kind == db.Postgres { // nodes that start at once
			for range 3 {
				wg.Go(func() {
					if err := d.Migrate(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for range 2 {
			if err := d.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
		}
		put(t, d, "b1", doc{ID: "1", Title: "old"})

		next := m
		next.FS = fstest.MapFS{"00001_doc.sql": {Data: []byte(schema)}, "00002_title.sql": {Data: []byte("-- +goose Up\nupdate doc set title = 'new';\n")}}
		newer := open(next)
		wantKind(t, newer.Check(ctx), errs.Unavailable)
		if err := newer.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := db.One[doc](ctx, d.Tenant("b1"), allDocs, nil)
		if err != nil || got.Title != "new" {
			t.Errorf("a migration doesn't reach the rows of tenants: %q %v", got.Title, err)
		}
		if err := d.Check(ctx); errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "newer") {
			t.Errorf("an old program on a new schema: %v", err)
		}
		broken := next
		broken.FS = fstest.MapFS{"00001_doc.sql": {Data: []byte(schema + "-- +goose Down\ndrop table doc;\n")}}
		wantKind(t, open(broken).Migrate(ctx), errs.Invalid)
		deferred := next
		deferred.FS = fstest.MapFS{"00001_doc.sql": {Data: []byte(strings.Replace(schema, "references kind (id)", "references kind (id) deferrable\n\tinitially  DEFERRED", 1))}}
		wantKind(t, open(deferred).Migrate(ctx), errs.Invalid)
		forgot := next
		forgot.Tenant = []string{"doc"}
		if err := open(forgot).Check(ctx); err == nil || !strings.Contains(err.Error(), "remark is registered by no module") {
			t.Errorf("a forgotten table: %v", err)
		}
		swapped := next
		swapped.Tenant, swapped.Common = []string{"kind"}, []string{"doc", "remark"}
		wantKind(t, open(swapped).Check(ctx), errs.Internal)
	})
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	for _, dsn := range []string{"", ":memory:", "file:x.db?mode=memory", "mysql://x", "postgres://a:secret@h:port/"} {
		_, err := db.Open(ctx, dsn)
		wantKind(t, err, errs.Invalid)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
	_, err := db.Open(ctx, t.TempDir()+"/no/such/folder.db")
	wantKind(t, err, errs.Unavailable)
	_, err = db.Open(ctx, "postgres://a:secret@127.0.0.1:1/x")
	wantKind(t, err, errs.Unavailable)
	for _, m := range []db.Module{{Name: "A"}, {Name: "a", Tenant: []string{"select"}}, {Name: "a", Tenant: []string{"x"}, Common: []string{"x"}}} {
		_, err := db.Open(ctx, t.TempDir()+"/a.db", m)
		wantKind(t, err, errs.Invalid)
	}
}

func TestDamagedAndPrivateFile(t *testing.T) {
	ctx := context.Background()
	path := t.TempDir() + "/a #1%.db"
	d, err := db.Open(ctx, path, module())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Migrate(ctx), d.Close()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Error(info, err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = db.Open(ctx, path, module()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
}
