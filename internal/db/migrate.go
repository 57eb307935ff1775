package db

import (
	"context"
	"database/sql"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"yagura/internal/errs"
)

// Migrate brings the schema of every module, in the order they were given to Open, to
// the version of this program, puts row-level security on tenant tables (PostgreSQL),
// and then runs Check. Several nodes may call it at once.
func (d *DB) Migrate(ctx context.Context) error {
	pool, done, err := d.migrator()
	if err != nil {
		return err
	}
	defer done()
	for _, m := range d.modules {
		p, err := d.provider(pool, m)
		if err != nil || p == nil {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := p.Up(ctx); err != nil {
			return migrationFault(m.Name, err)
		}
	}
	if d.engine == Postgres {
		if err := d.protect(ctx, pool); err != nil {
			return err
		}
	}
	return d.Check(ctx)
}

// Check compares the database with this program without changing anything. Errors:
// Unavailable when migrations are pending or the database is newer than the program;
// Internal when a table isn't what its module says (see table.go).
func (d *DB) Check(ctx context.Context) error {
	pool, done, err := d.migrator()
	if err != nil {
		return err
	}
	defer done()
	for _, m := range d.modules {
		p, err := d.provider(pool, m)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		have, want, err := p.GetVersions(ctx)
		switch {
		case err != nil:
			return migrationFault(m.Name, err)
		case have < want:
			return errs.New(errs.Unavailable, "db: module %s: the schema is at version %d, this program needs %d: run the migrations", m.Name, have, want)
		case have > want:
			return errs.New(errs.Unavailable, "db: module %s: the schema is at version %d, this program knows only %d: use the newer program", m.Name, have, want)
		}
	}
	return d.checkTables(ctx)
}

// migrator is the pool that migrations run on. On PostgreSQL it is one that sees the
// rows of all tenants, because a migration may have to change them.
func (d *DB) migrator() (*sql.DB, func(), error) {
	if d.engine == SQLite {
		return d.write.DB, func() {}, nil
	}
	pool, err := postgresPool(d.dsn, map[string]string{settingSystem: "migration", "lock_timeout": "0"})
	if err != nil {
		return nil, nil, err
	}
	return pool.DB, func() { _ = pool.Close() }, nil
}

// provider is nil for a module without migrations.
func (d *DB) provider(pool *sql.DB, m Module) (*goose.Provider, error) {
	if m.FS == nil {
		return nil, nil
	}
	if err := forwardOnly(m); err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{
		goose.WithTableName(m.Name + migrationSuffix), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
		// One probe each second, for five minutes: other nodes may be migrating.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, migrationFault(m.Name, err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, pool, m.FS, opts...)
	if err != nil {
		return nil, migrationFault(m.Name, err)
	}
	return p, nil
}

const migrationSuffix = "_migration"

// forwardOnly refuses ways back and steps outside a transaction: a half applied
// migration can't be told from a whole one. It refuses deferred constraints too: a
// commit that they make fail would fail for everybody who shares it.
func forwardOnly(m Module) error {
	files, err := fs.Glob(m.FS, "*.sql")
	if err != nil {
		return migrationFault(m.Name, err)
	}
	for _, f := range files {
		text, err := fs.ReadFile(m.FS, f)
		if err != nil {
			return migrationFault(m.Name, err)
		}
		if all := strings.ToLower(strings.Join(strings.Fields(string(text)), " ")); strings.Contains(all, "initially deferred") || strings.Contains(all, "defer_foreign_keys") {
			return errs.New(errs.Invalid, "db: module %s: %s: a constraint is checked when its statement ends, not when the transaction does", m.Name, f)
		}
		for _, line := range strings.Split(string(text), "\n") {
			words := strings.ToLower(strings.Join(strings.Fields(line), " "))
			if strings.HasPrefix(words, "-- +goose down") || strings.HasPrefix(words, "-- +goose no transaction") {
				return errs.New(errs.Invalid, "db: module %s: %s: migrations go forward only, each in a transaction", m.Name, f)
			}
		}
	}
	return nil
}

// migrationFault keeps the engine's text: a migration holds no one's values, and who
// writes or runs it has to read what is wrong.
func migrationFault(module string, err error) error {
	kind, _ := classify(err)
	return errs.New(kind, "db: migration of module %s: %w", module, err)
}
