package sheet

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// Limits of one sheet.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// cell is one cell of a sheet that holds something.
type cell struct {
	row, column int // from 1
	text        string
	kind        cellKind
	style       int
}

type cellKind int

const (
	stringCell cellKind = iota
	numberCell
	boolCell
	errorCell // #REF! and the like
)

// grid is the content of a sheet, row by row as it stands in the file.
type grid struct {
	name  string
	cells []cell
}

// sharedStrings reads the texts that cells refer to by number. Phonetic guides
// (ふりがな) are not part of the text.
func sharedStrings(data []byte) ([]string, error) {
	var out []string
	x := &tokens{b: data}
	for x.next() {
		if x.in("si") {
			out = append(out, richText(x, "si"))
		}
	}
	if x.bad {
		return nil, errMarkup
	}
	return out, nil
}

// richText joins the texts up to the close tag of the element it is in.
func richText(x *tokens, element string) string {
	first, rest := "", []byte(nil)
	phonetic, inText := false, false
	for x.next() {
		switch {
		case x.out(element):
			if rest != nil {
				return unescapeXString(string(rest))
			}
			return unescapeXString(first)
		case x.in("rPh"):
			phonetic = true
		case x.out("rPh"):
			phonetic = false
		case x.in("t"):
			inText = true
		case x.out("t"):
			inText = false
		case x.kind == textToken && inText && !phonetic:
			if first == "" && rest == nil {
				first = x.value()
				continue
			}
			if rest == nil {
				rest = append(rest, first...)
			}
			rest = append(rest, x.value()...)
		}
	}
	return ""
}

// readGrid reads the cells of a sheet's XML.
func readGrid(name string, data []byte, shared []string) (*grid, error) {
	g := &grid{name: name}
	x := &tokens{b: data}
	row, column := 0, 0
	for x.next() {
		switch {
		case x.in("row"):
			row++
			if v, ok := x.get("r"); ok {
				n, err := strconv.Atoi(string(v))
				if err != nil || n < 1 {
					return nil, errMarkup
				}
				row = n
			}
			column = 0
		case x.in("c"):
			column++
			c := cell{row: row, column: column}
			if ref, ok := x.get("r"); ok {
				if c.column, c.row = position(ref); c.row == 0 {
					return nil, errMarkup
				}
				column = c.column
			}
			if c.row > maxRows || c.column > maxColumns || c.row < 1 {
				return nil, errMarkup
			}
			if !c.read(x, shared) {
				return nil, errMarkup
			}
			if c.text != "" {
				g.cells = append(g.cells, c)
			}
		case x.out("sheetData"):
			return g, nil
		}
	}
	if x.bad {
		return nil, errMarkup
	}
	return g, nil
}

// position reads a reference like AB12; row is 0 when it is none.
func position(ref []byte) (column, row int) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && column <= maxColumns; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	for _, d := range ref[i:] {
		if d < '0' || d > '9' || row > maxRows {
			return 0, 0
		}
		row = row*10 + int(d-'0')
	}
	if column == 0 {
		return 0, 0
	}
	return column, row
}

// read reads the content of the cell whose open tag is the token (ECMA-376
// part 1, 18.3.1.4): a shared, inline or formula's text, a number, a truth
// value, an error or a date in ISO 8601.
func (c *cell) read(x *tokens, shared []string) bool {
	kind, _ := x.get("t")
	if s, ok := x.get("s"); ok {
		c.style, _ = strconv.Atoi(string(s))
	}
	var value string
	inValue := false
	for x.next() {
		switch {
		case x.out("c"):
			return c.set(kind, value, shared)
		case x.in("v"):
			inValue = true
		case x.out("v"):
			inValue = false
		case x.in("is"):
			c.text = richText(x, "is")
		case x.kind == textToken && inValue:
			value += x.value()
		}
	}
	return false
}

func (c *cell) set(kind []byte, value string, shared []string) bool {
	switch {
	case bytes.Equal(kind, []byte("s")):
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(shared) {
			return value == ""
		}
		c.text = shared[n]
	case bytes.Equal(kind, []byte("inlineStr")):
	case bytes.Equal(kind, []byte("str")):
		c.text = unescapeXString(value)
	case bytes.Equal(kind, []byte("b")):
		c.kind = boolCell
		c.text = map[string]string{"1": "true", "0": "false"}[value]
	case bytes.Equal(kind, []byte("e")):
		c.kind, c.text = errorCell, value
	case bytes.Equal(kind, []byte("d")):
		c.text = value
	default:
		c.kind, c.text = numberCell, value
		if f, err := strconv.ParseFloat(value, 64); err == nil && !math.IsInf(f, 0) {
			c.text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return true
}

// letters names a column: A, B … XFD.
func letters(column int) string {
	s := ""
	for ; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return s
}

// percentStyles tells which cell styles show a number as a percentage (number
// formats 9 and 10, or one with an unquoted %), by index.
func percentStyles(data []byte) []bool {
	formats := map[string]bool{"9": true, "10": true}
	var out []bool
	x := &tokens{b: data}
	inCells := false
	for x.next() {
		switch {
		case x.in("numFmt"):
			formats[x.attribute("numFmtId")] = hasPercent(x.attribute("formatCode"))
		case x.in("cellXfs"):
			inCells = true
		case x.out("cellXfs"):
			return out
		case x.in("xf") && inCells:
			out = append(out, formats[x.attribute("numFmtId")])
		}
	}
	return out
}

func hasPercent(code string) bool {
	quoted := false
	for i := range len(code) {
		switch code[i] {
		case '"':
			quoted = !quoted
		case '%':
			if !quoted && (i == 0 || code[i-1] != '\\') {
				return true
			}
		}
	}
	return false
}
