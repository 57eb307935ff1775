package xlsform

import (
	"slices"
	"strings"
	"unicode"

	"yagura/internal/i18n"
)

// Limits of an expression.
const (
	maxExpression = 4000 // bytes
	maxNesting    = 60
	maxSteps      = 1000 // parts of its translation
)

// xpath is an expression of the XPath that XLSForm uses. op is "ref" (text is
// the question), "self" ("."), "string", "number", "call" (text is the
// function) or an operator, "neg" being the minus before an operand.
type xpath struct {
	op   string
	text string
	args []*xpath
}

// unsupported says in both languages why an expression cannot be translated.
type unsupported struct{ why i18n.Text }

func (u unsupported) Error() string { return u.why.EN }

func refuse(key string, args ...any) error { return unsupported{i18n.Both(key, args...)} }

// parseXPath reads an expression.
func parseXPath(s string) (*xpath, error) {
	if len(s) > maxExpression {
		return nil, refuse("import.xlsform.long")
	}
	s = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "\n", " ").Replace(s)
	tokens, err := scan(s)
	if err != nil {
		return nil, err
	}
	p := &xparser{tokens: tokens}
	e, err := p.binary(0)
	if err == nil && p.peek() != "" {
		err = refuse("import.xlsform.unexpected", "token", p.peek())
	}
	return e, err
}

// scan splits an expression into tokens; a question is "${name}", a text keeps
// its opening quote.
func scan(s string) ([]string, error) {
	var out []string
	for i := 0; i < len(s); {
		start := i
		switch c := s[i]; {
		case c == ' ':
			i++
			continue
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				return nil, refuse("import.xlsform.open-quote")
			}
			out = append(out, s[i:i+1+end])
			i += end + 2
			continue
		case strings.HasPrefix(s[i:], "${"):
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, refuse("import.xlsform.unexpected", "token", "${")
			}
			i += end + 1
		case digit(c) || c == '.' && i+1 < len(s) && digit(s[i+1]):
			for i < len(s) && (digit(s[i]) || s[i] == '.') {
				i++
			}
		case strings.HasPrefix(s[i:], "!=") || strings.HasPrefix(s[i:], "<=") || strings.HasPrefix(s[i:], ">=") || strings.HasPrefix(s[i:], ".."):
			i += 2
		case strings.IndexByte("()=<>+-*,./", c) >= 0:
			i++
		default:
			i += word(s[i:])
			if i == start {
				return nil, refuse("import.xlsform.unexpected", "token", string([]rune(s[i:])[:1]))
			}
		}
		out = append(out, s[start:i])
	}
	return out, nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// word is the length of the name that s begins with; names may hold "-" inside.
func word(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r) && r != '-') {
			return i
		}
	}
	return len(s)
}

type xparser struct {
	tokens []string
	pos    int
	depth  int
}

func (p *xparser) peek() string {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return ""
}

// levels are the binary operators by rising precedence (XPath 1.0, section 3).
var levels = [][]string{{"or"}, {"and"}, {"=", "!="}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "div", "mod"}}

func (p *xparser) binary(level int) (*xpath, error) {
	if level == len(levels) {
		return p.unary()
	}
	if p.depth++; p.depth > maxNesting*(len(levels)+1) {
		return nil, refuse("import.xlsform.long")
	}
	defer func() { p.depth-- }()
	left, err := p.binary(level + 1)
	for err == nil {
		op := p.peek()
		if !slices.Contains(levels[level], op) {
			return left, nil
		}
		p.pos++
		var right *xpath
		if right, err = p.binary(level + 1); err == nil {
			left = &xpath{op: op, args: []*xpath{left, right}}
		}
	}
	return nil, err
}

func (p *xparser) unary() (*xpath, error) {
	minus := false
	for p.peek() == "-" {
		p.pos++
		minus = !minus
	}
	e, err := p.operand()
	if err == nil && minus {
		e = &xpath{op: "neg", args: []*xpath{e}}
	}
	return e, err
}

func (p *xparser) operand() (*xpath, error) {
	token := p.peek()
	p.pos++
	switch {
	case token == "(":
		e, err := p.binary(0)
		if err == nil && p.peek() != ")" {
			err = refuse("import.xlsform.unexpected", "token", p.peek())
		}
		p.pos++
		return e, err
	case token == ".":
		return &xpath{op: "self"}, nil
	case token == "":
		return nil, refuse("import.xlsform.unexpected", "token", "")
	case strings.HasPrefix(token, "${"):
		return &xpath{op: "ref", text: strings.TrimSpace(token[2 : len(token)-1])}, nil
	case token[0] == '\'' || token[0] == '"':
		return &xpath{op: "string", text: token[1:]}, nil
	case digit(token[0]) || token[0] == '.' && len(token) > 1 && token != "..":
		return &xpath{op: "number", text: token}, nil
	case word(token) == len(token) && p.peek() == "(":
		p.pos++
		return p.call(token)
	}
	return nil, refuse("import.xlsform.unexpected", "token", token)
}

func (p *xparser) call(name string) (*xpath, error) {
	e := &xpath{op: "call", text: name}
	if p.peek() == ")" {
		p.pos++
		return e, nil
	}
	for {
		arg, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, arg)
		switch p.peek() {
		case ",":
			p.pos++
		case ")":
			p.pos++
			return e, nil
		default:
			return nil, refuse("import.xlsform.unexpected", "token", p.peek())
		}
	}
}
