package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Workbook is the item under which an uploaded workbook is kept until its answers are
// taken over; no item of a form begins with an underscore.
const Workbook = "_workbook"

// Package is the same for an offline package that came back.
const Package = "_package"

// asked reads a filing of the actor's organisation, if the policies permit the action.
func (s *Store) asked(ctx context.Context, q db.Querier, a authz.Actor, id, action string) (Filing, error) {
	f, err := get(ctx, q, a.Org, id)
	if err != nil {
		return f, err
	}
	_, err = s.may.Decide(a, action, f.thing(nil))
	return f, err
}

// Comment adds a comment to an item of a filing, or to the whole (item "").
func (s *Store) Comment(ctx context.Context, a authz.Actor, id, item, body string) error {
	h := s.db.Tenant(a.Org)
	f, err := s.asked(ctx, h, a, id, "filing.comment")
	if err != nil {
		return err
	}
	_, err = s.records.Comment(ctx, h, a.Org, record.Comment{Record: f.Record, Item: item, Body: body, Person: a.Person})
	return err
}

// Resolve closes a comment.
func (s *Store) Resolve(ctx context.Context, a authz.Actor, id, comment string) error {
	h := s.db.Tenant(a.Org)
	f, err := s.asked(ctx, h, a, id, "filing.comment")
	if err != nil {
		return err
	}
	return s.records.Resolve(ctx, h, a.Org, f.Record, comment, a.Person)
}

// Comments lists a filing's comments, oldest first.
func (s *Store) Comments(ctx context.Context, a authz.Actor, f Filing) ([]record.Comment, error) {
	if _, err := s.may.Decide(a, "filing.read", f.thing(nil)); err != nil {
		return nil, err
	}
	return s.records.Comments(ctx, s.db.Tenant(a.Org), a.Org, f.Record)
}

// History lists the changes of one item's answer, newest first.
func (s *Store) History(ctx context.Context, a authz.Actor, f Filing, item string, limit int) ([]record.Past, error) {
	if _, err := s.may.Decide(a, "filing.read", f.thing(nil)); err != nil {
		return nil, err
	}
	return s.records.History(ctx, s.db.Tenant(a.Org), a.Org, f.Record, item, limit)
}

// Attach stores a file with an item of a filing whose answers may be changed; accept
// narrows the types (record.Attach). The error is Invalid and says what can be done.
func (s *Store) Attach(ctx context.Context, a authz.Actor, id, item, name string, accept []string, data []byte) (ref form.FileRef, err error) {
	err = s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		f, err := s.asked(ctx, tx, a, id, "filing.answer")
		if err != nil {
			return err
		}
		if err := s.open(f); err != nil {
			return err
		}
		ref, err = s.records.Attach(ctx, tx, a.Org, f.Record, item, a.Person, name, accept, data)
		return err
	})
	return ref, err
}

// Detach takes a file off an item while answers may be changed.
func (s *Store) Detach(ctx context.Context, a authz.Actor, id, item, sum string) error {
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		f, err := s.asked(ctx, tx, a, id, "filing.answer")
		if err != nil {
			return err
		}
		if err := s.open(f); err != nil {
			return err
		}
		return s.records.Detach(ctx, tx, a.Org, f.Record, item, sum)
	})
}

// Files lists the files of a filing's items, without uploaded workbooks and packages.
func (s *Store) Files(ctx context.Context, a authz.Actor, f Filing) ([]record.File, error) {
	if _, err := s.may.Decide(a, "filing.read", f.thing(nil)); err != nil {
		return nil, err
	}
	list, err := s.records.Files(ctx, s.db.Tenant(a.Org), a.Org, f.Record)
	var out []record.File
	for _, one := range list {
		if one.Item != Workbook && one.Item != Package {
			out = append(out, one)
		}
	}
	return out, err
}

// OpenFile is the content of a filing's file, or NotFound.
func (s *Store) OpenFile(ctx context.Context, a authz.Actor, id, sum string) (record.File, []byte, error) {
	f, err := s.Get(ctx, a, id)
	if err != nil {
		return record.File{}, nil, err
	}
	return s.records.Open(ctx, s.db.Tenant(a.Org), a.Org, f.Record, sum)
}

// Revision is a submitted revision of a filing, or NotFound.
func (s *Store) Revision(ctx context.Context, a authz.Actor, f Filing, n int64) (record.Revision, error) {
	if _, err := s.may.Decide(a, "receipt.read", f.thing(nil)); err != nil {
		return record.Revision{}, err
	}
	return s.records.Revision(ctx, s.db.Tenant(a.Org), a.Org, f.Record, n)
}

// Before is the earlier filing whose answers stand beside (Sheet.Previous), or NotFound.
func (s *Store) Before(ctx context.Context, a authz.Actor, sh Sheet) (Filing, error) {
	return db.One[Filing](ctx, s.db.Tenant(a.Org), `select `+columns+` from filing_own o where `+earlier,
		sh.earlier(s.records.Forms().Previous(sh.FormDef)))
}
