package db

import "strings"

type tokenKind int

const (
	identToken tokenKind = iota + 1
	numberToken
	stringToken
	paramToken // text is the name without the colon
	opToken
)

// token is one word of a statement; lo and hi are its bytes in the text.
type token struct {
	kind   tokenKind
	text   string
	lo, hi int
}

// tokenize reads the subset of SQL that both engines read alike and that can be
// judged without knowing more than its words. What would need an engine's own rules
// (quoted identifiers, comments, casts by ::, dollar quotes, escapes, JSON operators,
// several statements) is refused with what to write instead.
func tokenize(sql string) ([]token, error) {
	var out []token
	for i := 0; i < len(sql); {
		c := sql[i]
		lo := i
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
			continue
		case isLetter(c):
			for i < len(sql) && (isLetter(sql[i]) || isDigit(sql[i])) {
				i++
			}
			out = append(out, token{identToken, strings.ToLower(sql[lo:i]), lo, i})
		case isDigit(c):
			for i < len(sql) && (isDigit(sql[i]) || sql[i] == '.') {
				i++
			}
			if i < len(sql) && isLetter(sql[i]) {
				return nil, refuse("a number with letters: bind it as a parameter")
			}
			out = append(out, token{numberToken, sql[lo:i], lo, i})
		case c == '\'':
			end, err := literalEnd(sql, i)
			if err != nil {
				return nil, err
			}
			i = end
			out = append(out, token{stringToken, sql[lo:i], lo, i})
		case c == ':':
			i++
			for i < len(sql) && (isLetter(sql[i]) || isDigit(sql[i])) {
				i++
			}
			if i == lo+1 || isDigit(sql[lo+1]) {
				return nil, refuse("a colon without a parameter name: write cast(x as type) instead of x::type")
			}
			out = append(out, token{paramToken, sql[lo+1 : i], lo, i})
		default:
			op, err := operator(sql[i:])
			if err != nil {
				return nil, err
			}
			i += len(op)
			out = append(out, token{opToken, op, lo, i})
		}
	}
	if len(out) == 0 {
		return nil, refuse("an empty statement")
	}
	return out, nil
}

// literalEnd is where the literal that begins at i ends. A colon inside is text, not
// a parameter. A letter before the quote (E”, X”, U&”) would change how it is read.
func literalEnd(sql string, i int) (int, error) {
	if i > 0 && (isLetter(sql[i-1]) || isDigit(sql[i-1]) || sql[i-1] == '&' || sql[i-1] == '\'') {
		return 0, refuse("a literal with a prefix: bind it as a parameter")
	}
	for j := i + 1; j < len(sql); j++ {
		switch {
		case sql[j] == 0 || sql[j] == '\\':
			return 0, refuse("a backslash or NUL in a literal: bind it as a parameter")
		case sql[j] == '\'' && j+1 < len(sql) && sql[j+1] == '\'':
			j++
		case sql[j] == '\'':
			return j + 1, nil
		}
	}
	return 0, refuse("a literal that doesn't end")
}

func operator(s string) (string, error) {
	for _, bad := range []struct{ text, mend string }{
		{"--", "comments belong into the Go code"},
		{"/*", "comments belong into the Go code"},
		{"->", "no JSON operators: project what is queried into columns"},
		{";", "one statement at a time, without a semicolon"},
		{`"`, "names are plain lower-case words without quotes"},
		{"`", "names are plain lower-case words without quotes"},
		{"[", "names are plain lower-case words without quotes"},
		{"?", "parameters have names: write :name"},
		{"$", "parameters have names: write :name"},
	} {
		if strings.HasPrefix(s, bad.text) {
			return "", refuse("%s: %s", bad.text, bad.mend)
		}
	}
	for _, op := range []string{"<=", ">=", "<>", "!=", "||", "(", ")", ",", ".", "=", "<", ">", "+", "-", "*", "/", "%"} {
		if strings.HasPrefix(s, op) {
			return op, nil
		}
	}
	return "", refuse("the character %q", []rune(s)[0])
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// keywords can't be names of tables or aliases; where one follows a table it begins
// the next clause.
var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range strings.Fields(`select from where group having window order limit offset fetch for returning union intersect except
		join inner left right full outer cross natural on using as set values with recursive insert into update delete or and not
		do conflict case when then else end distinct all only lateral table exists in is null between like by default replace`) {
		m[k] = true
	}
	return m
}()
