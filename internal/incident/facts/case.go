package facts

import (
	"time"

	"yagura/internal/obligation"
	"yagura/internal/predicate"
)

// Facts is the view as conditions read it. Unknown facts and those under
// investigation are left out. What does not apply counts as none: false, 0, the
// empty text, the empty list.
func (v View) Facts(d *Dictionary) predicate.Facts {
	out := make(predicate.Facts, len(v.facts))
	for id, i := range v.facts {
		e := d.byID[id]
		if e == nil || e.Type == Time {
			continue
		}
		switch r := &v.base.Records[i]; r.State {
		case Known:
			out[id] = predicate.Is(r.Value)
		case Estimated:
			out[id] = predicate.Between(r.Low, r.High)
		case NotApplicable:
			out[id] = predicate.Is(none[vars[e.Type]])
		}
	}
	return out
}

var none = map[predicate.Type]any{predicate.Bool: false, predicate.Number: 0.0, predicate.String: "", predicate.List: []string{}}

// Case is the view as the clocks of obligations read it: a moment that is known
// imprecisely starts a clock at the first moment that it can have been.
func (v View) Case(d *Dictionary) obligation.Case {
	c := obligation.Case{Facts: v.Facts(d), Events: map[string]time.Time{}, Reports: map[string][]obligation.Report{}}
	for id, i := range v.facts {
		if m, ok := v.base.Records[i].Value.(Moment); ok && v.base.Records[i].State == Known {
			c.Events[id] = m.From
		}
	}
	for i := range v.base.Reports {
		r := &v.base.Reports[i]
		if r.knownAt().After(v.Known) {
			continue
		}
		report := obligation.Report{Submitted: r.Submitted.From}
		if at := r.Accepted; !at.IsZero() && !at.From.After(v.Known) {
			report.Accepted = at.From
		}
		c.Reports[r.Stage] = append(c.Reports[r.Stage], report)
	}
	return c
}

// Learned lists what became known at exactly one moment: ids of facts and keys
// of reports, in the order in which they were recorded.
func (b *Base) Learned(at time.Time) []string {
	var out []string
	for i := range b.Records {
		if b.Records[i].KnownAt.From.Equal(at) {
			out = append(out, b.Records[i].Fact)
		}
	}
	for i := range b.Reports {
		if b.Reports[i].knownAt().Equal(at) {
			out = append(out, b.Reports[i].Stage)
		}
	}
	return out
}
