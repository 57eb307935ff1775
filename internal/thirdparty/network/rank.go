package network

import (
	"cmp"
	"math/bits"
	"slices"
)

// Failure is a unit and what its failure alone does.
type Failure struct {
	Named
	Impact
	unit int32
}

// RankFailures lets every provider, or group, fail alone for some hours (0: to
// the horizon and beyond) and lists those that put a critical function beyond
// tolerance, the worst first: by assets of the institutions hit, then
// institutions, functions and key.
func (g *Graph) RankFailures(kind Unit, hours int32, r Rules) []Failure {
	u := g.units(kind)
	out := make([]Failure, u.n)
	parallel(u.n, func() *engine { return g.engine(r) }, func(e *engine, i int32) {
		e.failUnit(u, i, hours)
		out[i] = Failure{u.named(i), e.impact(), i}
		e.clear()
	})
	out = slices.DeleteFunc(out, func(f Failure) bool { return f.Functions == 0 })
	slices.SortFunc(out, func(a, b Failure) int { return cmp.Or(a.Impact.compare(b.Impact), cmp.Compare(a.Key, b.Key)) })
	return out
}

// compare puts the worse first.
func (m Impact) compare(o Impact) int {
	return cmp.Or(-cmp.Compare(m.Assets, o.Assets), -cmp.Compare(m.Institutions, o.Institutions), -cmp.Compare(m.Functions, o.Functions))
}

func (e *engine) failUnit(u units, i, hours int32) {
	if hours <= 0 {
		hours = never
	}
	for _, p := range u.members(i) {
		e.fail(p, hours)
	}
	e.run()
}

// Pair is two units that fail together.
type Pair struct {
	A            Named   `json:"a"`
	B            Named   `json:"b"`
	Institutions int     `json:"institutions"`
	Functions    int     `json:"functions"`
	Assets       float64 `json:"assets"`
	// More than the two alone: functions that neither alone puts beyond tolerance.
	Joint int `json:"joint"`
}

// RankPairs lets all pairs of the top units of a ranking fail together, the
// worst first.
func (g *Graph) RankPairs(kind Unit, ranking []Failure, top int, hours int32, r Rules) []Pair {
	u := g.units(kind)
	ranking = ranking[:min(len(ranking), top)]
	n := len(ranking)
	out := make([]Pair, n*(n-1)/2)
	effects := g.effects(u, ranking, hours, r)
	parallel(n, func() *engine {
		if r.Redundant {
			return g.engine(r)
		}
		return nil
	}, func(e *engine, i int32) {
		for k := range i {
			p := &out[i*(i-1)/2+k]
			p.A, p.B = ranking[k].Named, ranking[i].Named
			if e == nil {
				p.join(g, effects[k], effects[i])
				continue
			}
			e.failUnit(u, ranking[k].unit, hours)
			e.failUnit(u, ranking[i].unit, hours)
			m := e.impact()
			p.Institutions, p.Functions, p.Assets = m.Institutions, m.Functions, m.Assets
			p.Joint = m.Functions - effects[k].functions.union(effects[i].functions)
			e.clear()
		}
	})
	slices.SortStableFunc(out, func(a, b Pair) int {
		return cmp.Or(-cmp.Compare(a.Assets, b.Assets), -cmp.Compare(a.Institutions, b.Institutions), -cmp.Compare(a.Functions, b.Functions),
			cmp.Compare(a.A.Key, b.A.Key), cmp.Compare(a.B.Key, b.B.Key))
	})
	return out
}

// join: without redundancy the outage under a set is the largest of the outages
// under its members (docs/design/cascade.md, proposition 2), so what a pair hits
// is what either hits.
func (p *Pair) join(g *Graph, a, b effect) {
	p.Functions = a.functions.union(b.functions)
	p.Institutions = a.institutions.union(b.institutions)
	for w := range a.institutions {
		for x := a.institutions[w] | b.institutions[w]; x != 0; x &= x - 1 {
			p.Assets += g.Institutions.Assets[w*64+bits.TrailingZeros64(x)]
		}
	}
}

// set is a set of positions.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) add(i int32) { s[i/64] |= 1 << (i % 64) }

func (s set) size() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// union is the size of the union with t.
func (s set) union(t set) (n int) {
	for i, w := range s {
		n += bits.OnesCount64(w | t[i])
	}
	return n
}

// beyond is the number of members that are not in t.
func (s set) beyond(t set) (n int) {
	for i, w := range s {
		n += bits.OnesCount64(w &^ t[i])
	}
	return n
}

// effect is what one unit's failure hits.
type effect struct {
	functions    set // critical functions beyond tolerance
	institutions set
}

func (g *Graph) effects(u units, list []Failure, hours int32, r Rules) []effect {
	out := make([]effect, len(list))
	parallel(len(list), func() *engine { return g.engine(r) }, func(e *engine, i int32) {
		e.failUnit(u, list[i].unit, hours)
		x := effect{newSet(len(g.Functions.ID)), newSet(len(g.Institutions.ID))}
		for _, f := range e.touched.function {
			if e.beyond(f) {
				x.functions.add(f)
			}
		}
		for _, k := range e.touched.institution {
			x.institutions.add(k)
		}
		out[i] = x
		e.clear()
	})
	return out
}
