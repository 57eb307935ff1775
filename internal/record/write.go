package record

import (
	"context"
	"errors"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
)

// Page is what one page sends of a record: the items that it showed and could read,
// their answers (an item without one was left or made empty), and the versions of the
// answers that it was made from (none: there was no answer).
type Page struct {
	Shown   []string
	Answers form.Answers
	Seen    map[string]int64
	Again   bool // the page saves itself again and again: one's own saving between is no conflict
}

// Write stores what a page sends and returns the items stored. An answer that the page
// left as it was stays as it is now, whoever changed it meanwhile; one that both changed
// is stored for neither and returned as a conflict by item.
func (s *Store) Write(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record, person, via string, p Page) ([]string, map[string]*Conflict, error) {
	now, err := s.Draft(ctx, tx, f, tenant, record)
	if err != nil {
		return nil, nil, err
	}
	var stored []string
	clash := map[string]*Conflict{}
	for _, item := range p.Shown {
		change, err := s.weigh(ctx, tx, f, tenant, record, now, person, p, item)
		if err != nil {
			return nil, nil, err
		}
		if change == nil {
			continue
		}
		_, err = s.Put(ctx, tx, f, tenant, record, person, via, *change)
		var c *Conflict
		switch {
		case errors.As(err, &c):
			clash[item] = c
		case err != nil:
			return nil, nil, err
		default:
			stored = append(stored, item)
		}
	}
	return stored, clash, nil
}

// weigh decides whether an item of a page is to be stored: not when it says what is
// stored already, nor when the page only repeats the answer that it was made from.
func (s *Store) weigh(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record string, now Draft, person string, p Page, item string) (*Change, error) {
	want, have := p.Answers[item], now.Answers[item]
	if want.Equal(have) && want.Carried == have.Carried {
		return nil, nil
	}
	seen := p.Seen[item]
	if seen != now.Versions[item] && seen > 0 {
		base, err := s.At(ctx, tx, f, tenant, record, item, seen)
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
	if p.Again && now.Persons[item] == person {
		seen = now.Versions[item]
	}
	return &Change{Item: item, Answer: want, Version: seen}, nil
}
