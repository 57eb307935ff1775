package network

import (
	"cmp"
	"slices"
	"strings"
)

// ReviewKind says why a person should look.
type ReviewKind string

// The kinds.
const (
	SameName     ReviewKind = "same_name"     // different identifiers, one name: one provider, or two?
	Conflict     ReviewKind = "conflict"      // one row ties two providers that have an LEI or corporate number each
	NamesDiffer  ReviewKind = "names_differ"  // one identifier, different names: a mistyped number?
	BadNumber    ReviewKind = "bad_number"    // wrong form or check digits: the row stands alone
	ParentDiffer ReviewKind = "parent_differ" // registers name different ultimate parents; the most frequent counts
	Twice        ReviewKind = "twice"         // an institution has two registers; the first counts
)

// Review is one case for a person. Nothing is merged because of it; a Decision
// settles it in the next build.
type Review struct {
	Kind   ReviewKind `json:"kind"`
	Likely bool       `json:"likely,omitempty"` // of SameName: country, form and numbers do not speak against it
	Name   string     `json:"name,omitempty"`
	Items  []Reviewed `json:"items"`
}

// Reviewed is a provider, or an institution, of a case.
type Reviewed struct {
	Key       string  `json:"key"`
	Name      string  `json:"name,omitempty"`
	Country   Country `json:"country"`
	Registers int     `json:"registers,omitempty"` // rows that name it
}

func (r *resolver) reviewed(a int32) Reviewed {
	p := &r.parties[a]
	return Reviewed{p.text(), most(p.names, strings.Compare), most(p.countries, compareCountry), int(p.registers)}
}

func (r *resolver) reviewOf(kind ReviewKind, parties ...int32) Review {
	v := Review{Kind: kind}
	for _, a := range parties {
		v.Items = append(v.Items, r.reviewed(a))
	}
	return v
}

func compareCountry(a, b Country) int { return slices.Compare(a[:], b[:]) }

// called is a normalised name of a cluster.
type called struct {
	name    Name
	cluster int32
}

// inspect lists what is uncertain about the clusters.
func (r *resolver) inspect(c *clusters, apart map[[2]int32]bool) {
	var all []called
	for i, members := range c.members {
		var own []Name
		for _, a := range members {
			p := &r.parties[a]
			for _, v := range p.names {
				if n := NormalName(v.value); n.Core != "" && !slices.Contains(own, n) {
					own = append(own, n)
				}
			}
			if p.faulty {
				c.review = append(c.review, r.reviewOf(BadNumber, a))
			}
		}
		slices.SortFunc(own, func(a, b Name) int { return cmp.Or(cmp.Compare(a.Core, b.Core), cmp.Compare(a.Form, b.Form)) })
		for _, n := range own {
			all = append(all, called{n, int32(i)})
		}
		if v, ok := r.namesDiffer(members); ok {
			c.review = append(c.review, v)
		}
		if v, ok := r.parentsDiffer(members, c); ok {
			c.review = append(c.review, v)
		}
	}
	r.sameNames(all, c, apart)
	slices.SortStableFunc(c.review, func(a, b Review) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Items[0].Key, b.Items[0].Key))
	})
}

// namesDiffer: one party whose names in one script have no core in common. A
// Japanese and a Latin name are two names of one firm.
func (r *resolver) namesDiffer(members []int32) (Review, bool) {
	for _, a := range members {
		var latin, other []string
		for _, v := range r.parties[a].names {
			core := NormalName(v.value).Core
			list := &other
			if strings.IndexFunc(core, func(c rune) bool { return c > 0x7f }) < 0 {
				list = &latin
			}
			if core != "" && !slices.Contains(*list, core) {
				*list = append(*list, core)
			}
		}
		if len(latin) > 1 || len(other) > 1 {
			v := r.reviewOf(NamesDiffer, a)
			for _, n := range r.parties[a].names {
				v.Items = append(v.Items, Reviewed{Key: v.Items[0].Key, Name: n.value, Registers: int(n.n)})
			}
			v.Items = v.Items[1:]
			slices.SortFunc(v.Items, func(a, b Reviewed) int { return cmp.Compare(a.Name, b.Name) })
			return v, true
		}
	}
	return Review{}, false
}

// parentVotes counts the clusters that the members' rows name as their parent.
func (r *resolver) parentVotes(members, of []int32) (votes []vote[int32]) {
	for _, a := range members {
		for _, v := range r.parties[a].parents {
			if p := of[v.value]; p != of[a] {
				votes = count(votes, p, v.n)
			}
		}
	}
	return votes
}

func (r *resolver) parentsDiffer(members []int32, c *clusters) (Review, bool) {
	votes := r.parentVotes(members, c.of)
	if len(votes) < 2 {
		return Review{}, false
	}
	v := r.reviewOf(ParentDiffer, members[0])
	slices.SortFunc(votes, func(a, b vote[int32]) int { return cmp.Compare(a.value, b.value) })
	for _, p := range votes {
		item := r.reviewed(c.members[p.value][0])
		item.Registers = int(p.n)
		v.Items = append(v.Items, item)
	}
	return v, true
}

// sameNames lists clusters that share a normalised name.
func (r *resolver) sameNames(all []called, c *clusters, apart map[[2]int32]bool) {
	slices.SortFunc(all, func(a, b called) int {
		return cmp.Or(cmp.Compare(a.name.Core, b.name.Core), cmp.Compare(a.cluster, b.cluster), cmp.Compare(a.name.Form, b.name.Form))
	})
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].name.Core == all[from].name.Core {
			to++
		}
		if v, ok := r.sameName(all[from:to], c, apart); ok {
			c.review = append(c.review, v)
		}
		from = to
	}
}

func (r *resolver) sameName(group []called, c *clusters, apart map[[2]int32]bool) (Review, bool) {
	var ids []int32
	forms, countries, numbers := map[string]bool{}, map[Country]bool{}, [2]int{}
	for _, g := range group {
		if g.name.Form != "" {
			forms[g.name.Form] = true
		}
		if len(ids) > 0 && ids[len(ids)-1] == g.cluster {
			continue
		}
		ids = append(ids, g.cluster)
		for _, a := range c.members[g.cluster] {
			p := &r.parties[a]
			if land := most(p.countries, compareCountry); land != (Country{}) {
				countries[land] = true
			}
			if p.key.Scheme == LEI {
				numbers[0]++
			} else if p.key.Scheme == Corporate {
				numbers[1]++
			}
		}
	}
	open := false
	for i, a := range ids {
		for _, b := range ids[:i] {
			x, y := c.members[a][0], c.members[b][0]
			open = open || !apart[[2]int32{min(x, y), max(x, y)}]
		}
		if open {
			break
		}
	}
	if !open {
		return Review{}, false
	}
	v := Review{Kind: SameName, Name: group[0].name.Core, Likely: len(forms) < 2 && len(countries) < 2 && numbers[0] < 2 && numbers[1] < 2}
	for _, a := range ids {
		v.Items = append(v.Items, r.reviewed(c.members[a][0]))
	}
	return v, true
}
