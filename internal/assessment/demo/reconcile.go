package demo

import (
	"math"
	"slices"

	"yagura/internal/form"
)

// contradicting is the share of parties whose answers are left as they were
// drawn, contradictions included: the answer-quality page has something to find.
const contradicting = 0.06

// reconcile takes most contradictions out of the answers, as people who fill in
// one form would: one of the answers concerned moves to the nearest level at
// which fewer checks fire. Answers with published figures stay.
func (g *generator) reconcile(s *Sector, cur, prev *form.Form) {
	for i := range s.Parties {
		if g.rng.Float64() >= contradicting {
			mend(cur, s.Current[i], &s.Parties[i])
		}
		if g.rng.Float64() >= contradicting {
			mend(prev, s.Previous[i], &s.Parties[i])
		}
	}
}

func mend(f *form.Form, a form.Answers, org *form.Org) {
	for range 2 * len(f.Checks) {
		fired := fires(f, a, org)
		if len(fired) == 0 || !mendOne(f, a, org, fired) {
			return
		}
	}
}

// fires lists the checks that fire.
func fires(f *form.Form, a form.Answers, org *form.Org) []*form.Check {
	var out []*form.Check
	for _, fd := range f.Validate(a, nil, org) {
		i := slices.IndexFunc(f.Checks, func(c *form.Check) bool { return c.ID == fd.Rule })
		if i >= 0 {
			out = append(out, f.Checks[i])
		}
	}
	return out
}

// mendOne changes one answer so that fewer checks fire; false if none does.
func mendOne(f *form.Form, a form.Answers, org *form.Org, fired []*form.Check) bool {
	for _, c := range fired {
		for _, id := range c.Items {
			it := f.Item(id)
			old, answered := a[id]
			if !answered || len(it.References) > 0 {
				continue
			}
			for _, v := range alternatives(f, it, old.Value) {
				a[id] = form.Answer{Value: v}
				found := f.Validate(a, nil, org)
				if len(found) < len(fired) {
					return true
				}
			}
			a[id] = old
		}
	}
	return false
}

// alternatives are other values of an item, those nearest to the present one first.
func alternatives(f *form.Form, it *form.Item, value any) []any {
	var out []any
	switch v := value.(type) {
	case string:
		at := slices.IndexFunc(it.Options, func(o *form.Option) bool { return o.ID == v })
		order := make([]int, len(it.Options))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(x, y int) int { return int(math.Abs(float64(x-at)) - math.Abs(float64(y-at))) })
		for _, k := range order {
			out = append(out, it.Options[k].ID)
		}
	case bool:
		out = append(out, !v)
	case int64:
		for d := int64(1); d <= 3; d++ {
			out = append(out, v+d)
		}
	case form.Date:
		out = append(out, plain(f, it, 0.95, ""))
	case []string:
		for _, o := range it.Options {
			if at := slices.Index(v, o.ID); at >= 0 {
				out = append(out, slices.Delete(slices.Clone(v), at, at+1))
			} else {
				out = append(out, inOrder(it, append(slices.Clone(v), o.ID)))
			}
		}
	}
	return out
}

// inOrder sorts chosen options into the form's order.
func inOrder(it *form.Item, ids []string) []string {
	out := []string{}
	for _, o := range it.Options {
		if slices.Contains(ids, o.ID) {
			out = append(out, o.ID)
		}
	}
	return out
}
