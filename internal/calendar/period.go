package calendar

import (
	"fmt"
	"time"

	"yagura/internal/i18n"
)

// Period is a fiscal year of Japan (1 April to 31 March; 財政法第11条), or one
// of its halves or quarters.
type Period struct {
	Year int // calendar year of its first April
	Part int // from 1 to Of
	Of   int // 1 the whole year, 2 halves (上期, 下期), 4 quarters
}

// FiscalYear is the fiscal year that d lies in.
func (d Day) FiscalYear() Period { return d.period(1) }

// Half is the half of the fiscal year that d lies in.
func (d Day) Half() Period { return d.period(2) }

// Quarter is the quarter of the fiscal year that d lies in.
func (d Day) Quarter() Period { return d.period(4) }

func (d Day) period(of int) Period {
	year, month, _ := d.Civil()
	sinceApril := int(month-time.April+12) % 12
	if month < time.April {
		year--
	}
	return Period{year, sinceApril*of/12 + 1, of}
}

// First is the first day of the period.
func (p Period) First() Day {
	return Date(p.Year, time.April+time.Month((p.Part-1)*12/p.Of), 1)
}

// Last is the last day of the period.
func (p Period) Last() Day { return p.Next().First() - 1 }

// Next is the period of the same length that follows.
func (p Period) Next() Period {
	if p.Part == p.Of {
		return Period{p.Year + 1, 1, p.Of}
	}
	return Period{p.Year, p.Part + 1, p.Of}
}

// Previous is the period of the same length before it.
func (p Period) Previous() Period {
	if p.Part == 1 {
		return Period{p.Year - 1, p.Of, p.Of}
	}
	return Period{p.Year, p.Part - 1, p.Of}
}

// Text names the period: 2026年度, 2026年度上期, 2026年度第1四半期; FY2026,
// FY2026 H1, FY2026 Q1.
func (p Period) Text() i18n.Text { return p.text(fmt.Sprint(p.Year)) }

func (p Period) text(year any) i18n.Text {
	key := "calendar.period.year"
	switch p.Of {
	case 2:
		key = fmt.Sprintf("calendar.period.half.%d", p.Part)
	case 4:
		key = "calendar.period.quarter"
	}
	return i18n.Both(key, "year", year, "part", p.Part)
}

// EraText names the period by era: 令和8年度, 令和8年度第1四半期; FY2026 (Reiwa 8).
// A fiscal year has the era of its first day, with one exception: the year
// from April 2019 is 令和元年度 as a whole (新元号への円滑な移行に向けた関係省庁
// 連絡会議申合せ, 1 April 2019). Years before 1873 are named as Text does.
func (p Period) EraText() i18n.Text {
	first := Date(p.Year, time.April, 1)
	if p.Year == 2019 {
		first = Date(2019, time.May, 1)
	}
	era, n, ok := first.Era()
	if !ok {
		return p.Text()
	}
	year := i18n.Both("calendar.era.year", "era", era.Name, "year", eraYear(n))
	return i18n.Text{JA: p.text(year).JA, EN: p.Text().EN + " (" + year.EN + ")"}
}
