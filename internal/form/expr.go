package form

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Limits of an expression: the text's length, and what a run may cost (in
// CEL's cost units) when the expression loops over rows.
const (
	MaxExpr     = 2000
	MaxExprCost = 200_000
)

// expr is one compiled CEL expression of a form.
type expr struct {
	program cel.Program
	reads   []string // items it reads, in order of appearance
}

// Org is what expressions may read of the organisation that answers.
type Org struct {
	ID, Name, Sector, Size, Group, Centre, Jurisdiction string
	Flags                                               []string
}

var orgFields = map[string]func(*Org) any{
	"id":           func(o *Org) any { return o.ID },
	"name":         func(o *Org) any { return o.Name },
	"sector":       func(o *Org) any { return o.Sector },
	"size":         func(o *Org) any { return o.Size },
	"group":        func(o *Org) any { return o.Group },
	"centre":       func(o *Org) any { return o.Centre },
	"jurisdiction": func(o *Org) any { return o.Jurisdiction },
	"flags":        func(o *Org) any { return o.Flags },
}

// The four maps that an expression may index by item id. An index expression
// is rewritten to one variable per item, so that CEL checks its type.
const (
	mapAnswers  = "answers"
	mapScores   = "scores"
	mapStates   = "states"
	mapPrevious = "previous"
)

var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for name := range orgFields {
		t := cel.StringType
		if name == "flags" {
			t = cel.ListType(cel.StringType)
		}
		opts = append(opts, cel.Variable("org/"+name, t))
	}
	return cel.NewEnv(opts...)
})

func celType(it *Item) *cel.Type {
	switch it.Type {
	case TypeInteger, TypeMoney:
		return cel.IntType
	case TypeDecimal, TypePercent:
		return cel.DoubleType
	case TypeMulti:
		return cel.ListType(cel.StringType)
	case TypeTable:
		return cel.ListType(cel.MapType(cel.StringType, cel.DynType))
	case TypeDuration:
		return cel.DurationType
	default:
		return cel.StringType
	}
}

// compile compiles every expression of the form into its programs.
func (p *parser) compile(f *Form) {
	env, err := baseEnv()
	if err != nil {
		p.add(0, "", "form.expr", "why", err)
		return
	}
	var vars []cel.EnvOption
	for _, it := range f.order {
		vars = append(vars,
			cel.Variable(mapAnswers+"/"+it.ID, celType(it)), cel.Variable(mapPrevious+"/"+it.ID, celType(it)),
			cel.Variable(mapStates+"/"+it.ID, cel.StringType), cel.Variable(mapScores+"/"+it.ID, cel.DoubleType))
	}
	if env, err = env.Extend(vars...); err != nil {
		p.add(0, "", "form.expr", "why", err)
		return
	}
	c := &compiler{p: p, f: f, env: env}
	f.exprs = map[string]*expr{}
	c.ofOrg("/audience", f.Audience)
	for i, t := range f.Tiers {
		c.ofOrg(fmt.Sprintf("/tiers/%d/when", i), t.When)
	}
	for i, s := range f.Sections {
		for j, it := range s.Items {
			at := fmt.Sprintf("/sections/%d/items/%d", i, j)
			c.item(it, at)
		}
	}
	for i, ck := range f.Checks {
		at := fmt.Sprintf("/checks/%d/when", i)
		if ck.When == "" {
			p.at(at, "form.check-without-when", "id", ck.ID)
		}
		if e := c.one(at, ck.When, cel.BoolType); e != nil && len(ck.Items) == 0 {
			ck.Items = e.reads
		}
	}
}

type compiler struct {
	p   *parser
	f   *Form
	env *cel.Env
}

// ofOrg compiles a condition over the organisation alone: it is decided before
// there are answers.
func (c *compiler) ofOrg(at, text string) {
	if e := c.one(at, text, cel.BoolType); e != nil && len(e.reads) > 0 {
		c.p.at(at, "form.org-only", "reads", e.reads[0])
	}
}

// item compiles an item's expressions; `applies` may read earlier items only
// and `score` none that comes later, so that both are decided in one pass and
// never run in a circle.
func (c *compiler) item(it *Item, at string) {
	if e := c.one(at+"/applies", it.Applies, cel.BoolType); e != nil {
		for _, id := range e.reads {
			if c.f.items[id].index >= it.index {
				c.p.at(at+"/applies", "form.applies-forward", "id", it.ID, "reads", id)
			}
		}
	}
	if e := c.one(at+"/score", it.Score, cel.DoubleType); e != nil {
		for _, id := range e.reads {
			if c.f.items[id].index > it.index {
				c.p.at(at+"/score", "form.score-forward", "id", it.ID, "reads", id)
			}
		}
	}
}

// one compiles the expression at a pointer; nil when empty or faulty.
func (c *compiler) one(at, text string, want *cel.Type) *expr {
	if text == "" {
		return nil
	}
	if len(text) > MaxExpr {
		c.p.at(at, "form.expr-too-long", "max", MaxExpr)
		return nil
	}
	ast, iss := c.env.Parse(text)
	if iss.Err() != nil {
		c.p.at(at, "form.expr", "why", firstIssue(iss))
		return nil
	}
	e := &expr{}
	loops, ok := c.rewrite(at, ast.NativeRep(), e)
	if !ok {
		return nil
	}
	ast, iss = c.env.Check(ast)
	if iss.Err() != nil {
		c.p.at(at, "form.expr", "why", firstIssue(iss))
		return nil
	}
	got := ast.OutputType()
	if !got.IsAssignableType(want) && !(want == cel.DoubleType && got.IsAssignableType(cel.IntType)) {
		c.p.at(at, "form.expr-type", "got", got, "want", want)
		return nil
	}
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if loops {
		opts = append(opts, cel.CostLimit(MaxExprCost))
	}
	program, err := c.env.Program(ast, opts...)
	if err != nil {
		c.p.at(at, "form.expr", "why", err)
		return nil
	}
	e.program = program
	c.f.exprs[at] = e
	return e
}

func firstIssue(iss *cel.Issues) string {
	first := iss.Errors()[0].Message
	return strings.NewReplacer("answers/", "", "scores/", "", "org/", "org.").Replace(first)
}

// rewrite turns answers["x"], scores["x"], states["x"], previous["x"] and
// org.field into typed variables, and reports whether the expression loops.
func (c *compiler) rewrite(at string, ast *celast.AST, e *expr) (loops, ok bool) {
	fac := celast.NewExprFactory()
	ok = true
	celast.PostOrderVisit(ast.Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		switch x.Kind() {
		case celast.ComprehensionKind:
			loops = true
		case celast.SelectKind:
			if op := x.AsSelect().Operand(); op.Kind() == celast.IdentKind && op.AsIdent() == "org" {
				field := x.AsSelect().FieldName()
				if orgFields[field] == nil {
					c.p.at(at, "form.expr-unknown-org", "field", field)
					ok = false
				}
				x.SetKindCase(fac.NewIdent(x.ID(), "org/"+field))
			}
		case celast.CallKind:
			if id, which := indexOf(x); which != "" {
				ok = c.read(at, e, id, which) && ok
				x.SetKindCase(fac.NewIdent(x.ID(), which+"/"+id))
			}
		}
	}))
	return loops, ok
}

// indexOf recognises answers["id"] and its siblings.
func indexOf(x celast.Expr) (id, which string) {
	call := x.AsCall()
	if call.FunctionName() != operators.Index || len(call.Args()) != 2 {
		return "", ""
	}
	target, key := call.Args()[0], call.Args()[1]
	if target.Kind() != celast.IdentKind || key.Kind() != celast.LiteralKind {
		return "", ""
	}
	switch name := target.AsIdent(); name {
	case mapAnswers, mapScores, mapStates, mapPrevious:
		if s, ok := key.AsLiteral().(types.String); ok {
			return string(s), name
		}
	}
	return "", ""
}

func (c *compiler) read(at string, e *expr, id, which string) bool {
	it := c.f.items[id]
	if it == nil {
		c.p.at(at, "form.expr-unknown-item", "id", id, "near", nearest(c.f, id))
		return false
	}
	if which == mapScores && !it.Scored() {
		c.p.at(at, "form.expr-unscored", "id", id)
		return false
	}
	for _, have := range e.reads {
		if have == id {
			return true
		}
	}
	e.reads = append(e.reads, id)
	return true
}

// verdict is the outcome of a boolean expression.
type verdict int

const (
	no verdict = iota
	yes
	undetermined // an answer it needs is not there
	tooCostly
)

func (e *expr) decide(env *scope) verdict {
	out, _, err := e.program.Eval(env)
	if err != nil {
		var cancelled interpreter.EvalCancelledError
		if errors.As(err, &cancelled) {
			return tooCostly
		}
		return undetermined
	}
	if b, ok := out.(types.Bool); ok && bool(b) {
		return yes
	}
	return no
}

// number evaluates a score expression; ok is false when it is undetermined.
func (e *expr) number(env *scope) (float64, bool) {
	out, _, err := e.program.Eval(env)
	if err != nil {
		return 0, false
	}
	switch v := out.(type) {
	case types.Double:
		return float64(v), true
	case types.Int:
		return float64(v), true
	}
	return 0, false
}
