package scripttest

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"yagura/catalog"
	"yagura/internal/app"
	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/org"
	"yagura/internal/signin"
)

// served runs a site until the story ends: served DIR ROLE makes an institution with a
// person of the role in it, and sets YAGURA_SERVER and YAGURA_TOKEN for the commands.
func served(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "served DIR ROLE")
	ctx, dir := context.Background(), ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	secrets, err := app.LoadSecrets(dir, "story.example/yagura")
	ts.Check(err)
	c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	s, err := app.OpenSite(ctx, catalog.FS, app.SiteConfig{DSN: filepath.Join(dir, "yagura.db"), Secrets: secrets, Base: "http://story.example", Plain: true, Clock: c})
	ts.Check(err)
	var bank, person string
	ts.Check(s.DB.System("a site for a story").Tx(ctx, func(tx *db.Tx) error {
		var err error
		if bank, err = s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: "甲銀行", Sector: "regional_bank", Size: "large"}); err != nil {
			return err
		}
		if person, err = s.Orgs.AddPerson(ctx, tx, org.Person{Email: "person@kou.example", Name: "担当"}); err != nil {
			return err
		}
		return s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", bank, person, "", []authz.Role{authz.Role(args[1])})
	}))
	token, err := s.Signin.Mint(ctx, signin.Token{Person: person, Org: bank, Name: "story", Scopes: []string{"all"}, Expires: c.Now().Add(24 * time.Hour)})
	ts.Check(err)
	srv := httptest.NewServer(s.Handler)
	ts.Defer(func() {
		srv.Close()
		_ = s.Close() // the folder of the story goes away with it
	})
	ts.Setenv("YAGURA_SERVER", srv.URL)
	ts.Setenv("YAGURA_TOKEN", token)
}
