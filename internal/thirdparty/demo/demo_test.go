package demo_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"yagura/internal/form"
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
