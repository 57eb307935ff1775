package calendar

import (
	"maps"
	"time"

	"yagura/internal/i18n"
)

// Calendar says on which days a kind of house is open. It is immutable; Load
// reads calendars from the catalog.
type Calendar struct {
	ID      string
	Title   i18n.Text
	Summary i18n.Text
	Zone    *time.Location // whose days they are

	week     [7]bool   // closed on that weekday
	holidays *Holidays // nil: public holidays are working days
	yearly   []yearly
	extra    map[Day]i18n.Text
}

// yearly is a span of days closed every year, given by month×100 + day; a span
// whose end is smaller than its start runs over the turn of the year.
type yearly struct {
	from, to int
	title    i18n.Text
}

func (y yearly) holds(d Day) bool {
	_, month, day := d.Civil()
	at := int(month)*100 + day
	if y.from <= y.to {
		return y.from <= at && at <= y.to
	}
	return at >= y.from || at <= y.to
}

// With returns the calendar with further closed days, such as those of one
// installation.
func (c *Calendar) With(closed []Holiday) *Calendar {
	more := *c
	more.extra = map[Day]i18n.Text{}
	maps.Copy(more.extra, c.extra)
	for _, h := range closed {
		more.extra[h.Day] = h.Name
	}
	return &more
}

// WithHolidays returns the calendar with other public holidays, such as an
// official list (Holidays.Replace). A calendar that keeps none stays as it is.
func (c *Calendar) WithHolidays(h *Holidays) *Calendar {
	other := *c
	if c.holidays != nil {
		other.holidays = h
	}
	return &other
}

// The days of which something is known.
var (
	firstDay = Date(FirstYear, time.January, 1)
	lastDay  = Date(LastYear, time.December, 31)
)

// Covers reports whether d lies in the years of which holidays are known.
func Covers(d Day) bool { return firstDay <= d && d <= lastDay }

// Open reports whether d is a business day. Days that are not covered are not.
func (c *Calendar) Open(d Day) bool {
	if !Covers(d) || c.week[d.Weekday()] {
		return false
	}
	_, closed := c.exception(d)
	return !closed
}

// Closed is the reason why d is not a business day: a closed day of the
// house, a public holiday, a yearly closure or the day of the week, the first
// that applies. False when d is open or not covered.
func (c *Calendar) Closed(d Day) (i18n.Text, bool) {
	if !Covers(d) {
		return i18n.Text{}, false
	}
	if reason, ok := c.exception(d); ok {
		return reason, true
	}
	if c.week[d.Weekday()] {
		return i18n.Both("calendar.closed.weekday", "weekday", weekdayName(d.Weekday())), true
	}
	return i18n.Text{}, false
}

func (c *Calendar) exception(d Day) (i18n.Text, bool) {
	if name, ok := c.extra[d]; ok {
		return name, true
	}
	if c.holidays != nil {
		if name, ok := c.holidays.On(d); ok {
			return name, true
		}
	}
	for _, y := range c.yearly {
		if y.holds(d) {
			return y.title, true
		}
	}
	return i18n.Text{}, false
}
