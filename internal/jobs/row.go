package jobs

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
)

// claimed is a row that is a runner's until its lease ends.
type claimed struct {
	Org      string `db:"tenant"`
	Kind     string `db:"kind"`
	Key      string `db:"name"`
	Due      int64  `db:"due"`
	Payload  string `db:"payload"`
	Attempts int    `db:"attempts"`
	Lease    string `db:"lease"`
}

func (c claimed) job() Job {
	return Job{Org: c.Org, Kind: c.Kind, Key: c.Key, Due: clock.FromMicros(c.Due), Payload: []byte(c.Payload), Attempt: c.Attempts}
}

// due tells which kinds have something due, without writing, which is most of what a
// runner does. For each kind the index shows its first row.
func (r *Runner) due(ctx context.Context, g *group, now time.Time) ([]string, error) {
	args := db.Args{"now": clock.Micros(now)}
	var parts []string
	for i, kind := range g.kinds {
		name := fmt.Sprint("k", i)
		args[name] = kind
		parts = append(parts, fmt.Sprintf(`select kind from (select kind from job where kind = :%s and wake <= :now limit 1) as q%d`, name, i))
	}
	return db.All[string](ctx, r.db.System(reason), strings.Join(parts, " union all "), args)
}

// The condition on wake stands twice: on PostgreSQL a claim that had to wait for
// another runner's judges each row again, by the outer one, and leaves what is taken.
// Adding 0 keeps SQLite from walking the index of the outer one.
const claimRows = `update job set lease = :lease, wake = :until, attempts = attempts + 1
	where wake + 0 <= :now and (tenant, kind, name) in (
		select tenant, kind, name from job where kind = :kind and wake <= :now order by wake limit :batch)
	returning tenant, kind, name, due, payload, attempts, lease`

// claim takes a batch of due rows of a kind, or fewer, or none when others were faster.
// An attempt counts from its claim, so a row that kills its node dies too in the end.
func (r *Runner) claim(ctx context.Context, kind string, now time.Time) ([]claimed, error) {
	rows, err := db.All[claimed](ctx, r.db.System(reason), claimRows, db.Args{
		"lease": rand.Text(), "until": clock.Micros(now.Add(r.Lease())), "now": clock.Micros(now), "kind": kind, "batch": r.opts.Batch,
	})
	r.Claimed.Add(int64(len(rows)))
	arrange(rows)
	return rows, err
}

// arrange puts the rows that were never tried first, by time. The others follow in an
// order that differs from attempt to attempt, so that rows that were claimed together
// with one that kills its node get their turn before it.
func arrange(rows []claimed) {
	slices.SortFunc(rows, func(a, b claimed) int {
		again := func(c claimed) int { return min(c.Attempts, 2) }
		if again(a) == 2 && again(b) == 2 {
			return cmp.Compare(a.hash(), b.hash())
		}
		return cmp.Or(cmp.Compare(again(a), again(b)), cmp.Compare(a.Due, b.Due), cmp.Compare(a.Org, b.Org), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Key, b.Key))
	})
}

// hash spreads rows and attempts evenly over 32 bits.
func (c claimed) hash() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.Join([]string{strconv.Itoa(c.Attempts), c.Org, c.Kind, c.Key}, "\x00"))) // never fails
	x := h.Sum32()
	x = (x ^ x>>16) * 0x85ebca6b // FNV's last bytes reach its high bits badly; this is a step of MurmurHash3's finalizer
	return x ^ x>>13
}

// own finds a claimed row while it is still its runner's.
const own = ` where tenant = :tenant and kind = :kind and name = :name and lease = :lease`

func (r *Runner) remove(ctx context.Context, c claimed) error {
	return r.db.System(reason).Tx(ctx, func(tx *db.Tx) error { return remove(ctx, tx, c) })
}

func remove(ctx context.Context, tx *db.Tx, c claimed) error {
	n, err := tx.Exec(ctx, `delete from job`+own, c)
	if err == nil && n == 0 {
		err = errLost
	}
	return err
}

// release gives back a row that was not run to its end because the runner stops; the
// attempt doesn't count.
func (r *Runner) release(ctx context.Context, c claimed, now time.Time) error {
	_, err := r.db.System(reason).Exec(ctx, `update job set wake = :now, lease = '', attempts = attempts - 1`+own,
		db.Args{"tenant": c.Org, "kind": c.Kind, "name": c.Key, "lease": c.Lease, "now": clock.Micros(now)})
	return err
}

// failed keeps the error and sets the time of the next attempt, or none.
func (r *Runner) failed(ctx context.Context, c claimed, now time.Time, cause error) error {
	var wake *int64
	var p permanent
	if c.Attempts < r.opts.Attempts && !errors.As(cause, &p) {
		at := clock.Micros(now.Add(r.pause(c)))
		wake = &at
		r.Failed.Add(1)
	} else {
		r.Died.Add(1)
	}
	_, err := r.db.System(reason).Exec(ctx, `update job set wake = :wake, lease = '', fault = :fault`+own,
		db.Args{"tenant": c.Org, "kind": c.Kind, "name": c.Key, "lease": c.Lease, "wake": wake, "fault": shortened(cause.Error())})
	return err
}

// pause doubles from attempt to attempt up to the longest. It is spread over three to
// five quarters of itself by a hash of the row, so that rows that failed together
// don't come back together, and the same row always waits as long.
func (r *Runner) pause(c claimed) time.Duration {
	base := r.opts.MaxPause
	if n := c.Attempts - 1; n < 40 && r.opts.Pause<<n>>n == r.opts.Pause {
		base = min(r.opts.Pause<<n, r.opts.MaxPause)
	}
	return base*3/4 + time.Duration(float64(base)/2*float64(c.hash())/(1<<32))
}

// mend runs at the first tick and when the clock was set back: leases and pauses that
// were written by a clock that was ahead would stand for as long as it was ahead.
// None is longer than the horizon by a right clock, so what is beyond it is due now.
func (r *Runner) mend(ctx context.Context, now time.Time) error {
	horizon := 2 * max(r.Lease(), r.opts.MaxPause)
	_, err := r.db.System(reason).Exec(ctx, `update job set wake = :now where attempts > 0 and wake > :horizon`,
		db.Args{"now": clock.Micros(now), "horizon": clock.Micros(now.Add(horizon))})
	return err
}

// shortened is what is kept of an error: enough to see what is wrong.
func shortened(s string) string {
	const most = 2000
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}
