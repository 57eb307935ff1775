package obligation

import (
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
)

// StepKind says what a step of the computation did.
type StepKind string

// The kinds of steps.
const (
	StepTerm       StepKind = "term"       // a limit that counts
	StepNot        StepKind = "not"        // a limit whose condition does not hold
	StepLapsed     StepKind = "lapsed"     // a limit that is void because an event came after it
	StepUnverified StepKind = "unverified" // a limit that is not known
	StepUncovered  StepKind = "uncovered"  // a limit outside the years of the calendar
	StepRoll       StepKind = "roll"       // moved off a closed day
	StepNoRoll     StepKind = "no_roll"    // on a closed day and not moved: the exception holds
)

// Step is one reason for a deadline.
type Step struct {
	Kind     StepKind
	Term     *Term // nil for the two kinds of rolling
	From, To time.Time
	At       time.Time // of the event that let a limit lapse
}

// Text tells the step in words, with times in a zone.
func (s Step) Text(zone *time.Location) i18n.Text {
	args := []any{"from", moment(s.From, zone), "to", moment(s.To, zone), "at", moment(s.At, zone)}
	if s.Term != nil {
		args = append(args, "event", EventText(s.Term.From), "within", s.Term.within.text(), "lapses", EventText(s.Term.Lapses))
	}
	return i18n.Both("obligation.step."+string(s.Kind), args...)
}

// EventText names a start event.
func EventText(name string) i18n.Text {
	if !i18n.Has("obligation.event." + name) {
		return i18n.Text{JA: name, EN: name}
	}
	return i18n.Both("obligation.event." + name)
}

func moment(t time.Time, zone *time.Location) i18n.Text {
	if t.IsZero() {
		return i18n.Text{}
	}
	local := t.In(zone)
	return i18n.Both("obligation.moment", "date", calendar.DayOf(t, zone).Long(), "time", local.Format("15:04"), "zone", local.Format("MST"))
}
