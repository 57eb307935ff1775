package xlsform

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

func TestParseXPath(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"1 + 2 * 3 = 7", "(= (+ 1 (* 2 3)) 7)"},
		{"${a} = 'x' or ${b} != \"y\" and not(true())", "(or (= $a 'x) (and (!= $b 'y) (not (true))))"},
		{". >= 0 and . <= 100", "(and (>= . 0) (<= . 100))"},
		{"-(${n} - 1) div 2 mod 3", "(mod (div (neg (- $n 1)) 2) 3)"},
		{"selected(${m}, ‘a’)", "(selected $m 'a)"},
		{"string-length(.) > .5", "(> (string-length .) .5)"},
		{"${a} - ${b}-1", "(- (- $a $b) 1)"},
	} {
		e, err := parseXPath(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := show(e); got != c.want {
			t.Errorf("%s reads as %s, want %s", c.in, got, c.want)
		}
	}
	for _, in := range []string{"", "(", "1 +", "${a", "'x", "a b", "f(1,", "../x = 1", "${a} ! 1", "1 2", strings.Repeat("(", 500), strings.Repeat("1+", 3000) + "1"} {
		if _, err := parseXPath(in); err == nil {
			t.Errorf("%q was read", in)
		}
	}
}

func show(e *xpath) string {
	switch e.op {
	case "self":
		return "."
	case "ref":
		return "$" + e.text
	case "string":
		return "'" + e.text
	case "number":
		return e.text
	}
	head := e.op
	if e.op == "call" {
		head = e.text
	}
	for _, a := range e.args {
		head += " " + show(a)
	}
	return "(" + head + ")"
}

func TestRefusals(t *testing.T) {
	n := &question{item: &form.Item{ID: "n", Type: form.TypeInteger}}
	c := &question{item: &form.Item{ID: "c", Type: form.TypeChoice}, options: map[string]string{"a": "a"}}
	m := &question{item: &form.Item{ID: "m", Type: form.TypeMulti}, options: map[string]string{"a": "a"}}
	f := &question{item: &form.Item{ID: "f", Type: form.TypeFile}}
	x := &question{item: &form.Item{ID: "x", Type: form.TypeInteger}, table: "t"}
	k := &question{}
	k.calc = &xpath{op: "ref", text: "k"}
	names := map[string]*question{"n": n, "c": c, "m": m, "f": f, "x": x, "k": k, "g": {group: true}}
	for in, key := range map[string]string{
		"today() > ${n}": "function", "${n}": "", "1": "not-boolean", "${q} = 1": "unknown-question", "${f} = 'x'": "no-value", "${g} = 1": "no-value",
		"${x} > 1": "other-repeat", "${c} = 'b'": "no-option", "${c} > 1": "no-number", "${m} < 3": "list", "${k} > 1": "circle", ". > 1": "unexpected",
		"regex(${n}, '[')": "function", "${n} > 'high'": "no-number", "(${n} > 1) + 1 > 2": "boolean-value", "pulldata('a','b','c','d') = 1": "function",
	} {
		e, err := parseXPath(in)
		if err == nil {
			_, err = (&translator{names: names}).condition(e, false)
		}
		var u unsupported
		switch {
		case key == "" && err != nil:
			t.Errorf("%s: %v", in, err)
		case key != "" && (!errors.As(err, &u) || !sameMessage(u.why, "import.xlsform."+key)):
			t.Errorf("%s: %v, want %s", in, err, key)
		}
	}
}

// sameMessage compares a message with its key up to the first placeholder.
func sameMessage(got i18n.Text, key string) bool {
	head, _, _ := strings.Cut(i18n.T(i18n.EN, key), "{")
	return strings.HasPrefix(got.EN, head)
}

// TestIfDoesNotExplode: nested if() writes its condition out twice at each level, and must stop.
func TestIfDoesNotExplode(t *testing.T) {
	text := "${n} > 1"
	for range 50 {
		text = "if(" + text + ", true(), false())"
	}
	e, err := parseXPath(text)
	if err != nil {
		t.Fatal(err)
	}
	n := &question{item: &form.Item{ID: "n", Type: form.TypeInteger}}
	if _, err := (&translator{names: map[string]*question{"n": n}}).condition(e, false); err == nil {
		t.Error("translated")
	}
}

// xvalue is a value of XPath 1.0 as JavaRosa sees it: an unanswered question is the empty text.
type xvalue struct {
	text string
	num  float64
}

func textOf(s string) xvalue {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		x = math.NaN()
	}
	return xvalue{s, x}
}

// judge evaluates a condition as XPath does; answers are the texts of the questions.
func judge(e *xpath, answers map[string]string) bool {
	switch e.op {
	case "and":
		return judge(e.args[0], answers) && judge(e.args[1], answers)
	case "or":
		return judge(e.args[0], answers) || judge(e.args[1], answers)
	case "call":
		switch e.text {
		case "not":
			return !judge(e.args[0], answers)
		case "selected":
			return slices.Contains(strings.Fields(answers[e.args[0].text]), e.args[1].text)
		}
	}
	a, b := reckon(e.args[0], answers), reckon(e.args[1], answers)
	numbers := e.args[0].op == "number" || e.args[1].op == "number" || strings.HasPrefix(e.args[0].text, "n") || len(e.args[0].args) > 0
	switch e.op {
	case "=":
		if numbers {
			return a.num == b.num
		}
		return a.text == b.text
	case "!=":
		if numbers {
			return a.num != b.num
		}
		return a.text != b.text
	case "<":
		return a.num < b.num
	case "<=":
		return a.num <= b.num
	case ">":
		return a.num > b.num
	default:
		return a.num >= b.num
	}
}

func reckon(e *xpath, answers map[string]string) xvalue {
	switch e.op {
	case "ref":
		return textOf(answers[e.text])
	case "string", "number":
		return textOf(e.text)
	}
	a, b := reckon(e.args[0], answers).num, reckon(e.args[1], answers).num
	switch e.op {
	case "+":
		return xvalue{num: a + b}
	case "-":
		return xvalue{num: a - b}
	case "*":
		return xvalue{num: a * b}
	}
	return xvalue{num: a / b}
}

// TestConditionsMeanTheSame: a random condition over random answers, some of
// them missing, decides in CEL what XPath decides.
func TestConditionsMeanTheSame(t *testing.T) {
	sheet := []string{"survey", "type|name|label", "select_one l|c|C", "select_multiple l|m|M", "integer|n|N", "decimal|nd|ND"}
	base, _, _ := compiled(t, build(t, sheet, []string{"choices", "list_name|name|label", "l|a|A", "l|b|B"}))
	names := map[string]*question{}
	for _, it := range base.Items() {
		names[it.ID] = &question{item: it, options: map[string]string{"a": "a", "b": "b"}}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := drawCondition(t, 3)
		e, err := parseXPath(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		cel, err := (&translator{names: names}).condition(e, false)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		f := &form.Form{ID: "x", Edition: "1", Title: i18n.Text{JA: "x", EN: "x"}, Sections: []*form.Section{{ID: "s", Title: i18n.Text{JA: "x", EN: "x"},
			Items: append(slices.Clone(base.Items()), &form.Item{ID: "last", Type: form.TypeText, Ask: i18n.Text{JA: "x", EN: "x"}, Applies: cel})}}}
		for _, it := range f.Sections[0].Items {
			if it.Type == form.TypeChoice || it.Type == form.TypeMulti {
				it.Use = ""
			}
		}
		yaml, err := f.YAML()
		if err != nil {
			t.Fatal(err)
		}
		parsed, bad := form.Parse("x", yaml)
		if parsed == nil {
			t.Fatalf("%s became %s: %s", text, cel, lines(bad))
		}
		plain, answers := drawAnswers(t)
		want := judge(e, plain)
		if got := parsed.Evaluate(answers, nil, nil).Applies[parsed.Item("last").Index()]; got != want {
			t.Fatalf("%s with %v is %v in XPath, %v as %s", text, plain, want, got, cel)
		}
	})
}

func drawCondition(t *rapid.T, depth int) string {
	kinds := []string{"choice", "selected", "number", "number", "sum", "empty"}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not", "and", "or", "not")
	}
	equal := rapid.SampledFrom([]string{"=", "!="})
	compare := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="})
	ab := rapid.SampledFrom([]string{"a", "b"})
	num := rapid.SampledFrom([]string{"${n}", "${nd}"})
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "choice":
		return fmt.Sprintf("${c} %s '%s'", equal.Draw(t, "op"), ab.Draw(t, "option"))
	case "selected":
		return fmt.Sprintf("selected(${%s}, '%s')", rapid.SampledFrom([]string{"c", "m"}).Draw(t, "of"), ab.Draw(t, "option"))
	case "number":
		return fmt.Sprintf("%s %s %s", num.Draw(t, "q"), compare.Draw(t, "op"), rapid.SampledFrom([]string{"0", "1", "2", "1.5", "${n}"}).Draw(t, "limit"))
	case "sum":
		sign := rapid.SampledFrom([]string{"+", "-", "*", "div"}).Draw(t, "sign")
		return fmt.Sprintf("%s %s %s %s 1", num.Draw(t, "q"), sign, num.Draw(t, "r"), compare.Draw(t, "op"))
	case "empty":
		return fmt.Sprintf("${c} %s ''", equal.Draw(t, "op"))
	case "not":
		return "not(" + drawCondition(t, depth-1) + ")"
	default:
		return "(" + drawCondition(t, depth-1) + ") " + kind + " (" + drawCondition(t, depth-1) + ")"
	}
}

// drawAnswers draws answers as XPath and as the form see them.
func drawAnswers(t *rapid.T) (map[string]string, form.Answers) {
	plain, answers := map[string]string{}, form.Answers{}
	if c := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "c"); c != "" {
		plain["c"], answers["c"] = c, form.Answer{Value: c}
	}
	if m := rapid.SampledFrom([]string{"", "a", "a b"}).Draw(t, "m"); m != "" {
		plain["m"], answers["m"] = m, form.Answer{Value: strings.Fields(m)}
	}
	if n := rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "n"); n != "" {
		v, _ := strconv.ParseInt(n, 10, 64)
		plain["n"], answers["n"] = n, form.Answer{Value: v}
	}
	if d := rapid.SampledFrom([]string{"", "0.5", "1"}).Draw(t, "nd"); d != "" {
		v, _ := strconv.ParseFloat(d, 64)
		plain["nd"], answers["nd"] = d, form.Answer{Value: v}
	}
	return plain, answers
}
