package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"yagura/internal/errs"
)

// The settings that row-level security reads. They are set for one transaction each.
const (
	settingTenant = "yagura.tenant"
	settingSystem = "yagura.system"
)

// tenantPolicy lets a transaction see and write the rows of its tenant, or all rows
// under a reason. A setting that was set earlier in the session reads as ” afterwards.
const tenantPolicy = `tenant = nullif(current_setting('` + settingTenant + `', true), '') or current_setting('` + settingSystem + `', true) <> ''`

// protect puts row-level security on every tenant table that hasn't got it. FORCE
// binds the owner of the table too, which is the role that this program runs as.
func (d *DB) protect(ctx context.Context, pool *sql.DB) error {
	for _, t := range d.tenantTables() {
		tx, err := pool.BeginTx(ctx, nil)
		if err != nil {
			return fault("protect", err)
		}
		for _, text := range []string{
			`select pg_advisory_xact_lock(7215512013)`, // nodes that start at once take turns
			fmt.Sprintf(`drop policy if exists yagura_tenant on %s`, t),
			fmt.Sprintf(`create policy yagura_tenant on %s using (%s) with check (%s)`, t, tenantPolicy, tenantPolicy),
			fmt.Sprintf(`alter table %s enable row level security`, t),
			fmt.Sprintf(`alter table %s force row level security`, t),
		} {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				_ = tx.Rollback()
				return migrationFault("db", fmt.Errorf("row-level security on %s: %w", t, err))
			}
		}
		if err := tx.Commit(); err != nil {
			return fault("protect", err)
		}
	}
	return nil
}

func (d *DB) tenantTables() []string {
	var out []string
	for t, kind := range d.tables {
		if kind == tenantTable {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

type tableFact struct {
	Name    string `db:"name"`
	Column  string `db:"col"` // "tenant" when it has that column
	NotNull bool   `db:"required"`
	Walled  bool   `db:"walled"`
}

const sqliteTables = `select m.name as name, coalesce(c.name, '') as col, coalesce(c."notnull", 0) <> 0 as required, true as walled
	from sqlite_master m left join pragma_table_info(m.name) c on c.name = 'tenant'
	where m.type in ('table', 'view') and m.name not like 'sqlite_%'`

const postgresTables = `select k.relname as name, coalesce(a.attname, '') as col, coalesce(a.attnotnull, false) as required,
	(k.relrowsecurity and k.relforcerowsecurity and 1 = (select count(*) from pg_policy p where p.polrelid = k.oid)) as walled
	from pg_class k left join pg_attribute a on a.attrelid = k.oid and a.attname = 'tenant' and a.attnum > 0 and not a.attisdropped
	where k.relkind in ('r', 'v', 'p', 'm', 'f') and k.relnamespace = current_schema()::regnamespace`

// checkTables compares the schema with what the modules registered: every table is
// registered, every tenant table has "tenant text not null" and its wall, no common
// table has a tenant, and there are no views, which the guard couldn't see through.
func (d *DB) checkTables(ctx context.Context) error {
	text := sqliteTables
	if d.engine == Postgres {
		text = postgresTables
	}
	var facts []tableFact
	if err := sqlx.SelectContext(ctx, d.read, &facts, text); err != nil {
		return fault("check", err)
	}
	left := map[string]bool{}
	for t := range d.tables {
		left[t] = true
	}
	var wrong []string
	for _, f := range facts {
		delete(left, f.Name)
		switch kind := d.tables[f.Name]; {
		case kind == 0 && !d.migrationTable(f.Name):
			wrong = append(wrong, f.Name+" is registered by no module")
		case kind == tenantTable && (f.Column == "" || !f.NotNull):
			wrong = append(wrong, f.Name+" has no column tenant that is not null")
		case kind == tenantTable && !f.Walled:
			wrong = append(wrong, f.Name+" is not under row-level security")
		case kind == commonTable && f.Column != "":
			wrong = append(wrong, f.Name+" has a column tenant but is registered as common")
		}
	}
	for t := range left {
		wrong = append(wrong, t+" is registered but isn't there")
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return errs.New(errs.Internal, "db: the schema isn't what the modules say: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (d *DB) migrationTable(name string) bool {
	return slices.ContainsFunc(d.modules, func(m Module) bool { return name == m.Name+migrationSuffix })
}
