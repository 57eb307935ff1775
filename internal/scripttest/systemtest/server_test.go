package systemtest

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"yagura/catalog"
	"yagura/internal/app"
	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/web"
)

// site is the demonstration in a server of its own. Its sector is thinned, for the
// tests to last seconds: the pages are the same ones.
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
		shared.site, shared.err = openSite(filepath.Join(sandbox, "site.db"), 20, 0)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.site
}

// openSite fills an empty database with each n-th institution of the demonstration and
// serves it. The first has people; so have as many further ones as are asked for.
func openSite(dsn string, every, further int) (*site, error) {
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
	o := app.DemoOptions{Now: clock.System().Now(), Seed: 1, Every: every, Say: func(string, ...any) {}}
	if cfg.Demo, err = app.SeedDemo(ctx, empty, catalog.FS, cfg, o); err == nil {
		err = staff(ctx, empty, cfg.Demo, further)
	}
	if err := errors.Join(err, empty.Close()); err != nil {
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

// insiders are the people of an institution who bring a filing on its way.
var insiders = []authz.Role{authz.Respondent, authz.Checker, authz.Approver}

// door is what stands on the button by which one signs in as a role of the n-th
// institution with people.
func door(lang i18n.Lang, r authz.Role, n int) string {
	title := i18n.T(lang, "web.role."+string(r))
	if n > 0 {
		title += fmt.Sprint(" ", n+1)
	}
	return title
}

// staff enters people of further institutions and opens doors for them.
func staff(ctx context.Context, s *app.Site, demo *web.Demo, further int) error {
	asker := demo.Persons[len(demo.Persons)-1].Org
	parties, err := s.Orgs.Parties(ctx, asker)
	if err != nil {
		return err
	}
	return s.DB.System("people of further institutions").Tx(ctx, func(tx *db.Tx) error {
		for n := 1; n <= further; n++ {
			for _, r := range insiders {
				title := i18n.Text{JA: door(i18n.JA, r, n), EN: door(i18n.EN, r, n)}
				id, err := s.Orgs.AddPerson(ctx, tx, org.Person{Email: fmt.Sprintf("%s@bank%d.example", r, n+1), Name: title.JA, Lang: i18n.JA})
				if err == nil {
					err = s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", parties[n].ID, id, "", []authz.Role{r})
				}
				if err != nil {
					return err
				}
				demo.Persons = append(demo.Persons, web.DemoPerson{Person: id, Org: parties[n].ID, Title: title})
			}
		}
		return nil
	})
}
