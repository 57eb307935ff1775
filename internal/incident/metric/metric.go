// Package metric computes from an incident's facts how fast it was seen, stopped and put
// right, how long the attacker stayed and what it cost. Every figure is a range: what was
// told to the day gives a day's range, an estimate gives its own, and what is unknown stays
// unknown and names the facts that are missing. Nothing is guessed.
//
// The spans are those of the timeline of VERIS (compromise, discovery, containment) and of
// NIST SP 800-61 revision 2, section 3.4.2. Dwell is counted to containment here: some
// publications end it at detection, which is the figure Detect.
package metric

import (
	"time"

	"yagura/internal/incident/facts"
)

// Kind is a figure of an incident.
type Kind string

// The figures. Spans are in hours.
const (
	Detect  Kind = "detect"  // occurrence to detection
	Contain Kind = "contain" // detection to containment
	Recover Kind = "recover" // detection to recovery of regular activities
	Report  Kind = "report"  // awareness, else detection, to the first report that went out
	Dwell   Kind = "dwell"   // occurrence to containment
	Cost    Kind = "cost"    // gross costs and losses, in the currency in which they were stated
	Net     Kind = "net"     // the same less recoveries, not below 0
)

// Kinds lists the figures in the order in which they are shown.
var Kinds = []Kind{Detect, Contain, Recover, Report, Dwell, Cost, Net}

// Span reports whether the figure is a span in hours; the others are amounts.
func (k Kind) Span() bool { return k != Cost && k != Net }

// Measure is one figure. State is known, estimated (a range from Low to High), unknown,
// under_investigation or not_applicable; Low and High are equal for what is known.
type Measure struct {
	Kind      Kind
	State     facts.State
	Low, High float64
	// Missing are the facts without which it stays unknown.
	Missing []string
	// Reversed is set when the end lies before the beginning: the facts contradict each other.
	Reversed bool
}

// exact is the range of a span, in hours, within which two moments told to the minute lie.
const exact = 2.0/60 + 1e-9

// Of computes the figures of what was known at a moment. reports are those that went out.
func Of(v facts.View, reports []facts.Report) []Measure {
	aware := "time.aware"
	if r, ok := v.Get(aware); !ok || r.State != facts.Known {
		aware = "time.detected"
	}
	out := []Measure{
		between(v, Detect, "time.occurred", "time.detected"),
		between(v, Contain, "time.detected", "time.contained"),
		between(v, Recover, "time.detected", "time.recovered"),
		reported(v, aware, reports),
		between(v, Dwell, "time.occurred", "time.contained"),
	}
	cost, back := amount(v, Cost, "impact.costs"), amount(v, Net, "impact.recoveries")
	return append(out, cost, net(cost, back))
}

// between is the span from one moment to another.
func between(v facts.View, k Kind, from, to string) Measure {
	a, stateA := moment(v, from)
	b, stateB := moment(v, to)
	return span(k, from, to, a, b, stateA, stateB)
}

func span(k Kind, from, to string, a, b facts.Moment, stateA, stateB facts.State) Measure {
	m := Measure{Kind: k, State: worst(stateA, stateB)}
	if stateA != facts.Known && stateA != facts.NotApplicable {
		m.Missing = append(m.Missing, from)
	}
	if stateB != facts.Known && stateB != facts.NotApplicable {
		m.Missing = append(m.Missing, to)
	}
	if m.State != facts.Known {
		return m
	}
	low, high := b.From.Sub(a.To).Hours(), b.To.Sub(a.From).Hours()
	if high < 0 {
		m.State, m.Reversed = facts.Unknown, true
		return m
	}
	m.Low, m.High = max(0, low), high
	if high-low > exact {
		m.State = facts.Estimated
		return m
	}
	m.Low = max(0, b.From.Sub(a.From).Hours())
	m.High = m.Low
	return m
}

func moment(v facts.View, id string) (facts.Moment, facts.State) {
	r, ok := v.Get(id)
	if !ok {
		return facts.Moment{}, facts.Unknown
	}
	m, is := r.Value.(facts.Moment)
	if r.State == facts.Known && !is {
		return m, facts.Unknown
	}
	return m, r.State
}

// order is how much a state keeps a figure from being known.
var order = map[facts.State]int{facts.Known: 0, facts.Estimated: 1, facts.Investigating: 2, facts.Unknown: 3, facts.NotApplicable: 4}

// worst is the state of a figure of two facts: not applicable over unknown over estimated.
func worst(a, b facts.State) facts.State {
	if order[a] >= order[b] {
		return a
	}
	return b
}

// reported is the span to the first report that went out by the moment of the view.
func reported(v facts.View, from string, reports []facts.Report) Measure {
	first := facts.Moment{}
	for _, r := range reports {
		if !r.Submitted.IsZero() && !r.Submitted.From.After(v.Known) && (first.IsZero() || r.Submitted.From.Before(first.From)) {
			first = r.Submitted
		}
	}
	a, state := moment(v, from)
	if first.IsZero() {
		m := Measure{Kind: Report, State: facts.Unknown}
		if state != facts.Known {
			m.Missing = []string{from}
		}
		return m
	}
	return span(Report, from, "", a, first, state, facts.Known)
}

// amount is a number of the facts, with its range where it is an estimate.
func amount(v facts.View, k Kind, id string) Measure {
	r, ok := v.Get(id)
	if !ok {
		return Measure{Kind: k, State: facts.Unknown, Missing: []string{id}}
	}
	m := Measure{Kind: k, State: r.State}
	switch n, is := r.Value.(float64); {
	case r.State == facts.Estimated:
		m.Low, m.High = r.Low, r.High
	case r.State == facts.Known && is:
		m.Low, m.High = n, n
	case r.State != facts.NotApplicable:
		m.State, m.Missing = worst(r.State, facts.Investigating), []string{id}
	}
	return m
}

// net subtracts what came back from the costs; recoveries that are not applicable are none.
func net(cost, back Measure) Measure {
	if back.State == facts.NotApplicable {
		back.State, back.Low, back.High = facts.Known, 0, 0
	}
	m := Measure{Kind: Net, State: worst(cost.State, back.State)}
	m.Missing = append(append(m.Missing, cost.Missing...), back.Missing...)
	if m.State == facts.Known || m.State == facts.Estimated {
		m.Low, m.High = max(0, cost.Low-back.High), max(0, cost.High-back.Low)
	}
	return m
}

// Mark is a moment on the timeline of an incident.
type Mark struct {
	Fact     string
	From, To time.Time // of one moment told roughly
}

// marks are the facts that make the timeline, in the order of handling.
var marks = []string{"time.occurred", "time.detected", "time.aware", "time.contained", "time.recovered", "time.cause_known", "time.resolved"}

// Timeline lists the moments that are known, in the order of handling.
func Timeline(v facts.View) []Mark {
	var out []Mark
	for _, id := range marks {
		if m, state := moment(v, id); state == facts.Known {
			out = append(out, Mark{id, m.From, m.To})
		}
	}
	return out
}
