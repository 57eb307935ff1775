package signin

import (
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func withPasskeys(c *Config) {
	c.RP = RelyingParty{ID: "yagura.example", Origins: []string{origin}}
}

// registered gives somebody a passkey.
func (b bench) registered(t testing.TB, person string) *authenticator {
	t.Helper()
	a := newAuthenticator(t)
	options, ceremony, err := b.BeginRegistration(ctx, person)
	must(t, err)
	get[Passkey](t)(b.FinishRegistration(ctx, person, ceremony, "業務用PC", a.create(t, options)))
	return a
}

func (b bench) passkey(t testing.TB, person string, a *authenticator) (string, bool, error) {
	t.Helper()
	options, ceremony, err := b.BeginLogin(ctx, person)
	must(t, err)
	return b.FinishLogin(ctx, person, ceremony, a.get(t, options))
}

func TestPasskey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		a := b.registered(t, somebody)
		b.at.Advance(time.Hour)
		for range 3 {
			who, mfa, err := b.passkey(t, "", a)
			if err != nil || who != somebody || !mfa {
				t.Fatal(who, mfa, err)
			}
		}
		keys := get[[]Passkey](t)(b.Passkeys(ctx, somebody))
		if len(keys) != 1 || keys[0].Name != "業務用PC" || !keys[0].At.Equal(start) || !keys[0].Used.Equal(b.at.Now()) {
			t.Fatalf("%+v", keys)
		}
		if _, next, _ := b.Password(ctx, "kaito@bank.example", good, address); next != Second {
			t.Fatal(next)
		}
		refused(t, b.RemovePasskey(ctx, other, keys[0].ID), errs.NotFound, "signin.passkey.none")
		must(t, b.RemovePasskey(ctx, somebody, keys[0].ID))
		_, _, err := b.passkey(t, "", a)
		refused(t, err, errs.Unauthenticated, "signin.passkey.bad")
		_, _, err = b.BeginLogin(ctx, somebody)
		refused(t, err, errs.NotFound, "signin.passkey.none")
	})
}

// As second factor presence is enough, but it must be the person's own key.
func TestPasskeyAsSecondFactor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		mine, theirs := b.registered(t, somebody), b.registered(t, other)
		mine.flags = flagPresent
		who, mfa, err := b.passkey(t, somebody, mine)
		if err != nil || who != somebody || mfa {
			t.Fatal(who, mfa, err)
		}
		_, _, err = b.passkey(t, somebody, theirs)
		refused(t, err, errs.Unauthenticated, "signin.passkey.bad")
		_, _, err = b.passkey(t, "", mine) // alone it must verify its user
		refused(t, err, errs.Unauthenticated, "signin.passkey.bad")
		mine.user = nil // a key that keeps no user handle serves as second factor
		if _, _, err := b.passkey(t, somebody, mine); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPasskeysThatLie(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		b.registered(t, other)
		for name, lie := range map[string]func(*authenticator){
			"another site":    func(a *authenticator) { a.origin = "https://yagura.example.evil" },
			"another party":   func(a *authenticator) { a.rp = "evil" },
			"another key":     func(a *authenticator) { a.key = newAuthenticator(t).key },
			"another person":  func(a *authenticator) { a.user = []byte(other) },
			"no person":       func(a *authenticator) { a.user = []byte("nobody\x00") },
			"nobody present":  func(a *authenticator) { a.flags = 0 },
			"unknown key id":  func(a *authenticator) { a.id = []byte("unknown") },
			"user unverified": func(a *authenticator) { a.flags = flagPresent },
		} {
			a := b.registered(t, somebody)
			lie(a)
			if _, _, err := b.passkey(t, "", a); RefusalOf(err) == nil || RefusalOf(err).Key != "signin.passkey.bad" {
				t.Errorf("%s: %v", name, err)
			}
		}
		a := newAuthenticator(t)
		a.origin = "http://yagura.example"
		options, ceremony, err := b.BeginRegistration(ctx, somebody)
		must(t, err)
		_, err = b.FinishRegistration(ctx, somebody, ceremony, "", a.create(t, options))
		refused(t, err, errs.Invalid, "signin.passkey.bad")
	})
}

func TestPasskeyCounter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		a := b.registered(t, somebody)
		for range 3 {
			_, _, err := b.passkey(t, "", a)
			must(t, err)
		}
		a.counter = 1 // the copy answers with 2
		_, _, err := b.passkey(t, "", a)
		refused(t, err, errs.Unauthenticated, "signin.passkey.copied")
		// A synchronised passkey has no counter: always zero.
		zero := b.registered(t, somebody)
		for range 2 {
			zero.counter = ^uint32(0)
			if _, _, err := b.passkey(t, "", zero); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCeremonyServesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		a := b.registered(t, somebody)
		begin := func() (string, []byte) {
			options, ceremony, err := b.BeginLogin(ctx, "")
			must(t, err)
			return ceremony, a.get(t, options)
		}
		ceremony, answer := begin()
		_, _, err := b.FinishLogin(ctx, somebody, ceremony, answer) // begun for nobody in particular
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		_, _, err = b.FinishLogin(ctx, "", ceremony, answer)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		ceremony, answer = begin()
		_, err = b.FinishRegistration(ctx, somebody, ceremony, "", answer)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		_, _, err = b.FinishLogin(ctx, "", ceremony, answer) // the other kind leaves it alone
		must(t, err)
		_, _, err = b.FinishLogin(ctx, "", ceremony, answer)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		ceremony, answer = begin()
		b.at.Advance(10 * time.Minute)
		_, _, err = b.FinishLogin(ctx, "", ceremony, answer)
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		ceremony, _ = begin()
		_, _, err = b.FinishLogin(ctx, "", ceremony, []byte(`{"id":1}`))
		refused(t, err, errs.Unauthenticated, "signin.passkey.bad")
	})
}

func TestRegistrationAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		a := b.registered(t, somebody)
		options, _, err := b.BeginRegistration(ctx, somebody)
		must(t, err)
		if ex := options.Response.CredentialExcludeList; len(ex) != 1 || string(ex[0].CredentialID) != string(a.id) {
			t.Fatal("the passkey there is isn't excluded", ex)
		}
		options, ceremony, err := b.BeginRegistration(ctx, other)
		must(t, err)
		_, err = b.FinishRegistration(ctx, other, ceremony, "", a.create(t, options))
		refused(t, err, errs.Conflict, "signin.passkey.known")
		options, ceremony, err = b.BeginRegistration(ctx, other)
		must(t, err)
		_, err = b.FinishRegistration(ctx, somebody, ceremony, "", newAuthenticator(t).create(t, options))
		refused(t, err, errs.Invalid, "signin.ceremony.over")
		stored := get[string](t)(db.One[string](ctx, b.db.Common(), `select data from signin_passkey`, nil))
		if strings.Contains(stored, "publicKey") {
			t.Fatal("stored in the open")
		}
		if options.Response.AuthenticatorSelection.UserVerification != protocol.VerificationRequired {
			t.Fatal(options.Response.AuthenticatorSelection)
		}
	})
}

func TestWithoutPasskeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		_, _, err := b.BeginLogin(ctx, "")
		refused(t, err, errs.Unavailable, "signin.passkey.off")
		_, _, err = b.BeginRegistration(ctx, somebody)
		refused(t, err, errs.Unavailable, "signin.passkey.off")
		cfg := b.cfg
		cfg.RP = RelyingParty{ID: "not a host"}
		if _, err := New(b.db, b.at, b.ids, cfg); errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}
