package signin

import (
	"context"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// Limit slows guessing down: the first Free failures cost nothing, the next one makes
// the guesser wait First, each further one twice as long, up to Longest.
type Limit struct {
	Free           int64         // failures without waiting
	First, Longest time.Duration // waits
	End            int64         // failures after which waiting doesn't help any more; 0: never
	Forget         time.Duration // failures are forgotten when there was none for so long; 0: never
}

// LoginLimit is the limit of one login name. SP 800-63B-4 section 3.2.2 allows 100
// failures in a row on one account; after those only a new password helps. The rest
// are settings of Yagura.
var LoginLimit = Limit{Free: 4, First: 30 * time.Second, Longest: time.Hour, End: 100}

// AddressLimit is the limit of one network address. A whole institution may stand
// behind one, so it is wider and forgets.
var AddressLimit = Limit{Free: 30, First: 10 * time.Second, Longest: 15 * time.Minute, Forget: time.Hour}

// forever is the wait when waiting doesn't help.
const forever = time.Duration(1<<63 - 1)

// strikes are the failures of one subject so far; times in microseconds.
type strikes struct {
	Failures int64 `db:"failures"`
	Last     int64 `db:"last"`
}

// wait is how long s must still wait at now.
func (l Limit) wait(s strikes, now int64) time.Duration {
	since := time.Duration(now-s.Last) * time.Microsecond
	switch {
	case l.Forget > 0 && since >= l.Forget, s.Failures <= l.Free:
		return 0
	case l.End > 0 && s.Failures >= l.End:
		return forever
	}
	whole := l.First
	for n := s.Failures - l.Free - 1; n > 0 && whole < l.Longest; n-- {
		whole *= 2
	}
	return max(min(whole, l.Longest)-since, 0)
}

// fail is s after one more failure at now.
func (l Limit) fail(s strikes, now int64) strikes {
	if l.Forget > 0 && time.Duration(now-s.Last)*time.Microsecond >= l.Forget {
		s.Failures = 0
	}
	return strikes{s.Failures + 1, now}
}

// subject is what failures are counted for. It is stored as a keyed hash: people type
// their password in the field of the login name.
type subject struct {
	key   string
	limit Limit
}

func (s *Store) subject(kind, value string, limit Limit) subject {
	return subject{kind + ":" + s.keyed("strike", kind, value), limit}
}

// attempt counts a failure for each subject before anything is compared, so that
// guesses sent at the same time don't all pass before the first is counted; who turns
// out to be right is pardoned. When one of the subjects must wait, nothing is counted
// and the error is the refusal. Callers name login names before addresses, so that no
// two transactions wait for each other.
func (s *Store) attempt(ctx context.Context, subjects ...subject) error {
	now := s.now()
	var longest time.Duration
	err := s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		longest = 0
		have := make([]strikes, len(subjects))
		for i, sub := range subjects {
			var err error
			if have[i], err = lockStrikes(ctx, tx, sub, now); err != nil {
				return err
			}
			longest = max(longest, sub.limit.wait(have[i], now))
		}
		for i, sub := range subjects {
			next := have[i]
			if longest == 0 {
				next = sub.limit.fail(next, now)
			}
			if _, err := tx.Exec(ctx, `update signin_strike set failures = :failures, last = :last where subject = :subject`,
				db.Args{"subject": sub.key, "failures": next.Failures, "last": next.Last}); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case longest == forever:
		return refuse(errs.Unauthenticated, "signin.locked")
	case longest > 0:
		return refuseFor(longest)
	}
	return nil
}

// lockStrikes reads a subject's failures and keeps others from them until the
// transaction ends: the update that changes nothing locks the row. When the clock was
// set back since the last failure, that failure counts as of now, so that nobody waits
// longer than the whole wait.
func lockStrikes(ctx context.Context, tx *db.Tx, sub subject, now int64) (strikes, error) {
	have, err := db.One[strikes](ctx, tx, `insert into signin_strike (subject, failures, last) values (:subject, 0, :last)
		on conflict (subject) do update set subject = excluded.subject returning failures, last`, db.Args{"subject": sub.key, "last": now})
	have.Last = min(have.Last, now)
	return have, err
}

// pardon takes back what attempt counted for someone who was right: all failures of
// the login name, and one of an address, which others may be guessing from.
func (s *Store) pardon(ctx context.Context, tx *db.Tx, all, one subject) error {
	if _, err := tx.Exec(ctx, `delete from signin_strike where subject = :subject`, db.Args{"subject": all.key}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update signin_strike set failures = failures - 1 where subject = :subject and failures > 0`, db.Args{"subject": one.key})
	return err
}
