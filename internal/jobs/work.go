package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"yagura/internal/db"
)

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

var (
	errLost    = errors.New("the row is not this runner's any more")
	errStopped = errors.New("each time the program stopped while the row was claimed")
)
