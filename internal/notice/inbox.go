package notice

import (
	"context"
	"encoding/json"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Item is one notice in one person's inbox.
type Item struct {
	ID     string
	Kind   string
	Args   map[string]i18n.Text
	Link   string    // path in the product
	At     time.Time // of the fact
	ReadAt time.Time // zero when it isn't read
}

// Subject is the headline of the item.
func (i Item) Subject() i18n.Text { return i18n.Both(subjectKey(i.Kind)) }

// Body is what the item says.
func (i Item) Body() i18n.Text { return text(bodyKey(i.Kind), i.Args) }

type itemRow struct {
	ID     string `db:"id"`
	Person string `db:"person"`
	Kind   string `db:"kind"`
	Args   string `db:"args"`
	Link   string `db:"link"`
	At     int64  `db:"at"`
	ReadAt *int64 `db:"read_at"`
}

func (r itemRow) item() (Item, error) {
	i := Item{ID: r.ID, Kind: r.Kind, Link: r.Link, At: clock.FromMicros(r.At)}
	if r.ReadAt != nil {
		i.ReadAt = clock.FromMicros(*r.ReadAt)
	}
	if err := json.Unmarshal([]byte(r.Args), &i.Args); err != nil {
		return Item{}, errs.New(errs.Internal, "notice: the arguments of %s can't be read: %w", r.ID, err)
	}
	return i, nil
}

// Page says which part of an inbox is wanted.
type Page struct {
	Before string // items older than this one; empty for the newest
	Limit  int    // 1 to 200; 0 means 50
	Unread bool   // only what isn't read
}

const itemColumns = `id, person, kind, args, link, at, read_at`

// Inbox lists a person's notices in one organisation, the newest first, and tells the
// Before of the next page, empty when there is none. The handle is that of the
// organisation's tenant.
func Inbox(ctx context.Context, q db.Querier, person string, p Page) ([]Item, string, error) {
	if p.Limit == 0 {
		p.Limit = 50
	}
	if p.Limit < 0 || p.Limit > 200 {
		return nil, "", errs.New(errs.Invalid, "notice: a page of an inbox has 1 to 200 items")
	}
	before := p.Before
	if before == "" {
		before = "8" // every id begins with 0 to 7
	}
	condition := ""
	if p.Unread {
		condition = ` and read_at is null`
	}
	rows, err := db.All[itemRow](ctx, q, `select `+itemColumns+` from notice_inbox
		where tenant = :tenant and person = :person and id < :before`+condition+` order by id desc limit :limit`,
		db.Args{"person": person, "before": before, "limit": p.Limit + 1})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		next = rows[p.Limit-1].ID
	}
	var items []Item
	for _, r := range rows {
		i, err := r.item()
		if err != nil {
			return nil, "", err
		}
		items = append(items, i)
	}
	return items, next, nil
}

// Unread counts what a person hasn't read in one organisation.
func Unread(ctx context.Context, q db.Querier, person string) (int, error) {
	return db.One[int](ctx, q, `select count(*) from notice_inbox where tenant = :tenant and person = :person and read_at is null`,
		db.Args{"person": person})
}

// MarkRead notes that a person has read the given items, or all up to now when ids is
// empty, and tells how many weren't read before. Another person's items stay as they are.
func (n *Notifier) MarkRead(ctx context.Context, q db.Querier, person string, ids ...string) (int64, error) {
	const mark = `update notice_inbox set read_at = :now where tenant = :tenant and person = :person and read_at is null`
	args := db.Args{"person": person, "now": clock.Micros(n.Clock.Now())}
	if len(ids) == 0 {
		return q.Exec(ctx, mark+` and at <= :now`, args)
	}
	args["ids"] = ids
	return q.Exec(ctx, mark+` and id in (:ids)`, args)
}

// Way is how a person wants mail of one organisation's notices.
type Way string

// The ways. AtOnce is that of a person who has chosen none.
const (
	AtOnce Way = "at_once"
	Daily  Way = "daily"
	NoMail Way = "none"
)

// SetWay chooses a person's way of mail; the error is Invalid for an unknown one. What
// already waits for a digest still comes with it.
func SetWay(ctx context.Context, q db.Querier, person string, way Way) error {
	if way != AtOnce && way != Daily && way != NoMail {
		return errs.New(errs.Invalid, "notice: %q is no way of mail", way)
	}
	_, err := q.Exec(ctx, `insert into notice_preference (tenant, person, mail) values (:tenant, :person, :mail)
		on conflict (tenant, person) do update set mail = excluded.mail`, db.Args{"person": person, "mail": way})
	return err
}

// WayOf tells a person's way of mail.
func WayOf(ctx context.Context, q db.Querier, person string) (Way, error) {
	list, err := db.All[Way](ctx, q, `select mail from notice_preference where tenant = :tenant and person = :person`, db.Args{"person": person})
	if err != nil || len(list) == 0 {
		return AtOnce, err
	}
	return list[0], nil
}

// preferences are the ways of several persons.
func preferences(ctx context.Context, tx *db.Tx, org string, persons []string) (map[string]Way, error) {
	type row struct {
		Person string `db:"person"`
		Mail   Way    `db:"mail"`
	}
	ways := map[string]Way{}
	for _, p := range persons {
		ways[p] = AtOnce
	}
	rows, err := db.All[row](ctx, tx, `select person, mail from notice_preference where tenant = :tenant and person in (:persons)`,
		db.Args{"tenant": org, "persons": persons})
	for _, r := range rows {
		ways[r.Person] = r.Mail
	}
	return ways, err
}
