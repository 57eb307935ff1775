package jobs

import (
	"context"
	"time"

	"yagura/internal/db"
)

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
	Workers  int           // handlers at once in each group (see Run): 4
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

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks a handler's error as one that trying again can't mend: the row is
// dead at once.
func Permanent(err error) error { return permanent{err} }
