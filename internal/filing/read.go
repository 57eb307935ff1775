package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
)

// Read is that someone of the asker read a submitted revision: once for each person
// and day (UTC), with the last time and how often.
type Read struct {
	Revision int64  `db:"revision"`
	Person   string `db:"person"`
	Name     string `db:"name"`
	At       int64  `db:"at"`
	Times    int64  `db:"times"`
}

const dayMicros = 24 * 60 * 60 * 1_000_000

// noteRead keeps for the filing's own organisation that the asker read it.
func (s *Store) noteRead(ctx context.Context, a authz.Actor, id string, revision int64) error {
	return s.db.System("an asker reads a submission, and its owner sees that").Tx(ctx, func(tx *db.Tx) error {
		r, err := received(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		return note(ctx, tx, a, r, revision, clock.Micros(s.now.Now()))
	})
}

func note(ctx context.Context, tx *db.Tx, a authz.Actor, r Received, revision, now int64) error {
	_, err := tx.Exec(ctx, `insert into filing_read (tenant, filing, revision, person, day, name, at, times)
		values (:owner, :filing, :revision, :person, :day, :name, :at, 1)
		on conflict (tenant, filing, revision, person, day) do update set at = excluded.at, times = filing_read.times + 1`,
		db.Args{"owner": r.Party, "filing": r.ID, "revision": revision, "person": a.Person, "day": now / dayMicros, "name": a.Name, "at": now})
	return err
}

// Reads lists who of the asker read the submissions of a filing of the actor's
// organisation, the newest first.
func (s *Store) Reads(ctx context.Context, a authz.Actor, id string) ([]Read, error) {
	if _, err := s.Get(ctx, a, id); err != nil {
		return nil, err
	}
	return db.All[Read](ctx, s.db.Tenant(a.Org), `select revision, person, name, at, times from filing_read
		where tenant = :tenant and filing = :filing order by at desc, person`, db.Args{"filing": id})
}
