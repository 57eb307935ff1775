package demo_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"yagura/internal/form"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/demo"
	"yagura/internal/thirdparty/network"
)

func parties() (out []form.Org) {
	for i := range 498 {
		out = append(out, form.Org{ID: fmt.Sprintf("B%03d", i), Name: fmt.Sprint(i), Sector: []string{"regional_bank", "shinkin", "credit_coop"}[i%3],
			Size: []string{"large", "medium", "small"}[i/3%3], Centre: fmt.Sprint("c", i%11)})
	}
	return out
}

// Every party has critical functions that use services, numbers are sound, the market has
// few large and many small providers, and equal seeds give equal registers.
func TestRegisters(t *testing.T) {
	list := demo.Registers(7, parties())
	if !reflect.DeepEqual(list, demo.Registers(7, parties())) {
		t.Error("not the same twice")
	}
	start := time.Now()
	g := network.Build(func(yield func(*network.Register) bool) {
		for i := range list {
			if !yield(&list[i]) {
				return
			}
		}
	}, network.DefaultOptions())
	m := g.Measure(network.MeasureOptions{})
	rank := g.RankFailures(network.ByGroup, 0, network.Rules{Horizon: 720})
	t.Logf("built, measured and ranked in %v: %+v", time.Since(start), m.Size)
	if m.Size.Institutions != 498 || m.Size.Critical < 498*5 || m.Size.Providers < 100 || m.Size.Deepest < 3 {
		t.Errorf("%+v", m.Size)
	}
	if slices.ContainsFunc(g.Review, func(r network.Review) bool { return r.Kind == network.BadNumber }) {
		t.Error("a bad number")
	}
	if !slices.ContainsFunc(g.Review, func(r network.Review) bool { return r.Kind == network.SameName }) {
		t.Error("no case for review")
	}
	if first, last := m.Groups[0].Any.Users, m.Groups[len(m.Groups)-1].Any.Users; first < 200 || last > 60 {
		t.Errorf("the largest group has %d users, the smallest %d", first, last)
	}
	if len(rank) < 20 || rank[0].Institutions < 50 {
		t.Errorf("%d failures, the worst hits %d", len(rank), rank[0].Institutions)
	}
}

// A register that is written as records is read back with what the forms can hold.
func TestRecords(t *testing.T) {
	for _, r := range demo.Registers(3, parties()[:24]) {
		back := thirdparty.Kept{Institution: r.Institution, Books: demo.Records(r)}.Picture()
		if len(back.Adrift) > 0 || !reflect.DeepEqual(back.Contracts, whole(r.Contracts)) || len(back.Services) != len(r.Services) || len(back.Links) != len(r.Links) || len(back.Functions) != len(r.Functions) {
			t.Fatalf("%d of %d services, %d of %d links, adrift %v", len(back.Services), len(r.Services), len(back.Links), len(r.Links), back.Adrift)
		}
		for i, s := range r.Services {
			got := back.Services[i]
			want, have := r.Providers[s.Provider], back.Providers[got.Provider]
			if have.Name != want.Name || have.Country != want.Country || want.ID.Scheme == network.Corporate && have.ID != want.ID || got.ExitPlan != s.ExitPlan || got.Substitutability < min(s.Substitutability, network.HighlyComplexSubstitution) {
				t.Fatalf("%+v %+v, want %+v %+v", got, have, s, want)
			}
		}
		for i, l := range r.Links {
			if got := back.Links[i]; back.Providers[got.Provider].Name != r.Providers[l.Provider].Name || got.Rank != l.Rank || back.Providers[got.Recipient].Name != r.Providers[l.Recipient].Name {
				t.Fatalf("link %d: %+v, want %+v", i, got, l)
			}
		}
	}
}

// whole are contracts whose expenses have no fractions, as money of yen.
func whole(list []network.Contract) []network.Contract {
	out := slices.Clone(list)
	for i := range out {
		out[i].Expense = math.Trunc(out[i].Expense)
	}
	return out
}
