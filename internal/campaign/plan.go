package campaign

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Plan says on which business days a campaign reminds by itself: 3 is the third
// business day before the day of the deadline, -1 the first after it. Sorted, the
// earliest day first; none: nobody is reminded.
type Plan []int

// UsualPlan is what a campaign starts with: two warnings, the business day before, and
// the business day after the deadline has passed.
var UsualPlan = Plan{10, 3, 1, -1}

// PlanDays are the days that the screens offer.
var PlanDays = []int{20, 10, 5, 3, 1, -1, -5}

// Bounds of a plan: further away it would be an announcement, and a campaign that asks
// oftener needs a telephone.
const (
	maxPlanDays  = 60
	maxPlanSteps = 10
)

// remindHour is when reminders go out, in the calendar's zone: at the start of the
// business day.
const remindHour = 9

// NewPlan sorts days and drops those that come twice. The error is Invalid for the day
// of the deadline itself, a day more than 60 business days away, or more than ten days.
func NewPlan(days ...int) (Plan, error) {
	p := Plan(slices.Clone(days))
	slices.SortFunc(p, func(a, b int) int { return b - a })
	p = slices.Compact(p)
	if len(p) > maxPlanSteps || slices.ContainsFunc(p, func(n int) bool { return n == 0 || n > maxPlanDays || n < -maxPlanDays }) {
		return nil, errs.New(errs.Invalid, "%w", i18n.NewError("campaign.plan-days", "steps", maxPlanSteps, "max", maxPlanDays))
	}
	return p, nil
}

// ParsePlan reads what String wrote.
func ParsePlan(s string) (Plan, error) {
	var days []int
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			n = 0 // which no plan has
		}
		days = append(days, n)
	}
	return NewPlan(days...)
}

// String is the plan as it is stored: 10,3,1,-1.
func (p Plan) String() string {
	parts := make([]string, len(p))
	for i, n := range p {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// Moment is when the reminder of a day of the plan goes out for a deadline. The error
// is Invalid when that lies outside the years of which holidays are known.
func Moment(cal *calendar.Calendar, due time.Time, days int) (time.Time, error) {
	d, err := cal.Add(calendar.DayOf(due, cal.Zone), -days)
	return d.At(remindHour, 0, cal.Zone), err
}

// Step is one day of a plan for those who have one deadline.
type Step struct {
	Days int
	At   time.Time
	Due  int64 // the deadline, microseconds UTC
}

// Steps are the steps of a plan that lie after now, for some deadlines; a moment that
// can't be computed is left out.
func (p Plan) Steps(cal *calendar.Calendar, now time.Time, dues ...int64) []Step {
	var out []Step
	for _, due := range dues {
		for _, days := range p {
			at, err := Moment(cal, clock.FromMicros(due), days)
			if err == nil && at.After(now) && (days < 0 || at.Before(clock.FromMicros(due))) {
				out = append(out, Step{days, at, due})
			}
		}
	}
	slices.SortFunc(out, func(a, b Step) int { return a.At.Compare(b.At) })
	return out
}
