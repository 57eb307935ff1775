package systemtest

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"yagura/catalog"
	"yagura/internal/app"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/org"
)

const keyPassword = "kagi wo motsu mae no kotoba"

// keySite is a site at a name, which passkeys need, with a checker, who may sign in with
// a password, and an administrator, of whom a second factor is wanted.
func keySite(t *testing.T) *site {
	t.Helper()
	private, _, err := ledger.GenerateKey("system.example/yagura")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	base := strings.Replace("http://"+srv.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	ctx := context.Background()
	s, err := app.OpenSite(ctx, catalog.FS, app.SiteConfig{DSN: filepath.Join(t.TempDir(), "yagura.db"), Secrets: app.Secrets{Key: make([]byte, 32), Ledger: private},
		Base: base, Plain: true, Strong: []authz.Role{authz.Administrator}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close(); _ = s.Close() })
	err = s.DB.System("people with passwords").Tx(ctx, func(tx *db.Tx) error {
		bank, err := s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: "甲銀行", NameEN: "Bank A"})
		if err != nil {
			return err
		}
		for _, r := range []authz.Role{authz.Checker, authz.Administrator} {
			id, err := s.Orgs.AddPerson(ctx, tx, org.Person{Email: string(r) + "@bank.example", Name: string(r)})
			if err == nil {
				err = s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", bank, id, "", []authz.Role{r})
			}
			if err == nil {
				err = s.Signin.SetLoginIn(ctx, tx, id, string(r)+"@bank.example")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, r := range []authz.Role{authz.Checker, authz.Administrator} {
		if err == nil {
			var id string
			if id, err = s.Signin.PersonOf(ctx, string(r)+"@bank.example"); err == nil {
				err = s.Signin.SetPassword(ctx, id, keyPassword)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = s.Handler
	srv.Start()
	return &site{s, base, nil}
}

// authenticator gives a window one in software, which has a passkey made and used as if
// its owner touched it and was verified.
func (b *tab) authenticator() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true}})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestPasskeysInTheBrowser: who wants one sets a passkey up in the settings; of whom a
// second factor is wanted gets no further than to setting one up; both then sign in with
// the passkey alone.
func TestPasskeysInTheBrowser(t *testing.T) {
	needs(t, "chromium")
	s, chrome := keySite(t), browser(t)
	for _, c := range []struct {
		role   authz.Role
		forced bool
	}{{authz.Checker, false}, {authz.Administrator, true}} {
		b := open(t, chrome, s, i18n.JA, widths[0])
		say := func(key string, args ...any) string { return i18n.T(b.lang, key, args...) }
		b.authenticator()
		b.to("/signin?lang=ja")
		b.fill("login", string(c.role)+"@bank.example")
		b.fill("password", keyPassword)
		b.press(say("web.signin.go"))
		if c.forced {
			b.sees(say("web.factor.enrol-lead"))
			b.to("/settings")
			if b.path() != "/signin/factor" {
				t.Errorf("without the second factor that is wanted one comes to %s", b.path())
			}
			b.follow(say("web.settings.passkey-add"))
		} else {
			b.to("/settings")
			b.follow(say("web.settings.passkey-add"))
		}
		b.fill("name", "業務用PC")
		b.press(say("web.settings.passkey-add"))
		b.to("/settings")
		b.sees("業務用PC")
		eval[bool](b, `(window.left = true, document.querySelector("header form[action='/signout']").submit(), true)`)
		b.arrive()
		b.to("/signin")
		b.follow(say("web.settings.passkey-signin"))
		b.press(say("web.settings.passkey-signin"))
		b.to("/settings")
		b.sees("業務用PC", string(c.role)+"@bank.example")
	}
}
