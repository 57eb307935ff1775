package sheet

import (
	"io"
	"strconv"

	"yagura/internal/form"
)

// WriteLong writes answers as the long CSV that ReadLong reads, parties in the
// order given and items in the form's order. Values are written by id. Free
// texts and comments that a spreadsheet program would run as a formula get an
// apostrophe in front, which ReadLong takes away again. In CP932 a few
// characters are replaced by their twins (〜 by ～ and the like); others that
// CP932 lacks are an error (*Unencodable) and their rows are left out.
func WriteLong(w io.Writer, f *form.Form, parties []string, answers func(i int) form.Answers, o CSVOptions) error {
	c, err := newCSVWriter(w, o)
	if err != nil {
		return err
	}
	names := make([]string, len(longColumns))
	for i, n := range longColumns {
		names[i] = n[0]
	}
	c.write(longColumns, names...)
	for i, party := range parties {
		given := answers(i)
		for _, it := range f.Items() {
			if a, ok := given[it.ID]; ok {
				c.answer(party, it, a)
			}
		}
	}
	return c.end()
}

func (c *csvWriter) answer(party string, it *form.Item, a form.Answer) {
	rows, isTable := a.Value.([]form.Row)
	value := guard(it, it.FormatValue(a.Value))
	if isTable {
		value = strconv.Itoa(len(rows))
	}
	state := a.State
	if state == form.Known || state == "" {
		state = ""
		if value == "" && a.Value != nil {
			state = form.Known // tells an empty value from none
		}
	}
	c.write(longColumns, party, it.ID, value, string(state), guardText(a.Comment))
	for n, row := range rows {
		for _, col := range it.Columns {
			if cell, ok := row[col.ID]; ok {
				c.cell(party, it.ID+"/"+strconv.Itoa(n+1)+"/"+col.ID, col, cell)
			}
		}
	}
}

func (c *csvWriter) cell(party, id string, col *form.Item, a form.Answer) {
	value := guard(col, col.FormatValue(a.Value))
	state := a.State
	if state == "" || state == form.Known && value != "" {
		state = ""
		if value == "" {
			state = form.Known
		}
	}
	c.write(longColumns, party, id, value, string(state), guardText(a.Comment))
}
