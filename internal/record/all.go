package record

import (
	"context"

	"yagura/internal/db"
	"yagura/internal/form"
)

// Full is a record with all its present answers.
type Full struct {
	Record
	Draft Draft
}

// All reads the records of a form that stand, oldest first, with all their answers in
// two statements however many there are. Answers that f doesn't know are left out.
func (s *Store) All(ctx context.Context, q db.Querier, f *form.Form, tenant string) ([]Full, error) {
	args := db.Args{"tenant": tenant, "form": f.ID}
	heads, err := db.All[Record](ctx, q, `select `+columns+` from record_head where tenant = :tenant and form = :form and removed_at = 0 order by id`, args)
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	rows, err := db.All[answerRow](ctx, q, `select a.tenant, a.record, a.item, a.answer, a.plain, a.version, a.at, a.person, '' as via
		from record_answer a join record_head h on h.tenant = :tenant and h.id = a.record
		where a.tenant = :tenant and h.form = :form and h.removed_at = 0`, args)
	if err != nil {
		return nil, err
	}
	of := make(map[string][]answerRow, len(heads))
	for _, r := range rows {
		of[r.Record] = append(of[r.Record], r)
	}
	out := make([]Full, len(heads))
	for i, h := range heads {
		out[i].Record = h
		if out[i].Draft, err = draftOf(f, of[h.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Removed lists the records of a form that were removed, the last first.
func (s *Store) Removed(ctx context.Context, q db.Querier, tenant, formID string, limit int) ([]Record, error) {
	return db.All[Record](ctx, q, `select `+columns+` from record_head where tenant = :tenant and form = :form and removed_at > 0 order by removed_at desc, id limit :limit`,
		db.Args{"tenant": tenant, "form": formID, "limit": limit})
}
