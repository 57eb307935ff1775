package network

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// randomSector draws a small sector with chains, redundancy and all grades.
func randomSector(t *rapid.T) []*Register {
	n := rapid.IntRange(2, 8).Draw(t, "providers")
	providers := make([]Provider, n)
	for i := range providers {
		providers[i] = Provider{ID: Ident{CRN, Country{'X', 'X'}, string(rune('A'+i)) + "0000"}, Name: string(rune('A' + i)), Parent: -1}
	}
	in := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	var regs []*Register
	for b := range in("institutions", 1, 4) {
		r := &Register{Institution: Institution{ID: string(rune('a' + b)), Assets: float64(in("assets", 1, 9))}, Providers: providers, Contracts: []Contract{{}}}
		for range in("functions", 1, 3) {
			r.Functions = append(r.Functions, Function{Critical: Yes, RTO: int32(in("rto", 0, 30)), RPO: NoHours, Tolerance: NoHours})
		}
		for range in("services", 1, 4) {
			s := int32(len(r.Services))
			r.Services = append(r.Services, Service{Provider: int32(in("provider", 0, n-1)), Type: []string{"S1", "S2"}[in("type", 0, 1)], Hours: int32(in("hours", 0, 40))})
			for range in("links", 0, 3) {
				r.Links = append(r.Links, Link{s, int32(in("from", 0, n-1)), int32(in("to", 0, n-1)), int32(in("rank", 2, 4)), int32(in("link", 0, 40))})
			}
			r.Uses = append(r.Uses, Use{Service: s, Function: int32(in("function", 0, len(r.Functions)-1))})
		}
		regs = append(regs, r)
	}
	return regs
}

// outages are the outages of all functions when some providers fail.
func outages(g *Graph, failed []int32, hours int32, r Rules) []int32 {
	e := g.engine(r)
	for _, p := range failed {
		e.fail(p, hours)
	}
	e.run()
	return slices.Clone(e.function)
}

func noLess(t *rapid.T, what string, more, less []int32) {
	for f := range more {
		if more[f] < less[f] {
			t.Fatalf("%s: function %d is out for %d hours, before %d", what, f, more[f], less[f])
		}
	}
}

// TestMonotone: the propositions of docs/design/cascade.md.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		regs := randomSector(t)
		g := Build(slices.Values(regs), DefaultOptions())
		r := Rules{Horizon: 50, Redundant: rapid.Bool().Draw(t, "redundant"), Sector: rapid.Bool().Draw(t, "sector")}
		n := len(g.Providers.Key)
		p, q := int32(rapid.IntRange(0, n-1).Draw(t, "p")), int32(rapid.IntRange(0, n-1).Draw(t, "q"))
		hours := int32(rapid.IntRange(1, 60).Draw(t, "hours"))
		one, other, both := outages(g, []int32{p}, hours, r), outages(g, []int32{q}, hours, r), outages(g, []int32{p, q}, hours, r)
		noLess(t, "more failures", both, one)
		noLess(t, "longer failure", outages(g, []int32{p}, hours+1, r), one)
		plain, wide := r, r
		plain.Redundant, wide.Sector = false, true
		noLess(t, "no redundancy", outages(g, []int32{p}, hours, plain), one)
		noLess(t, "sector", outages(g, []int32{p}, hours, wide), one)
		if !r.Redundant {
			for f := range both {
				if both[f] != max(one[f], other[f]) {
					t.Fatalf("function %d: %d is not the larger of %d and %d", f, both[f], one[f], other[f])
				}
			}
		}
		before, err := g.Fail(Scenario{Providers: []string{g.Providers.Key[p]}, Hours: hours, Rules: r})
		if err != nil {
			t.Fatal(err)
		}
		for _, reg := range regs {
			for i := range reg.Functions {
				reg.Functions[i].RTO += int32(rapid.IntRange(0, 10).Draw(t, "longer"))
			}
			for i := range reg.Services {
				reg.Services[i].Hours /= int32(rapid.IntRange(1, 3).Draw(t, "quicker"))
			}
		}
		g = Build(slices.Values(regs), DefaultOptions())
		noLess(t, "quicker substitution", one, outages(g, []int32{p}, hours, r))
		after, err := g.Fail(Scenario{Providers: []string{g.Providers.Key[p]}, Hours: hours, Rules: r})
		if err != nil || after.Functions > before.Functions || after.Institutions > before.Institutions || after.Assets > before.Assets {
			t.Fatalf("longer tolerances: %+v, before %+v (%v)", after.Impact, before.Impact, err)
		}
	})
}

// TestSameOutput: equal registers give equal measures and rankings.
func TestSameOutput(t *testing.T) {
	a, b := Build(synthetic(30, 20, 40), DefaultOptions()), Build(synthetic(30, 20, 40), DefaultOptions())
	if diff := cmp.Diff(a.Measure(MeasureOptions{}), b.Measure(MeasureOptions{})); diff != "" {
		t.Error(diff)
	}
	rank := func(g *Graph) []Failure { return g.RankFailures(ByGroup, 0, Rules{}) }
	if diff := cmp.Diff(rank(a), rank(b), cmp.AllowUnexported(Failure{})); diff != "" {
		t.Error(diff)
	}
	pairs := func(g *Graph) []Pair { return g.RankPairs(ByGroup, rank(g), 10, 0, Rules{}) }
	if diff := cmp.Diff(pairs(a), pairs(b)); diff != "" {
		t.Error(diff)
	}
}
