package sheet

import (
	"slices"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// Long is the answers of many parties to one form: a row of codes for each party
// and for each item a list of the distinct answers. 20,000 parties × 300
// items take about 50 MB plus the distinct answers.
type Long struct {
	Name   string   // of the file
	Rows   int      // records read, without the header
	SHA256 [32]byte // of the file's bytes

	form    *form.Form
	parties []string
	slot    []int32         // by party: its place in the order of the file
	codes   [][]int32       // by slot, by item
	dict    [][]form.Answer // by item: code c > 0 means dict[c-1]
	lines   [][]int32       // by slot, by item: the line of the answer, 0 none
	notes   map[int32][]note
	cells   map[cellKey]int32 // lines of table cells
}

// note is the comment on one answer.
type note struct {
	item int32
	text string
}

// cellKey is a cell of a table item; row counts from 0.
type cellKey struct{ slot, item, row, column int32 }

// Form is the form that was answered.
func (l *Long) Form() *form.Form { return l.form }

// Parties lists the parties' ids, sorted; a party's index in it is what the
// other methods take.
func (l *Long) Parties() []string { return l.parties }

// Codes gives the answers to an item (Item.Index) by party, 0 for no answer and
// c > 0 for Dict(item)[c-1]. Codes of items with options begin with the
// options in the form's order, those of yes-or-no items with no = 1, yes = 2;
// the other answers follow in the order of their states and texts, so that
// codes do not depend on the order of rows. They are put into into (made when
// it is too short), which is returned.
func (l *Long) Codes(item int, into []int32) []int32 {
	into = slices.Grow(into[:0], len(l.slot))
	for _, s := range l.slot {
		into = append(into, l.codes[s][item])
	}
	return into
}

// Code is one party's code of an item.
func (l *Long) Code(item, party int) int32 { return l.codes[l.slot[party]][item] }

// Dict lists the distinct answers to an item, comments left out.
func (l *Long) Dict(item int) []form.Answer { return l.dict[item] }

// Answers fills into (a new map when nil) with a party's answers and returns it.
// Values are shared: not to be changed.
func (l *Long) Answers(party int, into form.Answers) form.Answers {
	if into == nil {
		into = make(form.Answers, len(l.dict))
	}
	clear(into)
	codes := l.codes[l.slot[party]]
	for i, it := range l.form.Items() {
		if c := codes[i]; c > 0 {
			into[it.ID] = l.dict[i][c-1]
		}
	}
	items := l.form.Items()
	for _, n := range l.notes[l.slot[party]] {
		a := into[items[n.item].ID]
		a.Comment = n.text
		into[items[n.item].ID] = a
	}
	return into
}

// Line is the line of the file on which a party's answer to an item stands, 0
// when there is none.
func (l *Long) Line(item, party int) int { return int(l.lines[l.slot[party]][item]) }

// Locate gives the findings of form.Validate on a party's answers their place
// in the file: the line of the answer that the pointer names and the column.
func (l *Long) Locate(party int, found []finding.Finding) {
	for i := range found {
		f := &found[i]
		f.File = l.Name
		parts := strings.Split(strings.TrimPrefix(f.Pointer, "/"), "/")
		it := l.form.Item(parts[0])
		if it == nil {
			continue
		}
		f.Row = l.Line(it.Index(), party)
		if len(parts) == 3 {
			f.Row = l.cellLine(party, it, parts[1], parts[2])
		}
		if f.Row > 0 {
			f.Column = columnOf(f.Rule)
		}
	}
}

func (l *Long) cellLine(party int, table *form.Item, row, column string) int {
	n, err := strconv.Atoi(row)
	c := table.Column(column)
	if err != nil || c == nil {
		return 0
	}
	return int(l.cells[cellKey{l.slot[party], int32(table.Index()), int32(n), int32(c.Index())}])
}

// columnOf names the column in which a finding of form.Validate is mended.
func columnOf(rule string) string {
	switch rule {
	case "answer.state":
		return "state"
	case "answer.reason":
		return "comment"
	}
	return "value"
}
