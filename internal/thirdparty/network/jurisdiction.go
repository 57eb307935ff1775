package network

import (
	"cmp"
	"slices"
)

// Place says in what way a country is in a chain.
type Place string

// The places.
const (
	HeadOffice  Place = "head_office"  // of the direct provider
	AnyOffice   Place = "any_office"   // of a provider of any rank
	ParentPlace Place = "parent"       // of the direct provider's ultimate parent
	StoredAt    Place = "data_at_rest" // B_02.02 c0150
	ProcessedAt Place = "processing"   // B_02.02 c0160
)

var places5 = [...]Place{HeadOffice, AnyOffice, ParentPlace, StoredAt, ProcessedAt}

// Jurisdiction is the sector's exposure to one country in one way.
type Jurisdiction struct {
	Country      Country `json:"country"` // empty: not told
	Place        Place   `json:"place"`
	Uses         int     `json:"uses"`   // of services by functions
	Share        float64 `json:"share"`  // of all uses, 0 to 1
	Abroad       int     `json:"abroad"` // uses by institutions of another country
	Institutions int     `json:"institutions"`
	Functions    int     `json:"functions"` // critical or important
	Assets       float64 `json:"assets"`    // of the institutions
}

// jurisdictions measures one place in all countries.
func (g *Graph) jurisdictions(place Place) []Jurisdiction {
	n := len(g.Countries)
	out := make([]Jurisdiction, n)
	inst, fn, use := newMarks(n), newMarks(n), newMarks(n)
	var here []int32
	for i := range g.Institutions.ID {
		inst.clear()
		for f := g.Institutions.FuncStart[i]; f < g.Institutions.FuncStart[i+1]; f++ {
			fn.clear()
			for u := g.Needs.UseStart[g.Functions.NeedStart[f]]; u < g.Needs.UseStart[g.Functions.NeedStart[f+1]]; u++ {
				use.clear()
				here = g.countriesOf(place, u, here[:0])
				for _, c := range here {
					if use.set(c, 1) == 0 {
						continue
					}
					j := &out[c]
					j.Uses++
					if c != 0 && c != g.Institutions.Country[i] {
						j.Abroad++
					}
					if inst.set(c, 1) != 0 {
						j.Institutions++
						j.Assets += g.Institutions.Assets[i]
					}
					if g.Functions.Critical[f] == Yes && fn.set(c, 1) != 0 {
						j.Functions++
					}
				}
			}
		}
	}
	for c := range out {
		out[c].Country, out[c].Place = g.Countries[c], place
		if len(g.Uses.Need) > 0 {
			out[c].Share = float64(out[c].Uses) / float64(len(g.Uses.Need))
		}
	}
	out = slices.DeleteFunc(out, func(j Jurisdiction) bool { return j.Uses == 0 })
	slices.SortFunc(out, func(a, b Jurisdiction) int {
		return cmp.Or(-cmp.Compare(a.Functions, b.Functions), -cmp.Compare(a.Uses, b.Uses), compareCountry(a.Country, b.Country))
	})
	return out
}

// countriesOf lists the countries of a use; one may come twice.
func (g *Graph) countriesOf(place Place, u int32, out []int32) []int32 {
	s := g.Uses.Supply[u]
	p := g.Supplies.Provider[s]
	switch place {
	case HeadOffice:
		return append(out, g.Providers.Country[p])
	case AnyOffice:
		for k := g.Supplies.ChainStart[s]; k < g.Supplies.ChainStart[s+1]; k++ {
			out = append(out, g.Providers.Country[g.Chain.Provider[k]])
		}
		return out
	case ParentPlace:
		return append(out, g.Providers.Country[g.Groups.Parent[g.Providers.Group[p]]])
	case StoredAt:
		if g.Uses.Stored[u] == No {
			return out
		}
		return append(out, g.Uses.Storage[u])
	}
	return append(out, g.Uses.Processing[u])
}

// Exit is how well the supplies of a type of service can be left. Each list
// counts supplies, by Level or Answer from "not assessed" upwards.
type Exit struct {
	Service          string `json:"service"` // "" for all
	Critical         bool   `json:"critical"`
	Supplies         int    `json:"supplies"`
	Substitutability [5]int `json:"substitutability"` // not assessed, easy, medium, highly complex, not substitutable
	Reintegration    [4]int `json:"reintegration"`    // not assessed or not applicable, easy, difficult, highly complex
	ExitPlan         [3]int `json:"exit_plan"`        // not told, no, yes
	Alternatives     [3]int `json:"alternatives"`     // not told, no, yes
	Stuck            int    `json:"stuck"`            // not substitutable or highly complex, and without an exit plan
}

func (g *Graph) exits(critical []bool) []Exit {
	all := len(g.Services)
	table := make([]Exit, (all+1)*2)
	s := &g.Supplies
	for k := range s.Contract {
		for c := range 2 {
			if c == 1 && !critical[k] {
				continue
			}
			for _, row := range [2]int{all, int(s.Service[k])} {
				e := &table[row*2+c]
				e.Supplies++
				e.Substitutability[s.Substitutability[k]]++
				e.Reintegration[s.Reintegration[k]]++
				e.ExitPlan[min(s.ExitPlan[k], Yes)]++
				e.Alternatives[min(s.Alternatives[k], Yes)]++
				if s.Substitutability[k] >= HighlyComplexSubstitution && s.ExitPlan[k] != Yes {
					e.Stuck++
				}
			}
		}
	}
	for i := range table {
		table[i].Critical = i%2 == 1
		if i/2 < all {
			table[i].Service = g.Services[i/2]
		}
	}
	slices.SortFunc(table, func(a, b Exit) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), compareBool(a.Critical, b.Critical))
	})
	return table
}
