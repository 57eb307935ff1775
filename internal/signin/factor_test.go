package signin

import (
	"encoding/base32"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
)

// code is what an authenticator app shows.
func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	return get[string](t)(totp.GenerateCode(secret, at))
}

// enrolled gives somebody one-time codes and leaves the step of the confirmation behind.
func (b bench) enrolled(t testing.TB, person string) (secret string, recovery []string) {
	t.Helper()
	e := get[Enrolment](t)(b.Enrol(ctx, person))
	recovery = get[[]string](t)(b.Confirm(ctx, person, code(t, e.Secret, b.at.Now())))
	b.at.Advance(time.Minute)
	return e.Secret, recovery
}

func TestTOTP(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		en := get[Enrolment](t)(b.Enrol(ctx, somebody))
		u := get[*url.URL](t)(url.Parse(en.URL))
		if u.Scheme != "otpauth" || u.Path != "/Yagura:kaito@bank.example" || u.Query().Get("secret") != en.Secret || u.Query().Get("period") != "30" {
			t.Fatal(en.URL)
		}
		if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(en.Secret); err != nil || len(raw) != 20 {
			t.Fatal(len(raw), err)
		}
		if _, next, _ := b.Password(ctx, "kaito@bank.example", good, address); next != Done {
			t.Fatal("a factor that is not confirmed isn't asked for", next)
		}
		refused(t, b.Verify(ctx, somebody, code(t, en.Secret, b.at.Now()), address), errs.Unauthenticated, "signin.code.wrong")
		_, err := b.Confirm(ctx, somebody, "000000")
		refused(t, err, errs.Unauthenticated, "signin.code.wrong")
		now := code(t, en.Secret, b.at.Now())
		if codes := get[[]string](t)(b.Confirm(ctx, somebody, " "+now[:3]+" "+now[3:]+"　")); len(codes) != 10 {
			t.Fatal(codes)
		}
		_, err = b.Confirm(ctx, somebody, now)
		refused(t, err, errs.Invalid, "signin.enrol.none")
		if _, next, _ := b.Password(ctx, "kaito@bank.example", good, address); next != Second {
			t.Fatal(next)
		}
		refused(t, b.Verify(ctx, somebody, now, address), errs.Unauthenticated, "signin.code.wrong") // used for Confirm
		if f := get[Factors](t)(b.Factors(ctx, somebody)); f != (Factors{Password: true, TOTP: true, Recovery: 10}) {
			t.Fatalf("%+v", f)
		}
		stored := get[string](t)(db.One[string](ctx, b.db.Common(), `select secret from signin_totp`, nil))
		if strings.Contains(stored, en.Secret) {
			t.Fatal("the secret is stored in the open")
		}
	})
}

// ±1 step, each step once, none before one that was used.
func TestTOTPStepsAreUsedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, func(c *Config) { c.Login, c.Address = Limit{Free: 1 << 40}, Limit{Free: 1 << 40} })
		b.person(t, somebody, "kaito@bank.example", good)
		secret, _ := b.enrolled(t, somebody)
		at := b.at.Now()
		for _, c := range []struct {
			step int
			ok   bool
		}{{-2, false}, {2, false}, {-1, true}, {-1, false}, {1, true}, {0, false}, {-1, false}, {1, false}} {
			err := b.Verify(ctx, somebody, code(t, secret, at.Add(time.Duration(c.step)*30*time.Second)), address)
			if (err == nil) != c.ok {
				t.Fatalf("step %d: %v", c.step, err)
			}
		}
		b.at.Advance(time.Minute)
		now := code(t, secret, b.at.Now())
		var passed atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if b.Verify(ctx, somebody, now, address) == nil {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if passed.Load() != 1 {
			t.Fatalf("one code passed %d times", passed.Load())
		}
		for _, bad := range []string{"", "12345", "1234567", "abcdef", "\x00", strings.Repeat("1", 100_000)} {
			refused(t, b.Verify(ctx, somebody, bad, address), errs.Unauthenticated, "signin.code.wrong")
		}
		refused(t, b.Verify(ctx, other, now, address), errs.Unauthenticated, "signin.code.wrong")
	})
}

func TestEnrolAgainKeepsTheOldCodesUntilConfirmed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		old, _ := b.enrolled(t, somebody)
		en := get[Enrolment](t)(b.Enrol(ctx, somebody))
		must(t, b.Verify(ctx, somebody, code(t, old, b.at.Now()), address))
		b.at.Advance(15 * time.Minute)
		_, err := b.Confirm(ctx, somebody, code(t, en.Secret, b.at.Now()))
		refused(t, err, errs.Invalid, "signin.enrol.none")
		fresh, _ := b.enrolled(t, somebody)
		refused(t, b.Verify(ctx, somebody, code(t, old, b.at.Now()), address), errs.Unauthenticated, "signin.code.wrong")
		must(t, b.Verify(ctx, somebody, code(t, fresh, b.at.Now()), address))
		if _, err := b.Enrol(ctx, "nobody"); errs.KindOf(err) != errs.NotFound {
			t.Fatal(err)
		}
	})
}

func TestGuessingCodesIsSlowedDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		secret, codes := b.enrolled(t, somebody)
		for range 3 {
			refused(t, b.Verify(ctx, somebody, "000000", address), errs.Unauthenticated, "signin.code.wrong")
		}
		for range 2 {
			_, err := b.Recover(ctx, somebody, "0000-0000-0000-0000", address)
			refused(t, err, errs.Unauthenticated, "signin.recovery.wrong")
		}
		refused(t, b.Verify(ctx, somebody, code(t, secret, b.at.Now()), address), errs.Unauthenticated, "signin.wait")
		_, err := b.Recover(ctx, somebody, codes[0], address)
		refused(t, err, errs.Unauthenticated, "signin.wait")
		must(t, b.Unlock(ctx, somebody))
		must(t, b.Verify(ctx, somebody, code(t, secret, b.at.Now()), address))
	})
}

func TestRecoveryCodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		_, codes := b.enrolled(t, somebody)
		b.enrolled(t, other)
		_, err := b.Recover(ctx, other, codes[0], address)
		refused(t, err, errs.Unauthenticated, "signin.recovery.wrong")
		typed := []string{codes[0], strings.ToLower(codes[1]), strings.ReplaceAll(codes[2], "-", " "),
			strings.NewReplacer("1", "l", "0", "o").Replace(codes[3]), strings.ReplaceAll(codes[4], "-", "ー")}
		for i, c := range typed {
			if left := get[int](t)(b.Recover(ctx, somebody, c, address)); left != 9-i {
				t.Fatalf("%d left after %d", left, i+1)
			}
			_, err := b.Recover(ctx, somebody, codes[i], address)
			refused(t, err, errs.Unauthenticated, "signin.recovery.wrong")
		}
		fresh := get[[]string](t)(b.NewRecoveryCodes(ctx, somebody))
		_, err = b.Recover(ctx, somebody, codes[9], address)
		refused(t, err, errs.Unauthenticated, "signin.recovery.wrong")
		if left := get[int](t)(b.Recover(ctx, somebody, fresh[9], address)); left != 9 {
			t.Fatal(left)
		}
	})
}

func TestDropFactors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.person(t, somebody, "kaito@bank.example", good)
		b.enrolled(t, somebody)
		token := get[string](t)(b.Open(ctx, somebody, "password", false, About{}))
		if s := get[Session](t)(b.Session(ctx, token)); s.Step != Second || s.MFA || !s.Expires.Equal(b.at.Now().Add(10*time.Minute)) {
			t.Fatalf("%+v", s)
		}
		raised := get[string](t)(b.Raise(ctx, token))
		if s := get[Session](t)(b.Session(ctx, raised)); s.Step != Done || !s.MFA || !s.Expires.Equal(b.at.Now().Add(12*time.Hour)) {
			t.Fatalf("%+v", s)
		}
		must(t, b.DropFactors(ctx, somebody))
		if f := get[Factors](t)(b.Factors(ctx, somebody)); f != (Factors{Password: true}) {
			t.Fatalf("%+v", f)
		}
		_, err := b.Session(ctx, raised)
		refused(t, err, errs.Unauthenticated, "signin.session.ended")
	})
}

// A row given to another person, changed, or read under another key is of no use.
func TestWhatIsSealedBelongsToItsOwner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		box := b.sealed("a", somebody, []byte("secret"))
		if plain, err := b.unsealed("a", somebody, box); err != nil || string(plain) != "secret" {
			t.Fatal(string(plain), err)
		}
		key := [32]byte{1}
		foreign := get[*Store](t)(New(b.db, b.at, b.ids, Config{Key: key[:], Cost: cheap}))
		for _, f := range []func() ([]byte, error){
			func() ([]byte, error) { return b.unsealed("a", other, box) },
			func() ([]byte, error) { return b.unsealed("b", somebody, box) },
			func() ([]byte, error) { return b.unsealed("a", somebody, "x"+box[1:]+"x") },
			func() ([]byte, error) { return b.unsealed("a", somebody, "") },
			func() ([]byte, error) { return foreign.unsealed("a", somebody, box) },
		} {
			if plain, err := f(); errs.KindOf(err) != errs.Internal || plain != nil {
				t.Fatal(plain, err)
			}
		}
	})
}

func FuzzRecovery(f *testing.F) {
	f.Add("0123-4567-89AB-CDEF")
	f.Add("oill 4567 ８９ａｂ cdefghi")
	f.Fuzz(func(t *testing.T, typed string) {
		raw, ok := parseRecovery(typed)
		if !ok {
			return
		}
		if again, ok := parseRecovery(raw); !ok || again != raw || len(raw) != 16 {
			t.Fatalf("%q → %q → %q", typed, raw, again)
		}
	})
}
