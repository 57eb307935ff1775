package sheet

import (
	"fmt"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// itemParts are the cells of one item.
type itemParts struct {
	row     CellRef // of the id
	cells   map[string]cell
	columns map[string]int // of the sheet, by key
	sheet   string
	marks   map[string]cell // of a multi item, by option id
	markAt  map[string]CellRef
}

// at is the place of an item's cell in the column of a key.
func (p *itemParts) at(key string) CellRef {
	return CellRef{p.sheet, p.row.Row, letters(p.columns[key])}
}

// sectionSheet takes the rows of a sheet whose key row holds cell k.
func (in *bookReader) sectionSheet(g *grid, k int) {
	keyRow := g.cells[k].row
	columns := map[string]int{}
	byColumn := map[int]string{}
	for _, c := range g.cells {
		if c.row == keyRow && strings.HasPrefix(c.text, "#") {
			columns[c.text], byColumn[c.column] = c.column, c.text
		}
	}
	for _, key := range []string{keyItem, keyAnswer, keyState, keyComment} {
		if columns[key] == 0 {
			in.add("sheet.column-missing", CellRef{Sheet: g.name, Row: keyRow, Column: "A"}, key, "column", key)
			return
		}
	}
	for from := 0; from < len(g.cells); {
		to := from
		row := map[string]cell{}
		for ; to < len(g.cells) && g.cells[to].row == g.cells[from].row; to++ {
			if key := byColumn[g.cells[to].column]; key != "" {
				row[key] = g.cells[to]
			}
		}
		if n := g.cells[from].row; n > keyRow {
			in.sectionRow(g.name, n, row, columns)
		}
		from = to
	}
}

// sectionRow takes one row below the key row.
func (in *bookReader) sectionRow(sheet string, n int, row map[string]cell, columns map[string]int) {
	id := strings.TrimSpace(row[keyItem].text)
	here := CellRef{sheet, n, letters(columns[keyItem])}
	if id == "" {
		for _, key := range []string{keyAnswer, keyState, keyComment} {
			if text := strings.TrimSpace(row[key].text); text != "" {
				in.add("sheet.row-no-id", CellRef{sheet, n, letters(columns[key])}, text)
				return
			}
		}
		return
	}
	item, option, isOption := strings.Cut(id, "/")
	it := in.form.Item(item)
	if it == nil || isOption && (it.Type != form.TypeMulti || it.Option(option) == nil) {
		in.add("sheet.row-unknown", here, id, "id", id)
		return
	}
	if first, dup := in.seen[id]; dup {
		in.add("sheet.row-twice", here, id, "id", id, "place", fmt.Sprintf("%s!%s%d", first.Sheet, first.Column, first.Row))
		return
	}
	in.seen[id] = here
	p := in.parts[item]
	if p == nil {
		p = &itemParts{marks: map[string]cell{}, markAt: map[string]CellRef{}}
		in.parts[item] = p
	}
	if isOption {
		p.marks[option], p.markAt[option] = row[keyAnswer], CellRef{sheet, n, letters(columns[keyAnswer])}
		return
	}
	p.row, p.cells, p.columns, p.sheet = here, row, columns, sheet
	pointer := "/" + item
	in.book.Cells[pointer] = p.at(keyAnswer)
	in.book.Cells[pointer+"#state"] = p.at(keyState)
	in.book.Cells[pointer+"#comment"] = p.at(keyComment)
}

// assemble makes the answer of an item of its cells.
func (in *bookReader) assemble(it *form.Item, rows *tableRows) {
	p := in.parts[it.ID]
	if p == nil || p.cells == nil {
		in.missing(it.ID)
		return
	}
	a := form.Answer{Comment: comment(p.cells[keyComment].text)}
	state, good := parseState(p.cells[keyState].text)
	if !good {
		in.fault(errBadState, it, "/"+it.ID, p.at(keyState), p.cells[keyState].text)
	}
	a.State = state
	switch it.Type {
	case form.TypeMulti:
		a.Value, good = in.multi(it, p, good)
	case form.TypeTable:
		a.Value, good = in.tableValue(it, p, rows, good)
	default:
		if c := p.cells[keyAnswer]; strings.TrimSpace(c.text) != "" {
			value, err := in.value(it, c)
			if err != nil {
				in.fault(err, it, "/"+it.ID, p.at(keyAnswer), c.text)
				good = false
			}
			a.Value = value
		} else if state == form.Known && it.Type == form.TypeText {
			a.Value = ""
		}
	}
	if !good || a.Value == nil && a.State == "" && a.Comment == "" {
		return
	}
	a.Carried = in.isCarried(it, p, a)
	in.book.Answers[it.ID] = a
}

func comment(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

// missing reports that the row of an id is gone.
func (in *bookReader) missing(id string) {
	f := finding.New("sheet.row-missing", "sheet.row-missing", "id", id)
	f.Pointer = "/" + strings.SplitN(id, "/", 2)[0]
	in.found.add(f)
}

func (in *bookReader) fault(err error, it *form.Item, pointer string, at CellRef, value string) {
	f := badValue(err, "", it.ID, value)
	f.Sheet, f.Row, f.Column, f.Pointer = at.Sheet, at.Row, at.Column, pointer
	in.found.add(f)
}

// multi reads the marks of a multi item: any mark makes it answered.
func (in *bookReader) multi(it *form.Item, p *itemParts, good bool) (any, bool) {
	chosen, marked := []string{}, false
	for i, o := range it.Options {
		at, ok := p.markAt[o.ID]
		if !ok {
			in.missing(it.ID + "/" + o.ID)
			good = false
			continue
		}
		if i == 0 {
			in.book.Cells["/"+it.ID] = at
		}
		c := p.marks[o.ID]
		if strings.TrimSpace(c.text) == "" {
			continue
		}
		yes, err := parseMark(c)
		if err != nil {
			in.fault(err, it, "/"+it.ID, at, c.text)
			good = false
			continue
		}
		marked = true
		if yes {
			chosen = append(chosen, o.ID)
		}
	}
	if !marked {
		return nil, good
	}
	return chosen, good
}

var yesNoItem = &form.Item{Type: form.TypeYesNo}

// parseMark reads ○, × and what people put in their place.
func parseMark(c cell) (bool, error) {
	switch strings.TrimSpace(c.text) {
	case "✓", "✔", "☑", "レ", "●", "◎":
		return true, nil
	case "-", "－", "―", "☐":
		return false, nil
	}
	v, err := yesNoItem.ParseValue(c.text)
	yes, _ := v.(bool)
	return yes, err
}

// isCarried reports whether an answer is still the one that was carried over
// and nobody has confirmed it.
func (in *bookReader) isCarried(it *form.Item, p *itemParts, a form.Answer) bool {
	mark := strings.TrimSpace(p.cells[keyMark].text)
	if mark == "" || mark != fingerprint(it, a) {
		return false
	}
	c := p.cells[keyConfirm]
	text := form.Normalise(c.text)
	for _, fixed := range fixedTexts() {
		if strings.EqualFold(text, fixed.confirmed) {
			return false
		}
		if text == "" || strings.EqualFold(text, fixed.unconfirmed) {
			return true
		}
	}
	yes, err := parseMark(c)
	if err != nil {
		in.fault(errBadConfirm, it, "/"+it.ID, p.at(keyConfirm), c.text)
	}
	return !yes
}
