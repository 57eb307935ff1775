package sheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/form"
)

// Limits of tables in a file: the rows of one table, and of all tables together
// (rows that only a number stands for count as well).
const (
	MaxTableRows = 100_000
	maxAllRows   = 10_000_000
)

type tableKey struct{ slot, item int32 }

// tableCells are the rows of one party's table while it is read.
type tableCells struct {
	answer form.Answer // state of the table item itself
	count  int         // number of rows that the file states, -1 for none
	rows   map[int]form.Row
	last   int // highest row with a cell, counted from 1
}

func (in *longReader) table(slot, item int32) *tableCells {
	key := tableKey{slot, item}
	t := in.tables[key]
	if t == nil {
		if in.tables == nil {
			in.tables = map[tableKey]*tableCells{}
		}
		t = &tableCells{count: -1, rows: map[int]form.Row{}}
		in.tables[key] = t
	}
	return t
}

// tableAnswer reads the row of a table item itself: its value is the number of
// rows, so that a table without rows can be told from one not answered.
func (in *longReader) tableAnswer(c *column, slot int32) {
	item := int32(c.item.Index())
	value, ok1 := in.decoded(colValue)
	stateText, ok2 := in.decoded(colState)
	comment, ok3 := in.decoded(colComment)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	state, ok := parseState(stateText)
	if !ok {
		in.fault(errBadState, in.order[slot], c.item.ID)
		return
	}
	n := -1
	if plain := form.Normalise(value); plain != "" {
		var err error
		if n, err = strconv.Atoi(plain); err != nil || n < 0 || n > MaxTableRows {
			in.add("sheet.csv-row-count", "value", value, "item", c.item.ID, "max", MaxTableRows)
			return
		}
	}
	if n < 0 && state == "" && comment == "" {
		return
	}
	t := in.table(slot, item)
	t.count, t.answer.State = n, state
	if comment != "" {
		in.long.notes[slot] = append(in.long.notes[slot], note{item, unguardText(comment)})
	}
}

// tableCell reads one cell; place is "row/column".
func (in *longReader) tableCell(c *column, id, place string) {
	row, columnID, _ := strings.Cut(place, "/")
	n, err := strconv.Atoi(row)
	column := c.item.Column(columnID)
	if err != nil || n < 1 || n > MaxTableRows || column == nil {
		in.add("sheet.csv-cell", "item", id, "item", id, "table", c.item.ID)
		return
	}
	party := in.order[in.slot]
	key := cellKey{in.slot, int32(c.item.Index()), int32(n - 1), int32(column.Index())}
	if first := in.long.cells[key]; first > 0 {
		in.add("sheet.csv-duplicate", "item", id, "party", party, "item", id, "row", first)
		return
	}
	in.long.cells[key] = int32(in.row)
	value, ok1 := in.decoded(colValue)
	state, ok2 := in.decoded(colState)
	comment, ok3 := in.decoded(colComment)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	a, ok, err := parseAnswer(column, unguard(column, value), state)
	if err != nil {
		in.fault(err, party, id)
		return
	}
	a.Comment = unguardText(comment)
	if !ok && comment == "" {
		return
	}
	t := in.table(in.slot, key.item)
	if t.rows[n] == nil {
		t.rows[n] = form.Row{}
	}
	t.rows[n][columnID] = a
	t.last = max(t.last, n)
}

// finishTables makes answers of the tables' cells. Rows keep their numbers: a
// number between that has no cell is an empty row.
func (in *longReader) finishTables() {
	keys := make([]tableKey, 0, len(in.tables))
	for k := range in.tables {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b tableKey) int {
		return strings.Compare(fmt.Sprintf("%08d/%s", a.item, in.order[a.slot]), fmt.Sprintf("%08d/%s", b.item, in.order[b.slot]))
	})
	empty, all := form.Row{}, 0
	for _, k := range keys {
		t, c := in.tables[k], in.columns[k.item]
		if t.count >= 0 && t.last > t.count {
			in.row = int(in.long.lines[k.slot][k.item])
			in.add("sheet.csv-row-count-low", "value", strconv.Itoa(t.count), "item", c.item.ID, "n", t.last)
		}
		n := max(t.count, t.last)
		if all += max(n, 0); all > maxAllRows {
			in.add("sheet.csv-too-many", "value", "", "max", maxAllRows)
			return
		}
		if n > 0 || t.count == 0 {
			rows := make([]form.Row, n)
			for i := range rows {
				if rows[i] = t.rows[i+1]; rows[i] == nil {
					rows[i] = empty
				}
			}
			t.answer.Value = rows
		}
		c.dict = append(c.dict, t.answer)
		in.codes[k.slot][k.item] = int32(len(c.dict))
		c.fixed = len(c.dict)
	}
}
