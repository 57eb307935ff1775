package db

import (
	"context"
	"database/sql"
	"reflect"

	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

// Querier is a *Tx, or a *Handle, which wraps the one statement in a transaction.
type Querier interface {
	query(ctx context.Context, sql string, args any, row func(*sqlx.Rows) error) error
	Exec(ctx context.Context, sql string, args any) (rows int64, err error)
}

// Exec runs a statement that returns no rows and tells how many it touched.
func (tx *Tx) Exec(ctx context.Context, sql string, args any) (int64, error) {
	c, err := tx.prepare(sql)
	if err != nil {
		return 0, err
	}
	return tx.exec(ctx, c, args)
}

// Exec is Tx.Exec in a transaction of its own.
func (h *Handle) Exec(ctx context.Context, sql string, args any) (n int64, err error) {
	err = h.Tx(ctx, func(tx *Tx) error {
		n, err = tx.Exec(ctx, sql, args)
		return err
	})
	return n, err
}

// Update runs an UPDATE of one row that nobody else changed meanwhile: its SET has
// version = version + 1, its WHERE has version = :version with the version that was
// read. When no row is left under that version, the error is Conflict.
func (tx *Tx) Update(ctx context.Context, sql string, args any) error {
	c, err := tx.prepare(sql)
	if err != nil {
		return err
	}
	if !c.versioned {
		return refuse("Update needs SET version = version + 1 and WHERE … AND version = :version")
	}
	switch n, err := tx.exec(ctx, c, args); {
	case err != nil:
		return err
	case n == 0:
		return errs.New(errs.Conflict, "db: the row was changed by someone else, or is not there any more")
	case n > 1:
		return refuse("Update touched %d rows: its WHERE must name one", n)
	}
	return nil
}

func (tx *Tx) prepare(sql string) (*compiled, error) {
	if tx.over {
		return nil, refuse("the transaction is over")
	}
	c, err := tx.db.compile(sql, tx.scope.kind)
	if err == nil && c.writes && tx.readOnly {
		err = refuse("a statement that writes, in a read-only transaction")
	}
	return c, err
}

func (tx *Tx) exec(ctx context.Context, c *compiled, args any) (int64, error) {
	text, vals, err := c.bind(tx.scope, args)
	if err != nil {
		return 0, err
	}
	run, err := tx.running(ctx)
	if err != nil {
		return 0, err
	}
	count(ctx, c.sql)
	tx.wrote = tx.wrote || c.writes
	res, err := tx.tx.ExecContext(run, text, vals...)
	if err != nil {
		return 0, tx.failed("exec", err)
	}
	n, err := res.RowsAffected()
	return n, fault("exec", err)
}

func (tx *Tx) query(ctx context.Context, sql string, args any, row func(*sqlx.Rows) error) error {
	c, err := tx.prepare(sql)
	if err != nil {
		return err
	}
	text, vals, err := c.bind(tx.scope, args)
	if err != nil {
		return err
	}
	run, err := tx.running(ctx)
	if err != nil {
		return err
	}
	count(ctx, c.sql)
	tx.wrote = tx.wrote || c.writes
	rows, err := tx.tx.QueryxContext(run, text, vals...)
	if err != nil {
		return tx.failed("query", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
		if _, err := tx.running(ctx); err != nil {
			return err
		}
	}
	return tx.failed("query", rows.Err())
}

func (h *Handle) query(ctx context.Context, sql string, args any, row func(*sqlx.Rows) error) error {
	c, err := h.db.compile(sql, h.scope.kind)
	if err != nil {
		return err
	}
	run := h.Read
	if c.writes {
		run = h.Tx
	}
	return run(ctx, func(tx *Tx) error { return tx.query(ctx, sql, args, row) })
}

// All returns the rows of a query (or of RETURNING), each as T: a struct with db tags
// for every column, or a plain value for one column.
func All[T any](ctx context.Context, q Querier, sql string, args any) ([]T, error) {
	var out []T
	once := restart(q, func() { out = nil })
	err := q.query(ctx, sql, args, func(r *sqlx.Rows) error {
		once(r)
		v, err := scan[T](r)
		out = append(out, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// restart forgets the rows of an attempt that a handle gave up: a new attempt reads
// from new Rows.
func restart(q Querier, forget func()) func(*sqlx.Rows) {
	if _, ok := q.(*Handle); !ok {
		return func(*sqlx.Rows) {}
	}
	var last *sqlx.Rows
	return func(r *sqlx.Rows) {
		if last != nil && last != r {
			forget()
		}
		last = r
	}
}

// One returns the first row of a query; the error is NotFound when there is none.
func One[T any](ctx context.Context, q Querier, sql string, args any) (T, error) {
	var out T
	found := false
	err := q.query(ctx, sql, args, func(r *sqlx.Rows) error {
		var err error
		if found {
			return nil
		}
		out, err = scan[T](r)
		found = err == nil
		return err
	})
	if err == nil && !found {
		err = errs.New(errs.NotFound, "db: no such row")
	}
	return out, err
}

// Each calls fn with each row in turn, for results that are too many to hold. It takes
// a transaction, because rows once handed out can't be taken back for a second attempt.
func Each[T any](ctx context.Context, tx *Tx, sql string, args any, fn func(T) error) error {
	return tx.query(ctx, sql, args, func(r *sqlx.Rows) error {
		v, err := scan[T](r)
		if err != nil {
			return err
		}
		return fn(v)
	})
}

func scan[T any](r *sqlx.Rows) (T, error) {
	var v T
	var err error
	if _, ok := any(&v).(sql.Scanner); !ok && reflect.TypeFor[T]().Kind() == reflect.Struct {
		err = r.StructScan(&v)
	} else {
		err = r.Scan(&v)
	}
	if err != nil {
		return v, fault("read a row", err)
	}
	return v, nil
}
