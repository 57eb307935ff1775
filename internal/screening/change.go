package screening

import (
	"slices"
	"strings"

	"yagura/internal/form"
)

// Need says whether a change of a filed notification needs a notice.
type Need string

// The needs. The facts known of the Act say that there is a notice of change; where it
// ends is not verified (Edition.Change), so a change of the plan is never said to be free.
const (
	Probable Need = "probable" // of what the Act counts among the contents of the plan
	Ask      Need = "ask"      // of a description: to be judged with the authority
	Internal Need = "internal" // kept within the institution, not part of the notification
)

// Change is one item that differs between two versions.
type Change struct {
	Item     *form.Item
	Old, New form.Answer
	Need     Need
	Added    int // rows, of tables
	Removed  int
}

// kept are items that the institution keeps for itself.
var kept = []string{"fac.title", "fac.owner", "fac.consulted", "fac.note", "fac.service"}

// described are items that explain the plan in words.
var described = []string{"fac.outline", "fac.place", "fac.mi_text", "fac.me_text", "fac.ms_text"}

// Changes lists what differs between two versions of the answers, in the order of the form.
func Changes(f *form.Form, before, after form.Answers) []Change {
	var out []Change
	for _, it := range f.Items() {
		old, now := before[it.ID], after[it.ID]
		if old.SameValue(now) {
			continue
		}
		ch := Change{Item: it, Old: old, New: now, Need: Probable}
		switch {
		case slices.Contains(kept, it.ID):
			ch.Need = Internal
		case slices.Contains(described, it.ID):
			ch.Need = Ask
		}
		if it.Type == form.TypeTable {
			ch.Removed, ch.Added = rowsNotIn(it, before, after), rowsNotIn(it, after, before)
		}
		out = append(out, ch)
	}
	return out
}

// rowsNotIn counts the rows of a that b lacks; a changed row is lacking on both sides.
func rowsNotIn(it *form.Item, a, b form.Answers) int {
	text := func(r form.Row) string {
		var parts []string
		for _, c := range it.Columns {
			parts = append(parts, c.FormatValue(r[c.ID].Value))
		}
		return strings.Join(parts, "\x00")
	}
	have := map[string]int{}
	for _, r := range rows(b, it.ID) {
		have[text(r)]++
	}
	lacking := 0
	for _, r := range rows(a, it.ID) {
		if t := text(r); have[t] > 0 {
			have[t]--
		} else {
			lacking++
		}
	}
	return lacking
}

// Worst is the weightiest need of changes, "" when there are none.
func Worst(changes []Change) Need {
	for _, n := range []Need{Probable, Ask, Internal} {
		if slices.ContainsFunc(changes, func(c Change) bool { return c.Need == n }) {
			return n
		}
	}
	return ""
}
