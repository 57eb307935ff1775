package sheet

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// MaxCells is how many answers (parties × items) a long CSV may have room for.
const MaxCells = 50_000_000

// The columns of a long CSV and their names.
const (
	colParty = iota
	colItem
	colValue
	colState
	colComment
)

var longColumns = [][]string{
	{"party", "機関ID"}, {"item", "項目ID"}, {"value", "回答"}, {"state", "状態"}, {"comment", "備考"},
}

// ReadLong reads answers from a long CSV: a header, then one row for each
// answer with the columns party, item, value and optionally state and comment,
// in any order. The file is UTF-8 (with or without byte order mark) or CP932,
// with CRLF or LF; rows may come in any order. A cell of a table is the item
// "table/row/column" with rows from 1; the row of the table item itself gives
// the number of rows. Of two rows for one answer the first counts and the
// second is a finding, as are unknown items, bad values and bad states. The
// Long is nil when the file cannot be read as such.
func ReadLong(r io.Reader, f *form.Form, name string) (*Long, []finding.Finding) {
	s := newRecords(r)
	defer s.close()
	in := &longReader{
		records: s, found: list{file: name}, items: map[string]int32{}, slots: map[string]int32{},
		long: &Long{Name: name, form: f, notes: map[int32][]note{}, cells: map[cellKey]int32{}},
	}
	cols, ok := s.header(&in.found, longColumns, 3)
	if !ok {
		return nil, in.found.all()
	}
	in.cols = [5]int(cols)
	for _, it := range f.Items() {
		in.items[it.ID] = int32(it.Index())
		in.columns = append(in.columns, newColumn(it))
	}
	in.follow = make([]int32, len(f.Items()))
	width := len(s.fields)
	for s.next() {
		if len(s.fields) != width {
			in.add("sheet.csv-fields", "", "", "n", len(s.fields), "want", width)
			continue
		}
		if !in.record() {
			break
		}
	}
	if s.fault != "" {
		in.found.add(s.stopped(""))
		return nil, in.found.all()
	}
	if in.over {
		return nil, in.found.all()
	}
	in.finish()
	in.long.SHA256 = s.pipe.sum
	return in.long, in.found.all()
}

type longReader struct {
	*records
	found   list
	long    *Long
	cols    [5]int
	items   map[string]int32 // id → index
	columns []*column
	follow  []int32 // by item: the item that came after it last time
	last    int32   // item of the previous record
	slots   map[string]int32
	party   []byte // raw id of the previous record
	slot    int32  // and its place
	order   []string
	codes   [][]int32 // by slot, by item
	tables  map[tableKey]*tableCells
	over    bool
}

func (in *longReader) add(key, column, value string, args ...any) {
	in.found.add(at(finding.New(key, key, args...), in.row, column, value))
}

// field is the raw field of a column; nil when the file lacks the column.
func (in *longReader) field(col int) []byte {
	if in.cols[col] < 0 {
		return nil
	}
	return in.fields[in.cols[col]]
}

// record takes one record in; false ends the reading.
func (in *longReader) record() bool {
	in.long.Rows++
	if party := in.field(colParty); in.party == nil || !bytes.Equal(party, in.party) {
		if ok, on := in.enterParty(party); !ok {
			return on
		}
		in.party = append(in.party[:0], party...)
	}
	id := in.field(colItem)
	item := in.follow[in.last]
	if string(id) != in.columns[item].item.ID {
		var ok bool
		if item, ok = in.items[string(id)]; !ok {
			in.otherItem(id)
			return true
		}
		in.follow[in.last] = item
	}
	in.last = item
	in.answer(item, in.slot)
	return true
}

// answer codes the record's answer to an item.
func (in *longReader) answer(item, slot int32) {
	line := &in.long.lines[slot][item]
	if *line != 0 {
		in.add("sheet.csv-duplicate", "item", in.columns[item].item.ID, "party", in.order[slot], "item", in.columns[item].item.ID, "row", *line)
		return
	}
	*line = int32(in.row)
	c := in.columns[item]
	if c.item.Type == form.TypeTable {
		in.tableAnswer(c, slot)
		return
	}
	code, ok := c.find(in.field(colValue), in.field(colState))
	if !ok {
		code, ok = in.learn(c)
		if !ok {
			return
		}
	}
	if code < 0 {
		in.fault(c.faults[-code-1], in.order[slot], c.item.ID)
		return
	}
	if comment := in.field(colComment); len(comment) > 0 {
		text, ok := in.decoded(colComment)
		if !ok {
			return
		}
		if code == 0 {
			code = c.enter(form.Answer{})
		}
		in.long.notes[slot] = append(in.long.notes[slot], note{item, unguardText(text)})
	}
	in.codes[slot][item] = code
}

// learn has a column parse texts that it has not seen.
func (in *longReader) learn(c *column) (int32, bool) {
	value, ok := in.decoded(colValue)
	if !ok {
		return 0, false
	}
	state, ok := in.decoded(colState)
	if !ok {
		return 0, false
	}
	return c.learn(in.field(colValue), in.field(colState), value, state), true
}

// decoded is the text of a column's field; a fault of encoding is a finding.
func (in *longReader) decoded(col int) (string, bool) {
	text, ok := in.text(in.field(col))
	if !ok {
		in.add("sheet.csv-encoding", longColumns[col][0], "")
	}
	return text, ok
}

// fault reports a value or state that cannot be read.
func (in *longReader) fault(err error, party, item string) {
	col := colValue
	if err == errBadState {
		col = colState
	}
	text, _ := in.text(in.field(col))
	f := badValue(err, party, item, text)
	f.Pointer = "/" + item
	in.found.add(at(f, in.row, longColumns[col][0], text))
}

// enterParty finds or opens the place of a party; on is false to stop reading.
func (in *longReader) enterParty(raw []byte) (ok, on bool) {
	slot, known := in.slots[string(raw)]
	if known {
		in.slot = slot
		return true, true
	}
	text, good := in.decoded(colParty)
	if !good {
		return false, true
	}
	id := strings.TrimSpace(text)
	if id == "" {
		in.add("sheet.csv-no-party", "party", "")
		return false, true
	}
	if slot, known = in.slots[id]; !known {
		n := len(in.columns)
		if (len(in.order)+1)*n > MaxCells {
			in.add("sheet.csv-too-many", "party", id, "max", MaxCells)
			in.over = true
			return false, false
		}
		slot = int32(len(in.order))
		in.order = append(in.order, id)
		in.slots[id] = slot
		in.codes = append(in.codes, make([]int32, n))
		in.long.lines = append(in.long.lines, make([]int32, n))
	}
	in.slots[string(raw)] = slot
	in.slot = slot
	return true, true
}

// otherItem handles an item field that is not exactly an item's id.
func (in *longReader) otherItem(raw []byte) {
	text, ok := in.decoded(colItem)
	if !ok {
		return
	}
	id := strings.TrimSpace(text)
	if item, known := in.items[id]; known {
		in.items[string(raw)] = item
		in.answer(item, in.slot)
		return
	}
	if table, rest, isCell := strings.Cut(id, "/"); isCell {
		if item, known := in.items[table]; known && in.columns[item].item.Type == form.TypeTable {
			in.tableCell(in.columns[item], id, rest)
			return
		}
	}
	in.add("sheet.csv-item", "item", id, "party", in.order[in.slot], "item", id)
}

// finish sorts the parties and gives the codes their final meaning.
func (in *longReader) finish() {
	in.finishTables()
	l := in.long
	l.slot = make([]int32, len(in.order))
	for i := range l.slot {
		l.slot[i] = int32(i)
	}
	slices.SortFunc(l.slot, func(a, b int32) int { return strings.Compare(in.order[a], in.order[b]) })
	l.parties = make([]string, len(in.order))
	for p, s := range l.slot {
		l.parties[p] = in.order[s]
	}
	for i, c := range in.columns {
		if to := c.order(); to != nil {
			for _, row := range in.codes {
				row[i] = to[row[i]]
			}
		}
		l.dict = append(l.dict, c.dict)
	}
	l.codes = in.codes
}
