package signin

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

func TestPasswordPolicy(t *testing.T) {
	for _, c := range []struct{ password, key string }{
		{"", "signin.password.short"},
		{"elevenchars", "signin.password.short"},
		{"十一文字しかないパスワ", "signin.password.short"},
		{strings.Repeat("長い", 129), "signin.password.long"},
		{"line\nbreak in it", "signin.password.characters"},
		{"not utf-8 \xff\xfe at all", "signin.password.characters"},
		{"PassWord1234", "signin.password.common"},
		{"ｐａｓｓｗｏｒｄ１２３４", "signin.password.common"},
		{"aaaaaaaaaaaaaaaa", "signin.password.common"},
		{"abcabcabcabcab", "signin.password.common"},
		{"kaito@bank.example", "signin.password.name"},
		{"KAITO@bank.example12", "signin.password.name"},
		{"yagurayagura1", "signin.password.name"},
		{"twelve chars", ""},
		{"kaito likes long walks", ""},
		{good, ""},
		{strings.Repeat("wide ", 20), ""},
	} {
		err := CheckPassword(c.password, "kaito@bank.example", "Yagura")
		if c.key == "" {
			if err != nil {
				t.Errorf("%q: %v", c.password, err)
			}
			continue
		}
		refused(t, err, errs.Invalid, c.key)
	}
}

func TestEveryCommonPasswordIsLongEnoughToMatter(t *testing.T) {
	for p := range common() {
		if len(p) < minPassword || p != strings.ToLower(p) {
			t.Errorf("%s is never compared", p)
		}
	}
	if len(common()) < 100 {
		t.Errorf("only %d", len(common()))
	}
}

func TestCanonicalLogin(t *testing.T) {
	for in, want := range map[string]string{
		" Kaito@Bank.Example ": "kaito@bank.example",
		"ｋａｉｔｏ＠ｂａｎｋ．ｅｘａｍｐｌｅ": "kaito@bank.example",
		"kaito": "", "@bank": "", "a@b@c": "", "a b@c": "", "a@": "", "a@b\x00": "", "a@\xff": "", "<a@b>": "",
		strings.Repeat("a", 254) + "@b": "",
	} {
		got, err := CanonicalLogin(in)
		if got != want || (want == "") != (err != nil) {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
}

func TestPassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "Kaito@bank.example", good)
		person, next, err := b.Password(ctx, "kaito@BANK.example", good, address)
		if err != nil || person != somebody || next != Done {
			t.Fatalf("%q %q %v", person, next, err)
		}
		must(t, b.SetLogin(ctx, other, "nopassword@bank.example"))
		for _, c := range []struct{ login, password string }{
			{"kaito@bank.example", good + "?"}, {"kaito@bank.example", ""}, {"kaito@bank.example", strings.Repeat("x", 100_000)},
			{"nobody@bank.example", good}, {"nopassword@bank.example", good}, {"nopassword@bank.example", ""},
			{"", ""}, {"no address", good}, {"nul\x00@bank.example", good}, {"\xff@bank.example", good},
		} {
			person, _, err := b.Password(ctx, c.login, c.password, "203.0.113.9")
			refused(t, err, errs.Unauthenticated, "signin.wrong")
			if person != "" {
				t.Fatalf("%q told the person", c.login)
			}
		}
		refused(t, b.SetLogin(ctx, other, "KAITO@bank.example"), errs.Conflict, "signin.login.taken")
		refused(t, b.SetPassword(ctx, somebody, "short"), errs.Invalid, "signin.password.short")
		if err := b.SetPassword(ctx, "01ARYZ6S41TSV4RRFFQ69G5FAX", good); errs.KindOf(err) != errs.NotFound {
			t.Fatal(err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		this := get[string](t)(b.Open(ctx, somebody, "password", false, About{}))
		that := get[string](t)(b.Open(ctx, somebody, "password", false, About{}))
		keep := get[Session](t)(b.Session(ctx, this)).ID
		refused(t, b.ChangePassword(ctx, somebody, "wrong", "second best passphrase", address, keep), errs.Unauthenticated, "signin.wrong")
		refused(t, b.ChangePassword(ctx, somebody, good, "short", address, keep), errs.Invalid, "signin.password.short")
		get[Session](t)(b.Session(ctx, that))
		must(t, b.ChangePassword(ctx, somebody, good, "second best passphrase", address, keep))
		get[Session](t)(b.Session(ctx, this))
		_, err := b.Session(ctx, that)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
		if _, _, err := b.Password(ctx, "kaito@bank.example", "second best passphrase", address); err != nil {
			t.Fatal(err)
		}
	})
}

// A password may be typed with composed or decomposed kana.
func TestPasswordIsComparedInOneForm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "a@bank.example", "がぎぐげござじずぜぞだぢ")
		decomposed := strings.NewReplacer("が", "か\u3099", "ぎ", "き\u3099").Replace("がぎぐげござじずぜぞだぢ")
		if _, _, err := b.Password(ctx, "a@bank.example", decomposed, address); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPasswordIsHashedAgainAtTheNewCost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "a@bank.example", good)
		b.Store.cfg.Cost = Cost{Memory: 16, Time: 2, Threads: 2}
		for range 2 {
			if _, _, err := b.Password(ctx, "a@bank.example", good, address); err != nil {
				t.Fatal(err)
			}
		}
		hash := get[string](t)(db.One[string](ctx, b.db.Common(), `select hash from signin_password where person = :person`, db.Args{"person": somebody}))
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=16,t=2,p=2$") {
			t.Fatal(hash)
		}
	})
}

// For half a minute's wait the fifth failure in a row is enough, for a known and for an
// unknown login name alike; then the waits double, and the right password in between
// changes nothing.
func TestLockOutOfALogin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, func(c *Config) { c.Address = Limit{Free: 1 << 40} })
		b.person(t, somebody, "known@bank.example", good)
		for _, login := range []string{"known@bank.example", "unknown@bank.example", "not an address"} {
			for range 5 {
				_, _, err := b.Password(ctx, login, "wrong", address)
				refused(t, err, errs.Unauthenticated, "signin.wrong")
			}
			for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
				_, _, err := b.Password(ctx, login, good, address)
				refused(t, err, errs.Unauthenticated, "signin.wait")
				if got := RefusalOf(err).Wait; got != wait {
					t.Fatalf("%s: wait %v, want %v", login, got, wait)
				}
				b.at.Advance(wait - time.Microsecond)
				_, _, err = b.Password(ctx, login, good, address)
				refused(t, err, errs.Unauthenticated, "signin.wait")
				b.at.Advance(time.Microsecond)
				_, _, err = b.Password(ctx, login, "wrong", address)
				refused(t, err, errs.Unauthenticated, "signin.wrong")
			}
		}
		b.at.Advance(time.Hour)
		if _, _, err := b.Password(ctx, "known@bank.example", good, address); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Password(ctx, "known@bank.example", "wrong", address); RefusalOf(err).Key != "signin.wrong" {
			t.Fatal("who was right begins anew", err)
		}
	})
}

// A clock that is set back by a year locks nobody out for a year.
func TestLockOutWhenTheClockGoesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "known@bank.example", good)
		for range 5 {
			_, _, err := b.Password(ctx, "known@bank.example", "wrong", address)
			refused(t, err, errs.Unauthenticated, "signin.wrong")
		}
		b.at.Advance(-365 * 24 * time.Hour)
		_, _, err := b.Password(ctx, "known@bank.example", good, address)
		refused(t, err, errs.Unauthenticated, "signin.wait")
		if w := RefusalOf(err).Wait; w != 30*time.Second {
			t.Fatal(w)
		}
		b.at.Advance(30 * time.Second)
		if _, _, err := b.Password(ctx, "known@bank.example", good, address); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAfterAHundredFailuresOnlyANewPasswordHelps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "known@bank.example", good)
		for range 100 {
			_, _, err := b.Password(ctx, "known@bank.example", "wrong", address)
			refused(t, err, errs.Unauthenticated, "signin.wrong")
			b.at.Advance(2 * time.Hour)
		}
		b.at.Advance(1000 * time.Hour)
		_, _, err := b.Password(ctx, "known@bank.example", good, address)
		refused(t, err, errs.Unauthenticated, "signin.locked")
		must(t, b.SetPassword(ctx, somebody, good+"二"))
		if _, _, err := b.Password(ctx, "known@bank.example", good+"二", address); err != nil {
			t.Fatal(err)
		}
	})
}

// One address that tries many login names is slowed down, its neighbours are not; who
// signs in from there rightly doesn't clear it.
func TestLockOutOfAnAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "known@bank.example", good)
		for i := range 31 {
			_, _, err := b.Password(ctx, "spray"+string(rune('a'+i))+"@bank.example", "wrong", "[2001:db8::"+string("123456789"[i%9])+"]:443")
			refused(t, err, errs.Unauthenticated, "signin.wrong")
			if i == 29 {
				if _, _, err := b.Password(ctx, "known@bank.example", good, "2001:db8::ffff"); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, _, err := b.Password(ctx, "known@bank.example", good, "2001:db8::dead")
		refused(t, err, errs.Unauthenticated, "signin.wait")
		if _, _, err := b.Password(ctx, "known@bank.example", good, "2001:db8:0:1::1"); err != nil {
			t.Fatal(err)
		}
		b.at.Advance(time.Hour)
		if _, _, err := b.Password(ctx, "known@bank.example", good, "2001:db8::dead"); err != nil {
			t.Fatal(err)
		}
	})
}

// Guesses sent at once don't get more tries than guesses in turn.
func TestGuessesAtOnceAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "known@bank.example", good)
		var mu sync.Mutex
		compared := 0
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, _, err := b.Password(ctx, "known@bank.example", "wrong", address)
				mu.Lock()
				defer mu.Unlock()
				if r := RefusalOf(err); r == nil {
					t.Error(err)
				} else if r.Key == "signin.wrong" {
					compared++
				}
			})
		}
		all.Wait()
		if compared != 5 {
			t.Errorf("%d guesses were compared, want 5", compared)
		}
	})
}

// Against a plain model: the waits that the limit asks for, by the definition.
func TestLimitIsTheOneDescribed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{
			Free: rapid.Int64Range(0, 5).Draw(t, "free"), First: time.Duration(rapid.Int64Range(1, 100).Draw(t, "first")) * time.Second,
			Longest: time.Duration(rapid.Int64Range(100, 5000).Draw(t, "longest")) * time.Second,
			End:     rapid.SampledFrom([]int64{0, 7, 20}).Draw(t, "end"),
			Forget:  rapid.SampledFrom([]time.Duration{0, 2 * time.Hour}).Draw(t, "forget"),
		}
		var s strikes
		now, last, n := int64(1_000_000_000_000), int64(0), int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "tries") {
			now += rapid.Int64Range(0, 10_000).Draw(t, "seconds") * 1_000_000
			if l.Forget > 0 && now-last >= l.Forget.Microseconds() {
				n = 0
			}
			want := time.Duration(0)
			if n > l.Free {
				whole := float64(l.First)
				for range n - l.Free - 1 {
					whole *= 2
				}
				want = max(min(time.Duration(min(whole, 1e18)), l.Longest)-time.Duration(now-last)*time.Microsecond, 0)
			}
			if l.End > 0 && n >= l.End && n > l.Free {
				want = forever
			}
			got := l.wait(s, now)
			if got != want {
				t.Fatalf("after %d failures, %v after the last: wait %v, want %v", n, now-last, got, want)
			}
			if got == 0 {
				s = l.fail(s, now)
				n, last = n+1, now
			}
		}
	})
}

// Over any story of one login name, with the clock moved at will, even back: no more
// tries are compared than the limit allows, and who waits as told is let in.
func TestLockOutHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, func(c *Config) {
			c.Login = Limit{Free: 2, First: time.Minute, Longest: 8 * time.Minute}
			c.Address = Limit{Free: 1 << 40}
		})
		b.person(t, somebody, "known@bank.example", good)
		rapid.Check(t, func(rt *rapid.T) {
			must(t, b.SetPassword(ctx, somebody, good))
			compared, lived := 0, time.Duration(0)
			for range rapid.IntRange(1, 7).Draw(rt, "tries") {
				passed := time.Duration(rapid.IntRange(-60, 600).Draw(rt, "seconds")) * time.Second
				b.at.Advance(passed)
				lived += max(passed, 0)
				_, _, err := b.Password(ctx, "known@bank.example", "wrong", address)
				if RefusalOf(err).Key == "signin.wrong" {
					compared++
				}
			}
			// Three tries are free; from then on n more take one minute, two, four, eight, eight …
			least := time.Duration(0)
			for n, wait := 3, time.Minute; n < compared; n, wait = n+1, min(2*wait, 8*time.Minute) {
				least += wait
			}
			if lived < least {
				rt.Fatalf("%d tries in %v, which take at least %v", compared, lived, least)
			}
			_, _, err := b.Password(ctx, "known@bank.example", good, address)
			if err != nil {
				b.at.Advance(RefusalOf(err).Wait)
				_, _, err = b.Password(ctx, "known@bank.example", good, address)
			}
			if err != nil {
				rt.Fatalf("after waiting as told: %v", err)
			}
		})
	})
}

// An unknown login name must not be told from a known one by the time of the answer.
// The cost is set so that the hash dominates; the shortest of turns taken alternately,
// which a busy machine disturbs least.
func TestUnknownLoginTakesTheSameTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, func(c *Config) {
			c.Cost = Cost{Memory: 16 << 10, Time: 2, Threads: 1}
			c.Login, c.Address = Limit{Free: 1 << 40}, Limit{Free: 1 << 40}
		})
		b.person(t, somebody, "known@bank.example", good)
		logins := []string{"known@bank.example", "unknown@bank.example", "not an address"}
		least := map[string]time.Duration{}
		apart := func(login string) bool { m := least[login]; return m < least[logins[0]]/2 || m > least[logins[0]]*2 }
		// Other work on the machine only adds to a time: what is really apart stays apart.
		for n := 0; n < 9 || n < 60 && slices.ContainsFunc(logins, apart); n++ {
			for _, login := range logins {
				began := time.Now()
				_, _, err := b.Password(ctx, login, "wrong", address)
				if took := time.Since(began); least[login] == 0 || took < least[login] {
					least[login] = took
				}
				refused(t, err, errs.Unauthenticated, "signin.wrong")
			}
		}
		for _, login := range logins {
			if apart(login) {
				t.Errorf("%s takes %v, a known one %v", login, least[login], least[logins[0]])
			}
		}
	})
}

func TestPHC(t *testing.T) {
	p, err := parsePHC(hashPassword("secret", cheap))
	if err != nil || !p.matches("secret") || p.matches("Secret") || p.cost != cheap {
		t.Fatal(p, err)
	}
	// Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e
	ref, err := parsePHC("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil || !ref.matches("password") {
		t.Fatal("the published vector is not matched", err)
	}
	for _, bad := range []string{"", "plain", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=19$m=8,t=1,p=1$$", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AA"} {
		if _, err := parsePHC(bad); errs.KindOf(err) != errs.Internal || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, cfg := range []Config{{}, {Key: make([]byte, 16)}, {Key: make([]byte, 32), Cost: Cost{Memory: 1, Time: 1, Threads: 1}}} {
		if _, err := New(nil, nil, nil, cfg); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	if RefusalOf(errors.New("x")) != nil {
		t.Error("not a refusal")
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(hashPassword("secret", cheap))
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := parsePHC(text); err == nil && (p.cost.check() != nil || len(p.salt) < 8 || len(p.key) < 16) {
			t.Fatalf("%q → %+v", text, p)
		}
	})
}

func FuzzCanonicalLogin(f *testing.F) {
	f.Add(" Ｋａｉｔｏ@Bank.Example")
	f.Add("\u212A@\u0130.example")
	f.Fuzz(func(t *testing.T, text string) {
		login, err := CanonicalLogin(text)
		if err != nil {
			return
		}
		if again, err := CanonicalLogin(login); err != nil || again != login {
			t.Fatalf("%q → %q → %q, %v", text, login, again, err)
		}
	})
}

func BenchmarkPassword(b *testing.B) {
	stored, err := parsePHC(hashPassword(good, DefaultCost))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !stored.matches(good) {
			b.Fatal("not right")
		}
	}
}
