package network

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yagura/internal/errs"
)

func fail(t testing.TB, g *Graph, s Scenario) *Outcome {
	t.Helper()
	for i, p := range s.Providers {
		s.Providers[i] = g.Providers.Key[g.at(p)]
	}
	for i, p := range s.Groups {
		s.Groups[i] = g.Providers.Key[g.at(p)]
	}
	o, err := g.Fail(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestFailByHand follows a failure through the town of the measures.
func TestFailByHand(t *testing.T) {
	g := build(t, town)
	for name, c := range map[string]struct {
		s     Scenario
		curve []Step
	}{
		// P1 is never substitutable for A (tolerance 4); for B it takes 4320 hours (tolerance 24).
		"direct": {Scenario{Providers: []string{"P1"}}, []Step{{0, 0, 0, 0}, {4, 1, 1, 600}, {24, 2, 2, 900}}},
		// P3 stands behind everything but S10 of A; C waits 4320 hours, as nothing is assessed.
		"subcontractor": {Scenario{Providers: []string{"P3"}}, []Step{{0, 0, 0, 0}, {2, 1, 1, 100}, {4, 2, 2, 700}, {24, 3, 3, 1000}}},
		// P4: A relies on it insignificantly; B substitutes it in 72 hours.
		"substituted": {Scenario{Providers: []string{"P4"}}, []Step{{0, 0, 0, 0}, {24, 1, 1, 300}, {72, 0, 0, 0}}},
		"group":       {Scenario{Groups: []string{"P2"}}, []Step{{0, 0, 0, 0}, {2, 1, 1, 100}, {4, 2, 2, 700}, {24, 3, 3, 1000}}},
		// The failure ends after 20 hours: B's tolerance of 24 bears it.
		"short": {Scenario{Groups: []string{"P2"}, Rules: Rules{Horizon: 48}, Hours: 20}, []Step{{0, 0, 0, 0}, {2, 1, 1, 100}, {4, 2, 2, 700}, {20, 0, 0, 0}}},
		// An outage as long as the tolerance is borne.
		"equal": {Scenario{Providers: []string{"P1"}, Hours: 4}, []Step{{0, 0, 0, 0}}},
		// With redundancy B runs on P4, and A's S17 has P1 alone.
		"redundant":      {Scenario{Providers: []string{"P1"}, Rules: Rules{Redundant: true}}, []Step{{0, 0, 0, 0}, {4, 1, 1, 600}}},
		"redundant both": {Scenario{Providers: []string{"P1", "P4"}, Rules: Rules{Redundant: true}}, []Step{{0, 0, 0, 0}, {4, 1, 1, 600}, {24, 2, 2, 900}, {72, 1, 1, 600}}},
		// Head offices in the United States: P1. Data there: A and B.
		"offices":   {Scenario{Offices: []Country{{'I', 'E'}}}, []Step{{0, 0, 0, 0}, {2, 1, 1, 100}, {4, 2, 2, 700}, {24, 3, 3, 1000}}},
		"locations": {Scenario{Locations: []Country{{'U', 'S'}}}, []Step{{0, 0, 0, 0}, {4, 1, 1, 600}, {24, 2, 2, 900}}},
		// B needs S17 in Japan or the United States: with redundancy Japan alone stops nothing that is needed.
		"locations redundant": {Scenario{Locations: []Country{{'J', 'P'}}, Rules: Rules{Redundant: true}}, []Step{{0, 0, 0, 0}}},
		"both places":         {Scenario{Providers: []string{"P1"}, Locations: []Country{{'J', 'P'}}, Rules: Rules{Redundant: true}}, []Step{{0, 0, 0, 0}, {4, 1, 1, 600}, {24, 2, 2, 900}, {72, 1, 1, 600}}},
	} {
		o := fail(t, g, c.s)
		if diff := cmp.Diff(c.curve, o.Curve); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestHits(t *testing.T) {
	o := fail(t, build(t, town), Scenario{Providers: []string{"P4"}})
	want := []Hit{{"B", "B", 300, 24, 72, []Stop{{"pay", "pay", 24, 72}}}}
	if diff := cmp.Diff(want, o.Hit); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Impact{Institutions: 1, Functions: 1, Assets: 300, First: 24, Interrupted: 1, Providers: 1}, o.Impact); diff != "" {
		t.Error(diff)
	}
	if s := o.At(30); s.Institutions != 1 || s.Hour != 30 || o.At(72).Institutions != 0 {
		t.Error(s, o.At(72))
	}
	o = fail(t, build(t, town), Scenario{Providers: []string{"P1"}})
	if o.Hit[0].To != -1 || o.Hit[0].Functions[0].Outage != -1 {
		t.Errorf("%+v: what is not over within the horizon has no end", o.Hit[0])
	}
}

// TestContagion: P serves bank B, which serves bank A as a provider.
func TestContagion(t *testing.T) {
	text := `
		provider BANKB lei=529900T8BM49AURSDO55
		bank A assets=10
		bank 529900T8BM49AURSDO55 assets=5
		fn A pay critical rto=1
		fn A book critical rto=90
		fn 529900T8BM49AURSDO55 core critical rto=4
		use A pay S14 BANKB hours=100
		use A book S14 BANKB hours=100
		use 529900T8BM49AURSDO55 core S17 P hours=80`
	o := fail(t, build(t, text), Scenario{Providers: []string{"P"}})
	if diff := cmp.Diff([]Step{{0, 0, 0, 0}, {1, 1, 1, 10}, {4, 2, 2, 15}, {80, 0, 0, 0}}, o.Curve); diff != "" {
		t.Error(diff)
	}
	if o.Providers != 2 {
		t.Error("the bank failed as a provider:", o.Providers)
	}
	o = fail(t, build(t, text), Scenario{Providers: []string{"P"}, Rules: Rules{Isolated: true}})
	if diff := cmp.Diff([]Step{{0, 0, 0, 0}, {4, 1, 1, 5}, {80, 0, 0, 0}}, o.Curve); diff != "" {
		t.Error(diff)
	}
	o = fail(t, build(t, text), Scenario{Providers: []string{"P"}, Hours: 4})
	if o.Institutions != 0 {
		t.Errorf("%+v: the serving bank bears the failure", o)
	}
}

// TestSectorRule: A tells that R supplies P; B does not, and is hit only where
// one register's chain counts for all.
func TestSectorRule(t *testing.T) {
	text := `
		bank A
		bank B
		fn A f critical rto=1
		fn B f critical rto=1
		use A f S1 P
		use B f S1 P hours=50
		chain A S1 P P<R hours=9`
	if o := fail(t, build(t, text), Scenario{Providers: []string{"R"}}); o.Institutions != 1 {
		t.Error(o.Institutions)
	}
	o := fail(t, build(t, text), Scenario{Providers: []string{"R"}, Rules: Rules{Sector: true}})
	if o.Institutions != 2 || o.Hit[1].To != 9 {
		t.Errorf("%+v", o.Hit)
	}
}

func TestDataBeyond(t *testing.T) {
	g := build(t, `
		bank A
		fn A f critical rto=1 rpo=4
		fn A g critical rto=1 rpo=1
		fn A h critical rto=1 rpo=1
		use A f S17 P store=JP
		use A g S17 P store=JP
		use A h S17 P
		chain A S17 P P<Q`)
	for lost, want := range map[int32]int{0: 0, 1: 0, 2: 1, 4: 1, 5: 2} {
		if o := fail(t, g, Scenario{Providers: []string{"Q"}, DataLoss: lost}); o.DataBeyond != want {
			t.Errorf("%d hours lost: %d functions, want %d", lost, o.DataBeyond, want)
		}
	}
}

func TestFailErrors(t *testing.T) {
	g := build(t, town)
	if _, err := g.Fail(Scenario{Providers: []string{"nobody"}}); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	if _, err := g.Fail(Scenario{Groups: []string{"nobody"}}); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	if _, err := g.Fail(Scenario{Offices: []Country{{'Z', 'Z'}}}); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

func TestRanking(t *testing.T) {
	g := build(t, town)
	var got []string
	for _, f := range g.RankFailures(ByProvider, 0, Rules{}) {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"P3", "P1", "P4", "P2"}, got); diff != "" {
		t.Error(diff)
	}
	r := Rules{Redundant: true}
	pairs := g.RankPairs(ByProvider, g.RankFailures(ByProvider, 0, r), 200, 0, r)
	if p := pairs[0]; p.A.Name != "P3" && p.B.Name != "P3" || p.Functions != 3 {
		t.Errorf("%+v", p)
	}
}

// TestPairsJoint: with redundancy two providers stop together what neither
// stops alone.
func TestPairsJoint(t *testing.T) {
	g := build(t, `
		bank A assets=1
		bank B assets=1
		fn A f critical rto=1
		fn B f critical rto=1
		fn B g critical rto=1
		use A f S1 P
		use A f S1 Q
		use B f S1 P
		use B g S1 Q`)
	r := Rules{Redundant: true}
	pairs := g.RankPairs(ByProvider, g.RankFailures(ByProvider, 0, r), 200, 0, r)
	if len(pairs) != 1 || pairs[0].Joint != 1 || pairs[0].Functions != 3 || pairs[0].Assets != 2 {
		t.Errorf("%+v", pairs)
	}
}

func TestSmallestSet(t *testing.T) {
	// The greedy set is larger than the smallest here: G takes the most, then X and Y.
	g := build(t, `
		bank A
		fn A a critical rto=1 activity=pay
		fn A b critical rto=1 activity=pay
		fn A c critical rto=1 activity=pay
		fn A d critical rto=1 activity=pay
		fn A e critical rto=1 activity=pay
		fn A f critical rto=1 activity=pay
		fn A z critical rto=1 activity=other
		use A a S1 X
		use A b S1 X
		use A c S1 X
		use A d S1 Y
		use A e S1 Y
		use A f S1 Y
		use A a S1 G
		use A b S1 G
		use A d S1 G
		use A e S1 G
		use A z S1 G`)
	c, err := g.SmallestSet(ByProvider, "pay", 1, 0, Rules{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Set) != 3 || c.Set[0].Name != "G" || c.AtLeast != 2 || c.Stopped != 6 || !c.Reached || c.Factor < 2.44 || c.Factor > 2.46 {
		t.Errorf("%+v", c)
	}
	if c, _ = g.SmallestSet(ByProvider, "pay", 0.6, 0, Rules{}); len(c.Set) != 1 || c.Target != 4 {
		t.Errorf("%+v", c)
	}
	// With redundancy every function keeps one of its two providers until both are taken.
	if c, _ = g.SmallestSet(ByProvider, "pay", 1, 0, Rules{Redundant: true}); len(c.Set) != 3 || !c.Reached || c.Factor != 0 {
		t.Errorf("%+v", c)
	}
	if c, _ = g.SmallestSet(ByProvider, "pay", 1, 1, Rules{}); c.Reached || c.AtLeast != 0 || c.Total != 6 {
		t.Errorf("%+v: an outage of one hour is borne", c)
	}
	if _, err = g.SmallestSet(ByProvider, "nothing", 1, 0, Rules{}); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	if _, err = g.SmallestSet(ByProvider, "pay", 0, 0, Rules{}); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

func BenchmarkSingleFailures(b *testing.B) {
	g := large()
	for _, c := range []struct {
		name string
		r    Rules
	}{{"registered", Rules{}}, {"redundant", Rules{Redundant: true}}} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				b.ReportMetric(float64(len(g.RankFailures(ByProvider, 0, c.r))), "failures")
			}
		})
	}
}

// TestEveryLinkTold: a provider that stands behind another by two links fails it
// by the longer one, and by every way, with the rule "sector" too.
func TestEveryLinkTold(t *testing.T) {
	provider := func(name string) Provider {
		return Provider{ID: Ident{CRN, Country{'X', 'X'}, name}, Name: name, Parent: -1}
	}
	r := &Register{Institution: Institution{ID: "a"}, Providers: []Provider{provider("direct"), provider("behind"), provider("side")},
		Contracts: []Contract{{}}, Functions: []Function{{Critical: Yes, RTO: 0, RPO: NoHours, Tolerance: NoHours}},
		Services: []Service{{Provider: 0, Hours: 9}}, Uses: []Use{{}},
		Links: []Link{{0, 1, 0, 2, 0}, {0, 1, 0, 2, 3}, {0, 2, 0, 2, 8}, {0, 1, 2, 3, 5}}}
	g := Build(slices.Values([]*Register{r}), DefaultOptions())
	behind := int32(slices.Index(g.Providers.Name, "behind"))
	for _, sector := range []bool{false, true} {
		if o := outages(g, []int32{behind}, 40, Rules{Sector: sector}); o[0] != 5 {
			t.Errorf("sector %v: out for %d hours, want 5 by way of the side", sector, o[0])
		}
	}
}
