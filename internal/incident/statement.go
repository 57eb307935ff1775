package incident

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

// MaxText is the longest text of a statement, in characters.
const MaxText = 8000

// Statement is what a person or a program says of a fact. Text holds a known value:
// yes or no, a number, a text, an option, options or texts one a line, or a moment.
type Statement struct {
	Fact      string
	State     facts.State
	Text      string
	Low, High string // of an estimate
	Source    string
	Since     string // since when it is true; "" since it is known
	Known     string // since when it is known; "" now
	Note      string
}

// Record reads a statement that is entered at a moment, told in a zone. Errors are
// Invalid and name the fact: a value that the fact doesn't take, a moment that can't be
// read, or one of knowledge that is still to come.
func (b *Rulebook) Record(s Statement, zone string, now time.Time) (facts.Record, error) {
	e := b.Dictionary.Entry(s.Fact)
	if e == nil {
		return facts.Record{}, errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-fact", "fact", s.Fact))
	}
	r := facts.Record{Fact: s.Fact, State: s.State, Source: strings.TrimSpace(s.Source), Note: strings.TrimSpace(s.Note)}
	if r.State == "" {
		r.State = facts.Known
	}
	if !slices.Contains(facts.States, r.State) || utf8.RuneCountInString(s.Text+s.Note+s.Source) > MaxText {
		return r, unfit(e, s.Text)
	}
	var ok bool
	switch r.State {
	case facts.Known:
		r.Value, ok = value(e, s.Text, zone)
	case facts.Estimated:
		low, err1 := number(s.Low)
		high, err2 := number(s.High)
		r.Low, r.High = low, high
		ok = err1 == nil && err2 == nil && low <= high && (e.Type == facts.Number || e.Type == facts.Hours)
	default:
		ok = strings.TrimSpace(s.Text) == ""
	}
	if !ok {
		return r, unfit(e, s.Text+s.Low+"～"+s.High)
	}
	at, err := moments(&r, s, zone, now)
	if err != nil {
		return r, errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-moment", "fact", e.Title, "value", at))
	}
	if r.KnownAt.From.After(now) {
		return r, errs.New(errs.Invalid, "%w", i18n.NewError("incident.known-later", "fact", e.Title))
	}
	return r, nil
}

func unfit(e *facts.Entry, text string) error {
	return errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-value", "fact", e.Title, "value", strings.Trim(text, "～"), "type", i18n.Both("incident.type."+string(e.Type))))
}

func moments(r *facts.Record, s Statement, zone string, now time.Time) (string, error) {
	var err error
	if s.Since != "" {
		if r.Since, err = told(s.Since, zone); err != nil {
			return s.Since, err
		}
	}
	if s.Known == "" {
		r.KnownAt = at(now, zone)
		return "", nil
	}
	r.KnownAt, err = told(s.Known, zone)
	return s.Known, err
}

// told reads a moment as people write it: 2026-11-24T02:10, 2026/11/24 2:10 or a date alone.
func told(text, zone string) (facts.Moment, error) {
	text = strings.ReplaceAll(form.Normalise(text), "/", "-")
	day, clock, ok := strings.Cut(text, " ")
	if ok {
		if len(clock) == 4 {
			clock = "0" + clock
		}
		text = day + "T" + clock
	}
	return facts.ParseMoment(text, zone)
}

// at is a moment told with the offset of a zone.
func at(t time.Time, zone string) facts.Moment {
	if loc, err := time.LoadLocation(zone); err == nil {
		t = t.In(loc)
	}
	return facts.At(t)
}

// number reads a number that is not negative, with or without separators of thousands.
func number(text string) (float64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(form.Normalise(text)), ",", "")
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && (v < 0 || math.IsNaN(v) || math.IsInf(v, 0)) {
		err = strconv.ErrRange
	}
	return v, err
}

// value reads a known value by the fact's type.
func value(e *facts.Entry, text, zone string) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, false
	}
	switch e.Type {
	case facts.Bool:
		v, err := strconv.ParseBool(map[string]string{"yes": "true", "no": "false"}[text])
		return v, err == nil
	case facts.Number, facts.Hours:
		v, err := number(text)
		return v, err == nil
	case facts.Choice:
		return text, slices.Contains(e.Options, text)
	case facts.List:
		list := []string{}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		for _, v := range list {
			if len(e.Options) > 0 && !slices.Contains(e.Options, v) {
				return nil, false
			}
		}
		return list, true
	case facts.Time:
		m, err := told(text, zone)
		return m, err == nil
	}
	return text, true
}
