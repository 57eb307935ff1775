package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
)

// Rows of a table's sheet that are framed for filling in (more when the answers
// have more), and the last row that rules reach.
const (
	framedRows = 60
	ruledRows  = 2000
)

// firstTableColumn is the first column of a table's sheet that holds answers:
// column A is hidden, column B numbers the rows.
const firstTableColumn = 3

// dataRange is where the answers of a table may stand, without the hidden column.
func (t *tablePlan) dataRange() string {
	from, _ := excelize.CoordinatesToCellName(firstTableColumn, rowFirst)
	to, _ := excelize.CoordinatesToCellName(firstTableColumn+len(t.columns)-1, ruledRows)
	return from + ":" + to
}

// framed is how many rows of a table with n rows of answers are framed.
func (t *tablePlan) framed(n int) int {
	rows := framedRows
	if t.item.Max != nil && *t.item.Max >= 1 && *t.item.Max < framedRows {
		rows = int(*t.item.Max)
	}
	return max(rows, n+10)
}

// table writes the sheet of a table item. Its columns are unlocked as a whole,
// so that a table may grow beyond the framed rows; the template has one framed
// row, which filling repeats.
func (b *builder) table(t *tablePlan) {
	b.newSheet(t.sheet)
	if b.err != nil {
		return
	}
	b.must(b.file.SetColVisible(t.sheet, "A", false))
	b.must(b.file.SetColWidth(t.sheet, "B", "B", 6))
	b.put(t.sheet, fmt.Sprintf("A%d", rowKeys), keyTable+t.item.ID, look{flat: true})
	b.put(t.sheet, fmt.Sprintf("B%d", rowHead), b.text("sheet.head.no"), lookHead)
	b.slot(t.sheet, slot{kind: slotRowNumber, ref: fmt.Sprintf("B%d", rowFirst)}, lookGreyMark)
	lines := 24.0
	for i, c := range t.columns {
		lines = max(lines, b.tableColumn(t, i, c))
	}
	b.head(t.sheet, fmt.Sprintf("B%d", rowTitle), t.no+"  "+t.item.Ask.In(b.plan.lang), t.item.Help.In(b.plan.lang))
	b.put(t.sheet, fmt.Sprintf("B%d", rowLegend), b.text("sheet.table-legend", "sheet", t.back), look{size: 9, color: linkBlue, underlined: true, middle: true, flat: true})
	b.must(b.file.SetCellHyperLink(t.sheet, fmt.Sprintf("B%d", rowLegend), quoteSheet(t.back)+"!A1", "Location"))
	b.must(b.file.SetRowHeight(t.sheet, rowHead, lines))
	pane, _ := excelize.CoordinatesToCellName(firstTableColumn+1, rowFirst)
	b.finish(t.sheet, pane)
}

// tableColumn writes one column and returns the height its heading needs.
func (b *builder) tableColumn(t *tablePlan, i int, c tableColumn) float64 {
	name, err := excelize.ColumnNumberToName(firstTableColumn + i)
	b.must(err)
	head, key, width, l := b.tableHead(c)
	b.must(b.file.SetColWidth(t.sheet, name, name, width))
	if id, err := b.styles.id(lookOpen); err == nil && b.err == nil {
		b.must(b.file.SetColStyle(t.sheet, name, id))
	}
	for row := 1; row < rowHead; row++ {
		b.dress(t.sheet, fmt.Sprintf("%s%d", name, row), fmt.Sprintf("%s%d", name, row), look{flat: true})
	}
	b.put(t.sheet, fmt.Sprintf("%s%d", name, rowHead), head, lookHead)
	b.put(t.sheet, fmt.Sprintf("%s%d", name, rowKeys), key, look{flat: true})
	b.slot(t.sheet, slot{kind: slotCell, item: c.item, part: c.part, ref: fmt.Sprintf("%s%d", name, rowFirst)}, l)
	cells := fmt.Sprintf("%s%d:%s%d", name, rowFirst, name, ruledRows)
	switch c.part {
	case keyState:
		b.dropDown(t.sheet, cells, b.stateLabels(c.item), "")
	case keyAnswer:
		b.rule(t.sheet, cells, c.item)
	}
	return textHeight(head, width-1, 10) + 8
}

// tableHead is the heading, key, width and look of a column.
func (b *builder) tableHead(c tableColumn) (head, key string, width float64, l look) {
	ask := c.item.Ask.In(b.plan.lang)
	switch c.part {
	case keyState:
		return b.text("sheet.head.state"), c.item.ID + keyState, 11, lookMark
	case keyComment:
		return b.text("sheet.head.comment"), c.item.ID + keyComment, 24, lookText
	}
	head = b.ask(c.item)
	if !c.item.Optional {
		head += " *"
	}
	width = 16
	switch c.item.Type {
	case form.TypeText, form.TypeMulti, form.TypeFile:
		width = 28
	case form.TypeChoice, form.TypeCode, form.TypeRef:
		width = 22
	}
	if n := textLines(ask, width, 10); n > 3 {
		width = min(width+10, 40)
	}
	return head, c.item.ID, width, input(c.item)
}
