package calendar

import (
	"sync"
	"time"

	"yagura/internal/i18n"
)

// EasterDays are Good Friday and Easter Monday of every known year, the
// holidays that TARGET keeps beside its fixed days.
var EasterDays = sync.OnceValue(func() *Holidays {
	h := &Holidays{days: map[Day]i18n.Text{}}
	for year := FirstYear; year <= LastYear; year++ {
		sunday := Easter(year)
		h.days[sunday-2] = i18n.Both("calendar.holiday.good-friday")
		h.days[sunday+1] = i18n.Both("calendar.holiday.easter-monday")
	}
	return h
})

// Easter is Easter Sunday of a Gregorian year (Anonymous Gregorian algorithm;
// Meeus, Astronomical Algorithms, 2nd ed., chapter 8).
func Easter(year int) Day {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Date(year, time.Month(n/31), n%31+1)
}
