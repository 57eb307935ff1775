package sheet

import (
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/form"
)

// everyType is the form of testdata/every-type.yaml.
func everyType(t testing.TB) *form.Form {
	t.Helper()
	data, err := os.ReadFile("testdata/every-type.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, found := form.Parse("every-type.yaml", data)
	if f == nil {
		t.Fatal(found)
	}
	return f
}

// drawAnswers generates answers of every type, tables included.
func drawAnswers(t *rapid.T, items []*form.Item, label string) form.Answers {
	out := form.Answers{}
	for _, it := range items {
		if rapid.Bool().Draw(t, label+it.ID) {
			out[it.ID] = drawAnswer(t, it, label+it.ID)
		}
	}
	return out
}

func drawAnswer(t *rapid.T, it *form.Item, label string) form.Answer {
	a := form.Answer{State: rapid.SampledFrom(it.States).Draw(t, label+" state")}
	if rapid.IntRange(0, 3).Draw(t, label+" commented") == 0 {
		a.Comment = drawText(t, label+" comment")
	}
	if a.IsKnown() {
		a.Value = drawValue(t, it, label)
	}
	return a
}

var texts = []string{
	"方針", "=1+1", "+81-3", "-", "'=x", "''@a", "a,b", "say \"hi\"", "二行\nある", "＝ＳＵＭ（）", "<b>&amp;</b>", "髙﨑①", "1;2", "2026-03-31", "001",
}

func drawText(t *rapid.T, label string) string {
	s := rapid.SampledFrom(texts).Draw(t, label)
	if rapid.Bool().Draw(t, label+" more") {
		s += rapid.StringMatching(`[a-zA-Z0-9あ-んア-ン一二三 ,;:"'=+@~-]{0,12}`).Draw(t, label+" tail")
	}
	return strings.TrimSpace(s)
}

func drawValue(t *rapid.T, it *form.Item, label string) any {
	switch it.Type {
	case form.TypeChoice:
		return rapid.SampledFrom(it.Options).Draw(t, label).ID
	case form.TypeMulti:
		chosen := []string{}
		for _, o := range it.Options {
			if rapid.Bool().Draw(t, label+o.ID) {
				chosen = append(chosen, o.ID)
			}
		}
		return chosen
	case form.TypeYesNo:
		return rapid.Bool().Draw(t, label)
	case form.TypeInteger:
		return rapid.Int64Range(-1<<52, 1<<52).Draw(t, label)
	case form.TypeDecimal, form.TypePercent:
		return float64(rapid.Int64Range(-1e9, 1e9).Draw(t, label)) / rapid.SampledFrom([]float64{1, 3, 1000}).Draw(t, label+" by")
	case form.TypeMoney:
		return form.Money{Minor: rapid.Int64Range(-1e12, 1e12).Draw(t, label), Currency: it.Currency}
	case form.TypeDate:
		day := rapid.IntRange(0, 60000).Draw(t, label)
		return form.Date(time.Date(1930, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	case form.TypeDateTime:
		sec := rapid.Int64Range(0, 4e9).Draw(t, label)
		return form.DateTime(time.Unix(sec, 0).In(time.FixedZone("", 9*3600)).Format(time.RFC3339))
	case form.TypeDuration:
		return time.Duration(rapid.Int64Range(0, 1e6).Draw(t, label)) * time.Second
	case form.TypeFile:
		return form.FileRef{Name: "規程 v1.pdf", Size: 12, SHA256: strings.Repeat("ab", 32)}
	case form.TypeTable:
		rows := []form.Row{}
		for range rapid.IntRange(0, 4).Draw(t, label) {
			rows = append(rows, drawAnswers(t, it.Columns, label+"/"))
		}
		return rows
	case form.TypeCode:
		if len(it.Options) > 0 {
			return rapid.SampledFrom(it.Options).Draw(t, label).ID
		}
	}
	return drawText(t, label)
}

// sameAnswers reports the first difference between two sets of answers.
func sameAnswers(t interface{ Errorf(string, ...any) }, got, want form.Answers) {
	for id, w := range want {
		if g, ok := got[id]; !ok || !g.Equal(w) {
			t.Errorf("%s: got %#v (present %v), want %#v", id, g, ok, w)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			t.Errorf("%s: read as %#v, was not written", id, got[id])
		}
	}
}
