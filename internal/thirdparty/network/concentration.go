package network

import (
	"cmp"
	"slices"
)

// Basis says by what a market share is counted.
type Basis string

// The bases of shares.
const (
	ByUsers     Basis = "users"     // institutions that use the provider directly
	ByFunctions Basis = "functions" // functions that use it directly
	ByExpense   Basis = "expense"   // annual expense; a contract's is divided equally among its services
)

var bases = [...]Basis{ByUsers, ByFunctions, ByExpense}

// Concentration is the market of one type of service.
type Concentration struct {
	Service   string  `json:"service"`  // "" for all
	Critical  bool    `json:"critical"` // only what critical or important functions use
	Unit      Unit    `json:"unit"`
	Basis     Basis   `json:"basis"`
	Providers int     `json:"providers"` // with a share
	HHI       float64 `json:"hhi"`       // Herfindahl-Hirschman index: sum of the squared shares in percent, to 10,000
	CR1       float64 `json:"cr1"`       // share of the largest, 0 to 1
	CR3       float64 `json:"cr3"`       // of the three largest
	Top       []Share `json:"top"`       // at most three
}

// Share is a unit's part of a market.
type Share struct {
	Named
	Share float64 `json:"share"` // 0 to 1
}

// market holds the weights of one unit kind: of every type of service and of all
// together, of all uses and of the critical ones, on each basis.
type market struct {
	units
	all    int // the number that stands for all services
	weight []float64
}

func (m *market) add(service, critical int, basis int, unit int32, x float64) {
	m.weight[((service*2+critical)*len(bases)+basis)*m.n+int(unit)] += x
}

// both adds to the service and to all, and to the critical ones where it is one.
func (m *market) both(service int, critical bool, basis int, unit int32, x float64) {
	m.add(service, 0, basis, unit, x)
	if critical {
		m.add(service, 1, basis, unit, x)
	}
}

// seen is a unit in a service of the institution or function at hand.
type seen struct {
	service, unit int32
	critical      bool
}

// distinct adds one for every unit of every service, and one for every unit of all.
func (m *market) distinct(list []seen, basis int) {
	slices.SortFunc(list, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.service, b.service), -compareBool(a.critical, b.critical))
	})
	for i, x := range list {
		first := i == 0 || list[i-1].unit != x.unit
		if first || list[i-1].service != x.service {
			m.both(int(x.service), x.critical, basis, x.unit, 1)
		}
		if first {
			critical := false
			for k := i; k < len(list) && list[k].unit == x.unit; k++ {
				critical = critical || list[k].critical
			}
			m.both(m.all, critical, basis, x.unit, 1)
		}
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// concentration measures the markets of direct provision.
func (g *Graph) concentration(kind Unit, critical []bool) []Concentration {
	m := &market{units: g.units(kind), all: len(g.Services)}
	m.weight = make([]float64, (len(g.Services)+1)*2*len(bases)*m.n)
	s := &g.Supplies
	var list []seen
	for i := range g.Institutions.ID {
		list = list[:0]
		for k := g.Institutions.SupStart[i]; k < g.Institutions.SupStart[i+1]; k++ {
			u := m.of[s.Provider[k]]
			list = append(list, seen{s.Service[k], u, critical[k]})
			m.both(int(s.Service[k]), critical[k], 2, u, s.Expense[k])
			m.both(m.all, critical[k], 2, u, s.Expense[k])
		}
		m.distinct(list, 0)
	}
	for f := range g.Functions.ID {
		list = list[:0]
		for n := g.Functions.NeedStart[f]; n < g.Functions.NeedStart[f+1]; n++ {
			for u := g.Needs.UseStart[n]; u < g.Needs.UseStart[n+1]; u++ {
				list = append(list, seen{g.Needs.Service[n], m.of[s.Provider[g.Uses.Supply[u]]], g.Functions.Critical[f] == Yes})
			}
		}
		m.distinct(list, 1)
	}
	return m.rows()
}

// rows reads the weights out: all services first, then each by its word.
func (m *market) rows() []Concentration {
	order := make([]int, m.all)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(m.g.Services[a], m.g.Services[b]) })
	var out []Concentration
	for _, service := range append([]int{m.all}, order...) {
		for critical := range 2 {
			for basis := range bases {
				from := ((service*2+critical)*len(bases) + basis) * m.n
				c := m.of1(m.weight[from : from+m.n])
				c.Critical, c.Unit, c.Basis = critical == 1, m.kind, bases[basis]
				if service < m.all {
					c.Service = m.g.Services[service]
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// of1 measures one market from its weights.
func (m *market) of1(weight []float64) (c Concentration) {
	total := 0.0
	var top [3]int32
	n := 0
	for i, w := range weight {
		if w <= 0 {
			continue
		}
		c.Providers++
		total += w
		at := n
		for at > 0 && w > weight[top[at-1]] {
			at--
		}
		if at < len(top) {
			copy(top[at+1:], top[at:])
			top[at] = int32(i)
			n = min(n+1, len(top))
		}
	}
	c.Top = []Share{}
	for _, w := range weight {
		if w > 0 {
			share := w / total
			c.HHI += 10000 * share * share
		}
	}
	for k, i := range top[:n] {
		share := weight[i] / total
		c.CR3 += share
		if k == 0 {
			c.CR1 = share
		}
		c.Top = append(c.Top, Share{m.named(i), share})
	}
	return c
}
