package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

const (
	attempts    = 5                     // of one transaction in all
	backoff     = 10 * time.Millisecond // before the second; doubled each time
	connectWait = 10 * time.Second      // for a connection of the pool
)

// Tx is an open transaction within the scope of its handle. It is for one goroutine.
type Tx struct {
	db       *DB
	tx       *sqlx.Tx
	scope    scope
	readOnly bool
	wrote    bool   // a statement that changes rows ran
	over     bool   // it has ended, while the transaction that it shared may go on
	group    *group // SQLite: the transaction that it shares with other writers
}

// ErrOutcomeUnknown is in the chain of the error (Unavailable) when the connection was
// lost while committing: the transaction may be stored or not.
var ErrOutcomeUnknown = errors.New("the connection was lost while storing; whether it was stored is unknown")

// Tx runs fn in a transaction that may write: on SQLite one at a time (what several
// changed one after the other may be stored by one commit), on PostgreSQL at READ
// COMMITTED. It is stored when Tx returns nil, and undone when fn fails or panics. When the engine gave the transaction up in favour of another one
// (serialization, deadlock, busy), fn runs again, at most five times in all: it must
// do nothing but work on its Tx. fn must not use a Handle of the same DB: on SQLite
// it would wait for itself, until Unavailable after ten seconds.
func (h *Handle) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	return h.retry(ctx, false, fn)
}

// Read runs fn in a transaction that can't write and that sees one state of the
// database throughout.
func (h *Handle) Read(ctx context.Context, fn func(tx *Tx) error) error {
	return h.retry(ctx, true, fn)
}

func (h *Handle) retry(ctx context.Context, readOnly bool, fn func(tx *Tx) error) error {
	if err := h.scope.check(); err != nil {
		return err
	}
	run := h.once
	if !readOnly && h.db.engine == SQLite {
		run = func(ctx context.Context, _ bool, fn func(tx *Tx) error) error { return h.together(ctx, fn) }
	}
	for n := 1; ; n++ {
		err := run(ctx, readOnly, fn)
		var f *faultError
		if n == attempts || !errors.As(err, &f) || !f.again {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(backoff << (n - 1)):
		}
	}
}

func (h *Handle) once(ctx context.Context, readOnly bool, fn func(tx *Tx) error) (err error) {
	conn, err := h.connect(ctx, readOnly)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // goes back to the pool
	opts := &sql.TxOptions{ReadOnly: readOnly}
	if readOnly && h.db.engine == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	raw, err := conn.BeginTxx(ctx, opts)
	if err != nil {
		return fault("begin", err)
	}
	tx := &Tx{db: h.db, tx: raw, scope: h.scope, readOnly: readOnly}
	done := false
	defer func() {
		if !done { // fn failed or panicked; after a lost connection there is nothing to roll back
			_ = raw.Rollback()
		}
	}()
	if err := tx.announce(ctx); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	if tx.wrote {
		if err := last(ctx, tx); err != nil {
			return err
		}
	}
	done = true
	err = committed(raw.Commit())
	if tx.wrote {
		witness(ctx, err)
	}
	return err
}

func committed(err error) error {
	if err == nil {
		return nil
	}
	err = fault("commit", err)
	var f *faultError
	if errors.As(err, &f) && f.lost {
		return errs.New(errs.Unavailable, "db: %w: %w", ErrOutcomeUnknown, err)
	}
	return err
}

// connect takes a connection of the pool but doesn't wait for it for ever.
func (h *Handle) connect(ctx context.Context, readOnly bool) (*sqlx.Conn, error) {
	pool := h.db.write
	if readOnly {
		pool = h.db.read
	}
	wait, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	conn, err := pool.Connx(wait)
	if err != nil {
		return nil, fault("connect", err)
	}
	return conn, nil
}

// announce tells PostgreSQL's row-level security, for this transaction, whose rows it
// may see. Without it a transaction sees no row of any tenant table.
func (tx *Tx) announce(ctx context.Context) error {
	if tx.db.engine != Postgres || tx.scope.kind == commonScope {
		return nil
	}
	name, value := settingTenant, tx.scope.tenant
	if tx.scope.kind == systemScope {
		name, value = settingSystem, tx.scope.reason
	}
	_, err := tx.tx.ExecContext(ctx, `select set_config($1, $2, true)`, name, value)
	return fault("begin", err)
}
