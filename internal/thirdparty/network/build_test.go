package network

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuild(t *testing.T) {
	g := build(t, `
		provider P1 country=US parent=TOP
		provider P2 parent=P1
		bank A assets=100 category=x12 country=DE
		bank B assets=50 category=x12 country=FR
		fn A pay critical rto=4 activity=payments
		fn A web rto=8
		fn B pay critical tol=2 rto=4 activity=payments
		use A pay S17 P1 store=US subst=2
		use A web S17 P1
		use A pay S17 P2
		use A pay S10 P3
		use B pay S19 P3 hours=10
		chain A S17 P1 P1<P3<P4
		chain A S17 P1 P4<P5 hours=5
		chain B S19 P3 P9<P4`)
	if diff := cmp.Diff([]int32{0, 2, 3}, g.Institutions.FuncStart); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int32{4, 8, 2}, g.Functions.Tol); diff != "" {
		t.Error(diff)
	}
	// A.pay needs S17 (P1 and P2) and S10; A.web needs S17; B.pay needs S19.
	if diff := cmp.Diff([]int32{0, 0, 1, 2}, g.Needs.Function); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int32{0, 2, 3, 4, 5}, g.Needs.UseStart); diff != "" {
		t.Error(diff)
	}
	type member struct {
		Name        string
		Rank, Hours int32
	}
	var chain []member
	for k, s := range g.Chain.Supply {
		if s == 0 {
			chain = append(chain, member{g.Providers.Name[g.Chain.Provider[k]], g.Chain.Rank[k], g.Chain.Hours[k]})
		}
	}
	if diff := cmp.Diff([]member{{"P1", 1, 720}, {"P3", 2, 720}, {"P4", 3, 720}, {"P5", 4, 5}}, chain); diff != "" {
		t.Error(diff)
	}
	if g.Orphans != 1 {
		t.Errorf("orphans: %d; P4 of B has a recipient that is not in the chain", g.Orphans)
	}
	if x := g.Providers; x.Group[g.at("P1")] != x.Group[g.at("P2")] || x.Group[g.at("P1")] != x.Group[g.at("TOP")] || x.Group[g.at("P3")] == x.Group[g.at("P1")] {
		t.Error("groups:", x.Group)
	}
	if got := g.memberOf.of(g.at("P4")); len(got) != 2 {
		t.Error("P4 is in two chains:", got)
	}
	var to []string
	for _, p := range g.suppliers.of(g.at("P4")) {
		to = append(to, g.Providers.Name[p])
	}
	if diff := cmp.Diff([]string{"P3"}, to); diff != "" {
		t.Error(diff)
	}
}

// TestBuildBadPositions: rows that point nowhere are left out.
func TestBuildBadPositions(t *testing.T) {
	r := &Register{Institution: Institution{ID: "A"}, Functions: []Function{{ID: "f"}}, Contracts: []Contract{{}},
		Providers: []Provider{{ID: Ident{Local, Country{}, "p"}, Parent: 7}},
		Services:  []Service{{Contract: 3}, {Provider: -1}, {}},
		Uses:      []Use{{Service: 9}, {Function: -4}, {Service: 0}, {Service: 2}},
		Links:     []Link{{Service: 2, Provider: 5}, {Service: -1}, {Service: 2, Recipient: 0, Provider: 0}}}
	g := Build(slices.Values([]*Register{r}), DefaultOptions())
	if len(g.Supplies.Contract) != 1 || len(g.Uses.Need) != 1 || len(g.Chain.Supply) != 1 {
		t.Error(g.Supplies, g.Uses, g.Chain)
	}
}

func TestParentCircle(t *testing.T) {
	g := build(t, "provider P1 parent=P2\nprovider P2 parent=P3\nprovider P3 parent=P1\nprovider P0 parent=P3\nbank A\nfn A f\nuse A f S1 P1")
	if x := g.Providers.Group; len(g.Groups.Parent) != 1 || x[0] != x[1] || x[1] != x[2] || x[2] != x[3] {
		t.Error(x, g.Groups.Parent)
	}
}

func register(id string, rows ...Provider) *Register {
	r := &Register{Institution: Institution{ID: id}, Functions: []Function{{ID: "f"}}, Providers: rows}
	for i := range rows {
		rows[i].Parent = -1
		r.Contracts = append(r.Contracts, Contract{})
		r.Services = append(r.Services, Service{Contract: int32(i), Provider: int32(i)})
		r.Uses = append(r.Uses, Use{Service: int32(i)})
	}
	return r
}

func TestResolution(t *testing.T) {
	jp, de := Country{'J', 'P'}, Country{'D', 'E'}
	lei := Ident{LEI, Country{}, "5299000J2N45DDNE4Y28"}
	lei2 := Ident{LEI, Country{}, "529900T8BM49AURSDO55"}
	euid := Ident{EUID, Country{}, "DER1.HRB1"}
	corp := Ident{CRN, jp, "7000012050002"}
	type want struct {
		providers int
		review    []string // kind, name or first key
	}
	for name, c := range map[string]struct {
		regs   []*Register
		decide []Decision
		want   want
	}{
		"one LEI is one provider, however it is written": {[]*Register{
			register("A", Provider{ID: lei, Name: "Turm GmbH"}),
			register("B", Provider{ID: Ident{LEI, Country{}, "5299000j2n45ddne4y28"}, Name: "TURM"})}, nil, want{1, nil}},
		"a row with two numbers joins": {[]*Register{
			register("A", Provider{ID: lei, Name: "Turm GmbH"}), register("B", Provider{ID: euid, Name: "Turm GmbH"}),
			register("C", Provider{ID: euid, Other: lei, Name: "Turm GmbH"})}, nil, want{1, nil}},
		"two LEIs are never joined": {[]*Register{
			register("A", Provider{ID: euid, Other: lei, Name: "Turm"}), register("B", Provider{ID: euid, Other: lei2, Name: "Turm"})},
			nil, want{2, []string{"conflict"}}},
		"a name alone does not join": {[]*Register{
			register("A", Provider{ID: Ident{Local, Country{}, "V1"}, Name: "株式会社やぐら", Country: jp}),
			register("B", Provider{ID: Ident{Local, Country{}, "V1"}, Name: "㈱やぐら", Country: jp})},
			nil, want{2, []string{"same_name やぐら likely"}}},
		"another form of company makes it unlikely": {[]*Register{
			register("A", Provider{ID: corp, Name: "株式会社やぐら", Country: jp}), register("B", Provider{ID: Ident{Local, Country{}, "V1"}, Name: "やぐら合同会社", Country: jp})},
			nil, want{2, []string{"same_name やぐら"}}},
		"another country makes it unlikely": {[]*Register{
			register("A", Provider{ID: corp, Name: "Turm", Country: jp}), register("B", Provider{ID: euid, Name: "Turm", Country: de})},
			nil, want{2, []string{"same_name TURM"}}},
		"a decision joins": {[]*Register{
			register("A", Provider{ID: corp, Name: "株式会社やぐら"}), register("B", Provider{ID: Ident{Local, Country{}, "V1"}, Name: "㈱やぐら"})},
			[]Decision{{"corporate_number:7000012050002", "local:B:V1", true}}, want{1, nil}},
		"a decision settles that they are two": {[]*Register{
			register("A", Provider{ID: corp, Name: "株式会社やぐら"}), register("B", Provider{ID: Ident{Local, Country{}, "V1"}, Name: "㈱やぐら"})},
			[]Decision{{"corporate_number:7000012050002", "local:B:V1", false}}, want{2, nil}},
		"a wrong check digit stands alone": {[]*Register{
			register("A", Provider{ID: lei, Name: "Turm"}), register("B", Provider{ID: Ident{LEI, Country{}, "5299000J2N45DDNE4Y29"}, Name: "Bell"})},
			nil, want{2, []string{"bad_number"}}},
		"one number, two names": {[]*Register{
			register("A", Provider{ID: lei, Name: "Turm"}), register("B", Provider{ID: lei, Name: "Bell"})}, nil, want{1, []string{"names_differ"}}},
		"a Latin name beside a Japanese one is no difference": {[]*Register{
			register("A", Provider{ID: corp, Name: "株式会社やぐら", LatinName: "Yagura"}), register("B", Provider{ID: corp, Name: "Yagura K.K."})}, nil, want{1, nil}},
		"the second register of an institution does not count": {[]*Register{
			register("A", Provider{ID: lei, Name: "Turm"}), register("A", Provider{ID: lei2, Name: "Bell"})}, nil, want{1, []string{"twice"}}},
	} {
		g := Build(slices.Values(c.regs), Options{Decisions: c.decide})
		var review []string
		for _, v := range g.Review {
			s := string(v.Kind)
			if v.Name != "" {
				s += " " + v.Name
			}
			if v.Likely {
				s += " likely"
			}
			review = append(review, s)
		}
		if diff := cmp.Diff(c.want, want{len(g.Providers.Key), review}, cmp.AllowUnexported(want{})); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestOrderOfRegisters: providers and groups do not depend on the order.
func TestOrderOfRegisters(t *testing.T) {
	s := parse(t, `
		provider P1 parent=P2
		bank A
		bank B
		fn A f
		fn B f
		use A f S1 P3
		use B f S1 P1
		chain A S1 P3 P3<P2`)
	a := s.build(DefaultOptions())
	slices.Reverse(s.regs)
	b := s.build(DefaultOptions())
	if diff := cmp.Diff(a.Providers.Key, b.Providers.Key); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Groups, b.Groups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Review, b.Review); diff != "" {
		t.Error(diff)
	}
}
