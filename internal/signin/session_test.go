package signin

import (
	"strings"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/storetest"
)

func TestSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		token := get[string](t)(b.Open(ctx, somebody, "password", false, About{"Firefox\x00\x1b[31m" + strings.Repeat("あ", 300), address}))
		got := get[Session](t)(b.Session(ctx, token))
		if got.Person != somebody || got.Method != "password" || got.MFA || got.Step != Done || got.Org != "" || got.Lang != "" ||
			!got.Opened.Equal(start) || !got.Expires.Equal(start.Add(12*time.Hour)) || got.About.Address != address {
			t.Fatalf("%+v", got)
		}
		if r := []rune(got.About.Agent); len(r) != 200 || !strings.HasPrefix(got.About.Agent, "Firefox[31mあ") {
			t.Fatal(got.About.Agent)
		}
		must(t, b.Act(ctx, token, "org-1"))
		must(t, b.Speak(ctx, token, i18n.EN))
		if got := get[Session](t)(b.Session(ctx, token)); got.Org != "org-1" || got.Lang != i18n.EN {
			t.Fatalf("%+v", got)
		}
		for _, bad := range []string{"", "ys_", token[:len(token)-1], token + "A", "yg_" + token[3:], strings.ToUpper(token), newToken("ys_")} {
			_, err := b.Session(ctx, bad)
			refused(t, err, errs.Unauthenticated, "signin.session.ended")
			refused(t, b.Act(ctx, bad, "x"), errs.Unauthenticated, "signin.session.ended")
		}
		stored := get[[]string](t)(db.All[string](ctx, b.db.Common(), `select token from signin_session`, nil))
		if len(stored) != 1 || strings.Contains(stored[0], token[3:]) || len(stored[0]) != 64 {
			t.Fatal("the token itself is stored", stored)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		idle := get[string](t)(b.Open(ctx, somebody, "password", true, About{}))
		used := get[string](t)(b.Open(ctx, somebody, "passkey", true, About{}))
		for range 12 {
			b.at.Advance(time.Hour - time.Microsecond)
			get[Session](t)(b.Session(ctx, used))
			if _, err := b.Session(ctx, used); err != nil {
				t.Fatal(err)
			}
		}
		_, err := b.Session(ctx, idle)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
		if list := get[[]Session](t)(b.Sessions(ctx, somebody)); len(list) != 1 || list[0].Method != "passkey" {
			t.Fatalf("%+v", list)
		}
		b.at.Advance(12 * time.Microsecond) // twelve hours in all
		_, err = b.Session(ctx, used)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
	})
}

// A clock set back ends no session, and doesn't make one live longer than its end.
func TestSessionWhenTheClockGoesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		token := get[string](t)(b.Open(ctx, somebody, "password", true, About{}))
		b.at.Advance(-time.Hour)
		got := get[Session](t)(b.Session(ctx, token))
		if !got.Expires.Equal(start.Add(12 * time.Hour)) {
			t.Fatal(got.Expires)
		}
	})
}

func TestSessionIsTouchedOnceAMinute(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		token := get[string](t)(b.Open(ctx, somebody, "password", true, About{}))
		counting, c := db.WithCounter(ctx)
		for range 10 {
			b.at.Advance(5900 * time.Millisecond)
			if got := get[Session](t)(b.Session(counting, token)); !got.Seen.Equal(start) {
				t.Fatal(got.Seen)
			}
		}
		if c.N() != 10 {
			t.Fatalf("%d statements for ten requests in a minute: %v", c.N(), c.Statements())
		}
		b.at.Advance(time.Second)
		if got := get[Session](t)(b.Session(counting, token)); !got.Seen.Equal(start.Add(time.Minute)) || c.N() != 12 {
			t.Fatal(got.Seen, c.N())
		}
	})
}

func TestCloseSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		var tokens []string
		var ids []string
		for _, p := range []string{somebody, somebody, somebody, other} {
			token := get[string](t)(b.Open(ctx, p, "password", true, About{}))
			tokens, ids = append(tokens, token), append(ids, get[Session](t)(b.Session(ctx, token)).ID)
			b.at.Advance(time.Second)
		}
		refused(t, b.Close(ctx, somebody, ids[3]), errs.NotFound, "signin.session.none")
		must(t, b.Close(ctx, somebody, ids[0]))
		refused(t, b.Close(ctx, somebody, ids[0]), errs.NotFound, "signin.session.none")
		if n := get[int64](t)(b.CloseAll(ctx, somebody, ids[2])); n != 1 {
			t.Fatalf("closed %d", n)
		}
		for i, open := range []bool{false, false, true, true} {
			if _, err := b.Session(ctx, tokens[i]); (err == nil) != open {
				t.Errorf("session %d: %v", i, err)
			}
		}
		if n := get[int64](t)(b.CloseAll(ctx, somebody, "")); n != 1 {
			t.Fatalf("closed %d", n)
		}
	})
}

func TestRaiseChangesTheToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		old := get[string](t)(b.Open(ctx, somebody, "password", false, About{}))
		must(t, b.Await(ctx, old, Enrol))
		must(t, b.Await(ctx, old, Second))
		if err := b.Await(ctx, old, Done); errs.KindOf(err) != errs.Invalid {
			t.Fatal("a step was skipped", err)
		}
		refused(t, b.Act(ctx, old, "org-1"), errs.Forbidden, "signin.step.second")
		fresh := get[string](t)(b.Raise(ctx, old))
		if got := get[Session](t)(b.Session(ctx, fresh)); !got.MFA || got.Step != Done {
			t.Fatalf("%+v", got)
		}
		_, err := b.Session(ctx, old)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
		_, err = b.Raise(ctx, old)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
	})
}

func FuzzFingerprint(f *testing.F) {
	f.Add("ys_", newToken("ys_"))
	f.Add("yg_", "yg_")
	f.Add("", strings.Repeat("A", 43))
	f.Add("ys_", "ys_"+strings.Repeat("A", 21)+"\n"+strings.Repeat("A", 21))
	f.Fuzz(func(t *testing.T, prefix, token string) {
		hash, ok := fingerprint(prefix, token)
		if !ok {
			return
		}
		if len(hash) != 64 || len(token) != len(prefix)+43 || !strings.HasPrefix(token, prefix) {
			t.Fatalf("%q, %q → %q", prefix, token, hash)
		}
		// One secret has one spelling: no other last character stands for the same bytes.
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			if twin := token[:len(token)-1] + string(c); twin != token {
				if h, ok := fingerprint(prefix, twin); ok && h == hash {
					t.Fatalf("%q and %q are one", token, twin)
				}
			}
		}
	})
}
