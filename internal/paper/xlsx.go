package paper

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// XLSX writes the numbers of the document as a workbook: a cover sheet with
// title, marking, notice and key figures, then one sheet for each table and for
// the data of each figure. Numbers are typed; words are cells of format text,
// so a word that begins with = + - or @ stays a word when it is edited. Every
// printed sheet bears marking, notice and footer.
func XLSX(w io.Writer, d *Document) error {
	b := &book{doc: d, f: excelize.NewFile(), styles: map[look]int{}}
	defer b.f.Close()
	b.f.SetZipWriter(zipWriter)
	tables := d.tables()
	names := sheetNames(d, tables)
	b.cover(names, tables)
	for i, t := range tables {
		b.sheet(names[i+1], t)
	}
	b.properties()
	if b.err != nil {
		return fmt.Errorf("workbook: %w", b.err)
	}
	return b.f.Write(w)
}

// zipWriter packs with fast compressors that are used again: a new one takes
// longer to set up than a small sheet takes to pack.
func zipWriter(w io.Writer) excelize.ZipWriter {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		if c, ok := compressors.Get().(*flate.Writer); ok {
			c.Reset(out)
			return pooled{c}, nil
		}
		c, err := flate.NewWriter(out, flate.BestSpeed)
		return pooled{c}, err
	})
	return z
}

var compressors sync.Pool

// pooled goes back to the pool when it is closed.
type pooled struct{ *flate.Writer }

func (p pooled) Close() error {
	err := p.Writer.Close()
	compressors.Put(p.Writer)
	return err
}

// tables are all tables of the document, those of figures included, in order.
func (d *Document) tables() []*Table {
	var out []*Table
	for _, block := range d.Blocks {
		switch t := block.(type) {
		case Table:
			out = append(out, &t)
		case Figure:
			if t.Data != nil {
				data := *t.Data
				if data.Caption == "" {
					data.Caption = t.Caption
				}
				out = append(out, &data)
			}
		}
	}
	return out
}

// sheetNames names the cover and the tables as Excel demands: at most 31
// UTF-16 units, none of []:*?/\, no apostrophe at the ends, no two alike.
func sheetNames(d *Document, tables []*Table) []string {
	taken := map[string]bool{}
	name := func(want, fallback string) string {
		want = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
				return '_'
			}
			return r
		}, want)
		want = strings.Trim(want, "' ")
		if want == "" {
			want = fallback
		}
		out := strings.TrimRight(cut(want, 31), "' ") // what is cut may end in one again
		for n := 2; taken[strings.ToLower(out)]; n++ {
			suffix := "_" + strconv.Itoa(n)
			out = cut(want, 31-len(suffix)) + suffix
		}
		taken[strings.ToLower(out)] = true
		return out
	}
	names := []string{name(d.word("cover"), "Cover")}
	for i, t := range tables {
		names = append(names, name(t.ID, d.word("table")+strconv.Itoa(i+1)))
	}
	return names
}

// cut shortens a text to n UTF-16 units without parting a character.
func cut(s string, n int) string {
	for at, r := range s {
		if n -= utf16.RuneLen(r); n < 0 {
			return s[:at]
		}
	}
	return s
}

// look is what tells one cell style from another.
type look struct {
	kind   Kind
	digits int
	strong bool
	role   role
}

type role uint8

const (
	body role = iota
	head
	title
	mark
	note
)

// book is a workbook in the making; it keeps the first failure.
type book struct {
	doc    *Document
	f      *excelize.File
	styles map[look]int
	err    error
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// style gives the style of a look, made at its first use.
func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	id, err := b.f.NewStyle(l.excel())
	b.try(err)
	b.styles[l] = id
	return id
}

func (l look) excel() *excelize.Style {
	line := []excelize.Border{{Type: "bottom", Color: "CCCCCC", Style: 1}}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: "BIZ UDPGothic", Size: 10, Bold: l.strong, Color: "1A1A1A"},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
		NumFmt:    49,
	}
	switch l.role {
	case head:
		s.Font.Bold = true
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8F1FE"}}
		s.Border = []excelize.Border{{Type: "bottom", Color: "0017C1", Style: 2}}
		s.Alignment.Vertical = "bottom"
	case title:
		s.Font.Bold, s.Font.Size = true, 14
		s.Alignment.WrapText = false
	case mark:
		s.Font.Bold = true
		s.Alignment.WrapText = false
	case note:
		s.Alignment.WrapText = false
	default:
		s.Border = line
	}
	if l.kind != Words {
		s.Alignment.Horizontal = "right"
		if l.role == body {
			s.NumFmt = 0
			format := numberFormat(l.kind, l.digits)
			s.CustomNumFmt = &format
		}
	}
	return s
}

func numberFormat(kind Kind, digits int) string {
	format := "#,##0"
	if kind == Percents {
		format = "0"
	}
	if digits > 0 {
		format += "." + strings.Repeat("0", digits)
	}
	if kind == Percents {
		format += "%"
	}
	return format
}

// put writes one cell, as a number where it holds one.
func (b *book) put(sheet string, col, row int, c Cell, l look) {
	at, err := excelize.CoordinatesToCellName(col, row)
	b.try(err)
	switch {
	case c.Text != "":
		b.try(b.f.SetCellStr(sheet, at, printable(c.Text)))
	case c.Value.OK:
		b.try(b.f.SetCellFloat(sheet, at, c.Value.V, -1, 64))
	}
	b.try(b.f.SetCellStyle(sheet, at, at, b.style(l)))
}

// printable drops the control characters that XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}

func (b *book) widths(sheet string, widths ...float64) {
	for i, w := range widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		b.try(err)
		b.try(b.f.SetColWidth(sheet, name, name, w))
	}
}

func (b *book) properties() {
	d := b.doc
	b.try(b.f.SetDocProps(&excelize.DocProperties{
		Title: printable(joinNonEmpty(" ", d.Title, d.Subtitle)), Subject: printable(d.Marking), Creator: printable(d.Author),
		Description: printable(d.Notice), Identifier: printable(d.Footer), Language: string(d.Lang),
	}))
	// excelize writes the date of its template; a date that says nothing is left out.
	const part = "docProps/core.xml"
	core, ok := b.f.Pkg.Load(part)
	if data, isBytes := core.([]byte); ok && isBytes {
		s := string(data)
		for _, tag := range []string{"dcterms:created", "dcterms:modified"} {
			from, to := strings.Index(s, "<"+tag), strings.Index(s, "</"+tag+">")
			if from >= 0 && to > from {
				s = s[:from] + s[to+len("</"+tag+">"):]
			}
		}
		b.f.Pkg.Store(part, []byte(s))
	}
}
