// Package obligation knows when which report is due to whom: rules are data
// (catalog/obligations), and a clock is what one stage of a rule says of one
// incident. It is pure: what is known of the incident and what time it is are
// arguments, so that every clock can be computed again when a fact changes or
// as it looked at an earlier moment.
//
// Deadlines err on the early side. Where a condition is not decided yet, the
// earliest deadline that is still possible is shown and the clock says which
// facts would settle it. Where a deadline is not known from a reliable source,
// the clock says so and shows none.
package obligation

import (
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// Rule is one duty to report, as one regulation states it.
type Rule struct {
	ID           string    `yaml:"obligation"`
	Title        i18n.Text `yaml:"title"`
	Regulation   i18n.Text `yaml:"regulation"` // name and article
	Jurisdiction string    `yaml:"jurisdiction"`
	Recipient    i18n.Text `yaml:"recipient"`
	Who          i18n.Text `yaml:"who"`      // role that must act
	Calendar     string    `yaml:"calendar"` // whose zone and business days count
	Effective    string    `yaml:"effective"`
	Until        string    `yaml:"until"` // last day in force; empty: still in force
	Source       string    `yaml:"source"`
	Licence      string    `yaml:"licence"`
	Mark         string    `yaml:"mark"`
	Notes        i18n.Text `yaml:"notes"`

	Facts   predicate.Vars    `yaml:"facts"`
	Events  map[string]string `yaml:"events"` // start event → fact that holds its moment
	Trigger string            `yaml:"trigger"`
	Stages  []*Stage          `yaml:"stages"`

	trigger     *predicate.Predicate
	calendar    *calendar.Calendar
	first, last calendar.Day // in force
}

// Stage is one report of a duty.
type Stage struct {
	ID        string    `yaml:"id"`
	Title     i18n.Text `yaml:"title"`
	Form      string    `yaml:"form"` // form edition that the report is made on
	Recipient i18n.Text `yaml:"recipient"`
	Who       i18n.Text `yaml:"who"`
	When      string    `yaml:"when"` // further condition; empty: with the trigger
	Due       []*Term   `yaml:"due"`  // the earliest counts
	Roll      *Roll     `yaml:"roll"`
	MetBy     []string  `yaml:"met_by"` // stages whose report meets this one; default its own
	Fresh     bool      `yaml:"fresh"`  // only a report made after the clock started meets it
	Mark      string    `yaml:"mark"`   // default: the rule's
	Notes     i18n.Text `yaml:"notes"`

	rule *Rule
	key  string
	met  []string // keys of the reports that meet it
	when *predicate.Predicate
}

// Term is one limit of a stage.
type Term struct {
	From     string `yaml:"from"`      // event, or submitted or accepted
	Of       string `yaml:"of"`        // stage whose report was submitted or accepted
	Which    string `yaml:"which"`     // of several reports: first (default) or last
	Within   string `yaml:"within"`    // "4 h", "30 d", "4 bd", "1 mo", at_once or unverified
	Aim      string `yaml:"aim"`       // sooner limit that is aimed at, same units
	When     string `yaml:"when"`      // applies only if this holds
	Lapses   string `yaml:"lapses"`    // event: the term is void when the event comes after its limit
	FirstDay bool   `yaml:"first_day"` // the day of the start is day 1
	End      string `yaml:"end"`       // moment (default): at the clock time of the start; day: at the end of the day

	within, aim span
	when        *predicate.Predicate
}

// Roll moves a deadline that falls on a closed day to the next open one.
type Roll struct {
	At     string `yaml:"at"`     // clock time there; empty: the end of that day
	Unless string `yaml:"unless"` // does not apply if this holds

	hour, minute int
	unless       *predicate.Predicate
}

// The events that are reports, not facts.
const (
	submitted = "submitted"
	accepted  = "accepted"
)

// Case is what is known of one incident.
type Case struct {
	Facts   predicate.Facts
	Events  map[string]time.Time // fact that holds a moment → the moment; the earliest, when it is known imprecisely
	Reports map[string][]Report  // stage key → reports, in the order of their submission
	// Calendars replaces the calendar of the rules of a jurisdiction, such as
	// that of the member state; nil: the rules' own.
	Calendars map[string]*calendar.Calendar
}

// Report is one submission of a stage; zero times have not come yet.
type Report struct{ Submitted, Accepted time.Time }

// Set is the rules that were loaded, in order of id.
type Set []*Rule

// Key names a stage among all rules: "rule/stage".
func (s *Stage) Key() string { return s.key }

// Rule is the duty that the stage belongs to.
func (s *Stage) Rule() *Rule { return s.rule }

// Role is who must act at the stage.
func (s *Stage) Role() i18n.Text { return orElse(s.Who, s.rule.Who) }

// To is whom the stage's report goes to.
func (s *Stage) To() i18n.Text { return orElse(s.Recipient, s.rule.Recipient) }

// Verification is what the stage's deadline rests on: verified, secondary,
// general or open (catalog/FORMAT.md).
func (s *Stage) Verification() string {
	if s.Mark != "" {
		return s.Mark
	}
	return s.rule.Mark
}

func orElse(a, b i18n.Text) i18n.Text {
	if a.IsZero() {
		return b
	}
	return a
}

// Stage finds a stage by its key, nil when there is none.
func (set Set) Stage(key string) *Stage {
	for _, r := range set {
		for _, s := range r.Stages {
			if s.key == key {
				return s
			}
		}
	}
	return nil
}

// anchor is the moment whose law applies: the first event of the rule, or now
// when none has come.
func (r *Rule) anchor(c *Case, now time.Time) time.Time {
	first := now
	for _, fact := range r.Events {
		if at, ok := c.Events[fact]; ok && at.Before(first) {
			first = at
		}
	}
	return first
}

// inForce reports whether the rule is in force on the day of a moment, in the
// zone of its calendar.
func (r *Rule) inForce(at time.Time, zone *time.Location) bool {
	day := calendar.DayOf(at, zone)
	return day >= r.first && (r.Until == "" || day <= r.last)
}

// Calendar is the calendar of the first rule of a jurisdiction, nil when there
// is no such rule.
func (set Set) Calendar(jurisdiction string) *calendar.Calendar {
	for _, r := range set {
		if r.Jurisdiction == jurisdiction {
			return r.calendar
		}
	}
	return nil
}
