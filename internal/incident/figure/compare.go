package figure

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Known is something that is known, with which figures are compared: a number (a range
// where Low and High differ), a moment, or a text in which a code may stand.
type Known struct {
	ID        string
	Kind      Kind   // Number, Date (a moment) or Code
	Unit      string // of a number
	Low, High float64
	At        time.Time // of a moment, in the zone in which it is told
	DayOnly   bool      // the time of day is not known
	Text      string
	Cues      []string // words that stand near it in a text
}

// Verdict is how a figure stands to what is known.
type Verdict string

// The verdicts.
const (
	Consistent Verdict = "consistent"
	Differs    Verdict = "differs"
	Absent     Verdict = "absent" // nothing that is known is like it
)

// Mark is the verdict on one figure; Against is what it was compared with, nil when absent.
type Mark struct {
	Figure
	Verdict Verdict
	Against *Known
}

// Check compares every figure of a text with what is known. A figure is compared with what
// the words of its clause point to; without such words it is consistent when anything of
// its kind agrees with it.
func Check(text string, known []Known) []Mark {
	list := Find(text)
	out := make([]Mark, 0, len(list))
	for n, f := range list {
		before, after := clause(text, list, n)
		m := Mark{Figure: f, Verdict: Absent}
		best := 0
		var fit, differ *Known
		for k := range known {
			if !known[k].like(f) {
				continue
			}
			score := cued(known[k].Cues, before, after)
			switch agrees := fits(list, n, &known[k]); {
			case agrees && (fit == nil || score > best):
				fit = &known[k]
			case !agrees && score > best:
				differ = &known[k]
			}
			best = max(best, score)
		}
		switch {
		case differ != nil && (fit == nil || cued(fit.Cues, before, after) < cued(differ.Cues, before, after)):
			m.Verdict, m.Against = Differs, differ
		case fit != nil:
			m.Verdict, m.Against = Consistent, fit
		}
		out = append(out, m)
	}
	return out
}

// clause is the text around a figure up to the ends of its clause.
func clause(text string, list []Figure, n int) (before, after string) {
	from, to := 0, len(text)
	if n > 0 && list[n-1].Kind != Date {
		from = list[n-1].End
	}
	next := n + 1
	if next < len(list) && list[next].After {
		next++ // a date goes with the time of day behind it
	}
	if next < len(list) {
		to = list[next].Start
	}
	const ends = "。；;\n"
	before, after = text[from:list[n].Start], text[list[n].End:to]
	if i := strings.LastIndexAny(before, ends); i >= 0 {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:]
	}
	if i := strings.IndexAny(after, ends+"、"); i >= 0 {
		after = after[:i]
	}
	return strings.ToLower(before), strings.ToLower(after)
}

// cued weighs the words of a clause that point to a known thing: longer ones more, those
// before the figure more than those behind it.
func cued(cues []string, before, after string) int {
	best := 0
	for _, c := range cues {
		c = strings.ToLower(c)
		if n := utf8.RuneCountInString(c); strings.Contains(before, c) {
			best = max(best, 2*n+1)
		} else if strings.Contains(after, c) {
			best = max(best, 2*n)
		}
	}
	return best
}

// like reports whether a figure could be about the known thing.
func (k *Known) like(f Figure) bool {
	switch f.Kind {
	case Number:
		return k.Kind == Number && (k.Unit == f.Unit || f.Unit == Plain && k.Unit == Count)
	case Date:
		return k.Kind == Date
	case Clock:
		return k.Kind == Date && !k.DayOnly
	}
	return k.Kind == f.Kind
}

// fits reports whether a figure agrees with the known thing.
func fits(list []Figure, n int, k *Known) bool {
	f := list[n]
	switch f.Kind {
	case Number:
		return f.within(k.Low, k.High)
	case Date:
		year, month, day := k.At.Date()
		return (f.Year < 0 || f.Year == year) && (f.Month < 0 || f.Month == int(month)) && (f.Day < 0 || f.Day == day)
	case Clock:
		return f.Hour == k.At.Hour() && (f.Minute < 0 || f.Minute == k.At.Minute()) && (!f.After || fits(list, n-1, k))
	}
	return strings.Contains(strings.Map(narrow, k.Text), strings.Map(narrow, f.Text))
}

// within reports whether a number, in the sense in which it is said, agrees with a range.
func (f Figure) within(low, high float64) bool {
	slack := 1e-9 * math.Max(1, math.Abs(f.Value))
	switch f.Sense {
	case About:
		slack = math.Max(slack, f.Step/2)
	case Least:
		return f.Value <= low+slack
	case More:
		return f.Value < low-slack
	case Most:
		return f.Value >= high-slack
	case Less:
		return f.Value > high+slack
	}
	return f.Value >= low-slack && f.Value <= high+slack
}

// Open lists the marks that are not consistent.
func Open(list []Mark) []Mark {
	return slices.DeleteFunc(slices.Clone(list), func(m Mark) bool { return m.Verdict == Consistent })
}
