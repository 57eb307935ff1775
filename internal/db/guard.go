package db

// guard judges one statement: which tables it touches, and whether each tenant
// table in it is held to tenant = :tenant where that holds the rows: as a condition
// joined by AND in WHERE of the table's own query block, in the ON of its own inner
// or left join, or as the value of the column tenant in INSERT. What the guard can't
// read it refuses.
type guard struct {
	toks   []token
	close  map[int]int // index of ( → index of its )
	tables tables
	scope  scopeKind
	ctes   map[string]bool
	seen   map[int]bool // tokens understood as names of tables

	writes    bool
	versioned bool // an UPDATE on version = :version that sets version = version + 1
}

func judge(toks []token, known tables, kind scopeKind) (*guard, error) {
	g := &guard{toks: toks, close: map[int]int{}, tables: known, scope: kind, ctes: map[string]bool{}, seen: map[int]bool{}}
	var open []int
	for i, t := range toks {
		switch {
		case g.is(i, "("):
			open = append(open, i)
		case g.is(i, ")") && len(open) == 0:
			return nil, refuse("a closing parenthesis too many")
		case g.is(i, ")"):
			g.close[open[len(open)-1]] = i
			open = open[:len(open)-1]
		case t.kind == identToken && (t.text == "set_config" || t.text == "natural" || t.text == "lateral"):
			return nil, refuse("%s can't be judged", t.text)
		}
	}
	if len(open) > 0 {
		return nil, refuse("a parenthesis that doesn't close")
	}
	if err := g.statement(0, len(toks)); err != nil {
		return nil, err
	}
	return g, g.leftOver()
}

// leftOver refuses a name of a tenant table that no rule above has understood.
func (g *guard) leftOver() error {
	for i, t := range g.toks {
		if t.kind == identToken && g.tables[t.text] == tenantTable && !g.seen[i] && !g.is(i+1, ".") && !g.is(i-1, ".") {
			return refuse("table %s stands where it can't be judged", t.text)
		}
	}
	return nil
}

// is reports whether token i is the keyword or operator text.
func (g *guard) is(i int, text string) bool {
	return i >= 0 && i < len(g.toks) && (g.toks[i].kind == identToken || g.toks[i].kind == opToken) && g.toks[i].text == text
}

func (g *guard) isParam(i int, name string) bool {
	return i >= 0 && i < len(g.toks) && g.toks[i].kind == paramToken && g.toks[i].text == name
}

func (g *guard) ident(i int) (string, bool) {
	if i < 0 || i >= len(g.toks) || g.toks[i].kind != identToken || keywords[g.toks[i].text] {
		return "", false
	}
	return g.toks[i].text, true
}

// find is the first of the words between lo and hi outside parentheses and CASE, or hi.
func (g *guard) find(lo, hi int, words ...string) int {
	cases := 0
	for i := lo; i < hi; i++ {
		switch {
		case g.is(i, "("):
			i = g.close[i]
			continue
		case g.is(i, "case"):
			cases++
		case g.is(i, "end") && cases > 0:
			cases--
		}
		if cases > 0 || g.is(i, "from") && g.is(i-1, "distinct") && g.is(i-2, "is") || g.is(i, "from") && g.is(i-1, "distinct") && g.is(i-2, "not") {
			continue
		}
		for _, w := range words {
			if g.is(i, w) {
				return i
			}
		}
	}
	return hi
}

// split cuts lo to hi at sep, outside parentheses and CASE.
func (g *guard) split(lo, hi int, sep string) [][2]int {
	var out [][2]int
	for {
		at := g.find(lo, hi, sep)
		out = append(out, [2]int{lo, at})
		if at == hi {
			return out
		}
		lo = at + 1
	}
}

func (g *guard) statement(lo, hi int) error {
	lo, err := g.with(lo, hi)
	if err != nil {
		return err
	}
	switch {
	case g.is(lo, "select"), g.is(lo, "values"):
		return g.query(lo, hi)
	case g.is(lo, "insert"):
		g.writes = true
		return g.insert(lo, hi)
	case g.is(lo, "update"):
		g.writes = true
		return g.update(lo, hi)
	case g.is(lo, "delete"):
		g.writes = true
		return g.remove(lo, hi)
	}
	return refuse("only select, insert, update and delete; the schema is changed by migrations")
}

// with reads common table expressions and returns where the statement goes on.
func (g *guard) with(lo, hi int) (int, error) {
	if !g.is(lo, "with") {
		return lo, nil
	}
	lo++
	if g.is(lo, "recursive") {
		lo++
	}
	for {
		name, ok := g.ident(lo)
		if !ok || g.tables[name] != 0 {
			return 0, refuse("a WITH without a name of its own")
		}
		g.ctes[name] = true
		lo++
		if g.is(lo, "(") {
			lo = g.close[lo] + 1
		}
		if !g.is(lo, "as") || !g.is(lo+1, "(") {
			return 0, refuse("WITH %s isn't followed by AS (…)", name)
		}
		if err := g.query(lo+2, g.close[lo+1]); err != nil {
			return 0, err
		}
		lo = g.close[lo+1] + 1
		if !g.is(lo, ",") {
			return lo, nil
		}
		lo++
	}
}

// query reads SELECTs joined by UNION, INTERSECT and EXCEPT, or VALUES.
func (g *guard) query(lo, hi int) error {
	lo, err := g.with(lo, hi)
	if err != nil {
		return err
	}
	for {
		at := g.find(lo, hi, "union", "intersect", "except")
		switch {
		case g.is(lo, "select"):
			err = g.block(lo, at)
		case g.is(lo, "values"):
			err = g.exprs(lo+1, at)
		default:
			err = refuse("a query that begins with neither SELECT nor VALUES")
		}
		if err != nil || at == hi {
			return err
		}
		lo = at + 1
		if g.is(lo, "all") {
			lo++
		}
	}
}

var afterFrom = []string{"where", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "returning"}

// block reads one SELECT … FROM … WHERE … and what follows.
func (g *guard) block(lo, hi int) error {
	from := g.find(lo, hi, "from")
	if err := g.exprs(lo, from); err != nil {
		return err
	}
	if from == hi {
		return nil
	}
	end := g.find(from+1, hi, afterFrom...)
	refs, err := g.from(from+1, end)
	if err != nil {
		return err
	}
	return g.held(refs, end, hi)
}

// held reads [WHERE …] and the rest of a statement, and makes sure that every
// tenant table among refs is held to the tenant.
func (g *guard) held(refs []ref, lo, hi int) error {
	where := [2]int{lo, lo}
	if g.is(lo, "where") {
		where = [2]int{lo + 1, g.find(lo+1, hi, afterFrom[1:]...)}
	}
	if err := g.exprs(lo, hi); err != nil {
		return err
	}
	return g.hold(refs, where)
}

// exprs reads expressions: every query in parentheses is judged by itself.
func (g *guard) exprs(lo, hi int) error {
	for i := lo; i < hi; i++ {
		if !g.is(i, "(") {
			continue
		}
		switch {
		case g.is(i+1, "select"), g.is(i+1, "with"), g.is(i+1, "values"):
			if err := g.query(i+1, g.close[i]); err != nil {
				return err
			}
			i = g.close[i]
		case g.is(i+1, "insert"), g.is(i+1, "update"), g.is(i+1, "delete"):
			return refuse("a statement that changes rows inside another one")
		}
	}
	return nil
}
