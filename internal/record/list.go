package record

import (
	"context"
	"strings"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
)

// Query says which records of a form are listed.
type Query struct {
	Form  string
	Text  string // must occur in a title or an answer; "" lists all
	After string // id of the last record of the page before; ids sort by the time of their making
	Limit int    // 1 to 1000
}

// Row is a record with the answers that its form's list shows.
type Row struct {
	Record
	Cells map[string]string // by item id: the answer as text (form.FormatValue)
}

// List lists records that stand, oldest first, with the answers to items.
func (s *Store) List(ctx context.Context, q db.Querier, tenant string, query Query, items []string) ([]Row, error) {
	args := db.Args{"tenant": tenant, "form": query.Form, "after": query.After, "limit": min(max(query.Limit, 1), 1000), "like": like(query.Text)}
	where := `tenant = :tenant and form = :form and removed_at = 0 and id > :after`
	if query.Text != "" {
		where += ` and (lower(title) like :like escape '~' or id in (select a.record from record_answer a where a.tenant = :tenant and lower(a.plain) like :like escape '~'))`
	}
	records, err := db.All[Record](ctx, q, `select `+columns+` from record_head where `+where+` order by id limit :limit`, args)
	if err != nil || len(records) == 0 || len(items) == 0 {
		return rows(records, nil), err
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	cells, err := db.All[answerRow](ctx, q, `select tenant, record, item, answer, plain, version, at, person, '' as via from record_answer
		where tenant = :tenant and record in (:ids) and item in (:items)`, db.Args{"tenant": tenant, "ids": ids, "items": items})
	return rows(records, cells), err
}

func rows(records []Record, cells []answerRow) []Row {
	out := make([]Row, len(records))
	at := make(map[string]int, len(records))
	for i, r := range records {
		out[i], at[r.ID] = Row{r, map[string]string{}}, i
	}
	for _, c := range cells {
		out[at[c.Record]].Cells[c.Item] = c.Plain
	}
	return out
}

// like is the pattern of a text that may hold wildcards of its own.
func like(text string) string {
	return "%" + strings.NewReplacer("~", "~~", "%", "~%", "_", "~_").Replace(strings.ToLower(form.Normalise(text))) + "%"
}

// Count is the number of standing records of a form.
func (s *Store) Count(ctx context.Context, q db.Querier, tenant, formID string) (int64, error) {
	return db.One[int64](ctx, q, `select count(*) from record_head where tenant = :tenant and form = :form and removed_at = 0`, db.Args{"tenant": tenant, "form": formID})
}

// Rename keeps a register record's title in step with the answer that names it.
func (s *Store) Rename(ctx context.Context, q db.Querier, tenant, record, title string) error {
	_, err := q.Exec(ctx, `update record_head set title = :title where tenant = :tenant and id = :record`, db.Args{"tenant": tenant, "record": record, "title": title})
	return err
}

// Remove takes a record out of the lists, or puts it back; it is never deleted.
func (s *Store) Remove(ctx context.Context, q db.Querier, tenant, record, person string, removed bool) error {
	at := int64(0)
	if removed {
		at = clock.Micros(s.now.Now())
	}
	_, err := q.Exec(ctx, `update record_head set removed_at = :at, version = version + 1, updated_by = :person where tenant = :tenant and id = :record`,
		db.Args{"tenant": tenant, "record": record, "at": at, "person": person})
	return err
}
