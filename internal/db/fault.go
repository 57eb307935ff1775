package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yagura/internal/errs"
)

// faultError is what an engine's error becomes. Its text says what happened and
// nothing of the statement or its values, which the engines' own texts quote; those
// are reached through Unwrap.
type faultError struct {
	op, what string
	cause    error
	code     string // " (SQLSTATE 23505)", "" when the engine gave none
	again    bool   // the transaction may be tried again from its beginning
	lost     bool   // the connection is gone
}

func (f *faultError) Error() string { return "db: " + f.op + ": " + f.what }
func (f *faultError) Unwrap() error { return f.cause }

// Plain implements errs.Plain: for the operator, the engine's code as well.
func (f *faultError) Plain() string { return f.Error() + f.code }

// fault gives an engine's error its kind and a text that can be shown.
func fault(op string, err error) error {
	if err == nil {
		return nil
	}
	kind, f := classify(err)
	f.op, f.cause = op, err
	return errs.New(kind, "%w", &f)
}

func classify(err error) (errs.Kind, faultError) {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var dial *pgconn.ConnectError
	var netErr net.Error
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return errs.NotFound, faultError{what: "no such row"}
	case errors.As(err, &pg):
		kind, f := postgresFault(pg.Code)
		f.code = " (SQLSTATE " + pg.Code + ")"
		return kind, f
	case errors.As(err, &lite):
		kind, f := sqliteFault(lite.Code())
		f.code = " (SQLite " + strconv.Itoa(lite.Code()) + ")"
		return kind, f
	case errors.Is(err, context.DeadlineExceeded):
		return errs.Unavailable, faultError{what: "the database didn't answer in time"}
	case errors.Is(err, context.Canceled):
		return errs.Unavailable, faultError{what: "the request was given up"}
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone),
		errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, pgx.ErrTxClosed), errors.As(err, &dial), errors.As(err, &netErr),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return errs.Unavailable, faultError{what: "the connection to the database was lost", lost: true}
	}
	return errs.Internal, faultError{what: "unexpected answer of the database", code: " (" + errs.Outline(err) + ")"}
}

// postgresFault maps SQLSTATE codes (PostgreSQL documentation, appendix A).
func postgresFault(code string) (errs.Kind, faultError) {
	switch code {
	case "23505", "23P01":
		return errs.Conflict, faultError{what: "there is already such a row"}
	case "23503":
		return errs.Invalid, faultError{what: "the row refers to one that isn't there, or is referred to"}
	case "23502", "23514", "22001", "22003":
		return errs.Invalid, faultError{what: "a value is missing or out of its range"}
	case "40001", "40P01":
		return errs.Unavailable, faultError{what: "other changes came first", again: true}
	case "55P03":
		return errs.Unavailable, faultError{what: "another transaction holds the row"}
	case "25006":
		return errs.Unavailable, faultError{what: "the database is read-only"}
	case "42501":
		return errs.Forbidden, faultError{what: "the row belongs to another organisation"}
	case "57014":
		return errs.Unavailable, faultError{what: "the database didn't answer in time"}
	case "0A000": // a cached plan after a migration; the driver forgets it
		return errs.Unavailable, faultError{what: "the schema has changed", again: true}
	}
	switch {
	case strings.HasPrefix(code, "53"):
		return errs.Unavailable, faultError{what: "the database has no room (disk, memory or connections)"}
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"):
		return errs.Unavailable, faultError{what: "the connection to the database was lost", lost: true}
	case strings.HasPrefix(code, "58"):
		return errs.Unavailable, faultError{what: "the database can't read or write its files"}
	}
	return errs.Internal, faultError{what: "unexpected answer of the database"}
}

// sqliteFault maps (extended) result codes (https://www.sqlite.org/rescode.html).
func sqliteFault(code int) (errs.Kind, faultError) {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return errs.Conflict, faultError{what: "there is already such a row"}
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errs.Invalid, faultError{what: "the row refers to one that isn't there, or is referred to"}
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return errs.Invalid, faultError{what: "a value is missing or out of its range"}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errs.Unavailable, faultError{what: "other changes came first", again: true}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return errs.Unavailable, faultError{what: "the database is read-only"}
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM:
		return errs.Unavailable, faultError{what: "the database has no room (disk, memory or connections)"}
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return errs.Unavailable, faultError{what: "the database can't read or write its files"}
	case sqlite3.SQLITE_INTERRUPT:
		return errs.Unavailable, faultError{what: "the request was given up"}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return errs.Internal, faultError{what: "the database file is damaged"}
	}
	return errs.Internal, faultError{what: "unexpected answer of the database"}
}
