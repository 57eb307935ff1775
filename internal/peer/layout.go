package peer

import "slices"

// page is one row of a table by group: why a group is hidden, or the atoms its
// rounded counts are the sum of.
type page struct {
	reason []Reason
	atoms  [][]verdict
}

// layout decides which groups show a row. Where leaves of a sector cannot be
// shown, they are hidden together with as many of the smallest other leaves as
// make the hidden ones an atom that could be shown: it can be had by
// subtraction, so it must be as safe as what is shown. Sectors likewise.
func (pr *press) layout(t *tally, row string) page {
	tr := pr.r.tree
	pg := page{make([]Reason, len(tr.groups)), make([][]verdict, len(tr.groups))}
	leafVerdict := make([]verdict, len(tr.leaves))
	for l := range tr.leaves {
		leafVerdict[l] = pr.try(t, row, []int{l})
	}
	atoms := make([][]verdict, len(tr.sectors)) // by sector, nil for a hidden one
	size := make([]int, len(tr.sectors))
	var shown, hidden []int
	for s, sec := range tr.sectors {
		leafSize := make([]int, len(tr.leaves))
		for _, l := range sec.leaves {
			for _, c := range t.leaf[l] {
				leafSize[l] += c
			}
			size[s] += leafSize[l]
			pg.reason[tr.leaves[l].group] = leafVerdict[l].reason
		}
		open, rest, restVerdict := pr.complement(t, row, sec.leaves, leafSize, leafVerdict, func(l int) []int { return []int{l} })
		for _, l := range rest {
			pg.hide(tr.leaves[l].group, Complementary)
		}
		if restVerdict.reason != "" {
			pg.reason[sec.group] = restVerdict.reason
			hidden = append(hidden, s)
			continue
		}
		for _, l := range open {
			atoms[s] = append(atoms[s], leafVerdict[l])
			pg.add(tr.leaves[l].group, leafVerdict[l])
		}
		if len(rest) > 0 {
			atoms[s] = append(atoms[s], restVerdict)
		}
		pg.reason[sec.group] = ""
		shown = append(shown, s)
	}
	pr.crown(t, row, &pg, atoms, size, shown, hidden)
	return pg
}

// crown adds the sectors and the whole to a page.
func (pr *press) crown(t *tally, row string, pg *page, atoms [][]verdict, size []int, shown, hidden []int) {
	tr := pr.r.tree
	bySector := make([]verdict, len(tr.sectors))
	for _, s := range hidden {
		bySector[s].reason = pg.reason[tr.sectors[s].group]
	}
	every := make([]int, len(tr.sectors))
	for i := range every {
		every[i] = i
	}
	open, rest, restVerdict := pr.complement(t, row, every, size, bySector, func(s int) []int { return tr.sectors[s].leaves })
	for _, s := range rest {
		pg.hide(tr.sectors[s].group, Complementary)
		for _, l := range tr.sectors[s].leaves {
			pg.hide(tr.leaves[l].group, Complementary)
		}
	}
	if restVerdict.reason != "" {
		pg.reason[0] = restVerdict.reason
		return
	}
	for _, s := range open {
		for _, v := range atoms[s] {
			if len(tr.sectors[s].leaves) > 1 {
				pg.add(tr.sectors[s].group, v)
			}
			pg.add(0, v)
		}
	}
	if len(rest) > 0 {
		pg.add(0, restVerdict)
	}
}

// complement parts children into those that are shown and those hidden
// together as one atom, which grows by the smallest shown child (ties by
// order) until it may be shown. If it never may, its last reason is returned
// and every child is in rest.
func (pr *press) complement(t *tally, row string, children, size []int, of []verdict, leaves func(int) []int) (open, rest []int, v verdict) {
	for _, c := range children {
		if of[c].reason == "" {
			open = append(open, c)
		} else {
			rest = append(rest, c)
		}
	}
	if !pr.policy.Protect && len(open) > 0 {
		return open, nil, verdict{}
	}
	slices.SortStableFunc(open, func(a, b int) int { return size[a] - size[b] })
	for len(rest) > 0 {
		var set []int
		for _, c := range rest {
			set = append(set, leaves(c)...)
		}
		slices.Sort(set)
		if v = pr.try(t, row, set); v.reason == "" || len(open) == 0 {
			break
		}
		rest, open = append(rest, open[0]), open[1:]
	}
	slices.Sort(open)
	slices.Sort(rest)
	return open, rest, v
}

// hide keeps a reason already there: the first is the real one.
func (pg *page) hide(group int, reason Reason) {
	if pg.reason[group] == "" {
		pg.reason[group] = reason
	}
	pg.atoms[group] = nil
}

// add makes an atom part of a group.
func (pg *page) add(group int, v verdict) { pg.atoms[group] = append(pg.atoms[group], v) }

// total is the sum of a group's atoms: rounded counts and true number of parties.
func (pg *page) total(group int) (counts []int, n int) {
	for i, v := range pg.atoms[group] {
		if i == 0 {
			counts = make([]int, len(v.rounded))
		}
		for k, c := range v.rounded {
			counts[k] += c
		}
		n += v.n
	}
	return counts, n
}
