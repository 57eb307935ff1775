package offline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// Change is an answer that the work changed.
type Change struct {
	Item    *form.Item
	Base    form.Answer // when the package was issued
	Now     form.Answer // on the server; in Changes that of Base
	New     form.Answer // in the package; the zero Answer when it was taken back
	Version int64       // of Now
}

// Changes lists what the work changed since the package was issued, in form order.
func (p *Package) Changes() []Change {
	var out []Change
	for _, it := range p.Items() {
		if base, now := p.Base[it.ID], p.Answers[it.ID]; !same(base, now) {
			out = append(out, Change{it, base, base, now, p.Manifest.Versions[it.ID]})
		}
	}
	return out
}

// Plan is what a package that comes back would change.
type Plan struct {
	Changes   []Change          // of answers that nobody changed meanwhile
	Conflicts []Change          // of answers that were changed to something else meanwhile
	Same      int               // changes that the server has already
	Faults    []finding.Finding // of what was changed: nothing can be taken over while there are any
}

// Weigh compares what the work changed with the answers as the server has them now.
func (p *Package) Weigh(now form.Answers, versions map[string]int64) Plan {
	var plan Plan
	changed := form.Answers{}
	for _, c := range p.Changes() {
		seen := c.Version
		c.Now, c.Version = now[c.Item.ID], versions[c.Item.ID]
		switch {
		case same(c.Now, c.New):
			plan.Same++
			continue
		case c.Version == seen || same(c.Now, c.Base):
			plan.Changes = append(plan.Changes, c)
		default:
			plan.Conflicts = append(plan.Conflicts, c)
		}
		if !blank(c.New) {
			changed[c.Item.ID] = c.New
		}
		if c.Item.Type == form.TypeFile && !blank(c.New) {
			f := finding.New("offline.no-files", "offline.no-files", "item", c.Item.ID)
			f.Pointer = "/" + c.Item.ID
			plan.Faults = append(plan.Faults, f)
		}
	}
	plan.Faults = append(plan.Faults, p.Faults(changed)...)
	return plan
}

// Digest stands for everything that a plan shows: what is accepted is what was seen.
func (pl Plan) Digest() string {
	h := sha256.New()
	for _, list := range [][]Change{pl.Changes, pl.Conflicts} {
		fmt.Fprintf(h, "%d\n", len(list))
		for _, c := range list {
			fmt.Fprintf(h, "%q %d %q %t %q %q %q\n", c.Item.ID, c.Version, c.Item.FormatValue(c.New.Value), c.New.Carried, c.New.State, c.New.Comment, rows(c))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rows is the text of a table's rows, which FormatValue has none for.
func rows(c Change) string {
	if list, ok := c.New.Value.([]form.Row); ok {
		return fmt.Sprint(list) // maps print in the order of their keys
	}
	return ""
}
