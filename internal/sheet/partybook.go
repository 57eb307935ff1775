package sheet

import (
	"bytes"
	"io"
	"slices"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// ReadPartiesBook reads the list of ReadParties from the first sheet of a workbook, with
// the same columns; rows keep their numbers in the findings. The limits are those of Read.
func ReadPartiesBook(r io.ReaderAt, size int64, name string) ([]form.Org, []finding.Finding) {
	refuse := func(key string, args ...any) ([]form.Org, []finding.Finding) {
		f := finding.New(key, key, args...)
		f.File = name
		return nil, []finding.Finding{f}
	}
	zr, key := openZip(r, size)
	if key != "" {
		return refuse(key, "max", MaxBook>>20)
	}
	p, err := openPackage(zr)
	if err != nil {
		return refuse(faultOf(err))
	}
	in := &bookReader{pack: p, found: list{file: name}, book: &Book{Name: name}}
	if err := in.load(); err != nil {
		return refuse(faultOf(err))
	}
	if len(in.grids) == 0 {
		return refuse("sheet.book-damaged")
	}
	return ReadParties(bytes.NewReader(in.grids[0].csv()), name)
}

// csv writes the cells as CSV, one line a row, rows without a cell as empty lines.
func (g *grid) csv() []byte {
	width, b := 0, []byte{}
	for _, c := range g.cells {
		width = max(width, c.column)
	}
	byRow := map[int][]cell{}
	last := 0
	for _, c := range g.cells {
		byRow[c.row] = append(byRow[c.row], c)
		last = max(last, c.row)
	}
	for row := 1; row <= last; row++ {
		cells := byRow[row]
		if len(cells) == 0 {
			b = append(b, '\n')
			continue
		}
		fields := slices.Repeat([]string{""}, width)
		for _, c := range cells {
			fields[c.column-1] = c.text
		}
		for i, f := range fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendField(b, f)
		}
		b = append(b, '\n')
	}
	return b
}
