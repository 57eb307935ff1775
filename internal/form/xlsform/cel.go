package xlsform

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/form"
)

// question is what expressions may read by a name of the survey.
type question struct {
	item    *form.Item
	options map[string]string // option id by the choice's name
	table   string            // item id of the repeat that it is a column of
	calc    *xpath            // of a calculation, which is no item
	group   bool
}

// kind is the type of a translated value.
type kind int

const (
	kInt kind = iota
	kDouble
	kText
	kDate // text that orders as it reads
	kChoice
	kList
)

// term is a value in CEL; of a question it knows which.
type term struct {
	cel     string
	kind    kind
	literal bool
	q       *question
}

// translator turns expressions of one question into CEL.
type translator struct {
	names map[string]*question
	self  *question
	table string // of the repeat in whose rows the expression runs
	bare  bool   // no guard against unanswered questions: a check does not fire on what is missing
	depth int    // calculations within calculations
	steps int    // parts translated: calculations and if() write a part out more than once
	reads []*question
}

// condition translates a boolean expression, or its opposite. An expression
// over missing answers is undetermined in CEL, which counts as false and gives
// way in && and ||; XPath compares with the empty text instead. So negation is
// pushed down to the comparisons, and a negative one is guarded: it holds
// where an answer that it reads is missing.
func (t *translator) condition(e *xpath, not bool) (string, error) {
	if t.steps++; t.steps > maxSteps {
		return "", refuse("import.xlsform.long")
	}
	switch {
	case e.op == "and" || e.op == "or":
		return t.junction(e, not)
	case slices.Contains(levels[2], e.op) || slices.Contains(levels[3], e.op):
		return t.comparison(e, not)
	case e.op == "call":
		return t.predicate(e, not)
	case e.op == "ref" || e.op == "self":
		q, err := t.find(e)
		if err != nil {
			return "", err
		}
		if q.calc != nil {
			return inCalc(t, q, func() (string, error) { return t.condition(q.calc, not) })
		}
		return t.answered(q, !not), nil
	}
	return "", refuse("import.xlsform.not-boolean")
}

func (t *translator) junction(e *xpath, not bool) (string, error) {
	left, err := t.condition(e.args[0], not)
	if err != nil {
		return "", err
	}
	right, err := t.condition(e.args[1], not)
	if err != nil {
		return "", err
	}
	op := "&&"
	if (e.op == "or") != not {
		op = "||"
	}
	return fmt.Sprintf("(%s) %s (%s)", left, op, right), nil
}

// inCalc translates a calculation where it is read, but not in a circle.
func inCalc[T any](t *translator, q *question, translate func() (T, error)) (T, error) {
	var none T
	if t.depth++; t.depth > 10 {
		return none, refuse("import.xlsform.circle")
	}
	defer func() { t.depth-- }()
	return translate()
}

// find resolves "${name}" and ".".
func (t *translator) find(e *xpath) (*question, error) {
	q := t.self
	if e.op == "ref" {
		q = t.names[e.text]
	}
	switch {
	case q == nil && e.op == "self":
		return nil, refuse("import.xlsform.unexpected", "token", ".")
	case q == nil:
		return nil, refuse("import.xlsform.unknown-question", "name", e.text)
	case q.calc != nil:
		return q, nil
	case q.item == nil:
		return nil, refuse("import.xlsform.no-value", "name", e.text)
	case q.table != t.table && q.table != "":
		return nil, refuse("import.xlsform.other-repeat", "name", e.text)
	}
	return q, nil
}

// answered tests whether a question has an answer.
func (t *translator) answered(q *question, want bool) string {
	switch {
	case q.table != "" && want:
		return fmt.Sprintf("%q in r", q.item.ID)
	case q.table != "":
		return fmt.Sprintf("!(%q in r)", q.item.ID)
	case want:
		return fmt.Sprintf("states[%q] != \"unanswered\"", q.item.ID)
	}
	return fmt.Sprintf("states[%q] == \"unanswered\"", q.item.ID)
}

// guard lets a negative comparison hold where an answer is missing.
func (t *translator) guard(cel string, from int) string {
	if t.bare {
		return cel
	}
	var tests []string
	for i, q := range t.reads[from:] {
		if !slices.Contains(t.reads[from:from+i], q) {
			tests = append(tests, t.answered(q, false))
		}
	}
	return strings.Join(append(tests, cel), " || ")
}

var opposite = map[string]string{"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

func (t *translator) comparison(e *xpath, not bool) (string, error) {
	op := e.op
	if not {
		op = opposite[op]
	}
	for i, side := range e.args {
		other := e.args[1-i]
		if other.op == "string" && other.text == "" && (side.op == "ref" || side.op == "self") && slices.Contains(levels[2], op) {
			if q, err := t.find(side); err != nil || q.calc == nil {
				if err != nil {
					return "", err
				}
				return t.answered(q, op == "!="), nil
			}
		}
	}
	from := len(t.reads)
	a, err := t.value(e.args[0])
	if err != nil {
		return "", err
	}
	b, err := t.value(e.args[1])
	if err != nil {
		return "", err
	}
	left, right, err := align(a, b, slices.Contains(levels[2], op))
	if err != nil {
		return "", err
	}
	sign := op
	if op == "=" {
		sign = "=="
	}
	cel := fmt.Sprintf("%s %s %s", left, sign, right)
	if op == "!=" || not && op != "=" {
		cel = t.guard(cel, from)
	}
	return cel, nil
}

// align brings two values to a common type. XPath compares as numbers, except
// texts for equality.
func align(a, b term, equality bool) (left, right string, err error) {
	switch {
	case equality && a.kind == kChoice && b.literal:
		right, err = b.asOption(a.q)
		return a.cel, right, err
	case equality && b.kind == kChoice && a.literal:
		left, err = a.asOption(b.q)
		return left, b.cel, err
	case equality && a.kind == kList && b.literal:
		right, err = b.asOption(a.q)
		return a.cel, "[" + right + "]", err
	case a.kind == kList || b.kind == kList:
		return "", "", refuse("import.xlsform.list")
	case a.kind == kDate && (b.kind == kDate || b.isDate()), b.kind == kDate && a.isDate():
		return a.cel, b.cel, nil
	case equality && a.isText() && b.isText():
		return a.cel, b.cel, nil
	}
	as := term.asNumber
	if equality && (a.kind != kInt || b.kind != kInt) {
		as = term.asDouble // CEL orders int and double, but finds them never equal
	}
	if left, err = as(a); err != nil {
		return "", "", err
	}
	right, err = as(b)
	return left, right, err
}

func (a term) isText() bool { return a.kind == kText || a.kind == kChoice || a.kind == kDate }

var isoDate = regexp.MustCompile(`^"\d{4}-\d{2}-\d{2}"$`)

func (a term) isDate() bool { return a.literal && isoDate.MatchString(a.cel) }

// asOption finds the option that a literal names.
func (a term) asOption(q *question) (string, error) {
	name := a.cel
	if a.kind == kText {
		name, _ = strconv.Unquote(a.cel) // written by strconv.Quote
	}
	id, ok := q.options[name]
	if !ok {
		return "", refuse("import.xlsform.no-option", "name", name)
	}
	return strconv.Quote(id), nil
}

// asNumber is the value as a number that compares with int and double.
func (a term) asNumber() (string, error) {
	switch {
	case a.kind == kInt || a.kind == kDouble:
		return a.cel, nil
	case a.kind == kText && a.literal:
		text, _ := strconv.Unquote(a.cel) // written by strconv.Quote
		if number.MatchString(text) {
			return text, nil
		}
		return "", refuse("import.xlsform.no-number", "value", text)
	case a.kind == kText:
		return "double(" + a.cel + ")", nil
	case a.kind == kChoice:
		for name, id := range a.q.options {
			if name != id || !number.MatchString(name) {
				return "", refuse("import.xlsform.no-number", "value", a.q.item.ID)
			}
		}
		return "double(" + a.cel + ")", nil
	}
	return "", refuse("import.xlsform.no-number", "value", a.cel)
}

var number = regexp.MustCompile(`^-?(\d{1,15}|\d{0,15}\.\d{1,15})$`)

// asDouble is the value as a double, for arithmetic.
func (a term) asDouble() (string, error) {
	cel, err := a.asNumber()
	if err != nil || a.kind == kDouble && !a.literal {
		return cel, err
	}
	if a.literal {
		x, err := strconv.ParseFloat(cel, 64)
		return fmt.Sprintf("double(%s)", strconv.FormatFloat(x, 'f', -1, 64)), err
	}
	return "double(" + cel + ")", nil
}

// value translates an expression that is not a condition.
func (t *translator) value(e *xpath) (term, error) {
	if t.steps++; t.steps > maxSteps {
		return term{}, refuse("import.xlsform.long")
	}
	switch e.op {
	case "string":
		return term{cel: strconv.Quote(e.text), kind: kText, literal: true}, nil
	case "number":
		if !number.MatchString(e.text) {
			return term{}, refuse("import.xlsform.no-number", "value", e.text)
		}
		if strings.Contains(e.text, ".") {
			if e.text[0] == '.' {
				return term{cel: "0" + e.text, kind: kDouble, literal: true}, nil
			}
			return term{cel: e.text, kind: kDouble, literal: true}, nil
		}
		n, err := strconv.ParseInt(e.text, 10, 64)
		return term{cel: strconv.FormatInt(n, 10), kind: kInt, literal: true}, err
	case "ref", "self":
		return t.read(e)
	case "neg":
		a, err := t.value(e.args[0])
		if err != nil {
			return term{}, err
		}
		cel, err := a.asNumber()
		if a.kind == kInt {
			return term{cel: "(-" + cel + ")", kind: kInt}, err
		}
		return term{cel: "(-" + cel + ")", kind: kDouble}, err
	case "+", "-", "*", "div", "mod":
		return t.arithmetic(e)
	case "call":
		return t.function(e)
	}
	return term{}, refuse("import.xlsform.boolean-value", "token", e.op)
}

// read is the answer of a question.
func (t *translator) read(e *xpath) (term, error) {
	q, err := t.find(e)
	if err != nil {
		return term{}, err
	}
	if q.calc != nil {
		return inCalc(t, q, func() (term, error) { return t.value(q.calc) })
	}
	a := term{cel: fmt.Sprintf("answers[%q]", q.item.ID), q: q}
	if q.table != "" {
		a.cel = fmt.Sprintf("r[%q]", q.item.ID)
	}
	switch q.item.Type {
	case form.TypeInteger:
		a.kind = kInt
	case form.TypeDecimal:
		a.kind = kDouble
	case form.TypeText:
		a.kind = kText
	case form.TypeDate:
		a.kind = kDate
	case form.TypeChoice, form.TypeYesNo:
		a.kind = kChoice
	case form.TypeMulti:
		a.kind = kList
	default:
		return term{}, refuse("import.xlsform.no-value", "name", e.text)
	}
	t.reads = append(t.reads, q)
	return a, nil
}

func (t *translator) arithmetic(e *xpath) (term, error) {
	a, err := t.value(e.args[0])
	if err != nil {
		return term{}, err
	}
	b, err := t.value(e.args[1])
	if err != nil {
		return term{}, err
	}
	if a.kind == kInt && b.kind == kInt && e.op != "div" {
		sign := strings.Replace(e.op, "mod", "%", 1)
		return term{cel: fmt.Sprintf("(%s %s %s)", a.cel, sign, b.cel), kind: kInt}, nil
	}
	if e.op == "mod" {
		return term{}, refuse("import.xlsform.function", "name", "mod")
	}
	left, err := a.asDouble()
	if err != nil {
		return term{}, err
	}
	right, err := b.asDouble()
	sign := strings.Replace(e.op, "div", "/", 1)
	return term{cel: fmt.Sprintf("(%s %s %s)", left, sign, right), kind: kDouble}, err
}
