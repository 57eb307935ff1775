package db

import (
	"errors"
	"strings"
	"testing"
)

var guardTables = tables{"doc": tenantTable, "remark": tenantTable, "kind": commonTable}

func pass(sql string, kind scopeKind) (*guard, error) {
	toks, err := tokenize(sql)
	if err != nil {
		return nil, err
	}
	return judge(toks, guardTables, kind)
}

func TestGuardPasses(t *testing.T) {
	for _, sql := range []string{
		`select id from doc where tenant = :tenant`,
		`SELECT id FROM doc WHERE Tenant = :tenant AND id = 'a:b -- not a comment'`,
		`select d.id from doc as d where :tenant = d.tenant and (d.id = :a or d.id = :b)`,
		`select d.id from doc d join remark r on r.tenant = d.tenant and r.doc = d.id where d.tenant = :tenant`,
		`select d.id from doc d left outer join remark r on r.tenant = :tenant and r.doc = d.id where d.tenant = :tenant`,
		`select d.id from doc d, remark r, kind k where d.tenant = r.tenant and r.tenant = :tenant`,
		`select k.id, (select count(*) from doc d where d.tenant = :tenant and d.kind = k.id) from kind k order by k.id limit :n`,
		`select id from kind where exists (select 1 from doc where tenant = :tenant)`,
		`with mine as (select id from doc where tenant = :tenant) select id from mine union all select id from kind`,
		`with recursive n(i) as (values (1) union all select i + 1 from n where i < 9) select i from n`,
		`select x.id from (select id from doc where tenant = :tenant) x where x.id between :a and :b`,
		`select id from doc where at between :a and :b and tenant = :tenant`,
		`select case when draft and at > 0 then 1 else 2 end from doc where tenant = :tenant and title is distinct from :t`,
		`select row_number() over (partition by kind order by at) from doc where tenant = :tenant group by kind having count(*) > 1`,
		`insert into doc (id, tenant) values (:a, :tenant), (:b, :tenant)`,
		`insert into doc (tenant, id) select :tenant, k.id from kind k where true on conflict (tenant, id) do update set title = excluded.title`,
		`insert into doc (tenant, id) values (:tenant, :id) on conflict (id) do update set title = :t where doc.tenant = :tenant returning id`,
		`insert into doc (tenant, id) values (:tenant, :id) on conflict do nothing`,
		`insert into kind (id) values (:id)`,
		`update doc set title = :title, at = (select max(at) from doc where tenant = :tenant) where tenant = :tenant and id = :id returning version`,
		`update doc set title = r.id from remark r where doc.tenant = :tenant and r.tenant = doc.tenant`,
		`delete from doc where tenant = :tenant and id in (:ids)`,
	} {
		if _, err := pass(sql, tenantScope); err != nil {
			t.Errorf("%s\n\t%v", sql, err)
		}
	}
}

// Each of these would reach another organisation's rows, or can't be judged.
var refused = []string{
	`select id from doc`,
	`select id from doc where id = :tenant`,
	`select id from doc where tenant = :other`,
	`select id from doc where tenant = 'b1'`,
	`select id from doc where tenant <> :tenant`,
	`select id from doc where not tenant = :tenant`,
	`select id from doc where tenant = :tenant or true`,
	`select id from doc where id = :a or id = :b and tenant = :tenant`,
	`select id from doc where (tenant = :tenant or true)`,
	`select id from doc where at between 1 and tenant = :tenant`,
	`select id from doc where case when true and tenant = :tenant and true then true else true end`,
	`select id from doc where :tenant = :tenant`,
	`select id from doc where tenant = tenant`,
	`select id from doc where 'tenant = :tenant' = 'tenant = :tenant'`,
	`select id from doc group by id having tenant = :tenant`,
	`select tenant = :tenant from doc`,
	`select d.id from doc d, remark r where d.tenant = :tenant`,
	`select d.id from doc d, remark r where tenant = :tenant`,
	`select d.id from doc d join remark r on r.doc = d.id where d.tenant = :tenant`,
	`select d.id from doc d left join remark r on d.tenant = :tenant and r.tenant = :tenant`,
	`select d.id from doc d right join remark r on r.tenant = :tenant where d.tenant = :tenant`,
	`select d.id from doc d full join remark r on r.tenant = :tenant where d.tenant = :tenant`,
	`select d.id from doc d natural join remark where d.tenant = :tenant`,
	`select d.id from doc d join remark r on r.tenant = d.tenant`,
	`select id from kind where exists (select 1 from doc) and :tenant = :tenant`,
	`select id from doc where tenant = :tenant union select id from doc`,
	`select id from doc where tenant = :tenant and id in (select doc from remark)`,
	`with doc as (select id from doc where tenant = :tenant) select id from doc`,
	`with x as (select id from doc) select id from x`,
	`with x as (delete from doc where tenant = :tenant returning id) select id from x`,
	`with x as (select id from doc where tenant = :tenant) select d.id from x, doc d where x.tenant = :tenant`,
	`select x.id from (select id from doc) x where x.tenant = :tenant`,
	`select id from (doc) where tenant = :tenant`,
	`select id from public.doc where tenant = :tenant`,
	`select id from only doc where tenant = :tenant`,
	`table doc`,
	`select * from kind k, lateral (select * from doc) x`,
	`select id from unknown where tenant = :tenant`,
	`select id from kind doc`,
	`select id from generate_series(1, 2)`,
	`select doc from kind`,
	`insert into doc (id) values (:id)`,
	`insert into doc values (:tenant, :id)`,
	`insert into doc (tenant, id) values (:id, :tenant)`,
	`insert into doc (tenant, id) values (:tenant, :id), (:other, :id)`,
	`insert into doc (tenant, id) values (:tenant || 'x', :id)`,
	`insert into doc (tenant, id) select tenant, id from doc where tenant = :tenant`,
	`insert into doc (tenant, id) select :tenant, id from doc`,
	`insert into doc (id, tenant) select k.*, :tenant from kind k`,
	`insert into doc (tenant, id) select :tenant, id from kind union select id, id from kind`,
	`insert into doc (tenant, id) values (:tenant, :id) on conflict (id) do update set title = :t`,
	`insert into doc (tenant, id) values (:tenant, :id) on conflict (tenant, id) do update set tenant = :t`,
	`insert into doc (tenant, id) values (:tenant, :id) on conflict on constraint c do update set title = :t`,
	`insert into doc (tenant, id) values (:tenant, :id) returning (select count(*) from doc)`,
	`insert or replace into doc (tenant, id) values (:tenant, :id)`,
	`update doc set title = :t`,
	`update doc set title = :t where id = :id`,
	`update doc set tenant = :t where tenant = :tenant`,
	`update doc set (tenant, id) = (:t, :id) where tenant = :tenant`,
	`update doc set title = r.id from remark r where doc.tenant = :tenant`,
	`delete from doc`,
	`delete from doc where id = :tenant`,
	`delete from doc using remark where doc.tenant = :tenant`,
	`drop table doc`, `truncate doc`, `alter table doc disable row level security`, `pragma query_only = 0`, `set role postgres`,
	`select set_config('yagura.tenant', :t, true)`,
	`select id from doc where tenant = :tenant; delete from doc`,
	`select id from doc /* where */ where tenant = :tenant`,
	`select id from doc -- where tenant = :tenant`,
	`select id from "doc"`, "select id from `doc`", `select id from [doc]`,
	`select id from doc where tenant = $1`, `select id from doc where tenant = ?`,
	`select id::text from doc where tenant = :tenant`,
	`select e'\'' from doc where tenant = :tenant`,
	`select body->>'x' from doc where tenant = :tenant`,
	`select 'open from doc where tenant = :tenant`,
	`select (id from doc where tenant = :tenant`, `select id) from doc where tenant = :tenant`,
	``, `   `, `select`, `insert into`, `with`, `update`, `delete from`, `select id from`,
}

func TestGuardRefuses(t *testing.T) {
	for _, sql := range refused {
		_, err := pass(sql, tenantScope)
		if sql == "select" { // selects nothing from nowhere: the engines refuse it
			continue
		}
		if !errors.Is(err, ErrRefused) {
			t.Errorf("passed: %s", sql)
		}
	}
}

func TestScopes(t *testing.T) {
	for _, sql := range []string{`select id from doc`, `select id from doc where tenant = :tenant`, `insert into doc (tenant, id) values (:tenant, :id)`} {
		if _, err := pass(sql, commonScope); !errors.Is(err, ErrRefused) {
			t.Errorf("common handle passed %s", sql)
		}
	}
	for _, sql := range []string{`select id from doc`, `update doc set title = :t`, `insert into doc (tenant, id) values (:org, :id)`, `select id from kind`} {
		if _, err := pass(sql, systemScope); err != nil {
			t.Errorf("system handle: %s: %v", sql, err)
		}
	}
	if _, err := pass(`select id from kind`, commonScope); err != nil {
		t.Error(err)
	}
}

func TestVersionedIsSeen(t *testing.T) {
	for sql, want := range map[string]bool{
		`update doc set title = :t, version = version + 1 where tenant = :tenant and id = :id and version = :version`: true,
		`update doc set title = :t where tenant = :tenant and id = :id and version = :version`:                        false,
		`update doc set version = version + 1 where tenant = :tenant and id = :id`:                                    false,
		`update doc set version = version + 1 where tenant = :tenant and (version = :version or true)`:                false,
		`update doc set version = version + 11 where tenant = :tenant and version = :version`:                         false,
	} {
		g, err := pass(sql, tenantScope)
		if err != nil || g.versioned != want {
			t.Errorf("%s: %v %v", sql, g, err)
		}
	}
}

// FuzzGuard: the guard ends on every text, and what it passes names each tenant table
// together with :tenant.
func FuzzGuard(f *testing.F) {
	for _, sql := range refused {
		f.Add(sql)
	}
	f.Add(`select d.id from doc d left join remark r on r.tenant = d.tenant where d.tenant = :tenant and d.id in (:ids) order by 1`)
	f.Fuzz(func(t *testing.T, sql string) {
		g, err := pass(sql, tenantScope)
		if err != nil {
			return
		}
		touched, bound := false, false
		for i, tok := range g.toks {
			touched = touched || g.seen[i] && g.tables[tok.text] == tenantTable && !g.ctes[tok.text]
			bound = bound || tok.kind == paramToken && strings.EqualFold(tok.text, "tenant")
		}
		if touched && !bound {
			t.Errorf("passed without :tenant: %s", sql)
		}
	})
}
