package network

import (
	"slices"

	"yagura/internal/errs"
)

// Dependent is an institution that depends on a provider or its group.
type Dependent struct {
	Institution int32   // position in Institutions
	Rank        int32   // the nearest rank: 1 is a direct contract
	Through     []int32 // the direct providers behind whom it stands, where the rank is above 1; positions in Providers
	Functions   []int32 // critical or important functions that use a service in whose chain it is
	Services    []int32 // types of these and all other services, positions in Services
}

// Dependents lists who depends on a provider, or with kind ByGroup on any of its group, in
// the order of the graph. An unknown key is an error of kind not found.
func (g *Graph) Dependents(kind Unit, key string) ([]Dependent, error) {
	p, ok := slices.BinarySearch(g.Providers.Key, key)
	if !ok {
		return nil, errs.New(errs.NotFound, "no provider %q", key)
	}
	members := []int32{int32(p)}
	if kind == ByGroup {
		members = g.group(g.Providers.Group[p])
	}
	at := map[int32]int{}
	var out []Dependent
	for _, m := range members {
		for _, k := range g.memberOf.of(m) {
			s := g.Chain.Supply[k]
			i := g.Supplies.Institution[s]
			n, have := at[i]
			if !have {
				n = len(out)
				at[i] = n
				out = append(out, Dependent{Institution: i, Rank: g.Chain.Rank[k]})
			}
			d := &out[n]
			d.Rank = min(d.Rank, g.Chain.Rank[k])
			if g.Chain.Rank[k] > 1 {
				d.Through = include(d.Through, g.Supplies.Provider[s])
			}
			d.Services = include(d.Services, g.Supplies.Service[s])
			for _, u := range g.usesOf.of(s) {
				if f := g.Needs.Function[g.Uses.Need[u]]; g.Functions.Critical[f] == Yes {
					d.Functions = include(d.Functions, f)
				}
			}
		}
	}
	for i := range out {
		if out[i].Rank == 1 {
			out[i].Through = nil
		}
	}
	slices.SortFunc(out, func(a, b Dependent) int { return int(a.Institution - b.Institution) })
	return out, nil
}

// include adds a position to a short list that holds each once.
func include(list []int32, v int32) []int32 {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
