package db

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

// Backup writes one state of the database to a new file while others read and write:
// a SQLite database (VACUUM INTO), or an archive of pg_dump, which must be installed,
// and not older than the server. The error is Conflict when the file exists.
func (d *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return errs.New(errs.Conflict, "db: backup: %s is there already", path)
	}
	if d.engine == Postgres {
		return d.dump(ctx, path)
	}
	// Readable for the owner alone from the first byte; an empty file is taken by VACUUM INTO.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errs.New(errs.Unavailable, "db: backup: %w", err)
	}
	f.Close()
	pool, err := sqlx.Open("sqlite", "file:"+(&url.URL{Path: strings.TrimPrefix(d.dsn, "sqlite:")}).EscapedPath()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return fault("backup", err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, `vacuum into ?`, path); err != nil {
		os.Remove(path)
		return fault("backup", err)
	}
	return flush(path)
}

// flush makes sure of a file on the disk.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return errs.New(errs.Unavailable, "db: backup: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return errs.New(errs.Unavailable, "db: backup: %w", err)
	}
	return nil
}

// dump runs pg_dump. Row-level security would show it nothing, so it passes through by
// the same setting as DB.System.
func (d *DB) dump(ctx context.Context, path string) error {
	if err := d.tool(ctx, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--enable-row-security", "--file="+path); err != nil {
		os.Remove(path)
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errs.New(errs.Unavailable, "db: backup: %w", err)
	}
	return flush(path)
}

// Restore fills an empty PostgreSQL database from an archive of Backup, all or nothing.
// (A backup of SQLite is a database file and needs none.) Errors: Conflict when the
// database has tables, Invalid on SQLite, Unavailable when pg_restore fails.
func (d *DB) Restore(ctx context.Context, path string) error {
	if d.engine != Postgres {
		return errs.New(errs.Invalid, "db: restore: an archive of pg_dump belongs into a PostgreSQL database")
	}
	var n int
	if err := d.write.GetContext(ctx, &n, `select count(*) from pg_tables where schemaname = 'public'`); err != nil {
		return fault("restore", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "db: restore: the database is not empty")
	}
	return d.tool(ctx, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", path)
}

// Clear takes everything out of a PostgreSQL database again that Restore has put there.
func (d *DB) Clear(ctx context.Context) error {
	if d.engine != Postgres {
		return errs.New(errs.Invalid, "db: clear: only what was restored into PostgreSQL")
	}
	var tables []string
	if err := d.write.SelectContext(ctx, &tables, `select quote_ident(tablename) from pg_tables where schemaname = 'public'`); err != nil {
		return fault("clear", err)
	}
	if len(tables) == 0 {
		return nil
	}
	_, err := d.write.ExecContext(ctx, `drop table `+strings.Join(tables, ", ")+` cascade`)
	return fault("clear", err)
}

// tool runs a program of PostgreSQL on the database. The password goes by the
// environment: arguments are seen by every user of the machine.
func (d *DB) tool(ctx context.Context, name string, args ...string) error {
	program, err := exec.LookPath(name)
	if err != nil {
		return errs.New(errs.Unavailable, "db: %s is not installed: install the client programs of PostgreSQL", name)
	}
	u, err := url.Parse(d.dsn)
	if err != nil {
		return errs.New(errs.Invalid, "db: the postgres:// URL can't be read")
	}
	env := append(os.Environ(), "PGOPTIONS=-c yagura.system=backup")
	if password, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--dbname=" + u.String()}, args...)...)
	var said bytes.Buffer
	cmd.Env, cmd.Stderr = env, &said
	if err := cmd.Run(); err != nil {
		return errs.New(errs.Unavailable, "db: %s: %w: %s", name, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// Archive tells which engine a backup is of by its first bytes; the error is Invalid
// when it is neither's.
func Archive(r io.Reader) (Engine, error) {
	head := make([]byte, 16)
	_, _ = io.ReadFull(r, head) // a short file is neither
	switch {
	case string(head) == "SQLite format 3\x00":
		return SQLite, nil
	case bytes.HasPrefix(head, []byte("PGDMP")):
		return Postgres, nil
	}
	return "", errs.New(errs.Invalid, "db: this is no backup")
}
