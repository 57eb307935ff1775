// Package storetest runs a test on every database engine: on SQLite always, on
// PostgreSQL when there is one. It takes the server that YAGURA_TEST_POSTGRES (a
// postgres:// URL) names, or else starts a private one from a local installation and
// stops it when the test process ends, however it ends. Where neither is there, the
// test says so as a skipped subtest; a server that is named but can't be used is a failure.
//
// Only tests import this package.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"yagura/internal/db"
)

// Engine is an empty database of one engine, made for one test.
type Engine struct {
	Kind db.Engine
	DSN  string // of a role that row-level security binds
}

// Each runs f as a subtest on each engine, with an empty database for each run.
func Each(t *testing.T, f func(t *testing.T, e Engine)) {
	t.Helper()
	t.Run(string(db.SQLite), func(t *testing.T) {
		f(t, Engine{db.SQLite, filepath.Join(t.TempDir(), "yagura.db")})
	})
	t.Run(string(db.Postgres), func(t *testing.T) {
		t.Helper() // the log of left out tests names the test, not this file
		f(t, privately(t))
	})
}

// EachBench runs f as a benchmark on each engine, with an empty database.
func EachBench(b *testing.B, f func(b *testing.B, e Engine)) {
	b.Helper()
	b.Run(string(db.SQLite), func(b *testing.B) { f(b, Engine{db.SQLite, filepath.Join(b.TempDir(), "yagura.db")}) })
	b.Run(string(db.Postgres), func(b *testing.B) { f(b, privately(b)) })
}

// privately is an empty database of the private PostgreSQL; without one the test is
// left out, or fails where everything is wanted.
func privately(t testing.TB) Engine {
	t.Helper()
	s, err := server()
	switch {
	case err != nil && os.Getenv("YAGURA_TEST_POSTGRES") != "", err != nil && os.Getenv("YAGURA_SYSTEM_TESTS") != "":
		t.Fatalf("PostgreSQL was asked for, but %v", err)
	case err != nil:
		t.Skipf("PostgreSQL is left out: %v", err)
	}
	return Engine{db.Postgres, s.database(t)}
}

// Open opens the database with its modules migrated, and closes it after the test.
func (e Engine) Open(t testing.TB, modules ...db.Module) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), e.DSN, modules...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

var serial atomic.Int64

// database makes a database that belongs to the ordinary role, and drops it after the test.
func (s *postgres) database(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("yagura_test_%d_%d", s.run, serial.Add(1))
	admin := func(text string) error {
		conn, err := pgx.Connect(ctx, s.admin)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, text)
		return err
	}
	if err := admin(fmt.Sprintf("create database %s owner %s", name, s.role)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(fmt.Sprintf("drop database if exists %s with (force)", name)); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	u, err := url.Parse(s.admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	if s.password != "" {
		u.User = url.UserPassword(s.role, s.password)
	}
	return u.String()
}
