package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Import stores a whole sheet of answers, as a workbook or an offline package brings it:
// what equals the present answer is left alone, everything else is written over, all
// or none. Items without an entry keep theirs. It returns the sheet as it is now;
// errors are those of Save.
func (s *Store) Import(ctx context.Context, a authz.Actor, id, via string, answers form.Answers) (Sheet, error) {
	sh, err := s.Sheet(ctx, a, id)
	if err != nil {
		return sh, err
	}
	if len(sh.Draft.Versions) == 0 {
		return s.fill(ctx, a, id, via, answers)
	}
	var changes []record.Change
	for _, it := range sh.FormDef.Items() {
		if want, ok := answers[it.ID]; ok {
			if have := sh.Draft.Answers[it.ID]; !have.Equal(want) || have.Carried != want.Carried {
				changes = append(changes, record.Change{Item: it.ID, Answer: want, Version: sh.Draft.Versions[it.ID]})
			}
		}
	}
	return s.Save(ctx, a, id, via, changes...)
}

// fill is Import into a filing that nobody has begun.
func (s *Store) fill(ctx context.Context, a authz.Actor, id, via string, answers form.Answers) (Sheet, error) {
	var sh Sheet
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
		if err := s.records.Fill(ctx, tx, def, a.Org, f.Record, a.Person, via, answers); err != nil {
			return err
		}
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		return s.count(ctx, tx, &sh)
	})
	return sh, err
}
