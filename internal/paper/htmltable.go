package paper

import (
	"strconv"

	"yagura/internal/chart"
)

// wideTable is the number of columns from which a table scrolls on a narrow screen.
const wideTable = 4

// table writes a table in a region that scrolls sideways by itself, reachable by keyboard.
func (h *page) table(t *Table) {
	h.tables++
	id := "t" + strconv.Itoa(h.tables)
	label := ""
	if t.Caption != "" {
		h.add(`<p class="cap" id="`, id, `c">`, escape(t.Caption), "</p>")
		label = ` aria-labelledby="` + id + `c"`
	}
	h.add(`<div class="tbl`)
	if len(t.Columns) >= wideTable {
		h.add(` wide" role="region" tabindex="0"`, label)
		if label == "" {
			h.add(` aria-label="`, escape(h.doc.word("scroll")), ` `, strconv.Itoa(h.tables), `"`) // landmarks are told apart by their names
		}
		h.add("><table id=\"", id, `"`, label, ">")
	} else {
		h.add(`"><table id="`, id, `"`, label, ">")
	}
	h.columns(id, t)
	h.add("<thead><tr>")
	for _, col := range t.Columns {
		h.add(`<th scope="col"`, right(col), ">", lines(col.Title), "</th>")
	}
	h.add("</tr></thead><tbody>\n")
	for _, row := range t.Rows {
		h.row(t, row)
	}
	h.add("</tbody></table></div>")
	h.source(t.Source)
	h.add("\n")
}

// columns notes the widths of the columns in the style of the page.
func (h *page) columns(id string, t *Table) {
	h.add("<colgroup>")
	total := 0.0
	for _, col := range t.Columns {
		total += col.weight()
	}
	for i, col := range t.Columns {
		h.add("<col>")
		h.css.WriteString("#" + id + " col:nth-child(" + strconv.Itoa(i+1) + "){width:" + chart.Number(col.weight()/total*100, 1) + "%}")
	}
	h.add("</colgroup>")
}

func (c Column) weight() float64 {
	if c.Weight > 0 {
		return c.Weight
	}
	return 1
}

func right(c Column) string {
	if c.Kind == Words {
		return ""
	}
	return ` class="r"`
}

// row writes one row; its first cell is the row's head.
func (h *page) row(t *Table, row []Cell) {
	h.add("<tr>")
	for i, col := range t.Columns {
		c := cell(row, i)
		open, end := "<td"+right(col)+">", "</td>"
		if i == 0 {
			open, end = `<th scope="row"`+right(col)+">", "</th>"
		}
		h.add(open)
		text := lines(c.show(col))
		if c.Strong && text != "" {
			text = "<b>" + text + "</b>"
		}
		h.add(text)
		if c.Chart != nil {
			h.b = chart.AppendSVG(h.b, c.Chart, cellWidth, c.Chart.Alt())
		}
		h.add(end)
	}
	h.add("</tr>\n")
}
