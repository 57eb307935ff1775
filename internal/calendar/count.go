package calendar

import (
	"time"

	"yagura/internal/errs"
)

// Add counts n business days from d: the n-th business day after d, for a
// negative n the n-th before it, and d itself for 0. The day it starts from is
// not counted (初日不算入, 民法第140条), whether it is open or not. Leaving the
// covered years is an error of kind errs.Invalid.
func (c *Calendar) Add(d Day, n int) (Day, error) {
	if !Covers(d) {
		return 0, uncovered(d)
	}
	step := Day(1)
	if n < 0 {
		step, n = -1, -n
	}
	at := d
	for left := n; left != 0; {
		if at += step; !Covers(at) {
			return 0, errs.New(errs.Invalid, "%d business days from %s lead out of the years %d to %d", n*int(step), d, FirstYear, LastYear)
		}
		if c.Open(at) {
			left--
		}
	}
	return at, nil
}

// Next is the first business day after d.
func (c *Calendar) Next(d Day) (Day, error) { return c.Add(d, 1) }

// Previous is the last business day before d.
func (c *Calendar) Previous(d Day) (Day, error) { return c.Add(d, -1) }

// OnOrAfter is d when it is a business day, else the next one (翌営業日).
func (c *Calendar) OnOrAfter(d Day) (Day, error) {
	if c.Open(d) {
		return d, nil
	}
	return c.Add(d, 1)
}

// OnOrBefore is d when it is a business day, else the last one before it (前営業日).
func (c *Calendar) OnOrBefore(d Day) (Day, error) {
	if c.Open(d) {
		return d, nil
	}
	return c.Add(d, -1)
}

// Between counts the business days after a up to and including b; when b is
// before a, those before a down to and including b, as a negative number. So
// Between(a, Add(a, n)) is n. Days outside the covered years are an error of
// kind errs.Invalid.
func (c *Calendar) Between(a, b Day) (int, error) {
	for _, d := range []Day{a, b} {
		if !Covers(d) {
			return 0, uncovered(d)
		}
	}
	n := 0
	for d := a + 1; d <= b; d++ {
		if c.Open(d) {
			n++
		}
	}
	for d := a - 1; d >= b; d-- {
		if c.Open(d) {
			n--
		}
	}
	return n, nil
}

// Roll is the moment t itself when it falls on a business day in the
// calendar's zone, else hour:minute on the next business day: with 12:00 the
// rule for reports due on a closed day in Delegated Regulation (EU) 2025/301
// Article 5. Leaving the covered years is an error of kind errs.Invalid.
func (c *Calendar) Roll(t time.Time, hour, minute int) (time.Time, error) {
	d := DayOf(t, c.Zone)
	open, err := c.OnOrAfter(d)
	if err != nil || open == d {
		return t, err
	}
	return open.At(hour, minute, c.Zone), nil
}

func uncovered(d Day) error {
	return errs.New(errs.Invalid, "%s lies outside the years %d to %d", d, FirstYear, LastYear)
}
