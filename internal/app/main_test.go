package app

import (
	"context"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// look is the moment at which the tests look at their sector.
var look = time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)

// small is a site with each n-th institution of the synthetic sector in it.
func small(t testing.TB, e storetest.Engine, every int) *Site {
	t.Helper()
	private, _, err := ledger.GenerateKey("test.example/yagura")
	if err != nil {
		t.Fatal(err)
	}
	cfg := SiteConfig{DSN: e.DSN, Secrets: Secrets{Key: make([]byte, 32), Ledger: private}, Base: "http://yagura.example", Plain: true, Clock: clock.NewFake(look),
		Count: func(ctx context.Context) (context.Context, func() int) {
			ctx, c := db.WithCounter(ctx)
			return ctx, c.N
		}}
	ctx := context.Background()
	s, err := OpenSite(ctx, catalog.FS, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the engine drops the database
	if cfg.Demo, err = SeedDemo(ctx, s, catalog.FS, cfg, DemoOptions{Now: look, Seed: 1, Every: every, Say: func(string, ...any) {}}); err != nil {
		t.Fatal(err)
	}
	shown, err := join(s.DB, catalog.FS, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}
