package db

import (
	"context"
	"database/sql/driver"

	"modernc.org/sqlite"
)

// One connection keeps at most so many prepared statements, and none whose text has more
// bytes (those that insert many rows at once pay for their planning): a few megabytes.
const (
	keptStatements = 256
	keptLength     = 2000
)

// keeper opens connections of SQLite that keep their prepared statements. Reading and
// planning a statement costs SQLite more than running it, and unlike PostgreSQL's the
// driver keeps none by itself.
type keeper struct{ driver.Connector }

func newKeeper(dsn string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn)
	return keeper{c}, err
}

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := c.(fullConn)
	if !ok {
		_ = c.Close() // it is of no use
		return nil, driver.ErrSkip
	}
	return &keptConn{fullConn: full, kept: map[string]*keptStmt{}}, nil
}

// fullConn is what the driver's connections can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptConn is a connection with its statements by their texts. database/sql uses a
// connection from one goroutine at a time.
type keptConn struct {
	fullConn
	kept map[string]*keptStmt
	turn int64 // counts uses, to tell which statement was used least lately
}

type keptStmt struct {
	stmt fullStmt
	turn int64
	busy bool // its rows are being read
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// Unwrap gives the driver's own connection, for what only it can do.
func (c *keptConn) Unwrap() driver.Conn { return c.fullConn }

// statement is the kept statement of a text, or nil when the text has to be run without
// one: it is long, its rows are still being read, or it can't be prepared (running it tells why).
func (c *keptConn) statement(ctx context.Context, query string) *keptStmt {
	if len(query) > keptLength {
		return nil
	}
	c.turn++
	if k, ok := c.kept[query]; ok {
		if k.busy {
			return nil
		}
		k.turn = c.turn
		return k
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	full, ok := s.(fullStmt)
	if !ok {
		_ = s.Close() // it is of no use
		return nil
	}
	if len(c.kept) >= keptStatements {
		c.forget()
	}
	k := &keptStmt{stmt: full, turn: c.turn}
	c.kept[query] = k
	return k
}

// forget closes the statement that was used least lately.
func (c *keptConn) forget() {
	oldest := ""
	for text, k := range c.kept {
		if !k.busy && (oldest == "" || k.turn < c.kept[oldest].turn) {
			oldest = text
		}
	}
	if oldest != "" {
		_ = c.kept[oldest].stmt.Close() // nothing runs on it
		delete(c.kept, oldest)
	}
}

// ExecContext implements driver.ExecerContext.
func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if k := c.statement(ctx, query); k != nil {
		return k.stmt.ExecContext(ctx, args)
	}
	return c.fullConn.ExecContext(ctx, query, args)
}

// QueryContext implements driver.QueryerContext.
func (c *keptConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	k := c.statement(ctx, query)
	if k == nil {
		return c.fullConn.QueryContext(ctx, query, args)
	}
	rows, err := k.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	k.busy = true
	return &keptRows{rows, k}, nil
}

// Close implements driver.Conn.
func (c *keptConn) Close() error {
	for _, k := range c.kept {
		_ = k.stmt.Close() // the connection's closing tells
	}
	clear(c.kept)
	return c.fullConn.Close()
}

// keptRows gives the statement free when it has been read.
type keptRows struct {
	driver.Rows
	of *keptStmt
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
