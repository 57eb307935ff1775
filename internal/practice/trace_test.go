package practice

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestTraces(t *testing.T) {
	who := Who{Names: []string{"株式会社青空銀行", "Aozora-Test Bank, Ltd."}, Code: "B001", Persons: []string{"山田", "回答 担当"}, Others: []string{"大海信用金庫"}}
	for text, want := range map[string][]TraceKind{
		"特権IDを毎月棚卸しする。":              nil,
		"株式会社 青空銀行では棚卸しする。":          {NameTrace},
		"当行（青空）では":                   {ShortTrace},
		"青　空銀行では":                    {ShortTrace},
		"ＡＯＺＯＲＡ－ＴＥＳＴ　ＢＡＮＫ, Ltd.では":   {NameTrace},
		"the aozora-test way":        nil,
		"機関コードｂ００１です":                {CodeTrace},
		"様式B0012に従う":                 nil,
		"山田が毎朝確認する":                  {PersonTrace},
		"回答担当が毎朝確認する":                {PersonTrace},
		"大海信用金庫と共同で行う":               {OtherTrace},
		"LEIは529900T8BM49AURSDO55":   {LEITrace},
		"識別子529900T8BM49AURSDO56は別":  nil,
		"法人番号6010001008846":          nil,
		"法人番号7000012050002":          {NumberTrace},
		"連絡先csirt@aozora.example":    {ContactTrace},
		"電話は03-1234-5678":            {ContactTrace},
		"https://aozora.example/を参照": {ContactTrace},
		"2026-11-24に実施":              nil,
	} {
		var got []TraceKind
		for _, tr := range who.Traces(Text{Title: "棚卸し", Body: text}) {
			got = append(got, tr.Kind)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// A name is found wherever it stands in a text, however it is spaced and cased.
func TestNamesAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kana := rapid.StringOfN(rapid.RuneFrom([]rune("あいうえおかきくけこ亜伊宇")), 2, 8, -1)
		name := kana.Draw(t, "name")
		filler := rapid.StringOfN(rapid.RuneFrom([]rune("XYZ、。 \n一二三")), 0, 20, -1)
		spaced := ""
		for _, r := range name {
			spaced += string(r) + rapid.SampledFrom([]string{"", " ", "　", "\n"}).Draw(t, "space")
		}
		text := Text{Title: filler.Draw(t, "title"), Body: filler.Draw(t, "before") + spaced + filler.Draw(t, "after")}
		who := Who{Names: []string{name + "銀行"}}
		if got := who.Traces(text); len(got) != 1 || got[0].Kind != ShortTrace {
			t.Fatalf("%q in %q: %v", name, text.Body, got)
		}
		word := rapid.StringMatching(`[a-z]{3,8}`).Draw(t, "word")
		loud := strings.Map(func(r rune) rune {
			if rapid.Bool().Draw(t, "upper") {
				return unicode.ToUpper(r)
			}
			return r
		}, word)
		if got := (Who{Names: []string{word}}).Traces(Text{Title: "x", Body: "、" + loud + "。"}); len(got) != 1 {
			t.Fatalf("%q: %v", loud, got)
		}
		if got := (Who{Names: []string{word}}).Traces(Text{Title: "-", Body: "0" + loud + "0"}); len(got) != 0 {
			t.Fatalf("%q within a word: %v", loud, got)
		}
	})
}

func FuzzTraces(f *testing.F) {
	f.Add("青空銀行", "株式会社青空銀行の", "")
	f.Add("Bank", "the bank", "bank")
	f.Add("", "", "０３－１２３４－５６７８")
	f.Fuzz(func(t *testing.T, name, body, effect string) {
		who := Who{Names: []string{name}, Code: name, Persons: []string{name}}
		text := Text{Title: "t", Body: body, Effect: effect}
		for _, tr := range who.Traces(text) {
			if tr.Text == "" {
				t.Errorf("an empty trace in %q", body)
			}
		}
		named(text, []string{name, body})
	})
}
