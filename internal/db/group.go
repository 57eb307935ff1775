package db

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yagura/internal/errs"
)

// groupSize bounds how many writers share a transaction, and so how long the first of
// them waits for its commit.
const groupSize = 32

// turns gives the writers of a SQLite database their turns at its one connection, in
// the order they came. Whoever waits when a turn ends goes on in the same transaction,
// in a savepoint of its own; the last one commits for all (docs/decisions/0009).
type turns struct {
	mu    sync.Mutex
	taken bool
	queue []chan struct{} // each is closed when its turn has come
	group *group          // the open transaction; it belongs to whoever has the turn
}

// group is one transaction of SQLite that writers share.
type group struct {
	conn    *sqlx.Conn
	tx      *sqlx.Tx
	members int
	good    int   // members whose changes stand
	broken  error // the engine gave the transaction up: nothing of it can be stored
	done    chan struct{}
	err     error // of the commit; to be read after done is closed
}

// take waits for a turn, ten seconds at most. The error is Unavailable.
func (t *turns) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault("connect", err)
	}
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	t.queue = append(t.queue, mine)
	t.mu.Unlock()
	wait, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	select {
	case <-mine:
		return nil
	case <-wait.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.queue, mine)
	if i < 0 {
		return nil // the turn came at the same moment, and has to be used to be passed on
	}
	t.queue = slices.Delete(t.queue, i, i+1)
	return fault("connect", wait.Err())
}

// pass gives the turn to the next in the queue. The caller holds t.mu.
func (t *turns) pass() {
	if t.taken = len(t.queue) > 0; t.taken {
		close(t.queue[0])
		t.queue = t.queue[1:]
	}
}

// leave ends a turn in a group: the next writer goes on in it, or it is committed.
func (t *turns) leave(g *group) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 || g.members >= groupSize || g.broken != nil {
		t.mu.Unlock() // who comes meanwhile waits, for the turn is still taken
		g.end()
		t.mu.Lock()
		t.group = nil
	}
	t.pass()
}

// end commits what the members left, or nothing, and tells them.
func (g *group) end() {
	switch {
	case g.broken != nil:
		g.err = errs.New(errs.Unavailable, "%w", &faultError{op: "commit", what: "another change failed before it", cause: g.broken, again: true})
		_ = g.tx.Rollback() // the engine has done it already, or does it by closing
	case g.good == 0:
		_ = g.tx.Rollback() // nothing is to be kept
	default:
		g.err = committed(g.tx.Commit())
	}
	_ = g.conn.Close() // goes back to the pool
	close(g.done)
}

// together runs fn in a transaction that it may share with other writers, and returns
// when that is stored.
func (h *Handle) together(ctx context.Context, fn func(tx *Tx) error) error {
	t := &h.db.turns
	if err := t.take(ctx); err != nil {
		return err
	}
	if t.group == nil {
		g, err := h.begin(ctx)
		if err != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.pass()
			return err
		}
		t.group = g
	}
	g := t.group
	tx, err := h.member(ctx, t, g, fn)
	<-g.done // for a failure too: it may come from what others changed, and must then be as true
	switch {
	case errors.Is(err, g.broken) && g.broken != nil:
		return err
	case g.err != nil:
		err = g.err
	case err != nil:
		return err
	}
	if tx.wrote {
		witness(ctx, err)
	}
	return err
}

func (h *Handle) begin(ctx context.Context) (*group, error) {
	conn, err := h.connect(ctx, false)
	if err != nil {
		return nil, err
	}
	// The transaction is not one member's, so no member's context ends it.
	tx, err := conn.BeginTxx(context.WithoutCancel(ctx), nil)
	if err != nil {
		_ = conn.Close() // goes back to the pool
		return nil, fault("begin", err)
	}
	return &group{conn: conn, tx: tx, done: make(chan struct{})}, nil
}

// member runs fn in a savepoint and ends the turn, also when fn panics.
func (h *Handle) member(ctx context.Context, t *turns, g *group, fn func(tx *Tx) error) (tx *Tx, err error) {
	tx = &Tx{db: h.db, tx: g.tx, scope: h.scope, group: g}
	g.members++
	good := false
	defer t.leave(g)
	defer func() {
		tx.over = true
		if good {
			g.good++
		} else if g.broken == nil {
			g.do(ctx, "rollback to member")
			g.do(ctx, "release member")
		}
	}()
	if err := g.do(ctx, "savepoint member"); err != nil {
		return tx, err
	}
	if err := fn(tx); err != nil {
		return tx, err
	}
	if tx.wrote {
		if err := last(ctx, tx); err != nil {
			return tx, err
		}
	}
	if g.broken != nil { // fn went on after an error that it must not have passed over
		return tx, g.broken
	}
	err = g.do(ctx, "release member")
	good = err == nil
	return tx, err
}

// do runs a statement of the group's own; without it the members can't be told apart.
func (g *group) do(ctx context.Context, text string) error {
	_, err := g.tx.ExecContext(context.WithoutCancel(ctx), text)
	if err != nil && g.broken == nil {
		g.broken = fault("savepoint", err)
	}
	return fault("savepoint", err)
}

// running is the context for a statement. In a shared transaction a statement is not
// interrupted, because SQLite would give up the whole of it; that the context has ended
// is noticed before each statement and between rows.
func (tx *Tx) running(ctx context.Context) (context.Context, error) {
	if tx.group == nil {
		return ctx, nil
	}
	if tx.group.broken != nil {
		return nil, tx.group.broken
	}
	return context.WithoutCancel(ctx), fault("exec", ctx.Err())
}

// failed is fault for a statement. After some errors SQLite has given up the whole
// transaction, or may have (https://www.sqlite.org/lang_transaction.html): what ran
// after them would be stored at once and alone.
func (tx *Tx) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	err = fault(op, err)
	var lite *sqlite.Error
	if tx.group != nil && (!errors.As(err, &lite) || gaveUp(lite.Code())) {
		tx.group.broken = err
	}
	return err
}

func gaveUp(code int) bool {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ABORT:
		return true
	}
	return false
}
