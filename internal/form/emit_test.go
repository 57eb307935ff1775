package form

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

func TestYAMLGolden(t *testing.T) {
	zero, three := 0.0, 3.0
	f := &Form{
		ID: "sample", Edition: "2026", Published: "2026-06-01", Title: i18n.Text{JA: "見本", EN: "Sample: a form"},
		Tiers:  []Tier{{ID: "large", Title: i18n.Text{JA: "大", EN: "Large"}, When: `org.size == "large"`}, {ID: "small"}},
		Scales: map[string]*Scale{"practice": {Options: []*Option{{ID: "no", Score: &zero, JA: "なし", EN: "None"}, {ID: "yes", Score: &three, JA: "あり", EN: "Yes"}}}},
		Sections: []*Section{{ID: "s", Title: i18n.Text{JA: "区分", EN: "Section"}, Items: []*Item{
			{ID: "a", Ask: i18n.Text{JA: "問\n  一", EN: "One\n  a. two"}, Type: TypeChoice, Scale: "ordered", Use: "practice",
				Target: Target{"large": "yes", "small": "no"}, Maps: []string{"x:1"}},
			{ID: "b", Ask: i18n.Text{JA: "件数", EN: "Count"}, Type: TypeInteger, Min: &zero, Optional: true, Applies: `answers["a"] == "yes"`},
		}}},
		Checks: []*Check{{ID: "c", When: `answers["b"] > 5`, Severity: "warning", Say: i18n.Text{JA: "多い", EN: "Many"}}},
	}
	got, err := f.YAML()
	if err != nil {
		t.Fatal(err)
	}
	emitGolden(t, "testdata/emit.yaml", got)
	if _, found := Parse("emit.yaml", got); len(found) > 0 {
		t.Errorf("own output has findings: %v", found)
	}
}

func emitGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") == "1" {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (UPDATE=1 rewrites it):\n%s", name, got)
	}
}

// TestYAMLReadsBack: any form that Parse accepts is written and read back to an equal hash.
func TestYAMLReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, err := emitForm(t).YAML()
		if err != nil {
			t.Fatal(err)
		}
		f, found := Parse("drawn", first)
		if f == nil {
			t.Fatalf("drawn form is refused: %v\n%s", emitLines(found), first)
		}
		second, err := f.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, found := Parse("again", second)
		if again == nil {
			t.Fatalf("written form is refused: %v\n%s", emitLines(found), second)
		}
		if f.Hash() != again.Hash() {
			t.Fatalf("hash changed:\n%s\n---\n%s", first, second)
		}
		third, err := again.YAML()
		if err != nil || !bytes.Equal(second, third) {
			t.Fatalf("not stable (%v):\n%s\n---\n%s", err, second, third)
		}
	})
}

// TestYAMLKeepsTexts: whatever a text holds, it comes back as it was.
func TestYAMLKeepsTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{" ", "\n", "\t", "\r", "#", ": ", "- ", "|", ">", "'", `"`, "\\", "{", "]", ",", "<<", "~", "yes", "1e3", "0x1",
			"2026-06-01", "あ", "\u3000", "\u2028", "\u0085", "\ufeff", "\x00", "\x7f", "😀", "a", "---", "...", "!x", "&a", "*a", "%", "@", "`"})
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(piece, 1, 8), func(p []string) string { return strings.Join(p, "") })).
			Filter(func(s string) bool { return s != "" })
		f := &Form{ID: "x", Edition: text.Draw(t, "edition"), Title: i18n.Text{JA: text.Draw(t, "ja"), EN: text.Draw(t, "en")},
			Source: text.Draw(t, "source"), Sections: []*Section{{ID: "s", Title: i18n.Text{JA: "a", EN: "a"}, Items: []*Item{{ID: "i", Type: TypeText,
				Ask: i18n.Text{JA: "a", EN: "a"}, Maps: []string{text.Draw(t, "map")}}}}}}
		data, err := f.YAML()
		if err != nil {
			t.Fatal(err)
		}
		got, found := Parse("x", data)
		if got == nil {
			t.Fatalf("refused: %v\n%s", emitLines(found), data)
		}
		if got.Title != f.Title || got.Edition != f.Edition || got.Source != f.Source || got.Items()[0].Maps[0] != f.Sections[0].Items[0].Maps[0] {
			t.Fatalf("text changed: %q, want %q\n%s", got.Title, f.Title, data)
		}
	})
}

func TestYAMLRefusesBrokenText(t *testing.T) {
	if _, err := (&Form{ID: "x", Title: i18n.Text{JA: "\xff"}}).YAML(); err == nil {
		t.Error("invalid UTF-8 was written")
	}
}

func emitLines(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Line(i18n.EN))
	}
	return out
}

func emitForm(t *rapid.T) *Form {
	words := rapid.StringMatching(`[ -~あ-ん\n]{1,30}`)
	text := func(label string) i18n.Text {
		return i18n.Text{JA: "題" + words.Draw(t, label+"ja"), EN: "T" + words.Draw(t, label+"en")}
	}
	scores := []*float64{emitNumber(0), emitNumber(0.1), emitNumber(2)}
	options := func(label string) []*Option {
		var out []*Option
		for k := range rapid.IntRange(1, 3).Draw(t, label) {
			l := text(label)
			out = append(out, &Option{ID: fmt.Sprintf("o%d", k), Score: scores[k], JA: l.JA, EN: l.EN})
		}
		return out
	}
	f := &Form{ID: "drawn", Edition: rapid.SampledFrom([]string{"2026", "1.0", "null", "true"}).Draw(t, "edition"), Title: text("title"), Summary: text("summary"),
		Tiers: []Tier{{ID: "large", Title: text("tier"), When: `org.size == "large"`}, {ID: "1"}}, Scales: map[string]*Scale{"z": {Options: options("z")}, "a": {Options: options("a")}}}
	for i := range rapid.IntRange(1, 3).Draw(t, "sections") {
		s := &Section{ID: fmt.Sprintf("s%d", i), Title: text("section"), Weight: rapid.SampledFrom([]float64{0, 1, 2.5}).Draw(t, "weight")}
		if rapid.Bool().Draw(t, "list") {
			s.Items = []*Item{}
		}
		for j := range rapid.IntRange(0, 4).Draw(t, "items") {
			s.Items = append(s.Items, emitItem(t, fmt.Sprintf("i%d.%d", i, j), text, options))
		}
		f.Sections = append(f.Sections, s)
	}
	if len(f.Sections[0].Items) > 0 {
		f.Checks = []*Check{{ID: "c", When: fmt.Sprintf(`states[%q] == "unanswered"`, f.Sections[0].Items[0].ID), Severity: "info", Say: text("say")}}
	}
	return f
}

func emitItem(t *rapid.T, id string, text func(string) i18n.Text, options func(string) []*Option) *Item {
	it := &Item{ID: id, Ask: text("ask"), Help: text("help"), Optional: rapid.Bool().Draw(t, "optional"),
		Type: rapid.SampledFrom([]Type{TypeChoice, TypeMulti, TypeInteger, TypeMoney, TypeTable, TypeYesNo}).Draw(t, "type")}
	switch it.Type {
	case TypeChoice:
		it.Scale, it.Use = "ordered", rapid.SampledFrom([]string{"a", "z", ""}).Draw(t, "use")
		if it.Use == "" {
			it.Options = options("own")
		}
		it.Target = rapid.SampledFrom([]Target{nil, {"": "o0"}, {"large": "o0"}, {"1": "o0", "": "o0"}}).Draw(t, "target")
	case TypeMulti:
		it.Options = options("multi")
	case TypeInteger:
		it.Min, it.Max = emitNumber(0), rapid.SampledFrom([]*float64{nil, emitNumber(1e21), emitNumber(0.1)}).Draw(t, "max")
	case TypeMoney:
		it.Currency = "JPY"
	case TypeTable:
		it.Columns = []*Item{{ID: "k", Type: TypeText, Ask: text("col")}, {ID: "v", Type: TypeChoice, Scale: "nominal", Use: "a", Ask: text("col")}}
		it.Key = []string{"k"}
	case TypeYesNo:
		it.MaxScore, it.States = 1, []State{Known, NotApplicable}
	}
	return it
}

func emitNumber(x float64) *float64 { return &x }
