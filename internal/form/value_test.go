package form_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

func TestParseValueAsPeopleWriteIt(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	tests := []struct {
		item, text string
		want       any
	}{
		{"rec.copies", "３", int64(3)},
		{"rec.copies", " 1,234 ", int64(1234)},
		{"rec.copies", "三", nil},
		{"rec.copies", "1.5", nil},
		{"rec.offline", "○", true},
		{"rec.offline", "×", false},
		{"rec.offline", "はい", true},
		{"gov.policy", "実施", "done"},
		{"gov.policy", "Partly done ", "partly"},
		{"gov.policy", "done", "done"},
		{"rec.media", "テープ; disk", []string{"disk", "tape"}},
		{"rec.rate", "８２．７％", 82.7},
		{"rec.ratio", "−1.5", -1.5},
		{"rec.cost", "1,234.56", form.Money{Minor: 123456, Currency: "EUR"}},
		{"rec.cost", "1.234567", nil},
		{"rec.tested", "令和8年3月31日", form.Date("2026-03-31")},
		{"rec.tested", "R8.3.31", form.Date("2026-03-31")},
		{"rec.tested", "平成31年4月30日", form.Date("2019-04-30")},
		{"rec.tested", "令和元年5月1日", form.Date("2019-05-01")},
		{"rec.tested", "20260331", form.Date("2026-03-31")},
		{"rec.tested", "2026/2/30", nil},
		{"rec.at", "2026-03-31 15:04+09:00", form.DateTime("2026-03-31T15:04:00+09:00")},
		{"rec.rto", "36時間", 36 * time.Hour},
		{"rec.rto", "P1DT12H", 36 * time.Hour},
		{"rec.rto", "P", nil},
	}
	for _, tt := range tests {
		got, err := f.Item(tt.item).ParseValue(tt.text)
		if (err == nil) != (tt.want != nil) {
			t.Errorf("%s %q: error %v", tt.item, tt.text, err)
			continue
		}
		if err != nil {
			if !i18n.Has(err.Error()) {
				t.Errorf("%s %q: no message %s", tt.item, tt.text, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %q: %s", tt.item, tt.text, diff)
		}
	}
}

func TestCodeCheckDigits(t *testing.T) {
	// The LEI of the Global LEI Foundation and the corporate numbers of the
	// National Tax Agency and the Financial Services Agency, as published.
	for s, want := range map[string]bool{"506700GE1G29325QX363": true, "506700GE1G29325QX364": false, "506700ge1g29325qx363": false} {
		if form.ValidLEI(s) != want {
			t.Errorf("ValidLEI(%s) = %v", s, !want)
		}
	}
	for s, want := range map[string]bool{"7000012050002": true, "6000012010023": true, "7000012050003": false, "": false} {
		if form.ValidCorporateNumber(s) != want {
			t.Errorf("ValidCorporateNumber(%s) = %v", s, !want)
		}
	}
}

// genAnswers draws valid-typed answers to any items of the form.
func genAnswers(f *form.Form) *rapid.Generator[form.Answers] {
	return rapid.Custom(func(t *rapid.T) form.Answers {
		return drawRow(t, f.Items())
	})
}

func drawRow(t *rapid.T, items []*form.Item) form.Answers {
	a := form.Answers{}
	for _, it := range items {
		if !rapid.Bool().Draw(t, "answered") {
			continue
		}
		answer := form.Answer{Comment: rapid.StringN(0, 8, 30).Draw(t, "comment")}
		answer.Value = drawValue(t, it)
		a[it.ID] = answer
	}
	return a
}

func drawValue(t *rapid.T, it *form.Item) any {
	switch it.Type {
	case form.TypeChoice:
		return rapid.SampledFrom(it.Options).Draw(t, "option").ID
	case form.TypeMulti:
		ids := []string{}
		for _, o := range it.Options {
			if rapid.Bool().Draw(t, "chosen") {
				ids = append(ids, o.ID)
			}
		}
		return ids
	case form.TypeYesNo:
		return rapid.Bool().Draw(t, "yes")
	case form.TypeInteger:
		return rapid.Int64Range(-1<<50, 1<<50).Draw(t, "int")
	case form.TypeDecimal, form.TypePercent:
		return rapid.Float64Range(-1e12, 1e12).Draw(t, "float")
	case form.TypeMoney:
		return form.Money{Minor: rapid.Int64Range(-1<<50, 1<<50).Draw(t, "minor"), Currency: it.Currency}
	case form.TypeDate:
		day := rapid.IntRange(0, 60000).Draw(t, "day")
		return form.Date(time.Unix(0, 0).UTC().AddDate(0, 0, day).Format(time.DateOnly))
	case form.TypeDateTime:
		sec := rapid.Int64Range(0, 4e9).Draw(t, "sec")
		return form.DateTime(time.Unix(sec, 0).UTC().Format(time.RFC3339Nano))
	case form.TypeDuration:
		return time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(t, "seconds")) * time.Second
	case form.TypeFile:
		return form.FileRef{Name: "計画 1.pdf", Size: rapid.Int64Range(0, 1<<40).Draw(t, "size"), SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
	case form.TypeTable:
		rows := make([]form.Row, rapid.IntRange(0, 3).Draw(t, "rows"))
		for i := range rows {
			rows[i] = drawRow(t, it.Columns)
		}
		return rows
	default:
		return rapid.StringMatching(`[a-zA-Zあ-ん0-9]{1,12}`).Draw(t, "text")
	}
}

func TestFormatParseRoundTrip(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	rapid.Check(t, func(t *rapid.T) {
		for _, it := range f.Items() {
			if it.Type == form.TypeTable {
				continue
			}
			want := drawValue(t, it)
			got, err := it.ParseValue(it.FormatValue(want))
			if err != nil {
				t.Fatalf("%s: %q: %v", it.ID, it.FormatValue(want), err)
			}
			if !(form.Answer{Value: want}).Equal(form.Answer{Value: got}) {
				t.Fatalf("%s: %v became %v", it.ID, want, got)
			}
		}
	})
}

func TestAnswersJSONRoundTrip(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	rapid.Check(t, func(t *rapid.T) {
		want := genAnswers(f).Draw(t, "answers")
		data, err := f.EncodeAnswers(want)
		if err != nil {
			t.Fatal(err)
		}
		got, found := f.DecodeAnswers(data)
		if len(found) > 0 {
			t.Fatalf("%s\n%s", lines(found), data)
		}
		if len(got) != len(want) {
			t.Fatalf("%d answers became %d", len(want), len(got))
		}
		for id, a := range want {
			if !a.Equal(got[id]) {
				t.Fatalf("%s: %+v became %+v", id, a, got[id])
			}
		}
	})
}

func TestJSONSchemaNamesEveryItem(t *testing.T) {
	f := mustParse(t, sampleSource(t))
	data, err := json.Marshal(f.JSONSchema(i18n.JA))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct{ Title string }
		Required   []string
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	for _, it := range f.Items() {
		if schema.Properties[it.ID].Title != it.Ask.JA {
			t.Errorf("%s: title %q", it.ID, schema.Properties[it.ID].Title)
		}
	}
	if diff := cmp.Diff([]string{"gov.officer", "rec.copies", "rec.offline", "rec.media"}, schema.Required); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sampleSource(f))
	f.Add("form: a\nedition: \"1\"\nsections: [{id: s, items: [{id: x, type: table, columns: [{}]}]}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, src string) {
		fm, found := form.Parse("fuzz.yaml", []byte(src))
		if fm == nil && len(found) == 0 {
			t.Error("refused without a finding")
		}
		if fm != nil {
			fm.Validate(form.Answers{}, nil, nil)
		}
	})
}

func FuzzDecodeAnswers(f *testing.F) {
	fm := mustParse(f, sampleSource(f))
	f.Add([]byte(`{"gov.policy":{"value":"done"},"rec.rto":{"value":"P1D"},"reg.provider":{"value":[{"id":{"value":"p"}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		answers, _ := fm.DecodeAnswers(data)
		fm.Validate(answers, nil, nil)
	})
}
