package practice

import (
	"cmp"
	"slices"
	"strings"

	"yagura/internal/form"
)

// matching keeps the practices in which every word occurs, in whatever width and case
// it was written.
func (s *Store) matching(list []Shown, words string) []Shown {
	wanted := strings.Fields(fold(words))
	if len(wanted) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(p Shown) bool {
		where := s.Where(p.Place)
		text := fold(strings.Join([]string{p.Title, p.Body, p.Effect, where.JA, where.EN}, "\n"))
		return slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(text, w) })
	})
}

// inOrder sorts the practices of a campaign by where their item stands in its form.
func (s *Store) inOrder(list []Shown) []Shown {
	place := map[string]int{}
	at := func(p Shown) int {
		key := p.Form + "\x00" + p.Edition + "\x00" + p.Section + "\x00" + p.Item
		n, known := place[key]
		if !known {
			n = s.rank(p.Place)
			place[key] = n
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b Shown) int {
		return cmp.Or(cmp.Compare(b.Campaign, a.Campaign), cmp.Compare(at(a), at(b)))
	})
	return list
}

// rank counts the sections and items before a place.
func (s *Store) rank(p Place) int {
	f, err := s.forms.Form(p.Form, p.Edition)
	if err != nil {
		return 0
	}
	n := 0
	for _, sec := range f.Sections {
		if p.Item == "" && sec.ID == p.Section {
			return n
		}
		n++
		for _, it := range sec.Items {
			if it.ID == p.Item {
				return n
			}
			n++
		}
	}
	return n
}

// fold makes texts comparable: width, dashes and case.
func fold(s string) string { return strings.ToLower(form.Normalise(s)) }
