package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/record"
)

// Write stores what a page sends. An answer that the page left as it was stays as it
// is now, whoever changed it meanwhile; one that both changed is stored for neither and
// returned as a conflict by item; all others are stored. Errors are those of Save.
func (s *Store) Write(ctx context.Context, a authz.Actor, id, via string, p record.Page) (Sheet, map[string]*record.Conflict, error) {
	sh, clash, err := s.write(ctx, a, id, via, p)
	for range 2 {
		if err != nil || !ownWork(clash, a.Person) {
			break
		}
		sh, clash, err = s.write(ctx, a, id, via, p)
	}
	return sh, clash, err
}

// ownWork tells whether a page met what its own sender stored at the same moment: a
// saving between that is under way when the page itself is sent. That is no conflict.
func ownWork(clash map[string]*record.Conflict, person string) bool {
	for _, c := range clash {
		if c.Person == person {
			return true
		}
	}
	return false
}

func (s *Store) write(ctx context.Context, a authz.Actor, id, via string, p record.Page) (Sheet, map[string]*record.Conflict, error) {
	var sh Sheet
	var clash map[string]*record.Conflict
	err := s.db.System("answers, and their progress for the asker").Tx(ctx, func(tx *db.Tx) error {
		f, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "filing.answer", f.thing(nil)); err != nil {
			return err
		}
		if err := s.open(f); err != nil {
			return err
		}
		def, err := s.Form(f)
		if err != nil {
			return err
		}
		p.Again = true
		stored, c, err := s.records.Write(ctx, tx, def, a.Org, f.Record, a.Person, via, p)
		if err != nil {
			return err
		}
		clash = c
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil || len(stored) == 0 {
			return err
		}
		return s.count(ctx, tx, &sh)
	})
	return sh, clash, err
}
