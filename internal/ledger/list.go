package ledger

import (
	"context"

	"yagura/internal/db"
)

// Filter says which entries of an organisation are listed; empty fields let all pass.
type Filter struct {
	Kind, Actor          string
	ObjectKind, ObjectID string
	From, Until          int64 // microseconds UTC; Until is the first moment after, 0 for no end
	Limit, Offset        int
}

// Row is an entry with its number.
type Row struct {
	Number int64 `db:"number"`
	Entry
}

// List lists entries of the handle's organisation, the newest first, and counts all
// that the filter lets pass.
func List(ctx context.Context, q db.Querier, f Filter) ([]Row, int, error) {
	if f.Until == 0 {
		f.Until = 1<<63 - 1
	}
	const where = ` from ledger_entry where tenant = :tenant and (:kind = '' or kind = :kind) and (:actor = '' or actor = :actor)
		and (:object_kind = '' or object_kind = :object_kind) and (:object_id = '' or object_id = :object_id) and at >= :from and at < :until`
	args := db.Args{"kind": f.Kind, "actor": f.Actor, "object_kind": f.ObjectKind, "object_id": f.ObjectID, "from": f.From, "until": f.Until, "limit": f.Limit, "offset": f.Offset}
	n, err := db.One[int](ctx, q, `select count(*)`+where, args)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.All[Row](ctx, q, `select number, at, tenant, actor, on_behalf_of, kind, object_kind, object_id, object_revision, basis, payload, nonce`+where+`
		order by number desc limit :limit offset :offset`, args)
	return rows, n, err
}
