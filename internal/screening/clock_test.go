package screening

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/calendar"
)

func on(iso string) calendar.Day {
	d, err := calendar.ParseDay(iso)
	if err != nil {
		panic(err)
	}
	return d
}

func TestClockTable(t *testing.T) {
	e := edition(t)
	accepted := []Event{{Filed, on("2026-11-02"), 0}, {Accepted, on("2026-11-05"), 0}}
	for _, c := range []struct {
		name        string
		more        []Event
		today       string
		state       State
		until       string
		left, open  int
		first       string
		provisional bool
	}{
		{"review", nil, "2026-11-24", Review, "2026-12-04", 11, 8, "2026-12-07", true},
		{"its last day", nil, "2026-12-04", Review, "2026-12-04", 1, 0, "2026-12-07", true},
		{"over", nil, "2026-12-05", Free, "2026-12-04", 0, 0, "2026-12-07", false},
		{"shortened", []Event{{Shortened, on("2026-11-20"), on("2026-11-24")}}, "2026-11-24", Review, "2026-11-24", 1, 0, "2026-11-25", true},
		{"extended to the end", []Event{{Extended, on("2026-11-20"), on("2027-03-04")}}, "2026-11-24", Review, "2027-03-04", 101, 65, "2027-03-05", false},
		{"recommended", []Event{{Recommended, on("2026-11-20"), 0}}, "2026-11-24", Advised, "2026-12-04", 11, 8, "2026-12-07", false},
		{"ordered", []Event{{Recommended, on("2026-11-20"), 0}, {Answered, on("2026-11-21"), 0}, {Ordered, on("2026-11-24"), 0}}, "2026-11-24", Barred, "2026-12-04", 11, 8, "2026-12-07", false},
	} {
		got, err := e.Clock(append(append([]Event{}, accepted...), c.more...), on(c.today))
		if err != nil {
			t.Fatal(err)
		}
		if got.State != c.state || got.Until.String() != c.until || got.Left != c.left || got.Business != c.open || got.FirstOpen.String() != c.first || got.Provisional != c.provisional {
			t.Errorf("%s: %+v until %s first %s", c.name, got, got.Until, got.FirstOpen)
		}
	}
}

func TestARecommendationIsAnsweredWithinTenDays(t *testing.T) {
	got, err := edition(t).Clock([]Event{{Filed, on("2026-12-01"), 0}, {Accepted, on("2026-12-01"), 0}, {Recommended, on("2026-12-22"), 0}}, on("2026-12-24"))
	if err != nil || got.AnswerBy.String() != "2026-12-31" || got.AnswerLeft != 7 || got.AnswerOpen != 2 {
		t.Errorf("%+v %v", got, err) // business days: 25 and 28 December
	}
}

// TestMonthsAgainstTheWordsOfTheCode walks day by day: a period of months that begins with
// a day ends before the corresponding day of its last month, or with that month.
func TestMonthsAgainstTheWordsOfTheCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.Day(rapid.IntRange(int(calendar.Date(2020, 1, 1)), int(calendar.Date(2060, 12, 31))).Draw(t, "from"))
		n := rapid.IntRange(1, 24).Draw(t, "months")
		y, m, d := from.Civil()
		end := from
		for {
			y2, m2, d2 := (end + 1).Civil()
			months := (y2-y)*12 + int(m2) - int(m)
			if months == n && d2 == d || months > n {
				break
			}
			end++
		}
		if got := spanMonths(from, n, true); got != end {
			t.Fatalf("%s + %d months: %s, by days %s", from, n, got, end)
		}
		if got := spanMonths(from, n, false); got != spanMonths(from+1, n, true) {
			t.Fatal(got)
		}
	})
}

// TestClockProperties: days pass, the count of days left goes down to 0 exactly on the
// first day, never below the business days left; the period never ends before acceptance
// and never after the latest day; a start accepted by AcceptBy is never within it.
func TestClockProperties(t *testing.T) {
	e := edition(t)
	rapid.Check(t, func(t *rapid.T) {
		accepted := calendar.Day(rapid.IntRange(int(calendar.Date(2024, 5, 17)), int(calendar.Date(2040, 1, 1))).Draw(t, "accepted"))
		events := []Event{{Filed, accepted, 0}, {Accepted, accepted, 0}}
		today := accepted
		for range rapid.IntRange(0, 4).Draw(t, "moves") {
			today += calendar.Day(rapid.IntRange(0, 20).Draw(t, "days"))
			until := today + calendar.Day(rapid.IntRange(-5, 140).Draw(t, "until"))
			ev := Event{rapid.SampledFrom([]EventKind{Shortened, Extended, Recommended, Answered}).Draw(t, "kind"), today, until}
			if e.Admit(events, ev, today) == nil {
				events = append(events, ev)
			}
		}
		c, err := e.Clock(events, today)
		if err != nil {
			t.Fatal(err)
		}
		if c.Until < accepted || c.Until > e.Latest(accepted) || c.First != c.Until+1 || c.FirstOpen < c.First || !e.Calendar().Open(c.FirstOpen) {
			t.Fatalf("%+v", c)
		}
		next, err := e.Clock(events, today+1)
		if err != nil || next.Left != max(0, c.Left-1) || c.Business > max(0, c.Left-1) || next.Business > c.Business {
			t.Fatalf("%+v then %+v: %v", c, next, err)
		}
		start := accepted + calendar.Day(rapid.IntRange(31, 400).Draw(t, "start"))
		last, open, err := e.AcceptBy(start)
		if err != nil || e.Standard(last) != start-1 || open > last {
			t.Fatalf("%s: %s %s %v", start, last, open, err)
		}
	})
}

func TestEventsThatCannotFollow(t *testing.T) {
	e := edition(t)
	accepted := []Event{{Filed, on("2026-11-02"), 0}, {Accepted, on("2026-11-05"), 0}}
	now := on("2026-11-24")
	for _, c := range []struct {
		name   string
		before []Event
		ev     Event
		ok     bool
	}{
		{"accepted before filing", nil, Event{Accepted, now, 0}, false},
		{"accepted on an earlier day", accepted[:1], Event{Accepted, on("2026-11-01"), 0}, false},
		{"tomorrow", accepted[:1], Event{Accepted, now + 1, 0}, false},
		{"accepted twice", accepted, Event{Accepted, now, 0}, false},
		{"shortened to the same day", accepted, Event{Shortened, now, on("2026-12-04")}, false},
		{"shortened into the past", accepted, Event{Shortened, now, on("2026-11-23")}, false},
		{"shortened", accepted, Event{Shortened, now, on("2026-11-30")}, true},
		{"extended beyond four months", accepted, Event{Extended, now, on("2027-03-05")}, false},
		{"extended to four months", accepted, Event{Extended, now, on("2027-03-04")}, true},
		{"answered without a recommendation", accepted, Event{Answered, now, 0}, false},
		{"filed anew while waiting", accepted[:1], Event{Filed, now, 0}, false},
		{"filed anew after acceptance", accepted, Event{Filed, now, 0}, true},
		{"begun after an order", append(accepted[:2:2], Event{Recommended, now, 0}, Event{Answered, now, 0}, Event{Ordered, now, 0}), Event{Introduced, now, 0}, false},
	} {
		if err := e.Admit(c.before, c.ev, now); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	c, err := e.Clock(append(accepted[:2:2], Event{Introduced, now, 0}), time20261125())
	if err != nil || !c.TooEarly || c.State != Begun {
		t.Errorf("%+v %v", c, err)
	}
}

func time20261125() calendar.Day { return calendar.Date(2026, time.November, 25) }
