package db

import (
	"context"
	"errors"
	"sync/atomic"
)

// Witness knows what became of the changes that were made under one context, so that
// who asked for them can be told when the answer fails. Transactions that only read, or
// were rolled back, leave no trace.
type Witness struct {
	stored, unknown atomic.Bool
}

type witnessKey struct{}

// WithWitness returns a context under which changes are watched.
func WithWitness(ctx context.Context) (context.Context, *Witness) {
	w := &Witness{}
	return context.WithValue(ctx, witnessKey{}, w), w
}

// Stored reports whether a change was committed.
func (w *Witness) Stored() bool { return w.stored.Load() }

// Unknown reports whether the connection was lost while a change was being committed
// (ErrOutcomeUnknown).
func (w *Witness) Unknown() bool { return w.unknown.Load() }

func witness(ctx context.Context, err error) {
	w, ok := ctx.Value(witnessKey{}).(*Witness)
	switch {
	case !ok:
	case err == nil:
		w.stored.Store(true)
	case errors.Is(err, ErrOutcomeUnknown):
		w.unknown.Store(true)
	}
}

type lastKey struct{}

// WithLast returns a context under which fn runs as the last step of every transaction
// that changes something with the handle of a tenant or of the system: what it stores is
// there if and only if the change is. Like the transaction itself it may run again, and
// its error rolls the transaction back.
func WithLast(ctx context.Context, fn func(context.Context, *Tx) error) context.Context {
	return context.WithValue(ctx, lastKey{}, fn)
}

// Reaches reports whether a transaction may touch the rows of an organisation.
func (tx *Tx) Reaches(tenant string) bool {
	return tx.scope.kind == systemScope || tx.scope.kind == tenantScope && tx.scope.tenant == tenant
}

func last(ctx context.Context, tx *Tx) error {
	fn, ok := ctx.Value(lastKey{}).(func(context.Context, *Tx) error)
	if !ok || tx.scope.kind == commonScope {
		return nil
	}
	return fn(ctx, tx)
}
