package calendar

import (
	"time"

	"yagura/internal/i18n"
)

// Deadline tells when something is due and how many business days are left
// after today, up to and including the day it is due:
// 2026年12月25日（金）17:00 JST（残り3営業日）,
// Friday 25 December 2026, 17:00 JST (3 business days left).
// The very moment it is due is still in time. Past it, the business days since
// the day it was due are told instead.
func (c *Calendar) Deadline(due, now time.Time) i18n.Text {
	return i18n.Both("calendar.deadline", "due", c.Due(due), "left", c.left(due, now))
}

// Due tells when something is or was due, without how near that is: for what is done.
func (c *Calendar) Due(due time.Time) i18n.Text {
	local := due.In(c.Zone)
	return i18n.Both("calendar.due", "date", DayOf(due, c.Zone).Long(), "time", local.Format("15:04"), "zone", local.Format("MST"))
}

func (c *Calendar) left(due, now time.Time) i18n.Text {
	day, today := DayOf(due, c.Zone), DayOf(now, c.Zone)
	key, from, to := "calendar.deadline.left", today, day
	if now.After(due) {
		key, from, to = "calendar.deadline.over", day, today
	}
	n, err := c.Between(from, to)
	switch {
	case err != nil:
		return i18n.Both("calendar.deadline.unknown")
	case now.After(due) && n == 0:
		return i18n.Both("calendar.deadline.over.today")
	case day == today:
		return i18n.Both("calendar.deadline.today")
	case n == 1:
		key += ".one"
	}
	return i18n.Both(key, "n", n)
}
