package register

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Books reads whole registers of the actor's organisation as they stand at one moment, by
// form, with what the organisation is. A register that is not meant for it is empty.
func (s *Store) Books(ctx context.Context, a authz.Actor, forms ...string) (map[string][]record.Full, form.Org, error) {
	var o form.Org
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, o, err
	}
	out := map[string][]record.Full{}
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if o, err = s.orgs.Form(ctx, tx, a.Org, ""); err != nil {
			return err
		}
		for _, id := range forms {
			f, err := s.Form(id)
			if err != nil {
				return err
			}
			if out[id], err = s.records.All(ctx, tx, f, a.Org); err != nil {
				return err
			}
		}
		return nil
	})
	return out, o, err
}

// Took enters in the ledger that whole registers left the product as a file; what says
// what it is, such as the name of its format.
func (s *Store) Took(ctx context.Context, a authz.Actor, what string, content []byte) error {
	basis, err := s.may.Decide(a, "record.read", thing(a, ""))
	if err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		return s.log(ctx, tx, a, "export.made", "register", what, 0, basis, content)
	})
}
