package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/i18n"
)

func TestDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(int(Date(0, 1, 1)), int(Date(9999, 12, 31))).Draw(t, "day"))
		if got, err := ParseDay(d.String()); err != nil || got != d {
			t.Fatalf("%s became %s, %v", d, got, err)
		}
		if d.Weekday() != d.midnight().Weekday() || Date(d.Civil()) != d || d.Year() != d.midnight().Year() {
			t.Fatalf("%s: %s, %s", d, d.Weekday(), Date(d.Civil()))
		}
		if got := DayOf(d.At(23, 59, Tokyo), Tokyo); got != d {
			t.Fatalf("%s ends on %s", d, got)
		}
	})
	for _, bad := range []string{"", "2026-02-29", "2026/12/25", "26-12-25", "2026-12-25T00:00"} {
		if d, err := ParseDay(bad); err == nil {
			t.Errorf("%q read as %s", bad, d)
		}
	}
	if _, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, Tokyo).Zone(); offset != 9*3600 {
		t.Errorf("Tokyo is %d s from UTC", offset)
	}
}

func TestDeadline(t *testing.T) {
	gov, bank := get(t, "jp-government"), get(t, "jp-bank")
	due := day(t, "2026-12-25").At(17, 0, Tokyo)
	for _, c := range []struct {
		cal    *Calendar
		due    time.Time
		now    string
		ja, en string
	}{
		{gov, due, "2026-12-21T09:00", "2026年12月25日（金）17:00 JST（残り4営業日）", "Friday 25 December 2026, 17:00 JST (4 business days left)"},
		{gov, due, "2026-12-24T23:59", "2026年12月25日（金）17:00 JST（残り1営業日）", "Friday 25 December 2026, 17:00 JST (1 business day left)"},
		{gov, due, "2026-12-25T17:00", "2026年12月25日（金）17:00 JST（本日期限）", "Friday 25 December 2026, 17:00 JST (due today)"},
		{gov, due, "2026-12-25T17:01", "2026年12月25日（金）17:00 JST（期限経過）", "Friday 25 December 2026, 17:00 JST (overdue)"},
		{gov, due, "2026-12-28T00:00", "2026年12月25日（金）17:00 JST（期限を1営業日超過）", "Friday 25 December 2026, 17:00 JST (1 business day overdue)"},
		{gov, due, "2027-01-05T00:00", "2026年12月25日（金）17:00 JST（期限を3営業日超過）", "Friday 25 December 2026, 17:00 JST (3 business days overdue)"},
		{bank, due, "2027-01-05T00:00", "2026年12月25日（金）17:00 JST（期限を5営業日超過）", "Friday 25 December 2026, 17:00 JST (5 business days overdue)"},
		{gov, day(t, "2026-12-27").At(9, 5, Tokyo), "2026-12-26T00:00", "2026年12月27日（日）09:05 JST（残り0営業日）", "Sunday 27 December 2026, 09:05 JST (0 business days left)"},
		{gov, day(t, "2100-01-04").At(9, 0, Tokyo), "2026-12-26T00:00", "2100年1月4日（月）09:00 JST（営業日数は算定できません）", "Monday 4 January 2100, 09:00 JST (business days unknown)"},
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", c.now, Tokyo)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.cal.Deadline(c.due.UTC(), now.UTC()); got != (i18n.Text{JA: c.ja, EN: c.en}) {
			t.Errorf("at %s:\n %s\n %s\nwant\n %s\n %s", c.now, got.JA, got.EN, c.ja, c.en)
		}
	}
}

func TestEras(t *testing.T) {
	for date, want := range map[string][3]string{
		"2026-03-31": {"令和8年3月31日", "31 March Reiwa 8", "R8.3.31"},
		"2019-05-01": {"令和元年5月1日", "1 May Reiwa 1", "R1.5.1"},
		"2019-04-30": {"平成31年4月30日", "30 April Heisei 31", "H31.4.30"},
		"1989-01-08": {"平成元年1月8日", "8 January Heisei 1", "H1.1.8"},
		"1989-01-07": {"昭和64年1月7日", "7 January Showa 64", "S64.1.7"},
		"1926-12-25": {"昭和元年12月25日", "25 December Showa 1", "S1.12.25"},
		"1926-12-24": {"大正15年12月24日", "24 December Taisho 15", "T15.12.24"},
		"1912-07-30": {"大正元年7月30日", "30 July Taisho 1", "T1.7.30"},
		"1912-07-29": {"明治45年7月29日", "29 July Meiji 45", "M45.7.29"},
		"1873-01-01": {"明治6年1月1日", "1 January Meiji 6", "M6.1.1"},
		"1872-12-31": {"1872年12月31日", "31 December 1872", "1872-12-31"},
	} {
		d := day(t, date)
		text := d.EraText()
		if got := [3]string{text.JA, text.EN, d.EraShort()}; got != want {
			t.Errorf("%s: %q, want %q", date, got, want)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		date                string
		year, half, quarter string
		era                 string
	}{
		{"2026-04-01", "2026年度", "2026年度上期", "2026年度第1四半期", "令和8年度"},
		{"2026-09-30", "2026年度", "2026年度上期", "2026年度第2四半期", "令和8年度"},
		{"2026-10-01", "2026年度", "2026年度下期", "2026年度第3四半期", "令和8年度"},
		{"2027-03-31", "2026年度", "2026年度下期", "2026年度第4四半期", "令和8年度"},
		{"2019-04-01", "2019年度", "2019年度上期", "2019年度第1四半期", "令和元年度"},
		{"2019-03-31", "2018年度", "2018年度下期", "2018年度第4四半期", "平成30年度"},
		{"1989-02-01", "1988年度", "1988年度下期", "1988年度第4四半期", "昭和63年度"},
	} {
		d := day(t, c.date)
		got := [4]string{d.FiscalYear().Text().JA, d.Half().Text().JA, d.Quarter().Text().JA, d.FiscalYear().EraText().JA}
		if want := [4]string{c.year, c.half, c.quarter, c.era}; got != want {
			t.Errorf("%s: %q, want %q", c.date, got, want)
		}
	}
	q := day(t, "2026-12-25").Quarter()
	if got := []string{q.Text().EN, q.EraText().EN, q.EraText().JA, q.First().String(), q.Last().String()}; got[0] != "FY2026 Q3" ||
		got[1] != "FY2026 Q3 (Reiwa 8)" || got[2] != "令和8年度第3四半期" || got[3] != "2026-10-01" || got[4] != "2026-12-31" {
		t.Errorf("%q", got)
	}
	if h := day(t, "2026-12-25").Half().Text().EN; h != "FY2026 H2" {
		t.Error(h)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(int(Date(1873, 1, 1)), int(Date(2200, 1, 1))).Draw(t, "day"))
		for _, p := range []Period{d.FiscalYear(), d.Half(), d.Quarter()} {
			if d < p.First() || d > p.Last() || p.Next().Previous() != p || p.Previous().Last()+1 != p.First() || (p.Last()+1).period(p.Of) != p.Next() {
				t.Fatalf("%s: %+v from %s to %s", d, p, p.First(), p.Last())
			}
		}
	})
}
