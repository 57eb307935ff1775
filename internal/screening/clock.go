package screening

import (
	"time"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// EventKind is what happened to a filed notification.
type EventKind string

// The events between filing and the end of the review. Until of an event that shortens or
// extends is the last day on which nothing may be introduced.
const (
	Filed       EventKind = "filed"       // 届出済
	Accepted    EventKind = "accepted"    // 受理
	Shortened   EventKind = "shortened"   // 期間の短縮
	Extended    EventKind = "extended"    // 期間の延長
	Recommended EventKind = "recommended" // 勧告
	Answered    EventKind = "answered"    // 応諾等の通知
	Ordered     EventKind = "ordered"     // 命令
	Introduced  EventKind = "introduced"  // 導入・委託の開始
	Withdrawn   EventKind = "withdrawn"   // 取下げ
)

// EventKinds are the kinds in the order in which they can come.
var EventKinds = []EventKind{Filed, Accepted, Shortened, Extended, Recommended, Answered, Ordered, Introduced, Withdrawn}

// Event is what happened on a day.
type Event struct {
	Kind  EventKind
	On    calendar.Day
	Until calendar.Day
}

// State is where the review stands.
type State string

// The states of a review.
const (
	Unfiled State = "unfiled"
	Waiting State = "waiting" // filed, not accepted
	Review  State = "review"  // nothing may be introduced
	Advised State = "advised" // recommendation, to be answered
	Replied State = "replied" // answered; the authority decides
	Barred  State = "barred"  // ordered
	Free    State = "free"    // the period has passed
	Begun   State = "begun"   // introduced
	Ended   State = "ended"   // withdrawn
)

// Clock is where the review stands on a day. Days are zero where there are none.
type Clock struct {
	State       State
	Filed       calendar.Day
	Accepted    calendar.Day
	Until       calendar.Day // last day on which nothing may be introduced
	First       calendar.Day // first day on which it may
	FirstOpen   calendar.Day // the same, on a business day
	Latest      calendar.Day // last day to which the period can be extended
	Left        int          // days from today to First, not below 0
	Business    int          // business days after today before First
	AnswerBy    calendar.Day // last day to answer a recommendation
	AnswerLeft  int          // days to it, negative past it
	AnswerOpen  int          // business days to it
	Introduced  calendar.Day
	TooEarly    bool // introduced within the period
	Provisional bool // the period may still be extended
}

// span is the last day of a period of whole days.
func span(from calendar.Day, days int, firstDay bool) calendar.Day {
	if firstDay {
		return from + calendar.Day(days) - 1
	}
	return from + calendar.Day(days)
}

// spanMonths is the last day of a period of months: the day before that which corresponds
// to its first day, or the last day of the month that lacks it (民法第143条第2項).
func spanMonths(from calendar.Day, months int, firstDay bool) calendar.Day {
	if !firstDay {
		from++
	}
	y, m, d := from.Civil()
	first := calendar.Date(y, m+time.Month(months), 1)
	last := calendar.Date(y, m+time.Month(months)+1, 1) - 1
	return min(first+calendar.Day(d)-1, last+1) - 1
}

// Standard is the last day of the period when nothing shortens or extends it.
func (e *Edition) Standard(accepted calendar.Day) calendar.Day {
	return span(accepted, e.Review.Days, e.Review.FirstDay)
}

// Latest is the last day to which the period can be extended.
func (e *Edition) Latest(accepted calendar.Day) calendar.Day {
	return spanMonths(accepted, e.Extension.Months, e.Extension.FirstDay)
}

// AcceptBy is the last day on which a notification must be accepted for a start on a day,
// if the period is neither shortened nor extended; and the last business day for it.
func (e *Edition) AcceptBy(start calendar.Day) (last, open calendar.Day, err error) {
	last = start - 1 - e.Standard(0)
	open, err = e.businessDay.OnOrBefore(last)
	return last, open, err
}

// Clock computes where the review stands on a day, from events in the order in which they
// were entered. The error is Invalid when the days leave the calendar.
func (e *Edition) Clock(events []Event, today calendar.Day) (Clock, error) {
	c := Clock{State: Unfiled}
	for _, ev := range events {
		switch ev.Kind {
		case Filed:
			c = Clock{State: Waiting, Filed: ev.On}
		case Accepted:
			c.State, c.Accepted, c.Until, c.Latest = Review, ev.On, e.Standard(ev.On), e.Latest(ev.On)
		case Shortened, Extended:
			c.Until = ev.Until
		case Recommended:
			c.State, c.AnswerBy = Advised, span(ev.On, e.Answer.Days, e.Answer.FirstDay)
		case Answered:
			c.State = Replied
		case Ordered:
			c.State = Barred
		case Introduced:
			c.State, c.Introduced = Begun, ev.On
		case Withdrawn:
			c.State = Ended
		}
	}
	if c.Accepted == 0 {
		return c, nil
	}
	c.First = c.Until + 1
	c.TooEarly = c.Introduced != 0 && c.Introduced < c.First
	if c.State == Review && today >= c.First {
		c.State = Free
	}
	c.Provisional = c.State == Review && c.Until < c.Latest
	c.Left = max(0, int(c.First-today))
	var err error
	if c.FirstOpen, err = e.businessDay.OnOrAfter(c.First); err != nil {
		return c, err
	}
	if c.Left > 0 {
		if c.Business, err = e.businessDay.Between(today, c.Until); err != nil {
			return c, err
		}
	}
	if c.AnswerBy != 0 {
		c.AnswerLeft = int(c.AnswerBy - today)
		c.AnswerOpen, err = e.businessDay.Between(today, c.AnswerBy)
	}
	return c, err
}

// Next lists the events that can follow.
func (c Clock) Next() []EventKind {
	switch c.State {
	case Waiting:
		return []EventKind{Accepted, Withdrawn}
	case Review:
		return []EventKind{Shortened, Extended, Recommended, Introduced, Withdrawn}
	case Advised:
		return []EventKind{Answered, Extended, Withdrawn}
	case Replied:
		return []EventKind{Ordered, Introduced, Withdrawn}
	case Free:
		return []EventKind{Introduced, Withdrawn}
	case Barred:
		return []EventKind{Withdrawn}
	}
	return nil
}

// Admit checks an event against those before it. The error is Invalid and says why.
func (e *Edition) Admit(before []Event, ev Event, today calendar.Day) error {
	c, err := e.Clock(before, today)
	if err != nil {
		return err
	}
	refuse := func(key string, args ...any) error { return errs.New(errs.Invalid, "%w", i18n.NewError(key, args...)) }
	possible := ev.Kind == Filed && (c.State == Unfiled || c.Accepted != 0 || c.State == Ended)
	for _, k := range c.Next() {
		possible = possible || k == ev.Kind
	}
	latest := c.Filed
	for _, b := range before {
		latest = max(latest, b.On)
	}
	switch {
	case !possible:
		return refuse("screening.not-now")
	case !calendar.Covers(ev.On) || ev.On > today:
		return refuse("screening.bad-day")
	case ev.On < latest:
		return refuse("screening.before", "day", latest.Text())
	case ev.Kind == Shortened && (ev.Until < ev.On || ev.Until >= c.Until):
		return refuse("screening.bad-shortening", "from", ev.On.Text(), "until", c.Until.Text())
	case ev.Kind == Extended && (ev.Until <= c.Until || ev.Until > c.Latest):
		return refuse("screening.bad-extension", "from", c.Until.Text(), "until", c.Latest.Text())
	}
	return nil
}
