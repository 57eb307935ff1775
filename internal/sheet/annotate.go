package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// noteAuthor signs the notes of Annotate, so that a later one replaces them.
const noteAuthor = "Yagura"

// Annotate writes a copy of a workbook in which the cell of every finding (see
// Locate) is red and has a note with the message, and whose first sheet lists
// all findings with links to their cells. Answers, ids and rules stay, so that
// the copy can be corrected and handed in. A file that Read would refuse as
// unusable is an error of kind invalid.
func Annotate(w io.Writer, original []byte, f *form.Form, found []finding.Finding) error {
	if _, key := openZip(bytes.NewReader(original), int64(len(original))); key != "" {
		return errs.New(errs.Invalid, "annotate: %s", i18n.T(i18n.EN, key, "max", MaxBook>>20))
	}
	x, err := excelize.OpenReader(bytes.NewReader(original), excelize.Options{UnzipSizeLimit: maxUnpack, UnzipXMLSizeLimit: maxUnpack})
	if err != nil {
		return errs.New(errs.Invalid, "annotate: %w", err)
	}
	defer x.Close()
	lang := i18n.JA
	if v, err := x.GetCellValue(metaSheet, "B5"); err == nil && i18n.Lang(v) == i18n.EN {
		lang = i18n.EN
	}
	b := &builder{plan: &plan{form: f, lang: lang}, file: x, slots: map[string][]slot{}}
	b.styles = &styles{file: x, font: font(lang), ids: map[look]int{}}
	a := &annotator{builder: b, red: map[int]int{}}
	a.cells(found)
	a.list(found)
	if b.err != nil {
		return fmt.Errorf("annotate: %w", b.err)
	}
	if err := x.Write(w); err != nil {
		return fmt.Errorf("annotate: %w", err)
	}
	return nil
}

type annotator struct {
	*builder
	red map[int]int // style of a cell → the same in red
}

// cells paints the cells of the findings and hangs notes on them.
func (a *annotator) cells(found []finding.Finding) {
	texts := map[CellRef][]string{}
	var order []CellRef
	for _, f := range found {
		at := CellRef{f.Sheet, f.Row, f.Column}
		if !a.exists(at) {
			continue
		}
		if texts[at] == nil {
			order = append(order, at)
		}
		texts[at] = append(texts[at], f.Text(a.plan.lang))
	}
	painted := map[string]bool{}
	for _, at := range order {
		if !painted[at.Sheet] {
			painted[at.Sheet] = true
			a.clearHighlights(at.Sheet)
		}
		a.paint(at)
		a.note(at, strings.Join(texts[at], "\n\n"))
	}
}

// exists reports whether a finding's place is a cell of this workbook.
func (a *annotator) exists(at CellRef) bool {
	if at.Sheet == "" || at.Row < 1 || at.Row > maxRows {
		return false
	}
	n, err := excelize.ColumnNameToNumber(at.Column)
	index, ierr := a.file.GetSheetIndex(at.Sheet)
	return err == nil && n <= maxColumns && ierr == nil && index >= 0
}

// clearHighlights takes the yellow of open items away, which would cover the red.
func (a *annotator) clearHighlights(sheet string) {
	formats, err := a.file.GetConditionalFormats(sheet)
	if err != nil {
		return // a rule of another program that the library does not know: it stays
	}
	for cells := range formats {
		a.must(a.file.UnsetConditionalFormat(sheet, cells))
	}
}

func (a *annotator) paint(at CellRef) {
	if a.err != nil {
		return
	}
	name := fmt.Sprintf("%s%d", at.Column, at.Row)
	id, err := a.file.GetCellStyle(at.Sheet, name)
	a.must(err)
	red, ok := a.red[id]
	if !ok && a.err == nil {
		style, err := a.file.GetStyle(id)
		a.must(err)
		if a.err != nil {
			return
		}
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{faultFill}}
		red, err = a.file.NewStyle(style)
		a.must(err)
		a.red[id] = red
	}
	a.must(a.file.SetCellStyle(at.Sheet, name, name, red))
}

// note hangs a note on a cell; somebody else's note there is kept in front.
func (a *annotator) note(at CellRef, text string) {
	if a.err != nil {
		return
	}
	name := fmt.Sprintf("%s%d", at.Column, at.Row)
	notes, err := a.file.GetComments(at.Sheet)
	a.must(err)
	for _, n := range notes {
		if n.Cell != name {
			continue
		}
		if n.Author != noteAuthor {
			text = noteText(n) + "\n\n" + text
		}
		a.must(a.file.DeleteComment(at.Sheet, name))
	}
	text = clip(text, 4000)
	lines := textLines(text, 40, 9)
	a.must(a.file.AddComment(at.Sheet, excelize.Comment{
		Cell: name, Author: noteAuthor, Width: 300, Height: uint(min(400, 30+18*lines)),
		Paragraph: []excelize.RichTextRun{{Text: text, Font: &excelize.Font{Family: a.styles.font, Size: 9, Color: ink}}},
	}))
}

func noteText(n excelize.Comment) string {
	text := n.Text
	for _, run := range n.Paragraph {
		text += run.Text
	}
	return text
}

// listColumns are the columns of the list of findings.
var listColumns = []struct {
	key   string
	width float64
}{
	{"sheet.head.no", 6}, {"sheet.list.severity", 10}, {"sheet.list.sheet", 26}, {"sheet.list.cell", 10},
	{"sheet.list.value", 28}, {"sheet.list.message", 56}, {"sheet.list.mend", 48},
}

// list writes the first sheet.
func (a *annotator) list(found []finding.Finding) {
	name := a.text("sheet.list")
	if i, err := a.file.GetSheetIndex(name); err == nil && i >= 0 {
		a.must(a.file.DeleteSheet(name))
	}
	first := a.file.GetSheetList()[0]
	a.newSheet(name)
	if a.err != nil {
		return
	}
	a.must(a.file.MoveSheet(name, first))
	a.put(name, "A1", a.text("sheet.list.title", "n", len(found)), lookTitle)
	a.must(a.file.SetRowHeight(name, 1, 32))
	a.put(name, "A2", a.text("sheet.list.lead"), lookLegend)
	for i, c := range listColumns {
		column := letters(i + 1)
		a.must(a.file.SetColWidth(name, column, column, c.width))
		a.put(name, column+"3", a.text(c.key), lookHead)
	}
	a.must(a.file.SetRowHeight(name, 3, 22))
	for i, f := range found {
		a.listRow(name, i, f)
	}
	a.finish(name, "A4")
	if i, err := a.file.GetSheetIndex(name); err == nil {
		a.file.SetActiveSheet(i)
	}
}

func (a *annotator) listRow(sheet string, i int, f finding.Finding) {
	row := i + 4
	cell := ""
	if f.Row > 0 {
		cell = fmt.Sprintf("%s%d", f.Column, f.Row)
	}
	message, mend := f.Message.In(a.plan.lang), f.Mend.In(a.plan.lang)
	value := clip(f.Value, 200)
	wrap := lookHelp
	wrap.color, wrap.size = ink, 10
	for k, v := range []string{fmt.Sprint(i + 1), a.text("sheet.severity." + string(f.Severity)), f.Sheet, cell, value, message, mend} {
		l := wrap
		if k < 2 {
			l.align, l.indent = "center", 0
		}
		if k == 1 && f.Severity == finding.Error {
			l.color, l.bold = red, true
		}
		at := fmt.Sprintf("%s%d", letters(k+1), row)
		if k == 3 && a.exists(CellRef{f.Sheet, f.Row, f.Column}) {
			l = lookLink
			a.must(a.file.SetCellHyperLink(sheet, at, quoteSheet(f.Sheet)+"!"+cell, "Location"))
		}
		a.put(sheet, at, v, l)
	}
	height := max(textHeight(message, 54, 10), textHeight(mend, 46, 10), textHeight(value, 26, 10), textHeight(f.Sheet, 24, 10))
	a.must(a.file.SetRowHeight(sheet, row, min(height+6, 400)))
}
