package signin

import (
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func (b bench) rows(t testing.TB) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, table := range Module().Common {
		n[table] = get[int](t)(db.One[int](ctx, b.db.Common(), `select count(*) from `+table, nil))
	}
	return n
}

func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		b.enrolled(t, somebody)
		b.registered(t, somebody)
		get[Enrolment](t)(b.Enrol(ctx, other))
		_, _, err := b.BeginLogin(ctx, "")
		must(t, err)
		get[Letter](t)(b.ResetLink(ctx, somebody))
		b.invite(t, "org-1")
		get[string](t)(b.Mint(ctx, Token{Person: somebody, Org: "o", Name: "n", Scopes: []string{"a"}, Expires: b.at.Now().Add(time.Hour)}))
		get[string](t)(b.Open(ctx, somebody, "password", true, About{}))
		for range 100 { // locked for good
			_, _, err := b.Password(ctx, "umi@bank.example", "wrong", address)
			refused(t, err, errs.Unauthenticated, "signin.wrong")
			b.at.Advance(time.Hour)
		}
		_, _, err = b.Password(ctx, "nobody@bank.example", "wrong", address)
		refused(t, err, errs.Unauthenticated, "signin.wrong")

		lasting := map[string]int{"signin_login": 2, "signin_password": 2, "signin_totp": 1, "signin_recovery": 10, "signin_passkey": 1, "signin_account": 0,
			"signin_link": 2, "signin_token": 1, "signin_session": 0, "signin_ceremony": 0, "signin_strike": 3}
		check := func(want map[string]int) {
			t.Helper()
			get[int64](t)(b.Sweep(ctx))
			for table, n := range b.rows(t) {
				if n != want[table] {
					t.Errorf("%s has %d rows, want %d", table, n, want[table])
				}
			}
		}
		check(lasting)
		b.at.Advance(90 * 24 * time.Hour)
		lasting["signin_strike"] = 1
		check(lasting)
		b.at.Advance(365 * 24 * time.Hour)
		lasting["signin_link"], lasting["signin_token"] = 0, 0
		check(lasting)
		_, _, err = b.Password(ctx, "umi@bank.example", good, address)
		refused(t, err, errs.Unauthenticated, "signin.locked")
		if n := get[int64](t)(b.Sweep(ctx)); n != 0 {
			t.Fatalf("swept %d again", n)
		}
	})
}

// What is open stays.
func TestSweepLeavesWhatIsOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		session := get[string](t)(b.Open(ctx, somebody, "password", true, About{}))
		get[Enrolment](t)(b.Enrol(ctx, somebody))
		_, _, err := b.BeginLogin(ctx, "")
		must(t, err)
		token := b.invite(t, "org-1")
		b.at.Advance(10*time.Minute - time.Microsecond)
		if n := get[int64](t)(b.Sweep(ctx)); n != 0 {
			t.Fatalf("swept %d", n)
		}
		get[Session](t)(b.Session(ctx, session))
		get[Invitation](t)(b.Invitation(ctx, token))
	})
}

func TestForget(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		for i, p := range []string{somebody, other} {
			b.person(t, p, []string{"kaito@bank.example", "umi@bank.example"}[i], good)
			b.enrolled(t, p)
			b.registered(t, p)
			_, _, err := b.BeginLogin(ctx, p)
			must(t, err)
			get[Letter](t)(b.ResetLink(ctx, p))
			get[string](t)(b.Mint(ctx, Token{Person: p, Org: "o", Name: "n", Scopes: []string{"a"}, Expires: b.at.Now().Add(time.Hour)}))
			get[string](t)(b.Open(ctx, p, "password", true, About{}))
			_, err = b.db.Common().Exec(ctx, `insert into signin_account (issuer, subject, person, at) values ('i', :p, :p, 0)`, db.Args{"p": p})
			must(t, err)
			_, _, err = b.Password(ctx, []string{"kaito@bank.example", "umi@bank.example"}[i], "wrong", address)
			refused(t, err, errs.Unauthenticated, "signin.wrong")
		}
		before := b.rows(t)
		must(t, b.Forget(ctx, somebody))
		for table, n := range b.rows(t) {
			if table == "signin_strike" && n == before[table]-1 { // the address has one too
				continue
			}
			if n != before[table]/2 || n == 0 {
				t.Errorf("%s has %d rows of %d", table, n, before[table])
			}
		}
		if err := b.Forget(ctx, ""); errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}
