package jobs

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

const reason = "due rows"

// group are kinds that share workers.
type group struct {
	kinds []string
	wake  chan struct{}
	last  atomic.Int64 // now of the last tick
}

// grouped is the group of InTx handlers, and then the others by name.
func grouped(handlers map[string]Handler) []*group {
	inTx := &group{wake: make(chan struct{}, 1)}
	list := []*group{inTx}
	for _, kind := range slices.Sorted(maps.Keys(handlers)) {
		if handlers[kind].InTx != nil {
			inTx.kinds = append(inTx.kinds, kind)
		} else {
			list = append(list, &group{kinds: []string{kind}, wake: make(chan struct{}, 1)})
		}
	}
	if len(inTx.kinds) == 0 {
		return list[1:]
	}
	return list
}

// Runner fires the due rows whose kinds it has handlers for. Several runners, on one
// node or many, share the rows of a database.
type Runner struct {
	db       *db.DB
	clock    clock.Clock
	handlers map[string]Handler
	groups   []*group
	opts     Options

	// What this runner did since it was made.
	Claimed atomic.Int64
	Done    atomic.Int64
	Failed  atomic.Int64 // attempts that ended in an error or a panic, and will be repeated
	Died    atomic.Int64 // rows given up
	Lost    atomic.Int64 // runs whose row was someone else's or gone in the end
}

// New is a runner on d. It panics when a handler has not exactly one function.
func New(d *db.DB, c clock.Clock, handlers map[string]Handler, opts Options) *Runner {
	for kind, h := range handlers {
		if (h.InTx == nil) == (h.Outside == nil) {
			panic("jobs: handler " + kind + " needs exactly one of InTx and Outside")
		}
	}
	return &Runner{db: d, clock: c, handlers: handlers, groups: grouped(handlers), opts: opts.filled()}
}

// Lease is for how long a claimed row is this runner's: as long as a whole batch can
// take when every handler uses up its time, and one timeout more. A row that was
// claimed by a node that died is claimed again after it.
func (r *Runner) Lease() time.Duration {
	rounds := (r.opts.Batch + r.opts.Workers - 1) / r.opts.Workers
	return r.opts.Timeout * time.Duration(rounds+1)
}

// Tick fires what is due at now, batch after batch until nothing is left, and tells
// how many runs ended well. Rows that become due while it works, by handlers at the
// same now, are fired too. Failures of handlers are kept with their rows and counted;
// the error is of the database or of ctx.
func (r *Runner) Tick(ctx context.Context, now time.Time) (int, error) {
	total := 0
	for {
		before := r.Claimed.Load()
		for _, g := range r.groups {
			n, err := r.tick(ctx, g, now)
			total += n
			if err != nil {
				return total, err
			}
		}
		if r.Claimed.Load() == before {
			return total, nil
		}
	}
}

func (r *Runner) tick(ctx context.Context, g *group, now time.Time) (int, error) {
	if before := g.last.Swap(clock.Micros(now)); before == 0 || clock.Micros(now) < before {
		if err := r.mend(ctx, now); err != nil {
			return 0, err
		}
	}
	total := 0
	start, begun := now, r.clock.Now()
	for {
		// Leases and pauses count from the batch, not from the beginning of a long tick.
		at := func() time.Time { return start.Add(max(0, r.clock.Now().Sub(begun))) }
		kinds, err := r.due(ctx, g, at())
		if err != nil || len(kinds) == 0 {
			return total, err
		}
		for _, kind := range kinds {
			n, err := r.batch(ctx, kind, at())
			total += n
			if err != nil {
				return total, err
			}
		}
	}
}

// batch claims and works off one batch of a kind.
func (r *Runner) batch(ctx context.Context, kind string, now time.Time) (int, error) {
	rows, err := r.claim(ctx, kind, now)
	if err != nil {
		return 0, err
	}
	n, err := r.work(ctx, rows, now)
	if err == nil && ctx.Err() != nil {
		err = errs.New(errs.Unavailable, "jobs: %w", ctx.Err())
	}
	return n, err
}

// Wake lets Run tick now instead of at the next second. It doesn't wait.
func (r *Runner) Wake() {
	for _, g := range r.groups {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

// Run ticks every second and when woken, until ctx ends; then it waits for the
// handlers that run, which see the end of ctx, and gives the other rows back. The kinds
// that work in transactions are one group, each of the others is a group with workers
// of its own, so that a receiver that hangs delays nobody but its own kind.
func (r *Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, g := range r.groups {
		wg.Go(func() { r.loop(ctx, g) })
	}
	wg.Wait()
}

func (r *Runner) loop(ctx context.Context, g *group) {
	every := time.NewTicker(r.opts.Every)
	defer every.Stop()
	for ctx.Err() == nil {
		if _, err := r.tick(ctx, g, r.clock.Now()); err != nil && ctx.Err() == nil {
			r.opts.Report(err)
		}
		select {
		case <-ctx.Done():
		case <-every.C:
		case <-g.wake:
		}
	}
}
