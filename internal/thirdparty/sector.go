package thirdparty

import (
	"context"
	"slices"
	"sync"

	"yagura/internal/authz"
	"yagura/internal/thirdparty/network"
)

// Sector is the dependence on third parties of the institutions whose registers an asker
// has. It must not be changed: requests share it.
type Sector struct {
	Graph    *network.Graph
	Measures *network.Measures
	Members  []Received // by position in Graph.Institutions, without their registers
	Sectors  []string   // in the order in which their first members come
	Ranking  []network.Failure
}

// keptSectors bounds how many askers' sectors are held: one of 498 institutions takes
// some 10 MB.
const keptSectors = 4

// sectors holds the sectors of the askers that looked last, each until what was handed
// over changes.
type sectors struct {
	mu    sync.Mutex
	kept  map[string]*sector // by asker
	order []string           // the last looked at last
}

type sector struct {
	mu    sync.Mutex // held while it is made: who comes meanwhile waits for it
	stamp stamp
	value *Sector
}

// of is the place of an asker's sector.
func (c *sectors) of(asker string) *sector {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.kept[asker]
	if !ok {
		e = &sector{}
		c.kept[asker] = e
	}
	c.order = append(slices.DeleteFunc(c.order, func(x string) bool { return x == asker }), asker)
	if len(c.order) > keptSectors {
		delete(c.kept, c.order[0])
		c.order = c.order[1:]
	}
	return e
}

// Sector is the sector of the actor's organisation, as an asker. The error is a refusal
// when the actor may not analyse it.
func (s *Store) Sector(ctx context.Context, a authz.Actor) (*Sector, error) {
	if _, err := s.may.Decide(a, "sector.read", authz.Thing{Kind: "sector", Tenant: a.Org}); err != nil {
		return nil, err
	}
	now, err := s.stamp(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	e := s.sectors.of(a.Org)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.value != nil && e.stamp == now {
		return e.value, nil
	}
	list, err := s.load(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	e.value, e.stamp = join(list), now
	return e.value, nil
}

// DefaultRules are those by which a sector's failures are ranked: thirty days, every
// service that a function relies on is needed.
var DefaultRules = network.Rules{Horizon: 720}

// join makes a sector of registers.
func join(list []Received) *Sector {
	v := &Sector{}
	v.Graph = network.Build(func(yield func(*network.Register) bool) {
		for i := range list {
			if !yield(&list[i].Register) {
				return
			}
		}
	}, network.DefaultOptions())
	for _, r := range list {
		r.Register = network.Register{}
		v.Members = append(v.Members, r)
		if !slices.Contains(v.Sectors, r.Sector) {
			v.Sectors = append(v.Sectors, r.Sector)
		}
	}
	v.Measures = v.Graph.Measure(network.MeasureOptions{})
	v.Ranking = v.Graph.RankFailures(network.ByGroup, 0, DefaultRules)
	return v
}

// BySector counts the dependents of each sector, in the order of Sectors, and the members.
func (v *Sector) BySector(list []network.Dependent) (dependents, members []int) {
	dependents, members = make([]int, len(v.Sectors)), make([]int, len(v.Sectors))
	for _, m := range v.Members {
		members[slices.Index(v.Sectors, m.Sector)]++
	}
	for _, d := range list {
		dependents[slices.Index(v.Sectors, v.Members[d.Institution].Sector)]++
	}
	return dependents, members
}
