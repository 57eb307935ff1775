package network

import (
	"slices"

	"yagura/internal/errs"
)

// Cover is a set of units whose joint failure puts a share of a critical
// function of the sector beyond tolerance, found greedily.
type Cover struct {
	Activity string  `json:"activity"`
	Share    float64 `json:"share"`    // asked for, 0 to 1
	Total    int     `json:"total"`    // critical functions with the activity
	Target   int     `json:"target"`   // of them to be stopped
	Stopped  int     `json:"stopped"`  // by the set
	Reached  bool    `json:"reached"`  // false: all units together do not stop the target
	Set      []Named `json:"set"`      // in the order taken
	Gains    []int   `json:"gains"`    // functions that each adds
	AtLeast  int     `json:"at_least"` // no smaller set stops the target; 0 when it is not reached
	// The greedy set is at most Factor times the smallest (Slavík, Information
	// Processing Letters 64 (1997): the greedy partial cover is within H(target)).
	// 0 where the rules have redundancy: the bound does not hold then.
	Factor float64 `json:"factor"`
}

// SmallestSet looks for a small set of units that puts at least a share of the
// critical functions with an activity beyond tolerance at some hour. At each
// step it takes the unit that adds most, the first by key among equals. With
// redundancy only the 200 units that stop most without redundancy are tried. An
// activity that no critical function has is an error of kind not found; a share
// outside (0, 1] is one of kind invalid.
func (g *Graph) SmallestSet(kind Unit, activity string, share float64, hours int32, r Rules) (*Cover, error) {
	if !(share > 0 && share <= 1) {
		return nil, errs.New(errs.Invalid, "share %v is not in (0, 1]", share)
	}
	c := &Cover{Activity: activity, Share: share, Set: []Named{}, Gains: []int{}}
	members := newSet(len(g.Functions.ID))
	for f := range g.Functions.ID {
		if g.Functions.Critical[f] == Yes && g.Activities[g.Functions.Activity[f]] == activity {
			members.add(int32(f))
			c.Total++
		}
	}
	if c.Total == 0 {
		return nil, errs.New(errs.NotFound, "no critical function with activity %q", activity)
	}
	for c.Target = int(share * float64(c.Total)); float64(c.Target) < share*float64(c.Total); {
		c.Target++
	}
	u := g.units(kind)
	plain := r
	plain.Redundant = false
	hit := g.hitLists(u, members, hours, plain)
	c.AtLeast = atLeast(hit, c.Target)
	if r.Redundant {
		g.greedyRedundant(c, u, hit, members, hours, r)
	} else {
		greedy(c, u, hit, len(g.Functions.ID))
		c.Factor = harmonic(c.Target)
	}
	if c.Reached = c.Stopped >= c.Target; !c.Reached {
		c.AtLeast, c.Factor = 0, 0
	}
	return c, nil
}

// hitLists are the members of a set of functions that each unit's failure puts
// beyond tolerance.
func (g *Graph) hitLists(u units, members set, hours int32, r Rules) [][]int32 {
	out := make([][]int32, u.n)
	parallel(u.n, func() *engine { return g.engine(r) }, func(e *engine, i int32) {
		e.failUnit(u, i, hours)
		for _, f := range e.touched.function {
			if members[f/64]>>(f%64)&1 != 0 && e.beyond(f) {
				out[i] = append(out[i], f)
			}
		}
		e.clear()
	})
	return out
}

// atLeast: k units stop at most the sum of the k largest counts, so that fewer
// than the smallest k whose sum reaches the target cannot do.
func atLeast(hit [][]int32, target int) int {
	sizes := make([]int, len(hit))
	for i, h := range hit {
		sizes[i] = len(h)
	}
	slices.SortFunc(sizes, func(a, b int) int { return b - a })
	sum := 0
	for k, n := range sizes {
		if sum += n; sum >= target {
			return k + 1
		}
	}
	return 0
}

// greedy takes units by what they add. A unit's gain only falls as the set
// grows, so the gains of earlier rounds bound it from above.
func greedy(c *Cover, u units, hit [][]int32, functions int) {
	have := newSet(functions)
	bound := make([]int, len(hit))
	for i, h := range hit {
		bound[i] = len(h)
	}
	for c.Stopped < c.Target {
		best, gain := -1, 0
		for i, h := range hit {
			if bound[i] <= gain {
				continue
			}
			n := 0
			for _, f := range h {
				if have[f/64]>>(f%64)&1 == 0 {
					n++
				}
			}
			if bound[i] = n; n > gain {
				best, gain = i, n
			}
		}
		if best < 0 {
			return
		}
		for _, f := range hit[best] {
			have.add(f)
		}
		c.take(u, int32(best), gain)
	}
}

func (c *Cover) take(u units, i int32, gain int) {
	c.Set, c.Gains = append(c.Set, u.named(i)), append(c.Gains, gain)
	c.Stopped += gain
}

// tried is how many units the greedy search with redundancy tries.
const tried = 200

// greedyRedundant simulates every set: what two units stop together is more than
// what either stops. A round in which no unit adds anything takes the unit that
// stops most without redundancy, so that needs with several providers are
// reached.
func (g *Graph) greedyRedundant(c *Cover, u units, hit [][]int32, members set, hours int32, r Rules) {
	var candidates []int32
	for i, h := range hit {
		if len(h) > 0 {
			candidates = append(candidates, int32(i))
		}
	}
	slices.SortStableFunc(candidates, func(a, b int32) int { return len(hit[b]) - len(hit[a]) })
	candidates = candidates[:min(len(candidates), tried)]
	var taken []int32
	for c.Stopped < c.Target && len(candidates) > 0 {
		stops := make([]int, len(candidates))
		parallel(len(candidates), func() *engine { return g.engine(r) }, func(e *engine, k int32) {
			for _, i := range taken {
				e.failUnit(u, i, hours)
			}
			e.failUnit(u, candidates[k], hours)
			for _, f := range e.touched.function {
				if members[f/64]>>(f%64)&1 != 0 && e.beyond(f) {
					stops[k]++
				}
			}
			e.clear()
		})
		best := 0
		for k, n := range stops {
			if n > stops[best] {
				best = k
			}
		}
		c.take(u, candidates[best], stops[best]-c.Stopped)
		taken = append(taken, candidates[best])
		candidates = slices.Delete(candidates, best, best+1)
	}
}

// harmonic is H(n) = 1 + 1/2 + … + 1/n.
func harmonic(n int) (h float64) {
	for i := n; i > 0; i-- {
		h += 1 / float64(i)
	}
	return h
}
