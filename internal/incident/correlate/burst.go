package correlate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// Burst is a value that more institutions report within a few days than the
// background explains.
type Burst struct {
	Field        Field     `json:"field"`
	Text         string    `json:"text"`
	From         time.Time `json:"from"`
	To           time.Time `json:"to"`
	Institutions int       `json:"institutions"`
	Expected     float64   `json:"expected"` // reports in such a time, by the background
	Chance       float64   `json:"chance"`   // that a value would be reported so often, corrected for everything looked at; 0 to 1
	Exercise     bool      `json:"exercise"`
	Reports      []string  `json:"reports"`
}

// Bursts scans every value for its times of too many reports: the prospective
// scan statistic with Poisson counts (Kulldorff, Prospective time periodic
// geographical disease surveillance using a scan statistic, JRSS A 164 (2001)
// 61–72, here in time alone, with expectations from the background as in Neill,
// Expectation-based scan statistics, Int. J. Forecasting 25 (2009) 498–517). A
// window ends with a report, starts with another of the value and is no longer
// than the lag. An institution counts once, one that is not known each time.
// The chance is the Poisson tail, multiplied by the number of windows looked at
// (Bonferroni), in place of Kulldorff's random replications, so that the result
// is the same each time. Nothing is found before there are 28 days of
// background. The most unlikely window of a value is told; most unlikely first.
func (x *Index) Bursts() []Burst {
	var out []Burst
	tests, seen := 0, make([]uint64, len(x.values))
	for id := range x.values {
		if v := x.values[id]; v.Field == Institution || v.Field == Reference || v.Field == Description {
			continue
		}
		b, n, found := x.scan(uint32(id), seen)
		tests += n
		if found {
			out = append(out, b)
		}
	}
	kept := out[:0]
	for _, b := range out {
		if b.Chance *= float64(tests); b.Chance <= x.s.Significance {
			kept = append(kept, b)
		}
	}
	slices.SortFunc(kept, func(a, b Burst) int {
		return cmp.Or(cmp.Compare(a.Chance, b.Chance), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	return kept
}

const leastBackground = 28 * day

// scan is the window of one value with the greatest likelihood ratio, and how
// many were looked at. seen holds for each institution the window in which it was
// met last.
func (x *Index) scan(id uint32, seen []uint64) (best Burst, tests int, found bool) {
	list := x.posting[id]
	var ratio float64
	var from, to int
	for end := range list {
		e := &x.entries[list[end]]
		rate, ok := x.rate(id, e)
		if !ok {
			continue
		}
		n, window := 0, uint64(id)<<32|uint64(end+1)
		for start := end; start >= 0; start-- {
			a := &x.entries[list[start]]
			length := e.At.Sub(a.At)
			if length > x.s.Lag {
				break
			}
			if a.who >= 0 {
				if seen[a.who] == window {
					continue
				}
				seen[a.who] = window
			}
			if n++; n < 2 {
				continue
			}
			tests++
			expected := rate * float64(max(length, day)) / float64(day)
			if r := likelihoodRatio(n, expected); r > ratio {
				ratio, best.Expected, best.Institutions, from, to, found = r, expected, n, start, end, true
			}
		}
	}
	if !found {
		return best, tests, false
	}
	best.Chance = poissonTail(best.Institutions, best.Expected)
	best.From, best.To = x.entries[list[from]].At, x.entries[list[to]].At
	v := x.values[id]
	for _, i := range list[from : to+1] {
		e := &x.entries[i]
		best.Reports, best.Exercise = append(best.Reports, e.ID), e.Exercise
		best.Text = smaller(best.Text, e.Shown[v])
	}
	best.Field, best.Text = v.Field, cmp.Or(best.Text, v.Text)
	slices.Sort(best.Reports)
	return best, tests, true
}

// likelihoodRatio is the logarithm of the ratio of a Poisson mean of n to the
// expected one; 0 where there are not more than expected.
func likelihoodRatio(n int, expected float64) float64 {
	if float64(n) <= expected {
		return 0
	}
	return float64(n)*math.Log(float64(n)/expected) - (float64(n) - expected)
}

// rate is how many reports of a value a day the background gives.
func (x *Index) rate(id uint32, e *entry) (float64, bool) {
	until := e.At.Add(-x.s.Lag)
	since := until.Add(-x.s.Background)
	if first := x.entries[0].At; since.Before(first) {
		since = first
	}
	length := until.Sub(since)
	if length < leastBackground {
		return 0, false
	}
	for k, key := range e.keys {
		if key&0xffffff == id {
			all := float64(within(x.filled[boolInt(e.Exercise)][key>>24], x.before(since), x.before(until)))
			return e.frequency[k] * all / (float64(length) / float64(day)), true
		}
	}
	return 0, false
}

// poissonTail is the chance of n or more where the mean is expected > 0: the
// lower incomplete gamma function.
func poissonTail(n int, expected float64) float64 {
	return max(mathext.GammaIncReg(float64(n), expected), math.SmallestNonzeroFloat64)
}
