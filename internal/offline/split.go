package offline

import (
	"bytes"
	"maps"
	"slices"

	"yagura/internal/form"
)

// Split makes the part of a package in which only the items of a scope may be changed,
// for a unit of the organisation. All answers stay readable in it: the form's conditions
// go across sections. The error is Invalid for a scope that the package doesn't have.
func (p *Package) Split(scope Scope) (*Package, error) {
	want, ok := scope.set(p.Form)
	if !ok || scope.Whole() {
		return nil, refuse("offline.scope")
	}
	have, _ := p.Work.Scope.set(p.Form)
	for id := range want {
		if !have[id] {
			return nil, refuse("offline.outside", "item", id)
		}
	}
	part := *p
	part.Answers = maps.Clone(p.Base)
	for id := range want {
		take(part.Answers, p.Answers, id)
	}
	part.Work.Scope, part.Work.Entries = scopeOf(p.Form, want), []Entry{}
	for _, e := range p.Work.Entries {
		e.Items = slices.DeleteFunc(slices.Clone(e.Items), func(id string) bool { return !want[id] })
		if len(e.Items) > 0 {
			part.Work.Entries = append(part.Work.Entries, e)
		}
	}
	slices.SortStableFunc(part.Work.Entries, compareEntries)
	return &part, nil
}

func take(into, from form.Answers, id string) {
	if a, ok := from[id]; ok {
		into[id] = a
	} else {
		delete(into, id)
	}
}

// Conflict is an item that two parts answer differently.
type Conflict struct {
	Item   *form.Item
	Base   form.Answer
	Values []Value // different ones, in the order of the parts
}

// Value is one of the answers of a conflict.
type Value struct {
	Part   int // place of the part among those that are merged, from 0
	Answer form.Answer
	Person string // who last worked on it by the log; may be empty
}

// Merge puts parts of one package together. An item that one part changed takes that
// answer; one that parts changed to different answers is a conflict unless choose names
// the part (by item) whose answer is taken. With conflicts left there is no package:
// nothing is half merged. Errors: Invalid for parts of different packages.
func Merge(choose map[string]int, parts ...*Package) (*Package, []Conflict, error) {
	if len(parts) == 0 {
		return nil, nil, refuse("offline.scope")
	}
	first := parts[0]
	all := map[string]bool{}
	for _, p := range parts {
		if !sameIssue(first, p) {
			return nil, nil, refuse("offline.other-package")
		}
		in, _ := p.Work.Scope.set(p.Form)
		maps.Copy(all, in)
	}
	out := *first
	out.Answers = maps.Clone(first.Base)
	out.Work.Scope = scopeOf(first.Form, all)
	var conflicts []Conflict
	for _, it := range first.Form.Items() {
		values := changed(it, parts)
		chosen, ok := choose[it.ID]
		switch {
		case !all[it.ID] || len(values) == 0:
		case len(values) == 1:
			take(out.Answers, parts[values[0].Part].Answers, it.ID)
		case ok && chosen >= 0 && chosen < len(parts) && parts[chosen].Has(it.ID):
			take(out.Answers, parts[chosen].Answers, it.ID)
		default:
			conflicts = append(conflicts, Conflict{it, first.Base[it.ID], values})
		}
	}
	if len(conflicts) > 0 {
		return nil, conflicts, nil
	}
	out.Work.Entries = out.mergedWork(parts)
	if len(out.Work.Entries) > maxEntries {
		return nil, nil, refuse("offline.log-full", "max", maxEntries)
	}
	return &out, nil, nil
}

func sameIssue(a, b *Package) bool {
	for _, name := range fixedNames {
		if !bytes.Equal(a.fixed[name], b.fixed[name]) {
			return false
		}
	}
	return true
}

// changed lists the different answers that parts have in place of the original one.
func changed(it *form.Item, parts []*Package) []Value {
	var out []Value
	for i, p := range parts {
		a := p.Answers[it.ID]
		if !p.Has(it.ID) || same(a, p.Base[it.ID]) || slices.ContainsFunc(out, func(v Value) bool { return same(v.Answer, a) }) {
			continue
		}
		person, _ := p.By(it.ID)
		out = append(out, Value{i, a, person})
	}
	return out
}

// mergedWork is the log of all parts. Entries that splitting cut in two become one again.
func (p *Package) mergedWork(parts []*Package) []Entry {
	out := []Entry{}
	for _, part := range parts {
		for _, e := range part.Work.Entries {
			i := slices.IndexFunc(out, func(o Entry) bool { return o.Person == e.Person && o.From.Equal(e.From) && o.Until.Equal(e.Until) })
			if i < 0 {
				out = append(out, e)
				continue
			}
			out[i].Items = p.inOrder(append(slices.Clone(out[i].Items), e.Items...))
		}
	}
	slices.SortStableFunc(out, compareEntries)
	return out
}
