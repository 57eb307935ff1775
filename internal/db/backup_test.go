package db_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

// What is committed is in the backup, rows of every tenant too, and comes back.
func TestBackup(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, e storetest.Engine) {
		if _, err := exec.LookPath("pg_dump"); err != nil && e.Kind == db.Postgres {
			t.Skip("pg_dump is not installed")
		}
		ctx := context.Background()
		put(t, d, "b1", doc{ID: "1", Title: "one"})
		put(t, d, "b2", doc{ID: "1", Title: "another's"}, doc{ID: "2", Title: "two"})
		file := filepath.Join(t.TempDir(), "copy")
		if err := d.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		wantKind(t, d.Backup(ctx, file), errs.Conflict)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup is readable for others: %v %v", info.Mode(), err)
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if kind, err := db.Archive(f); err != nil || kind != e.Kind {
			t.Errorf("the backup is taken for %q: %v", kind, err)
		}
		if e.Kind == db.SQLite {
			wantKind(t, d.Restore(ctx, file), errs.Invalid)
			wantKind(t, d.Clear(ctx), errs.Invalid)
			holds(t, file)
			return
		}
		wantKind(t, d.Restore(ctx, file), errs.Conflict)
		storetest.Each(t, func(t *testing.T, other storetest.Engine) {
			if other.Kind != db.Postgres {
				return
			}
			empty, err := db.Open(ctx, other.DSN, module())
			if err != nil {
				t.Fatal(err)
			}
			defer empty.Close()
			if err := empty.Restore(ctx, file); err != nil {
				t.Fatal(err)
			}
			if err := empty.Clear(ctx); err != nil {
				t.Fatal(err)
			}
			if err := empty.Restore(ctx, file); err != nil {
				t.Fatal("it is not as empty as before:", err)
			}
			holds(t, other.DSN)
		})
	})
}

func holds(t *testing.T, dsn string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, module())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Check(ctx); err != nil {
		t.Error(err)
	}
	for tenant, want := range map[string]int{"b1": 1, "b2": 2} {
		if docs, err := db.All[doc](ctx, d.Tenant(tenant), allDocs, nil); err != nil || len(docs) != want {
			t.Errorf("%s has %d rows after the restoration: %v", tenant, len(docs), err)
		}
	}
}
