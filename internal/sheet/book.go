package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Book is what a filled workbook says.
type Book struct {
	Name    string // of the file
	Party   string // id of the organisation that it was made for; may be empty
	Edition string
	Hash    string // of the form's definition
	Lang    i18n.Lang
	Answers form.Answers
	Cells   map[string]CellRef // by pointer: /item, /item/row/column; with #state or #comment behind it for those cells
}

// CellRef is the place of a cell.
type CellRef struct {
	Sheet  string
	Row    int    // from 1
	Column string // letters
}

// Read reads a workbook that Write made and someone filled in, by its hidden
// ids: rows and columns may have been moved, sheets renamed, the file saved by
// another program. Full-width digits, ○ and ×, option labels in either language
// or ids, dates as such or as text are understood as form.ParseValue does; a
// number in a cell that shows percent is taken as that percentage, a date with
// time as Japan time.
//
// The Book is nil, with one finding, when the file is no workbook, too large,
// encrypted or with macros, or made from another form, edition or definition.
// Otherwise every fault is a finding with sheet and cell: values and states
// that cannot be read, rows of unknown, repeated or missing items.
func Read(r io.ReaderAt, size int64, f *form.Form, name string) (*Book, []finding.Finding) {
	refuse := func(key string, args ...any) (*Book, []finding.Finding) {
		fd := finding.New(key, key, args...)
		fd.File = name
		return nil, []finding.Finding{fd}
	}
	zr, key := openZip(r, size)
	if key != "" {
		return refuse(key, "max", MaxBook>>20)
	}
	p, err := openPackage(zr)
	if err != nil {
		return refuse(faultOf(err))
	}
	in := &bookReader{form: f, pack: p, found: list{file: name}, book: &Book{Name: name, Cells: map[string]CellRef{}}}
	if err := in.load(); err != nil {
		return refuse(faultOf(err))
	}
	if key, args := in.identify(); key != "" {
		return refuse(key, args...)
	}
	in.read()
	return in.book, in.found.all()
}

// faultOf is the message of an error of the package.
func faultOf(err error) string {
	if errors.Is(err, errTooLarge) {
		return "sheet.book-bomb"
	}
	return "sheet.book-damaged"
}

// oleMagic begins OLE compound files: encrypted or rights-managed workbooks and
// those of Excel before 2007.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// openZip opens the package, or returns the key of the reason to refuse it.
func openZip(r io.ReaderAt, size int64) (*zip.Reader, string) {
	if size > MaxBook {
		return nil, "sheet.book-too-large"
	}
	head := make([]byte, 8)
	if n, _ := r.ReadAt(head, 0); string(head[:n]) == oleMagic {
		if isOldExcel(r, size) {
			return nil, "sheet.book-xls"
		}
		return nil, "sheet.book-encrypted"
	}
	zr, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "sheet.book-not"
	}
	if len(zr.File) > maxEntries {
		return nil, "sheet.book-bomb"
	}
	var total uint64
	parts := map[string]bool{}
	for _, f := range zr.File {
		total += f.UncompressedSize64
		if f.UncompressedSize64 > maxUnpack || total > maxUnpack {
			return nil, "sheet.book-bomb"
		}
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/") {
			return nil, "sheet.book-macro"
		}
		parts[name] = true
	}
	switch {
	case parts["xl/workbook.bin"]:
		return nil, "sheet.book-xlsb"
	case parts["content.xml"] && parts["mimetype"]:
		return nil, "sheet.book-ods"
	case !parts["[content_types].xml"]:
		return nil, "sheet.book-not"
	}
	return zr, ""
}

// isOldExcel reports whether an OLE compound file has the stream of an .xls and
// not that of an encrypted package ([MS-OFFCRYPTO] 2.3.4.4).
func isOldExcel(r io.ReaderAt, size int64) bool {
	data := make([]byte, size)
	n, _ := r.ReadAt(data, 0)
	data = data[:n]
	return !bytes.Contains(data, utf16le("EncryptedPackage")) && bytes.Contains(data, utf16le("Workbook"))
}

func utf16le(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// bookReader reads one workbook.
type bookReader struct {
	form    *form.Form
	pack    *pack
	grids   []*grid
	percent []bool // styles that show percentages; nil until asked for
	styled  bool
	found   list
	book    *Book
	meta    map[string]string
	seen    map[string]CellRef // rows by id
	parts   map[string]*itemParts
}

// load reads the cells of all sheets.
func (in *bookReader) load() error {
	var shared []string
	if in.pack.strings != "" {
		data, err := in.pack.read(in.pack.strings)
		if err != nil {
			return err
		}
		if shared, err = sharedStrings(data); err != nil {
			return err
		}
	}
	for _, s := range in.pack.sheets {
		data, err := in.pack.read(s.path)
		if errors.Is(err, errNoPart) {
			continue // a chart sheet or a broken relation: holds no answers
		}
		if err != nil {
			return err
		}
		g, err := readGrid(s.name, data, shared)
		if err != nil {
			return err
		}
		in.grids = append(in.grids, g)
	}
	return nil
}

// identify reads the sheet of properties and compares it with the form; key is
// the reason to refuse the workbook.
func (in *bookReader) identify() (key string, args []any) {
	in.meta = map[string]string{}
	for _, g := range in.grids {
		if len(g.cells) == 0 || g.cells[0].text != keyMeta {
			continue
		}
		for i := 0; i+1 < len(g.cells); i++ {
			if a, b := g.cells[i], g.cells[i+1]; a.row == b.row && b.column == a.column+1 {
				in.meta[a.text] = b.text
			}
		}
	}
	m := in.meta
	switch {
	case m[keyMeta] == "":
		return "sheet.book-foreign", nil
	case m[keyMeta] != "1":
		return "sheet.book-version", []any{"version", m[keyMeta]}
	case m["form"] != in.form.ID:
		return "sheet.book-form", []any{"have", m["form"], "want", in.form.ID}
	case m["edition"] != in.form.Edition:
		return "sheet.book-edition", []any{"have", m["edition"], "want", in.form.Edition}
	case m["hash"] != in.form.Hash():
		return "sheet.book-hash", []any{"form", in.form.Name()}
	}
	b := in.book
	b.Party, b.Edition, b.Hash, b.Lang = m["party"], m["edition"], m["hash"], i18n.Lang(m["lang"])
	return "", nil
}

// read takes the answers from all sheets.
func (in *bookReader) read() {
	in.seen = map[string]CellRef{}
	in.parts = map[string]*itemParts{}
	tables := map[string]*tableRows{}
	for _, g := range in.grids {
		for i, c := range g.cells {
			if id, ok := strings.CutPrefix(c.text, keyTable); ok {
				in.tableSheet(g, i, id, tables)
				break
			}
			if c.text == keyItem {
				in.sectionSheet(g, i)
				break
			}
		}
	}
	in.book.Answers = form.Answers{}
	for _, it := range in.form.Items() {
		in.assemble(it, tables[it.ID])
	}
}

// add reports a fault at a cell.
func (in *bookReader) add(key string, at CellRef, value string, args ...any) {
	f := finding.New(key, key, args...)
	f.Sheet, f.Row, f.Column, f.Value = at.Sheet, at.Row, at.Column, value
	in.found.add(f)
}
