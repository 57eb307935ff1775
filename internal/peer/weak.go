package peer

import (
	"cmp"
	"math"
	"slices"
)

// weak gathers, item by item, the parties below target by group.
type weak struct {
	a     *analysis
	tiers []string
	count [][]int // [leaf][tier] parties
	areas []WeakAreas
}

func (a *analysis) newWeak() *weak {
	w := &weak{a: a, count: make([][]int, len(a.r.leaves)), areas: make([]WeakAreas, len(a.r.groups))}
	for _, p := range a.cur.Parties {
		w.tiers = append(w.tiers, p.Tier)
	}
	slices.Sort(w.tiers)
	w.tiers = slices.Compact(w.tiers)
	for l := range w.count {
		w.count[l] = make([]int, len(w.tiers))
	}
	for i, p := range a.cur.Parties {
		t, _ := slices.BinarySearch(w.tiers, p.Tier)
		w.count[a.r.leafOf[i]][t]++
	}
	for g := range w.areas {
		w.areas[g] = WeakAreas{Group: a.r.groups[g].ID, Items: []WeakItem{}, Sections: []WeakSection{}}
	}
	return w
}

// target is the category an atom is held against: that of the tier most of its
// parties are in (ties: the lower target). mixed says that there are others, or
// parties without a target.
// Taking one target for the atom makes the share below it a sum of published
// counts; counting each party against its own would be a second, differently
// cut table of the same few parties.
func (w *weak) target(it Item, leaves []int) (target int, mixed, ok bool) {
	by := make([]int, it.Levels)
	none := 0
	for t, tier := range w.tiers {
		aim, has := it.Target[tier]
		for _, l := range leaves {
			if has && aim >= 0 && aim < it.Levels {
				by[aim] += w.count[l][t]
			} else {
				none += w.count[l][t]
			}
		}
	}
	best, kinds := 0, min(none, 1)
	for aim, n := range by {
		if n > 0 {
			kinds++
		}
		if n > best {
			target, best = aim, n
		}
	}
	return target, kinds > 1, best > 0
}

// add ranks nothing yet: it computes the share below target of one item from
// the rounded counts of the atoms of every group.
func (w *weak) add(it Item, pg *page) {
	if !it.Ordered || len(it.Target) == 0 {
		return
	}
	slack := w.a.policy.Base - 1
	for g, atoms := range pg.atoms {
		var below, all, low, high, n int
		mixed := false
		for _, v := range atoms {
			target, mix, ok := w.target(it, v.leaves)
			if !ok {
				continue
			}
			b, l, h, sum := belowTarget(v, target, slack)
			below, low, high, all, n = below+b, low+l, high+h, all+sum, n+v.n
			mixed = mixed || mix
		}
		if n == 0 {
			continue
		}
		s := share(float64(below)/float64(max(all, 1)), float64(low)/float64(n), float64(high)/float64(n), w.a.policy.step(n))
		w.areas[g].Items = append(w.areas[g].Items, WeakItem{it.ID, it.Section, s, mixed})
	}
}

// belowTarget sums an atom's rounded counts below target, and the bounds of the
// true number given by the intervals on either side and by n.
func belowTarget(v verdict, target, slack int) (below, low, high, all int) {
	var lowAbove, highAbove int
	for k, c := range v.rounded {
		all += c
		if k < target {
			below += c
			low += max(0, c-slack)
			high += c + slack
		} else {
			lowAbove += max(0, c-slack)
			highAbove += c + slack
		}
	}
	return below, max(low, v.n-highAbove), min(high, v.n-lowAbove), all
}

// rank orders the areas, weakest first.
func (w *weak) rank() []WeakAreas {
	weight := map[string]float64{}
	for _, it := range w.a.cur.Items {
		weight[it.ID] = it.Weight
	}
	for g := range w.areas {
		area := &w.areas[g]
		slices.SortFunc(area.Items, func(a, b WeakItem) int {
			return cmp.Or(cmp.Compare(b.Below.Point, a.Below.Point), cmp.Compare(a.Item, b.Item))
		})
		for _, s := range w.a.cur.Sections {
			if below, ok := sectionBelow(s.ID, area.Items, weight); ok {
				area.Sections = append(area.Sections, WeakSection{s.ID, math.Round(below*10) / 10})
			}
		}
		slices.SortFunc(area.Sections, func(a, b WeakSection) int {
			return cmp.Or(cmp.Compare(b.Below, a.Below), cmp.Compare(a.Section, b.Section))
		})
	}
	return w.areas
}

// sectionBelow is the weighted mean of the items' shares below target; items
// count alike where no weight is given.
func sectionBelow(section string, items []WeakItem, weight map[string]float64) (float64, bool) {
	var sum, total, plain float64
	n := 0
	for _, it := range items {
		if it.Section == section {
			sum += weight[it.Item] * it.Below.Point
			total += weight[it.Item]
			plain += it.Below.Point
			n++
		}
	}
	switch {
	case n == 0:
		return 0, false
	case total == 0:
		return plain / float64(n), true
	}
	return sum / total, true
}

// heatMap tables the sections' medians by group.
func heatMap(rel *Release) HeatMap {
	h := HeatMap{Sections: []string{}, Cells: [][]HeatCell{}}
	for _, s := range rel.Sections {
		h.Sections = append(h.Sections, s.Section)
		row := make([]HeatCell, len(s.Cells))
		for g, c := range s.Cells {
			row[g] = HeatCell{c.Median, c.Reason}
		}
		h.Cells = append(h.Cells, row)
	}
	return h
}

// suppressed lists what is not shown, in the order of the release.
func suppressed(rel *Release) []Suppression {
	out := []Suppression{}
	cells := func(t Table, id string, cells []Cell) {
		for g, c := range cells {
			if !c.Shown() {
				out = append(out, Suppression{t, id, rel.Groups[g].ID, c.Reason})
			}
		}
	}
	for _, it := range rel.Items {
		cells(TableItem, it.Item, it.Cells)
		cells(TableItemChange, it.Item, it.Change)
	}
	for _, s := range append(slices.Clone(rel.Sections), rel.Overall) {
		for g, c := range s.Cells {
			if !c.Shown() {
				out = append(out, Suppression{TableScore, s.Section, rel.Groups[g].ID, c.Reason})
			}
		}
		cells(TableScoreChange, s.Section, s.Change)
	}
	return out
}
