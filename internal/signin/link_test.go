package signin

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func (b bench) invite(t testing.TB, org string) string {
	t.Helper()
	return get[string](t)(b.Invite(ctx, Invitation{Org: org, Email: "Umi@Vendor.example", Roles: []string{"respondent", "checker"}, By: somebody,
		Data: `{"unit":"it"}`, Expires: b.at.Now().Add(14 * 24 * time.Hour)}))
}

func TestInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		token := b.invite(t, "org-1")
		inv := get[Invitation](t)(b.Invitation(ctx, token))
		if inv.Org != "org-1" || inv.Email != "umi@vendor.example" || !slices.Equal(inv.Roles, []string{"respondent", "checker"}) ||
			inv.By != somebody || inv.Data != `{"unit":"it"}` || !inv.At.Equal(start) || !inv.Used.IsZero() {
			t.Fatalf("%+v", inv)
		}
		broken := errors.New("the person can't be made")
		if _, _, err := b.Accept(ctx, token, good, func(*db.Tx, Invitation) (string, error) { return "", broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		var accepted atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, person, err := b.Accept(ctx, token, good, func(tx *db.Tx, got Invitation) (string, error) {
					if got.ID != inv.ID {
						t.Error(got)
					}
					return other, nil
				})
				if err == nil && person == other {
					accepted.Add(1)
				} else if r := RefusalOf(err); r == nil || r.Key != "signin.invitation.none" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if accepted.Load() != 1 {
			t.Fatalf("accepted %d times", accepted.Load())
		}
		_, err := b.Invitation(ctx, token)
		refused(t, err, errs.NotFound, "signin.invitation.none")
		if person, _, err := b.Password(ctx, "umi@vendor.example", good, address); err != nil || person != other {
			t.Fatal(person, err)
		}
		if list := get[[]Invitation](t)(b.Invitations(ctx, "org-1")); len(list) != 1 || !list[0].Used.Equal(start) {
			t.Fatalf("%+v", list)
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		token, later := b.invite(t, "org-1"), b.invite(t, "org-1")
		id := get[Invitation](t)(b.Invitation(ctx, later)).ID
		refused(t, b.Withdraw(ctx, "org-2", id), errs.NotFound, "signin.invitation.none")
		must(t, b.Withdraw(ctx, "org-1", id))
		b.at.Advance(14*24*time.Hour - time.Microsecond)
		get[Invitation](t)(b.Invitation(ctx, token))
		b.at.Advance(time.Microsecond)
		for _, bad := range []string{token, later, "", "yi_", newToken("yi_"), "yr_" + token[3:]} {
			_, _, err := b.Accept(ctx, bad, "", nil)
			refused(t, err, errs.NotFound, "signin.invitation.none")
		}
		for _, at := range []time.Duration{0, -time.Hour, 91 * 24 * time.Hour} {
			_, err := b.Invite(ctx, Invitation{Org: "o", Email: "a@b.example", By: "p", Expires: b.at.Now().Add(at)})
			refused(t, err, errs.Invalid, "signin.invitation.expires")
		}
		_, err := b.Invite(ctx, Invitation{Org: "o", Email: "nobody", By: "p"})
		refused(t, err, errs.Invalid, "signin.login.form")
		if _, err := b.Invite(ctx, Invitation{Email: "a@b.example", By: "p"}); errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}

// An invitation is no way to a password of someone who has one already.
func TestInvitationOfAKnownPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, other, "umi@vendor.example", good)
		token := b.invite(t, "org-1")
		as := func(person string) func(*db.Tx, Invitation) (string, error) {
			return func(*db.Tx, Invitation) (string, error) { return person, nil }
		}
		_, _, err := b.Accept(ctx, token, "short", as(other))
		refused(t, err, errs.Invalid, "signin.password.short")
		_, _, err = b.Accept(ctx, token, "second best passphrase", as(other))
		refused(t, err, errs.Conflict, "signin.invitation.known")
		_, _, err = b.Accept(ctx, token, "second best passphrase", as(somebody)) // the address is taken
		refused(t, err, errs.Conflict, "signin.login.taken")
		_, person, err := b.Accept(ctx, token, "", as(other))
		if err != nil || person != other {
			t.Fatal(person, err)
		}
		if _, _, err := b.Password(ctx, "umi@vendor.example", good, address); err != nil {
			t.Fatal(err)
		}
		// Who signs in elsewhere gets a login name and no password.
		token = get[string](t)(b.Invite(ctx, Invitation{Org: "org-1", Email: "sso@vendor.example", By: other, Expires: b.at.Now().Add(time.Hour)}))
		_, _, err = b.Accept(ctx, token, "", as(somebody))
		must(t, err)
		if f := get[Factors](t)(b.Factors(ctx, somebody)); f.Password {
			t.Fatal(f)
		}
		if login := get[string](t)(b.Login(ctx, somebody)); login != "sso@vendor.example" {
			t.Fatal(login)
		}
	})
}

func TestReset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, func(c *Config) {
			c.Login.Free, c.Login.End, c.Login.First, c.Login.Longest = 1, 2, time.Second, time.Second
		})
		b.person(t, somebody, "kaito@bank.example", good)
		session := get[string](t)(b.Open(ctx, somebody, "password", false, About{}))
		for range 2 {
			_, _, err := b.Password(ctx, "kaito@bank.example", "wrong", address)
			refused(t, err, errs.Unauthenticated, "signin.wrong")
		}
		_, _, err := b.Password(ctx, "kaito@bank.example", good, address)
		refused(t, err, errs.Unauthenticated, "signin.locked")

		first := get[Letter](t)(b.Reset(ctx, "ＫＡＩＴＯ@bank.example", address))
		second := get[Letter](t)(b.Reset(ctx, "kaito@bank.example", address))
		if first.Email != "kaito@bank.example" || first.Token == second.Token || !first.Expires.Equal(start.Add(time.Hour)) {
			t.Fatalf("%+v", first)
		}
		if login := get[string](t)(b.ResetOf(ctx, first.Token)); login != first.Email {
			t.Fatal(login)
		}
		_, err = b.ResetPassword(ctx, first.Token, "short")
		refused(t, err, errs.Invalid, "signin.password.short")
		if p := get[string](t)(b.ResetPassword(ctx, first.Token, "second best passphrase")); p != somebody {
			t.Fatal(p)
		}
		for _, used := range []string{first.Token, second.Token, "", newToken("yr_"), "yi_" + second.Token[3:]} {
			_, err := b.ResetPassword(ctx, used, "third best passphrase")
			refused(t, err, errs.NotFound, "signin.reset.none")
		}
		_, err = b.Session(ctx, session)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
		if _, _, err := b.Password(ctx, "kaito@bank.example", "second best passphrase", address); err != nil {
			t.Fatal(err)
		}
	})
}

// What the visitor is told is the same for known and unknown login names, and so is
// the limit.
func TestResetTellsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		for _, login := range []string{"kaito@bank.example", "nobody@bank.example"} {
			for range 3 {
				l := get[Letter](t)(b.Reset(ctx, login, address))
				if (l == Letter{}) != (login == "nobody@bank.example") {
					t.Fatalf("%+v", l)
				}
			}
			_, err := b.Reset(ctx, login, address)
			refused(t, err, errs.Unauthenticated, "signin.wait")
			if w := RefusalOf(err).Wait; w != 5*time.Minute {
				t.Fatal(w)
			}
		}
		_, err := b.Reset(ctx, "no address", address)
		refused(t, err, errs.Invalid, "signin.login.form")
	})
}

func TestResetLinkEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		late := get[Letter](t)(b.ResetLink(ctx, somebody))
		b.at.Advance(time.Hour)
		_, err := b.ResetPassword(ctx, late.Token, "second best passphrase")
		refused(t, err, errs.NotFound, "signin.reset.none")
		moved := get[Letter](t)(b.ResetLink(ctx, somebody))
		must(t, b.SetLogin(ctx, somebody, "kaito@new.example"))
		_, err = b.ResetPassword(ctx, moved.Token, "second best passphrase")
		refused(t, err, errs.NotFound, "signin.reset.none")
		if _, _, err := b.Password(ctx, "kaito@new.example", good, address); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAPIToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		want := Token{Person: somebody, Org: "org-1", Name: " 夜間連携 ", Scopes: []string{"filing:write", "filing:read", "filing:read"}, Expires: start.Add(24 * time.Hour)}
		secret := get[string](t)(b.Mint(ctx, want))
		if !strings.HasPrefix(secret, "yg_") || len(secret) != 46 {
			t.Fatal(secret)
		}
		got := get[Token](t)(b.Token(ctx, secret))
		if got.Person != somebody || got.Org != "org-1" || got.Name != "夜間連携" || !got.Has("filing:read") || !got.Has("filing:write") || got.Has("filing") ||
			len(got.Scopes) != 2 || !got.Used.Equal(start) || !got.Expires.Equal(want.Expires) {
			t.Fatalf("%+v", got)
		}
		counting, c := db.WithCounter(ctx)
		b.at.Advance(59 * time.Second)
		get[Token](t)(b.Token(counting, secret))
		if c.N() != 1 {
			t.Fatal(c.Statements())
		}
		for _, bad := range []string{"", "yg_", secret + "A", "ys_" + secret[3:], newToken("yg_")} {
			_, err := b.Token(ctx, bad)
			refused(t, err, errs.Unauthenticated, "signin.token.none")
		}
		if all := get[[]Token](t)(b.TokensOf(ctx, "org-1")); len(all) != 1 || all[0].ID != got.ID {
			t.Fatal(all)
		}
		refused(t, b.Revoke(ctx, other, got.ID), errs.NotFound, "signin.token.gone")
		must(t, b.Revoke(ctx, somebody, got.ID))
		_, err := b.Token(ctx, secret)
		refused(t, err, errs.Unauthenticated, "signin.token.none")

		late := get[string](t)(b.Mint(ctx, want))
		b.at.Set(want.Expires)
		_, err = b.Token(ctx, late)
		refused(t, err, errs.Unauthenticated, "signin.token.none")
		if all := get[[]Token](t)(b.Tokens(ctx, somebody)); len(all) != 1 {
			t.Fatal(all)
		}
		if n := get[int64](t)(b.RevokeAll(ctx, somebody, "org-1")); n != 1 {
			t.Fatal(n)
		}
	})
}

func TestAPITokensThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		ok := Token{Person: somebody, Org: "org-1", Name: "n", Scopes: []string{"filing:read"}, Expires: start.Add(366 * 24 * time.Hour)}
		get[string](t)(b.Mint(ctx, ok))
		for key, change := range map[string]func(*Token){
			"signin.token.name":    func(t *Token) { t.Name = " \x00 " },
			"signin.token.scopes":  func(t *Token) { t.Scopes = []string{"filing:read other:write"} },
			"signin.token.expires": func(t *Token) { t.Expires = t.Expires.Add(time.Second) },
		} {
			bad := ok
			change(&bad)
			_, err := b.Mint(ctx, bad)
			refused(t, err, errs.Invalid, key)
		}
		ok.Org = ""
		if _, err := b.Mint(ctx, ok); errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}
