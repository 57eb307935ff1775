package peer

import (
	"cmp"
	"slices"
	"strings"
)

// branch is a cell of the hierarchy while it is being merged: labels and the
// parties in it.
type branch struct {
	labels  []string
	members []int
}

// tree is the fixed hierarchy after merging. Leaves are the smallest groups;
// every party is in one.
type tree struct {
	groups  []Group
	sectors []sector
	leaves  []leaf
	leafOf  []int32 // by party
}

type sector struct {
	group  int
	leaves []int
}

type leaf struct {
	group, sector int
	id            string
}

// plant builds all → sector → sector × size. Where a sector, or a size in a
// sector, cannot be shown on its own (reason), the smallest such cell is merged
// with its smallest sibling, again and again, so that no hidden cell is left to
// be had by subtraction: group collapse in place of secondary suppression.
func plant(parties []Party, reason func(members []int) Reason) *tree {
	t := &tree{leafOf: make([]int32, len(parties))}
	everyone := make([]int, len(parties))
	for i := range everyone {
		everyone[i] = i
	}
	t.groups = []Group{{ID: "all", Level: LevelAll, N: shownBand(everyone, reason)}}
	bySector := split(everyone, func(p int) string { return parties[p].Sector })
	for _, s := range merge(bySector, reason) {
		g := Group{ID: "sector:" + strings.Join(s.labels, "+"), Level: LevelSector, Parent: "all",
			Sectors: s.labels, Merged: len(s.labels) > 1, N: shownBand(s.members, reason)}
		at := len(t.groups)
		t.groups = append(t.groups, g)
		sizes := merge(split(s.members, func(p int) string { return parties[p].Size }), reason)
		var leaves []int
		for _, z := range sizes {
			own := at
			if len(sizes) > 1 {
				own = len(t.groups)
				t.groups = append(t.groups, Group{ID: g.ID + "/size:" + strings.Join(z.labels, "+"), Level: LevelSize,
					Parent: g.ID, Sectors: s.labels, Sizes: z.labels, Merged: len(z.labels) > 1, N: shownBand(z.members, reason)})
			}
			for _, p := range z.members {
				t.leafOf[p] = int32(len(t.leaves))
			}
			leaves = append(leaves, len(t.leaves))
			t.leaves = append(t.leaves, leaf{own, len(t.sectors), t.groups[own].ID})
		}
		t.sectors = append(t.sectors, sector{at, leaves})
	}
	return t
}

func shownBand(members []int, reason func([]int) Reason) string {
	if reason(members) != "" {
		return ""
	}
	return band(len(members))
}

// split groups members by key, in the order of the keys.
func split(members []int, key func(int) string) []branch {
	by := map[string][]int{}
	for _, p := range members {
		by[key(p)] = append(by[key(p)], p)
	}
	out := make([]branch, 0, len(by))
	for k, m := range by {
		out = append(out, branch{[]string{k}, m})
	}
	slices.SortFunc(out, func(a, b branch) int { return cmp.Compare(a.labels[0], b.labels[0]) })
	return out
}

// merge joins the smallest failing branch with the smallest other one (ties by
// label) until none fails or one is left.
func merge(list []branch, reason func([]int) Reason) []branch {
	for len(list) > 1 {
		bySize := slices.Clone(list)
		slices.SortFunc(bySize, func(a, b branch) int {
			return cmp.Or(cmp.Compare(len(a.members), len(b.members)), slices.Compare(a.labels, b.labels))
		})
		failing := slices.IndexFunc(bySize, func(b branch) bool { return reason(b.members) != "" })
		if failing < 0 {
			break
		}
		with := 0
		if failing == 0 {
			with = 1
		}
		a, b := bySize[failing], bySize[with]
		joined := branch{append(slices.Clone(a.labels), b.labels...), append(slices.Clone(a.members), b.members...)}
		slices.Sort(joined.labels)
		slices.Sort(joined.members)
		rest := slices.Delete(bySize, max(failing, with), max(failing, with)+1)
		rest = slices.Delete(rest, min(failing, with), min(failing, with)+1)
		list = append(rest, joined)
	}
	slices.SortFunc(list, func(a, b branch) int { return slices.Compare(a.labels, b.labels) })
	return list
}
