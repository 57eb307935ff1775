package facts

import (
	"slices"
	"time"

	"yagura/internal/i18n"
)

// State says how a fact is known.
type State string

// The states.
const (
	Known         State = "known"
	Unknown       State = "unknown"
	Investigating State = "under_investigation"
	Estimated     State = "estimated" // numbers: a range
	NotApplicable State = "not_applicable"
)

// States lists the states.
var States = []State{Known, Unknown, Investigating, Estimated, NotApplicable}

// Record is one statement of a fact. Records are never changed: a correction
// and a new development are further records.
type Record struct {
	Fact      string
	State     State
	Value     any     // of a known fact; its type is the fact's
	Low, High float64 // of an estimated number, both included
	Source    string  // who said so
	Since     Moment  // since when it is true; zero: since it is known
	KnownAt   Moment  // since when it is known
	Note      string
}

// since is the moment from which the record holds.
func (r *Record) since() time.Time {
	if r.Since.IsZero() {
		return r.KnownAt.From
	}
	return r.Since.From
}

// Report is the submission of a report, itself a fact with a time at which it
// became known.
type Report struct {
	Stage     string // key of the stage of an obligation: eu-dora-major/initial
	Submitted Moment
	Accepted  Moment // by the recipient; zero: not yet
	KnownAt   Moment // zero: with its submission
	Note      string
}

func (r *Report) knownAt() time.Time {
	if r.KnownAt.IsZero() {
		return r.Submitted.From
	}
	return r.KnownAt.From
}

// Base is everything that was ever stated of one incident, in the order in
// which it was recorded. It is a value: With makes a longer one.
type Base struct {
	ID       string
	Title    string
	Zone     string // in which moments without offset are told
	Exercise bool   // never counted, never sent to real recipients
	Records  []Record
	Reports  []Report
}

// With is the base with one more record.
func (b Base) With(r Record) Base {
	b.Records = append(slices.Clip(b.Records), r)
	return b
}

// WithReport is the base with one more report.
func (b Base) WithReport(r Report) Base {
	b.Reports = append(slices.Clip(b.Reports), r)
	return b
}

// Moments lists the moments at which something became known, in order.
func (b Base) Moments() []time.Time {
	var list []time.Time
	for i := range b.Records {
		list = append(list, b.Records[i].KnownAt.From)
	}
	for i := range b.Reports {
		list = append(list, b.Reports[i].knownAt())
		if at := b.Reports[i].Accepted; !at.IsZero() {
			list = append(list, at.From)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// View is the facts as they were known at one moment, of one moment.
type View struct {
	base  *Base
	Valid time.Time
	Known time.Time
	facts map[string]int // fact → its record
}

// At is what was known at a moment of that same moment.
func (b *Base) At(known time.Time) View { return b.AsOf(known, known) }

// AsOf is what was known at one moment of how things stood at another: of the
// records known by then, the one that holds from the latest moment up to valid
// counts; of two that hold from the same moment the one known later, and of two
// known at the same moment the one recorded later.
func (b *Base) AsOf(valid, known time.Time) View {
	v := View{base: b, Valid: valid, Known: known, facts: map[string]int{}}
	for i := range b.Records {
		r := &b.Records[i]
		if r.KnownAt.From.After(known) || r.since().After(valid) {
			continue
		}
		if j, ok := v.facts[r.Fact]; !ok || !b.Records[j].over(r) {
			v.facts[r.Fact] = i
		}
	}
	return v
}

// over reports whether r counts against a later record o.
func (r *Record) over(o *Record) bool {
	if c := r.since().Compare(o.since()); c != 0 {
		return c > 0
	}
	return r.KnownAt.From.After(o.KnownAt.From)
}

// Get is the record that counts; false when nothing was stated.
func (v View) Get(id string) (Record, bool) {
	i, ok := v.facts[id]
	if !ok {
		return Record{}, false
	}
	return v.base.Records[i], true
}

// IDs lists the facts of which something is stated, sorted.
func (v View) IDs() []string {
	var ids []string
	for id := range v.facts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Text is a known text, choice or number of a fact in words; empty otherwise.
func (v View) Text(id string) string {
	if s, ok := v.value(id).(string); ok {
		return s
	}
	return ""
}

// value is the value of a known fact, nil otherwise.
func (v View) value(id string) any {
	if r, ok := v.Get(id); ok && r.State == Known {
		return r.Value
	}
	return nil
}

// Change is a fact that differs between two views.
type Change struct {
	Fact          string
	Before, After Record // zero records where nothing was stated
}

// Diff lists the facts that the second view states otherwise than the first,
// sorted by id: what the reader of an updated report has to look at.
func Diff(a, b View) []Change {
	var out []Change
	ids := append(a.IDs(), b.IDs()...)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		before, _ := a.Get(id)
		after, _ := b.Get(id)
		if !Same(before, after) {
			out = append(out, Change{id, before, after})
		}
	}
	return out
}

// Same reports whether two records say the same, whoever said it and when.
func Same(a, b Record) bool {
	if a.State != b.State || a.Low != b.Low || a.High != b.High {
		return false
	}
	switch x := a.Value.(type) {
	case []string:
		y, ok := b.Value.([]string)
		return ok && slices.Equal(x, y)
	case Moment:
		y, ok := b.Value.(Moment)
		return ok && x.Equal(y)
	}
	return a.Value == b.Value
}

// StateText names a state.
func StateText(s State) i18n.Text { return i18n.Both("facts.state." + string(s)) }
