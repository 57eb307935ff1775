package roi

import (
	"slices"
	"testing"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

func found(r Report, f Fault) bool {
	return slices.ContainsFunc(r.Findings, func(x finding.Finding) bool {
		return x.Rule == f.Rule && x.File == f.File && x.Row == f.Row && x.Column == f.Column
	})
}

// TestEveryFaultIsFound: each kind of fault alone is found at its exact place,
// and does not drown in findings that it entails.
func TestEveryFaultIsFound(t *testing.T) {
	s := schema(t)
	o := Options{Today: "2026-03-01"}
	covered := map[string]bool{}
	for _, k := range kinds(s) {
		data, name, faults := generate(t, s, GenOptions{Rows: 400, Seed: 7, Faults: []string{k.name}})
		o.Name = name
		r := check(s, data, o)
		if len(faults) != 1 || !found(r, faults[0]) {
			t.Errorf("%s: %+v is not found; findings:", k.name, faults)
			for _, f := range r.Findings[:min(len(r.Findings), 5)] {
				t.Log(f.Line(i18n.EN))
			}
		}
		if !k.alone && len(r.Findings) > 4 {
			t.Errorf("%s entails %d findings", k.name, len(r.Findings))
		}
		covered[k.rule] = true
	}
	for _, r := range Rules() {
		if !covered[r.Code] {
			t.Errorf("no kind of fault breaks rule %s", r.Code)
		}
	}
	if n := len(kinds(s)); n < 40 {
		t.Errorf("%d kinds of faults", n)
	}
}

func TestAllFaultsTogetherAreFound(t *testing.T) {
	s := schema(t)
	for seed := range uint64(4) {
		data, name, faults := generate(t, s, GenOptions{Rows: 3000, Seed: seed, Faults: []string{"all"}})
		r := check(s, data, Options{Name: name, Today: "2026-03-01"})
		for _, f := range faults {
			if !found(r, f) {
				t.Errorf("seed %d: %+v is not found", seed, f)
			}
		}
		if len(faults) < 100 {
			t.Errorf("%d faults", len(faults))
		}
		again := check(s, data, Options{Name: name, Today: "2026-03-01"})
		if !slices.Equal(r.Findings, again.Findings) || !slices.Equal(r.More, again.More) {
			t.Error("two checks of one package differ")
		}
	}
}

func TestUnknownKindIsRefused(t *testing.T) {
	if _, _, err := Gen(nil, schema(t), GenOptions{Faults: []string{"gremlin"}}); err == nil {
		t.Error("accepted")
	}
}
