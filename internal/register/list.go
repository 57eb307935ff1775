package register

import (
	"context"
	"math"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Query says which records are listed.
type Query struct {
	Text  string // must occur in a title or an answer; "" lists all
	After string // id of the last record of the page before
	Limit int    // 1 to 999
}

// Listing is a page of a register.
type Listing struct {
	Form  *form.Form
	Rows  []record.Row
	Next  string // what After of the next page is; "" on the last
	Total int64  // of all records, whatever the query
}

// List lists records of a register, oldest first, with the items that the form lists.
func (s *Store) List(ctx context.Context, a authz.Actor, formID string, q Query) (Listing, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return Listing{}, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return Listing{}, err
	}
	out := Listing{Form: f}
	limit := min(max(q.Limit, 1), 999)
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if out.Total, err = s.records.Count(ctx, tx, a.Org, f.ID); err != nil {
			return err
		}
		out.Rows, err = s.records.List(ctx, tx, a.Org, record.Query{Form: f.ID, Text: q.Text, After: q.After, Limit: limit + 1}, f.Lists)
		return err
	})
	if len(out.Rows) > limit {
		out.Rows, out.Next = out.Rows[:limit], out.Rows[limit-1].ID
	}
	return out, err
}

// Removed lists records that were taken out of a register, the last first.
func (s *Store) Removed(ctx context.Context, a authz.Actor, formID string) ([]record.Record, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, err
	}
	if _, err := s.Form(formID); err != nil {
		return nil, err
	}
	return s.records.Removed(ctx, s.db.Tenant(a.Org), a.Org, formID, 500)
}

// Summary is the state of one register.
type Summary struct {
	Form       *form.Form
	Records    int
	Incomplete int                     // records that lack a required answer
	Missing    int                     // required answers that are lacking, of all records
	Lacking    map[string]int          // of these, by record
	Answers    map[string]form.Answers // by record
	Score      float64                 // mean of the records' scores, 0 to 100; NaN when the form scores nothing
}

// Summarise counts what a register's records lack and how they score.
func Summarise(f *form.Form, records []record.Full, o *form.Org) Summary {
	out := Summary{Form: f, Records: len(records), Score: math.NaN(), Lacking: map[string]int{}, Answers: map[string]form.Answers{}}
	sum, scored := 0.0, 0
	for _, r := range records {
		out.Answers[r.ID] = r.Draft.Answers
		e := f.Evaluate(r.Draft.Answers, nil, o)
		if n := len(missing(f, e.Findings())); n > 0 {
			out.Incomplete++
			out.Missing += n
			out.Lacking[r.ID] = n
		}
		if !math.IsNaN(e.Overall) {
			sum += e.Overall
			scored++
		}
	}
	if scored > 0 {
		out.Score = sum / float64(scored)
	}
	return out
}

// Overview is the state of every register that is meant for the actor's organisation; a
// register stands behind those that its records point to.
func (s *Store) Overview(ctx context.Context, a authz.Actor) ([]Summary, error) {
	return s.summaries(ctx, a, inOrder(s.records.Forms().Registers()))
}

// inOrder puts forms behind those that they point to, otherwise as they were; where forms
// point to each other, the first one leads.
func inOrder(forms []*form.Form) []*form.Form {
	of := map[string]*form.Form{}
	for _, f := range forms {
		of[f.ID] = f
	}
	var out []*form.Form
	done := map[string]bool{}
	var put func(f *form.Form)
	put = func(f *form.Form) {
		if f == nil || done[f.ID] {
			return
		}
		done[f.ID] = true
		refs(f, func(_ string, it *form.Item) { put(of[target(it)]) })
		out = append(out, f)
	}
	for _, f := range forms {
		put(f)
	}
	return out
}

// Summary is the state of one register.
func (s *Store) Summary(ctx context.Context, a authz.Actor, formID string) (Summary, error) {
	f, err := s.Form(formID)
	if err != nil {
		return Summary{}, err
	}
	list, err := s.summaries(ctx, a, []*form.Form{f})
	if err == nil && len(list) == 0 {
		err = errs.New(errs.NotFound, "register: %s is not for this organisation", formID)
	}
	if err != nil {
		return Summary{}, err
	}
	return list[0], nil
}

func (s *Store) summaries(ctx context.Context, a authz.Actor, forms []*form.Form) ([]Summary, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, err
	}
	var out []Summary
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		out = nil
		o, err := s.orgs.Form(ctx, tx, a.Org, "")
		if err != nil {
			return err
		}
		for _, f := range forms {
			if !f.InAudience(&o) {
				continue
			}
			all, err := s.records.All(ctx, tx, f, a.Org)
			if err != nil {
				return err
			}
			out = append(out, Summarise(f, all, &o))
		}
		return nil
	})
	return out, err
}

// Lacking is a record with the required items that apply to it and have no answer.
type Lacking struct {
	record.Record
	Items []*form.Item
}

// Missing lists the records of a register that lack required answers, oldest first.
func (s *Store) Missing(ctx context.Context, a authz.Actor, formID string) ([]Lacking, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return nil, err
	}
	var out []Lacking
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		out = nil
		o, err := s.orgs.Form(ctx, tx, a.Org, "")
		if err != nil {
			return err
		}
		all, err := s.records.All(ctx, tx, f, a.Org)
		for _, r := range all {
			if items := missing(f, f.Evaluate(r.Draft.Answers, nil, &o).Findings()); len(items) > 0 {
				out = append(out, Lacking{r.Record, items})
			}
		}
		return err
	})
	return out, err
}
