package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strconv"

	"yagura/internal/form"
)

// slot is a cell of the template that differs by party.
type slot struct {
	kind    slotKind
	item    *form.Item
	option  *form.Option
	section *form.Section
	part    string // of a table's column: keyAnswer, keyState, keyComment
	ref     string // A1
	formula string // of slotTodo and slotOpen; of slotFixed the XML of its rich text

	style string // the cell's style id, from the template
}

type slotKind int

const (
	slotAnswer slotKind = iota
	slotOption
	slotState
	slotComment
	slotMark
	slotTodo
	slotPrevious
	slotPreviousOption
	slotConfirm
	slotParty
	slotName
	slotOpen
	slotRowNumber // of a table's row
	slotCell      // of a table's row
	slotFixed     // the same for every party
)

// part is one file of the package that is the same for every party, as it
// stands compressed in the template.
type part struct {
	header zip.FileHeader
	data   []byte
}

// fill is one file of the package that differs by party: texts between slots.
// That of a table's sheet has a row that is repeated: the slots of the row.
type fill struct {
	name  string
	texts [][]byte // len(slots)+1, or before and after the repeated row
	slots []slot
	table *tablePlan
	token bool // the part names the party by partyToken
}

// take takes the template apart: b's slots are found in the sheets.
func (t *Template) take(data []byte, b *builder) error {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	pk, err := openPackage(zr)
	if err != nil {
		return err
	}
	sheets := map[string]string{} // part name → sheet
	for _, sh := range pk.sheets {
		sheets[sh.path] = sh.name
	}
	for _, f := range zr.File {
		slots := b.slots[sheets[f.Name]]
		if len(slots) == 0 && f.Name != "docProps/core.xml" {
			raw, err := f.OpenRaw()
			if err != nil {
				return err
			}
			body, err := io.ReadAll(raw)
			if err != nil {
				return err
			}
			t.parts = append(t.parts, part{f.FileHeader, body})
			continue
		}
		body, err := pk.read(f.Name)
		if err != nil {
			return err
		}
		fl := &fill{name: f.Name}
		for _, tp := range b.plan.tables {
			if tp.sheet == sheets[f.Name] {
				fl.table = tp
			}
		}
		if err := fl.cut(body, slots); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		t.fills[f.Name] = fl
		t.parts = append(t.parts, part{header: zip.FileHeader{Name: f.Name}})
	}
	slices.SortFunc(t.parts, func(a, b part) int { return partOrder(a.header.Name, b.header.Name) })
	return nil
}

// partOrder sorts the content types first, as readers like it.
func partOrder(a, b string) int {
	rank := func(s string) string {
		if s == "[Content_Types].xml" {
			return ""
		}
		return s
	}
	return bytes.Compare([]byte(rank(a)), []byte(rank(b)))
}

// cut splits the XML of a sheet at the cells of slots.
func (fl *fill) cut(body []byte, slots []slot) error {
	byRef := map[string]slot{}
	for _, s := range slots {
		byRef[s.ref] = s
	}
	x := &tokens{b: body}
	last, found := 0, 0
	var text []byte // since the last slot
	for x.next() {
		if fl.table != nil && x.in("row") && x.attribute("r") == strconv.Itoa(rowFirst) {
			fl.texts = append(fl.texts, body[last:x.from])
			last = x.from
		}
		if !x.in("c") {
			continue
		}
		s, ok := byRef[x.attribute("r")]
		if !ok {
			continue
		}
		s.style = x.attribute("s")
		from := x.from
		for x.next() && !x.out("c") {
		}
		found++
		if fl.table == nil {
			text = append(text, body[last:from]...)
			last = x.pos
		}
		if s.kind == slotFixed {
			text = fmt.Appendf(text, `<c r="%s" s="%s" t="inlineStr"><is>%s</is></c>`, s.ref, s.style, s.formula)
			continue
		}
		if fl.table == nil {
			fl.texts = append(fl.texts, text)
			text = nil
		}
		fl.slots = append(fl.slots, s)
	}
	if x.bad {
		return fmt.Errorf("the template's XML cannot be read")
	}
	if fl.table != nil {
		end := bytes.Index(body[last:], []byte("</row>"))
		last += end + len("</row>")
	}
	fl.texts = append(fl.texts, append(text, body[last:]...))
	fl.token = bytes.Contains(fl.texts[0], []byte(partyToken))
	if found != len(slots) {
		return fmt.Errorf("%d of %d cells found", found, len(slots))
	}
	return nil
}

// writeTo writes the package: what is the same for all as it is, the rest by render.
func (t *Template) writeTo(w io.Writer, render func(fl *fill, b []byte) ([]byte, error)) error {
	zw := zip.NewWriter(w)
	// One compressor for all parts, which are written one after the other: making
	// one costs more than compressing a sheet.
	packer, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		return err
	}
	zw.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		packer.Reset(w)
		return packer, nil
	})
	var buf []byte
	for i := range t.parts {
		p := &t.parts[i]
		fl := t.fills[p.header.Name]
		if fl == nil {
			header := p.header
			pw, err := zw.CreateRaw(&header)
			if err != nil {
				return err
			}
			if _, err := pw.Write(p.data); err != nil {
				return err
			}
			continue
		}
		if buf, err = render(fl, buf[:0]); err != nil {
			return err
		}
		pw, err := zw.CreateHeader(&zip.FileHeader{Name: fl.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := pw.Write(buf); err != nil {
			return err
		}
	}
	return zw.Close()
}
