package ciso

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

func lines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s\n", f.Severity, f.Line(i18n.JA))
	}
	return b.String()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (UPDATE=1 rewrites it):\n%s", name, got)
	}
}

func lighthouse(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/lighthouse.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImport(t *testing.T) {
	yaml, found := Import(lighthouse(t), draft.Options{File: "lighthouse.yaml"})
	golden(t, "lighthouse.golden.txt", []byte(lines(found)))
	golden(t, "lighthouse.golden.yaml", yaml)
	f, bad := form.Parse("lighthouse", yaml)
	if len(bad) > 0 {
		t.Fatal(lines(bad))
	}
	for id, want := range map[string]form.Type{"watch.q1": form.TypeChoice, "watch.q2": form.TypeMulti, "watch.q3": form.TypeDecimal, "watch.q4": form.TypeYesNo,
		"watch.q5": form.TypeDate, "watch.q6": form.TypeText, "watch.q7": form.TypeText, "l.1_1": form.TypeChoice} {
		if it := f.Item(id); it == nil || it.Type != want {
			t.Errorf("item %s: %+v, want type %s", id, it, want)
		}
	}
	if !f.Item("watch.q1").Ordered() || f.Item("watch.q8").Scored() || f.Item("l.1_1").MaxLevel() != 2 {
		t.Error("levels are wrong")
	}
}

// TestConditionsHold: depends_on decides what is asked as it does in the source.
func TestConditionsHold(t *testing.T) {
	yaml, _ := Import(lighthouse(t), draft.Options{})
	f, _ := form.Parse("lighthouse", yaml)
	for _, c := range []struct {
		answers form.Answers
		asked   map[string]bool
	}{
		{nil, map[string]bool{"watch.q2": false, "watch.q3": false, "watch.q5": false, "watch.q6": true}},
		{form.Answers{"watch.q1": {Value: "nobody"}}, map[string]bool{"watch.q2": false}},
		{form.Answers{"watch.q1": {Value: "a_crew"}, "watch.q2": {Value: []string{"calm"}}}, map[string]bool{"watch.q2": true, "watch.q3": false}},
		{form.Answers{"watch.q1": {Value: "the_keeper"}, "watch.q2": {Value: []string{"calm", "storm"}}}, map[string]bool{"watch.q3": true}},
		{form.Answers{"watch.q4": {Value: true}}, map[string]bool{"watch.q5": true}},
	} {
		e := f.Evaluate(c.answers, nil, nil)
		for id, want := range c.asked {
			if got := e.Applies[f.Item(id).Index()]; got != want {
				t.Errorf("%v: %s asked %v, want %v", c.answers, id, got, want)
			}
		}
	}
}

const head = "urn: urn:a:b:library:x\nlocale: fr\nref_id: x\nobjects:\n  framework:\n    name: X\n"

func TestImportWithoutScores(t *testing.T) {
	yaml, found := Import([]byte(head+"    requirement_nodes:\n    - {urn: 'urn:n:1', assessable: true, description: Bonjour}\n"), draft.Options{})
	f, bad := form.Parse("x", yaml)
	if f == nil {
		t.Fatal(lines(found), lines(bad))
	}
	it := f.Items()[0]
	if it.Use != "result" || it.Ask.JA != "Bonjour" || it.Ask.EN != "Bonjour" || it.Maps[0] != "x:1" {
		t.Errorf("item %+v", it)
	}
	if !strings.Contains(lines(found), "untranslated-ja") || !strings.Contains(lines(found), "untranslated-en") {
		t.Errorf("a French text lacks both languages:\n%s", lines(found))
	}
}

func TestImportWideScores(t *testing.T) {
	yaml, found := Import([]byte(head+"    min_score: -10\n    max_score: 90\n    requirement_nodes:\n    - {urn: 'urn:n:1', assessable: true, name: A}\n"), draft.Options{})
	f, _ := form.Parse("x", yaml)
	if f == nil {
		t.Fatal(lines(found))
	}
	e := f.Evaluate(form.Answers{"1": {Value: int64(40)}}, nil, nil)
	if e.Overall != 50 {
		t.Errorf("40 of -10 to 90 scores %v, want 50", e.Overall)
	}
}

func TestImportRefuses(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
	many := strings.Repeat("    - {urn: 'u:n', assessable: true, name: A}\n", draft.MaxItems+1)
	for _, c := range []struct{ name, data, rule, place string }{
		{"empty", "", "import.ciso.no-framework", "x:1"},
		{"syntax", "a: [\n", "import.syntax", "x:1"},
		{"wrong type", "objects:\n  framework:\n    requirement_nodes: 3\n", "import.syntax", "x:3"},
		{"risk matrix only", "objects: {risk_matrix: []}", "import.ciso.no-framework", "x:1"},
		{"no nodes", head, "import.no-items", "x:1"},
		{"too large", strings.Repeat(" ", draft.MaxBytes+1), "import.too-large", "x:1"},
		{"too deep", strings.Repeat("[", 70) + strings.Repeat("]", 70), "import.too-deep", "x:1"},
		{"alias bomb", bomb, "import.ciso.aliases", "x:1"},
		{"alias of itself", "a: &a [*a]\n", "import.ciso.aliases", "x:1"},
		{"too many", head + "    requirement_nodes:\n" + many, "import.too-many-items", fmt.Sprintf("x:%d", 8+draft.MaxItems)},
	} {
		t.Run(c.name, func(t *testing.T) {
			yaml, found := Import([]byte(c.data), draft.Options{File: "x"})
			i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Severity == finding.Error })
			if yaml != nil || i < 0 {
				t.Fatalf("accepted: %s", yaml)
			}
			if found[i].Rule != c.rule || found[i].Place() != c.place {
				t.Errorf("found %s, want %s at %s", found[i].Line(i18n.EN), c.rule, c.place)
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	f.Add(lighthouse(f))
	f.Add([]byte(head + "    requirement_nodes: [{urn: a, parent_urn: a, assessable: true}, null, &x {urn: b}, *x]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		yaml, found := Import(data, draft.Options{File: "x"})
		for _, one := range found {
			if one.Place() == "" || one.Message.JA == "" || strings.HasPrefix(one.Message.JA, "[") {
				t.Errorf("finding without place or message: %+v", one)
			}
		}
		if yaml == nil {
			if !finding.HasErrors(found) {
				t.Error("no form and no error")
			}
			return
		}
		if fm, bad := form.Parse("x", yaml); fm == nil {
			t.Fatalf("the form is refused: %s\n%s", lines(bad), yaml)
		}
	})
}
