package register

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
)

// Attach stores a file with a file item of a record; its answer is then to be saved.
// The error is Invalid and says what can be done, Conflict for a removed record.
func (s *Store) Attach(ctx context.Context, a authz.Actor, formID, id, item, name string, data []byte) (ref form.FileRef, err error) {
	if _, err := s.may.Decide(a, "record.write", thing(a, id)); err != nil {
		return ref, err
	}
	err = s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		sh, err := s.sheet(ctx, tx, a.Org, formID, id)
		if err != nil {
			return err
		}
		it := sh.FormDef.Item(item)
		switch {
		case sh.RemovedAt != 0:
			return errs.New(errs.Conflict, "%w", i18n.NewError("register.is-removed"))
		case it == nil || it.Type != form.TypeFile:
			return errs.New(errs.NotFound, "register: %s takes no file", item)
		}
		ref, err = s.records.Attach(ctx, tx, a.Org, id, item, a.Person, name, it.Accept, data)
		return err
	})
	return ref, err
}

// File is the content of a record's file, or NotFound.
func (s *Store) File(ctx context.Context, a authz.Actor, formID, id, sum string) (record.File, []byte, error) {
	sh, err := s.Get(ctx, a, formID, id)
	if err != nil {
		return record.File{}, nil, err
	}
	return s.records.Open(ctx, s.db.Tenant(a.Org), a.Org, sh.ID, sum)
}
