package storetest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"yagura/internal/db"
)

// Server is a PostgreSQL of one test's own, which it may stop and start.
type Server struct {
	Engine
	t      testing.TB
	admin  string
	orders io.Writer
}

// Own starts one. Where there is no installation the test is skipped and says so.
func Own(t testing.TB) *Server {
	t.Helper()
	admin, orders, err := launch()
	if err != nil {
		t.Skipf("a PostgreSQL of the test's own is left out: %v", err)
	}
	t.Cleanup(func() { _ = orders.(io.Closer).Close() }) // the keeper ends the server and removes its files
	s, err := ordinary(admin)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path, u.User = "/yagura", url.UserPassword(s.role, s.password)
	conn, err := pgx.Connect(context.Background(), admin)
	if err == nil {
		_, err = conn.Exec(context.Background(), "create database yagura owner "+s.role)
		_ = conn.Close(context.Background()) // it was of use once
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Server{Engine: Engine{db.Postgres, u.String()}, t: t, admin: admin, orders: orders}
}

// Stop ends the server as a crash would.
func (s *Server) Stop() {
	s.order("stop")
	for s.answers() {
		time.Sleep(10 * time.Millisecond)
	}
}

// Start starts it again and returns when it answers.
func (s *Server) Start() {
	s.order("start")
	for range 300 {
		if s.answers() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatal("PostgreSQL doesn't come back in 30 s")
}

func (s *Server) order(word string) {
	if _, err := io.WriteString(s.orders, word+"\n"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.admin)
	if err == nil {
		_ = conn.Close(ctx) // it answered
	}
	return err == nil
}

// ReadOnly makes the database of a PostgreSQL engine take no changes, or take them
// again, and has every connection begin anew.
func (e Engine) ReadOnly(t testing.TB, on bool) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, e.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	u, err := url.Parse(e.DSN)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"set default_transaction_read_only = off",
		fmt.Sprintf("alter database %s set default_transaction_read_only = %t", strings.TrimPrefix(u.Path, "/"), on),
		"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid()",
	} {
		if _, err := conn.Exec(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
}
