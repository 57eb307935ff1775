package db

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// The connection under test and the statements that it keeps.
func keptConnection(t *testing.T) (*sql.Conn, func() map[string]*keptStmt) {
	t.Helper()
	pool, err := sqlitePool("file:" + filepath.Join(t.TempDir(), "kept.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() }) // the folder goes away
	c, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // before the pool
	return c, func() (kept map[string]*keptStmt) {
		_ = c.Raw(func(raw any) error { kept = raw.(*keptConn).kept; return nil })
		return kept
	}
}

func TestKeptStatementsAreBounded(t *testing.T) {
	ctx := context.Background()
	c, kept := keptConnection(t)
	one := func(text string) (n int) {
		t.Helper()
		if err := c.QueryRowContext(ctx, text).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 2 * keptStatements {
		if one(fmt.Sprintf("select %d", i)) != i || one("select -1") != -1 {
			t.Fatal("another statement's row")
		}
	}
	if n := len(kept()); n != keptStatements {
		t.Errorf("%d statements are kept", n)
	}
	if kept()["select -1"] == nil || kept()["select 3"] != nil {
		t.Error("it is not the one used least lately that is forgotten")
	}
	if long := "select 7 " + strings.Repeat(" ", keptLength); one(long) != 7 || kept()[long] != nil {
		t.Error("a long statement is kept")
	}
}

// A statement whose rows are being read runs once more beside itself.
func TestKeptStatementWithinItself(t *testing.T) {
	ctx := context.Background()
	c, kept := keptConnection(t)
	const text = "select 1 union all select 2 union all select 3"
	outer, err := c.QueryContext(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for outer.Next() {
		var n int
		if err := outer.Scan(&n); err != nil {
			t.Fatal(err)
		}
		inner, err := c.QueryContext(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			var m int
			if err := inner.Scan(&m); err != nil {
				t.Fatal(err)
			}
			sum += n * m
		}
		if err := inner.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := outer.Err(); err != nil || sum != 36 {
		t.Errorf("%d %v", sum, err)
	}
	if k := kept()[text]; k == nil || k.busy {
		t.Error("the statement was not given free")
	}
}

// A kept statement sees a changed schema, and is as good as new after an error.
func TestKeptStatementAfterChangesAndErrors(t *testing.T) {
	ctx := context.Background()
	c, _ := keptConnection(t)
	exec := func(text string, args ...any) error {
		_, err := c.ExecContext(ctx, text, args...)
		return err
	}
	if err := exec("create table a (id integer primary key)"); err != nil {
		t.Fatal(err)
	}
	const insert = "insert into a (id) values ($1)"
	for _, step := range []struct {
		id int
		ok bool
	}{{1, true}, {1, false}, {2, true}, {2, false}} {
		if err := exec(insert, step.id); (err == nil) != step.ok {
			t.Errorf("%d: %v", step.id, err)
		}
	}
	all := func() (columns []string) {
		t.Helper()
		rows, err := c.QueryContext(ctx, "select * from a")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }() // read for its columns alone
		if columns, err = rows.Columns(); err != nil {
			t.Fatal(err)
		}
		return columns
	}
	if len(all()) != 1 {
		t.Error(all())
	}
	if err := exec("alter table a add column said text default 'x'"); err != nil {
		t.Fatal(err)
	}
	if err := exec(insert, 6); err != nil {
		t.Error(err)
	}
	if len(all()) != 2 {
		t.Error(all())
	}
}
