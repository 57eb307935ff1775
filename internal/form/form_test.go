package form_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

func sampleSource(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile("testdata/sample.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func mustParse(tb testing.TB, src string) *form.Form {
	tb.Helper()
	f, found := form.Parse("sample.yaml", []byte(src))
	if f == nil {
		tb.Fatalf("Parse: %s", lines(found))
	}
	return f
}

func lines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.Line(i18n.EN) + "\n")
	}
	return b.String()
}

// full answers every required item of the sample.
func full() form.Answers {
	return form.Answers{
		"gov.officer": {Value: true},
		"gov.policy":  {Value: "partly"},
		"rec.copies":  {Value: int64(3)},
		"rec.offline": {Value: true},
		"rec.media":   {Value: []string{"disk"}},
	}
}

func TestParseFindsFaultsWithTheirLine(t *testing.T) {
	src := sampleSource(t)
	tests := []struct{ name, old, new, rule, line string }{
		{"unknown key", "title: {ja: 見本", "tilte: {ja: 見本", "form.unknown-key", "5"},
		{"missing language", "ask: {ja: 方針, en: Policy}", "ask: {ja: 方針}", "form.text-missing", ""},
		{"duplicate id", "id: rec.offline, ask", "id: rec.copies, ask", "form.duplicate-item", ""},
		{"retired id", "id: rec.media", "id: gov.old", "form.retired-item", ""},
		{"unknown item in expression", `answers["gov.officer"] == "yes"`, `answers["gov.oficer"] == "yes"`, "form.expr-unknown-item", ""},
		{"wrong type in expression", `answers["rec.copies"] < 1`, `answers["rec.copies"] < "one"`, "form.expr", ""},
		{"expression is no condition", `answers["rec.offline"] == "yes" && answers["rec.copies"] < 1`, `answers["rec.copies"]`, "form.expr-type", ""},
		{"unknown org attribute", "org.size ==", "org.seize ==", "form.expr-unknown-org", ""},
		{"applies reads forward", `applies: answers["gov.officer"] == "yes"`, `applies: answers["rec.offline"] == "yes"`, "form.applies-forward", ""},
		{"scores do not rise", "score: 2, ja: 実施", "score: 1, ja: 実施", "form.not-rising", ""},
		{"score reads forward", `answers["rec.copies"] >= 3 ?`, `answers["rec.ratio"] >= 3.0 ?`, "form.score-forward", ""},
		{"tier reads an answer", `when: org.size == "large"`, `when: 'answers["gov.officer"] == "yes"'`, "form.org-only", ""},
		{"audience reads an answer", `audience: org.sector in`, `audience: answers["gov.policy"] in`, "form.org-only", ""},
		{"infinite weight", "weight: 3", "weight: .inf", "form.bad-number", ""},
		{"score that is no number", "score: 2, ja: 実施", "score: .nan, ja: 実施", "form.bad-number", ""},
		{"bad target", "other: partly}", "other: mostly}", "form.bad-target", ""},
		{"bad foreign key", "to: reg.provider,", "to: reg.providers,", "form.bad-foreign", ""},
		{"not YAML", "form: sample", "form: [", "form.syntax", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(src, tt.old, tt.new, 1)
			if changed == src {
				t.Fatalf("%q not in the sample", tt.old)
			}
			f, found := form.Parse("sample.yaml", []byte(changed))
			if f != nil {
				t.Fatal("a faulty form was accepted")
			}
			wantLine := 1 + strings.Count(src[:strings.Index(src, tt.old)], "\n")
			for _, fd := range found {
				if fd.Rule != tt.rule {
					continue
				}
				if d := wantLine - fd.Row; fd.Row == 0 || d > 8 || d < -8 {
					t.Errorf("line %d, want near %d: %s", fd.Row, wantLine, fd.Line(i18n.EN))
				}
				return
			}
			t.Errorf("no finding %s in:\n%s", tt.rule, lines(found))
		})
	}
}

func TestHashIgnoresLayoutButNotContent(t *testing.T) {
	src := sampleSource(t)
	f := mustParse(t, src)
	spaced := mustParse(t, strings.Replace(src, "sections:", "\n# comment\nsections:", 1))
	other := mustParse(t, strings.Replace(src, "複製数,", "複製の数,", 1))
	if f.Hash() != spaced.Hash() {
		t.Error("a comment changed the hash")
	}
	if f.Hash() == other.Hash() {
		t.Error("another wording has the same hash")
	}
}

func TestValidate(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	with := func(change func(form.Answers)) form.Answers {
		a := full()
		change(a)
		return a
	}
	row := func(id string, critical bool) form.Row {
		return form.Row{"id": {Value: id}, "critical": {Value: critical}}
	}
	tests := []struct {
		name    string
		answers form.Answers
		rules   []string
	}{
		{"complete", full(), nil},
		{"required", with(func(a form.Answers) { delete(a, "rec.copies") }), []string{"answer.required /rec.copies"}},
		{"not asked", with(func(a form.Answers) { a["gov.officer"] = form.Answer{Value: false} }), []string{"answer.not-asked /gov.policy"}},
		{"state not allowed", with(func(a form.Answers) { a["rec.copies"] = form.Answer{State: form.Unknown} }), []string{"answer.state /rec.copies"}},
		{"reason missing", with(func(a form.Answers) { a["gov.policy"] = form.Answer{State: form.NotApplicable} }), []string{"answer.reason /gov.policy"}},
		{"option", with(func(a form.Answers) { a["gov.policy"] = form.Answer{Value: "best"} }), []string{"answer.option /gov.policy"}},
		{"type", with(func(a form.Answers) { a["rec.copies"] = form.Answer{Value: "3"} }), []string{"answer.type /rec.copies"}},
		{"range", with(func(a form.Answers) { a["rec.copies"] = form.Answer{Value: int64(10)} }), []string{"answer.range /rec.copies"}},
		{"percent range", with(func(a form.Answers) { a["rec.rate"] = form.Answer{Value: 100.5} }), []string{"answer.range /rec.rate"}},
		{"currency", with(func(a form.Answers) { a["rec.cost"] = form.Answer{Value: form.Money{Minor: 1, Currency: "JPY"}} }), []string{"answer.currency /rec.cost"}},
		{"check digits", with(func(a form.Answers) { a["rec.lei"] = form.Answer{Value: "529900T8BM49AURSDO56"} }), []string{"answer.code-check /rec.lei"}},
		{"unknown item", with(func(a form.Answers) { a["rec.copy"] = form.Answer{Value: true} }), []string{"answer.unknown-item /rec.copy"}},
		{"contradiction", with(func(a form.Answers) { a["rec.copies"] = form.Answer{Value: int64(0)} }), []string{"offline-without-copies /rec.offline"}},
		{"duplicate key", with(func(a form.Answers) {
			a["reg.provider"] = form.Answer{Value: []form.Row{row("p1", false), row("p1", true)}}
		}), []string{"answer.duplicate-key /reg.provider/1/id"}},
		{"foreign key", with(func(a form.Answers) {
			a["reg.provider"] = form.Answer{Value: []form.Row{row("p1", false)}}
			a["reg.contract"] = form.Answer{Value: []form.Row{{"id": {Value: "c1"}, "provider": {Value: "p2"}}}}
		}), []string{"answer.foreign-key /reg.contract/0/provider"}},
		{"check over rows and scores", with(func(a form.Answers) {
			a["gov.policy"] = form.Answer{Value: "none"}
			a["reg.provider"] = form.Answer{Value: []form.Row{row("p1", true)}}
		}), []string{"critical-without-policy /reg.provider"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, fd := range f.Validate(tt.answers, nil, nil) {
				got = append(got, fd.Rule+" "+fd.Pointer)
			}
			if strings.Join(got, "\n") != strings.Join(tt.rules, "\n") {
				t.Errorf("got %q, want %q", got, tt.rules)
			}
		})
	}
}

func TestEvaluateScores(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	e := f.Evaluate(full(), nil, nil)
	// gov: (1·1/1 + 3·1/2) / 4 = 62.5; rec: (2/2 + 1/1 + 1/2) / 3 = 83.33…; reg: none.
	if got := e.Sections[0]; got != 62.5 {
		t.Errorf("gov = %v, want 62.5", got)
	}
	if got := e.Sections[1]; math.Abs(got-250.0/3) > 1e-9 {
		t.Errorf("rec = %v, want 83.33", got)
	}
	if !math.IsNaN(e.Sections[2]) {
		t.Errorf("reg = %v, want NaN", e.Sections[2])
	}
	if want := (62.5 + 250.0/3) / 2; math.Abs(e.Overall-want) > 1e-9 {
		t.Errorf("overall = %v, want %v", e.Overall, want)
	}
	a := full()
	a["gov.policy"] = form.Answer{State: form.Unknown}
	if sections, _ := f.Score(a, nil, nil); sections[0] != 25 {
		t.Errorf("gov with an unknown = %v, want 25: unknown counts as level 0", sections[0])
	}
	a["gov.policy"] = form.Answer{State: form.NotApplicable, Comment: "x"}
	if got := f.Evaluate(a, nil, nil).Sections[0]; got != 100 {
		t.Errorf("gov without the item = %v, want 100: not applicable is left out", got)
	}
}

func TestAudienceAndTier(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	if !f.InAudience(&form.Org{Sector: "shinkin"}) || f.InAudience(&form.Org{Sector: "insurer"}) {
		t.Error("audience is not decided by sector")
	}
	if got := f.TierOf(&form.Org{Size: "large"}); got != "large" {
		t.Errorf("tier = %q", got)
	}
	if got := f.TierOf(&form.Org{}); got != "other" {
		t.Errorf("tier = %q", got)
	}
}

func TestCostLimitStopsACheck(t *testing.T) {
	src := sampleSource(t)
	loop := `answers["reg.provider"].all(a, answers["reg.provider"].all(b, answers["reg.provider"].all(c, a.id != "x" || b.id != "x" || c.id != "x")))`
	src = strings.Replace(src, `answers["reg.provider"].exists(r, r.critical == "yes") && scores["gov.policy"] < 1`, loop, 1)
	f := mustParse(t, src)
	var rows []form.Row
	for i := range 200 {
		rows = append(rows, form.Row{"id": {Value: strings.Repeat("p", i+1)}, "critical": {Value: true}})
	}
	a := full()
	a["reg.provider"] = form.Answer{Value: rows}
	found := f.Validate(a, nil, nil)
	if len(found) != 1 || found[0].Rule != "form.check-too-costly" {
		t.Errorf("eight million steps gave %s", lines(found))
	}
}
