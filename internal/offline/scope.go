package offline

import (
	"yagura/internal/form"
)

// Scope says which items of a form may be changed: those of whole sections, and single
// ones. An empty Scope is the whole form.
type Scope struct {
	Sections []string `json:"sections,omitempty"`
	Items    []string `json:"items,omitempty"`
}

// Whole reports whether the scope is the whole form.
func (s Scope) Whole() bool { return len(s.Sections) == 0 && len(s.Items) == 0 }

// set lists the scope's items; false when it names a section or item that the form
// doesn't have.
func (s Scope) set(f *form.Form) (map[string]bool, bool) {
	in := map[string]bool{}
	if s.Whole() {
		for _, it := range f.Items() {
			in[it.ID] = true
		}
		return in, true
	}
	known := map[string]*form.Section{}
	for _, sec := range f.Sections {
		known[sec.ID] = sec
	}
	for _, id := range s.Sections {
		sec := known[id]
		if sec == nil {
			return nil, false
		}
		for _, it := range sec.Items {
			in[it.ID] = true
		}
	}
	for _, id := range s.Items {
		if f.Item(id) == nil {
			return nil, false
		}
		in[id] = true
	}
	return in, true
}

// scopeOf is the one way to write a set of items: whole sections by their name, in the
// order of the form, and the whole form as the empty Scope.
func scopeOf(f *form.Form, in map[string]bool) Scope {
	var s Scope
	all := true
	for _, sec := range f.Sections {
		var some []string
		for _, it := range sec.Items {
			if in[it.ID] {
				some = append(some, it.ID)
			}
		}
		if len(some) == len(sec.Items) {
			s.Sections = append(s.Sections, sec.ID)
			continue
		}
		all = false
		s.Items = append(s.Items, some...)
	}
	if all {
		return Scope{}
	}
	return s
}

// Items lists the items that may be changed in this package, in the order of the form.
func (p *Package) Items() []*form.Item {
	in, _ := p.Work.Scope.set(p.Form)
	var out []*form.Item
	for _, it := range p.Form.Items() {
		if in[it.ID] {
			out = append(out, it)
		}
	}
	return out
}

// Has reports whether an item may be changed in this package.
func (p *Package) Has(item string) bool {
	in, _ := p.Work.Scope.set(p.Form)
	return in[item]
}

// Count is how many items of a form the scope has.
func (s Scope) Count(f *form.Form) int {
	in, _ := s.set(f)
	return len(in)
}
