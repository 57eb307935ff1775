package draft

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

func TestNames(t *testing.T) {
	for _, c := range []struct{ in, slug, item, option string }{
		{"CSF 2.0 (draft)", "csf-2-0-draft", "csf_2.0_draft", "csf_2_0_draft"},
		{"GV.OC-01", "gv-oc-01", "gv.oc_01", "gv_oc_01"},
		{"ａｃ－１", "ac-1", "ac_1", "ac_1"},
		{"統制1", "1", "u7d71u52361", "u7d71u52361"},
		{"  ..--..  ", "imported", "item", "option"},
		{"", "imported", "item", "option"},
	} {
		if got := Slug(c.in); got != c.slug {
			t.Errorf("Slug(%q) = %q, want %q", c.in, got, c.slug)
		}
		if got := ItemID(c.in); got != c.item {
			t.Errorf("ItemID(%q) = %q, want %q", c.in, got, c.item)
		}
		if got := OptionID(c.in); got != c.option {
			t.Errorf("OptionID(%q) = %q, want %q", c.in, got, c.option)
		}
	}
}

// TestNamesAreValid: whatever the source calls a thing, the form accepts the id, and no two are equal.
func TestNamesAreValid(t *testing.T) {
	formID := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	itemID := regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*$`)
	optionID := regexp.MustCompile(`^[a-z0-9_]+$`)
	rapid.Check(t, func(t *rapid.T) {
		d := New(Options{})
		seen := map[string]bool{}
		for _, s := range rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Ba.2_-]{1,4}`), rapid.StringMatching(`[a-z. ]{70,120}`)), 1, 20).Draw(t, "names") {
			id := d.ID(s)
			if seen[id] || !itemID.MatchString(id) || !formID.MatchString(Slug(s)) || !optionID.MatchString(OptionID(s)) || len(id) > maxID+8 {
				t.Fatalf("%q: item %q, form %q, option %q", s, id, Slug(s), OptionID(s))
			}
			seen[id] = true
			if c := Clean(s); c != Clean(c) || strings.ContainsAny(Line(s), "\n\r\t") {
				t.Fatalf("Clean is not final for %q", s)
			}
		}
	})
}

// item drafts one item.
func item(d *Draft, s *form.Section, id, applies string) *form.Item {
	it := &form.Item{ID: d.ID(id), Type: form.TypeInteger, Ask: i18n.Text{JA: "問", EN: "Q"}, Applies: applies}
	d.Item(s, it, Place{Row: 7, Value: applies})
	return it
}

func TestFinishDropsWhatTheFormRefuses(t *testing.T) {
	d := New(Options{File: "f", Form: "x", Edition: "1"})
	d.Name("", "", d.Text("題", "", Place{Row: 1}))
	s := d.Section("s", i18n.Text{JA: "区分", EN: "Section"})
	d.Section("empty", i18n.Text{JA: "空", EN: "Empty"})
	item(d, s, "a", "")
	item(d, s, "b", `answers["c"] > 1`)
	item(d, s, "c", `answers["a"] == "text"`)
	item(d, s, "d", `answers["a"] > 1`)
	d.Check(&form.Check{ID: "good", When: `answers["a"] > 1`, Severity: "info", Say: i18n.Text{JA: "a", EN: "a"}}, Place{Row: 8})
	d.Check(&form.Check{ID: "bad", When: `answers["z"] > 1`, Severity: "info", Say: i18n.Text{JA: "a", EN: "a"}}, Place{Row: 9})
	yaml, found := d.Finish()
	f, _ := form.Parse("x", yaml)
	if f == nil {
		t.Fatalf("refused: %v", found)
	}
	if !f.Item("b").Optional || !f.Item("c").Optional || f.Item("d").Applies == "" || f.Item("d").Optional || len(f.Checks) != 1 || len(f.Sections) != 1 {
		t.Errorf("wrong parts were dropped:\n%s", yaml)
	}
	var rules []string
	for _, one := range found {
		if one.Severity != finding.Warning || one.Place() == "" {
			t.Errorf("finding %+v", one)
		}
		rules = append(rules, one.Rule)
	}
	if got, want := strings.Join(rules, " "), "import.untranslated-en import.condition-dropped import.condition-dropped import.check-dropped"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}

// TestFinishShedsEvidence: a form that is too large with its evidence hints is written without them.
func TestFinishShedsEvidence(t *testing.T) {
	d := New(Options{Form: "x", Edition: "1"})
	d.Name("", "", i18n.Text{JA: "題", EN: "T"})
	s := d.Section("s", i18n.Text{JA: "区分", EN: "Section"})
	for range 5 {
		long := strings.Repeat("long ", form.MaxSource/40)
		item(d, s, "a", "").Evidence = i18n.Text{JA: long, EN: long}
	}
	yaml, found := d.Finish()
	if yaml == nil || len(yaml) > form.MaxSource || len(found) != 1 || found[0].Rule != "import.evidence-dropped" {
		t.Errorf("%d bytes, found %v", len(yaml), found)
	}
}

func TestFinishRefuses(t *testing.T) {
	d := New(Options{})
	if yaml, found := d.Finish(); yaml != nil || found[0].Rule != "import.no-items" {
		t.Errorf("an empty draft gives %v", found)
	}
	d = New(Options{})
	item(d, d.Section("s", i18n.Text{}), "a", "")
	if yaml, found := d.Finish(); yaml != nil || found[0].Rule != "import.refused" {
		t.Errorf("a draft without texts gives %v", found)
	}
}
