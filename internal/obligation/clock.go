package obligation

import (
	"slices"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// State is where a clock stands.
type State string

// The states of a clock.
const (
	Off         State = "off"         // the duty does not arise
	Conditional State = "conditional" // not known yet whether it arises; Missing would settle it
	Waiting     State = "waiting"     // it arises, and runs from an event that has not come: Awaits
	AtOnce      State = "at_once"     // due without delay
	Running     State = "running"
	Overdue     State = "overdue"
	Unverified  State = "unverified" // due, by a deadline that is not known from a reliable source
	Met         State = "met"
	MetLate     State = "met_late"
)

// Clock is what one stage says of one incident at one moment.
type Clock struct {
	Stage       *Stage
	State       State
	Start       time.Time // of the term that counts
	Due         time.Time // still in time; zero: none known
	Aim         time.Time // sooner moment that is aimed at; zero: none
	MetAt       time.Time
	Provisional bool     // an undecided condition may still put Due off
	Missing     []string // facts that would decide the conditions
	Awaits      []string // events that would start it
	Steps       []Step   // how Due came about
}

// Left is the time until the deadline, negative past it; false when there is
// none or the report has been made.
func (k *Clock) Left(now time.Time) (time.Duration, bool) {
	if k.Due.IsZero() || k.State == Met || k.State == MetLate {
		return 0, false
	}
	return k.Due.Sub(now), true
}

// Open reports whether something is still to be done.
func (k *Clock) Open() bool {
	return k.State == AtOnce || k.State == Running || k.State == Overdue || k.State == Unverified
}

// Clocks computes every clock that is not off, in the order of rules and
// stages, as of a moment.
func (set Set) Clocks(c Case, now time.Time) []Clock {
	n := 0
	for _, r := range set {
		n += len(r.Stages)
	}
	out := make([]Clock, 0, n)
	for _, r := range set {
		cal := r.calendar
		if own := c.Calendars[r.Jurisdiction]; own != nil {
			cal = own
		}
		if !r.inForce(r.anchor(&c, now), cal.Zone) {
			continue
		}
		verdict := predicate.Yes
		if r.trigger != nil {
			verdict = r.trigger.Decide(c.Facts)
		}
		for _, s := range r.Stages {
			k := Clock{Stage: s, State: Off}
			if v := s.verdict(verdict, c.Facts); v != predicate.No {
				out = append(out, k)
				out[len(out)-1].run(&c, v, cal, now)
			}
		}
	}
	return out
}

// Next is the open clock that is due first, nil when there is none. Duties
// whose deadline is unverified come after all others.
func Next(clocks []Clock) *Clock {
	var first *Clock
	for i := range clocks {
		k := &clocks[i]
		if k.Open() && (first == nil || first.Due.IsZero() && !k.Due.IsZero() || !k.Due.IsZero() && k.Due.Before(first.Due)) {
			first = k
		}
	}
	return first
}

func (s *Stage) verdict(trigger predicate.Verdict, facts predicate.Facts) predicate.Verdict {
	if trigger == predicate.No || s.when == nil {
		return trigger
	}
	switch v := s.when.Decide(facts); {
	case v == predicate.No || trigger == predicate.Yes:
		return v
	default:
		return predicate.Undetermined
	}
}

// run computes the clock, given that the duty arises or may arise.
func (k *Clock) run(c *Case, verdict predicate.Verdict, cal *calendar.Calendar, now time.Time) {
	s := k.Stage
	open := false // a term has started whose limit is not known
	for _, t := range s.Due {
		applies := predicate.Yes
		if t.when != nil {
			applies = t.when.Decide(c.Facts)
		}
		if applies == predicate.No {
			k.Steps = append(k.Steps, Step{Kind: StepNot, Term: t})
			continue
		}
		start, ok := s.moment(t, c)
		if !ok {
			k.awaits(t)
			continue
		}
		if applies == predicate.Undetermined {
			k.Provisional = true
			k.miss(t.when.Missing(c.Facts))
		}
		if t.within.unit == unverified {
			open = true
			if k.Start.IsZero() {
				k.Start = start
			}
			k.Steps = append(k.Steps, Step{Kind: StepUnverified, Term: t, From: start})
			continue
		}
		k.term(t, start, c, cal)
	}
	k.roll(c, cal)
	k.settle(c, verdict, open, now)
}

// term takes one limit into account.
func (k *Clock) term(t *Term, start time.Time, c *Case, cal *calendar.Calendar) {
	how := count{t.FirstDay, t.End == "day"}
	due, err := start, error(nil)
	if t.within.unit != atOnce {
		due, err = t.within.after(start, cal, how)
	}
	if err != nil {
		k.Steps = append(k.Steps, Step{Kind: StepUncovered, Term: t, From: start})
		return
	}
	if at, ok := c.Events[k.Stage.rule.Events[t.Lapses]]; ok && at.After(due) {
		k.Steps = append(k.Steps, Step{Kind: StepLapsed, Term: t, From: start, To: due, At: at})
		return
	}
	k.Steps = append(k.Steps, Step{Kind: StepTerm, Term: t, From: start, To: due})
	if k.Due.IsZero() || due.Before(k.Due) {
		k.Due, k.Start, k.Aim = due, start, time.Time{}
		if t.aim.unit != "" {
			if aim, err := t.aim.after(start, cal, how); err == nil {
				k.Aim = aim
			}
		}
	}
}

// roll moves a deadline off a closed day. Duties that are due at once stay.
func (k *Clock) roll(c *Case, cal *calendar.Calendar) {
	r := k.Stage.Roll
	if r == nil || k.Due.IsZero() || k.Due.Equal(k.Start) || cal.Open(calendar.DayOf(k.Due, cal.Zone)) {
		return
	}
	if r.unless != nil {
		switch r.unless.Decide(c.Facts) {
		case predicate.Yes:
			k.Steps = append(k.Steps, Step{Kind: StepNoRoll, From: k.Due})
			return
		case predicate.Undetermined:
			k.Provisional = true
			k.miss(r.unless.Missing(c.Facts))
			return
		}
	}
	day, err := cal.OnOrAfter(calendar.DayOf(k.Due, cal.Zone))
	if err != nil {
		return // outside the years that are known no day is open: the earlier deadline stands
	}
	to := endOf(day, cal.Zone)
	if r.At != "" {
		to = clockOn(day, time.Date(2000, 1, 1, r.hour, r.minute, 0, 0, cal.Zone))
	}
	k.Steps = append(k.Steps, Step{Kind: StepRoll, From: k.Due, To: to})
	k.Due = to
}

// settle decides the state.
func (k *Clock) settle(c *Case, verdict predicate.Verdict, open bool, now time.Time) {
	s := k.Stage
	k.MetAt = k.met(c)
	switch {
	case !k.MetAt.IsZero() && verdict == predicate.Yes:
		k.State = Met
		if k.MetAt.After(k.Due) && !k.Due.IsZero() && !k.Due.Equal(k.Start) {
			k.State = MetLate
		}
	case verdict != predicate.Yes:
		k.State = Conditional
		if s.rule.trigger != nil {
			k.miss(s.rule.trigger.Missing(c.Facts))
		}
		if s.when != nil {
			k.miss(s.when.Missing(c.Facts))
		}
	case k.Due.IsZero() && open:
		k.State = Unverified
	case k.Due.IsZero():
		k.State = Waiting
	case k.Due.Equal(k.Start):
		k.State = AtOnce
	case now.After(k.Due):
		k.State = Overdue
	default:
		k.State = Running
	}
	if k.State != Waiting && k.State != Conditional {
		k.Awaits = nil
	}
}

// met is when the first report was made that meets the stage; zero: none yet.
func (k *Clock) met(c *Case) (first time.Time) {
	s := k.Stage
	for _, key := range s.met {
		for _, r := range c.Reports[key] {
			if r.Submitted.IsZero() || s.Fresh && (k.Start.IsZero() || r.Submitted.Before(k.Start)) {
				continue
			}
			if first.IsZero() || r.Submitted.Before(first) {
				first = r.Submitted
			}
		}
	}
	return first
}

// moment is when a term starts.
func (s *Stage) moment(t *Term, c *Case) (time.Time, bool) {
	if t.From != submitted && t.From != accepted {
		at, ok := c.Events[s.rule.Events[t.From]]
		return at, ok
	}
	var at time.Time
	for _, r := range c.Reports[s.rule.ID+"/"+t.Of] {
		when := r.Submitted
		if t.From == accepted {
			when = r.Accepted
		}
		if when.IsZero() {
			continue
		}
		if at = when; t.Which != "last" {
			break
		}
	}
	return at, !at.IsZero()
}

func (k *Clock) miss(ids []string) {
	for _, id := range ids {
		if !slices.Contains(k.Missing, id) {
			k.Missing = append(k.Missing, id)
		}
	}
}

func (k *Clock) awaits(t *Term) {
	name := t.From
	if t.Of != "" {
		name += " " + t.Of
	}
	if !slices.Contains(k.Awaits, name) {
		k.Awaits = append(k.Awaits, name)
	}
}

// Title names the clock: the duty and the stage.
func (k *Clock) Title() i18n.Text {
	return i18n.Both("obligation.title", "rule", k.Stage.rule.Title, "stage", k.Stage.Title)
}
