package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
)

// Unfit is the error (kind invalid) of answers that a register doesn't take. Missing
// answers are no such fault: a record may be completed later.
type Unfit struct{ Findings []finding.Finding }

func (u *Unfit) Error() string {
	return fmt.Sprintf("register: %d faults, first: %s", len(u.Findings), u.Findings[0].Message.EN)
}

// Unwrap gives the error its kind.
func (u *Unfit) Unwrap() error { return errUnfit }

var errUnfit = errs.New(errs.Invalid, "answers with faults")

// itemOf is the id of the item that a finding is about.
func itemOf(f finding.Finding) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
	return id
}

// faults are the findings that keep changed items from being stored.
func faults(found []finding.Finding, changed []string) []finding.Finding {
	var out []finding.Finding
	for _, f := range found {
		if f.Severity == finding.Error && f.Rule != required && slices.Contains(changed, itemOf(f)) {
			out = append(out, f)
		}
	}
	return out
}

// dangling are the faults of ref items that point to no standing record.
func dangling(f *form.Form, answers form.Answers, to References) []finding.Finding {
	var out []finding.Finding
	check := func(key, at string, it *form.Item, a form.Answer) {
		id, _ := a.Value.(string)
		if it.Type == form.TypeRef && id != "" && to.Title(key, id) == "" {
			fd := finding.New("register.ref-unknown", "register.ref-unknown", "value", id)
			fd.Pointer, fd.Value = at, id
			out = append(out, fd)
		}
	}
	for _, it := range f.Items() {
		check(it.ID, "/"+it.ID, it, answers[it.ID])
		rows, _ := answers[it.ID].Value.([]form.Row)
		for i, row := range rows {
			for _, c := range it.Columns {
				check(it.ID+"/"+c.ID, fmt.Sprintf("/%s/%d/%s", it.ID, i, c.ID), c, row[c.ID])
			}
		}
	}
	return out
}

// Save stores what a page sends of a record, and returns the record as it is now with
// the conflicts (record.Store.Write). id "" enters a new record. via says how the answers
// came (record.Store.Put). Errors: *Unfit, Forbidden, NotFound, Conflict for a removed record.
func (s *Store) Save(ctx context.Context, a authz.Actor, formID, id, via string, p record.Page) (Sheet, map[string]*record.Conflict, error) {
	var clash map[string]*record.Conflict
	sh, err := s.save(ctx, a, formID, id, func(tx *db.Tx, before Sheet) (stored []string, err error) {
		stored, clash, err = s.records.Write(ctx, tx, before.FormDef, a.Org, before.ID, a.Person, via, p)
		return stored, err
	})
	return sh, clash, err
}

// Change stores changes of a record, all or none, if it still is of version, and returns
// the record as it is now. id "" enters a new record. Errors are those of Save, and
// Conflict for another version.
func (s *Store) Change(ctx context.Context, a authz.Actor, formID, id, via string, version int64, changes ...record.Change) (Sheet, error) {
	return s.save(ctx, a, formID, id, func(tx *db.Tx, before Sheet) (stored []string, err error) {
		if id != "" && before.Version != version {
			return nil, errs.New(errs.Conflict, "register: %s is of version %d", id, before.Version)
		}
		for _, c := range changes {
			if have := before.Draft.Answers[c.Item]; have.Equal(c.Answer) {
				continue
			}
			c.Version = before.Draft.Versions[c.Item]
			if _, err := s.records.Put(ctx, tx, before.FormDef, a.Org, before.ID, a.Person, via, c); err != nil {
				return nil, err
			}
			stored = append(stored, c.Item)
		}
		return stored, nil
	})
}

// save has write change a record that stands, or a new one, and settles it.
func (s *Store) save(ctx context.Context, a authz.Actor, formID, id string, write func(*db.Tx, Sheet) ([]string, error)) (Sheet, error) {
	basis, err := s.may.Decide(a, "record.write", thing(a, id))
	if err != nil {
		return Sheet{}, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return Sheet{}, err
	}
	var sh Sheet
	err = s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		at := id
		if at == "" {
			r, err := s.records.Create(ctx, tx, a.Org, a.Person, f)
			if err != nil {
				return err
			}
			at = r.ID
		}
		before, err := s.sheet(ctx, tx, a.Org, formID, at)
		if err != nil {
			return err
		}
		if before.RemovedAt != 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("register.is-removed"))
		}
		stored, err := write(tx, before)
		if err != nil {
			return err
		}
		sh, err = s.settle(ctx, tx, a, f, at, stored, id == "", basis)
		return err
	})
	return sh, err
}

// settle ends a change of a record: its faults, its title, its entry in the ledger.
func (s *Store) settle(ctx context.Context, tx *db.Tx, a authz.Actor, f *form.Form, id string, stored []string, fresh bool, basis string) (Sheet, error) {
	sh, err := s.sheet(ctx, tx, a.Org, f.ID, id)
	if err != nil {
		return sh, err
	}
	to, err := s.references(ctx, tx, a.Org, f)
	if err != nil {
		return sh, err
	}
	if bad := faults(append(sh.Eval.Findings(), dangling(f, sh.Draft.Answers, to)...), stored); len(bad) > 0 {
		return sh, &Unfit{bad}
	}
	if len(stored) == 0 && !fresh {
		return sh, nil
	}
	if title := Title(f, sh.Draft.Answers, to); title != sh.Title {
		if err := s.records.Rename(ctx, tx, a.Org, id, title); err != nil {
			return sh, err
		}
		sh.Title = title
	}
	changed := form.Answers{}
	for _, item := range stored {
		if answer, ok := sh.Draft.Answers[item]; ok {
			changed[item] = answer
		}
	}
	payload, err := f.EncodeAnswers(changed)
	if err != nil {
		return sh, err
	}
	return sh, s.log(ctx, tx, a, "record.changed", "record", id, sh.Version, basis, payload)
}

// Title is how a record is called: the answer to the first item that the form lists.
func Title(f *form.Form, answers form.Answers, to References) string {
	it := f.Item(f.Lists[0])
	a := answers[it.ID]
	if id, ok := a.Value.(string); ok && it.Type == form.TypeRef {
		return to.Title(it.ID, id)
	}
	if o := it.Option(fmt.Sprint(a.Value)); o != nil {
		return o.JA
	}
	return it.FormatValue(a.Value)
}

// Remove takes a record out of its register; it can be restored. The error is Conflict
// while other records point to it.
func (s *Store) Remove(ctx context.Context, a authz.Actor, formID, id string) error {
	return s.move(ctx, a, formID, id, true)
}

// Restore puts a removed record back.
func (s *Store) Restore(ctx context.Context, a authz.Actor, formID, id string) error {
	return s.move(ctx, a, formID, id, false)
}

func (s *Store) move(ctx context.Context, a authz.Actor, formID, id string, out bool) error {
	basis, err := s.may.Decide(a, "record.write", thing(a, id))
	if err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		sh, err := s.sheet(ctx, tx, a.Org, formID, id)
		if err != nil || (sh.RemovedAt != 0) == out {
			return err
		}
		kind := "record.restored"
		if out {
			kind = "record.removed"
			uses, err := s.uses(ctx, tx, a.Org, sh)
			if err != nil {
				return err
			}
			if len(uses) > 0 {
				return errs.New(errs.Conflict, "%w", i18n.NewError("register.in-use", "n", len(uses), "form", uses[0].Form.Title, "title", uses[0].Title))
			}
		}
		if err := s.records.Remove(ctx, tx, a.Org, id, a.Person, out); err != nil {
			return err
		}
		return s.log(ctx, tx, a, kind, "record", id, sh.Version+1, basis, []byte("{}"))
	})
}
