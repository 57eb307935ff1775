package calendar

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Holiday is a named day: a public holiday, or a day on which one house is closed.
type Holiday struct {
	Day  Day
	Name i18n.Text
}

// Holidays are the public holidays of the years FirstYear to LastYear. They are immutable.
type Holidays struct{ days map[Day]i18n.Text }

// Japan are the public holidays of Japan by the rules of the law: 祝日, 振替休日
// and 国民の休日.
var Japan = sync.OnceValue(func() *Holidays {
	h := &Holidays{days: map[Day]i18n.Text{}}
	for year := FirstYear; year <= LastYear; year++ {
		for d, name := range publicHolidays(year) {
			h.days[d] = i18n.Both("calendar.holiday." + name)
		}
	}
	return h
})

// On is the name of the holiday on d; false when it is none or not known.
func (h *Holidays) On(d Day) (i18n.Text, bool) {
	name, ok := h.days[d]
	return name, ok
}

// Year lists the holidays of a year in order.
func (h *Holidays) Year(year int) []Holiday {
	var list []Holiday
	for d := Date(year, time.January, 1); d < Date(year+1, time.January, 1); d++ {
		if name, ok := h.days[d]; ok {
			list = append(list, Holiday{d, name})
		}
	}
	return list
}

// Replace returns the holidays with the years from the first to the last of
// list taken from list alone: the official list of the Cabinet Office in place
// of the rules. Errors are of kind errs.Invalid: an empty list, a day outside
// the known years, or a year without its 1 January, which is no full year.
func (h *Holidays) Replace(list []Holiday) (*Holidays, error) {
	if len(list) == 0 {
		return nil, errs.New(errs.Invalid, "the list of holidays is empty")
	}
	byDay := func(a, b Holiday) int { return cmp.Compare(a.Day, b.Day) }
	first, last := slices.MinFunc(list, byDay).Day.Year(), slices.MaxFunc(list, byDay).Day.Year()
	if first < FirstYear || last > LastYear {
		return nil, errs.New(errs.Invalid, "holidays are known for %d to %d, not %d to %d", FirstYear, LastYear, first, last)
	}
	days := maps.Clone(h.days)
	maps.DeleteFunc(days, func(d Day, _ i18n.Text) bool { return first <= d.Year() && d.Year() <= last })
	for _, holiday := range list {
		days[holiday.Day] = holiday.Name
	}
	for year := first; year <= last; year++ {
		if _, ok := days[Date(year, time.January, 1)]; !ok {
			return nil, errs.New(errs.Invalid, "the list of holidays has no 1 January %d: is the year complete?", year)
		}
	}
	return &Holidays{days}, nil
}
