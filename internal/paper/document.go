// Package paper renders one document three ways: as one self-contained HTML
// page, as a PDF and as an Excel workbook. A Document is plain content in one
// language; how it looks is decided here, so that every report of the product
// looks alike. The same Document gives the same bytes in each of the forms.
package paper

import (
	"yagura/internal/chart"
	"yagura/internal/i18n"
)

// Document is a report. All its texts are in Lang.
type Document struct {
	Lang     i18n.Lang
	Title    string
	Subtitle string
	Marking  string // handling, e.g. 取扱注意 TLP:AMBER; on every sheet
	Notice   string // e.g. that the data are synthetic; on every sheet
	Footer   string // release id and hash; at the foot of every sheet
	Author   string
	Date     string // as printed; the properties of the files bear no other date
	Blocks   []Block
}

// Block is a part of a document: Heading, Paragraph, List, Letter, Table,
// Figure, KeyFigures, Note or PageBreak.
type Block interface{ block() }

// Heading opens a section. Level is 1 (section) to 3. Level 1 makes the table
// of contents of the HTML page, levels 1 and 2 the outline of the PDF.
type Heading struct {
	Level int
	Text  string
	ID    string // target of links within the page; empty: made from the order
}

// Paragraph is running text; a newline is a line break.
type Paragraph struct{ Text string }

// List is a list of items, numbered if Ordered.
type List struct {
	Ordered bool
	Items   []string
}

// Letter is a page of correspondence in the usual order of a Japanese business
// letter: number and date at the right, addressee at the left, sender at the right,
// subject, body, closing word at the right. It begins on a new sheet and ends one.
type Letter struct {
	Number  string   // document number; may be empty
	Date    string   // as printed
	To      []string // lines of the addressee
	From    []string // lines of the sender
	Subject string
	Body    []string // paragraphs
	Closing string   // 以上, or "Yours faithfully"
}

// Kind says what the cells of a column hold.
type Kind uint8

// The kinds of columns. A percent cell holds a share, 0.25 for 25 %.
const (
	Words Kind = iota
	Numbers
	Percents
)

// Column is a column of a table. Numbers and percents are set to the right.
type Column struct {
	Title  string
	Weight float64 // share of the width; 0 is 1
	Kind   Kind
	Digits int // decimals of numbers and percents
}

// Cell is a cell of a table. Text, when it is not empty, is shown in all three
// forms and Value is ignored, so a value that was replaced by a band or by a
// reason does not leak into the workbook. A cell with neither is empty. Chart
// is drawn under the text in HTML and PDF and left out of the workbook; what it
// shows should also stand in words or numbers in the row.
type Cell struct {
	Text   string
	Value  chart.Value
	Strong bool
	Chart  chart.Chart
}

// Text is a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Num is a cell of a number or a share, by the kind of its column.
func Num(v float64) Cell { return Cell{Value: chart.Of(v)} }

// Val is a cell of a value that may be missing; missing shows as "－".
func Val(v chart.Value) Cell {
	if !v.OK {
		return Cell{Text: "－"}
	}
	return Cell{Value: v}
}

// Table is a table with one row of heads, repeated on every sheet.
type Table struct {
	ID      string // name of its sheet in the workbook (cut to 31 characters)
	Caption string
	Columns []Column
	Rows    [][]Cell // short rows are filled with empty cells
	Source  string   // small print under the table
}

// Figure is a chart with its caption. Data are its numbers: folded in under
// the chart in HTML, a sheet of the workbook, and, if PrintData is set, a table under the
// chart on paper.
type Figure struct {
	Chart     chart.Chart
	Caption   string
	Data      *Table
	PrintData bool
	Source    string // small print under the figure
}

// KeyFigures are a few numbers that the reader shall see first.
type KeyFigures []KeyFigure

// KeyFigure is one number in words: Value as printed, with its unit.
type KeyFigure struct {
	Label string
	Value string
	Unit  string
	Note  string
}

// Tone is the weight of a note.
type Tone uint8

// The tones. A Warning is announced by its word, not by its colour alone.
const (
	Info Tone = iota
	Warning
)

// Note is a remark set off from the text.
type Note struct {
	Tone  Tone
	Title string // empty: the word of the tone
	Text  string // a newline is a line break
}

// PageBreak begins a new sheet on paper.
type PageBreak struct{}

func (Heading) block()    {}
func (Paragraph) block()  {}
func (List) block()       {}
func (Letter) block()     {}
func (Table) block()      {}
func (Figure) block()     {}
func (KeyFigures) block() {}
func (Note) block()       {}
func (PageBreak) block()  {}

// show is the text of a cell in a column.
func (c Cell) show(col Column) string {
	switch {
	case c.Text != "" || !c.Value.OK:
		return c.Text
	case col.Kind == Percents:
		return chart.Number(c.Value.V*100, col.Digits) + "%"
	}
	return chart.Number(c.Value.V, col.Digits)
}

// cell is the cell of a row in column i.
func cell(row []Cell, i int) Cell {
	if i < len(row) {
		return row[i]
	}
	return Cell{}
}

func (d *Document) word(key string, args ...any) string {
	return i18n.T(d.Lang, "paper."+key, args...)
}

// title is the title of a note in the language of the document.
func (n Note) title(d *Document) string {
	switch {
	case n.Title != "":
		return n.Title
	case n.Tone == Warning:
		return d.word("warning")
	}
	return d.word("note")
}
