package register

import (
	"context"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Option is a record that a ref item may point to.
type Option struct{ ID, Text string }

// References are the records to which the ref items of a form may point, by item id, of
// a table's column by "item/column".
type References map[string][]Option

// Title is how a record is called that an item points to, "" when it is not there.
func (r References) Title(key, id string) string {
	for _, o := range r[key] {
		if o.ID == id {
			return o.Text
		}
	}
	return ""
}

// refs calls fn for each ref item and column of a form with its key in References.
func refs(f *form.Form, fn func(key string, it *form.Item)) {
	for _, it := range f.Items() {
		if it.Type == form.TypeRef {
			fn(it.ID, it)
		}
		for _, c := range it.Columns {
			if c.Type == form.TypeRef {
				fn(it.ID+"/"+c.ID, c)
			}
		}
	}
}

func target(it *form.Item) string {
	to, _, _ := strings.Cut(it.To, "#")
	return to
}

// References lists what the ref items of a register may point to: the standing records
// of the other register of the same organisation, by title.
func (s *Store) References(ctx context.Context, a authz.Actor, f *form.Form) (References, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, err
	}
	return s.references(ctx, s.db.Tenant(a.Org), a.Org, f)
}

func (s *Store) references(ctx context.Context, q db.Querier, tenant string, f *form.Form) (References, error) {
	of := map[string][]Option{}
	out := References{}
	var fail error
	refs(f, func(key string, it *form.Item) {
		to := target(it)
		if _, done := of[to]; !done && fail == nil {
			of[to], fail = s.titles(ctx, q, tenant, to)
		}
		out[key] = of[to]
	})
	return out, fail
}

// titles lists the records of a register by title.
func (s *Store) titles(ctx context.Context, q db.Querier, tenant, formID string) ([]Option, error) {
	var out []Option
	const size = 1000
	for after := ""; ; {
		rows, err := s.records.List(ctx, q, tenant, record.Query{Form: formID, After: after, Limit: size}, nil)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			text := r.Title
			if text == "" {
				text = r.ID
			}
			out = append(out, Option{r.ID, text})
			after = r.ID
		}
		if len(rows) < size {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
	return out, nil
}

// Use is a record that points to another.
type Use struct {
	Form *form.Form
	Item *form.Item
	record.Record
}

// Uses lists the records of all registers that point to a record.
func (s *Store) Uses(ctx context.Context, a authz.Actor, sh Sheet) ([]Use, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, sh.ID)); err != nil {
		return nil, err
	}
	return s.uses(ctx, s.db.Tenant(a.Org), a.Org, sh)
}

func (s *Store) uses(ctx context.Context, q db.Querier, tenant string, sh Sheet) ([]Use, error) {
	var out []Use
	for _, f := range s.records.Forms().Registers() {
		pointing := false
		refs(f, func(_ string, it *form.Item) { pointing = pointing || target(it) == sh.Form })
		if !pointing {
			continue
		}
		all, err := s.records.All(ctx, q, f, tenant)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if it := pointsTo(f, r.Draft.Answers, sh.Form, sh.ID); it != nil {
				out = append(out, Use{f, it, r.Record})
			}
		}
	}
	return out, nil
}

// pointsTo is the first item of answers that points to the record id of a form.
func pointsTo(f *form.Form, answers form.Answers, formID, id string) *form.Item {
	for _, it := range f.Items() {
		if it.Type == form.TypeRef && target(it) == formID && answers[it.ID].Value == id {
			return it
		}
		rows, _ := answers[it.ID].Value.([]form.Row)
		for _, c := range it.Columns {
			if c.Type == form.TypeRef && target(c) == formID && slices.ContainsFunc(rows, func(r form.Row) bool { return r[c.ID].Value == id }) {
				return it
			}
		}
	}
	return nil
}
