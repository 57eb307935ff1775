package signin

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

// oidcBench is a bench with a provider; its clock stands at the provider's present.
func oidcBench(t testing.TB, e storetest.Engine, change ...func(*Provider)) (bench, *provider) {
	t.Helper()
	p := newProvider(t)
	p.user = user{subject: "s-1", email: "Kaito@bank.example", verified: true, inToken: true, amr: []string{"pwd"}}
	b := open(t, e, func(c *Config) {
		pr := Provider{Name: "bank", Issuer: p.server.URL, ClientID: "yagura", ClientSecret: "client secret", Redirect: redirect, Claim: ByEmail, MFA: []string{"mfa", "loa3"}}
		for _, f := range change {
			f(&pr)
		}
		c.Providers = []Provider{pr}
	})
	b.at.Set(clock.System().Now())
	b.person(t, somebody, "kaito@bank.example", good)
	b.person(t, other, "umi@bank.example", good)
	return b, p
}

// visit goes to the provider as a browser and returns what it redirects back with.
func (b bench) visit(t testing.TB, person string) (browser string, query url.Values) {
	t.Helper()
	address, browser, err := b.BeginOIDC(ctx, "bank", person, "/campaigns?x=1")
	must(t, err)
	var back *url.URL
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "yagura.example" {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := client.Get(address)
	must(t, err)
	must(t, res.Body.Close())
	if back == nil {
		t.Fatalf("the provider didn't send the browser back: %s", res.Status)
	}
	return browser, back.Query()
}

func (b bench) oidc(t testing.TB, person string) (Visit, error) {
	t.Helper()
	browser, query := b.visit(t, person)
	return b.FinishOIDC(ctx, person, browser, query)
}

func TestOIDCByEmail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b, p := oidcBench(t, e)
		want := Visit{Provider: "bank", Person: somebody, Subject: "s-1", Email: "Kaito@bank.example", Back: "/campaigns?x=1"}
		if v := get[Visit](t)(b.oidc(t, "")); v != want {
			t.Fatalf("%+v", v)
		}
		// From now on the subject counts, whatever the address.
		p.user.email, p.user.amr = "umi@bank.example", []string{"pwd", "mfa"}
		if v := get[Visit](t)(b.oidc(t, "")); v.Person != somebody || !v.MFA {
			t.Fatalf("%+v", v)
		}
		// The address was given to someone else there.
		p.user = user{subject: "s-2", email: "kaito@bank.example", verified: true, inToken: true, acr: "loa3"}
		_, err := b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
		p.user.email = "nobody@bank.example"
		_, err = b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
		p.user.email = ""
		_, err = b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
		p.user.email, p.user.verified = "umi@bank.example", false
		_, err = b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
		p.user.verified, p.user.inToken = true, false // asked at the userinfo endpoint
		if v := get[Visit](t)(b.oidc(t, "")); v.Person != other || !v.MFA {
			t.Fatalf("%+v", v)
		}
		if list := b.Providers(); len(list) != 1 || list[0].Name != "bank" || list[0].ClientSecret != "" {
			t.Fatalf("%+v", list)
		}
	})
}

func TestOIDCBySubject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b, p := oidcBench(t, e, func(p *Provider) { p.Claim = BySubject })
		_, err := b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
		if v := get[Visit](t)(b.oidc(t, somebody)); v.Person != somebody {
			t.Fatalf("%+v", v)
		}
		for range 2 { // linked again it stays as it is
			if v := get[Visit](t)(b.oidc(t, somebody)); v.Person != somebody {
				t.Fatalf("%+v", v)
			}
		}
		if v := get[Visit](t)(b.oidc(t, "")); v.Person != somebody || v.MFA {
			t.Fatalf("%+v", v)
		}
		_, err = b.oidc(t, other)
		refused(t, err, errs.Conflict, "signin.oidc.taken")
		p.user.subject = "s-2"
		_, err = b.oidc(t, somebody)
		refused(t, err, errs.Conflict, "signin.oidc.taken")
		if list := get[[]string](t)(b.Accounts(ctx, somebody)); !slices.Equal(list, []string{p.server.URL}) {
			t.Fatal(list)
		}
		must(t, b.Unlink(ctx, somebody, p.server.URL))
		refused(t, b.Unlink(ctx, somebody, p.server.URL), errs.NotFound, "signin.oidc.none")
		p.user.subject = "s-1"
		_, err = b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.unknown")
	})
}

// The address asks for a code with PKCE, state and nonce, and the answer counts in the
// same browser, once, with the state that was given, within ten minutes.
func TestOIDCIsBoundToItsBrowser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b, p := oidcBench(t, e)
		address, _, err := b.BeginOIDC(ctx, "bank", "", "")
		must(t, err)
		q := get[*url.URL](t)(url.Parse(address)).Query()
		if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
			len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("scope") != "openid email" || q.Get("redirect_uri") != redirect {
			t.Fatal(address)
		}
		mine, query := b.visit(t, "")
		theirs, _ := b.visit(t, "")
		_, err = b.FinishOIDC(ctx, "", theirs, query)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		_, err = b.FinishOIDC(ctx, "", newToken("yc_"), query)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		if v := get[Visit](t)(b.FinishOIDC(ctx, "", mine, query)); v.Person != somebody {
			t.Fatal(v)
		}
		_, err = b.FinishOIDC(ctx, "", mine, query)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		browser, query := b.visit(t, "")
		_, err = b.FinishOIDC(ctx, other, browser, query)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		browser, query = b.visit(t, "")
		b.at.Advance(10 * time.Minute)
		_, err = b.FinishOIDC(ctx, "", browser, query)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		b.at.Set(clock.System().Now())
		p.deny = true
		_, err = b.oidc(t, "")
		refused(t, err, errs.Unauthenticated, "signin.oidc.denied")
		_, _, err = b.BeginOIDC(ctx, "elsewhere", "", "")
		refused(t, err, errs.NotFound, "signin.oidc.none")
	})
}

func TestOIDCAnswersThatDoNotHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b, p := oidcBench(t, e)
		foreign := get[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
		for name, c := range map[string]struct {
			before func()
			change func(url.Values)
		}{
			"no subject":             {before: func() { p.user.subject = "" }},
			"nonce of another visit": {before: func() { p.user.nonce = "another" }},
			"code of another visit":  {change: func(q url.Values) { _, o := b.visit(t, ""); q.Set("code", o.Get("code")) }}, // PKCE
			"no code":                {change: func(q url.Values) { q.Del("code") }},
			"another issuer":         {change: func(q url.Values) { q.Set("iss", "https://evil.example") }},
			"token is over":          {change: func(url.Values) { b.at.Advance(3 * time.Minute) }},
			"another client":         {change: func(url.Values) { b.sites[0].ClientSecret = "wrong" }},
			"key that isn't listed":  {change: func(url.Values) { p.signing = foreign }},
		} {
			kept, secret := p.user, b.sites[0].ClientSecret
			if c.before != nil {
				c.before()
			}
			browser, query := b.visit(t, "")
			if c.change != nil {
				c.change(query)
			}
			_, err := b.FinishOIDC(ctx, "", browser, query)
			if r := RefusalOf(err); r == nil || r.Key != "signin.oidc.bad" || errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && (strings.Contains(err.Error(), "client secret") || query.Get("code") != "" && strings.Contains(err.Error(), query.Get("code"))) {
				t.Errorf("%s: the error tells a secret: %v", name, err)
			}
			p.user, p.signing, b.sites[0].ClientSecret = kept, p.key, secret
			b.at.Set(clock.System().Now())
		}
		if v := get[Visit](t)(b.oidc(t, "")); v.Person != somebody {
			t.Fatal(v)
		}
	})
}

func TestOIDCProviderThatIsDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b, p := oidcBench(t, e)
		browser, query := b.visit(t, "")
		p.server.Close()
		_, err := b.FinishOIDC(ctx, "", browser, query)
		refused(t, err, errs.Unavailable, "signin.oidc.unavailable")
		b.sites[0].oidc = nil
		_, _, err = b.BeginOIDC(ctx, "bank", "", "")
		refused(t, err, errs.Unavailable, "signin.oidc.unavailable")
	})
}

func TestProvidersThatCannotWork(t *testing.T) {
	ok := Provider{Name: "a", Issuer: "https://a.example", ClientID: "c", Redirect: "https://b.example"}
	if _, err := sites([]Provider{ok}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Provider){
		"name": func(p *Provider) { p.Name = "A b" }, "issuer": func(p *Provider) { p.Issuer = "a.example" }, "client": func(p *Provider) { p.ClientID = "" },
		"redirect": func(p *Provider) { p.Redirect = "" }, "claim": func(p *Provider) { p.Claim = "name" },
	} {
		bad := ok
		change(&bad)
		if _, err := sites([]Provider{bad}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sites([]Provider{ok, ok}); errs.KindOf(err) != errs.Invalid {
		t.Error("twice", err)
	}
}
