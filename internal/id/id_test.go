package id

import (
	"cmp"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/clock"
	"yagura/internal/errs"
)

// The published example of the ULID specification: 1469918176385 ms.
func TestLayoutIsThatOfAULID(t *testing.T) {
	const example = "01ARYZ6S41TSV4RRFFQ69G5FAV"
	got, err := Parse(example)
	if err != nil || got.Time().UnixMilli() != 1469918176385 {
		t.Errorf("%s is of %d ms, %v", example, got.Time().UnixMilli(), err)
	}
	last := Make(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), [10]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	if want := ID("7" + strings.Repeat("Z", 25)); last != want {
		t.Errorf("the last id is %s, want %s", last, want)
	}
	if first := Make(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), [10]byte{}); first != ID(strings.Repeat("0", 26)) {
		t.Errorf("the first id is %s", first)
	}
}

// The text must be the number in base 32, which math/big writes with another
// alphabet.
func TestTextIsTheNumberInBase32(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms, random := drawMilli(t), drawRandom(t)
		n := new(big.Int).Lsh(big.NewInt(ms), 80)
		n.Or(n, new(big.Int).SetBytes(random[:]))
		digits := n.Text(32)
		want := strings.Repeat("0", Size-len(digits))
		for _, d := range digits {
			want += string(alphabet[strings.IndexRune("0123456789abcdefghijklmnopqrstuv", d)])
		}
		if got := Make(time.UnixMilli(ms), random); string(got) != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestIdsSortByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMilli(t), drawMilli(t)
		ida, idb := Make(time.UnixMilli(a), drawRandom(t)), Make(time.UnixMilli(b), drawRandom(t))
		if a != b && cmp.Compare(ida, idb) != cmp.Compare(a, b) {
			t.Fatalf("%d → %s, %d → %s", a, ida, b, idb)
		}
		if got := ida.Time().UnixMilli(); got != a {
			t.Fatalf("time %d became %d", a, got)
		}
	})
}

func TestParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Make(time.UnixMilli(drawMilli(t)), drawRandom(t))
		typed := strings.NewReplacer("1", "l", "0", "O").Replace(string(want))
		for _, s := range []string{string(want), strings.ToLower(string(want)), typed} {
			if got, err := Parse(s); err != nil || got != want {
				t.Fatalf("Parse(%q) = %s, %v", s, got, err)
			}
		}
	})
	for _, bad := range []string{
		"", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAVV", "81ARYZ6S41TSV4RRFFQ69G5FAV",
		"01ARYZ6S41TSV4RRFFQ69G5FAU", "01ARYZ6S41TSV4RRFFQ69G5FA-", "01ARYZ6S41TSV4RRFFQ69G5Fあ", "01ARYZ6S41TSV4RRFFQ69G5FA\x00",
	} {
		if got, err := Parse(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Parse(%q) = %s, %v", bad, got, err)
		}
		if !ID(bad).Time().IsZero() {
			t.Errorf("%q has a time", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("01ARYZ6S41TSV4RRFFQ69G5FAV")
	f.Add("o1aryz6s4ltsv4rrffq69g5fav")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(string(got)); err != nil || again != got {
			t.Errorf("%q → %s → %s, %v", s, got, again, err)
		}
	})
}

func TestSources(t *testing.T) {
	at := clock.NewFake(time.Date(2026, 12, 25, 8, 0, 0, 0, time.UTC))
	a, b, other := Seeded(at, 1), Seeded(at, 1), Seeded(at, 2)
	unseeded := NewSource(at)
	seen := map[ID]bool{}
	for range 1000 {
		one := a.New()
		if two := b.New(); one != two {
			t.Fatalf("one seed gave %s and %s", one, two)
		}
		for _, got := range []ID{one, other.New(), unseeded.New()} {
			if seen[got] || got.Time() != at.Now() {
				t.Fatalf("%s: twice, or of %v", got, got.Time())
			}
			seen[got] = true
		}
		at.Advance(time.Millisecond)
	}
}

func drawMilli(t *rapid.T) int64 { return rapid.Int64Range(0, maxMilli).Draw(t, "ms") }

func drawRandom(t *rapid.T) (r [10]byte) {
	copy(r[:], rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "random"))
	return r
}

func BenchmarkNew(b *testing.B) {
	s := NewSource(clock.System())
	for b.Loop() {
		s.New()
	}
}
