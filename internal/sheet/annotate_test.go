package sheet

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/internal/errs"
	"yagura/internal/form"
)

func TestAnnotate(t *testing.T) {
	f := everyType(t)
	o := WriteOptions{Party: "0001", Answers: form.Answers{
		"gov.policy": {State: form.NotApplicable}, "fig.share": {Value: 120.0}, "gov.officer": {Value: true},
		"sys.list": {Value: []form.Row{{"name": {Value: "甲"}}}},
	}}
	var b bytes.Buffer
	must(t, Write(&b, f, o))
	original := b.Bytes()
	book, _ := readBytes(original, f)
	found := f.Validate(book.Answers, nil, nil)
	Locate(found, book)
	var once, twice bytes.Buffer
	must(t, Annotate(&once, original, f, found))
	must(t, Annotate(&twice, once.Bytes(), f, found))
	for _, data := range [][]byte{once.Bytes(), twice.Bytes()} {
		again, faults := readBytes(data, f)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		sameAnswers(t, again.Answers, o.Answers)
		x, err := excelize.OpenReader(bytes.NewReader(data))
		must(t, err)
		defer x.Close()
		if name := x.GetSheetList()[0]; name != "エラー一覧" {
			t.Errorf("first sheet is %s", name)
		}
		for i, fd := range found {
			cell := fd.Column + itoa(fd.Row)
			if got, _ := x.GetCellValue("エラー一覧", "D"+itoa(i+4)); got != cell {
				t.Errorf("row %d: cell %q, want %q", i+4, got, cell)
			}
			if linked, target, _ := x.GetCellHyperLink("エラー一覧", "D"+itoa(i+4)); !linked || !strings.HasSuffix(target, "!"+cell) {
				t.Errorf("row %d: link %q", i+4, target)
			}
			notes, _ := x.GetComments(fd.Sheet)
			n := 0
			for _, note := range notes {
				if note.Cell == cell && strings.Contains(noteText(note), fd.Message.JA) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s!%s has %d notes", fd.Sheet, cell, n)
			}
			id, _ := x.GetCellStyle(fd.Sheet, cell)
			if style, _ := x.GetStyle(id); len(style.Fill.Color) != 1 || !strings.HasSuffix(style.Fill.Color[0], faultFill) {
				t.Errorf("%s!%s is not red: %v", fd.Sheet, cell, style.Fill)
			}
		}
	}
	if dir := os.Getenv("YAGURA_KEEP"); dir != "" {
		must(t, os.WriteFile(dir+"/annotated.xlsx", once.Bytes(), 0o644))
	}
	if err := Annotate(&once, []byte("no workbook"), f, nil); errs.KindOf(err) != errs.Invalid {
		t.Errorf("no workbook: %v", err)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
