package oscal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// imported imports and compiles a catalog that must import without errors.
func imported(t testing.TB, name string, data []byte) (*form.Form, []byte, []finding.Finding) {
	t.Helper()
	yaml, found := Import(data, draft.Options{File: name})
	if yaml == nil {
		t.Fatalf("%s is refused:\n%s", name, lines(found))
	}
	f, bad := form.Parse(name, yaml)
	if len(bad) > 0 {
		t.Fatalf("%s: the form has findings:\n%s", name, lines(bad))
	}
	return f, yaml, found
}

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
	if want := load(t, name); !bytes.Equal(got, want) {
		t.Errorf("%s differs (UPDATE=1 rewrites it):\n%s", name, got)
	}
}

func TestImportNested(t *testing.T) {
	_, yaml, found := imported(t, "nested.json", load(t, "nested.json"))
	golden(t, "nested.golden.yaml", yaml)
	golden(t, "nested.golden.txt", []byte(lines(found)))
}

func TestImportExcerpt(t *testing.T) {
	f, _, found := imported(t, "excerpt", load(t, "sp800-53-low-excerpt.json"))
	if got, want := len(f.Items()), 6; got != want {
		t.Errorf("%d items, want %d", got, want)
	}
	it := f.Item("at_2.2")
	if it == nil || it.Maps[0] != f.ID+":at-2.2" || it.Section().ID != "at" || !it.Ordered() || it.MaxLevel() != 3 {
		t.Fatalf("enhancement AT-2(2) became %+v", it)
	}
	if want := "[AC-7] Unsuccessful Logon Attempts\na. Enforce a limit of [number] consecutive invalid logon attempts by a user during a [time period] ; and"; !strings.HasPrefix(f.Item("ac_7").Ask.EN, want) {
		t.Errorf("AC-7 asks %q", f.Item("ac_7").Ask.EN)
	}
	if !strings.Contains(f.Item("cp_9").Evidence.EN, "backup") || !strings.Contains(f.Item("cp_9").Help.EN, "System-level information") {
		t.Error("CP-9 lost its evidence or its guidance")
	}
	if f.Item("ac_1").Ask.JA != f.Item("ac_1").Ask.EN || f.TextMode != "full" {
		t.Error("the source text does not stand in both languages")
	}
	if n := count(found, "import.untranslated-ja"); n != 1 {
		t.Errorf("%d warnings of missing Japanese, want 1", n)
	}
}

func count(found []finding.Finding, rule string) int {
	n := 0
	for _, f := range found {
		if f.Rule == rule {
			n++
		}
	}
	return n
}

// TestSharedCatalogs runs the importer and the round trip on the full sample catalogs, where they are.
func TestSharedCatalogs(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "oscal")
	want := map[string][2]int{ // controls that are in force, groups that have controls; counted with jq
		"NIST_SP-800-53_rev5_LOW-baseline-resolved-profile_catalog-min.json": {149, 18}, "basic-catalog.json": {4, 2},
	}
	for name, n := range want {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Skipf("sample catalogs are not beside the repository: %v", err)
		}
		f, yaml, _ := imported(t, name, data)
		if len(f.Items()) != n[0] || len(f.Sections) != n[1] {
			t.Errorf("%s: %d items in %d sections, want %v", name, len(f.Items()), len(f.Sections), n)
		}
		roundTrip(t, f, yaml)
	}
}

func TestImportRefuses(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"id":"c","title":"c"},`, draft.MaxItems+1), ",")
	for _, c := range []struct{ name, data, rule, place string }{
		{"empty", ``, "import.syntax", "x:1"},
		{"cut off", "{\n\"catalog\": {\n", "import.syntax", "x:3"},
		{"wrong type", "{\"catalog\":\n{\"groups\": 3}}", "import.syntax", "x:2"},
		{"a profile", `{"profile":{"uuid":"x"}}`, "import.oscal.not-a-catalog", "x:1"},
		{"too deep", "\n" + strings.Repeat(`{"catalog":`, draft.MaxDepth+1), "import.too-deep", "x:2"},
		{"too large", strings.Repeat(" ", draft.MaxBytes+1), "import.too-large", "x:1"},
		{"no controls", `{"catalog":{"metadata":{"oscal-version":"1.1.2"}}}`, "import.no-items", "x:1"},
		{"no control id", `{"catalog":{"metadata":{"oscal-version":"1.1.2"},"controls":[{"title":"x"}]}}`, "import.oscal.no-id", "x:/catalog/controls/0"},
		{"too many", `{"catalog":{"metadata":{"oscal-version":"1.1.2"},"controls":[` + many + `]}}`, "import.too-many-items", "x:/catalog/controls/5000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			yaml, found := Import([]byte(c.data), draft.Options{File: "x"})
			i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Severity == finding.Error })
			if yaml != nil || i < 0 {
				t.Fatalf("accepted: %s", yaml)
			}
			if found[i].Rule != c.rule || found[i].Place() != c.place {
				t.Errorf("found %s at %s, want %s at %s", found[i].Rule, found[i].Place(), c.rule, c.place)
			}
		})
	}
}

// TestParamsAreBounded: choices that insert choices multiply, and must stop.
func TestParamsAreBounded(t *testing.T) {
	p := params{byID: map[string]param{}, text: map[string]string{}, report: func(string) {}}
	for level := range 12 {
		choices := slices.Repeat([]string{fmt.Sprintf("{{ insert: param, p%d }}", level+1)}, 200)
		p.collect([]param{{ID: fmt.Sprintf("p%d", level), Select: &selection{Choice: choices}}})
	}
	if got := p.fill("{{ insert: param, p0 }}"); len(got) > maxParam+10 {
		t.Errorf("a parameter grew to %d bytes", len(got))
	}
}

// TestSectionIDsReadBack: whatever the ids of nested groups, the section's id is valid and gives them back.
func TestSectionIDsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SliceOfN(rapid.OneOf(rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_.-]{0,12}`), rapid.StringMatching(`[A-Z]{2}\.[A-Z]{2}`),
			rapid.SampledFrom([]string{"_x2d", "_ua", "a-_-b", "a_xff", "統制", "NONE", "none", "_none"})), 1, 4).Draw(t, "path")
		id := sectionID(path)
		if got := groupIDs(id); !slices.Equal(got, path) {
			t.Fatalf("%q became %q and reads as %q", path, id, got)
		}
		f := &form.Form{ID: "x", Edition: "1", Title: i18n.Text{JA: "x", EN: "x"}, Sections: []*form.Section{{ID: id, Title: i18n.Text{JA: "x", EN: "x"}}}}
		yaml, err := f.YAML()
		if err != nil {
			t.Fatal(err)
		}
		if _, found := form.Parse("x", yaml); len(found) > 0 {
			t.Fatalf("section id %q of %q: %s", id, path, lines(found))
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add(load(f, "nested.json"))
	f.Add([]byte(`{"catalog":{"groups":[null,{"controls":[{"id":"a","params":[{"id":"a","select":{}}]}]}]}}`))
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
		fm, bad := form.Parse("x", yaml)
		if fm == nil {
			t.Fatalf("the form is refused: %s\n%s", lines(bad), yaml)
		}
	})
}
