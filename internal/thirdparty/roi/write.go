package roi

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Meta is what a package says besides its templates.
type Meta struct {
	LEI      string
	Scope    string // CON or IND
	Country  string // two letters, of the receiving authority
	Period   string // reference date, yyyy-mm-dd
	Created  string // yyyyMMddHHmmssSSS
	Currency string // ISO 4217; "" means EUR
}

// Name is the package's name without .zip.
func (m Meta) Name() string {
	return fmt.Sprintf("%s.%s_%s_%s_DORA_%s_%s", m.LEI, m.Scope, m.Country, module, m.Period, m.Created)
}

// Valid reports whether the name follows EBA's convention.
func (m Meta) Valid() bool {
	return ebaName.MatchString(m.Name()+".zip") && (m.Scope == "CON" || m.Scope == "IND") && isDate([]byte(m.Period))
}

// Source yields a template's rows: Row fills the cells (in the order of the
// schema, all empty beforehand) of row i and may be called once for each i from
// 0 to Rows-1.
type Source struct {
	Rows int
	Row  func(i int, cells []string)
}

// Write writes a package: templates without a source get their header only.
// Equal input gives equal bytes.
func Write(w io.Writer, s *Schema, m Meta, tables map[string]Source) error {
	return writeParts(w, m.Name(), parts(s, m, tables))
}

// part is one file of a package.
type part struct {
	path  string // below the root; with a leading slash: of the whole zip
	write func(w *bufio.Writer)
}

func text(s string) func(*bufio.Writer) { return func(w *bufio.Writer) { w.WriteString(s) } }

// parts lists the files of a package in their order.
func parts(s *Schema, m Meta, tables map[string]Source) []part {
	currency := m.Currency
	if currency == "" {
		currency = "EUR"
	}
	indicators := "templateID,reported\r\n"
	for _, t := range s.Tables {
		indicators += t.ID + ",true\r\n"
	}
	list := []part{
		{metaFile, text("{\n  \"documentInfo\": {\n    \"documentType\": \"" + packageType + "\"\n  }\n}\n")},
		{reportFile, text("{\n  \"documentInfo\": {\n    \"documentType\": \"" + reportType + "\",\n    \"extends\": [\n      \"" + entryPoint + "\"\n    ]\n  }\n}\n")},
		{parametersFile, text("name,value\r\nentityID,rs:" + m.LEI + "." + m.Scope + "\r\nrefPeriod," + m.Period + "\r\nbaseCurrency,iso4217:" + currency + "\r\ndecimalsInteger,0\r\ndecimalsMonetary,-3\r\n")},
		{indicatorsFile, text(indicators)},
	}
	for _, t := range s.Tables {
		src := tables[t.ID]
		list = append(list, part{"reports/" + t.File, func(w *bufio.Writer) { writeTable(w, t, src, nil) }})
	}
	return list
}

// writeTable writes header and rows. mangle, where given, may change a line
// before it is written; the header is line -1.
func writeTable(w *bufio.Writer, t *Table, src Source, mangle func(i int, line []byte) []byte) {
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = c.Code
	}
	var line []byte
	put := func(i int) {
		line = appendLine(line[:0], cells)
		if mangle != nil {
			line = mangle(i, line)
		}
		w.Write(line)
		w.WriteString("\r\n")
	}
	put(-1)
	for i := range src.Rows {
		clear(cells)
		src.Row(i, cells)
		put(i)
	}
}

func appendLine(line []byte, cells []string) []byte {
	for i, c := range cells {
		if i > 0 {
			line = append(line, ',')
		}
		if strings.ContainsAny(c, ",\"\r\n") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		line = append(line, c...)
	}
	return line
}

func writeParts(w io.Writer, root string, list []part) error {
	zw := zip.NewWriter(w)
	stamp := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // a fixed one: equal input, equal bytes
	for _, p := range list {
		name, whole := strings.CutPrefix(p.path, "/")
		if !whole {
			name = path.Join(root, p.path)
		}
		f, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: stamp})
		if err != nil {
			return err
		}
		b := bufio.NewWriterSize(f, 1<<16)
		p.write(b)
		if err := b.Flush(); err != nil {
			return err
		}
	}
	return errors.Join(zw.Close())
}
