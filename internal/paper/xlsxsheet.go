package paper

import (
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yagura/internal/chart"
	"yagura/internal/chart/kinsoku"
)

var coverWidths = []float64{28, 60}

// cover fills the first sheet.
func (b *book) cover(names []string, tables []*Table) {
	d := b.doc
	sheet := names[0]
	b.try(b.f.SetSheetName(b.f.GetSheetName(0), sheet))
	b.widths(sheet, coverWidths...)
	row := 1
	line := func(role role, texts ...string) {
		for i, text := range texts {
			b.put(sheet, i+1, row, Cell{Text: text}, look{role: role})
		}
		if len(texts) > 1 {
			b.height(sheet, row, make([]Column, len(texts)), coverWidths, []Cell{Text(texts[0]), Text(texts[1])})
		}
		row++
	}
	line(title, d.Title)
	b.try(b.f.SetRowHeight(sheet, 1, 24))
	if d.Subtitle != "" {
		line(mark, d.Subtitle)
	}
	row++
	for _, pair := range [][2]string{
		{"marking", d.Marking}, {"note", d.Notice}, {"author", d.Author}, {"date", d.Date}, {"release", d.Footer},
	} {
		if pair[1] != "" {
			line(body, d.word(pair[0]), pair[1])
		}
	}
	for _, block := range d.Blocks {
		if k, ok := block.(KeyFigures); ok {
			row++
			for _, figure := range k {
				line(body, figure.Label, joinNonEmpty(" ", figure.Value, figure.Unit)+bracketed(d, figure.Note))
			}
		}
	}
	row++
	line(head, d.word("sheet"), d.word("sheet.content"))
	for i, t := range tables {
		b.link(sheet, row, names[i+1])
		line(body, names[i+1], t.Caption)
	}
	b.print(sheet, "portrait")
}

// bracketed is a remark in the brackets of the document's language.
func bracketed(d *Document, s string) string {
	switch {
	case s == "":
		return ""
	case d.Lang == "ja":
		return "（" + s + "）"
	}
	return " (" + s + ")"
}

func (b *book) link(sheet string, row int, target string) {
	b.try(b.f.SetCellHyperLink(sheet, "A"+strconv.Itoa(row), "'"+strings.ReplaceAll(target, "'", "''")+"'!A1", "Location"))
}

// headRow is the row of the column heads: above it stand caption and marking.
const headRow = 3

// sheet fills the sheet of a table.
func (b *book) sheet(name string, t *Table) {
	_, err := b.f.NewSheet(name)
	b.try(err)
	t = t.withoutFigures()
	total := 0.0
	for _, c := range t.Columns {
		total += c.weight()
	}
	widths := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = min(max(c.weight()/total*120, 9), 60)
	}
	b.widths(name, widths...)
	b.put(name, 1, 1, Cell{Text: t.Caption}, look{role: title})
	b.put(name, 1, 2, Cell{Text: joinNonEmpty("　", b.doc.Marking, b.doc.Notice)}, look{role: mark})
	b.try(b.f.SetRowHeight(name, 1, 24))
	heads := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = Cell{Text: c.Title, Strong: true}
		b.put(name, i+1, headRow, heads[i], look{kind: c.Kind, role: head})
	}
	b.height(name, headRow, t.Columns, widths, heads)
	for r, row := range t.Rows {
		for i, c := range t.Columns {
			cell := cell(row, i)
			b.put(name, i+1, headRow+1+r, cell, look{kind: c.Kind, digits: c.Digits, strong: cell.Strong})
		}
		b.height(name, headRow+1+r, t.Columns, widths, row)
	}
	if t.Source != "" {
		b.put(name, 1, headRow+2+len(t.Rows), Cell{Text: t.Source}, look{role: note})
	}
	b.frame(name, t)
	b.print(name, "landscape")
}

// withoutFigures leaves out the columns that hold figures only.
func (t *Table) withoutFigures() *Table {
	out := *t
	out.Columns = nil
	var kept []int
	for i, c := range t.Columns {
		words, figures := false, false
		for _, row := range t.Rows {
			cell := cell(row, i)
			words = words || cell.Text != "" || cell.Value.OK
			figures = figures || cell.Chart != nil
		}
		if words || !figures {
			out.Columns, kept = append(out.Columns, c), append(kept, i)
		}
	}
	out.Rows = make([][]Cell, len(t.Rows))
	for r, row := range t.Rows {
		for _, i := range kept {
			out.Rows[r] = append(out.Rows[r], cell(row, i))
		}
	}
	return &out
}

// height sets the height of a row for its wrapped words: programs other than
// Excel do not work it out when they open a file. A unit of column width is
// about 7 pixels, a font size of 10 points 13.3.
func (b *book) height(sheet string, row int, columns []Column, widths []float64, cells []Cell) {
	const pixels, size, lead, pad, most = 7.0, 13.3, 13.5, 4.5, 400
	lines := 1
	for i, c := range columns {
		cell := cell(cells, i)
		measure := func(r rune) float64 { return chart.EstimateWidth(string(r), size, cell.Strong) }
		lines = max(lines, len(kinsoku.Lines(cell.show(c), widths[i]*pixels-6, measure)))
	}
	b.try(b.f.SetRowHeight(sheet, row, min(float64(lines)*lead+pad, most)))
}

// frame freezes the heads and lets the rows be filtered.
func (b *book) frame(name string, t *Table) {
	if len(t.Columns) == 0 {
		return
	}
	freezeFirst := 0
	if len(t.Columns) > 3 {
		freezeFirst = 1
	}
	topLeft, err := excelize.CoordinatesToCellName(freezeFirst+1, headRow+1)
	b.try(err)
	pane := "bottomLeft"
	if freezeFirst > 0 {
		pane = "bottomRight"
	}
	b.try(b.f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: freezeFirst, YSplit: headRow, TopLeftCell: topLeft, ActivePane: pane}))
	last, err := excelize.CoordinatesToCellName(len(t.Columns), headRow+len(t.Rows))
	b.try(err)
	b.try(b.f.AutoFilter(name, "A"+strconv.Itoa(headRow)+":"+last, nil))
	quoted := "'" + strings.ReplaceAll(name, "'", "''") + "'"
	b.try(b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: quoted + "!$" + strconv.Itoa(headRow) + ":$" + strconv.Itoa(headRow), Scope: name,
	}))
}

// print sets the sheet up for A4, one sheet wide, with the running texts.
func (b *book) print(name, orientation string) {
	a4, wide, high := 9, 1, 0
	b.try(b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}))
	fit := true
	b.try(b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	d := b.doc
	b.try(b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{
		OddHeader: "&L" + running(d.Notice, 150) + "&R&B" + running(d.Marking, 60),
		OddFooter: "&L" + running(d.Footer, 150) + "&R&8 &P/&N",
	}))
}

// running is a text for a head or foot, where & begins a code and the whole
// may have 255 characters.
func running(s string, limit int) string {
	return "&8 " + strings.ReplaceAll(cut(printable(s), limit/2), "&", "&&")
}
