package sheet

import (
	"fmt"
	"strings"

	"yagura/internal/form"
)

// tableRows are the rows of a table item as they were read.
type tableRows struct {
	rows []form.Row
	good bool
	at   CellRef // of the first row
}

// tableSheet reads the sheet of a table item whose key row begins with cell k.
// Rows with nothing in them are no rows.
func (in *bookReader) tableSheet(g *grid, k int, id string, tables map[string]*tableRows) {
	keyRow := g.cells[k].row
	here := CellRef{g.name, keyRow, letters(g.cells[k].column)}
	it := in.form.Item(id)
	if it == nil || it.Type != form.TypeTable {
		in.add("sheet.row-unknown", here, id, "id", id)
		return
	}
	if first := tables[id]; first != nil {
		in.add("sheet.row-twice", here, id, "id", id, "place", first.at.Sheet)
		return
	}
	t := &tableRows{good: true, at: here}
	tables[id] = t
	columns := map[int]string{} // sheet's column → key
	known := map[string]int{}
	for _, c := range g.cells {
		if c.row != keyRow || c.column == g.cells[k].column {
			continue
		}
		columnID, _, _ := strings.Cut(c.text, "#")
		if it.Column(columnID) == nil || known[c.text] > 0 {
			in.add("sheet.table-column", CellRef{g.name, c.row, letters(c.column)}, c.text, "column", c.text, "id", id)
			t.good = false
			continue
		}
		columns[c.column], known[c.text] = c.text, c.column
	}
	for _, c := range it.Columns {
		if known[c.ID] == 0 {
			in.add("sheet.column-missing", here, c.ID, "column", c.ID)
			t.good = false
		}
	}
	for from := 0; from < len(g.cells); {
		to, filled := from, map[string]cell{}
		for ; to < len(g.cells) && g.cells[to].row == g.cells[from].row; to++ {
			if key := columns[g.cells[to].column]; key != "" && strings.TrimSpace(g.cells[to].text) != "" {
				filled[key] = g.cells[to]
			}
		}
		if n := g.cells[from].row; n > keyRow && len(filled) > 0 {
			in.tableRow(g.name, n, it, t, filled, known)
		}
		from = to
	}
}

// tableRow reads one row of a table.
func (in *bookReader) tableRow(sheet string, n int, it *form.Item, t *tableRows, filled map[string]cell, known map[string]int) {
	row := form.Row{}
	index := len(t.rows)
	for _, c := range it.Columns {
		pointer := fmt.Sprintf("/%s/%d/%s", it.ID, index, c.ID)
		in.book.Cells[pointer] = CellRef{sheet, n, letters(known[c.ID])}
		for _, part := range []string{keyState, keyComment} {
			if col := known[c.ID+part]; col > 0 {
				in.book.Cells[pointer+part] = CellRef{sheet, n, letters(col)}
			}
		}
		a := form.Answer{Comment: comment(filled[c.ID+keyComment].text)}
		stateText := filled[c.ID+keyState].text
		state, good := parseState(stateText)
		if !good {
			in.fault(errBadState, c, pointer, in.book.Cells[pointer+keyState], stateText)
			t.good = false
		}
		a.State = state
		if v, ok := filled[c.ID]; ok {
			value, err := in.value(c, v)
			if err != nil {
				in.fault(err, c, pointer, in.book.Cells[pointer], v.text)
				t.good = false
			}
			a.Value = value
		} else if state == form.Known && c.Type == form.TypeText {
			a.Value = ""
		}
		if a.Value != nil || a.State != "" || a.Comment != "" {
			row[c.ID] = a
		}
	}
	t.rows = append(t.rows, row)
}

// tableValue is the value of a table item: the rows of its sheet, or none when
// the answer's cell says so.
func (in *bookReader) tableValue(it *form.Item, p *itemParts, t *tableRows, good bool) (any, bool) {
	if t == nil {
		in.missing(it.ID)
		return nil, false
	}
	c := p.cells[keyAnswer]
	text := form.Normalise(c.text)
	none := false
	for _, fixed := range fixedTexts() {
		none = none || strings.EqualFold(text, fixed.noRows)
	}
	none = none || text == "0" || text == "0件"
	switch {
	case text != "" && !none:
		in.fault(errNoRows, it, "/"+it.ID, p.at(keyAnswer), c.text)
		return nil, false
	case none && len(t.rows) > 0:
		in.fault(errRowsAndNone, it, "/"+it.ID, p.at(keyAnswer), c.text)
		return nil, false
	case none:
		return []form.Row{}, good
	case len(t.rows) == 0:
		return nil, good && t.good
	}
	return t.rows, good && t.good
}
