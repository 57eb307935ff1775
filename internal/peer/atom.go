package peer

import "strings"

// tally holds the counts of one row of a table (an item, or the changes of an
// item or score) by leaf, and by the clusters' parts in the leaves.
type tally struct {
	levels int
	leaf   [][]int // [leaf][category]
	pair   [][]int // [pair][category]
}

// atom is a set of leaves whose counts are rounded together.
type atom struct {
	leaves []int
	n      int
	counts []int
	single int     // parties on their own
	sizes  []int   // sizes of the clusters in it
	known  [][]int // answers of the clusters of two parties or more
}

// atomOf sums leaves of a tally.
func (r *roster) atomOf(t *tally, leaves []int) atom {
	a := atom{leaves: leaves, counts: make([]int, t.levels)}
	in := make([]bool, len(r.leaves))
	for _, l := range leaves {
		in[l] = true
		for k, c := range t.leaf[l] {
			a.counts[k] += c
			a.n += c
		}
	}
	a.single = a.n
	var held []int
	total := 0
	flush := func() {
		if total > 0 {
			a.single -= total
			a.sizes = append(a.sizes, total)
		}
		if total > 1 {
			a.known = append(a.known, held)
			held = nil
		}
		clear(held)
		total = 0
	}
	for i, p := range r.pairs {
		if i > 0 && p.cluster != r.pairs[i-1].cluster {
			flush()
		}
		if !in[p.leaf] {
			continue
		}
		if held == nil {
			held = make([]int, t.levels)
		}
		for k, c := range t.pair[i] {
			held[k] += c
			total += c
		}
	}
	flush()
	return a
}

// id names the atom for the coins.
func (r *roster) id(leaves []int) string {
	names := make([]string, len(leaves))
	for i, l := range leaves {
		names[i] = r.leaves[l].id
	}
	return strings.Join(names, ",")
}

// verdict is what came of trying to publish an atom.
type verdict struct {
	reason  Reason
	leaves  []int
	rounded []int
	n       int
}

// press computes the cells of one row of a table.
type press struct {
	r      *roster
	policy Policy
	dice   dice
	past   past
}

// try rounds an atom so that it withstands the audit. A rounding that does not
// is thrown again; whether it is depends on nothing the attacker lacks but the
// answers of clusters, so that the counts that may lie behind a published
// rounding stay all those that could have been rounded to it.
func (pr *press) try(t *tally, row string, leaves []int) verdict {
	a := pr.r.atomOf(t, leaves)
	if reason := pr.policy.primary(a.n, a.single, a.sizes); reason != "" {
		return verdict{reason: reason}
	}
	out := make([]int, t.levels)
	if !pr.policy.Protect {
		copy(out, a.counts)
		return verdict{leaves: leaves, rounded: out, n: a.n}
	}
	id := pr.r.id(leaves)
	before, torn := pr.past.find(leaves)
	if torn {
		return verdict{reason: Successive}
	}
	iv := make([]interval, t.levels)
	for throw := range maxThrows {
		pr.dice.round(id, row, throw, a.counts, out)
		for k, v := range out {
			iv[k] = around(v, pr.dice.base)
		}
		if withstands(iv, a.n, pr.policy.Colluders, a.known) && before.withstands(iv, a.n, pr.policy.Colluders) {
			return verdict{leaves: leaves, rounded: out, n: a.n}
		}
	}
	return verdict{reason: Dominance}
}
