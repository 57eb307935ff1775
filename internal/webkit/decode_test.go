package webkit_test

import (
	"bytes"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// posted are the fields that a browser would send for the page's form: HTML's
// "constructing the entry list", without a pressed button.
func posted(tb testing.TB, page string) url.Values {
	tb.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		tb.Fatal(err)
	}
	values := url.Values{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		switch kind := attr(n, "type"); {
		case n.Data == "textarea":
			values.Add(attr(n, "name"), strings.ReplaceAll(textOf(n), "\n", "\r\n"))
		case n.Data == "select":
			values.Add(attr(n, "name"), selected(n))
		case n.Data != "input" || kind == "file":
		case (kind == "radio" || kind == "checkbox") && !hasAttr(n, "checked"):
		default:
			values.Add(attr(n, "name"), attr(n, "value"))
		}
	}
	return values
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// selected is a drop-down's value: the option marked, or the first.
func selected(n *html.Node) string {
	first, value, any := "", "", false
	for o := range n.Descendants() {
		if o.Data != "option" {
			continue
		}
		if !any {
			first, any = attr(o, "value"), true
		}
		if hasAttr(o, "selected") {
			value = attr(o, "value")
		}
	}
	if value == "" {
		return first
	}
	return value
}

func section(tb testing.TB, lang i18n.Lang, v webkit.FormView) string {
	tb.Helper()
	var b bytes.Buffer
	if err := webkit.FormSection(v).Render(webkit.WithLang(context.Background(), lang), &b); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestWhatIsShownIsWhatIsRead(t *testing.T) {
	f := every(t)
	for _, lang := range i18n.Langs {
		values := posted(t, section(t, lang, webkit.FormView{Form: f, Section: f.Sections[0], Answers: answers()}))
		got, _, found := webkit.DecodeForm(f, "all", values)
		if len(found) > 0 {
			t.Errorf("%s: %v", lang, found)
		}
		if d := cmp.Diff(answers(), got); d != "" {
			t.Errorf("%s: (-shown +read)\n%s", lang, d)
		}
		if got := webkit.Shown(values); len(got) != len(f.Items()) {
			t.Errorf("%d items shown, want %d", len(got), len(f.Items()))
		}
	}
}

// TestRoundTrip: whatever answers a form may hold, the page made of them reads
// back as the same answers.
func TestRoundTrip(t *testing.T) {
	f := every(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawAnswers(rt, f.Sections[0].Items)
		lang := rapid.SampledFrom(i18n.Langs).Draw(rt, "lang")
		page := section(t, lang, webkit.FormView{Form: f, Section: f.Sections[0], Answers: want, Options: map[string][]webkit.RefOption{"ref.provider": {{ID: "P1", Text: "x"}}}})
		values := posted(t, page)
		got, raw, found := webkit.DecodeForm(f, "all", values)
		if len(found) > 0 {
			rt.Fatalf("found %v", found)
		}
		if d := cmp.Diff(want, got); d != "" {
			rt.Fatalf("(-shown +read)\n%s", d)
		}
		again := section(t, lang, webkit.FormView{Form: f, Section: f.Sections[0], Fields: raw, Options: map[string][]webkit.RefOption{"ref.provider": {{ID: "P1", Text: "x"}}}})
		if d := cmp.Diff(values, posted(t, again)); d != "" {
			rt.Fatalf("shown again (-first +second)\n%s", d)
		}
	})
}

func drawAnswers(rt *rapid.T, items []*form.Item) form.Answers {
	out := form.Answers{}
	for _, it := range items {
		if rapid.Bool().Draw(rt, "given") {
			a := drawAnswer(rt, it)
			a.Carried = it.Type != form.TypeFile && rapid.Bool().Draw(rt, "carried")
			out[it.ID] = a
		}
	}
	return out
}

func drawAnswer(rt *rapid.T, it *form.Item) form.Answer {
	a := form.Answer{}
	if s := rapid.SampledFrom(it.States).Draw(rt, "state"); s != form.Known {
		a.State = s
	}
	if rapid.Bool().Draw(rt, "commented") && it.Allows(form.NotApplicable) {
		a.Comment = drawText(rt)
	}
	if a.IsKnown() {
		a.Value = drawValue(rt, it)
	}
	return a
}

func drawText(rt *rapid.T) string {
	line := rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 <>&\"';~%-漢字、。𠮷é")), 1, 20, -1)
	return "x" + strings.Join(rapid.SliceOfN(line, 1, 3).Draw(rt, "text"), "\n") + "y"
}

func drawValue(rt *rapid.T, it *form.Item) any {
	switch it.Type {
	case form.TypeChoice:
		return rapid.SampledFrom(it.Options).Draw(rt, "option").ID
	case form.TypeMulti:
		out := []string{}
		for _, o := range it.Options {
			if rapid.Bool().Draw(rt, "chosen") {
				out = append(out, o.ID)
			}
		}
		return out
	case form.TypeYesNo:
		return rapid.Bool().Draw(rt, "yes")
	case form.TypeInteger:
		return rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(rt, "integer")
	case form.TypeDecimal, form.TypePercent:
		return rapid.Float64Range(-1e12, 1e12).Draw(rt, "number")
	case form.TypeMoney:
		return form.Money{Minor: rapid.Int64Range(-1<<52, 1<<52).Draw(rt, "minor"), Currency: it.Currency}
	case form.TypeDate:
		return form.Date(time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(rt, "day"), 0).UTC().Format(time.DateOnly))
	case form.TypeDateTime:
		zone := time.FixedZone("", 60*rapid.IntRange(-11*60, 13*60).Draw(rt, "zone"))
		nano := rapid.SampledFrom([]int64{0, 0, 5e8, 123456789}).Draw(rt, "nano")
		return form.DateTime(time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(rt, "second"), nano).In(zone).Format(time.RFC3339Nano))
	case form.TypeDuration:
		return time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(rt, "seconds")) * time.Second
	case form.TypeFile:
		return form.FileRef{Name: strings.ReplaceAll(drawText(rt), "\n", " "), Size: rapid.Int64Range(0, 1e9).Draw(rt, "size"), SHA256: strings.Repeat("0f", 32)}
	case form.TypeTable:
		rows := []form.Row{}
		for range rapid.IntRange(0, 4).Draw(rt, "rows") {
			row := form.Row{}
			for _, c := range it.Columns {
				if c.ID == it.Columns[0].ID || rapid.Bool().Draw(rt, "cell") {
					row[c.ID] = drawAnswer(rt, c)
				}
			}
			rows = append(rows, row)
		}
		return rows
	}
	if len(it.Options) > 0 {
		return rapid.SampledFrom(it.Options).Draw(rt, "code").ID
	}
	if it.Type != form.TypeText {
		return strings.ReplaceAll(drawText(rt), "\n", " ")
	}
	return drawText(rt)
}

func TestBadInputIsFoundAndKept(t *testing.T) {
	f := every(t)
	tests := []struct{ field, text, pointer, rule string }{
		{"num.staff", "十二人", "/num.staff", "value.integer"},
		{"num.share", "半分", "/num.share", "value.number"},
		{"num.cost", "1.5", "/num.cost", "value.money"},
		{"day.test", "令和8年2月30日", "/day.test", "value.date"},
		{"day.seen", "2026-02-14", "/day.seen", "webkit.decode.datetime"},
		{"day.seen~time", "09:05", "/day.seen", "webkit.decode.datetime"},
		{"day.rto", "すぐ", "/day.rto", "value.duration"},
		{"gov.policy", "perhaps", "/gov.policy", "value.option"},
		{"gov.media", "paper", "/gov.media", "value.option"},
		{"gov.officer", "maybe", "/gov.officer", "value.yesno"},
		{"file.chart", "sha256:zz", "/file.chart", "value.file"},
		{"num.staff~state", "guessed", "/num.staff", "webkit.decode.state"},
		{"tab.provider~rows", "many", "/tab.provider", "webkit.decode.rows"},
		{"tab.provider~rows", "501", "/tab.provider", "webkit.decode.rows"},
	}
	for _, tt := range tests {
		got, raw, found := webkit.DecodeForm(f, "all", url.Values{tt.field: {tt.text}})
		if len(found) != 1 || found[0].Pointer != tt.pointer || found[0].Rule != tt.rule {
			t.Errorf("%s=%s: found %v, want %s at %s", tt.field, tt.text, found, tt.rule, tt.pointer)
		}
		if len(got) > 0 || raw[tt.field] != tt.text {
			t.Errorf("%s=%s: answers %v, kept %q", tt.field, tt.text, got, raw[tt.field])
		}
		page := section(t, i18n.JA, webkit.FormView{Form: f, Section: f.Sections[0], Fields: raw, Findings: found})
		if shown := posted(t, page); !strings.HasSuffix(tt.field, "~rows") && !slices.Contains(shown[tt.field], tt.text) {
			t.Errorf("%s=%s: shown again as %q", tt.field, tt.text, shown[tt.field])
		}
	}
}

func TestWrittenAsPeopleDo(t *testing.T) {
	f := every(t)
	values := url.Values{
		"num.staff": {"１，２００"}, "num.cost": {"¥1,000,000"}, "day.test": {"R8.2.14"}, "day.rto": {"36時間"},
		"day.seen": {"令和8年2月14日"}, "day.seen~time": {"9時05分"}, "day.seen~zone": {"+09:00"},
		"gov.policy": {"full"}, "gov.policy~state": {"unknown"}, "tab.provider~rows": {"3"}, "tab.provider~0~name": {"甲"}, "gov.media~none": {"1"},
	}
	got, _, found := webkit.DecodeForm(f, "all", values)
	want := form.Answers{
		"num.staff": {Value: int64(1200)}, "num.cost": {Value: form.Money{Minor: 1000000, Currency: "JPY"}}, "day.test": {Value: form.Date("2026-02-14")},
		"day.rto": {Value: 36 * time.Hour}, "day.seen": {Value: form.DateTime("2026-02-14T09:05:00+09:00")}, "gov.policy": {State: form.Unknown},
		"gov.media": {Value: []string{}}, "tab.provider": {Value: []form.Row{{"name": {Value: "甲"}}}},
	}
	if d := cmp.Diff(want, got); d != "" || len(found) > 0 {
		t.Errorf("found %v (-want +got)\n%s", found, d)
	}
}

func TestCarriedUntilConfirmedOrChanged(t *testing.T) {
	f := every(t)
	start := form.Answers{"gov.policy": {Value: "partly", Carried: true}}
	values := posted(t, section(t, i18n.JA, webkit.FormView{Form: f, Section: f.Sections[0], Answers: start}))
	for _, tt := range []struct {
		field, text string
		want        bool
	}{{"_", "", true}, {"gov.policy~confirm", "1", false}, {"gov.policy", "full", false}, {"gov.policy~comment", "見直した", false}} {
		changed := maps.Clone(values)
		changed.Set(tt.field, tt.text)
		if got, _, _ := webkit.DecodeForm(f, "all", changed); got["gov.policy"].Carried != tt.want {
			t.Errorf("%s=%s: carried is %v", tt.field, tt.text, !tt.want)
		}
	}
}

func TestEdit(t *testing.T) {
	f := every(t)
	previous := form.Answers{"num.staff": {Value: int64(10), Comment: "兼任を含む。"}, "gov.media": {Value: []string{"disk", "tape"}}}
	theirs := form.Answers{"gov.policy": {Value: "full"}}
	values := posted(t, section(t, i18n.JA, webkit.FormView{Form: f, Section: f.Sections[0], Answers: answers()}))
	press := func(name, value string) (form.Answers, string) {
		pressed := maps.Clone(values)
		pressed.Set(name, value)
		out, at := webkit.Edit(f, "all", pressed, previous, theirs, i18n.JA)
		got, _, found := webkit.DecodeForm(f, "all", out)
		if len(found) > 0 {
			t.Errorf("%s=%s: %v", name, value, found)
		}
		return got, at
	}
	expect := func(name, value, at string, change func(form.Answers)) {
		t.Helper()
		want := answers()
		change(want)
		got, where := press(name, value)
		if d := cmp.Diff(want, got); d != "" || where != at {
			t.Errorf("%s=%s at %q (-want +got)\n%s", name, value, where, d)
		}
	}
	expect("_save", "next", "", func(form.Answers) {})
	expect("_clear", "gov.officer", "gov.officer", func(a form.Answers) { delete(a, "gov.officer") })
	expect("_previous", "num.staff", "num.staff", func(a form.Answers) { a["num.staff"] = previous["num.staff"] })
	expect("_previous", "gov.media", "gov.media", func(a form.Answers) { a["gov.media"] = previous["gov.media"] })
	expect("gov.policy~keep", "theirs", "", func(a form.Answers) { a["gov.policy"] = theirs["gov.policy"] })
	expect("gov.policy~keep", "mine", "", func(form.Answers) {})
	expect("_add", "tab.provider", "tab.provider", func(form.Answers) {}) // a blank row at the end is none
	expect("_remove", "tab.provider~9", "", func(form.Answers) {})
	expect("_remove", "tab.provider~0", "tab.provider", func(a form.Answers) {
		a["tab.provider"] = form.Answer{Value: a["tab.provider"].Value.([]form.Row)[1:]}
	})
}

func TestMergeKeepsWhatWasNotShown(t *testing.T) {
	stored := form.Answers{"a": {Value: "1"}, "b": {Value: "2"}, "c": {Value: "3"}}
	got := webkit.Merge(stored, form.Answers{"a": {Value: "9"}}, []string{"a", "b"})
	if d := cmp.Diff(form.Answers{"a": {Value: "9"}, "c": {Value: "3"}}, got); d != "" {
		t.Error(d)
	}
}

func FuzzDecodeForm(f *testing.F) {
	for _, seed := range []string{"num.staff=12&num.staff~state=estimated", "tab.provider~rows=2&tab.provider~1~name=x", "day.seen=R8.2.14&day.seen~time=905",
		"gov.media=disk&gov.media=tape&gov.media~none=1", "file.chart=sha256:00 1 x", "num.cost=%EF%BC%91", "_remove=tab.provider~0&tab.provider~rows=1", "day.seen=2026-01-01&day.seen~time=10:00&day.seen~zone=x"} {
		f.Add(seed)
	}
	fm := every(f)
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		values, _ = webkit.Edit(fm, "all", values, answers(), answers(), i18n.JA)
		got, raw, found := webkit.DecodeForm(fm, "all", values)
		for _, fd := range found {
			if fd.Pointer == "" || fd.Message.JA == "" {
				t.Errorf("finding without place or words: %+v", fd)
			}
		}
		page := section(t, i18n.EN, webkit.FormView{Form: fm, Section: fm.Sections[0], Fields: raw, Findings: found})
		if len(found) > 0 {
			return
		}
		again, _, found := webkit.DecodeForm(fm, "all", posted(t, page))
		if d := cmp.Diff(got, again); d != "" || len(found) > 0 {
			t.Errorf("%q: shown again (-first +second)\n%s%v", query, d, found)
		}
	})
}
