// Package db is the one place that knows SQL engines: SQLite for one machine,
// PostgreSQL where one machine is not enough. Every statement is one text for
// both, with named parameters that are bound on the server and never written
// into the text.
//
// A table holds either rows of organisations (a tenant table: it has a column
// tenant) or rows that belong to nobody. Statements run through a Handle:
// DB.Tenant reaches the rows of one organisation, DB.Common only tables without
// tenant, DB.System everything, under a reason. The guard reads each statement
// and refuses one that could reach past its handle; on PostgreSQL row-level
// security is the second wall behind it.
package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"sync"

	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

// Engine names the database engine behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Module is the share one package has in the schema.
type Module struct {
	Name   string   // lower case; its numbering of migrations is kept in table NAME_migration
	FS     fs.FS    // migrations NNNNN_what.sql at the root, forward only; nil when there are none
	Tenant []string // tables whose rows belong to an organisation: column "tenant text not null"
	Common []string // tables whose rows belong to none
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	dsn     string
	write   *sqlx.DB // SQLite: one connection
	read    *sqlx.DB // SQLite: query_only connections; PostgreSQL: the same pool as write
	modules []Module
	tables  tables
	turns   turns // SQLite: of the writers

	mu       sync.RWMutex
	compiled map[compileKey]*compiled
}

// tables says what is known of each table.
type tables map[string]tableKind

type tableKind int

const (
	commonTable tableKind = iota + 1
	tenantTable
)

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

// Open opens the database that dsn names: a postgres:// URL, or the path of a
// SQLite file (with or without sqlite: before it), which is created when it isn't
// there. Only the tables that the modules register can be used. The schema is
// neither changed nor checked: see Migrate and Check.
//
// Errors: Invalid for an unusable dsn, module or database role (one that row-level
// security doesn't bind), Unavailable when the database can't be reached.
func Open(ctx context.Context, dsn string, modules ...Module) (*DB, error) {
	known, err := register(modules)
	if err != nil {
		return nil, err
	}
	d := &DB{dsn: dsn, modules: modules, tables: known, compiled: map[compileKey]*compiled{}}
	if isPostgres(dsn) {
		err = d.openPostgres(ctx)
	} else {
		err = d.openSQLite(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func register(modules []Module) (tables, error) {
	known := tables{}
	names := map[string]bool{}
	for _, m := range modules {
		if !plainName.MatchString(m.Name) || names[m.Name] {
			return nil, errs.New(errs.Invalid, "db: module name %q is no plain name or is used twice", m.Name)
		}
		names[m.Name] = true
		for i, list := range [][]string{m.Common, m.Tenant} {
			for _, t := range list {
				if !plainName.MatchString(t) || keywords[t] || known[t] != 0 {
					return nil, errs.New(errs.Invalid, "db: module %s: table name %q is no plain name or is registered twice", m.Name, t)
				}
				known[t] = commonTable + tableKind(i)
			}
		}
	}
	return known, nil
}

// Engine tells which engine is behind d.
func (d *DB) Engine() Engine { return d.engine }

// Close closes all connections.
func (d *DB) Close() error {
	var all error
	for _, pool := range []*sqlx.DB{d.write, d.read} {
		if pool != nil {
			all = errors.Join(all, pool.Close())
		}
	}
	return all
}

// Ping reports whether the database answers; the error is Unavailable.
func (d *DB) Ping(ctx context.Context) error {
	for _, pool := range []*sqlx.DB{d.write, d.read} {
		if err := pool.PingContext(ctx); err != nil {
			return fault("ping", err)
		}
	}
	return nil
}

// Handle runs statements within one scope.
type Handle struct {
	db    *DB
	scope scope
}

type scope struct {
	kind   scopeKind
	tenant string
	reason string
}

type scopeKind int

const (
	commonScope scopeKind = iota
	tenantScope
	systemScope
)

// Tenant is the handle of one organisation. It binds :tenant itself; a statement
// that doesn't hold every tenant table to tenant = :tenant is refused.
func (d *DB) Tenant(org string) *Handle {
	return &Handle{d, scope{kind: tenantScope, tenant: org}}
}

// Common is the handle for tables that belong to no organisation; it refuses
// every tenant table.
func (d *DB) Common() *Handle { return &Handle{d, scope{}} }

// System is the handle that crosses organisations, for work that is nobody's own:
// a tick over due rows, verification of the ledger. The reason says why, in a few
// words that stand in the code ("close campaign"); on PostgreSQL it is readable in
// the transaction as current_setting('yagura.system').
func (d *DB) System(reason string) *Handle {
	return &Handle{d, scope{kind: systemScope, reason: reason}}
}

func (s scope) check() error {
	switch {
	case s.kind == tenantScope && s.tenant == "":
		return refuse("the handle names no organisation")
	case s.kind == systemScope && s.reason == "":
		return refuse("a handle across organisations needs a reason")
	}
	return nil
}

// ErrRefused is in the chain of every error by which the guard refused a
// statement. Such an error is a fault of the program, so its kind is Internal.
var ErrRefused = errors.New("statement refused")

func refuse(format string, args ...any) error {
	return errs.New(errs.Internal, "db: %w: %s", ErrRefused, fmt.Sprintf(format, args...))
}
