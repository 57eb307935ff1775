package demo

import (
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// states turns a few answers into "unknown" and "not applicable" where the
// item allows it; items with published figures keep theirs.
func (g *generator) states(it *form.Item, ask []int, out []form.Answers) {
	if len(it.References) > 0 {
		return
	}
	for _, i := range ask {
		switch r := g.rng.Float64(); {
		case r < 0.015 && it.Allows(form.NotApplicable):
			out[i][it.ID] = form.Answer{State: form.NotApplicable, Comment: i18n.T(g.lang, "demo.reason")}
		case r > 0.98 && it.Allows(form.Unknown):
			out[i][it.ID] = form.Answer{State: form.Unknown}
		}
	}
}

// oddities gives a few parties the habits that the answer-quality page looks
// for: last year's answers handed in again, and one position ticked throughout.
func (g *generator) oddities(s *Sector, cur, prev *form.Form) {
	order := g.rng.Perm(len(s.Parties))
	for _, i := range order[:6] {
		for id, a := range form.Translate(prev, s.Previous[i], cur) {
			if it := cur.Item(id); len(it.References) == 0 && it.Applies == "" {
				s.Current[i][id] = a
			}
		}
		s.Current[i] = g.settle(cur, s.Current[i], &s.Parties[i])
	}
	for _, i := range order[6:10] {
		for _, it := range cur.Items() {
			if it.Ordered() && len(it.References) == 0 && it.Applies == "" {
				s.Current[i][it.ID] = form.Answer{Value: it.Options[len(it.Options)/2].ID}
			}
		}
		s.Current[i] = g.settle(cur, s.Current[i], &s.Parties[i])
	}
}

// settle drops answers that no longer apply and fills those that now do with
// the lowest option, so that the set stays complete.
func (g *generator) settle(f *form.Form, a form.Answers, org *form.Org) form.Answers {
	for range f.Items() {
		changed := false
		e := f.Evaluate(a, nil, org)
		for _, it := range f.Items() {
			_, have := a[it.ID]
			switch applies := e.Applies[it.Index()]; {
			case have && !applies:
				delete(a, it.ID)
				changed = true
			case !have && applies && !it.Optional:
				if v := g.lowest(f, it); v != nil {
					a[it.ID] = form.Answer{Value: v}
					changed = true
				}
			}
		}
		if !changed {
			break
		}
	}
	return a
}

func (g *generator) lowest(f *form.Form, it *form.Item) any {
	switch it.Type {
	case form.TypeChoice:
		return it.Options[0].ID
	case form.TypeMulti:
		return []string{it.Options[0].ID}
	case form.TypeYesNo:
		return false
	}
	return plain(f, it, 0.2, g.lang)
}
