package calendar

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"yagura/internal/i18n"
)

// Era is a reign of Japan since the Gregorian calendar.
type Era struct {
	Letter string // R, H, S, T, M
	Name   i18n.Text
	First  Day // the day from which the era is used
}

// Eras lists the eras, the present one first. The day of a change belongs to
// the new era, as each order of 改元 says (令和: 平成31年政令第143号, from
// 2019-05-01; 平成: 昭和64年政令第1号, from 1989-01-08). 明治 begins here with the
// Gregorian calendar on 1873-01-01, in its year 6.
func Eras() []Era { return slices.Clone(eras()) }

var eras = sync.OnceValue(func() []Era {
	return []Era{
		{"R", i18n.Both("calendar.era.R"), Date(2019, time.May, 1)},
		{"H", i18n.Both("calendar.era.H"), Date(1989, time.January, 8)},
		{"S", i18n.Both("calendar.era.S"), Date(1926, time.December, 25)},
		{"T", i18n.Both("calendar.era.T"), Date(1912, time.July, 30)},
		{"M", i18n.Both("calendar.era.M"), Date(1873, time.January, 1)},
	}
})

// Era is the era of the day and the year in it, from 1; false before 1873.
func (d Day) Era() (Era, int, bool) {
	for _, e := range eras() {
		if d < e.First {
			continue
		}
		before := e.First.Year() - 1
		if e.Letter == "M" {
			before = 1867
		}
		return e, d.Year() - before, true
	}
	return Era{}, 0, false
}

// EraText is the day in its era: 令和8年3月31日, 令和元年5月1日, 31 March Reiwa 8.
// Days before 1873 are written as Text does.
func (d Day) EraText() i18n.Text {
	era, year, ok := d.Era()
	if !ok {
		return d.Text()
	}
	_, month, day := d.Civil()
	return i18n.Both("calendar.date.era", "era", era.Name, "year", eraYear(year), "month", monthName(month), "day", day)
}

// EraShort is the day in the short spelling of forms: R8.3.31, the first year
// as 1. Days before 1873 are written in ISO 8601.
func (d Day) EraShort() string {
	era, year, ok := d.Era()
	if !ok {
		return d.String()
	}
	_, month, day := d.Civil()
	return fmt.Sprintf("%s%d.%d.%d", era.Letter, year, month, day)
}

// eraYear is 元 for the first year in Japanese.
func eraYear(n int) i18n.Text {
	text := i18n.Text{JA: fmt.Sprint(n), EN: fmt.Sprint(n)}
	if n == 1 {
		text.JA = "元"
	}
	return text
}
