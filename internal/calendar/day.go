// Package calendar knows which days are what: Japan's public holidays by the
// law's own rules, the days on which offices and banks are open, the fiscal year
// with its halves and quarters, and the eras. Everything is a value computed
// from its arguments: what day it is today is the caller's to say.
//
// Public holidays are stated for the years FirstYear to LastYear. For the
// future that is the law as it stands, and equinoxes as astronomy foretells them:
// they become certain with the 暦要項 published each February for the next year,
// and a later law can move any of them. Replace puts the official list in place
// of the rules. Outside those years nothing is said: no day is open, and
// counting into them is an error.
package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones must be known on machines that carry no zone files

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// FirstYear and LastYear bound what is known of public holidays: the law is of
// July 1948, and the formula for equinoxes ends in 2099.
const (
	FirstYear = 1949
	LastYear  = 2099
)

// Day is a day of the Gregorian calendar: the number of days since 1970-01-01.
// Days compare and count as numbers do; d+1 is the next day.
type Day int

// Date is the day of a year, month and day of the month; values out of range
// run over, as with time.Date.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DayOf is the day that a moment falls on in a zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Date(y, m, d)
}

// ParseDay reads an ISO 8601 date such as 2026-12-25, years 0000 to 9999.
// Errors are of kind errs.Invalid.
func ParseDay(iso string) (Day, error) {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return 0, errs.New(errs.Invalid, "%q is not a date as 2026-12-25", iso)
	}
	return DayOf(t, time.UTC), nil
}

// Civil is the year, month and day of the month.
func (d Day) Civil() (year int, month time.Month, day int) { return d.midnight().Date() }

// Year is the calendar year.
func (d Day) Year() int { return d.midnight().Year() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday {
	return time.Weekday(((int(d)+4)%7 + 7) % 7) // 1970-01-01 was a Thursday
}

// At is the moment of the clock time hour:minute of the day in a zone.
func (d Day) At(hour, minute int, zone *time.Location) time.Time {
	y, m, day := d.Civil()
	return time.Date(y, m, day, hour, minute, 0, 0, zone)
}

func (d Day) midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is the day in ISO 8601.
func (d Day) String() string { return d.midnight().Format(time.DateOnly) }

// Text is the day in words: 2026年12月25日, 25 December 2026.
func (d Day) Text() i18n.Text {
	y, m, day := d.Civil()
	return i18n.Both("calendar.date", "year", y, "month", monthName(m), "day", day)
}

// Long is the day in words with its weekday: 2026年12月25日（金）,
// Friday 25 December 2026.
func (d Day) Long() i18n.Text {
	return i18n.Both("calendar.date.weekday", "date", d.Text(), "weekday", weekdayName(d.Weekday()))
}

func monthName(m time.Month) i18n.Text { return i18n.Both(fmt.Sprintf("calendar.month.%d", m)) }

func weekdayName(w time.Weekday) i18n.Text { return i18n.Both(fmt.Sprintf("calendar.weekday.%d", w)) }

// Tokyo is the zone of Japan.
var Tokyo = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		panic(err) // the zones are part of the program
	}
	return zone
}()
