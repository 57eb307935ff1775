package peer

import (
	"cmp"
	"slices"
)

// roster knows which parties of an edition are not independent. A pair is one
// cluster's part in one leaf; parties on their own are in no pair.
type roster struct {
	*tree
	pairs  []pair
	pairOf []int32 // by party, −1 for a party on its own
	multi  []int32 // parties in a pair, ascending
}

type pair struct{ cluster, leaf int32 }

// clusters numbers the clusters of two parties or more in the order of their
// names; −1 for a party on its own.
func clusters(parties []Party) []int32 {
	size := map[string]int{}
	for _, p := range parties {
		if p.Group != "" {
			size[p.Group]++
		}
	}
	var names []string
	for g, n := range size {
		if n > 1 {
			names = append(names, g)
		}
	}
	slices.Sort(names)
	number := make(map[string]int32, len(names))
	for i, g := range names {
		number[g] = int32(i)
	}
	out := make([]int32, len(parties))
	for i, p := range parties {
		out[i] = -1
		if c, ok := number[p.Group]; ok {
			out[i] = c
		}
	}
	return out
}

// enrol builds the hierarchy of an edition under a policy.
func enrol(parties []Party, p Policy) *roster {
	cluster := clusters(parties)
	r := &roster{pairOf: make([]int32, len(parties))}
	r.tree = plant(parties, func(members []int) Reason {
		var sizes []int
		single := 0
		count := map[int32]int{}
		for _, m := range members {
			if c := cluster[m]; c >= 0 {
				count[c]++
			} else {
				single++
			}
		}
		for _, n := range count {
			sizes = append(sizes, n)
		}
		return p.primary(len(members), single, sizes)
	})
	seen := map[pair]bool{}
	for i := range parties {
		r.pairOf[i] = -1
		if cluster[i] < 0 {
			continue
		}
		r.multi = append(r.multi, int32(i))
		if k := (pair{cluster[i], r.leafOf[i]}); !seen[k] {
			seen[k] = true
			r.pairs = append(r.pairs, k)
		}
	}
	order := func(a, b pair) int { return cmp.Or(cmp.Compare(a.cluster, b.cluster), cmp.Compare(a.leaf, b.leaf)) }
	slices.SortFunc(r.pairs, order)
	for _, i := range r.multi {
		at, _ := slices.BinarySearchFunc(r.pairs, pair{cluster[i], r.leafOf[i]}, order)
		r.pairOf[i] = int32(at)
	}
	return r
}

// primary says why a cell of n parties cannot be shown on its own: single of
// them independent, the others in clusters of the given sizes. A coalition of
// Colluders clusters must still face at least MinN − Colluders parties it does
// not know, of at least two clusters: for parties that are all independent this
// is no more than the thresholds, and it keeps a holding that has most of a
// cell from reading the rest.
func (p Policy) primary(n, single int, sizes []int) Reason {
	if n < p.MinN {
		return TooFew
	}
	groups := single + len(sizes)
	if groups < p.MinGroups {
		return TooFewGroups
	}
	slices.SortFunc(sizes, func(a, b int) int { return b - a })
	known := 0
	for c := range p.Colluders {
		if c < len(sizes) {
			known += sizes[c]
		} else {
			known++
		}
	}
	if p.Protect && (n-known < p.MinN-p.Colluders || groups-p.Colluders < 2) {
		return Coalition
	}
	return ""
}
