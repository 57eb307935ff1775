package catalog

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	data "yagura/catalog"
	"yagura/internal/errs"
)

func TestCrosswalksThatMustBeThere(t *testing.T) {
	c := loadData(t)
	// Items that have no counterpart on the other side.
	gaps := map[string][]string{
		"fsa-guideline-2024": {"1.1", "1.2", "1.3", "1.4", "3.2", "3.3", "3.4"},
		"g7-ransomware-2022": {"8"},
	}
	pairs := [][2]string{
		{"fsa-guideline-2024", "nist-csf-2.0"}, {"g7-cyber-2016", "nist-csf-2.0"}, {"fsb-cirr-2020", "nist-csf-2.0"},
		{"nisc-ransomware-2021", "nist-csf-2.0"}, {"basel-por-2021", "dora-2022"}, {"g7-third-party-2018", "dora-2022"},
		{"g7-ransomware-2022", "nisc-ransomware-2021"}, {"meti-management-3.0", "nist-csf-2.0"},
	}
	for _, p := range pairs {
		x, err := c.Crosswalk(p[0], p[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range x.Relations {
			if r.Reviewer != "unreviewed" {
				t.Errorf("%s–%s %s %s: reviewer %q", p[0], p[1], r.From, r.To, r.Reviewer)
			}
		}
		unreached := append(x.Coverage[0].Suggested, x.Coverage[0].Missing...)
		if d := cmp.Diff(gaps[p[0]], unreached, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s–%s: items not reached:%s", p[0], p[1], d)
		}
	}
}

// Reading a crosswalk backwards inverts relations and hints, swaps the coverage
// and changes nothing else.
func TestCrosswalkBothWays(t *testing.T) {
	c, _ := Load(data.FS)
	ids := make([]string, 0, len(c.Frameworks()))
	for _, f := range c.Frameworks() {
		ids = append(ids, f.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SampledFrom(ids).Draw(t, "a"), rapid.SampledFrom(ids).Draw(t, "b")
		if a == b {
			t.Skip("a framework is not mapped to itself")
		}
		there, err1 := c.Crosswalk(a, b)
		back, err2 := c.Crosswalk(b, a)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		relations := map[[2]string]Relation{}
		for _, r := range back.Relations {
			relations[[2]string{r.To, r.From}] = r
		}
		hints := map[[2]string]Hint{}
		for _, h := range back.Suggested {
			hints[[2]string{h.To, h.From}] = h
		}
		if len(relations) != len(there.Relations) || len(hints) != len(there.Suggested) {
			t.Fatalf("%d relations and %d hints there, %d and %d back", len(there.Relations), len(there.Suggested), len(relations), len(hints))
		}
		for _, r := range there.Relations {
			o := relations[[2]string{r.From, r.To}]
			if o.Type != r.Type.Inverse() || o.Strength != r.Strength || o.Reason != r.Reason {
				t.Fatalf("%v is %v backwards", r, o)
			}
		}
		for _, h := range there.Suggested {
			o := hints[[2]string{h.From, h.To}]
			if o.Type != h.Type.Inverse() || o.Strength != h.Strength || o.Via != h.Via {
				t.Fatalf("%v is %v backwards", h, o)
			}
		}
		for i, cover := range there.Coverage {
			if d := cmp.Diff(cover, back.Coverage[1-i]); d != "" {
				t.Fatal(d)
			}
			if n := len(cover.Related) + len(cover.ByAncestor) + len(cover.Suggested) + len(cover.Missing); n != cover.Total {
				t.Fatalf("%d leaves sorted of %d", n, cover.Total)
			}
		}
	})
}

const tiny = `framework: %s
title: {ja: "枠組み", en: Frame}
authority: {ja: "当局", en: Authority}
document: {ja: "文書", en: Document}
edition: "1"
status: final
published: "2020"
source: test
text_mode: own_words
licence: test
verification: verified
expect: {element: 3}
items:
  - {id: "1", kind: element, title: {ja: "一", en: One}, text: {ja: "一", en: One}}
  - {id: "2", kind: element, title: {ja: "二", en: Two}, text: {ja: "二", en: Two}}
  - {id: "2.1", parent: "2", kind: element, title: {ja: "三", en: Three}, text: {ja: "三", en: Three}}
`

const tinyMap = `title: {ja: "対応", en: Crosswalk}
published: "2020"
licence: test
method: NIST IR 8477
reviewer: unreviewed
basis: {ja: "根拠", en: Basis}
relations:
`

func relation(from, to, kind, strength string) string {
	return `  - {from: "` + from + `", to: "` + to + `", relation: ` + kind + `, rationale: semantic, strength: ` + strength + `, reason: {ja: "理由", en: Reason}}` + "\n"
}

func tinyFS(mappings map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, id := range []string{"fa", "fb", "fc", "fd"} {
		fsys["frameworks/"+id+".yaml"] = &fstest.MapFile{Data: []byte("framework: " + id + tiny[len("framework: %s"):])}
	}
	for name, rows := range mappings {
		fsys["crosswalks/"+name+".yaml"] = &fstest.MapFile{Data: []byte("from: " + name[:2] + "\nto: " + name[4:] + "\n" + tinyMap + rows)}
	}
	return fsys
}

func TestHints(t *testing.T) {
	c, findings := Load(tinyFS(map[string]string{
		"fa--fb": relation("1", "1", "subset_of", "9") + relation("1", "2", "intersects", "4") + relation("2", "2", "intersects", "8"),
		// Written from the far side: read backwards, 1 is a subset of 1.
		"fc--fb": relation("1", "1", "superset_of", "7") + relation("1", "2", "intersects", "9") + relation("2.1", "2", "equal", "10"),
	}))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	x, err := c.Crosswalk("fa", "fc")
	if err != nil {
		t.Fatal(err)
	}
	want := []Hint{
		// The way over fb:1 wins: its weakest link is 7, over fb:2 it is 4.
		{From: "1", To: "1", Type: SubsetOf, Strength: 7, Via: "fb:1"},
		{From: "1", To: "2.1", Type: Intersects, Strength: 4, Via: "fb:2"},
		{From: "2", To: "1", Type: Related, Strength: 8, Via: "fb:2"},
		{From: "2", To: "2.1", Type: Intersects, Strength: 8, Via: "fb:2"},
	}
	if d := cmp.Diff(want, x.Suggested); d != "" {
		t.Error(d)
	}
	wantCover := [2]Cover{
		{Framework: "fa", Total: 2, Related: []string{}, ByAncestor: []string{}, Suggested: []string{"1"}, Missing: []string{"2.1"}},
		{Framework: "fc", Total: 2, Related: []string{}, ByAncestor: []string{}, Suggested: []string{"1", "2.1"}, Missing: []string{}},
	}
	if d := cmp.Diff(wantCover, x.Coverage); d != "" {
		t.Error(d)
	}

	x, err = c.Crosswalk("fb", "fa")
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Suggested) != 0 || len(x.Relations) != 3 || x.Relations[0].Type != SupersetOf {
		t.Errorf("fb to fa: %+v", x)
	}
	if d := cmp.Diff([]string{"2.1"}, x.Coverage[0].ByAncestor); d != "" {
		t.Error(d)
	}
}

func TestCrosswalkErrors(t *testing.T) {
	c, _ := Load(tinyFS(nil))
	if _, err := c.Crosswalk("fa", "nowhere"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("unknown framework: %v", err)
	}
	if _, err := c.Crosswalk("fa", "fa"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("twice the same: %v", err)
	}
	x, err := c.Crosswalk("fa", "fd")
	if err != nil || len(x.Relations)+len(x.Suggested) != 0 || len(x.Coverage[0].Missing) != 2 {
		t.Errorf("nothing written: %+v, %v", x, err)
	}
}

func TestResolve(t *testing.T) {
	c := loadData(t)
	f, it, err := c.Resolve("nist-csf-2.0:GV.PO-01")
	if err != nil || f.ID != "nist-csf-2.0" || it.Parent != "GV.PO" {
		t.Errorf("%v %v %v", f, it, err)
	}
	for ref, kind := range map[string]errs.Kind{
		"nist-csf-2.0": errs.Invalid, "nist-csf-2.0:": errs.Invalid, ":1": errs.Invalid, "": errs.Invalid,
		"nist-csf-9:GV": errs.NotFound, "nist-csf-2.0:GV.XX": errs.NotFound,
	} {
		if _, _, err := c.Resolve(ref); errs.KindOf(err) != kind {
			t.Errorf("Resolve(%q): %v, want %s", ref, err, kind)
		}
	}
}

func TestLoadIsDeterministic(t *testing.T) {
	render := func() string {
		c, _ := Load(data.FS)
		x, err := c.Crosswalk("fsa-guideline-2024", "fsb-cirr-2020")
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal([]any{c.Frameworks(), c.References(), c.Mappings(), c.Forms(), x})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := render()
	for range 5 {
		if render() != first {
			t.Fatal("two loads differ")
		}
	}
}
