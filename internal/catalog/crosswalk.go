package catalog

import (
	"cmp"
	"slices"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Crosswalk is the answer to: how do the items of one framework stand to those
// of another? Relations were written down; Suggested was computed and must be
// shown as such.
type Crosswalk struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	Title     i18n.Text  `json:"title"` // empty when no crosswalk between the two was written
	Basis     i18n.Text  `json:"basis"`
	Relations []Relation `json:"relations"`
	Suggested []Hint     `json:"suggested"`
	Coverage  [2]Cover   `json:"coverage"` // of From's items, of To's items
}

// Hint is a relation that follows from two written ones over an item of a third
// framework. Strength is that of the weaker one.
type Hint struct {
	From     string       `json:"from"`
	To       string       `json:"to"`
	Type     RelationType `json:"relation"`
	Strength int          `json:"strength"`
	Via      string       `json:"via"` // framework:item
}

// Cover says how much of a framework a crosswalk reaches. It counts leaves
// (Framework.Leaves); each leaf is in exactly one of the lists, the first that
// applies.
type Cover struct {
	Framework  string   `json:"framework"`
	Total      int      `json:"total"`
	Related    []string `json:"related"`     // the item itself is in a written relation
	ByAncestor []string `json:"by_ancestor"` // only an item above it is: covered in part at best
	Suggested  []string `json:"suggested"`   // only in a computed hint
	Missing    []string `json:"missing"`     // none of these
}

// Crosswalk relates framework a to framework b, whichever way round the file was
// written: Crosswalk(b, a) is the same with every relation inverted. Relations
// and hints come in the order of a's items, then b's. Two frameworks without a
// crosswalk may still have hints. Errors: errs.NotFound for an unknown
// framework, errs.Invalid when a is b.
func (c *Catalog) Crosswalk(a, b string) (*Crosswalk, error) {
	for _, id := range []string{a, b} {
		if c.framework[id] == nil {
			return nil, errs.New(errs.NotFound, "no framework %q", id)
		}
	}
	if a == b {
		return nil, errs.New(errs.Invalid, "a crosswalk needs two frameworks, got %q twice", a)
	}
	x := &Crosswalk{From: a, To: b, Relations: []Relation{}, Suggested: []Hint{}}
	if m := c.mapping(a, b); m != nil {
		x.Title, x.Basis = m.Title, m.Basis
	}
	x.Relations = append(x.Relations, c.between(a, b)...)
	x.Suggested = append(x.Suggested, c.hints(a, b, x.Relations)...)
	from, to := c.framework[a].order(), c.framework[b].order()
	slices.SortStableFunc(x.Relations, func(p, q Relation) int {
		return cmp.Or(cmp.Compare(from[p.From], from[q.From]), cmp.Compare(to[p.To], to[q.To]))
	})
	slices.SortStableFunc(x.Suggested, func(p, q Hint) int {
		return cmp.Or(cmp.Compare(from[p.From], from[q.From]), cmp.Compare(to[p.To], to[q.To]))
	})
	x.Coverage = [2]Cover{c.framework[a].cover(x, true), c.framework[b].cover(x, false)}
	return x, nil
}

// mapping finds the file between two frameworks, in either direction.
func (c *Catalog) mapping(a, b string) *Mapping {
	for _, m := range c.mappings {
		if m.From == a && m.To == b || m.From == b && m.To == a {
			return m
		}
	}
	return nil
}

// between lists the written relations read from a to b.
func (c *Catalog) between(a, b string) []Relation {
	m := c.mapping(a, b)
	if m == nil {
		return nil
	}
	list := make([]Relation, 0, len(m.Relations))
	for _, r := range m.Relations {
		rel := *r
		if m.From == b {
			rel.From, rel.To, rel.Type = r.To, r.From, r.Type.Inverse()
		}
		list = append(list, rel)
	}
	return list
}

// hints composes relations over one framework in the middle. Of several ways
// between the same two items the strongest is kept, then the one whose type says
// most, then the first by name of its middle item. Pairs with a written relation
// get no hint.
func (c *Catalog) hints(a, b string, written []Relation) []Hint {
	type pair struct{ from, to string }
	done := map[pair]bool{}
	for _, r := range written {
		done[pair{r.From, r.To}] = true
	}
	best := map[pair]Hint{}
	var order []pair
	for _, mid := range c.frameworks {
		if mid.ID == a || mid.ID == b {
			continue
		}
		onward := map[string][]Relation{}
		for _, r := range c.between(mid.ID, b) {
			onward[r.From] = append(onward[r.From], r)
		}
		for _, first := range c.between(a, mid.ID) {
			for _, second := range onward[first.To] {
				p := pair{first.From, second.To}
				if done[p] {
					continue
				}
				h := Hint{From: p.from, To: p.to, Type: first.Type.compose(second.Type),
					Strength: min(first.Strength, second.Strength), Via: mid.ID + ":" + first.To}
				old, ok := best[p]
				if !ok {
					order = append(order, p)
				}
				if !ok || h.better(old) {
					best[p] = h
				}
			}
		}
	}
	list := make([]Hint, 0, len(order))
	for _, p := range order {
		list = append(list, best[p])
	}
	return list
}

// better never depends on the direction in which the crosswalk is read.
func (h Hint) better(old Hint) bool {
	return cmp.Or(cmp.Compare(old.Strength, h.Strength), cmp.Compare(h.Type.vagueness(), old.Type.vagueness()),
		cmp.Compare(h.Via, old.Via)) < 0
}

func (t RelationType) vagueness() int {
	switch t {
	case Equal:
		return 0
	case SubsetOf, SupersetOf:
		return 1
	case Intersects, Supports, SupportedBy:
		return 2
	}
	return 3
}

// order is the place of each item in the document.
func (f *Framework) order() map[string]int {
	place := make(map[string]int, len(f.Items))
	for i, it := range f.Items {
		place[it.ID] = i
	}
	return place
}

// cover sorts f's leaves by how the crosswalk reaches them; from says which side
// of it f is.
func (f *Framework) cover(x *Crosswalk, from bool) Cover {
	related, suggested := map[string]bool{}, map[string]bool{}
	for _, r := range x.Relations {
		related[side(from, r.From, r.To)] = true
	}
	for _, h := range x.Suggested {
		suggested[side(from, h.From, h.To)] = true
	}
	c := Cover{Framework: f.ID, Related: []string{}, ByAncestor: []string{}, Suggested: []string{}, Missing: []string{}}
	for _, it := range f.Leaves() {
		c.Total++
		above := func(id string) bool { return related[id] }
		switch {
		case related[it.ID]:
			c.Related = append(c.Related, it.ID)
		case slices.ContainsFunc(f.ancestors(it.ID), above):
			c.ByAncestor = append(c.ByAncestor, it.ID)
		case suggested[it.ID]:
			c.Suggested = append(c.Suggested, it.ID)
		default:
			c.Missing = append(c.Missing, it.ID)
		}
	}
	return c
}

func side(from bool, a, b string) string {
	if from {
		return a
	}
	return b
}
