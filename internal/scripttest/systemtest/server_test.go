package systemtest

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"yagura/catalog"
	"yagura/internal/app"
	"yagura/internal/clock"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// everyParty thins the synthetic sector to each such institution, for the test to
// last seconds: the pages are the same ones.
const everyParty = 20

// site is the demonstration in a server of its own.
type site struct {
	*app.Site
	base  string // http://127.0.0.1:PORT
	close func()
}

var shared struct {
	sync.Mutex
	site *site
	err  error
}

// theSite is the demonstration that tests look at and change little.
func theSite(t *testing.T) *site {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.site == nil && shared.err == nil {
		shared.site, shared.err = openSite(filepath.Join(sandbox, "site.db"))
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.site
}

// openSite fills an empty database with the demonstration and serves it.
func openSite(dsn string) (*site, error) {
	private, _, err := ledger.GenerateKey("system.example/yagura")
	if err != nil {
		return nil, err
	}
	srv := httptest.NewUnstartedServer(nil)
	cfg := app.SiteConfig{DSN: dsn, Secrets: app.Secrets{Key: make([]byte, 32), Ledger: private}, Base: "http://" + srv.Listener.Addr().String(), Plain: true,
		Env: i18n.T(i18n.JA, "web.demo.env"), Notice: i18n.Both("web.demo.notice")}
	ctx := context.Background()
	empty, err := app.OpenSite(ctx, catalog.FS, cfg)
	if err != nil {
		return nil, err
	}
	o := app.DemoOptions{Now: clock.System().Now(), Seed: 1, Every: everyParty, Say: func(string, ...any) {}}
	if cfg.Demo, err = app.SeedDemo(ctx, empty, catalog.FS, cfg, o); err != nil {
		return nil, err
	}
	if err := empty.Close(); err != nil {
		return nil, err
	}
	s, err := app.OpenSite(ctx, catalog.FS, cfg)
	if err != nil {
		return nil, err
	}
	srv.Config.Handler = s.Handler
	srv.Start()
	work, stop := context.WithCancel(ctx)
	worked := make(chan struct{})
	go func() { defer close(worked); s.Runner.Run(work) }()
	return &site{s, cfg.Base, func() {
		srv.CloseClientConnections()
		srv.Close()
		stop()
		<-worked
		_ = s.Close() // its database is removed next
	}}, nil
}
