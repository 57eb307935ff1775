// Package predicate decides conditions over facts that may not be known yet.
// A condition is a CEL expression over typed facts, such as
//
//	privacy.leak && (privacy.sensitive || privacy.persons > 1000)
//
// and its verdict is yes, no or undetermined: undetermined exactly when what is
// not known could still decide it as far as CEL's logic tells (false && unknown
// is no, true || unknown is yes). A number known as a range decides when both
// ends decide alike.
package predicate

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"yagura/internal/errs"
)

// Limits of a predicate: the length of its text in bytes, what a run that loops
// may cost in CEL's units, and how many ranges one verdict may read.
const (
	MaxText   = 2000
	MaxCost   = 100_000
	MaxRanges = 8
)

// Type is the type of a fact as predicates see it.
type Type string

// The types. Texts and codes are strings, amounts and durations in hours numbers.
const (
	Bool   Type = "bool"
	Number Type = "number" // float64
	String Type = "string"
	List   Type = "list" // []string
)

var celTypes = map[Type]*cel.Type{Bool: cel.BoolType, Number: cel.DoubleType, String: cel.StringType, List: cel.ListType(cel.StringType)}

// Vars declares the facts that may be read: id to type. Ids are lower case
// words joined by "." or "_".
type Vars map[string]Type

// Value is what is known of a fact: One (bool, float64, string or []string),
// or, when One is nil, a range of numbers from Low to High, both included.
type Value struct {
	One       any
	Low, High float64
}

// Is is a value that is known.
func Is(v any) Value { return Value{One: v} }

// Between is a number of which a range is known; infinities leave a side open.
func Between(low, high float64) Value { return Value{Low: low, High: high} }

// Facts is what is known; a fact that is not in it is unknown.
type Facts map[string]Value

// Verdict is the outcome of a predicate.
type Verdict string

// The verdicts.
const (
	Yes          Verdict = "yes"
	No           Verdict = "no"
	Undetermined Verdict = "undetermined"
)

// Predicate is a compiled condition. It may be used by several goroutines.
type Predicate struct {
	Text    string
	program cel.Program
	reads   []string
	vars    Vars
	probes  probes
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

// ValidID reports whether s can be the id of a fact.
func ValidID(s string) bool { return idForm.MatchString(s) }

// A Compiler compiles predicates over one set of declared facts.
type Compiler struct {
	env  *cel.Env
	vars Vars
}

var base = sync.OnceValues(func() (*cel.Env, error) { return cel.NewEnv(cel.CrossTypeNumericComparisons(true)) })

// NewCompiler declares the facts. Errors are of kind errs.Invalid.
func NewCompiler(vars Vars) (*Compiler, error) {
	env, err := base()
	if err != nil {
		return nil, err
	}
	var opts []cel.EnvOption
	for id, t := range vars {
		if !ValidID(id) || celTypes[t] == nil {
			return nil, errs.New(errs.Invalid, "%q of type %q is not a fact", id, t)
		}
		opts = append(opts, cel.Variable(id, celTypes[t]))
	}
	if env, err = env.Extend(opts...); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	return &Compiler{env, vars}, nil
}

// Compile compiles a condition. Errors, of kind errs.Invalid, tell what CEL
// says of the text.
func (c *Compiler) Compile(text string) (*Predicate, error) {
	if len(text) > MaxText {
		return nil, errs.New(errs.Invalid, "longer than %d bytes", MaxText)
	}
	ast, iss := c.env.Compile(text)
	if iss.Err() != nil {
		return nil, errs.New(errs.Invalid, "%s", iss.Errors()[0].Message)
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return nil, errs.New(errs.Invalid, "is %s, not bool", ast.OutputType())
	}
	p := &Predicate{Text: text, vars: c.vars}
	loops := p.walk(ast.NativeRep())
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if loops {
		opts = append(opts, cel.CostLimit(MaxCost))
	}
	var err error
	if p.program, err = c.env.Program(ast, opts...); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	return p, nil
}

// walk collects the facts that are read and the constants that they may be
// compared with, and reports whether the expression loops.
func (p *Predicate) walk(ast *celast.AST) (loops bool) {
	celast.PostOrderVisit(ast.Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		switch x.Kind() {
		case celast.ComprehensionKind:
			loops = true
		case celast.LiteralKind:
			p.probes.add(x.AsLiteral().Value())
		case celast.IdentKind, celast.SelectKind:
			if ref := ast.ReferenceMap()[x.ID()]; ref != nil && ref.Name != "" {
				id := strings.TrimPrefix(ref.Name, ".")
				if _, ok := p.vars[id]; ok && !slices.Contains(p.reads, id) {
					p.reads = append(p.reads, id)
				}
			}
		}
	}))
	return loops
}

// Reads lists the facts that the predicate reads, in order of appearance.
func (p *Predicate) Reads() []string { return p.reads }

// Decide is the verdict over what is known.
func (p *Predicate) Decide(facts Facts) Verdict {
	var ranged []string
	for _, id := range p.reads {
		if v, ok := facts[id]; ok && v.One == nil && v.Low != v.High {
			ranged = append(ranged, id)
		}
	}
	if len(ranged) == 0 {
		return p.eval(activation{facts, nil})
	}
	if len(ranged) > MaxRanges {
		return Undetermined
	}
	// Comparisons are monotone in each number: when all corners of the ranges
	// agree, so does everything between them.
	corner := make(map[string]float64, len(ranged))
	var first Verdict
	for mask := range 1 << len(ranged) {
		for i, id := range ranged {
			corner[id] = facts[id].Low
			if mask>>i&1 == 1 {
				corner[id] = facts[id].High
			}
		}
		v := p.eval(activation{facts, corner})
		if mask > 0 && v != first || v == Undetermined {
			return Undetermined
		}
		first = v
	}
	return first
}

func (p *Predicate) eval(a activation) Verdict {
	out, _, err := p.program.Eval(a)
	if err != nil {
		return Undetermined
	}
	if b, ok := out.(types.Bool); ok {
		if b {
			return Yes
		}
		return No
	}
	return Undetermined
}

// Missing lists the facts read that are not known, or known only as a range.
func (p *Predicate) Missing(facts Facts) []string {
	var out []string
	for _, id := range p.reads {
		if v, ok := facts[id]; !ok || v.One == nil && v.Low != v.High {
			out = append(out, id)
		}
	}
	return out
}

// activation shows facts to CEL, ranges by the corner that is tried.
type activation struct {
	facts  Facts
	corner map[string]float64
}

// ResolveName implements CEL's activation.
func (a activation) ResolveName(name string) (any, bool) {
	if n, ok := a.corner[name]; ok {
		return n, true
	}
	v, ok := a.facts[name]
	if !ok {
		return nil, false
	}
	if v.One == nil {
		return v.Low, true
	}
	return v.One, true
}

// Parent implements CEL's activation.
func (activation) Parent() cel.Activation { return nil }

// probes are the constants of a predicate.
type probes struct {
	numbers []float64
	texts   []string
}

func (p *probes) add(v any) {
	switch v := v.(type) {
	case int64:
		p.numbers = append(p.numbers, float64(v))
	case float64:
		p.numbers = append(p.numbers, v)
	case string:
		p.texts = append(p.texts, v)
	}
}

// Candidates are values of a fact among which every outcome of the predicate is
// found that the fact alone can bring about, as long as it is compared with
// constants: both truths; each constant and what lies on either side of it.
// A range that is known already bounds the numbers.
func (p *Predicate) Candidates(id string, known Value) []Value {
	switch p.vars[id] {
	case Bool:
		return []Value{Is(true), Is(false)}
	case Number:
		low, high := 0.0, math.Inf(1)
		if known.Low != known.High {
			low, high = known.Low, known.High
		}
		out := []Value{Is(low), Is(high)}
		for _, n := range p.probes.numbers {
			for _, m := range []float64{math.Nextafter(n, math.Inf(-1)), n, math.Nextafter(n, math.Inf(1))} {
				if m > low && m < high {
					out = append(out, Is(m))
				}
			}
		}
		return out
	case String:
		out := []Value{Is("")}
		for _, s := range p.probes.texts {
			out = append(out, Is(s))
		}
		return out
	case List:
		out := []Value{Is([]string{}), Is(slices.Clone(p.probes.texts))}
		for _, s := range p.probes.texts {
			out = append(out, Is([]string{s}))
		}
		for n := range int(min(slices.Max(append([]float64{0}, p.probes.numbers...)), 10)) + 2 { // sizes
			list := make([]string, n)
			for i := range list {
				list[i] = strconv.Itoa(i)
			}
			out = append(out, Is(list))
		}
		return out
	}
	return nil
}
