package db

import (
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx/reflectx"

	"yagura/internal/errs"
)

// Args are the named parameters of a statement. A struct with db tags serves as well.
//
// A value is nil, a string, an integer, a bool, a float64, []byte, a pointer to one of
// these, a type made of one, or a slice, which spreads over IN (:name). Times are
// int64 microseconds since 1970 UTC, dates are text (2006-01-02).
type Args map[string]any

type compileKey struct {
	scope scopeKind
	sql   string
}

// compiled is a statement that the guard has passed.
type compiled struct {
	sql       string
	params    []token
	writes    bool
	versioned bool
}

// maxCompiled bounds the memory of statements; a program has far fewer texts.
const maxCompiled = 10_000

func (d *DB) compile(sql string, kind scopeKind) (*compiled, error) {
	key := compileKey{kind, sql}
	d.mu.RLock()
	c := d.compiled[key]
	d.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	toks, err := tokenize(sql)
	if err != nil {
		return nil, err
	}
	g, err := judge(toks, d.tables, kind)
	if err != nil {
		return nil, err
	}
	c = &compiled{sql: sql, writes: g.writes, versioned: g.versioned}
	for _, t := range toks {
		if t.kind == paramToken {
			c.params = append(c.params, t)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.compiled) >= maxCompiled {
		d.compiled = map[compileKey]*compiled{}
	}
	d.compiled[key] = c
	return c, nil
}

// bind puts $1, $2, … in the place of the names, in order of appearance, and returns
// the values in that order.
func (c *compiled) bind(s scope, args any) (string, []any, error) {
	value, err := lookup(s, args)
	if err != nil {
		return "", nil, err
	}
	var out strings.Builder
	var vals []any
	at := 0
	first := map[string]string{} // a name used twice is one parameter
	for _, p := range c.params {
		out.WriteString(c.sql[at:p.lo])
		at = p.hi
		if text, again := first[p.text]; again {
			out.WriteString(text)
			continue
		}
		v, ok := value(p.text)
		if !ok {
			return "", nil, refuse("no value for :%s", p.text)
		}
		spread, err := plain(p.text, v)
		if err != nil {
			return "", nil, err
		}
		marks := make([]string, len(spread))
		for i := range spread {
			vals = append(vals, spread[i])
			marks[i] = "$" + strconv.Itoa(len(vals))
		}
		first[p.text] = strings.Join(marks, ", ")
		out.WriteString(first[p.text])
	}
	out.WriteString(c.sql[at:])
	return out.String(), vals, nil
}

var mapper = reflectx.NewMapper("db")

// lookup makes one function of the two forms of arguments. Under a tenant's handle
// :tenant is the handle's; a row that carries another tenant is Forbidden.
func lookup(s scope, args any) (func(string) (any, bool), error) {
	get := func(string) (any, bool) { return nil, false }
	switch a := args.(type) {
	case nil:
	case Args:
		get = func(name string) (any, bool) { v, ok := a[name]; return v, ok }
	default:
		v := reflect.Indirect(reflect.ValueOf(args))
		if !v.IsValid() || v.Kind() != reflect.Struct {
			return nil, refuse("arguments are db.Args or a struct, not %T", args)
		}
		fields := mapper.TypeMap(v.Type()).Names
		get = func(name string) (any, bool) {
			f, ok := fields[name]
			if !ok {
				return nil, false
			}
			return reflectx.FieldByIndexesReadOnly(v, f.Index).Interface(), true
		}
	}
	if s.kind != tenantScope {
		return get, nil
	}
	if v, ok := get("tenant"); ok && v != "" && v != s.tenant {
		return nil, errs.New(errs.Forbidden, "db: the row belongs to another organisation")
	}
	return func(name string) (any, bool) {
		if name == "tenant" {
			return s.tenant, true
		}
		return get(name)
	}, nil
}

// plain reduces a value to those that both drivers take alike.
func plain(name string, v any) ([]any, error) {
	switch x := v.(type) {
	case nil:
		return []any{nil}, nil
	case time.Time:
		return nil, refuse(":%s is a time.Time: store int64 microseconds or a date as text", name)
	case []byte:
		return []any{x}, nil
	case driver.Valuer:
		val, err := x.Value()
		if _, again := val.(driver.Valuer); err != nil || again {
			return nil, refuse(":%s has no value", name)
		}
		return plain(name, val)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return []any{nil}, nil
		}
		return plain(name, r.Elem().Interface())
	case reflect.String:
		// PostgreSQL has no NUL in text and takes UTF-8 only; SQLite would store both.
		if s := r.String(); !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return nil, errs.New(errs.Invalid, "db: %s has a NUL or is not UTF-8", name)
		}
		return []any{r.String()}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return []any{r.Int()}, nil
	case reflect.Bool:
		return []any{r.Bool()}, nil
	case reflect.Float64:
		return []any{r.Float()}, nil
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			return []any{r.Bytes()}, nil
		}
		return spread(name, r)
	}
	return nil, refuse(":%s is a %T, which can't be stored", name, v)
}

// An empty list is refused: IN () is no SQL, and NOT IN (NULL) is true of no row.
func spread(name string, r reflect.Value) ([]any, error) {
	if r.Len() == 0 {
		return nil, refuse(":%s is an empty list: leave the statement out", name)
	}
	var out []any
	for i := range r.Len() {
		v, err := plain(name, r.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		out = append(out, v...)
	}
	return out, nil
}
