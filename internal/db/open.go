package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

// Connections at most: readers beside SQLite's one writer, and one node's share of PostgreSQL.
const (
	sqliteReaders = 8
	postgresConns = 20
)

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// openSQLite opens one writer, whose transactions begin immediate so that a reader
// never has to become a writer, and a pool of readers on the same file. Commits are
// synced (synchronous=FULL): what was acknowledged survives a power cut.
func (d *DB) openSQLite(ctx context.Context) error {
	d.engine = SQLite
	path := strings.TrimPrefix(d.dsn, "sqlite:")
	if path == "" || strings.Contains(path, ":memory:") || strings.HasPrefix(path, "file:") || strings.Contains(path, "://") {
		return errs.New(errs.Invalid, "db: the database is a postgres:// URL or the path of a file; options and in-memory databases are not possible")
	}
	// SQLite would create the file for everyone to read; -wal and -shm take over its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return errs.New(errs.Unavailable, "db: open the database file: %w", err)
	}
	f.Close()
	writableAgain(path)
	base := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" +
		"_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	if d.write, err = sqlitePool(base + "&_txlock=immediate"); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sqlitePool(base + "&_pragma=query_only(1)"); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(sqliteReaders)
	d.read.SetMaxIdleConns(sqliteReaders)
	return d.Ping(ctx)
}

func sqlitePool(dsn string) (*sqlx.DB, error) {
	k, err := newKeeper(dsn)
	if err != nil {
		return nil, fault("open", err)
	}
	return sqlx.NewDb(sql.OpenDB(k), "sqlite"), nil
}

// writableAgain gives the files beside a database its own mode. SQLite makes them with
// the mode of the database: if that could only be read at the time, they would keep it
// from being written when it can be.
func writableAgain(path string) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return // it can only be read: the first statement that writes tells
	}
	f.Close()
	for _, beside := range []string{path + "-wal", path + "-shm"} {
		if f, err := os.OpenFile(beside, os.O_RDWR, 0); err == nil {
			f.Close()
		} else if errors.Is(err, fs.ErrPermission) {
			_ = os.Chmod(beside, 0o600) // another owner's can't be mended from here
		}
	}
}

// openPostgres opens the pool and makes sure that row-level security binds the role:
// a superuser and a role with BYPASSRLS walk through it.
func (d *DB) openPostgres(ctx context.Context) error {
	d.engine = Postgres
	pool, err := postgresPool(d.dsn, nil)
	if err != nil {
		return err
	}
	d.write, d.read = pool, pool
	var free bool
	if err := pool.GetContext(ctx, &free, `select rolsuper or rolbypassrls from pg_roles where rolname = current_user`); err != nil {
		return fault("open", err)
	}
	if free {
		return errs.New(errs.Invalid, "db: the database role is a superuser or has BYPASSRLS, so row-level security doesn't bind it: use an ordinary role that owns the database")
	}
	return nil
}

func postgresPool(dsn string, set map[string]string) (*sqlx.DB, error) {
	conf, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The parser's error may hold the password.
		return nil, errs.New(errs.Invalid, "db: the postgres:// URL can't be read")
	}
	defaults := map[string]string{
		"application_name": "yagura", "timezone": "UTC", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s",
	}
	for k, v := range defaults {
		if _, given := conf.RuntimeParams[k]; !given {
			conf.RuntimeParams[k] = v
		}
	}
	for k, v := range set {
		conf.RuntimeParams[k] = v
	}
	pool := sqlx.NewDb(stdlib.OpenDB(*conf), "pgx")
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	return pool, nil
}
