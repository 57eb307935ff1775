package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
)

// cover writes the first sheet: whose form it is, how to fill it in, and the
// sheets with what is still to be answered on each.
func (b *builder) cover(sheet string) {
	f, lang := b.plan.form, b.plan.lang
	for column, width := range map[string]float64{"A": 3, "B": 7, "C": 54, "D": 16, "E": 16} {
		b.must(b.file.SetColWidth(sheet, column, column, width))
	}
	b.merged(sheet, 2, f.Title.In(lang), look{size: 20, bold: true, color: navy, middle: true})
	b.must(b.file.SetRowHeight(sheet, 2, textHeight(f.Title.In(lang), 90, 20)+6))
	b.put(sheet, "B3", b.text("sheet.edition", "edition", f.Edition, "form", f.ID), look{size: 10, color: softInk, middle: true, flat: true})
	row := 4
	if summary := f.Summary.In(lang); summary != "" {
		b.merged(sheet, row, summary, look{size: 10, color: ink})
		b.must(b.file.SetRowHeight(sheet, row, textHeight(summary, 92, 10)+6))
		row++
	}
	row++
	for _, line := range []struct {
		key  string
		kind slotKind
	}{{"sheet.party-name", slotName}, {"sheet.party", slotParty}} {
		b.put(sheet, fmt.Sprintf("B%d", row), b.text(line.key), look{bold: true, color: navy, fill: paleNavy, border: lineGrey, middle: true, align: "center", size: 9})
		b.slot(sheet, slot{kind: line.kind, ref: fmt.Sprintf("C%d", row)}, look{size: 12, bold: true, border: lineGrey, middle: true, align: "left", indent: 1, format: "@"})
		b.must(b.file.SetRowHeight(sheet, row, 26))
		row++
	}
	row = b.guide(sheet, row+1)
	b.contents(sheet, row+1)
	b.protect(sheet)
	off := false
	b.must(b.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &off}))
	b.printing(sheet, "portrait")
}

// merged writes a text across the cover.
func (b *builder) merged(sheet string, row int, text string, l look) {
	from, to := fmt.Sprintf("B%d", row), fmt.Sprintf("E%d", row)
	b.put(sheet, from, text, l)
	b.dress(sheet, from, to, l)
	b.must(b.file.MergeCell(sheet, from, to))
}

func (b *builder) heading(sheet string, row int, text string) {
	b.merged(sheet, row, text, look{size: 12, bold: true, color: white, fill: navy, middle: true, flat: true, align: "left", indent: 1})
	b.must(b.file.SetRowHeight(sheet, row, 24))
}

// guideLines are the numbers of the messages sheet.guide.N that concern this
// workbook: states, tables and carried answers only where there are any.
func (b *builder) guideLines() []int {
	var out []int
	for n, concerned := range []bool{true, true, true, anyStates(b.plan.form.Items()), len(b.plan.tables) > 0, b.plan.variant.previous, true, true} {
		if concerned {
			out = append(out, n+1)
		}
	}
	return out
}

// guide writes 記入要領 and the legend of colours, and returns the row after.
func (b *builder) guide(sheet string, row int) int {
	b.heading(sheet, row, b.text("sheet.guide"))
	row++
	for i, n := range b.guideLines() {
		text := b.text(fmt.Sprintf("sheet.guide.%d", n))
		b.put(sheet, fmt.Sprintf("B%d", row), fmt.Sprint(i+1), look{bold: true, color: navy, align: "center", middle: true})
		from, to := fmt.Sprintf("C%d", row), fmt.Sprintf("E%d", row)
		b.put(sheet, from, text, look{middle: true})
		b.must(b.file.MergeCell(sheet, from, to))
		b.must(b.file.SetRowHeight(sheet, row, textHeight(text, 84, 10)+6))
		row++
	}
	for _, s := range []struct{ fill, frame, key string }{
		{todoFill, lineBlue, "sheet.legend.todo"}, {tint, lineBlue, "sheet.legend.input"}, {greyFill, lineGrey, "sheet.legend.locked"},
	} {
		b.put(sheet, fmt.Sprintf("B%d", row), "", look{fill: s.fill, border: s.frame})
		b.put(sheet, fmt.Sprintf("C%d", row), b.text(s.key), look{size: 9, color: softInk, middle: true, flat: true, align: "left", indent: 1})
		b.must(b.file.SetRowHeight(sheet, row, 18))
		row++
	}
	return row
}

// contents lists the sheets with the numbers of their items and of those that
// are required and still open.
func (b *builder) contents(sheet string, row int) {
	b.heading(sheet, row, b.text("sheet.contents"))
	row++
	for i, key := range []string{"sheet.head.no", "sheet.contents.sheet", "sheet.contents.items", "sheet.contents.open"} {
		b.put(sheet, fmt.Sprintf("%c%d", 'B'+i, row), b.text(key), look{size: 9, bold: true, color: navy, fill: paleNavy, border: lineGrey, align: "center", middle: true})
	}
	b.must(b.file.SetRowHeight(sheet, row, 20))
	first := row + 1
	for i, s := range b.plan.sections {
		row++
		b.contentsRow(sheet, row, fmt.Sprint(i+1), s.sheet, s.section.Title.In(b.plan.lang))
		b.put(sheet, fmt.Sprintf("D%d", row), fmt.Sprint(len(s.section.Items)), look{border: lineGrey, align: "center", middle: true})
		todo := b.plan.letter(keyTodo)
		last := rowFirst + len(s.rows)
		b.slot(sheet, slot{
			kind: slotOpen, section: s.section, ref: fmt.Sprintf("E%d", row),
			formula: fmt.Sprintf("SUM(%s!%s%d:%s%d)", quoteSheet(s.sheet), todo, rowFirst, todo, last),
		}, look{border: lineGrey, align: "center", middle: true, bold: true})
	}
	if row >= first {
		b.highlight(sheet, fmt.Sprintf("E%d:E%d", first, row), fmt.Sprintf("E%d>0", first))
	}
	for _, t := range b.plan.tables {
		row++
		b.contentsRow(sheet, row, t.no, t.sheet, t.item.Ask.In(b.plan.lang))
		b.put(sheet, fmt.Sprintf("D%d", row), b.text("sheet.contents.table"), look{size: 9, color: softInk, border: lineGrey, align: "center", middle: true})
		b.put(sheet, fmt.Sprintf("E%d", row), "", look{border: lineGrey})
	}
}

func (b *builder) contentsRow(sheet string, row int, no, target, title string) {
	b.put(sheet, fmt.Sprintf("B%d", row), no, look{border: lineGrey, align: "center", middle: true})
	cell := fmt.Sprintf("C%d", row)
	b.put(sheet, cell, title, look{color: linkBlue, underlined: true, border: lineGrey, middle: true, align: "left", indent: 1})
	b.must(b.file.SetCellHyperLink(sheet, cell, quoteSheet(target)+"!A1", "Location"))
	b.must(b.file.SetRowHeight(sheet, row, max(20, textHeight(title, 52, 10)+4)))
}

// openItems counts a section's required items that have no answer, as the
// formulas of the workbook do.
func openItems(s *form.Section, answers form.Answers) int {
	n := 0
	for _, it := range s.Items {
		n += isOpen(it, answers)
	}
	return n
}

// isOpen is 1 for a required item without an answer and 0 otherwise.
func isOpen(it *form.Item, answers form.Answers) int {
	a := answers[it.ID]
	if !required(it) || a.Value != nil || a.State == form.Unknown || a.State == form.NotApplicable {
		return 0
	}
	return 1
}
