package catalog

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	data "yagura/catalog"
	"yagura/internal/finding"
	"yagura/internal/i18n"
)

const tinyRefs = `references: refs
title: {ja: "調査", en: Survey}
authority: {ja: "当局", en: Authority}
licence: test
notes: {ja: "注", en: Note}
populations:
  all: {n: 3, ja: "全先", en: All, sectors: {shinkin: 1, credit_coop: 2}}
series:
  - {id: one, title: {ja: "一", en: One}, fy: 2022, population: all, value: 50, approximation: about, tolerance: 5, wording: {ja: "約半数", en: about half}, source: test, mark: verified}
`

// lintFS is a small sound catalog of two frameworks, a crosswalk and figures.
func lintFS() fstest.MapFS {
	fsys := tinyFS(map[string]string{"fa--fb": relation("1", "1", "equal", "10")})
	delete(fsys, "frameworks/fc.yaml")
	delete(fsys, "frameworks/fd.yaml")
	fsys["references/refs.yaml"] = &fstest.MapFile{Data: []byte(tinyRefs)}
	return fsys
}

func TestSoundCatalog(t *testing.T) {
	c, findings := Load(lintFS())
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	if len(c.Frameworks()) != 2 || len(c.References()) != 1 || len(c.Mappings()) != 1 {
		t.Errorf("%d frameworks, %d references, %d crosswalks", len(c.Frameworks()), len(c.References()), len(c.Mappings()))
	}
}

// Each case breaks one thing; the finding must name rule, file and line.
func TestFindings(t *testing.T) {
	fa, fb, xw, refs := "frameworks/fa.yaml", "frameworks/fb.yaml", "crosswalks/fa--fb.yaml", "references/refs.yaml"
	cases := []struct {
		file, old, new string
		rule           string
		row            int
	}{
		{fa, `edition: "1"`, `editon: "1"`, "syntax", 5},
		{fa, `edition: "1"`, "edition: [", "syntax", 5},
		{fa, `edition: "1"`, "edition: \"1\"\nedition: \"2\"", "syntax", 6},
		{fa, `items:`, "items:\n  -", "syntax", 14},
		{fa, `expect: {element: 3}`, `expect: {element: 4}`, "count", 12},
		{fa, `expect: {element: 3}`, `expect: {element: 3, part: 1}`, "count", 12},
		{fa, `expect: {element: 3}`, "expect: {element: 3}\nopen_slots: 1", "count", 13},
		{fa, `framework: fa`, `framework: fx`, "file", 1},
		{fa, `framework: fa`, `framework: f_a`, "id", 1},
		{fa, `framework: fa`, `framework: fb`, "file", 1},
		{fb, `framework: fb`, `framework: fa`, "id", 1},
		{fa, `authority: {ja: "当局", en: Authority}`, `authority: {ja: "当局"}`, "language", 3},
		{fa, `en: Authority`, `en: "当局"`, "language", 3},
		{fa, `published: "2020"`, `published: "2020-13"`, "date", 7},
		{fa, `published: "2020"`, "published: \"2020\"\neffective: \"2019-12\"", "date", 8},
		{fa, `published: "2020"`, "published: \"2020\"\nissued: [\"2020-02\", \"2020-01\"]", "date", 8},
		{fa, `status: final`, `status: superseded`, "date", 6},
		{fa, `status: final`, `status: lost`, "value", 6},
		{fa, `status: final`, "status: final\nsupersedes: fb", "succession", 7},
		{fa, `status: final`, "status: final\nsuperseded_by: fz", "succession", 7},
		{fa, `source: test`, `source: "https:// nowhere"`, "source", 8},
		{fa, `licence: test`, `licence: ""`, "missing", 10},
		{fa, `verification: verified`, `verification: sure`, "value", 11},
		{fa, `verification: verified`, `verification: general`, "missing", 11},
		{fa, `verification: verified`, "verification: verified\nconfidence: high", "value", 12},
		{fa, `{id: "1", kind`, `{id: "2", kind`, "id", 15},
		{fa, `{id: "1", kind`, `{id: "1 a", kind`, "id", 14},
		{fa, `parent: "2"`, `parent: "9"`, "parent", 16},
		{fa, `parent: "2"`, `parent: "2.1"`, "parent", 16},
		{fa, `{id: "1", kind: element`, `{id: "1", kind: thing`, "value", 14},
		{fa, `text: {ja: "一", en: One}`, `note: {ja: "一", en: One}`, "language", 14},
		{fa, `text: {ja: "一", en: One}`, `text: {ja: "一", en: One}, class: vital`, "value", 14},
		{fa, `text: {ja: "一", en: One}`, `slot: open`, "slot", 14},
		{fa, `text: {ja: "一", en: One}`, `text: {ja: "一", en: One}, proposal: "4"`, "value", 14},
		{xw, `from: "1"`, `from: "7"`, "relation", 10},
		{xw, `to: "1"`, `to: "7"`, "relation", 10},
		{xw, `relation: equal`, `relation: like`, "value", 10},
		{xw, `relation: equal`, `relation: related`, "value", 10},
		{xw, `rationale: semantic`, `rationale: gut`, "value", 10},
		{xw, `strength: 10`, `strength: 11`, "relation", 10},
		{xw, `strength: 10`, `strength: 0`, "relation", 10},
		{xw, `en: Reason`, `en: ""`, "language", 10},
		{xw, `to: fb`, `to: fz`, "relation", 2},
		{xw, `to: fb`, `to: fa`, "relation", 2},
		{xw, `reviewer: unreviewed`, `reviewer: ""`, "missing", 7},
		{xw, `relations:`, "relations:\n" + strings.TrimSuffix(relation("1", "1", "equal", "10"), "\n"), "relation", 11},
		{refs, `value: 50`, `value: 150`, "reference", 9},
		{refs, `tolerance: 5`, `tolerance: 0`, "reference", 9},
		{refs, `approximation: about`, `approximation: nearly`, "value", 9},
		{refs, `population: all`, `population: some`, "reference", 9},
		{refs, `n: 3`, `n: 4`, "reference", 7},
		{refs, `fy: 2022`, `fy: 22`, "date", 9},
		{refs, `mark: verified`, `mark: V`, "value", 9},
		{refs, `references: refs`, `references: other`, "file", 1},
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%02d %s", i, c.new), func(t *testing.T) {
			fsys := lintFS()
			text := string(fsys[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			fsys[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			_, findings := Load(fsys)
			for _, f := range findings {
				if f.Rule == "catalog."+c.rule && f.File == c.file && f.Row == c.row && f.Severity == finding.Error {
					return
				}
			}
			t.Errorf("no %s at %s:%d in %s", c.rule, c.file, c.row, lines(findings))
		})
	}
}

func TestCrosswalkInBothDirections(t *testing.T) {
	fsys := lintFS()
	fsys["crosswalks/fb--fa.yaml"] = &fstest.MapFile{Data: []byte("from: fb\nto: fa\n" + tinyMap + relation("1", "1", "equal", "10"))}
	_, findings := Load(fsys)
	if len(findings) != 1 || findings[0].Rule != "catalog.relation" {
		t.Errorf("findings: %s", lines(findings))
	}
}

func lines(findings []finding.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString("\n" + f.Line(i18n.EN))
	}
	return b.String()
}

// A fault must be told in words: no message key may be missing.
func TestMessages(t *testing.T) {
	fsys := lintFS()
	for _, name := range []string{"frameworks/fa.yaml", "references/refs.yaml", "crosswalks/fa--fb.yaml"} {
		fsys[name] = &fstest.MapFile{Data: []byte("{}")}
	}
	_, findings := Load(fsys)
	for _, f := range findings {
		if text := f.Line(i18n.JA); strings.Contains(text, "[catalog.") && !strings.HasSuffix(text, "["+f.Rule+"]") || strings.ContainsAny(text, "{}") {
			t.Errorf("message not filled: %s", text)
		}
	}
}

// Whatever the files hold, Load returns and everything loaded can be asked.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"frameworks", "crosswalks", "references"} {
		names, _ := fs.Glob(data.FS, dir+"/*.yaml")
		for _, name := range names {
			text, err := fs.ReadFile(data.FS, name)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 8000 {
				f.Add(name, text)
			}
		}
	}
	f.Add("frameworks/fa.yaml", []byte("items:\n  -\n  - {id: a, parent: b}\n  - {id: b, parent: a}\n"))
	f.Add("crosswalks/fa--fb.yaml", []byte("from: fa\nto: fb\nrelations: [null, {from: \"1\", to: \"1\"}]\n"))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		fsys := lintFS()
		if !fs.ValidPath(name) || !strings.HasSuffix(name, ".yaml") || strings.Count(name, "/") != 1 {
			return
		}
		fsys[name] = &fstest.MapFile{Data: text}
		c, findings := Load(fsys)
		for _, found := range findings {
			if found.Rule == "" || found.File == "" || found.Message.IsZero() {
				t.Errorf("finding without rule, file or message: %+v", found)
			}
		}
		all := c.Frameworks()
		for i := range all {
			for j := range all {
				if i != j {
					if _, err := c.Crosswalk(all[i].ID, all[j].ID); err != nil {
						t.Error(err)
					}
				}
			}
		}
	})
}
