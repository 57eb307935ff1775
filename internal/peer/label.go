package peer

// labels numbers the pairs of sector and size that occur in either year and
// places them in both years' groups.
type labels struct {
	cur, prev []int32 // by party
	leaf      []int32 // by label: leaf of this year, −1 for none
	lastGroup []int   // by label: smallest group of the last release, −1 for none
}

func newLabels(r *roster, cur, prev *Edition, last *Release) *labels {
	type key struct{ sector, size string }
	number := map[key]int32{}
	ls := &labels{cur: make([]int32, len(cur.Parties)), prev: make([]int32, len(prev.Parties))}
	of := func(p Party) int32 {
		k := key{p.Sector, p.Size}
		n, ok := number[k]
		if !ok {
			n = int32(len(number))
			number[k] = n
			ls.leaf = append(ls.leaf, -1)
			ls.lastGroup = append(ls.lastGroup, -1)
			if last != nil {
				if in := last.Of(p.Sector, p.Size); len(in) > 0 {
					ls.lastGroup[n] = in[len(in)-1]
				}
			}
		}
		return n
	}
	for i, p := range cur.Parties {
		ls.cur[i] = of(p)
		ls.leaf[ls.cur[i]] = r.leafOf[i]
	}
	for i, p := range prev.Parties {
		ls.prev[i] = of(p)
	}
	return ls
}

// pastOf gathers what the last release says about item i, which was item j.
func (a *analysis) pastOf(i, j int) past {
	if a.last == nil || !a.policy.Protect || !a.last.Policy.Protect {
		return past{}
	}
	var cells []Cell
	for _, r := range a.last.Items {
		if r.Item == a.prev.Items[j].ID {
			cells = r.Cells
		}
	}
	if cells == nil {
		return past{}
	}
	partOf, counts := partsOf(a.last.Groups, cells)
	ls := a.labels
	p := past{labelLeaf: ls.leaf, labelPart: make([]int32, len(ls.leaf)),
		then: make([]int, len(ls.leaf)), now: make([]int, len(ls.leaf)), stay: make([]int, len(ls.leaf))}
	for l, g := range ls.lastGroup {
		p.labelPart[l] = -1
		if g >= 0 {
			p.labelPart[l] = int32(partOf[g])
		}
	}
	for _, c := range counts {
		iv := make([]interval, len(c))
		for k, v := range c {
			iv[k] = around(v, a.last.Policy.Base)
		}
		p.parts = append(p.parts, iv)
	}
	for q, v := range a.prev.Answers[j] {
		if v >= 0 {
			p.then[ls.prev[q]]++
		}
	}
	for q, v := range a.cur.Answers[i] {
		if v < 0 {
			continue
		}
		p.now[ls.cur[q]]++
		if t := a.twin[q]; t >= 0 && a.prev.Answers[j][t] >= 0 && ls.prev[t] == ls.cur[q] {
			p.stay[ls.cur[q]]++
		}
	}
	return p
}

// partsOf reconstructs the atoms of a row from what is published: the shown
// smallest groups, and what is left of each group when the shown ones below it
// are taken away. partOf is the atom of each smallest group, −1 for none.
func partsOf(groups []Group, cells []Cell) (partOf []int, counts [][]int) {
	partOf = make([]int, len(groups))
	for g := range partOf {
		partOf[g] = -1
	}
	below := make(map[string][]int, len(groups))
	for g, group := range groups {
		below[group.Parent] = append(below[group.Parent], g)
	}
	var hidden []int
	rest := func(g int, shown []int, left []int) {
		if len(left) == 0 {
			return
		}
		c := append([]int(nil), cells[g].Counts...)
		for _, s := range shown {
			for k, v := range cells[s].Counts {
				c[k] -= v
			}
		}
		for _, l := range left {
			partOf[l] = len(counts)
		}
		counts = append(counts, c)
	}
	var sectorsShown []int
	for _, s := range below["all"] {
		sizes := below[groups[s].ID]
		if len(sizes) == 0 {
			sizes = []int{s}
		}
		if !cells[s].Shown() {
			hidden = append(hidden, sizes...)
			continue
		}
		sectorsShown = append(sectorsShown, s)
		var shown, left []int
		for _, z := range sizes {
			if z != s && cells[z].Shown() {
				partOf[z] = len(counts)
				counts = append(counts, cells[z].Counts)
				shown = append(shown, z)
			} else {
				left = append(left, z)
			}
		}
		rest(s, shown, left)
	}
	if len(groups) > 0 && cells[0].Shown() {
		rest(0, sectorsShown, hidden)
	}
	return partOf, counts
}
