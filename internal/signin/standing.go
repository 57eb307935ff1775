package signin

import (
	"context"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
)

// Standing is what a list of people says of someone's signing in.
type Standing struct {
	Second bool      // there is a second factor beside the password
	Seen   time.Time // last use of an open session; zero: none is open
}

// Standings tells those of several persons in one statement, however many there are.
func (s *Store) Standings(ctx context.Context, persons []string) (map[string]Standing, error) {
	out := map[string]Standing{}
	if len(persons) == 0 {
		return out, nil
	}
	type row struct {
		Person string `db:"person"`
		Seen   int64  `db:"seen"` // 0: the row is of a factor
	}
	now := s.now()
	rows, err := db.All[row](ctx, s.db.Common(), `select person, 0 as seen from signin_totp where secret <> '' and person in (:persons)
		union select person, 0 as seen from signin_passkey where person in (:persons)
		union select person, max(seen) as seen from signin_session where person in (:persons) and expires > :now and seen > :idle group by person`,
		db.Args{"persons": persons, "now": now, "idle": now - s.cfg.Idle.Microseconds()})
	for _, r := range rows {
		st := out[r.Person]
		if r.Seen == 0 {
			st.Second = true
		} else {
			st.Seen = clock.FromMicros(r.Seen)
		}
		out[r.Person] = st
	}
	return out, err
}
