package xlsform

import (
	"fmt"
	"regexp"
	"strconv"

	"yagura/internal/form"
)

// predicate translates a function that says yes or no.
func (t *translator) predicate(e *xpath, not bool) (string, error) {
	switch {
	case e.text == "true" && len(e.args) == 0:
		return strconv.FormatBool(!not), nil
	case e.text == "false" && len(e.args) == 0:
		return strconv.FormatBool(not), nil
	case (e.text == "not" || e.text == "boolean") && len(e.args) == 1:
		return t.condition(e.args[0], not != (e.text == "not"))
	case e.text == "if" && len(e.args) == 3:
		c, then, otherwise := e.args[0], e.args[1], e.args[2]
		yes := &xpath{op: "and", args: []*xpath{c, then}}
		no := &xpath{op: "and", args: []*xpath{{op: "call", text: "not", args: []*xpath{c}}, otherwise}}
		return t.condition(&xpath{op: "or", args: []*xpath{yes, no}}, not)
	case len(e.args) == 2:
		from := len(t.reads)
		cel, err := t.match(e)
		if err == nil && not {
			cel = t.guard("!("+cel+")", from)
		}
		return cel, err
	}
	return "", refuse("import.xlsform.function", "name", e.text)
}

var textFunctions = map[string]string{"contains": "contains", "starts-with": "startsWith", "ends-with": "endsWith"}

// match translates selected, regex and the tests of texts.
func (t *translator) match(e *xpath) (string, error) {
	a, err := t.value(e.args[0])
	if err != nil {
		return "", err
	}
	b, err := t.value(e.args[1])
	if err != nil {
		return "", err
	}
	switch {
	case e.text == "selected" && a.kind == kList && b.literal:
		id, err := b.asOption(a.q)
		return id + " in " + a.cel, err
	case e.text == "selected" && a.kind == kChoice && b.literal:
		id, err := b.asOption(a.q)
		return a.cel + " == " + id, err
	case e.text == "regex" && a.kind == kText && b.kind == kText && b.literal:
		// The whole value must match (JavaRosa), where CEL looks for a part.
		text, _ := strconv.Unquote(b.cel) // written by strconv.Quote
		pattern := "^(?:" + text + ")$"
		if _, err := regexp.Compile(pattern); err != nil {
			return "", refuse("import.xlsform.regex", "why", err)
		}
		return fmt.Sprintf("%s.matches(%q)", a.cel, pattern), nil
	case textFunctions[e.text] != "" && a.kind == kText && b.kind == kText:
		return fmt.Sprintf("%s.%s(%s)", a.cel, textFunctions[e.text], b.cel), nil
	}
	return "", refuse("import.xlsform.function", "name", e.text)
}

// function translates a function that gives a value.
func (t *translator) function(e *xpath) (term, error) {
	if e.text == "if" && len(e.args) == 3 {
		return t.choose(e)
	}
	if len(e.args) != 1 {
		return term{}, refuse("import.xlsform.function", "name", e.text)
	}
	if e.text == "count" {
		return t.count(e)
	}
	a, err := t.value(e.args[0])
	if err != nil {
		return term{}, err
	}
	switch {
	case e.text == "string-length" && a.kind == kText, e.text == "count-selected" && a.kind == kList:
		return term{cel: "size(" + a.cel + ")", kind: kInt}, nil
	case e.text == "date" && a.isDate():
		return term{cel: a.cel, kind: kDate, literal: true}, nil
	case e.text == "number":
		cel, err := a.asDouble()
		return term{cel: cel, kind: kDouble}, err
	case e.text == "int":
		cel, err := a.asNumber()
		return term{cel: "int(" + cel + ")", kind: kInt}, err
	}
	return term{}, refuse("import.xlsform.function", "name", e.text)
}

// choose translates if() as a value; both outcomes become doubles or texts.
func (t *translator) choose(e *xpath) (term, error) {
	c, err := t.condition(e.args[0], false)
	if err != nil {
		return term{}, err
	}
	a, err := t.value(e.args[1])
	if err != nil {
		return term{}, err
	}
	b, err := t.value(e.args[2])
	if err != nil {
		return term{}, err
	}
	if a.isText() && b.isText() {
		return term{cel: fmt.Sprintf("(%s ? %s : %s)", c, a.cel, b.cel), kind: kText}, nil
	}
	left, err := a.asDouble()
	if err != nil {
		return term{}, err
	}
	right, err := b.asDouble()
	return term{cel: fmt.Sprintf("(%s ? %s : %s)", c, left, right), kind: kDouble}, err
}

// count is the number of rows of a repeat.
func (t *translator) count(e *xpath) (term, error) {
	if e.args[0].op == "ref" {
		if q := t.names[e.args[0].text]; q != nil && q.item != nil && q.item.Type == form.TypeTable {
			t.reads = append(t.reads, q)
			return term{cel: fmt.Sprintf("size(answers[%q])", q.item.ID), kind: kInt}, nil
		}
	}
	return term{}, refuse("import.xlsform.function", "name", "count")
}
