package correlate

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Group is reports that hang together by links: a connected part of the graph
// of pairs.
type Group struct {
	ID           string    `json:"id"` // of its earliest report
	Reports      []Member  `json:"reports"`
	Incidents    int       `json:"incidents"`    // reports without duplicates
	Institutions int       `json:"institutions"` // that are known, each once
	First        time.Time `json:"first"`
	Last         time.Time `json:"last"`
	Exercise     bool      `json:"exercise"`
	Common       []Common  `json:"common"` // what at least two incidents of it share, most telling first
	Links        []Link    `json:"links"`  // the strongest that hold it together, one fewer than reports
}

// Member is a report of a group.
type Member struct {
	ID          string    `json:"id"`
	Institution string    `json:"institution,omitempty"`
	At          time.Time `json:"at"`
	DuplicateOf string    `json:"duplicate_of,omitempty"` // the earliest report of the same incident
}

// Common is a value that incidents of a group share.
type Common struct {
	Field     Field   `json:"field"`
	Text      string  `json:"text"`
	Incidents int     `json:"incidents"`
	Frequency float64 `json:"frequency"` // in the background of the latest of them, 0 to 1
}

// Campaign reports whether the group is more than reports of one incident.
func (g *Group) Campaign() bool { return g.Incidents > 1 }

// Groups lists the groups of two reports or more: campaigns first, those of more
// institutions before others, then by time.
func (x *Index) Groups() []Group {
	parts := map[int32][]int32{}
	for i := range x.entries {
		if root := x.find(x.parent, int32(i)); root != int32(i) {
			parts[root] = append(parts[root], int32(i))
		}
	}
	links := map[int32][]link{}
	for _, l := range x.links {
		root := x.find(x.parent, l.later)
		links[root] = append(links[root], l)
	}
	var out []Group
	for _, root := range slices.Sorted(maps.Keys(parts)) {
		out = append(out, x.group(append(parts[root], root), links[root]))
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents)*boolInt(a.Campaign() != b.Campaign()), cmp.Compare(b.Institutions, a.Institutions),
			a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (x *Index) group(members []int32, links []link) Group {
	slices.SortFunc(members, func(a, b int32) int { return inTime(x.entries[a].Report, x.entries[b].Report) })
	first, last := &x.entries[members[0]], &x.entries[members[len(members)-1]]
	g := Group{ID: first.ID, First: first.At, Last: last.At, Exercise: first.Exercise}
	incidents, institutions := map[int32]string{}, map[string]bool{}
	for _, i := range members {
		e := &x.entries[i]
		m := Member{ID: e.ID, Institution: e.Institution, At: e.At}
		root := x.find(x.incident, i)
		if earliest, ok := incidents[root]; ok {
			m.DuplicateOf = earliest
		} else {
			incidents[root] = e.ID
		}
		g.Reports = append(g.Reports, m)
		for _, v := range e.Values {
			if v.Field == Institution {
				institutions[v.Text] = true
			}
		}
	}
	g.Incidents, g.Institutions = len(incidents), len(institutions)
	g.Common, g.Links = x.common(members), x.tree(links)
	return g
}

// common counts what the incidents share.
func (x *Index) common(members []int32) []Common {
	type place struct {
		incident int32
		key      uint32
	}
	counted, n, at, shown := map[place]bool{}, map[uint32]int{}, map[uint32]float64{}, map[uint32]string{}
	for _, i := range members {
		e, root := &x.entries[i], x.find(x.incident, i)
		for k, key := range e.keys {
			v := x.values[key&0xffffff]
			shown[key] = smaller(shown[key], e.Shown[v])
			at[key] = e.frequency[k]
			if p := (place{root, key}); !counted[p] {
				counted[p] = true
				n[key]++
			}
		}
	}
	var out []Common
	for key, count := range n {
		if f := Fields[key>>24]; count > 1 && f != Institution && f != Description {
			v := x.values[key&0xffffff]
			out = append(out, Common{f, cmp.Or(shown[key], v.Text), count, at[key]})
		}
	}
	slices.SortFunc(out, func(a, b Common) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), cmp.Compare(a.Frequency, b.Frequency), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// smaller is the smaller of two writings, either of which may be missing.
func smaller(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// tree keeps the strongest links that hold a group together: the maximum
// spanning tree (Kruskal 1956).
func (x *Index) tree(links []link) []Link {
	var told []Link
	for _, l := range links {
		told = append(told, Link{A: x.entries[l.earlier].ID, B: x.entries[l.later].ID, Bits: l.bits})
	}
	order := make([]int, len(links))
	for i := range order {
		order[i] = i
		if told[i].B < told[i].A && x.entries[links[i].later].At.Equal(x.entries[links[i].earlier].At) {
			told[i].A, told[i].B = told[i].B, told[i].A
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strongest(told[a], told[b]) })
	up := map[int32]int32{}
	find := func(i int32) int32 {
		for p, ok := up[i]; ok; p, ok = up[i] {
			i = p
		}
		return i
	}
	var out []Link
	for _, i := range order {
		if a, b := find(links[i].later), find(links[i].earlier); a != b {
			up[a] = b
			out = append(out, x.link(links[i]))
		}
	}
	return out
}
