package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func TestRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		if _, err := d.Common().Exec(ctx, `insert into kind (id, label) values (:id, 'a:b')`, db.Args{"id": "k"}); err != nil {
			t.Fatal(err)
		}
		k := "k"
		docs := []doc{
			{Tenant: "b1", ID: "1", Title: "調査: '票'", Draft: true, Kind: &k, Body: []byte{0, 255}, At: 1 << 60, Version: 1},
			{Tenant: "b1", ID: "2", Version: 1},
		}
		put(t, d, "b1", docs...)
		put(t, d, "b2", doc{ID: "3"}) // the handle's tenant stands in for an empty one
		got, err := db.All[doc](ctx, d.Tenant("b1"), allDocs, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(docs, got); diff != "" {
			t.Error(diff)
		}
		ids, err := db.All[string](ctx, d.Tenant("b1"), `select id from doc where tenant = :tenant and id in (:ids) and at > :at`, db.Args{"ids": []string{"1", "2", "3"}, "at": 5})
		if err != nil || cmp.Diff([]string{"1"}, ids) != "" {
			t.Error(ids, err)
		}
		n, err := db.One[int64](ctx, d.System("count"), `select count(*) from doc`, nil)
		if err != nil || n != 3 {
			t.Error(n, err)
		}
		v, err := db.One[int64](ctx, d.Tenant("b1"), `update doc set version = version + 1 where tenant = :tenant and id = '2' returning version`, nil)
		if err != nil || v != 2 {
			t.Error(v, err)
		}
		_, err = db.One[doc](ctx, d.Tenant("b2"), `select * from doc where tenant = :tenant and id = '1'`, nil)
		wantKind(t, err, errs.NotFound)
	})
}

func TestRowOfAnotherTenant(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		_, err := d.Tenant("b1").Exec(context.Background(), insertDoc, doc{Tenant: "b2", ID: "1"})
		wantKind(t, err, errs.Forbidden)
		_, err = d.Tenant("").Exec(context.Background(), insertDoc, doc{ID: "1"})
		if !errors.Is(err, db.ErrRefused) {
			t.Error(err)
		}
		if _, err = db.All[doc](context.Background(), d.System(""), `select * from doc`, nil); !errors.Is(err, db.ErrRefused) {
			t.Error(err)
		}
	})
}

// The second wall: with the application's own role, and no guard before it.
func TestRowLevelSecurity(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, e storetest.Engine) {
		if e.Kind != db.Postgres {
			return
		}
		put(t, d, "b1", doc{ID: "1"})
		put(t, d, "b2", doc{ID: "2"}, doc{ID: "3"})
		raw, err := sql.Open("pgx", e.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		raw.SetMaxOpenConns(1) // one session throughout: what a transaction set must not stay
		seen := func(setting, value string) (n int) {
			tx, err := raw.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			if setting != "" {
				if _, err := tx.Exec(`select set_config($1, $2, true)`, setting, value); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.QueryRow(`select count(*) from doc`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, c := range []struct {
			setting, value string
			want           int
		}{{"", "", 0}, {"yagura.tenant", "b1", 1}, {"", "", 0}, {"yagura.tenant", "", 0}, {"yagura.tenant", "b2", 2}, {"yagura.system", "why", 3}, {"", "", 0}} {
			if n := seen(c.setting, c.value); n != c.want {
				t.Errorf("%s=%s: %d rows, want %d", c.setting, c.value, n, c.want)
			}
		}
		for _, text := range []string{`update doc set title = 'x'`, `delete from doc`} {
			res, err := raw.Exec(text)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := res.RowsAffected(); n != 0 {
				t.Errorf("%s touched %d rows", text, n)
			}
		}
		if _, err := raw.Exec(`insert into doc (tenant, id, title) values ('b1', '9', '')`); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("a raw insert went through: %v", err)
		}
	})
}

func TestFaultsHaveKindsAndKeepQuiet(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		put(t, d, "b1", doc{ID: "secret-id", Title: "t"})
		none := "nowhere"
		for name, c := range map[string]struct {
			args doc
			want errs.Kind
		}{
			"unique":  {doc{ID: "secret-id", Title: "secret"}, errs.Conflict},
			"foreign": {doc{ID: "secret-2", Title: "secret", Kind: &none}, errs.Invalid},
			"check":   {doc{ID: "secret-3", Title: "secret", At: -1}, errs.Invalid},
		} {
			_, err := d.Tenant("b1").Exec(ctx, insertDoc, c.args)
			t.Run(name, func(t *testing.T) { wantKind(t, err, c.want) })
			if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "insert") || strings.Contains(err.Error(), "nowhere") {
				t.Errorf("%s: the text tells too much or nothing: %v", name, err)
			}
		}
		_, err := d.Tenant("b1").Exec(ctx, `update doc set title = :none where tenant = :tenant`, db.Args{"none": nil})
		wantKind(t, err, errs.Invalid)
		_, err = db.All[int64](ctx, d.Tenant("b1"), `select title from doc where tenant = :tenant`, nil)
		wantKind(t, err, errs.Internal)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err = db.All[doc](gone, d.Tenant("b1"), allDocs, nil)
		wantKind(t, err, errs.Unavailable)
	})
}

func TestUpdateUnderVersion(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx := context.Background()
		put(t, d, "b1", doc{ID: "1"})
		const update = `update doc set title = :title, version = version + 1 where tenant = :tenant and id = :id and version = :version`
		var wg sync.WaitGroup
		won := make(chan int, 8)
		for i := range 8 {
			wg.Go(func() {
				err := d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error {
					return tx.Update(ctx, update, db.Args{"id": "1", "title": fmt.Sprint(i), "version": 1})
				})
				if err == nil {
					won <- i
				} else {
					wantKind(t, err, errs.Conflict)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d writers won under one version", len(won))
		}
		got, err := db.One[doc](ctx, d.Tenant("b1"), allDocs, nil)
		if err != nil || got.Title != fmt.Sprint(<-won) || got.Version != 2 {
			t.Error(got, err)
		}
		err = d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error {
			return tx.Update(ctx, `update doc set title = '' where tenant = :tenant`, nil)
		})
		if !errors.Is(err, db.ErrRefused) {
			t.Error(err)
		}
	})
}

func TestCounter(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ storetest.Engine) {
		ctx, c := db.WithCounter(context.Background())
		for range 3 {
			if _, err := db.All[doc](ctx, d.Tenant("b1"), allDocs, nil); err != nil {
				t.Fatal(err)
			}
		}
		if c.N() != 3 || c.Statements()[0] != allDocs {
			t.Error(c.Statements())
		}
	})
}

// The server ends every connection, as in a restart: the transaction under way fails
// with a clear kind, the next one works.
func TestConnectionLost(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, e storetest.Engine) {
		if e.Kind != db.Postgres {
			return
		}
		ctx := context.Background()
		raw, err := sql.Open("pgx", e.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		err = d.Tenant("b1").Tx(ctx, func(tx *db.Tx) error {
			if _, err := raw.Exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
				t.Fatal(err)
			}
			_, err := tx.Exec(ctx, insertDoc, doc{ID: "1"})
			return err
		})
		wantKind(t, err, errs.Unavailable)
		put(t, d, "b1", doc{ID: "1"})
	})
}
