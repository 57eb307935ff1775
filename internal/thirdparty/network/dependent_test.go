package network_test

import (
	"reflect"
	"slices"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/thirdparty/network"
)

// twoBanks: A buys payments (critical, 4 h) and mail (not critical) from P, behind whom
// stands Q; B buys payments (critical, 24 h) from Q itself.
func twoBanks() *network.Graph {
	local := func(v string) network.Ident { return network.Ident{Scheme: network.Corporate, Value: v} }
	p := network.Provider{ID: local("8990000000001"), Name: "P", Parent: -1}
	q := network.Provider{ID: local("7990000000002"), Name: "Q", Parent: -1}
	a := &network.Register{Institution: network.Institution{ID: "A", Assets: 3}, Providers: []network.Provider{p, q}, Contracts: []network.Contract{{Ref: "1"}},
		Functions: []network.Function{{ID: "pay", Name: "pay", Critical: network.Yes, RTO: 2, RPO: -1, Tolerance: 4}, {ID: "mail", Name: "mail", Critical: network.No, RTO: 100, RPO: -1, Tolerance: -1}},
		Services:  []network.Service{{Type: "S01", Hours: -1, Substitutability: network.NotSubstitutable}},
		Uses:      []network.Use{{Function: 0}, {Function: 1}},
		Links:     []network.Link{{Provider: 1, Recipient: 0, Rank: 2, Hours: 10}}}
	b := &network.Register{Institution: network.Institution{ID: "B", Assets: 1}, Providers: []network.Provider{q}, Contracts: []network.Contract{{Ref: "1"}},
		Functions: []network.Function{{ID: "pay", Name: "pay", Critical: network.Yes, RTO: -1, RPO: -1, Tolerance: 24}},
		Services:  []network.Service{{Type: "S02", Hours: -1, Substitutability: network.NotSubstitutable}}, Uses: []network.Use{{}}}
	return network.Build(slices.Values([]*network.Register{a, b}), network.DefaultOptions())
}

func keyOf(g *network.Graph, name string) string {
	return g.Providers.Key[slices.Index(g.Providers.Name, name)]
}

func TestDependents(t *testing.T) {
	g := twoBanks()
	got, err := g.Dependents(network.ByProvider, keyOf(g, "Q"))
	if err != nil {
		t.Fatal(err)
	}
	p := int32(slices.Index(g.Providers.Name, "P"))
	want := []network.Dependent{{Institution: 0, Rank: 2, Through: []int32{p}, Functions: []int32{0}, Services: []int32{0}}, {Institution: 1, Rank: 1, Functions: []int32{2}, Services: []int32{1}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, _ := g.Dependents(network.ByGroup, keyOf(g, "P")); len(got) != 1 || got[0].Rank != 1 || got[0].Through != nil {
		t.Errorf("P: %+v", got)
	}
	if _, err := g.Dependents(network.ByProvider, "nobody"); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
}

// Q fails for 50 hours: A's supplies are back after 10 hours, when P has another
// subcontractor; B waits for all of them.
func TestStops(t *testing.T) {
	g := twoBanks()
	got, err := g.Stops(network.Scenario{Providers: []string{keyOf(g, "Q")}, Hours: 50, Rules: network.Rules{Horizon: 30}})
	if err != nil {
		t.Fatal(err)
	}
	want := []network.FunctionStop{{Function: 0, Outage: 10, Beyond: 4}, {Function: 1, Outage: 10, Beyond: -1}, {Function: 2, Outage: -1, Beyond: 24}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := g.Stops(network.Scenario{}); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}
