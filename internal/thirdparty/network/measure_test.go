package network

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// town is a sector of three banks whose measures are counted by hand. P1 is the
// direct provider of A and B, P3 stands behind P1 in A and behind P2 in C, and
// B's two providers of S17 both stand on P3.
const town = `
	provider P1 country=US
	provider P2 country=JP parent=P1
	provider P3 country=IE
	provider P4 country=JP
	bank A category=x12 assets=600 country=JP
	bank B category=x12 assets=300 country=JP
	bank C category=x309 assets=100 country=DE
	fn A pay critical rto=4 activity=payments
	fn A web activity=web
	fn B pay critical rto=24 activity=payments
	fn C pay critical rto=2 activity=payments
	use A pay S17 P1 store=US process=US expense=30 subst=4 noalt
	use A web S17 P1 store=JP process=JP
	use A pay S10 P4 reliance=1 process=JP expense=10
	use B pay S17 P1 store=US process=US expense=30 subst=3
	use B pay S17 P4 store=JP process=JP expense=20 subst=1
	use C pay S19 P2 store=IE process=IE expense=10 reint=3
	chain A S17 P1 P1<P3
	chain B S17 P1 P1<P3
	chain B S17 P4 P4<P3
	chain C S19 P2 P2<P3`

func find[T any](list []T, is func(T) bool) (zero T) {
	for _, x := range list {
		if is(x) {
			return x
		}
	}
	return zero
}

func TestConcentration(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{})
	for _, c := range []struct {
		service   string
		critical  bool
		unit      Unit
		basis     Basis
		providers int
		hhi, cr1  float64
		top       string
	}{
		// Users of S17: A-P1, B-P1, B-P4: shares 2/3 and 1/3.
		{"S17", false, ByProvider, ByUsers, 2, 10000 * 5.0 / 9, 2.0 / 3, "P1"},
		// Functions of S17: A.pay-P1, A.web-P1, B.pay-P1, B.pay-P4.
		{"S17", false, ByProvider, ByFunctions, 2, 10000 * (9 + 1) / 16.0, 0.75, "P1"},
		{"S17", true, ByProvider, ByFunctions, 2, 10000 * 5.0 / 9, 2.0 / 3, "P1"},
		// Expense of S17: P1 60, P4 20.
		{"S17", false, ByProvider, ByExpense, 2, 10000 * (9 + 1) / 16.0, 0.75, "P1"},
		// All users by group: A and B and C use P1's group, A and B use P4.
		{"", false, ByGroup, ByUsers, 2, 10000 * (9 + 4) / 25.0, 0.6, "P1"},
		{"", false, ByProvider, ByUsers, 3, 10000 * (4 + 4 + 1) / 25.0, 0.4, "P1"},
		// All expense by group: 30 + 30 + 10 of 100, and 10 + 20.
		{"", false, ByGroup, ByExpense, 2, 4900 + 900, 0.7, "P1"},
		{"S10", true, ByProvider, ByUsers, 1, 10000, 1, "P4"},
	} {
		got := find(m.Concentration, func(x Concentration) bool {
			return x.Service == c.service && x.Critical == c.critical && x.Unit == c.unit && x.Basis == c.basis
		})
		if got.Providers != c.providers || math.Abs(got.HHI-c.hhi) > 1e-9 || math.Abs(got.CR1-c.cr1) > 1e-12 || got.Top[0].Name != c.top {
			t.Errorf("%+v: got %+v", c, got)
		}
		if got.CR3 < got.CR1 || got.CR3 > 1+1e-12 {
			t.Errorf("%+v: CR3 %v", c, got.CR3)
		}
	}
	if n := len(m.Concentration); n != 2*2*3*4 {
		t.Errorf("%d markets", n)
	}
}

func TestDependence(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{})
	at := func(list []Dependence, name string) Dependence {
		d := find(list, func(d Dependence) bool { return d.Name == name })
		d.Named = Named{}
		return d
	}
	if diff := cmp.Diff(Dependence{Direct: Reach{2, 900, 2, 900, 2}, Any: Reach{2, 900, 2, 900, 2}, Rank: 1}, at(m.Providers, "P1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Dependence{Any: Reach{3, 1000, 3, 1000, 3}, Rank: 2}, at(m.Providers, "P3")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Dependence{Direct: Reach{3, 1000, 3, 1000, 3}, Any: Reach{3, 1000, 3, 1000, 3}, Rank: 1}, at(m.Groups, "P1")); diff != "" {
		t.Error(diff)
	}
	want := []Subcontractor{{Behind: 3, Groups: 2, Users: 3, Critical: 3, Assets: 1000, FirstRank: 2}}
	for i := range m.Subcontractors {
		m.Subcontractors[i].Named = Named{}
	}
	if diff := cmp.Diff(want, m.Subcontractors); diff != "" {
		t.Error(diff)
	}
}

func TestSinglePoints(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{})
	got := map[string]SinglePoint{}
	for _, s := range m.SinglePoints {
		name := s.Name
		s.Named = Named{}
		got[name] = s
	}
	// A.pay stands on P1 and P3 (not on P4: not significant); B.pay only on P3, hidden behind two; C.pay on P2, of P1's group, and P3.
	if diff := cmp.Diff(map[string]SinglePoint{
		"P1": {Functions: 2, Institutions: 2, Assets: 700, Sole: 2, Hard: 1},
		"P3": {Functions: 3, Institutions: 3, Assets: 1000, Hidden: 1, Hard: 1},
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestJurisdictions(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{})
	for _, c := range []Jurisdiction{
		{Country: Country{'U', 'S'}, Place: StoredAt, Uses: 2, Share: 2.0 / 6, Abroad: 2, Institutions: 2, Functions: 2, Assets: 900},
		{Country: Country{'I', 'E'}, Place: AnyOffice, Uses: 5, Share: 5.0 / 6, Abroad: 5, Institutions: 3, Functions: 3, Assets: 1000},
		{Country: Country{'U', 'S'}, Place: ParentPlace, Uses: 4, Share: 4.0 / 6, Abroad: 4, Institutions: 3, Functions: 3, Assets: 1000},
		{Country: Country{'J', 'P'}, Place: HeadOffice, Uses: 3, Share: 0.5, Abroad: 1, Institutions: 3, Functions: 3, Assets: 1000},
		{Country: Country{'J', 'P'}, Place: ProcessedAt, Uses: 3, Share: 0.5, Institutions: 2, Functions: 2, Assets: 900},
	} {
		got := find(m.Jurisdictions, func(j Jurisdiction) bool { return j.Country == c.Country && j.Place == c.Place })
		if diff := cmp.Diff(c, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestExits(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{})
	got := find(m.Exits, func(e Exit) bool { return e.Service == "" && e.Critical })
	want := Exit{Critical: true, Supplies: 5, Substitutability: [5]int{2, 1, 0, 1, 1}, Reintegration: [4]int{4, 0, 0, 1}, ExitPlan: [3]int{5, 0, 0}, Alternatives: [3]int{4, 1, 0}, Stuck: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestScreens(t *testing.T) {
	m := build(t, town).Measure(MeasureOptions{
		Population: map[string]Population{"x12": {10, 3000}, "x309": {100, 100000}},
		Systemic:   map[string]Systemic{"B": {OSII: true, Score: 3001}}})
	got := find(m.ProviderScreen, func(s Screen) bool { return s.Name == "P1" })
	want := CategoryShare{Category: "x12", Users: 2, Entities: 10, Share: 0.2, UserAssets: 900, Assets: 3000, AssetShare: 0.3,
		NoAlternative: 1, NoAltShare: 0.1, Difficult: 1, DifficultShare: 0.1}
	if diff := cmp.Diff([]CategoryShare{want}, got.Categories); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]bool{"1": true, "2": true, "4": true}, got.Met); diff != "" || !got.All {
		t.Error(diff, got.All)
	}
	if diff := cmp.Diff(SystemicUsers{OSII: 1, OverOSII: 1}, got.Systemic); diff != "" {
		t.Error(diff)
	}
	p3 := find(m.ProviderScreen, func(s Screen) bool { return s.Name == "P3" })
	if p3.Categories[0].Share != 0.2 || p3.Categories[1].Share != 0.01 || p3.Criterion4 != No || p3.All {
		t.Errorf("%+v: a subcontractor has users and no assessment of its own", p3)
	}
	m = build(t, town).Measure(MeasureOptions{Population: map[string]Population{"x12": {21, 3000}}})
	p1 := find(m.ProviderScreen, func(s Screen) bool { return s.Name == "P1" })
	if _, judged := p1.Met["2"]; judged || p1.Criterion1 != No {
		t.Errorf("%+v: 2 of 21 is below the threshold; nothing is known of systemic institutions", p1)
	}
}

func BenchmarkMeasure(b *testing.B) {
	g := large()
	b.ResetTimer()
	for range b.N {
		g.Measure(MeasureOptions{})
	}
}
