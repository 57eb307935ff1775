package org

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Introduce allows the actor's organisation to invite the first person of a party, to
// whom email is sent, and enters it in the ledger. It is only for an organisation that
// this asker alone entered and that has no people yet: from then on its own
// administrator decides who acts for it, and no asker can let itself in.
//
// Errors: NotFound when it is no party; Conflict when it has people, or another asker.
func (s *Store) Introduce(ctx context.Context, a authz.Actor, id, email string) error {
	return s.onParty(ctx, a, id, "party.invited", email, func(tx *db.Tx) error {
		return s.unmanned(ctx, tx, a.Org, id)
	})
}

// Unmanned reports whether Introduce would allow a party's first person to be invited.
func (s *Store) Unmanned(ctx context.Context, a authz.Actor, id string) (bool, error) {
	if !s.may.May(a, "party.manage", thing(a.Org)) {
		return false, nil
	}
	allowed := false
	err := s.db.System("whether a party has people yet").Read(ctx, func(tx *db.Tx) error {
		err := s.unmanned(ctx, tx, a.Org, id)
		if allowed = err == nil; errs.KindOf(err) == errs.Conflict {
			return nil
		}
		return err
	})
	return allowed, err
}

func (s *Store) unmanned(ctx context.Context, tx *db.Tx, asker, id string) error {
	if err := s.alone(ctx, tx, asker, id); err != nil {
		return err
	}
	people, err := db.One[int64](ctx, tx, `select count(*) from membership where tenant = :id`, db.Args{"id": id})
	if err == nil && people > 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("org.has-people"))
	}
	return err
}
