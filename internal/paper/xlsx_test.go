package paper

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"yagura/internal/chart"
	"yagura/internal/i18n"
)

func renderXLSX(t *testing.T, d *Document) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := XLSX(&b, d); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestXLSXCells(t *testing.T) {
	f := renderXLSX(t, sample(i18n.JA))
	if got, want := f.GetSheetList(), []string{"表紙", "領域別の得点", "設問別"}; !slices.Equal(got, want) {
		t.Fatalf("sheets = %q, want %q", got, want)
	}
	tests := []struct {
		at, value, raw string
		kind           excelize.CellType
	}{
		{"A4", "GOV-01", "GOV-01", excelize.CellTypeSharedString},
		{"D4", "35%", "0.35", excelize.CellTypeUnset},
		{"E5", "7.5", "7.5", excelize.CellTypeUnset},
		{"D7", "非表示", "非表示", excelize.CellTypeSharedString},
		{"C9", `=HYPERLINK("x")`, `=HYPERLINK("x")`, excelize.CellTypeSharedString},
	}
	for _, test := range tests {
		value, err := f.GetCellValue("設問別", test.at)
		if err != nil || value != test.value {
			t.Errorf("%s shows %q (%v), want %q", test.at, value, err, test.value)
		}
		if raw, _ := f.GetCellValue("設問別", test.at, excelize.Options{RawCellValue: true}); raw != test.raw {
			t.Errorf("%s holds %q, want %q", test.at, raw, test.raw)
		}
		if kind, _ := f.GetCellType("設問別", test.at); kind != test.kind {
			t.Errorf("%s is of type %d, want %d", test.at, kind, test.kind)
		}
		if formula, _ := f.GetCellFormula("設問別", test.at); formula != "" {
			t.Errorf("%s holds the formula %q", test.at, formula)
		}
	}
}

// TestXLSXHidesBandedValues: a value that is shown as a band is not in the file.
func TestXLSXHidesBandedValues(t *testing.T) {
	d := &Document{Lang: i18n.JA, Title: "帯", Blocks: []Block{Table{
		Columns: []Column{{Title: "割合", Kind: Percents}}, Rows: [][]Cell{{{Text: "<10%", Value: chart.Of(0.0421)}}}}}}
	f := renderXLSX(t, d)
	rows, err := f.GetRows(f.GetSheetList()[1], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, value := range row {
			if strings.Contains(value, "0421") {
				t.Errorf("the value behind the band is in the workbook: %q", value)
			}
		}
	}
}

func TestXLSXMarksEverySheet(t *testing.T) {
	d := sample(i18n.JA)
	d.Marking = "取扱注意 R&D"
	f := renderXLSX(t, d)
	for _, sheet := range f.GetSheetList() {
		h, err := f.GetHeaderFooter(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(h.OddHeader, "取扱注意 R&&D") || !strings.Contains(h.OddHeader, "合成データ") || !strings.Contains(h.OddFooter, d.Footer) {
			t.Errorf("%s: head %q, foot %q", sheet, h.OddHeader, h.OddFooter)
		}
	}
	props, err := f.GetDocProps()
	if err != nil || props.Identifier != d.Footer || props.Title == "" || props.Created != "" {
		t.Errorf("properties = %+v, %v", props, err)
	}
}

func TestSheetNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wants := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("aA表[]:*?/\\' 𠮷")), 0, 40, -1), 1, 8).Draw(t, "names")
		var tables []*Table
		for _, want := range wants {
			tables = append(tables, &Table{ID: want})
		}
		seen := map[string]bool{}
		for _, name := range sheetNames(&Document{Lang: i18n.JA}, tables) {
			switch {
			case name == "" || len(utf16.Encode([]rune(name))) > 31:
				t.Fatalf("%q is empty or too long", name)
			case strings.ContainsAny(name, `[]:*?/\`) || strings.HasPrefix(name, "'") || strings.HasSuffix(name, "'"):
				t.Fatalf("%q has a forbidden character", name)
			case seen[strings.ToLower(name)]:
				t.Fatalf("%q is given twice", name)
			}
			seen[strings.ToLower(name)] = true
		}
	})
}
