package db

// ref is a table in FROM (or the target of UPDATE and DELETE).
type ref struct {
	table string // "" for a query in parentheses or a WITH
	alias string
	on    [2]int // its own join condition
}

// table reads a name of a table with its alias and returns where it ends.
func (g *guard) table(i int) (ref, int, error) {
	name, ok := g.ident(i)
	switch {
	case !ok:
		return ref{}, 0, refuse("a name of a table is expected")
	case g.is(i+1, "."):
		return ref{}, 0, refuse("%s.…: name tables without a schema", name)
	case g.is(i+1, "("):
		return ref{}, 0, refuse("%s(…): a function can't stand for a table", name)
	}
	r := ref{table: name, alias: name}
	switch kind := g.tables[name]; {
	case g.ctes[name]:
		r.table = ""
	case kind == 0:
		return ref{}, 0, refuse("table %s is not registered by any module", name)
	case kind == tenantTable && g.scope == commonScope:
		return ref{}, 0, refuse("table %s holds rows of organisations: use Tenant, or System with a reason", name)
	}
	g.seen[i] = true
	alias, next, err := g.alias(i + 1)
	if alias != "" {
		r.alias = alias
	}
	return r, next, err
}

func (g *guard) alias(i int) (string, int, error) {
	explicit := g.is(i, "as")
	if explicit {
		i++
	}
	name, ok := g.ident(i)
	switch {
	case ok && g.tables[name] != 0:
		return "", 0, refuse("alias %s is the name of a table", name)
	case ok && g.is(i+1, "("):
		return "", 0, refuse("alias %s: columns of an alias can't be named", name)
	case ok:
		return name, i + 1, nil
	case explicit:
		return "", 0, refuse("AS without a plain name")
	}
	return "", i, nil
}

// from reads the tables of a FROM clause with their join conditions.
func (g *guard) from(lo, hi int) ([]ref, error) {
	var refs []ref
	aliases := map[string]bool{}
	for i := lo; ; {
		var r ref
		var err error
		if g.is(i, "(") {
			if err := g.query(i+1, g.close[i]); err != nil {
				return nil, err
			}
			r.alias, i, err = g.alias(g.close[i] + 1)
		} else {
			r, i, err = g.table(i)
		}
		if err != nil {
			return nil, err
		}
		if aliases[r.alias] {
			return nil, refuse("%s stands twice in one FROM", r.alias)
		}
		aliases[r.alias] = true
		if r.on, i, err = g.condition(i, hi); err != nil {
			return nil, err
		}
		refs = append(refs, r)
		if i >= hi {
			return refs, nil
		}
		if i, err = g.join(i); err != nil {
			return nil, err
		}
	}
}

// condition reads ON … or USING (…) after a table.
func (g *guard) condition(i, hi int) ([2]int, int, error) {
	switch {
	case g.is(i, "on"):
		end := g.find(i+1, hi, "join", "inner", "left", "right", "full", "cross", ",")
		return [2]int{i + 1, end}, end, g.exprs(i+1, end)
	case g.is(i, "using") && g.is(i+1, "("):
		return [2]int{}, g.close[i+1] + 1, nil
	}
	return [2]int{}, i, nil
}

// join reads a comma or the words of a join. In a RIGHT or FULL join a condition in
// ON doesn't hold the rows of its table.
func (g *guard) join(i int) (int, error) {
	if g.is(i, ",") {
		return i + 1, nil
	}
	if g.is(i, "inner") || g.is(i, "cross") || g.is(i, "left") {
		i++
		if g.is(i, "outer") {
			i++
		}
	}
	if !g.is(i, "join") {
		return 0, refuse("after a table comes a comma, JOIN, INNER, LEFT or CROSS JOIN")
	}
	return i + 1, nil
}

// hold refuses when a tenant table of refs isn't held to :tenant. Holding spreads over
// equality: a.tenant = b.tenant holds a when b is held.
func (g *guard) hold(refs []ref, where [2]int) error {
	if g.scope == systemScope {
		return nil
	}
	held := map[string]bool{}
	for range refs {
		for _, r := range refs {
			for _, c := range g.conjuncts(r.on) {
				a, b, ok := g.equality(c, refs)
				held[r.alias] = held[r.alias] || ok && (a == r.alias && (b == "" || held[b]) || b == r.alias && (a == "" || held[a]))
			}
		}
		for _, c := range g.conjuncts(where) {
			if a, b, ok := g.equality(c, refs); ok {
				held[a] = held[a] || b == "" || held[b]
				held[b] = held[b] || a == "" || held[a]
			}
		}
	}
	for _, r := range refs {
		if r.table != "" && g.tables[r.table] == tenantTable && !held[r.alias] {
			return refuse("table %s needs the condition %s.tenant = :tenant, joined by AND, in its own WHERE or ON", r.table, r.alias)
		}
	}
	return nil
}

// conjuncts cuts a condition at AND; a condition with OR outside parentheses has none.
// The AND of BETWEEN stays inside its part.
func (g *guard) conjuncts(r [2]int) [][2]int {
	if r[0] == r[1] || g.find(r[0], r[1], "or") != r[1] {
		return nil
	}
	var out [][2]int
	lo := r[0]
	for at := lo; at < r[1]; at++ {
		at = g.find(at, r[1], "and", "between")
		if g.is(at, "between") && at < r[1] {
			at = g.find(at+1, r[1], "and")
			continue
		}
		out = append(out, [2]int{lo, at})
		lo = at + 1
	}
	if lo < r[1] {
		out = append(out, [2]int{lo, r[1]})
	}
	return out
}

// equality reads [alias.]tenant = :tenant, either way round, and a.tenant = b.tenant.
// The side that is the parameter is "".
func (g *guard) equality(c [2]int, refs []ref) (a, b string, ok bool) {
	a, next, ok := g.side(c[0], refs)
	if !ok || next >= c[1] || !g.is(next, "=") {
		return "", "", false
	}
	b, end, ok := g.side(next+1, refs)
	return a, b, ok && end == c[1] && a != b
}

func (g *guard) side(i int, refs []ref) (string, int, bool) {
	if g.isParam(i, "tenant") {
		return "", i + 1, true
	}
	if g.is(i, "tenant") && !g.is(i+1, ".") && len(refs) == 1 {
		return refs[0].alias, i + 1, true
	}
	name, ok := g.ident(i)
	return name, i + 3, ok && g.is(i+1, ".") && g.is(i+2, "tenant")
}
