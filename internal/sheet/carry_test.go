package sheet

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

func TestCarry(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{
		Carry:   true,
		Answers: form.Answers{"gov.officer": {Value: false}},
		Previous: form.Answers{
			"gov.officer": {Value: true}, "gov.policy": {Value: "all", Comment: "昨年度策定"}, "fig.staff": {Value: int64(5), State: form.Estimated},
			"fig.share": {Value: 120.0}, "fig.proof": {Value: form.FileRef{Name: "a", SHA256: strings.Repeat("0", 64)}}, "no.such": {Value: "x"},
			"sys.list": {Value: []form.Row{{"name": {Value: "甲"}, "kind": {Value: "core"}}}},
		},
	}
	want := form.Answers{
		"gov.officer": {Value: false}, "gov.policy": {Value: "all", Comment: "昨年度策定", Carried: true}, "fig.staff": {Value: int64(5), State: form.Estimated, Carried: true},
		"sys.list": {Value: []form.Row{{"name": {Value: "甲"}, "kind": {Value: "core"}}}, Carried: true},
	}
	check := func(name string, data []byte) {
		t.Helper()
		book, found := readBytes(data, f)
		if len(found) > 0 {
			t.Fatal(name, found)
		}
		sameAnswers(t, book.Answers, want)
		for id, a := range want {
			if book.Answers[id].Carried != a.Carried {
				t.Errorf("%s: %s carried %v, want %v", name, id, book.Answers[id].Carried, a.Carried)
			}
		}
	}
	set := func(pointer, column, value string) func(x *excelize.File) {
		return func(x *excelize.File) {
			sheet, cell := place(t, f, o, pointer)
			if column != "" {
				cell = column + strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
			}
			must(t, x.SetCellStr(sheet, cell, value))
		}
	}
	mended := func(id string, a form.Answer) { want[id] = a }
	check("untouched", edit(t, f, o, func(*excelize.File) {}))
	sheet, cell := place(t, f, o, "/gov.policy")
	data := edit(t, f, o, func(x *excelize.File) {
		if got, _ := x.GetCellValue(sheet, strings.Replace(cell, "G", "J", 1)); !strings.Contains(got, "昨年度策定") {
			t.Errorf("last year's answer shows %q", got)
		}
	})
	check("untouched", data)
	mended("gov.policy", form.Answer{Value: "all", Comment: "昨年度策定"})
	check("confirmed", edit(t, f, o, set("/gov.policy", "K", "確認済")))
	mended("gov.policy", form.Answer{Value: "partly", Comment: "昨年度策定"})
	check("changed", edit(t, f, o, set("/gov.policy", "", "partly")))
	mended("gov.policy", form.Answer{Value: "all", Comment: "昨年度策定", Carried: true})
	mended("sys.list", form.Answer{Value: []form.Row{{"name": {Value: "乙"}, "kind": {Value: "core"}}}})
	check("table changed", edit(t, f, o, set("/sys.list/0/name", "", "乙")))
}

// TestWorkbookGuards holds that the workbook guides and protects its fillers.
func TestWorkbookGuards(t *testing.T) {
	f := everyType(t)
	var b bytes.Buffer
	must(t, Write(&b, f, WriteOptions{}))
	book, _ := readBytes(b.Bytes(), f)
	x, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer x.Close()
	rules := map[string]map[string]string{}
	for _, sheet := range x.GetSheetList() {
		dvs, err := x.GetDataValidations(sheet)
		must(t, err)
		rules[sheet] = map[string]string{}
		for _, dv := range dvs {
			for ref := range strings.SplitSeq(dv.Sqref, " ") {
				rules[sheet][strings.Split(ref, ":")[0]] = dv.Type
			}
		}
		hidden := strings.HasPrefix(sheet, "_")
		if visible, _ := x.GetSheetVisible(sheet); visible == hidden {
			t.Errorf("%s: visible %v", sheet, visible)
		}
		if p, err := x.GetSheetProtection(sheet); !hidden && (err != nil || p.FormatCells || p.DeleteRows) {
			t.Errorf("%s is not protected: %+v %v", sheet, p, err)
		}
	}
	locked := func(sheet, cell string) bool {
		id, _ := x.GetCellStyle(sheet, cell)
		style, err := x.GetStyle(id)
		must(t, err)
		return style.Protection == nil || style.Protection.Locked
	}
	for _, it := range f.Items() {
		at := book.Cells["/"+it.ID]
		cell, _ := excelize.JoinCellName(at.Column, at.Row)
		question, _ := excelize.JoinCellName("E", at.Row)
		if locked(at.Sheet, cell) || !locked(at.Sheet, question) {
			t.Errorf("%s: answer locked %v, question locked %v", it.ID, locked(at.Sheet, cell), locked(at.Sheet, question))
		}
		want := map[form.Type]string{form.TypeChoice: "list", form.TypeYesNo: "list", form.TypeMulti: "list", form.TypeInteger: "whole", form.TypeMoney: "decimal", form.TypePercent: "decimal"}[it.Type]
		if want != "" && rules[at.Sheet][cell] != want {
			t.Errorf("%s at %s: rule %q, want %q", it.ID, cell, rules[at.Sheet][cell], want)
		}
	}
	props, err := x.GetDocProps()
	must(t, err)
	if !strings.Contains(props.Identifier, f.Hash()) || !strings.Contains(props.Identifier, "form=every-type; edition=2026") {
		t.Errorf("identifier %q", props.Identifier)
	}
}

func TestSheetName(t *testing.T) {
	for title, want := range map[string]string{
		"経営の関与":                       "1 経営の関与",
		"a/b:c[d]*?\\'e'":             "1 a b c d e",
		strings.Repeat("長", 40):       "1 " + strings.Repeat("長", 22) + "…",
		strings.Repeat("𠮷", 40) + "x": "1 " + strings.Repeat("𠮷", 11) + "…",
	} {
		got := sheetName("1", title)
		if got != want || len(utf16.Encode([]rune(got))) > 31 {
			t.Errorf("%q: got %q, want %q", title, got, want)
		}
	}
}

func TestOptionsThatWouldBeMistaken(t *testing.T) {
	f, found := form.Parse("x.yaml", []byte(`form: tricky
edition: "1"
title: {ja: 様式, en: Form}
sections:
  - id: one
    title: {ja: 区分, en: Section}
    items:
      - id: a
        ask: {ja: 問, en: Question}
        type: choice
        scale: nominal
        options: [{id: x, ja: y, en: Same}, {id: y, ja: x, en: Same}, {id: z, ja: Ｚ, en: "-"}]
`))
	if f == nil {
		t.Fatal(found)
	}
	for _, lang := range i18n.Langs {
		for _, o := range f.Item("a").Options {
			var b bytes.Buffer
			must(t, Write(&b, f, WriteOptions{Lang: lang, Answers: form.Answers{"a": {Value: o.ID}}}))
			if book, found := readBytes(b.Bytes(), f); len(found) > 0 || book.Answers["a"].Value != o.ID {
				t.Errorf("%s %s: read as %v %v", lang, o.ID, book.Answers["a"].Value, found)
			}
		}
	}
}
