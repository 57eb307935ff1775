package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// MaxListRows is how many rows of a list are read, the head among them.
const MaxListRows = 100_000

// List is a table as a file has it.
type List struct {
	Sheet string // of a workbook: the first one that holds something; "" for CSV
	Rows  []ListRow
}

// ListRow is a row that holds something.
type ListRow struct {
	Row   int // line of the file, or row of the sheet, from 1
	Cells []ListCell
}

// ListCell is a cell; empty ones are there too, up to the last one of the row that holds something.
type ListCell struct {
	Text   string
	number bool // stored as a number by a spreadsheet program
}

// ReadList reads a table from a CSV (UTF-8 or CP932) or from the first sheet of a
// workbook that holds something. Texts that WriteList neutralised are given back as
// they were. The List is nil when the file can't be read as such.
func ReadList(r io.ReaderAt, size int64, name string) (*List, []finding.Finding) {
	found := list{file: name}
	head := make([]byte, 8)
	n, _ := r.ReadAt(head, 0)
	if head = head[:n]; bytes.HasPrefix(head, []byte("PK\x03\x04")) || string(head) == oleMagic {
		return readBookList(r, size, found)
	}
	s := newRecords(io.NewSectionReader(r, 0, size))
	defer s.close()
	out := &List{}
	for s.next() {
		if len(out.Rows) == MaxListRows {
			found.add(at(finding.New("sheet.list-rows", "sheet.list-rows", "max", MaxListRows), s.row, "", ""))
			return nil, found.all()
		}
		row := ListRow{Row: s.row}
		for _, raw := range s.fields {
			text, ok := s.text(raw)
			if !ok {
				found.add(at(finding.New("sheet.csv-encoding", "sheet.csv-encoding"), s.row, "", ""))
				return nil, found.all()
			}
			row.Cells = append(row.Cells, ListCell{Text: strings.TrimSpace(unguardText(text))})
		}
		out.Rows = append(out.Rows, row)
	}
	if s.fault != "" || len(out.Rows) == 0 {
		found.add(s.stopped("sheet.csv-empty"))
		return nil, found.all()
	}
	return out, found.all()
}

func readBookList(r io.ReaderAt, size int64, found list) (*List, []finding.Finding) {
	refuse := func(key string) (*List, []finding.Finding) {
		found.add(finding.New(key, key, "max", MaxBook>>20))
		return nil, found.all()
	}
	zr, key := openZip(r, size)
	if key != "" {
		return refuse(key)
	}
	p, err := openPackage(zr)
	if err != nil {
		return refuse(faultOf(err))
	}
	in := &bookReader{pack: p}
	if err := in.load(); err != nil {
		return refuse(faultOf(err))
	}
	for _, g := range in.grids {
		if len(g.cells) == 0 {
			continue
		}
		out := &List{Sheet: g.name}
		for _, c := range g.cells {
			if n := len(out.Rows); n == 0 || out.Rows[n-1].Row != c.row {
				out.Rows = append(out.Rows, ListRow{Row: c.row})
			}
			row := &out.Rows[len(out.Rows)-1]
			if c.column > maxFields || len(out.Rows) > MaxListRows {
				found.add(finding.New("sheet.list-rows", "sheet.list-rows", "max", MaxListRows))
				return nil, found.all()
			}
			for len(row.Cells) < c.column {
				row.Cells = append(row.Cells, ListCell{})
			}
			row.Cells[c.column-1] = ListCell{Text: strings.TrimSpace(c.text), number: c.kind == numberCell}
		}
		return out, found.all()
	}
	return refuse("sheet.csv-empty")
}

// As is the cell's text for an item: a number that a spreadsheet program made of a date
// is that date again.
func (c ListCell) As(t form.Type) string {
	if c.number && (t == form.TypeDate || t == form.TypeDateTime) {
		if x, err := strconv.ParseFloat(c.Text, 64); err == nil && x >= minSerial && x < maxSerial+1 {
			return dateOf(x, t == form.TypeDateTime)
		}
	}
	return c.Text
}

// Letters is the name of a column of a sheet, from 1: A, B … AA.
func Letters(column int) string { return letters(column) }
