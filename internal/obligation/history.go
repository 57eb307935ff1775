package obligation

import (
	"slices"
	"strings"
	"time"
)

// Change is one change of a clock between two moments of knowledge. A clock
// that was not there before, or is not any more, has a state of Off.
type Change struct {
	Known         time.Time // since when it is known
	Stage         *Stage
	Before, After Clock
	Facts         []string // facts and reports of its rule that became known then
}

// Compare lists the clocks that differ in state or deadline, in the order of
// the second list, those that went off last. Reasons, missing facts and the
// passing of time alone are no difference, but becoming overdue is.
func Compare(before, after []Clock) []Change {
	old := map[string]Clock{}
	for _, k := range before {
		old[k.Stage.key] = k
	}
	var out []Change
	for _, k := range after {
		was, ok := old[k.Stage.key]
		if !ok {
			was = Clock{Stage: k.Stage, State: Off}
		}
		delete(old, k.Stage.key)
		if was.State != k.State || !was.Due.Equal(k.Due) || !was.MetAt.Equal(k.MetAt) {
			out = append(out, Change{Stage: k.Stage, Before: was, After: k})
		}
	}
	for _, k := range before {
		if _, gone := old[k.Stage.key]; gone {
			out = append(out, Change{Stage: k.Stage, Before: k, After: Clock{Stage: k.Stage, State: Off}})
		}
	}
	return out
}

// View is what was known at a moment, and which facts became known then.
type View func(known time.Time) (Case, []string)

// History computes the clocks as they were at every moment at which something
// became known, and lists what changed. The same moment given twice counts once.
func (set Set) History(moments []time.Time, view View) []Change {
	moments = slices.Clone(moments)
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	var out []Change
	var last []Clock
	for _, at := range moments {
		c, facts := view(at)
		now := set.Clocks(c, at)
		for _, change := range Compare(last, now) {
			change.Known, change.Facts = at, change.Stage.rule.concerned(facts)
			out = append(out, change)
		}
		last = now
	}
	return out
}

// concerned keeps the facts that the rule reads and the reports of its stages.
func (r *Rule) concerned(facts []string) []string {
	var out []string
	for _, id := range facts {
		_, read := r.Facts[id]
		for _, event := range r.Events {
			read = read || event == id
		}
		if read || strings.HasPrefix(id, r.ID+"/") {
			out = append(out, id)
		}
	}
	return out
}
