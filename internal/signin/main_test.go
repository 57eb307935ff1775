package signin

import (
	"bytes"
	"context"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
	"yagura/internal/storetest"
)

var (
	start    = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	ctx      = context.Background()
	cheap    = Cost{Memory: 8, Time: 1, Threads: 1}
	somebody = "01ARYZ6S41TSV4RRFFQ69G5FAV"
	other    = "01ARYZ6S41TSV4RRFFQ69G5FAW"
)

const (
	address = "198.51.100.7"
	good    = "浅草の雷門で待ち合わせましょう"
)

type bench struct {
	*Store
	db  *db.DB
	at  *clock.Fake
	cfg Config
}

func open(t testing.TB, e storetest.Engine, configure ...func(*Config)) bench {
	t.Helper()
	d := e.Open(t, Module())
	at := clock.NewFake(start)
	cfg := Config{Key: bytes.Repeat([]byte{7}, 32), Cost: cheap}
	for _, f := range configure {
		f(&cfg)
	}
	s, err := New(d, at, id.Seeded(at, 1), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return bench{s, d, at, cfg}
}

// person gives somebody a login name and a password.
func (b bench) person(t testing.TB, person, login, password string) {
	t.Helper()
	must(t, b.SetLogin(ctx, person, login))
	must(t, b.SetPassword(ctx, person, password))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// refused fails the test unless err is a refusal of this kind and key.
func refused(t testing.TB, err error, kind errs.Kind, key string) {
	t.Helper()
	r := RefusalOf(err)
	if r == nil || r.Key != key || errs.KindOf(err) != kind {
		t.Fatalf("got %v (%s), want a refusal %s (%s)", err, errs.KindOf(err), key, kind)
	}
	if r.Text.JA == "" || r.Text.EN == "" || r.Text.JA[0] == '[' {
		t.Fatalf("%s has no text: %+v", key, r.Text)
	}
}
