package notice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// NewFeed makes the token of a person's calendar feed in the transaction's
// organisation. It replaces the person's former one. Calendar programs can't sign in,
// so who has the address with the token has the feed: the token is shown once and
// stored as a hash.
func (n *Notifier) NewFeed(ctx context.Context, tx *db.Tx, org, person string) (string, error) {
	token := rand.Text() // at least 128 random bits
	_, err := tx.Exec(ctx, `insert into notice_feed (tenant, person, hash, at) values (:tenant, :person, :hash, :at)
		on conflict (tenant, person) do update set hash = excluded.hash, at = excluded.at`,
		db.Args{"tenant": org, "person": person, "hash": feedHash(token), "at": clock.Micros(n.Clock.Now())})
	return token, err
}

// DropFeed ends a person's calendar feed and tells whether there was one.
func DropFeed(ctx context.Context, tx *db.Tx, person string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from notice_feed where tenant = :tenant and person = :person`, db.Args{"person": person})
	return n > 0, err
}

// Feed tells whose feed a token opens. The caller still has to ask what that person may
// see today. The error is NotFound for an unknown or replaced token.
func (n *Notifier) Feed(ctx context.Context, token string) (org, person string, err error) {
	type row struct {
		Tenant string `db:"tenant"`
		Person string `db:"person"`
	}
	// Whose the token is, is the question: there is no tenant yet.
	r, err := db.One[row](ctx, n.DB.System("calendar feed by its token"), `select tenant, person from notice_feed where hash = :hash`,
		db.Args{"hash": feedHash(token)})
	if errs.KindOf(err) == errs.NotFound {
		err = errs.New(errs.NotFound, "notice: no such calendar feed")
	}
	return r.Tenant, r.Person, err
}

// feedHash needs no salt and no slow hash: a token is random, not chosen by a person.
func feedHash(token string) string {
	sum := sha256.Sum256([]byte("yagura feed 1\x00" + token))
	return hex.EncodeToString(sum[:])
}
