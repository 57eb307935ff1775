package signin

import (
	"context"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
)

// How long rows are kept that serve no more: used and ended links for an
// organisation's list of invitations, failures so that a slow guesser is counted.
const (
	keepLinks   = 365 * 24 * time.Hour
	keepStrikes = 90 * 24 * time.Hour
)

// Sweep removes what serves no more: sessions and ceremonies that have ended, links
// and API tokens a year after their end, and failures 90 days after the last, but for
// those of a login name that is locked for good. It tells how many rows those were and
// may run at any time, also on several nodes.
func (s *Store) Sweep(ctx context.Context) (rows int64, err error) {
	now := s.clock.Now()
	args := db.Args{
		"now": clock.Micros(now), "idle": clock.Micros(now.Add(-s.cfg.Idle)), "links": clock.Micros(now.Add(-keepLinks)),
		"strikes": clock.Micros(now.Add(-keepStrikes)), "locked": s.cfg.Login.End,
	}
	for _, text := range []string{
		`delete from signin_session where expires <= :now or seen <= :idle`,
		`delete from signin_ceremony where expires <= :now`,
		`delete from signin_link where expires <= :links`,
		`delete from signin_token where expires <= :links`,
		`delete from signin_totp where secret = '' and pending_until <= :now`,
		`delete from signin_strike where last <= :strikes and (:locked = 0 or failures < :locked)`,
	} {
		n, err := s.db.Common().Exec(ctx, text, args)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, nil
}
