package filing

import (
	"context"
	"errors"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Page is what one page sends of a filing: the items that it showed and could read,
// their answers (an item without one was left or made empty), and the versions of the
// answers that it was made from (none: there was no answer).
type Page struct {
	Shown   []string
	Answers form.Answers
	Seen    map[string]int64
}

// Write stores what a page sends. An answer that the page left as it was stays as it
// is now, whoever changed it meanwhile; one that both changed is stored for neither and
// returned as a conflict by item; all others are stored. Errors are those of Save.
func (s *Store) Write(ctx context.Context, a authz.Actor, id, via string, p Page) (Sheet, map[string]*record.Conflict, error) {
	var sh Sheet
	clash := map[string]*record.Conflict{}
	err := s.db.System("answers, and their progress for the asker").Tx(ctx, func(tx *db.Tx) error {
		clear(clash)
		f, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "filing.answer", f.thing(nil)); err != nil {
			return err
		}
		if err := f.open(); err != nil {
			return err
		}
		def, err := s.Form(f)
		if err != nil {
			return err
		}
		now, err := s.records.Draft(ctx, tx, def, a.Org, f.Record)
		if err != nil {
			return err
		}
		stored := 0
		for _, item := range p.Shown {
			change, err := s.weigh(ctx, tx, def, f, now, a.Person, p, item)
			if err != nil {
				return err
			}
			if change == nil {
				continue
			}
			_, err = s.records.Put(ctx, tx, def, a.Org, f.Record, a.Person, via, *change)
			var c *record.Conflict
			switch {
			case errors.As(err, &c):
				clash[item] = c
			case err != nil:
				return err
			default:
				stored++
			}
		}
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil || stored == 0 {
			return err
		}
		return s.count(ctx, tx, &sh)
	})
	return sh, clash, err
}

// weigh decides whether an item of a page is to be stored: not when it says what is
// stored already, nor when the page only repeats the answer that it was made from.
func (s *Store) weigh(ctx context.Context, tx *db.Tx, def *form.Form, f Filing, now record.Draft, person string, p Page, item string) (*record.Change, error) {
	want, have := p.Answers[item], now.Answers[item]
	if want.Equal(have) && want.Carried == have.Carried {
		return nil, nil
	}
	seen := p.Seen[item]
	if seen != now.Versions[item] && seen > 0 {
		base, err := s.records.At(ctx, tx, def, f.Tenant, f.Record, item, seen)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		if err == nil && want.Equal(base) {
			return nil, nil
		}
	}
	if seen == 0 && now.Versions[item] > 0 && want.Equal(form.Answer{}) {
		return nil, nil
	}
	if now.Persons[item] == person {
		seen = now.Versions[item] // one's own saving between is no conflict with oneself
	}
	return &record.Change{Item: item, Answer: want, Version: seen}, nil
}
