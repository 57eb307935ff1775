package paper

import "yagura/internal/chart"

const (
	tableSize = 8.0
	tableLead = 11.5
	cellPad   = 4.0
	cellScale = 0.62 // points per pixel of a figure in a cell
)

// column is a column of a table on paper.
type column struct {
	Column
	x, width float64
}

// setRow is a row ready to print: the lines of its cells and their figures.
type setRow struct {
	lines  [][]string
	cells  []Cell
	height float64
}

func columnsOf(t *Table) []column {
	total := 0.0
	for _, c := range t.Columns {
		total += c.weight()
	}
	out := make([]column, len(t.Columns))
	x := marginX
	for i, c := range t.Columns {
		w := c.weight() / total * contentW
		out[i] = column{c, x, w}
		x += w
	}
	return out
}

// table prints a table; its head is repeated on every sheet, a row is parted
// only when a sheet cannot hold it, and the caption stays with the first row.
func (f *flow) table(t *Table) {
	columns := columnsOf(t)
	head := f.setHead(columns)
	f.gap(tableGap)
	f.room(f.tableBeginning(t) - tableGap)
	f.put(f.lines(t.Caption, contentW, bodySize, true), marginX, contentW, bodySize, 15, true, ink, left)
	f.y += 4
	f.head(columns, head)
	for i, row := range t.Rows {
		f.row(columns, head, f.setRow(columns, row), i%2 == 1)
	}
	f.put(f.lines(t.Source, contentW, smallSize, false), marginX, contentW, smallSize, smallLead, false, muted, left)
	f.y += 10
}

// tableGap is the space above a table.
const tableGap = 6.0

// tableBeginning is the height of a table down to its first row.
func (f *flow) tableBeginning(t *Table) float64 {
	columns := columnsOf(t)
	height := tableGap + float64(len(f.lines(t.Caption, contentW, bodySize, true)))*15 + 4 + f.setHead(columns).height
	if len(t.Rows) > 0 {
		height += min(f.setRow(columns, t.Rows[0]).height, 200)
	}
	return height
}

func (f *flow) setHead(columns []column) setRow {
	var r setRow
	for _, c := range columns {
		lines := f.lines(c.Title, c.width-2*cellPad, tableSize, true)
		r.lines = append(r.lines, lines)
		r.height = max(r.height, float64(len(lines))*tableLead+2*cellPad)
	}
	return r
}

func (f *flow) setRow(columns []column, row []Cell) setRow {
	r := setRow{cells: make([]Cell, len(columns)), lines: make([][]string, len(columns)), height: tableLead + 2*cellPad}
	for i, c := range columns {
		r.cells[i] = cell(row, i)
		r.lines[i] = f.lines(r.cells[i].show(c.Column), c.width-2*cellPad, tableSize, r.cells[i].Strong)
		height := float64(len(r.lines[i]))*tableLead + 2*cellPad
		if figure := r.cells[i].Chart; figure != nil {
			height += figure.Height(&canvas{p: &f.pen}, (c.width-2*cellPad)/cellScale) * cellScale
		}
		r.height = max(r.height, height)
	}
	return r
}

func (f *flow) head(columns []column, r setRow) {
	f.fill(marginX, f.y, contentW, r.height, "#e8f1fe")
	for i, c := range columns {
		top := f.y + r.height - cellPad - float64(len(r.lines[i]))*tableLead
		f.cell(c, r.lines[i], top, true)
	}
	f.y += r.height
	f.line(marginX, f.y, marginX+contentW, f.y, 1, accent)
	f.fresh = false
}

func (f *flow) cell(c column, lines []string, top float64, bold bool) {
	to := left
	if c.Kind != Words {
		to = rightward
	}
	for k, line := range lines {
		f.aligned(c.x+cellPad, top+float64(k)*tableLead+tableLead/2+tableSize*0.36, c.width-2*cellPad, line, tableSize, bold, ink, to)
	}
}

func (f *flow) row(columns []column, head, r setRow, shaded bool) {
	if f.y+r.height > contentBottom {
		if r.height > contentBottom-contentTop-head.height {
			f.parted(columns, head, r)
			return
		}
		f.next()
		f.head(columns, head)
	}
	f.drawRow(columns, r, shaded)
}

func (f *flow) drawRow(columns []column, r setRow, shaded bool) {
	if shaded {
		f.fill(marginX, f.y, contentW, r.height, "#f7f7f7")
	}
	for i, c := range columns {
		f.cell(c, r.lines[i], f.y+cellPad, len(r.cells) > i && r.cells[i].Strong)
		if figure := r.cells[i].Chart; figure != nil {
			f.cellChart(c, figure, f.y+cellPad+float64(len(r.lines[i]))*tableLead)
		}
	}
	f.y += r.height
	f.line(marginX, f.y, marginX+contentW, f.y, 0.4, hairline)
	f.fresh = false
}

func (f *flow) cellChart(c column, figure chart.Chart, top float64) {
	figure.Draw(&canvas{p: &f.pen, x: c.x + cellPad, y: top, scale: cellScale}, (c.width-2*cellPad)/cellScale)
}

// parted prints a row that is higher than a sheet in parts of as many lines as
// fit. Its figures go with the first part.
func (f *flow) parted(columns []column, head, r setRow) {
	for {
		fit := int((contentBottom - f.y - 2*cellPad) / tableLead)
		if fit < 3 {
			f.next()
			f.head(columns, head)
			continue
		}
		part := setRow{cells: r.cells, lines: make([][]string, len(columns)), height: 2*cellPad + tableLead}
		left := false
		for i := range columns {
			n := min(fit, len(r.lines[i]))
			part.lines[i], r.lines[i] = r.lines[i][:n], r.lines[i][n:]
			part.height = max(part.height, float64(n)*tableLead+2*cellPad)
			left = left || len(r.lines[i]) > 0
		}
		f.drawRow(columns, part, false)
		if !left {
			return
		}
		r.cells = withoutCharts(r.cells)
	}
}

func withoutCharts(cells []Cell) []Cell {
	out := make([]Cell, len(cells))
	for i, c := range cells {
		c.Chart = nil
		out[i] = c
	}
	return out
}
