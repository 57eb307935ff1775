package network

import (
	"cmp"
	"slices"
)

// Dependence is who depends on a provider or group.
type Dependence struct {
	Named
	Direct Reach `json:"direct"` // as direct provider
	Any    Reach `json:"any"`    // directly or as a subcontractor of any rank
	Rank   int   `json:"rank"`   // the deepest rank it is found at
}

// Reach counts dependents. "Critical" counts those whose critical or important
// functions depend.
type Reach struct {
	Users          int     `json:"users"`  // institutions
	Assets         float64 `json:"assets"` // their total assets
	CriticalUsers  int     `json:"critical_users"`
	CriticalAssets float64 `json:"critical_assets"`
	Functions      int     `json:"functions"` // critical or important functions
}

// Flags of an institution or function reached: used, and used critically.
const (
	used, usedCritically uint32 = 1, 2
	direct               uint32 = 0 // shift of the flags of direct use
	anyRank              uint32 = 2 // shift of the flags of use at any rank
)

// reacher walks from a unit to its dependents.
type reacher struct {
	institutions, functions *marks
}

// dependence measures every unit; those without a user are left out.
func (g *Graph) dependence(kind Unit, critical []bool) []Dependence {
	u := g.units(kind)
	out := make([]Dependence, u.n)
	parallel(u.n, func() *reacher { return &reacher{newMarks(len(g.Institutions.ID)), newMarks(len(g.Functions.ID))} }, func(r *reacher, i int32) {
		d := &out[i]
		d.Named = u.named(i)
		r.institutions.clear()
		r.functions.clear()
		for _, p := range u.members(i) {
			for _, k := range g.memberOf.of(p) {
				g.reach(r, d, k, critical[g.Chain.Supply[k]])
			}
		}
	})
	out = slices.DeleteFunc(out, func(d Dependence) bool { return d.Any.Users == 0 })
	slices.SortStableFunc(out, func(a, b Dependence) int {
		return cmp.Or(-cmp.Compare(a.Any.CriticalUsers, b.Any.CriticalUsers), -cmp.Compare(a.Any.CriticalAssets, b.Any.CriticalAssets),
			-cmp.Compare(a.Any.Users, b.Any.Users), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// reach adds the dependents through chain member k.
func (g *Graph) reach(r *reacher, d *Dependence, k int32, critical bool) {
	s := g.Chain.Supply[k]
	i := g.Supplies.Institution[s]
	flags := used << anyRank
	if critical {
		flags |= usedCritically << anyRank
	}
	if g.Chain.Rank[k] == 1 {
		flags |= flags >> anyRank << direct
	}
	d.Rank = max(d.Rank, int(g.Chain.Rank[k]))
	fresh := r.institutions.set(i, flags)
	d.Direct.count(fresh>>direct, g.Institutions.Assets[i])
	d.Any.count(fresh>>anyRank, g.Institutions.Assets[i])
	if !critical {
		return
	}
	for _, use := range g.usesOf.of(s) {
		f := g.Needs.Function[g.Uses.Need[use]]
		if g.Functions.Critical[f] != Yes {
			continue
		}
		fresh := r.functions.set(f, flags)
		if fresh>>direct&used != 0 {
			d.Direct.Functions++
		}
		if fresh>>anyRank&used != 0 {
			d.Any.Functions++
		}
	}
}

func (r *Reach) count(fresh uint32, assets float64) {
	if fresh&used != 0 {
		r.Users++
		r.Assets += assets
	}
	if fresh&usedCritically != 0 {
		r.CriticalUsers++
		r.CriticalAssets += assets
	}
}

// Subcontractor is a provider that stands behind several direct providers.
type Subcontractor struct {
	Named
	Behind    int     `json:"behind"`        // direct providers
	Groups    int     `json:"behind_groups"` // of so many groups
	Users     int     `json:"users"`
	Critical  int     `json:"critical_users"` // for critical or important functions
	Assets    float64 `json:"critical_assets"`
	FirstRank int     `json:"first_rank"` // the nearest rank at which it stands
}

// subcontractors lists those behind at least two direct providers.
func (g *Graph) subcontractors(critical []bool) []Subcontractor {
	out := make([]Subcontractor, len(g.Providers.Key))
	u := g.units(ByProvider)
	type scratch struct{ institutions, providers, groups *marks }
	fresh := func() scratch {
		return scratch{newMarks(len(g.Institutions.ID)), newMarks(len(g.Providers.Key)), newMarks(len(g.Groups.Parent))}
	}
	parallel(len(out), fresh, func(m scratch, p int32) {
		s := &out[p]
		m.institutions.clear()
		m.providers.clear()
		m.groups.clear()
		for _, k := range g.memberOf.of(p) {
			if g.Chain.Rank[k] < 2 {
				continue
			}
			supply := g.Chain.Supply[k]
			i, front := g.Supplies.Institution[supply], g.Supplies.Provider[supply]
			s.Behind += int(m.providers.set(front, 1))
			s.Groups += int(m.groups.set(g.Providers.Group[front], 1))
			s.Users += int(m.institutions.set(i, used))
			if critical[supply] && m.institutions.set(i, usedCritically) != 0 {
				s.Critical++
				s.Assets += g.Institutions.Assets[i]
			}
			if s.FirstRank == 0 || int(g.Chain.Rank[k]) < s.FirstRank {
				s.FirstRank = int(g.Chain.Rank[k])
			}
		}
		s.Named = u.named(p)
	})
	out = slices.DeleteFunc(out, func(s Subcontractor) bool { return s.Behind < 2 })
	slices.SortStableFunc(out, func(a, b Subcontractor) int {
		return cmp.Or(-cmp.Compare(a.Critical, b.Critical), -cmp.Compare(a.Users, b.Users), -cmp.Compare(a.Behind, b.Behind), cmp.Compare(a.Key, b.Key))
	})
	return out
}
