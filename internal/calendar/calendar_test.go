package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/catalog"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

func load(t testing.TB) Set {
	t.Helper()
	set, faults := Load(catalog.FS)
	for _, f := range faults {
		t.Errorf("%s", f.Line(i18n.EN))
	}
	return set
}

func get(t testing.TB, id string) *Calendar {
	t.Helper()
	c, err := load(t).Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpenDays(t *testing.T) {
	for _, c := range []struct {
		date                      string
		government, bank, weekday bool
		why                       string // of the bank's closing
	}{
		{"2026-12-25", true, true, true, ""},
		{"2026-12-28", true, true, true, ""},
		{"2026-12-29", false, true, true, ""},
		{"2026-12-30", false, true, true, ""},
		{"2026-12-31", false, false, true, "年末年始の休業日"},
		{"2027-01-01", false, false, true, "元日"},
		{"2027-01-02", false, false, false, "年末年始の休業日"},
		{"2028-01-03", false, false, true, "年末年始の休業日"},
		{"2027-01-04", true, true, true, ""},
		{"2026-09-22", false, false, true, "休日（国民の休日）"},
		{"2026-12-26", false, false, false, "土曜日"},
		{"2019-04-30", false, false, true, "休日（国民の休日）"},
		{"2020-10-12", true, true, true, ""},
		{"2021-07-19", true, true, true, ""},
		{"2021-08-09", false, false, true, "休日（振替休日）"},
		{"1948-12-01", false, false, false, ""},
		{"2100-06-01", false, false, false, ""},
	} {
		d := day(t, c.date)
		for id, want := range map[string]bool{"jp-government": c.government, "jp-bank": c.bank, "weekday": c.weekday} {
			if got := get(t, id).Open(d); got != want {
				t.Errorf("%s: %s open = %v", c.date, id, got)
			}
		}
		if why, closed := get(t, "jp-bank").Closed(d); why.JA != c.why || closed != (c.why != "") {
			t.Errorf("%s: closed %v for %q, want %q", c.date, closed, why.JA, c.why)
		}
	}
}

// Known counts: the ten days of closing of 2019, the Olympic July of 2021, and
// the turn of the year of offices and banks.
func TestCounting(t *testing.T) {
	for _, c := range []struct {
		id, from string
		n        int
		want     string
	}{
		{"jp-bank", "2019-04-26", 1, "2019-05-07"},
		{"jp-bank", "2019-05-07", -1, "2019-04-26"},
		{"jp-bank", "2019-10-21", 2, "2019-10-24"},
		{"jp-bank", "2020-07-22", 1, "2020-07-27"},
		{"jp-bank", "2021-07-21", 1, "2021-07-26"},
		{"jp-bank", "2026-09-18", 1, "2026-09-24"},
		{"jp-bank", "2026-12-25", 5, "2027-01-05"},
		{"jp-government", "2026-12-25", 5, "2027-01-07"},
		{"weekday", "2026-12-25", 5, "2027-01-01"},
		{"jp-government", "2026-12-30", 0, "2026-12-30"},
		{"jp-government", "2026-12-30", -1, "2026-12-28"},
		{"jp-government", "2027-01-02", 10, "2027-01-18"},
	} {
		from, want := day(t, c.from), day(t, c.want)
		cal := get(t, c.id)
		if got, err := cal.Add(from, c.n); err != nil || got != want {
			t.Errorf("%s: %s %+d = %s, %v; want %s", c.id, c.from, c.n, got, err, c.want)
		}
		if got, err := cal.Between(from, want); err != nil || got != c.n {
			t.Errorf("%s: %s to %s = %d, %v; want %d", c.id, c.from, c.want, got, err, c.n)
		}
	}
	bank := get(t, "jp-bank")
	before, err := bank.OnOrBefore(day(t, "2026-05-31"))
	if err != nil || before != day(t, "2026-05-29") {
		t.Errorf("last business day of May 2026: %s, %v", before, err)
	}
	after, err := bank.OnOrAfter(day(t, "2026-05-31"))
	if err != nil || after != day(t, "2026-06-01") {
		t.Errorf("on or after 31 May 2026: %s, %v", after, err)
	}
}

// Counting forth and back, in one step or two, from open and closed days.
func TestAddAndBetweenAgree(t *testing.T) {
	calendars := load(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		a := Day(rapid.IntRange(int(Date(1960, 1, 1)), int(Date(2090, 1, 1))).Draw(t, "from"))
		n := rapid.IntRange(-300, 300).Draw(t, "n")
		b, err := c.Add(a, n)
		if err != nil {
			t.Fatal(err)
		}
		if n != 0 && !c.Open(b) {
			t.Fatalf("%s %+d = %s, which is closed", a, n, b)
		}
		if got, err := c.Between(a, b); err != nil || got != n {
			t.Fatalf("between %s and %s: %d, %v; want %d", a, b, got, err, n)
		}
		if later, err := c.Add(a+1, n); err != nil || later < b {
			t.Fatalf("not monotonic: %s %+d = %s, a day later %s, %v", a, n, b, later, err)
		}
		if c.Open(a) {
			if back, err := c.Add(b, -n); err != nil || back != a {
				t.Fatalf("%s %+d = %s, back %s, %v", a, n, b, back, err)
			}
		}
		m := rapid.IntRange(0, 100).Draw(t, "m")
		if n >= 0 {
			two, _ := c.Add(b, m)
			if one, _ := c.Add(a, n+m); one != two {
				t.Fatalf("%s %+d %+d: %s at once, %s in two steps", a, n, m, one, two)
			}
		}
		next, _ := c.Next(a)
		previous, _ := c.Previous(a)
		on, _ := c.OnOrAfter(a)
		upTo, _ := c.OnOrBefore(a)
		if on != a && on != next || upTo != a && upTo != previous || (on == a) != c.Open(a) || (upTo == a) != c.Open(a) {
			t.Fatalf("%s: on or after %s, next %s; on or before %s, previous %s", a, on, next, upTo, previous)
		}
	})
}

func TestCountingEndsWhereKnowledgeEnds(t *testing.T) {
	bank := get(t, "jp-bank")
	last := day(t, "2099-12-30")
	for name, call := range map[string]func() error{
		"after the end":    func() error { _, err := bank.Add(last, 1); return err },
		"before the start": func() error { _, err := bank.Add(day(t, "1949-01-04"), -1); return err },
		"far":              func() error { _, err := bank.Add(last, -1<<62); return err },
		"from outside":     func() error { _, err := bank.Add(day(t, "2100-01-04"), 0); return err },
		"between":          func() error { _, err := bank.Between(last, last+2); return err },
		"on or before":     func() error { _, err := bank.OnOrBefore(day(t, "2100-01-04")); return err },
		"on or after":      func() error { _, err := bank.OnOrAfter(last + 1); return err },
		"no calendar":      func() error { _, err := load(t).Get("nowhere"); return errs.New(errs.Invalid, "%w", err) },
	} {
		if err := call(); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOwnClosedDays(t *testing.T) {
	bank := get(t, "jp-bank")
	founding := day(t, "2026-12-25")
	own := bank.With([]Holiday{{founding, i18n.Text{JA: "創立記念日", EN: "Foundation day"}}})
	if why, ok := own.Closed(founding); !ok || why.JA != "創立記念日" || own.Open(founding) || !bank.Open(founding) {
		t.Errorf("%q, %v; the calendar it came from is open: %v", why.JA, ok, bank.Open(founding))
	}
	two := own.With([]Holiday{{founding + 3, i18n.Text{JA: "点検日"}}})
	if two.Open(founding) || two.Open(founding+3) || !own.Open(founding+3) {
		t.Error("closed days do not add up")
	}
	official, err := Japan().Replace([]Holiday{{day(t, "2027-01-01"), named("元日")}})
	if err != nil {
		t.Fatal(err)
	}
	if d := day(t, "2027-02-11"); bank.Open(d) || !bank.WithHolidays(official).Open(d) || !get(t, "weekday").WithHolidays(Japan()).Open(d) {
		t.Error("another list of holidays is not used, or used where none is kept")
	}
}

func TestRoll(t *testing.T) {
	bank := get(t, "jp-bank")
	for from, want := range map[string]string{
		"2026-12-25T17:00:00+09:00": "2026-12-25T17:00:00+09:00",
		"2026-12-26T17:00:00+09:00": "2026-12-28T12:00:00+09:00",
		"2026-12-30T15:00:00Z":      "2027-01-04T12:00:00+09:00", // the 31st in Japan
		"2026-12-30T14:59:59Z":      "2026-12-30T14:59:59Z",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bank.Roll(at, 12, 0)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s rolls to %s, %v; want %s", from, got.Format(time.RFC3339), err, want)
		}
	}
}

func BenchmarkBetween(b *testing.B) {
	c := get(b, "jp-government")
	from := day(b, "2026-04-01")
	for b.Loop() {
		if _, err := c.Between(from, from+90); err != nil {
			b.Fatal(err)
		}
	}
}
