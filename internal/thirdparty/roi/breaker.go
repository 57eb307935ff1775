package roi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"yagura/internal/errs"
)

// breaker puts faults into a synthetic register while it is written. Faults in
// templates that others refer to go into rows of their own at the end, so that
// one fault does not entail others.
type breaker struct {
	w      *world
	name   string // of the package, without .zip
	base   map[string]Source
	added  map[string][]func(cells []string)
	edits  map[string]map[int]func(cells []string)
	mangle map[string]func(i int, line []byte) []byte
	list   []part
	fresh  int
	whole  func(out io.Writer) error // instead of the package
	faults []Fault
}

func newBreaker(w *world) *breaker {
	return &breaker{w: w, name: w.meta().Name(), base: w.sources(), added: map[string][]func([]string){}, edits: map[string]map[int]func([]string){},
		mangle: map[string]func(int, []byte) []byte{}, list: parts(w.s, w.meta(), nil)}
}

// put puts the faults of the named kinds.
func (b *breaker) put(names []string) error {
	all := slices.Contains(names, "all")
	for _, name := range names {
		if name != "all" && !slices.ContainsFunc(kinds(b.w.s), func(k kind) bool { return k.name == name }) {
			return errs.New(errs.Invalid, "unknown kind of fault %q", name)
		}
	}
	for _, k := range kinds(b.w.s) {
		if slices.Contains(names, k.name) || all && !k.alone {
			f := k.put(b)
			f.Kind, f.Rule = k.name, k.rule
			b.faults = append(b.faults, f)
		}
	}
	return nil
}

func (b *breaker) write(out io.Writer) error {
	if b.whole != nil {
		return b.whole(out)
	}
	for i := range b.list {
		p := &b.list[i]
		if t := b.w.s.byFile[path.Base(p.path)]; t != nil {
			src := b.source(t.ID)
			p.write = func(w *bufio.Writer) { writeTable(w, t, src, b.mangle[t.ID]) }
		}
	}
	return writeParts(out, b.name, b.list)
}

// source is a template's rows with their faults.
func (b *breaker) source(id string) Source {
	base := b.base[id]
	return Source{base.Rows + len(b.added[id]), func(i int, cells []string) {
		if i >= base.Rows {
			b.added[id][i-base.Rows](cells)
			return
		}
		base.Row(i, cells)
		if edit := b.edits[id][i]; edit != nil {
			edit(cells)
		}
	}}
}

// newID makes a code that the register does not have yet.
func (b *breaker) newID() string {
	b.fresh++
	return withCheckDigits(code36("YGRX", b.fresh))
}

// ownRows names the first key column's new value in the templates in which
// faults get rows of their own.
func (b *breaker) ownRow(id string) (string, bool) {
	switch id {
	case "B_01.01", "B_01.02", "B_05.01", "B_01.03", "B_02.01":
		return b.newID(), true
	case "B_06.01":
		b.fresh++
		return fmt.Sprintf("F%d", 1000+b.fresh), true
	}
	return "", false
}

// find draws a row that fits and that no other fault has.
func (b *breaker) find(id string, fits func(r []string) bool) int {
	src := b.base[id]
	cells := make([]string, len(b.w.s.Table(id).Columns))
	start := b.w.pick(forChoice, 1000+b.fresh, src.Rows)
	for n := range src.Rows {
		i := (start + n) % src.Rows
		clear(cells)
		src.Row(i, cells)
		if b.edits[id][i] == nil && (fits == nil || fits(cells)) {
			return i
		}
	}
	return start // a register this small has no such row; the test of the kinds tells
}

func (b *breaker) place(id string, i, col int) Fault {
	t := b.w.s.Table(id)
	f := Fault{File: "reports/" + t.File, Row: i + 2}
	if col >= 0 {
		f.Column = t.Columns[col].Code
	}
	return f
}

// change changes a row that fits; the fault is in column col.
func (b *breaker) change(id string, col int, fits func([]string) bool, edit func(r []string)) Fault {
	i := b.find(id, fits)
	if own, ok := b.ownRow(id); ok {
		return b.append(id, i, col, func(r []string) {
			r[0] = own
			if id == "B_05.01" {
				r[c0020], r[c0050] = typeLEI, "Synthetic Provider "+own
			}
			edit(r)
		})
	}
	if b.edits[id] == nil {
		b.edits[id] = map[int]func([]string){}
	}
	b.edits[id][i] = edit
	return b.place(id, i, col)
}

// append adds a changed copy of row i.
func (b *breaker) append(id string, i, col int, edit func(r []string)) Fault {
	base := b.base[id]
	at := base.Rows + len(b.added[id])
	b.added[id] = append(b.added[id], func(r []string) {
		base.Row(i, r)
		edit(r)
	})
	return b.place(id, at, col)
}

// raw changes the text of one line of a template.
func (b *breaker) raw(id string, i, col int, edit func(line []byte) []byte) Fault {
	before := b.mangle[id]
	b.mangle[id] = func(at int, line []byte) []byte {
		if before != nil {
			line = before(at, line)
		}
		if at == i {
			line = edit(line)
		}
		return line
	}
	return b.place(id, i, col)
}

// lines changes the lines of a small file; edit returns the number of the
// faulty one.
func (b *breaker) lines(file string, edit func(lines []string) ([]string, int)) Fault {
	p := b.part(file)
	var buf bytes.Buffer
	w := bufio.NewWriter(&buf)
	p.write(w)
	w.Flush()
	lines, at := edit(strings.Split(strings.TrimSuffix(buf.String(), "\r\n"), "\r\n"))
	p.write = text(strings.Join(lines, "\r\n") + "\r\n")
	return Fault{File: file, Row: at}
}

func (b *breaker) part(file string) *part {
	return &b.list[slices.IndexFunc(b.list, func(p part) bool { return p.path == file })]
}

func (b *breaker) drop(file string) Fault {
	b.list = slices.DeleteFunc(b.list, func(p part) bool { return p.path == file })
	return Fault{File: file}
}

// replace replaces a text once in a small file's line and tells the line.
func (b *breaker) replace(file, old, with, column string) Fault {
	f := b.lines(file, func(lines []string) ([]string, int) {
		for i := range lines {
			if strings.Contains(lines[i], old) {
				lines[i] = strings.Replace(lines[i], old, with, 1)
				return lines, i + 1
			}
		}
		return lines, 0
	})
	f.Column = column
	return f
}
