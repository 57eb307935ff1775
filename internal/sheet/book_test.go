package sheet

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

func readBytes(data []byte, f *form.Form) (*Book, []finding.Finding) {
	return Read(bytes.NewReader(data), int64(len(data)), f, "book.xlsx")
}

// dropEmptyRows is what a workbook makes of a table: a row without a cell is no
// row, and a table whose rows are all so has no answer to tell it by.
func dropEmptyRows(answers form.Answers) form.Answers {
	out := form.Answers{}
	for id, a := range answers {
		if rows, ok := a.Value.([]form.Row); ok {
			kept := []form.Row{}
			for _, r := range rows {
				if len(r) > 0 {
					kept = append(kept, r)
				}
			}
			a.Value = kept
		}
		out[id] = a
	}
	return out
}

func TestBookIdentity(t *testing.T) {
	f := everyType(t)
	templates := map[i18n.Lang]*Template{}
	for _, lang := range i18n.Langs {
		tmpl, err := NewTemplate(f, lang, true)
		if err != nil {
			t.Fatal(err)
		}
		templates[lang] = tmpl
	}
	rapid.Check(t, func(t *rapid.T) {
		o := WriteOptions{
			Lang:    rapid.SampledFrom(i18n.Langs).Draw(t, "lang"),
			Party:   rapid.SampledFrom([]string{"", "0001", "機関 一", "=1"}).Draw(t, "party"),
			Answers: dropEmptyRows(drawAnswers(t, f.Items(), "")),
		}
		for id, a := range o.Answers {
			a.Carried = rapid.Bool().Draw(t, "carried "+id)
			o.Answers[id] = a
		}
		if rapid.Bool().Draw(t, "previous") {
			o.Previous = drawAnswers(t, f.Items(), "previous ")
		}
		var b bytes.Buffer
		if err := templates[o.Lang].Write(&b, o); err != nil {
			t.Fatal(err)
		}
		book, found := readBytes(b.Bytes(), f)
		if len(found) > 0 {
			t.Fatalf("findings: %v", found)
		}
		sameAnswers(t, book.Answers, o.Answers)
		for id, a := range o.Answers {
			if book.Answers[id].Carried != a.Carried {
				t.Errorf("%s: carried %v, want %v", id, book.Answers[id].Carried, a.Carried)
			}
		}
		if book.Party != o.Party || book.Lang != o.Lang || book.Hash != f.Hash() {
			t.Errorf("party %q lang %q", book.Party, book.Lang)
		}
	})
}

func TestWriteIsDeterministicAndFree(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{Party: "0001", Name: "=cmd()", Answers: form.Answers{
		"gov.note": {Value: "=HYPERLINK(\"x\")", Comment: "+1"}, "fig.vendor": {Value: "@x"}, "fig.lei": {Value: "-1"},
		"sys.list": {Value: []form.Row{{"name": {Value: "=1+1"}}}},
	}}
	var one, two bytes.Buffer
	for _, w := range []*bytes.Buffer{&one, &two} {
		if err := Write(w, f, o); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two writings differ")
	}
	x, err := excelize.OpenReader(&one)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for _, sheet := range x.GetSheetList() {
		rows, err := x.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, text := range row {
				name, _ := excelize.CoordinatesToCellName(c+1, r+1)
				formula, _ := x.GetCellFormula(sheet, name)
				if formula != "" && !strings.HasPrefix(formula, "IF(AND(") && !strings.HasPrefix(formula, "SUM(") {
					t.Errorf("%s!%s is a formula: %s", sheet, name, formula)
				}
				if strings.HasPrefix(text, "=") && formula != "" {
					t.Errorf("%s!%s: %s", sheet, name, text)
				}
			}
		}
	}
}

// edit opens the workbook of answers in another library, as a person's program
// would, changes it and saves it.
func edit(t *testing.T, f *form.Form, o WriteOptions, change func(x *excelize.File)) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, o); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	change(x)
	var out bytes.Buffer
	if err := x.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// place finds the cell of a pointer in the workbook as it was written.
func place(t *testing.T, f *form.Form, o WriteOptions, pointer string) (sheet, cell string) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, o); err != nil {
		t.Fatal(err)
	}
	book, _ := readBytes(b.Bytes(), f)
	at, ok := book.Cells[pointer]
	if !ok {
		t.Fatalf("no cell for %s", pointer)
	}
	name, _ := excelize.JoinCellName(at.Column, at.Row)
	return at.Sheet, name
}

func TestReadAcceptsWhatPeopleWrite(t *testing.T) {
	f := everyType(t)
	cases := []struct {
		item  string
		input any
		want  any
	}{
		{"gov.policy", " 一部の部署・システムで実施している ", "partly"},
		{"gov.policy", "Done everywhere and reviewed at least yearly", "all"},
		{"gov.policy", "ＮＯＮＥ", "none"},
		{"gov.officer", "○", true},
		{"gov.officer", false, false},
		{"fig.staff", "１，２００", int64(1200)},
		{"fig.staff", 12, int64(12)},
		{"fig.share", 35.5, 35.5},
		{"fig.budget", "￥1,000円", form.Money{Minor: 1000, Currency: "JPY"}},
		{"fig.budget_usd", 1186365445.86, form.Money{Minor: 118636544586, Currency: "USD"}},
		{"fig.drill", "令和8年3月31日", form.Date("2026-03-31")},
		{"fig.drill", 46112, form.Date("2026-03-31")},
		{"fig.drill", "Ｒ８.３.３１", form.Date("2026-03-31")},
		{"fig.drill", 20260331, form.Date("2026-03-31")},
		{"fig.detected", 46112.5, form.DateTime("2026-03-31T12:00:00+09:00")},
		{"gov.note", 12.5, "12.5"},
	}
	for _, c := range cases {
		sheet, cell := place(t, f, WriteOptions{}, "/"+c.item)
		data := edit(t, f, WriteOptions{}, func(x *excelize.File) {
			if err := x.SetCellValue(sheet, cell, c.input); err != nil {
				t.Fatal(err)
			}
		})
		book, found := readBytes(data, f)
		if len(found) > 0 || book.Answers[c.item].Value != c.want {
			t.Errorf("%s %v: got %#v, findings %v", c.item, c.input, book.Answers[c.item].Value, found)
		}
	}
	t.Run("percent format", func(t *testing.T) {
		sheet, cell := place(t, f, WriteOptions{}, "/fig.share")
		data := edit(t, f, WriteOptions{}, func(x *excelize.File) {
			id, _ := x.NewStyle(&excelize.Style{NumFmt: 9})
			x.SetCellStyle(sheet, cell, cell, id)
			x.SetCellValue(sheet, cell, 0.07)
		})
		if book, found := readBytes(data, f); len(found) > 0 || book.Answers["fig.share"].Value != 7.0 {
			t.Errorf("got %v %v", book.Answers["fig.share"], found)
		}
	})
}

// TestReadGoesById moves rows, columns and names about.
func TestReadGoesById(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{Party: "0001", Answers: form.Answers{
		"gov.policy": {Value: "all", Comment: "備考"}, "gov.topics": {Value: []string{"threats"}}, "fig.staff": {Value: int64(3), State: form.Estimated},
		"sys.list": {Value: []form.Row{{"name": {Value: "勘定系"}, "kind": {Value: "core"}, "users": {State: form.Unknown}}}},
	}}
	data := edit(t, f, o, func(x *excelize.File) {
		for i, sheet := range x.GetSheetList() {
			if strings.HasPrefix(sheet, "_") || i == 0 {
				continue
			}
			must(t, x.UnprotectSheet(sheet))
			must(t, x.InsertCols(sheet, "A", 1))
			must(t, x.InsertRows(sheet, 1, 2))
			must(t, x.InsertRows(sheet, 9, 1))
			must(t, x.SetSheetName(sheet, "別名"+string(rune('A'+i))))
		}
		names := x.GetSheetList()
		must(t, x.MoveSheet(names[len(names)-2], names[0]))
		if _, err := x.NewSheet("メモ"); err != nil {
			t.Fatal(err)
		}
		must(t, x.SetCellStr("メモ", "C3", "自由記入"))
	})
	book, found := readBytes(data, f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	sameAnswers(t, book.Answers, o.Answers)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadFaults(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{Answers: form.Answers{"sys.list": {Value: []form.Row{{"name": {Value: "甲"}}}}}}
	at := func(pointer string) (string, string) { return place(t, f, o, pointer) }
	set := func(pointer string, value any) func(x *excelize.File) string {
		return func(x *excelize.File) string {
			sheet, cell := at(pointer)
			must(t, x.SetCellValue(sheet, cell, value))
			return sheet + "!" + cell
		}
	}
	row := func(cell string) string { return strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") }
	cases := []struct {
		name, rule string
		change     func(x *excelize.File) string // returns the place of the finding
	}{
		{"option", "value.option", set("/gov.policy", "たぶん")},
		{"integer", "value.integer", set("/fig.staff", "多数")},
		{"date", "value.date", set("/fig.drill", "2026/2/30")},
		{"state", "sheet.bad-state", set("/fig.staff#state", "そのうち")},
		{"mark", "value.yesno", set("/gov.topics", "？")},
		{"table cell", "value.option", set("/sys.list/0/kind", "基幹")},
		{"table cell state", "sheet.bad-state", set("/sys.list/0/users#state", "?")},
		{"table answer", "sheet.bad-no-rows", set("/sys.list", "別紙")},
		{"rows and none", "sheet.rows-and-none", set("/sys.list", "0件（該当なし）")},
		{"row removed", "sheet.row-missing", func(x *excelize.File) string {
			sheet, cell := at("/gov.officer")
			must(t, x.RemoveRow(sheet, atoi(t, row(cell))))
			return ""
		}},
		{"unknown id", "sheet.row-unknown", func(x *excelize.File) string {
			sheet, cell := at("/gov.note")
			must(t, x.SetCellStr(sheet, "A"+row(cell), "gov.other"))
			return sheet + "!A" + row(cell)
		}},
		{"id twice", "sheet.row-twice", func(x *excelize.File) string {
			sheet, cell := at("/gov.note")
			must(t, x.SetCellStr(sheet, "A"+row(cell), "gov.policy"))
			return sheet + "!A" + row(cell)
		}},
		{"row without id", "sheet.row-no-id", func(x *excelize.File) string {
			sheet, cell := at("/gov.policy")
			must(t, x.SetCellStr(sheet, strings.TrimRight(cell, "0123456789")+"40", "追記"))
			return sheet + "!" + strings.TrimRight(cell, "0123456789") + "40"
		}},
		{"table sheet removed", "sheet.row-missing", func(x *excelize.File) string {
			sheet, _ := at("/sys.list/0/kind")
			must(t, x.DeleteSheet(sheet))
			return ""
		}},
		{"table column removed", "sheet.column-missing", func(x *excelize.File) string {
			sheet, cell := at("/sys.list/0/kind")
			must(t, x.SetCellStr(sheet, strings.TrimRight(cell, "0123456789")+"5", ""))
			return sheet + "!A5"
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var where string
			data := edit(t, f, o, func(x *excelize.File) { where = c.change(x) })
			book, found := readBytes(data, f)
			if book == nil {
				t.Fatal(found)
			}
			for _, fd := range found {
				if fd.Rule == c.rule && (where == "" || strings.HasSuffix(fd.Place(), where)) {
					if strings.Contains(fd.Message.JA+fd.Mend.JA, "{") || strings.Contains(fd.Message.JA, "[sheet") {
						t.Errorf("message not filled: %s", fd.Line(i18n.JA))
					}
					return
				}
			}
			t.Errorf("want %s at %s, got %v", c.rule, where, found)
		})
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

func TestLocate(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{Answers: form.Answers{
		"gov.policy": {State: form.NotApplicable}, "fig.share": {Value: 120.0},
		"sys.list": {Value: []form.Row{{"name": {Value: "甲"}, "kind": {Value: "core"}}, {"name": {Value: "甲"}}}},
	}}
	var b bytes.Buffer
	must(t, Write(&b, f, o))
	book, found := readBytes(b.Bytes(), f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	found = f.Validate(book.Answers, nil, nil)
	Locate(found, book)
	want := map[string]string{
		"answer.reason /gov.policy":             "book.xlsx:1 経営の関与!I6",
		"answer.required /gov.topics":           "book.xlsx:1 経営の関与!G9",
		"answer.range /fig.share":               "book.xlsx:2 計数（人員・予算／訓練）の 確認!G8",
		"answer.required /sys.list/1/kind":      "!D7",
		"answer.duplicate-key /sys.list/1/name": "!C7",
	}
	for _, fd := range found {
		key := fd.Rule + " " + fd.Pointer
		if place, ok := want[key]; ok {
			if !strings.HasSuffix(fd.Place(), place) {
				t.Errorf("%s at %s, want %s", key, fd.Place(), place)
			}
			delete(want, key)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v in %v", want, found)
	}
}
