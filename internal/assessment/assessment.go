// Package assessment turns a sector's answers to a questionnaire into what the
// sector and each institution get back: it evaluates the answers, hands the
// outcome to the peer statistics and the response model, and judges how
// trustworthy the answers are. It is pure: values in, values out.
package assessment

import (
	"cmp"
	"slices"
	"strings"

	"yagura/internal/form"
)

// Source gives the answers of a party by its place in Responses.Parties. The
// map may be reused between calls; it may be called from several goroutines.
type Source interface {
	Answers(party int, into form.Answers) form.Answers
}

// Responses are the answers of a sector to one edition of a form.
type Responses struct {
	Form    *form.Form
	Parties []form.Org // sorted by ID
	Source  Source
}

// slot names the columns that one item has in a matrix.
type slot struct {
	item    *form.Item
	column  int // of the matrix; -1: none
	options int // of a multi item: the first option's column; -1: none
	level   int // of the response model; -1: none
}

// maxCategories is how many levels an item may have to be shown as a
// distribution.
const maxCategories = 20

// slots lays the items out: every item with options or whole levels has a
// column; a multi item has a column for how many measures are in place and one
// for each option.
func slots(f *form.Form) (list []slot, columns, levels int) {
	for _, it := range f.Items() {
		s := slot{item: it, column: -1, options: -1, level: -1}
		if categories(it) > 1 {
			s.column = columns
			columns++
			if it.Type == form.TypeMulti {
				s.options = columns
				columns += len(it.Options)
			}
			if rising(it) {
				s.level = levels
				levels++
			}
		}
		list = append(list, s)
	}
	return list, columns, levels
}

// categories is the number of categories of an item's column, 0 when it has none.
func categories(it *form.Item) int {
	n := 0
	switch {
	case it.Type == form.TypeChoice:
		n = len(it.Options)
	case it.Scored() && it.MaxLevel() == float64(int(it.MaxLevel())):
		n = int(it.MaxLevel()) + 1
	}
	if n > maxCategories {
		return 0
	}
	return n
}

// rising reports whether a higher category of the item means more is in place.
func rising(it *form.Item) bool { return it.Type != form.TypeChoice || it.Ordered() }

// OptionColumn is the id of the column that tells whether an option of a multi
// item was chosen.
func OptionColumn(item, option string) string { return item + "/" + option }

// clusters tells which parties are not independent: parties that share a
// holding or a shared-system centre, directly or through others, get the same
// name; a party on its own gets "".
func clusters(parties []form.Org) []string {
	parent := make([]int, len(parties))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{}
	for i, p := range parties {
		for _, name := range []string{"group:" + p.Group, "centre:" + p.Centre} {
			if name == "group:" || name == "centre:" {
				continue
			}
			if j, ok := first[name]; ok {
				parent[find(i)] = find(j)
			} else {
				first[name] = i
			}
		}
	}
	out := make([]string, len(parties))
	for i, p := range parties {
		if p.Group != "" || p.Centre != "" {
			out[i] = parties[find(i)].ID
		}
	}
	return out
}

// SortParties sorts parties by id, as Responses wants them.
func SortParties(parties []form.Org) {
	slices.SortFunc(parties, func(a, b form.Org) int { return cmp.Compare(a.ID, b.ID) })
}

// cutColumn splits a column's id into item and option.
func cutColumn(column string) (item, option string, isOption bool) {
	return strings.Cut(column, "/")
}
