package screening

import (
	"yagura/internal/finding"
)

// Link is a party of the chain of entrustment with its rank: 1 for a contractor, one more
// for each time the work is passed on.
type Link struct {
	Party
	Row  int // in the table of parties
	Rank int
}

// Chain is the parties that can be reached from the contractors, each after the one who
// entrusts it, in the order of the table; what hangs on no contractor is not in it.
func (n *Notification) Chain() []Link {
	under := map[string][]int{}
	var out []Link
	for i, p := range n.Parties {
		if p.Role == Reentrusted {
			under[p.Via] = append(under[p.Via], i)
		}
	}
	seen := map[int]bool{}
	var walk func(i, rank int)
	walk = func(i, rank int) {
		if seen[i] {
			return
		}
		seen[i] = true
		out = append(out, Link{n.Parties[i], i, rank})
		for _, next := range under[n.Parties[i].No] {
			walk(next, rank+1)
		}
	}
	for i, p := range n.Parties {
		if p.Role == Entrusted {
			walk(i, 1)
		}
	}
	return out
}

// chain finds re-entrusted parties whose chain has a gap or runs in a circle.
func (c *checker) chain() {
	reached := map[int]bool{}
	for _, l := range c.n.Chain() {
		reached[l.Row] = true
	}
	for i, p := range c.n.Parties {
		if p.Role != Reentrusted {
			if p.Via != "" {
				c.add(finding.Warning, row("fac.parties", i, "via"), "screening.find-via-unasked", "party", p.label())
			}
			continue
		}
		up := c.n.party(p.Via)
		switch {
		case p.Via == "":
			c.add(finding.Error, row("fac.parties", i, "via"), "screening.find-no-via", "party", p.label())
		case up == nil:
			c.add(finding.Error, row("fac.parties", i, "via"), "screening.find-stranger", "code", p.Via)
		case up.Role != Entrusted && up.Role != Reentrusted:
			c.add(finding.Error, row("fac.parties", i, "via"), "screening.find-via-role", "party", p.label(), "code", p.Via)
		case !reached[i] && c.circle(i):
			c.add(finding.Error, row("fac.parties", i, "via"), "screening.find-circle", "party", p.label())
		}
	}
}

// circle reports whether the way up from a party leads back to it.
func (c *checker) circle(i int) bool {
	no := c.n.Parties[i].No
	at := c.n.Parties[i].Via
	for range c.n.Parties {
		up := c.n.party(at)
		if up == nil || up.Role != Reentrusted {
			return false
		}
		if up.No == no {
			return true
		}
		at = up.Via
	}
	return false
}
