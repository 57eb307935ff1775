package db

// insert reads INSERT INTO t (columns) VALUES … | SELECT … [ON CONFLICT …] [RETURNING …].
func (g *guard) insert(lo, hi int) error {
	if !g.is(lo+1, "into") {
		return refuse("only INSERT INTO: write ON CONFLICT instead of OR REPLACE")
	}
	name, _ := g.ident(lo + 2)
	if !g.is(lo+3, "(") {
		return refuse("INSERT INTO %s needs its columns", name)
	}
	cols := g.split(lo+4, g.close[lo+3], ",")
	kind := g.tables[name]
	switch {
	case kind == 0:
		return refuse("table %s is not registered by any module", name)
	case kind == tenantTable && g.scope == commonScope:
		return refuse("table %s holds rows of organisations: use Tenant, or System with a reason", name)
	}
	g.seen[lo+2] = true
	at := -1
	for i, c := range cols {
		if c[1] == c[0]+1 && g.is(c[0], "tenant") {
			at = i
		}
	}
	guarded := kind == tenantTable && g.scope == tenantScope
	if guarded && at < 0 {
		return refuse("INSERT INTO %s needs the column tenant with the value :tenant", name)
	}
	if !guarded {
		at = -1
	}
	lo = g.close[lo+3] + 1
	end := g.source(lo, hi)
	if err := g.rows(name, at, lo, end); err != nil {
		return err
	}
	return g.conflict(name, guarded, end, hi)
}

// source is where the rows of an INSERT end.
func (g *guard) source(lo, hi int) int {
	for i := lo; i < hi; i++ {
		i = g.find(i, hi, "on", "returning")
		if i == hi || g.is(i, "returning") || g.is(i+1, "conflict") {
			return i
		}
	}
	return hi
}

// rows reads VALUES or SELECT; the value of column at (unless -1) must be :tenant.
func (g *guard) rows(name string, at, lo, hi int) error {
	if err := g.query(lo, hi); err != nil || at < 0 {
		return err
	}
	wrong := refuse("INSERT INTO %s: the value of the column tenant must be :tenant in every row", name)
	if g.is(lo, "values") {
		for _, row := range g.split(lo+1, hi, ",") {
			if !g.is(row[0], "(") || g.close[row[0]] != row[1]-1 {
				return wrong
			}
			vals := g.split(row[0]+1, row[1]-1, ",")
			if at >= len(vals) || vals[at][1] != vals[at][0]+1 || !g.isParam(vals[at][0], "tenant") {
				return wrong
			}
		}
		return nil
	}
	if g.find(lo, hi, "union", "intersect", "except") != hi || !g.is(lo, "select") || g.is(lo+1, "distinct") || g.is(lo+1, "all") {
		return refuse("INSERT INTO %s takes VALUES or one plain SELECT", name)
	}
	vals := g.split(lo+1, g.find(lo, hi, "from"), ",")
	for _, v := range vals[:min(at+1, len(vals))] {
		if g.is(v[1]-1, "*") { // a star before it would shift the columns
			return wrong
		}
	}
	if at >= len(vals) || vals[at][1] != vals[at][0]+1 || !g.isParam(vals[at][0], "tenant") {
		return wrong
	}
	return nil
}

// conflict reads ON CONFLICT. DO UPDATE must not reach a row of another tenant: the
// conflict is on columns with tenant, or WHERE holds the table to the tenant.
func (g *guard) conflict(name string, guarded bool, lo, hi int) error {
	if err := g.exprs(lo, hi); err != nil || !g.is(lo, "on") {
		return err
	}
	lo += 2
	own := false
	if g.is(lo, "(") {
		for _, c := range g.split(lo+1, g.close[lo], ",") {
			own = own || c[1] == c[0]+1 && g.is(c[0], "tenant")
		}
		lo = g.close[lo] + 1
	}
	if !g.is(lo, "do") {
		return refuse("ON CONFLICT (columns) DO …")
	}
	if !g.is(lo+1, "update") {
		return nil
	}
	end := g.find(lo, hi, "where", "returning")
	if err := g.assignments(lo+2, end, guarded); err != nil || !guarded || own {
		return err
	}
	where := [2]int{end, end}
	if g.is(end, "where") {
		where = [2]int{end + 1, g.find(end+1, hi, "returning")}
	}
	return g.hold([]ref{{table: name, alias: name}, {alias: "excluded"}}, where)
}

// assignments reads SET …; a row never changes its tenant under a tenant's handle.
func (g *guard) assignments(lo, hi int, guarded bool) error {
	if !g.is(lo, "set") {
		return refuse("SET is expected")
	}
	for _, a := range g.split(lo+1, hi, ",") {
		eq := g.find(a[0], a[1], "=")
		if eq != a[0]+1 {
			return refuse("SET takes column = value")
		}
		if guarded && g.is(a[0], "tenant") {
			return refuse("a row can't change its tenant")
		}
		if g.is(a[0], "version") && a[1] == eq+4 && g.is(eq+1, "version") && g.is(eq+2, "+") && g.toks[eq+3].text == "1" {
			g.versioned = true
		}
	}
	return g.exprs(lo, hi)
}

func (g *guard) update(lo, hi int) error {
	target, i, err := g.table(lo + 1)
	if err != nil {
		return err
	}
	end := g.find(i, hi, "from", "where", "returning")
	if err := g.assignments(i, end, g.tables[target.table] == tenantTable && g.scope == tenantScope); err != nil {
		return err
	}
	refs := []ref{target}
	if g.is(end, "from") {
		from := end
		end = g.find(from+1, hi, "where", "returning")
		more, err := g.from(from+1, end)
		if err != nil {
			return err
		}
		refs = append(refs, more...)
	}
	if g.versioned = g.versioned && g.is(end, "where"); g.versioned {
		g.versioned = false
		for _, c := range g.conjuncts([2]int{end + 1, g.find(end+1, hi, "returning")}) {
			g.versioned = g.versioned || c[1] == c[0]+3 && g.is(c[0], "version") && g.is(c[0]+1, "=") && g.isParam(c[0]+2, "version")
		}
	}
	return g.held(refs, end, hi)
}

func (g *guard) remove(lo, hi int) error {
	if !g.is(lo+1, "from") {
		return refuse("DELETE FROM is expected")
	}
	target, i, err := g.table(lo + 2)
	if err != nil {
		return err
	}
	if i < hi && !g.is(i, "where") && !g.is(i, "returning") {
		return refuse("DELETE FROM %s takes WHERE and RETURNING only", target.table)
	}
	return g.held([]ref{target}, i, hi)
}
