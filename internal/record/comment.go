package record

import (
	"context"
	"strings"
	"unicode/utf8"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// MaxComment is the length of a comment, in characters.
const MaxComment = 4000

// Comment is a remark or question on an item of a record, or on the whole (Item "").
type Comment struct {
	ID         string `db:"id"`
	Record     string `db:"record"`
	Item       string `db:"item"`
	Body       string `db:"body"`
	At         int64  `db:"at"`
	Person     string `db:"person"`
	ResolvedAt int64  `db:"resolved_at"` // 0 while open
	ResolvedBy string `db:"resolved_by"`
}

// Comment adds a comment. The error is Invalid when it is empty or too long.
func (s *Store) Comment(ctx context.Context, q db.Querier, tenant string, c Comment) (string, error) {
	c.Body = strings.TrimSpace(c.Body)
	if c.Body == "" || utf8.RuneCountInString(c.Body) > MaxComment {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("record.comment-length", "max", MaxComment))
	}
	c.ID, c.At = string(s.ids.New()), clock.Micros(s.now.Now())
	_, err := q.Exec(ctx, `insert into record_comment (tenant, id, record, item, body, at, person, resolved_at, resolved_by)
		values (:tenant, :id, :record, :item, :body, :at, :person, 0, '')`,
		db.Args{"tenant": tenant, "id": c.ID, "record": c.Record, "item": c.Item, "body": c.Body, "at": c.At, "person": c.Person})
	return c.ID, err
}

// Comments lists a record's comments, oldest first.
func (s *Store) Comments(ctx context.Context, q db.Querier, tenant, record string) ([]Comment, error) {
	return db.All[Comment](ctx, q, `select id, record, item, body, at, person, resolved_at, resolved_by from record_comment
		where tenant = :tenant and record = :record order by at, id`, db.Args{"tenant": tenant, "record": record})
}

// Resolve closes a comment of the record; NotFound when there is none that is open.
func (s *Store) Resolve(ctx context.Context, q db.Querier, tenant, record, id, person string) error {
	n, err := q.Exec(ctx, `update record_comment set resolved_at = :at, resolved_by = :person
		where tenant = :tenant and record = :record and id = :id and resolved_at = 0`,
		db.Args{"tenant": tenant, "record": record, "id": id, "person": person, "at": clock.Micros(s.now.Now())})
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "record: no open comment %s", id)
	}
	return err
}
