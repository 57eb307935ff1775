package network

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oracleSector is a line of testdata/oracle/sectors.json, made by sectors.py
// with networkx. Providers are told by their position, hours -1 are not told,
// and the largest int32 is an outage without end.
type oracleSector struct {
	Seed         int
	Providers    []oracleProvider
	Institutions []oracleInstitution
	Outages      []oracleOutage
	Markets      []Concentration
	Dependants   []oracleDependence
}

type oracleProvider struct {
	Name, LEI string
	Parent    int32
}

type oracleInstitution struct {
	ID        string
	Assets    float64
	Functions []struct {
		Critical       bool
		RTO, Tolerance int32
	}
	Contracts []float64
	Services  []struct {
		Contract, Provider, Hours int32
		Type                      string
	}
	Links []Link
	Uses  []Use
}

type oracleOutage struct {
	Provider, Hours int32
	Sector          bool
	Functions       []int32
}

type oracleDependence struct {
	Unit        Unit
	Provider    int32
	Direct, Any Reach
}

func readOracle(t *testing.T) (out []oracleSector) {
	t.Helper()
	data, err := os.ReadFile("testdata/oracle/sectors.json")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s oracleSector
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if len(out) < 20 {
		t.Fatalf("%d sectors", len(out))
	}
	return out
}

// registers are the sector as the institutions tell it.
func (s *oracleSector) registers() (out []*Register) {
	var providers []Provider
	for _, p := range s.Providers {
		id := Ident{CRN, Country{'X', 'X'}, p.Name + "0000"}
		if p.LEI != "" {
			id = Ident{Scheme: LEI, Value: p.LEI}
		}
		providers = append(providers, Provider{ID: id, Name: p.Name, Parent: p.Parent})
	}
	for _, i := range s.Institutions {
		r := &Register{Institution: Institution{ID: i.ID, Assets: i.Assets}, Providers: providers, Links: i.Links, Uses: i.Uses}
		for _, f := range i.Functions {
			critical := No
			if f.Critical {
				critical = Yes
			}
			r.Functions = append(r.Functions, Function{Critical: critical, RTO: f.RTO, Tolerance: f.Tolerance, RPO: NoHours})
		}
		for _, c := range i.Contracts {
			r.Contracts = append(r.Contracts, Contract{Expense: c})
		}
		for _, v := range i.Services {
			r.Services = append(r.Services, Service{Contract: v.Contract, Provider: v.Provider, Type: v.Type, Hours: v.Hours})
		}
		out = append(out, r)
	}
	return out
}

// TestOracle: outages, shares and dependants of small random sectors are those
// that networkx computes.
func TestOracle(t *testing.T) {
	for _, s := range readOracle(t) {
		g := Build(slices.Values(s.registers()), DefaultOptions())
		at := make([]int32, len(s.Providers))
		for i, p := range s.Providers {
			at[i] = int32(slices.Index(g.Providers.Name, p.Name))
		}
		for _, o := range s.Outages {
			got := outages(g, []int32{at[o.Provider]}, o.Hours, Rules{Sector: o.Sector})
			if diff := cmp.Diff(o.Functions, got); diff != "" {
				t.Errorf("sector %d, %s fails for %d hours, rule sector %v (-networkx +yagura):\n%s", s.Seed, s.Providers[o.Provider].Name, o.Hours, o.Sector, diff)
			}
		}
		m := g.Measure(MeasureOptions{})
		compareMarkets(t, &s, m.Concentration)
		compareDependants(t, &s, map[Unit][]Dependence{ByProvider: m.Providers, ByGroup: m.Groups})
	}
}

// compareMarkets: the oracle has no row for an empty market. Its shares are
// fractions, ours sums of binary numbers: they agree to 12 digits.
func compareMarkets(t *testing.T, s *oracleSector, got []Concentration) {
	t.Helper()
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, a, b) })
	type market struct {
		service  string
		critical bool
		unit     Unit
		basis    Basis
	}
	want := map[market]Concentration{}
	for _, c := range s.Markets {
		want[market{c.Service, c.Critical, c.Unit, c.Basis}] = c
	}
	for _, c := range got {
		c.Top = nil
		key := market{c.Service, c.Critical, c.Unit, c.Basis}
		w, ok := want[key]
		if !ok && c.Providers == 0 {
			continue
		}
		delete(want, key)
		if diff := cmp.Diff(w, c, close); diff != "" {
			t.Errorf("sector %d, %+v (-networkx +yagura):\n%s", s.Seed, key, diff)
		}
	}
	if len(want) > 0 {
		t.Errorf("sector %d: no market for %v", s.Seed, want)
	}
}

func compareDependants(t *testing.T, s *oracleSector, got map[Unit][]Dependence) {
	t.Helper()
	n := 0
	for _, w := range s.Dependants {
		name := s.Providers[w.Provider].Name
		i := slices.IndexFunc(got[w.Unit], func(d Dependence) bool { return d.Name == name })
		if i < 0 {
			t.Errorf("sector %d: no %s %s", s.Seed, w.Unit, name)
			continue
		}
		n++
		d := got[w.Unit][i]
		if diff := cmp.Diff([]Reach{w.Direct, w.Any}, []Reach{d.Direct, d.Any}); diff != "" {
			t.Errorf("sector %d, %s %s (-networkx +yagura):\n%s", s.Seed, w.Unit, name, diff)
		}
	}
	if all := len(got[ByProvider]) + len(got[ByGroup]); all != n {
		t.Errorf("sector %d: %d with dependants, networkx has %d", s.Seed, all, n)
	}
}
