package obligation

import (
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
)

// span is a length of time as regulations state it.
type span struct {
	n    int
	unit unit
}

type unit string

const (
	hours      unit = "h"
	days       unit = "d"
	workdays   unit = "bd"
	months     unit = "mo"
	atOnce     unit = "at_once"
	unverified unit = "unverified"
)

// maxSpan bounds the number of any unit: no report is given more than a hundred
// months, and calendars end in 2099.
const maxSpan = 10_000

func parseSpan(s string) (span, bool) {
	switch unit(s) {
	case atOnce, unverified:
		return span{unit: unit(s)}, true
	}
	number, u, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	switch unit(u) {
	case hours, days, workdays, months:
		return span{n, unit(u)}, err == nil && n > 0 && n <= maxSpan
	}
	return span{}, false
}

// text is the span in words.
func (s span) text() i18n.Text { return i18n.Both("obligation.span."+string(s.unit), "n", s.n) }

// count is how days are counted and where the last one ends.
type count struct {
	firstDay bool // the day of the start is day 1 (else it is not counted, 初日不算入)
	endOfDay bool // the span ends with its last day, not at the clock time of the start
}

// after is the end of a span. Hours are hours of time that passes. Days and
// months are days of the calendar's zone: a month ends on the day of the same
// number, or the last day of a month that has none such; the day ends at its
// last second. A clock time that is skipped by a change to summer time is the
// moment of the change, one that comes twice is the first.
func (s span) after(start time.Time, cal *calendar.Calendar, c count) (time.Time, error) {
	if s.unit == hours {
		return start.Add(time.Duration(s.n) * time.Hour), nil
	}
	day := calendar.DayOf(start, cal.Zone)
	n := s.n
	if c.firstDay && (s.unit == days || s.unit == workdays) {
		n--
	}
	switch s.unit {
	case days:
		day += calendar.Day(n)
	case workdays:
		var err error
		if day, err = cal.Add(day, n); err != nil {
			return time.Time{}, err
		}
	case months:
		day = monthsAfter(day, n)
	}
	if c.endOfDay {
		return endOf(day, cal.Zone), nil
	}
	return clockOn(day, start.In(cal.Zone)), nil
}

func monthsAfter(d calendar.Day, n int) calendar.Day {
	y, m, day := d.Civil()
	last := calendar.Date(y, m+time.Month(n)+1, 0)
	_, _, length := last.Civil()
	if day > length {
		return last
	}
	return calendar.Date(y, m+time.Month(n), day)
}

// endOf is the last second of a day.
func endOf(d calendar.Day, zone *time.Location) time.Time {
	return clockOn(d+1, time.Date(2000, 1, 1, 0, 0, 0, 0, zone)).Add(-time.Second)
}

// clockOn is the moment on day d at which clocks in t's zone show the time of
// day that they show at t.
func clockOn(d calendar.Day, t time.Time) time.Time {
	hour, minute, second := t.Clock()
	y, m, day := d.Civil()
	zone, nano := t.Location(), t.Nanosecond()
	wall := time.Date(y, m, day, hour, minute, second, nano, time.UTC)
	// A zone's offset around that time is the one of a day before or after; of
	// the two moments the earlier that shows the time is meant.
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} {
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, is := at.Zone(); is == offset {
			return at
		}
	}
	_, change := wall.Add(-24 * time.Hour).In(zone).ZoneBounds()
	return change
}
