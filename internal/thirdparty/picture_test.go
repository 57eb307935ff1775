package thirdparty_test

import (
	"reflect"
	"testing"
	"time"

	"yagura/internal/form"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
)

func answers(pairs ...any) form.Answers {
	out := form.Answers{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = form.Answer{Value: pairs[i+1]}
	}
	return out
}

func kept() thirdparty.Kept {
	chain := []form.Row{answers("name", "Deep", "rank", int64(3), "country", "US"), answers("name", "Cloud", "rank", int64(2), "country", "JP"), answers("name", "X", "rank", int64(2), "number", "8990000000001")}
	return thirdparty.Kept{Institution: network.Institution{ID: "I", Name: "I"}, Books: map[string][]thirdparty.Record{
		thirdparty.Functions: {{ID: "f1", Answers: answers("fun.name", "Pay", "fun.criticality", "important", "fun.rto", 90*time.Minute, "fun.tolerance", 12*time.Hour)}, {ID: "f2", Answers: answers("fun.name", "Mail", "fun.criticality", "other")}},
		thirdparty.Vendors: {{ID: "v1", Answers: answers("ven.name", "Centre", "ven.kind", "centre", "ven.country", "JP", "ven.substitute", "no")},
			{ID: "v2", Answers: answers("ven.name", "Cloud", "ven.country", "JP", "ven.parent", "v3", "ven.lei", "529900T8BM49AURSDO55", "ven.corporate_number", "7990000000002")}, {ID: "v3", Answers: answers("ven.name", "Top", "ven.corporate_number", "8990000000001")}},
		thirdparty.Contracts: {{ID: "c1", Answers: answers("con.number", "K-1", "con.vendor", "v1", "con.cost", form.Money{Minor: 500, Currency: "JPY"})}, {ID: "c2", Answers: answers("con.name", "no vendor")}},
		thirdparty.Services: {{ID: "s1", Answers: answers("srv.name", "Core", "srv.contract", "c1", "srv.function", "f1", "srv.reliance", "stop", "srv.location", "JP;US", "srv.chain", chain, "srv.others", []form.Row{answers("function", "f2")})},
			{ID: "s2", Answers: answers("srv.name", "Adrift", "srv.contract", "c2")}, {ID: "s3", Answers: answers("srv.name", "Nowhere")}},
		thirdparty.ExitPlans: {{ID: "e1", Answers: answers("exit.service", "s1", "exit.route", "other", "exit.time", int64(2))}},
	}}
}

// What the registers say is in the picture, and nothing else.
func TestPicture(t *testing.T) {
	p := kept().Picture()
	if want := []network.Function{{ID: "f1", Name: "Pay", Critical: network.Yes, RTO: 2, RPO: -1, Tolerance: 12}, {ID: "f2", Name: "Mail", Critical: network.No, RTO: -1, RPO: -1, Tolerance: -1}}; !reflect.DeepEqual(p.Functions, want) {
		t.Errorf("functions %+v", p.Functions)
	}
	if want := []network.Service{{Type: "S07", Substitutability: network.NotSubstitutable, NoAlternative: true, Alternatives: network.Yes, ExitPlan: network.Yes, Hours: 1460}}; !reflect.DeepEqual(p.Services, want) {
		t.Errorf("services %+v", p.Services)
	}
	if !reflect.DeepEqual(p.Adrift, []string{"s2", "s3"}) || p.Contracts[0].Ref != "K-1" || p.Contracts[0].Expense != 500 {
		t.Errorf("adrift %v, contracts %+v", p.Adrift, p.Contracts)
	}
	names := make([]string, len(p.Providers))
	for i, x := range p.Providers {
		names[i] = x.Name
	}
	if want := []string{"Centre", "Cloud", "Top", "Deep"}; !reflect.DeepEqual(names, want) {
		t.Errorf("providers %v: a subcontractor with the name or number of a company is that company", names)
	}
	if c := p.Providers[1]; c.ID.Scheme != network.LEI || c.Other.Scheme != network.Corporate || c.Parent != 2 {
		t.Errorf("%+v", c)
	}
	links := []network.Link{{Provider: 1, Recipient: 0, Rank: 2, Hours: -1}, {Provider: 2, Recipient: 0, Rank: 2, Hours: -1}, {Provider: 3, Recipient: 2, Rank: 3, Hours: -1}}
	if !reflect.DeepEqual(p.Links, links) {
		t.Errorf("links %+v", p.Links)
	}
	if len(p.Uses) != 4 || p.Uses[1].Storage != network.CountryOf("US") || p.Uses[0].Reliance != network.FullReliance || p.Uses[2].Function != 1 || p.Uses[2].Reliance != 0 {
		t.Errorf("uses %+v", p.Uses)
	}
}
