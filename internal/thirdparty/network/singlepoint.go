package network

import (
	"cmp"
	"slices"
)

// SinglePoint is a provider or group on whom alone needs of critical or
// important functions stand: every way of meeting the need goes through it.
type SinglePoint struct {
	Named
	Functions    int     `json:"functions"` // critical or important functions with such a need
	Institutions int     `json:"institutions"`
	Assets       float64 `json:"assets"`
	Sole         int     `json:"sole"`            // functions that have it as the only direct provider of a service
	Hidden       int     `json:"hidden"`          // functions where it stands behind two or more direct providers of one service
	Hard         int     `json:"hard_to_replace"` // functions for which the service is not, or only with high complexity, substitutable, or that have no alternative
}

// Flags of how a unit is a single point.
const (
	soleDirect, hiddenBehind, hardToReplace uint32 = 1, 2, 4
	through                                 uint32 = 8
)

// onePoint is a unit that one function stands on.
type onePoint struct {
	unit  int32
	flags uint32
}

// pointFinder finds the units common to all chains of a need.
type pointFinder struct {
	g     *Graph
	u     units
	count []int32 // chains of the need that have the unit
	last  []int32 // the use that counted the unit last, +1
	met   []int32 // units with a count
	needs []int32 // uses of the need that matter
}

// singlePoints goes through the critical functions, institution by institution.
func (g *Graph) singlePoints(kind Unit) []SinglePoint {
	u := g.units(kind)
	pf := &pointFinder{g: g, u: u, count: make([]int32, u.n), last: make([]int32, u.n)}
	out := make([]SinglePoint, u.n)
	inst := newMarks(u.n)
	var points []onePoint
	for i := range g.Institutions.ID {
		inst.clear()
		for f := g.Institutions.FuncStart[i]; f < g.Institutions.FuncStart[i+1]; f++ {
			if g.Functions.Critical[f] != Yes {
				continue
			}
			points = pf.function(f, points[:0])
			for _, p := range points {
				s := &out[p.unit]
				s.Functions++
				s.Sole += int(p.flags & soleDirect)
				s.Hidden += int(p.flags & hiddenBehind / hiddenBehind)
				s.Hard += int(p.flags & hardToReplace / hardToReplace)
				if inst.set(p.unit, 1) != 0 {
					s.Institutions++
					s.Assets += g.Institutions.Assets[i]
				}
			}
		}
	}
	for i := range out {
		if out[i].Functions > 0 {
			out[i].Named = u.named(int32(i))
		}
	}
	out = slices.DeleteFunc(out, func(s SinglePoint) bool { return s.Functions == 0 })
	slices.SortStableFunc(out, func(a, b SinglePoint) int {
		return cmp.Or(-cmp.Compare(a.Functions, b.Functions), -cmp.Compare(a.Assets, b.Assets), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// function lists the units that a need of the function stands on alone, each once.
func (pf *pointFinder) function(f int32, points []onePoint) []onePoint {
	g := pf.g
	for n := g.Functions.NeedStart[f]; n < g.Functions.NeedStart[f+1]; n++ {
		pf.needs = pf.needs[:0]
		for u := g.Needs.UseStart[n]; u < g.Needs.UseStart[n+1]; u++ {
			if needed(g.Uses.Reliance[u]) {
				pf.needs = append(pf.needs, u)
			}
		}
		points = pf.need(points)
	}
	slices.SortFunc(points, func(a, b onePoint) int { return cmp.Compare(a.unit, b.unit) })
	at := 0
	for i, p := range points {
		if i > 0 && points[at-1].unit == p.unit {
			points[at-1].flags |= p.flags
			continue
		}
		points[at] = p
		at++
	}
	return points[:at]
}

// need adds the units that are in the chain of every use of the need.
func (pf *pointFinder) need(points []onePoint) []onePoint {
	g := pf.g
	if len(pf.needs) == 0 {
		return points
	}
	hard, several := true, false
	first := pf.u.of[g.Supplies.Provider[g.Uses.Supply[pf.needs[0]]]]
	for _, use := range pf.needs {
		s := g.Uses.Supply[use]
		several = several || pf.u.of[g.Supplies.Provider[s]] != first
		hard = hard && (g.Supplies.Substitutability[s] >= HighlyComplexSubstitution || g.Supplies.Alternatives[s] == No || g.Supplies.NoAlternative[s])
		for k := g.Supplies.ChainStart[s]; k < g.Supplies.ChainStart[s+1]; k++ {
			u := pf.u.of[g.Chain.Provider[k]]
			if pf.last[u] == use+1 {
				continue
			}
			pf.last[u] = use + 1
			if pf.count[u]++; pf.count[u] == 1 {
				pf.met = append(pf.met, u)
			}
		}
	}
	for _, u := range pf.met {
		if pf.count[u] == int32(len(pf.needs)) {
			flags := through
			if hard {
				flags |= hardToReplace
			}
			if several {
				flags |= hiddenBehind
			} else if u == first {
				flags |= soleDirect
			}
			points = append(points, onePoint{u, flags})
		}
		pf.count[u] = 0
	}
	pf.met = pf.met[:0]
	return points
}
