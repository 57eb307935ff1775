package app

import (
	"context"
	"sync"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
)

const (
	checkpointKind  = "log.checkpoint"
	checkpointEvery = time.Hour
	maxLate         = 5 * time.Minute  // of the oldest due row, before a node is not ready
	readyFor        = 10 * time.Second // that a look at the schema is good for
)

// scheduleCheckpoint makes sure of the due row of the next full hour. Every node may do
// so: the hour is the key.
func (s *Site) scheduleCheckpoint(ctx context.Context) error {
	at := s.Clock.Now().UTC().Truncate(checkpointEvery).Add(checkpointEvery)
	return s.DB.System("schedule a checkpoint").Tx(ctx, func(tx *db.Tx) error {
		return jobs.Add(ctx, tx, jobs.Job{Kind: checkpointKind, Key: at.Format(time.RFC3339), Due: at})
	})
}

// checkpoint signs the state of the ledger and plans the next hour. Signing twice
// changes nothing.
func (s *Site) checkpoint(ctx context.Context, _ jobs.Job) error {
	if _, err := s.Ledger.Checkpoint(ctx); err != nil {
		return err
	}
	return s.scheduleCheckpoint(ctx)
}

// readiness tells whether a node should be sent requests. A public page asks it, so
// one look serves all who ask for a while.
type readiness struct {
	site *Site
	mu   sync.Mutex
	at   time.Time
	last error
}

func (r *readiness) check(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.site.Clock.Now()
	if age := now.Sub(r.at); age < 0 || age > readyFor {
		r.at, r.last = now, r.look(ctx, now)
	}
	return r.last
}

// look fails when migrations are pending or the due rows are not being worked on.
func (r *readiness) look(ctx context.Context, now time.Time) error {
	if err := r.site.DB.Check(ctx); err != nil {
		return err
	}
	wait, err := jobs.Waiting(ctx, r.site.DB.System("readiness"), now)
	if err == nil && late(wait, now) > maxLate {
		err = errs.New(errs.Unavailable, "the oldest due row is %s late", late(wait, now))
	}
	return err
}
