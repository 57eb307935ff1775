package sheet

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits of an uploaded workbook.
const (
	MaxBook    = 20 << 20 // bytes of the file
	maxPart    = 64 << 20 // bytes of one unpacked part
	maxUnpack  = 128 << 20
	maxEntries = 2000
)

var (
	errTooLarge = errors.New("a part of the package is too large")
	errNoPart   = errors.New("a part of the package is missing")
	errMarkup   = errors.New("a part of the package is not well-formed XML")
)

// pack is the package of a workbook (ECMA-376 part 2: a ZIP of parts that
// relations tie together).
type pack struct {
	parts    map[string]*zip.File
	sheets   []sheetPart
	strings  string // path of the shared strings, "" for none
	styles   string
	date1904 bool // dates count from 1904-01-01
	unpacked int64
}

type sheetPart struct{ name, path string }

// openPackage finds the sheets of a workbook.
func openPackage(zr *zip.Reader) (*pack, error) {
	p := &pack{parts: make(map[string]*zip.File, len(zr.File))}
	for _, f := range zr.File {
		p.parts[strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")] = f
	}
	book := "xl/workbook.xml"
	if rels, err := p.relations("_rels/.rels", ""); err == nil {
		for _, r := range rels {
			if strings.HasSuffix(r.kind, "/officeDocument") {
				book = r.target
			}
		}
	}
	dir, file := path.Split(book)
	rels, err := p.relations(dir+"_rels/"+file+".rels", dir)
	if err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, r := range rels {
		targets[r.id] = r.target
		switch {
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			p.strings = r.target
		case strings.HasSuffix(r.kind, "/styles"):
			p.styles = r.target
		}
	}
	return p, p.workbook(book, targets)
}

type relation struct{ id, kind, target string }

func (p *pack) relations(name, dir string) ([]relation, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	var out []relation
	x := &tokens{b: data}
	for x.next() {
		if !x.in("Relationship") || x.attribute("TargetMode") == "External" {
			continue
		}
		target := x.attribute("Target")
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(dir, target)
		}
		out = append(out, relation{x.attribute("Id"), x.attribute("Type"), target})
	}
	if x.bad {
		return nil, errMarkup
	}
	return out, nil
}

func (p *pack) workbook(name string, targets map[string]string) error {
	data, err := p.read(name)
	if err != nil {
		return err
	}
	x := &tokens{b: data}
	for x.next() {
		switch {
		case x.in("workbookPr"):
			v := x.attribute("date1904")
			p.date1904 = v == "1" || v == "true"
		case x.in("sheet"):
			if target := targets[x.attribute("id")]; target != "" {
				p.sheets = append(p.sheets, sheetPart{x.attribute("name"), target})
			}
		}
	}
	if x.bad {
		return errMarkup
	}
	return nil
}

// read unpacks a part within the limits, whatever its header claims.
func (p *pack) read(name string) ([]byte, error) {
	f := p.parts[name]
	if f == nil {
		return nil, errNoPart
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	most := min(int64(maxPart), maxUnpack-p.unpacked)
	var data []byte
	if n := int64(f.UncompressedSize64); n <= most {
		data = make([]byte, 0, n+512)
	}
	data, err = readInto(data, io.LimitReader(r, most+1))
	p.unpacked += int64(len(data))
	if err == nil && int64(len(data)) > most {
		err = errTooLarge
	}
	return data, err
}

// readInto is io.ReadAll into a slice that has room already.
func readInto(b []byte, r io.Reader) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}
