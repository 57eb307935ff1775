package register

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/record"
	"yagura/internal/sheet"
)

// MaxFile is the largest file that can be imported, in bytes.
const MaxFile = 5 << 20

// Digest stands for the changes of a plan: a file that still changes the same has the same.
func (p Plan) Digest() string {
	h := sha256.New()
	for _, r := range p.Rows {
		fmt.Fprintf(h, "%q\n", r.ID)
		for _, ch := range r.Changes {
			fmt.Fprintf(h, "%q %d %q %q %q\n", ch.Item.ID, ch.Version, ch.Item.FormatValue(ch.New.Value), ch.New.State, ch.New.Comment)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Read reads a file that Export gave and someone changed, and compares it with the
// register. Nothing is changed. Faults of the file are findings of the plan.
func (s *Store) Read(ctx context.Context, a authz.Actor, formID, name string, data []byte) (Plan, error) {
	if _, err := s.may.Decide(a, "record.write", thing(a, "")); err != nil {
		return Plan{}, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return Plan{}, err
	}
	if len(data) > MaxFile {
		return Plan{Form: f, Findings: []finding.Finding{finding.New("register.file-large", "register.file-large", "max", MaxFile>>20)}}, nil
	}
	list, found := sheet.ReadList(bytes.NewReader(data), int64(len(data)), name)
	if list == nil {
		return Plan{Form: f, Findings: found}, nil
	}
	var plan Plan
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		all, err := s.records.All(ctx, tx, f, a.Org)
		if err != nil {
			return err
		}
		to, err := s.references(ctx, tx, a.Org, f)
		if err != nil {
			return err
		}
		o, err := s.orgs.Form(ctx, tx, a.Org, "")
		plan = Diff(f, all, to, &o, list, name)
		plan.Findings = append(found, plan.Findings...)
		return err
	})
	return plan, err
}

// Apply stores all changes of a plan, or none. via says how they came. Errors: *Unfit
// for a plan with errors, Conflict (*record.Conflict) when an answer was changed since.
func (s *Store) Apply(ctx context.Context, a authz.Actor, via string, plan Plan) error {
	basis, err := s.may.Decide(a, "record.write", thing(a, ""))
	if err != nil {
		return err
	}
	if finding.HasErrors(plan.Findings) {
		return &Unfit{plan.Findings}
	}
	f := plan.Form
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		to, err := s.references(ctx, tx, a.Org, f)
		if err != nil {
			return err
		}
		for _, row := range plan.Rows {
			if err := s.applyRow(ctx, tx, a, f, via, row, to, basis); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) applyRow(ctx context.Context, tx *db.Tx, a authz.Actor, f *form.Form, via string, row RowChange, to References, basis string) error {
	id := row.ID
	if id == "" {
		r, err := s.records.Create(ctx, tx, a.Org, a.Person, f)
		if err != nil {
			return err
		}
		id = r.ID
	}
	changed := form.Answers{}
	for _, c := range row.Changes {
		if _, err := s.records.Put(ctx, tx, f, a.Org, id, a.Person, via, record.Change{Item: c.Item.ID, Answer: c.New, Version: c.Version}); err != nil {
			return err
		}
		if !c.New.Equal(form.Answer{}) {
			changed[c.Item.ID] = c.New
		}
	}
	if bad := dangling(f, changed, to); len(bad) > 0 {
		return &Unfit{bad}
	}
	if err := s.records.Rename(ctx, tx, a.Org, id, row.Title); err != nil {
		return err
	}
	now, err := s.records.Get(ctx, tx, a.Org, id)
	if err != nil {
		return err
	}
	payload, err := f.EncodeAnswers(changed)
	if err != nil {
		return err
	}
	return s.log(ctx, tx, a, "record.changed", "record", id, now.Version, basis, payload)
}
