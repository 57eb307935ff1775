package screening

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/form"
)

func edition(t testing.TB) *Edition {
	t.Helper()
	set, found := calendar.Load(catalog.FS)
	if len(found) > 0 {
		t.Fatal(found)
	}
	r, err := Load(catalog.FS, set)
	if err != nil {
		t.Fatal(err)
	}
	return r.On(calendar.Date(2026, time.November, 24))
}

func theForm(t testing.TB) *form.Form {
	t.Helper()
	l, err := form.NewLibrary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Form(FormID, "2024")
	if err != nil {
		t.Fatal(err, l.Check())
	}
	return f
}

func example(t testing.TB, f *form.Form) form.Answers {
	t.Helper()
	data, err := os.ReadFile("testdata/both.yaml")
	if err != nil {
		t.Fatal(err)
	}
	x, found := Decode("both.yaml", data)
	if len(found) > 0 {
		t.Fatal(found)
	}
	a, found := x.Answers("both.yaml", f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	return a
}

var today = calendar.Date(2026, time.November, 24)

// keys are the rules that found something, without those that only inform.
func keys(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		if f.Severity != finding.Info {
			out = append(out, f.Rule+" "+f.Pointer)
		}
	}
	return out
}

func TestACompleteNotificationHasNoFinding(t *testing.T) {
	f := theForm(t)
	if got := keys(edition(t).Check(f, example(t, f), nil, today)); len(got) > 0 {
		t.Error(strings.Join(got, "\n"))
	}
}

// TestEachFaultIsFound changes one thing of a notification without findings.
func TestEachFaultIsFound(t *testing.T) {
	f, e := theForm(t), edition(t)
	cell := func(item string, i int, column string, v any) func(form.Answers) {
		return func(a form.Answers) { a[item].Value.([]form.Row)[i][column] = form.Answer{Value: v} }
	}
	set := func(item string, v any) func(form.Answers) {
		return func(a form.Answers) { a[item] = form.Answer{Value: v} }
	}
	drop := func(item string, i int) func(form.Answers) {
		return func(a form.Answers) {
			list := a[item].Value.([]form.Row)
			a[item] = form.Answer{Value: slices.Delete(slices.Clone(list), i, i+1)}
		}
	}
	for _, c := range []struct {
		name string
		do   func(form.Answers)
		want string
	}{
		{"shares above 100", cell("fac.holders", 1, "share", 33.9), "screening.sum /fac.parties/0/no"},
		{"a share below the threshold", cell("fac.holders", 1, "share", 4.9), "screening.small /fac.holders/1/share"},
		{"no country of a holder", cell("fac.holders", 0, "country", ""), "screening.holder-country /fac.holders/0/country"},
		{"no holder", drop("fac.holders", 2), "screening.no-holder /fac.parties/1/no"},
		{"holder of nobody", cell("fac.holders", 3, "party", "Z"), "screening.stranger /fac.holders/3/party"},
		{"no nationality", cell("fac.officers", 2, "nationality", ""), "screening.nationality /fac.officers/2/nationality"},
		{"no birth", cell("fac.officers", 2, "born", ""), "screening.born /fac.officers/2/born"},
		{"no officer", drop("fac.officers", 4), "screening.no-officer /fac.parties/4/no"},
		{"a gap in the chain", cell("fac.parties", 4, "via", ""), "screening.no-via /fac.parties/4/via"},
		{"a chain from nowhere", cell("fac.parties", 4, "via", "Q"), "screening.stranger /fac.parties/4/via"},
		{"a chain from a supplier", cell("fac.parties", 4, "via", "A"), "screening.via-role /fac.parties/4/via"},
		{"a circle", cell("fac.parties", 3, "via", "B2"), "screening.circle /fac.parties/3/via"},
		{"a chain to oneself", cell("fac.parties", 4, "via", "B2"), "screening.circle /fac.parties/4/via"},
		{"no supplier", cell("fac.parties", 0, "role", "component"), "screening.no-supplier /fac.parties"},
		{"no contractor", set("fac.kind", "maintenance"), ""},
		{"unknown sales", cell("fac.parties", 0, "government", "unknown"), "screening.government-unknown /fac.parties/0/government"},
		{"no sales", cell("fac.parties", 0, "government", ""), "screening.no-government /fac.parties/0/government"},
		{"a component of a contractor", cell("fac.components", 0, "party", "B"), "screening.not-supplier /fac.components/0/party"},
		{"a supplier of nothing", cell("fac.components", 0, "party", "A"), "screening.unused /fac.parties/1/no"},
		{"unexplained", set("fac.me_text", ""), "screening.unexplained /fac.me_text"},
		{"end before start", set("fac.end", form.Date("2027-03-31")), "screening.end /fac.end"},
		{"too late", set("fac.start", form.Date("2026-12-23")), "screening.late /fac.start"},
		{"chain not known", set("fac.depth", false), "screening.depth /fac.depth"},
		{"contractors of an introduction", set("fac.kind", "introduction"), "screening.contractor-unasked /fac.parties"},
		{"unanswered", func(a form.Answers) { delete(a, "fac.outline") }, "answer.required /fac.outline"},
		{"no measure", func(a form.Answers) {
			for _, m := range Groups[2].Items {
				a[m] = form.Answer{Value: "none"}
			}
			a["fac.ms_text"] = form.Answer{Value: "理由"}
		}, "screening.no-measure /fac.ms_law"},
	} {
		a := example(t, f)
		c.do(a)
		got := keys(e.Check(f, a, nil, today))
		if c.want != "" && !slices.Contains(got, c.want) {
			t.Errorf("%s: %q not among\n%s", c.name, c.want, strings.Join(got, "\n"))
		}
	}
}

func TestAFindingHasWordsInBothLanguages(t *testing.T) {
	f := theForm(t)
	for _, fd := range edition(t).Check(f, form.Answers{"fac.kind": {Value: "both"}, "fac.parties": {Value: []form.Row{{"no": {Value: "A"}, "role": {Value: "reentrusted"}}}}}, nil, today) {
		for _, text := range []string{fd.Message.JA, fd.Message.EN} {
			if text == "" || strings.Contains(text, "{") {
				t.Errorf("%s: %q", fd.Rule, text)
			}
		}
	}
}

func TestPrefillOfAServiceHangsTogether(t *testing.T) {
	f := theForm(t)
	s := Source{Service: "srv", Function: "fun", Name: "合成サービス", Provider: Company{Vendor: "v", Name: "合成ベンダー株式会社", Country: "JP"},
		Chain: []Company{{Name: "再々委託", Rank: 3, Country: "JP"}, {Name: "再委託", Rank: 2, Country: "JP"}}}
	a := Prefill(Both, s)
	n := Of(a)
	var got []string
	for _, l := range n.Chain() {
		got = append(got, l.No+"<"+l.Via+" "+l.Name)
	}
	if want := "B< 合成ベンダー株式会社, B1<B 再委託, B2<B1 再々委託"; strings.Join(got, ", ") != want {
		t.Error(got)
	}
	for _, fd := range edition(t).Check(f, a, nil, today) {
		if strings.HasPrefix(fd.Rule, "screening.") && strings.HasSuffix(fd.Pointer, "/via") {
			t.Error(fd.Line("en"))
		}
	}
}

func TestChangesTellWhatNeedsANotice(t *testing.T) {
	f := theForm(t)
	before, after := example(t, f), example(t, f)
	if got := Changes(f, before, after); len(got) > 0 || Worst(got) != "" {
		t.Error(got)
	}
	after["fac.owner"] = form.Answer{Value: "総務部"}
	if got := Worst(Changes(f, before, after)); got != Internal {
		t.Error(got)
	}
	after["fac.place"] = form.Answer{Value: "国内"}
	if got := Worst(Changes(f, before, after)); got != Ask {
		t.Error(got)
	}
	after["fac.parties"].Value.([]form.Row)[4]["name"] = form.Answer{Value: "別の会社"}
	got := Changes(f, before, after)
	if Worst(got) != Probable || len(got) != 3 || got[1].Item.ID != "fac.parties" || got[1].Added != 1 || got[1].Removed != 1 {
		t.Errorf("%+v", got)
	}
}

func TestEditionsByTheirDay(t *testing.T) {
	set, _ := calendar.Load(catalog.FS)
	r, err := Load(catalog.FS, set)
	if err != nil {
		t.Fatal(err)
	}
	for iso, want := range map[string]string{"2024-05-17": "2024", "2027-01-11": "2024", "2027-01-12": "2027", "2020-01-01": "2024"} {
		d, _ := calendar.ParseDay(iso)
		if got := r.On(d).ID; got != want {
			t.Errorf("%s: %s", iso, got)
		}
	}
}
