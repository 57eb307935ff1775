package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

const reason = "due rows"

// Handler does the work of one kind. Exactly one of its functions is set. Either gets
// a context that ends after Options.Timeout.
type Handler struct {
	// InTx works in the transaction that takes the row away, on the handle of Job.Org
	// (System's when that is empty): its effect in the database happens once, or never
	// when it fails. It may add the next row of the same kind and key.
	InTx func(ctx context.Context, tx *db.Tx, j Job) error

	// System runs InTx on System's handle whatever the Org, for work that crosses
	// organisations.
	System bool

	// Outside works in the world, outside any transaction (mail, webhooks). It runs at
	// least once: again when the node dies, or when the row can't be taken away
	// afterwards. The other side should be able to tell a repetition by Job.Key.
	Outside func(ctx context.Context, j Job) error
}

// Options of a runner; a zero field means its default.
type Options struct {
	Workers  int           // handlers at once: 4
	Batch    int           // rows claimed at once: 8 for each worker
	Timeout  time.Duration // of one run: 30 s
	Attempts int           // before a row is dead: 25, about four days with the pauses below
	Pause    time.Duration // before the second attempt, then doubled: 10 s
	MaxPause time.Duration // 6 h
	Every    time.Duration // between two ticks of Run: 1 s
	Report   func(error)   // hears what Run can't return; nil drops it
}

func (o Options) filled() Options {
	fill(&o.Workers, 4)
	fill(&o.Batch, 8*o.Workers)
	fill(&o.Timeout, 30*time.Second)
	fill(&o.Attempts, 25)
	fill(&o.Pause, 10*time.Second)
	fill(&o.MaxPause, 6*time.Hour)
	fill(&o.Every, time.Second)
	if o.Report == nil {
		o.Report = func(error) {}
	}
	return o
}

func fill[T ~int | ~int64](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// Runner fires the due rows whose kinds it has handlers for. Several runners, on one
// node or many, share the rows of a database.
type Runner struct {
	db       *db.DB
	clock    clock.Clock
	handlers map[string]Handler
	kinds    []string
	opts     Options
	wake     chan struct{}
	last     atomic.Int64 // now of the last tick

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
	return &Runner{
		db: d, clock: c, handlers: handlers, kinds: slices.Sorted(maps.Keys(handlers)), opts: opts.filled(), wake: make(chan struct{}, 1),
	}
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
	if len(r.kinds) == 0 {
		return 0, nil
	}
	if before := r.last.Swap(clock.Micros(now)); before == 0 || clock.Micros(now) < before {
		if err := r.mend(ctx, now); err != nil {
			return 0, err
		}
	}
	total := 0
	start, begun := now, r.clock.Now()
	for {
		// Leases and pauses count from the batch, not from the beginning of a long tick.
		now = start.Add(max(0, r.clock.Now().Sub(begun)))
		some, err := r.due(ctx, now)
		if err != nil || !some {
			return total, err
		}
		batch, err := r.claim(ctx, now)
		if err != nil {
			return total, err
		}
		n, err := r.work(ctx, batch, now)
		total += n
		if err != nil {
			return total, err
		}
		if err := ctx.Err(); err != nil {
			return total, errs.New(errs.Unavailable, "jobs: %w", err)
		}
	}
}

// Wake lets Run tick now instead of at the next second. It doesn't wait.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run ticks every second and when woken, until ctx ends; then it waits for the
// handlers that run, which see the end of ctx, and gives the other rows back.
func (r *Runner) Run(ctx context.Context) {
	every := time.NewTicker(r.opts.Every)
	defer every.Stop()
	for ctx.Err() == nil {
		if _, err := r.Tick(ctx, r.clock.Now()); err != nil && ctx.Err() == nil {
			r.opts.Report(err)
		}
		select {
		case <-ctx.Done():
		case <-every.C:
		case <-r.wake:
		}
	}
}

// work runs a batch on the workers and tells how many ended well. The error is that
// of the bookkeeping, when the database can't take it.
func (r *Runner) work(ctx context.Context, batch []claimed, now time.Time) (int, error) {
	queue := make(chan claimed)
	var done atomic.Int64
	var mu sync.Mutex
	var faults []error
	var wg sync.WaitGroup
	for range min(r.opts.Workers, len(batch)) {
		wg.Go(func() {
			for c := range queue {
				ok, err := r.one(ctx, c, now)
				if ok {
					done.Add(1)
				}
				if err != nil {
					mu.Lock()
					faults = append(faults, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, c := range batch {
		queue <- c
	}
	close(queue)
	wg.Wait()
	return int(done.Load()), errors.Join(faults...)
}

// one runs one claimed row and keeps what came of it. The bookkeeping is done even
// when ctx has ended meanwhile.
func (r *Runner) one(ctx context.Context, c claimed, now time.Time) (bool, error) {
	if ctx.Err() != nil {
		return false, r.release(context.WithoutCancel(ctx), c, now)
	}
	if c.Attempts > r.opts.Attempts {
		return false, r.failed(context.WithoutCancel(ctx), c, now, errStopped)
	}
	h := r.handlers[c.Kind]
	run, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	var err error
	if h.InTx != nil {
		err = r.inTx(run, h, c)
	} else if err = guarded(func() error { return h.Outside(run, c.job()) }); err == nil {
		err = r.remove(context.WithoutCancel(ctx), c)
	}
	switch {
	case err == nil:
		r.Done.Add(1)
		return true, nil
	case errors.Is(err, errLost):
		r.Lost.Add(1)
		return false, nil
	case ctx.Err() != nil:
		return false, r.release(context.WithoutCancel(ctx), c, now)
	}
	return false, r.failed(context.WithoutCancel(ctx), c, now, err)
}

// inTx takes the row away first: that locks it, and shows whether it is still this
// runner's.
func (r *Runner) inTx(ctx context.Context, h Handler, c claimed) error {
	handle := r.db.Tenant(c.Org)
	if c.Org == "" || h.System {
		handle = r.db.System(reason)
	}
	return handle.Tx(ctx, func(tx *db.Tx) error {
		if err := remove(ctx, tx, c); err != nil {
			return err
		}
		return guarded(func() error { return h.InTx(ctx, tx, c.job()) })
	})
}

// guarded makes an error of a panic: one bad row must not stop the others.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks a handler's error as one that trying again can't mend: the row is
// dead at once.
func Permanent(err error) error { return permanent{err} }

var (
	errLost    = errors.New("the row is not this runner's any more")
	errStopped = errors.New("each time the program stopped while the row was claimed")
)

func token() string { return rand.Text() }
