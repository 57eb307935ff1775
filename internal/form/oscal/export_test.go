package oscal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// TestCatalogRoundTrip: what Import keeps of a catalog, ExportCatalog gives back.
func TestCatalogRoundTrip(t *testing.T) {
	for _, name := range []string{"nested.json", "sp800-53-low-excerpt.json"} {
		f, yaml, _ := imported(t, name, load(t, name))
		exported := roundTrip(t, f, yaml)
		if got, want := outline(t, exported), outline(t, load(t, name)); !cmp.Equal(got, want) {
			t.Errorf("%s: the catalog changed (-source +export):\n%s", name, cmp.Diff(want, got))
		}
	}
}

// roundTrip exports a form and imports it again: the form must be the same, its source apart.
func roundTrip(t *testing.T, f *form.Form, yaml []byte) []byte {
	t.Helper()
	data, err := ExportCatalog(f, CatalogOptions{Lang: i18n.EN})
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "catalog", data)
	_, again, _ := imported(t, f.ID, data)
	if a, b := withoutSource(yaml), withoutSource(again); a != b {
		t.Errorf("%s: the form changed on its way (-before +after):\n%s", f.ID, cmp.Diff(a, b))
	}
	return data
}

func withoutSource(yaml []byte) string {
	var kept []string
	for line := range strings.SplitSeq(string(yaml), "\n") {
		if !strings.HasPrefix(line, "source:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// outline lists, in order, every group and control in force with its depth, id, title and statement, insertions resolved.
func outline(t *testing.T, data []byte) []string {
	t.Helper()
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	cat := doc.Catalog
	p := params{byID: map[string]param{}, text: map[string]string{}, report: func(string) {}}
	p.collect(cat.Params)
	p.collectControls(cat.Controls)
	p.collectGroups(cat.Groups)
	var out []string
	var controls func(list []control, indent string)
	controls = func(list []control, indent string) {
		for _, c := range list {
			inner := indent
			if value(c.Props, "status") != "withdrawn" {
				statement := p.sort(c.Parts, map[string]int{}).statement
				out = append(out, indent+c.ID+" | "+value(c.Props, "label")+" | "+c.Title+" | "+strings.Join(statement, "\n"))
				inner += "  "
			}
			controls(c.Controls, inner)
		}
	}
	controls(cat.Controls, "")
	var groups func(list []*group, indent string)
	groups = func(list []*group, indent string) {
		for _, g := range list {
			if len(g.Controls)+len(g.Groups) > 0 {
				out = append(out, indent+g.ID+" = "+g.Title)
			}
			controls(g.Controls, indent+"  ")
			groups(g.Groups, indent+"  ")
		}
	}
	groups(cat.Groups, "")
	for i, line := range out { // a title that begins with "[" is given its id as label, so that it reads back
		out[i] = strings.Replace(line, "| GV.OC-02 |", "|  |", 1)
	}
	return out
}

const native = `
form: native
edition: "2026"
published: 2026-06-01
title: {ja: 点検票, en: Checklist}
tiers: [{id: large, title: {ja: 大, en: Large}, when: org.size == "large"}, {id: small, title: {ja: 小, en: Small}}]
sections:
  - id: third-party
    title: {ja: 委託先, en: Third parties}
    help: {ja: 全委託先が対象です。, en: All of them.}
    items:
      - {id: tp.list, ask: {ja: 一覧はありますか, en: "Is there a list?"}, type: yesno, max_score: 1, target: "yes", maps: [nist-csf-2.0:GV.SC-04]}
      - id: tp.list.review
        ask: {ja: 見直しの頻度, en: "How often is it reviewed?"}
        next: {ja: 年1回行う。, en: Do it yearly.}
        type: choice
        scale: ordered
        options: [{id: never, score: 0, ja: しない, en: Never}, {id: yearly, score: 1, ja: 年次, en: Yearly}, {id: monthly, score: 2, ja: 月次, en: Monthly}]
        target: {large: monthly, small: yearly}
        applies: answers["tp.list"] == "yes"
        states: [known, unknown, not_applicable]
      - {id: 3rd.count, ask: {ja: 件数, en: "How many?"}, type: integer, optional: true}
`

func nativeForm(t *testing.T) *form.Form {
	t.Helper()
	f, found := form.Parse("native", []byte(native))
	if f == nil {
		t.Fatal(lines(found))
	}
	return f
}

func TestExportNative(t *testing.T) {
	f := nativeForm(t)
	data, err := ExportCatalog(f, CatalogOptions{Lang: i18n.JA})
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "catalog", data)
	golden(t, "native.golden.json", data)
	again, err := ExportCatalog(f, CatalogOptions{Lang: i18n.JA})
	if err != nil || !bytes.Equal(data, again) {
		t.Error("two exports differ")
	}
	back, _, found := imported(t, "native", data)
	if back.ID != "native" || back.Item("tp.list.review") == nil || back.Item("3rd.count") == nil || back.Sections[0].ID != "third-party" {
		t.Errorf("ids changed: %v", back.Items())
	}
	if count(found, "import.untranslated-en") != 1 || back.Item("tp.list.review").Next.JA != "年1回行う。" {
		t.Errorf("a Japanese catalog was not read as Japanese:\n%s", lines(found))
	}
}

func TestExportNeedsADate(t *testing.T) {
	f, _ := form.Parse("x", []byte(strings.Replace(native, "published: 2026-06-01\n", "", 1)))
	if _, err := ExportCatalog(f, CatalogOptions{}); err == nil {
		t.Error("exported without a date")
	}
	if _, err := ExportCatalog(f, CatalogOptions{Modified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}); err != nil {
		t.Error(err)
	}
}

var began = time.Date(2026, 7, 1, 9, 0, 0, 0, time.FixedZone("JST", 9*3600))

func TestExportResults(t *testing.T) {
	f := nativeForm(t)
	org := &form.Org{ID: "b001", Name: "見本銀行", Size: "large"}
	answers := form.Answers{"tp.list": {Value: true}, "tp.list.review": {Value: "yearly", Comment: "3月に実施"}, "3rd.count": {Value: int64(12)}}
	data, err := ExportResults(f, answers, ResultsOptions{Org: org, Start: began})
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "assessment-results", data)
	golden(t, "native-results.golden.json", data)
}

func TestResultsStatus(t *testing.T) {
	f := nativeForm(t)
	for _, c := range []struct {
		name   string
		size   string
		review form.Answer
		want   string // state and reason; "" for no finding
	}{
		{"below", "large", form.Answer{Value: "yearly"}, "not-satisfied fail"},
		{"reached by the smaller tier", "small", form.Answer{Value: "yearly"}, "satisfied pass"},
		{"above", "small", form.Answer{Value: "monthly"}, "satisfied pass"},
		{"unknown", "small", form.Answer{State: form.Unknown}, "not-satisfied other"},
		{"not applicable", "small", form.Answer{State: form.NotApplicable, Comment: "委託なし"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := ExportResults(f, form.Answers{"tp.list": {Value: true}, "tp.list.review": c.review}, ResultsOptions{Org: &form.Org{Size: c.size}, Start: began})
			if err != nil {
				t.Fatal(err)
			}
			if got := statuses(t, data)["tp.list.review_smt"]; got != c.want {
				t.Errorf("status %q, want %q", got, c.want)
			}
		})
	}
}

func statuses(t *testing.T, data []byte) map[string]string {
	t.Helper()
	var doc resultsDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range doc.Results.Results[0].Findings {
		out[f.Target.TargetID] = f.Target.Status.State + " " + f.Target.Status.Reason
	}
	return out
}

// TestResultsFollowConditions: an item that does not apply is not reviewed, an unanswered one is not satisfied.
func TestResultsFollowConditions(t *testing.T) {
	f := nativeForm(t)
	data, err := ExportResults(f, form.Answers{"tp.list": {Value: false}}, ResultsOptions{Start: began})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("tp.list.review")) {
		t.Error("an item that does not apply is in the results")
	}
	data, err = ExportResults(f, nil, ResultsOptions{Start: began})
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(t, data)["tp.list_smt"]; got != "not-satisfied other" {
		t.Errorf("unanswered: %q", got)
	}
	if _, err := ExportResults(f, nil, ResultsOptions{}); err == nil {
		t.Error("results without a start")
	}
}

// TestResultsNameSourceControls: results of an imported catalog name the controls of the source.
func TestResultsNameSourceControls(t *testing.T) {
	f, _, _ := imported(t, "excerpt", load(t, "sp800-53-low-excerpt.json"))
	data, err := ExportResults(f, form.Answers{"at_2.2": {Value: "implemented"}, "ac_7": {Value: "planned"}}, ResultsOptions{Start: began, Lang: i18n.EN})
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "assessment-results", data)
	got := statuses(t, data)
	if got["at-2.2_smt"] != "satisfied pass" || got["ac-7_smt"] != "not-satisfied fail" || got["cp-9_smt"] != "not-satisfied other" {
		t.Errorf("statuses %v", got)
	}
}

func TestUUID(t *testing.T) {
	// uuid.uuid5(uuid.UUID("8f1d5b0e-3c52-4b8a-9d60-796167757261"), "a") of Python
	if got, want := uuid("a"), "88579852-91c5-5064-a118-e3569216853d"; got != want {
		t.Errorf("uuid %s, want %s", got, want)
	}
}

func BenchmarkImport(b *testing.B) {
	data := load(b, "sp800-53-low-excerpt.json")
	for b.Loop() {
		if yaml, _ := Import(data, draft.Options{}); yaml == nil {
			b.Fatal("refused")
		}
	}
}
