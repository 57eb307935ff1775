package thirdparty

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/errs"
	"yagura/internal/thirdparty/network"
)

// Hit is a company whose name fits a text: one provider of the graph, or several of one
// name that the registers' identifiers keep apart. Whoever warns wants them all.
type Hit struct {
	Key, Name string // of the first of them
	Country   string
	Users     int // institutions that depend on it, at whatever rank
	fit       int // 0: the very name, 1: one holds the other
}

// shortestName is from how many characters on a name is looked for within a longer text:
// shorter ones occur in words by chance.
const shortestName = 4

// Find lists the providers of the sector that a text names, or whose names hold it: the
// very name first, then by how many depend on them; at most limit. Names are compared as
// registers are joined (network.NormalName).
func (v *Sector) Find(text string, limit int) []Hit {
	want := network.NormalName(text).Core
	if want == "" {
		return nil
	}
	g := v.Graph
	var out []Hit
	seen := map[string]bool{}
	for i, name := range g.Providers.Name {
		core := network.NormalName(name).Core
		if seen[core] {
			continue
		}
		h := Hit{Key: g.Providers.Key[i], Name: name, Country: g.Countries[g.Providers.Country[i]].String(), fit: 1}
		switch {
		case core == want:
			h.fit = 0
		case strings.Contains(core, want):
		case utf8.RuneCountInString(core) >= shortestName && strings.Contains(want, core):
		default:
			continue
		}
		seen[core] = true
		list, err := v.Reaches([]string{h.Key})
		if h.Users = len(list); err == nil && h.Users > 0 {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.fit, b.fit), cmp.Compare(b.Users, a.Users), cmp.Compare(a.Key, b.Key))
	})
	return out[:min(limit, len(out))]
}

// Reach is an institution that depends on one of several providers.
type Reach struct {
	Member    int   // position in Members
	Rank      int32 // of the nearest dependence: 1 is a contract of its own
	Functions int   // critical or important functions that rest on them
}

// namesakes are the keys of the providers that have the name of one of those given.
func (v *Sector) namesakes(keys []string) ([]string, error) {
	p := v.Graph.Providers
	names := map[string]bool{}
	for _, key := range keys {
		i, ok := slices.BinarySearch(p.Key, key)
		if !ok {
			return nil, errs.New(errs.NotFound, "thirdparty: no provider %q", key)
		}
		names[network.NormalName(p.Name[i]).Core] = true
	}
	var out []string
	for i, name := range p.Name {
		if names[network.NormalName(name).Core] {
			out = append(out, p.Key[i])
		}
	}
	return out, nil
}

// Reaches lists who depends on one of several providers or on one of the same name, by the
// order of Members. An unknown key is an error of kind not found.
func (v *Sector) Reaches(keys []string) ([]Reach, error) {
	keys, err := v.namesakes(keys)
	if err != nil {
		return nil, err
	}
	at := map[int32]int{}
	functions := map[int32]map[int32]bool{}
	var out []Reach
	for _, key := range keys {
		list, err := v.Graph.Dependents(network.ByProvider, key)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			n, ok := at[d.Institution]
			if !ok {
				n = len(out)
				at[d.Institution] = n
				out = append(out, Reach{Member: int(d.Institution), Rank: d.Rank})
				functions[d.Institution] = map[int32]bool{}
			}
			out[n].Rank = min(out[n].Rank, d.Rank)
			for _, f := range d.Functions {
				functions[d.Institution][f] = true
			}
			out[n].Functions = len(functions[d.Institution])
		}
	}
	slices.SortFunc(out, func(a, b Reach) int { return cmp.Compare(a.Member, b.Member) })
	return out, nil
}
