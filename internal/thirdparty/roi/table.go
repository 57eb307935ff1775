package roi

import (
	"bytes"
	"unicode/utf8"
)

// row is a data row with its cells in the order of the schema; a column that
// the file does not have is empty.
type row [][]byte

// tableCheck reads one template's file.
type tableCheck struct {
	*Table
	path string // below the root
	c    *checker
	out  *collector
	done chan struct{} // closed when the file is read: keys, info and rows are final

	hash  hasher
	rows  int
	keyed bool    // the header has all key columns, so that foreign keys can be judged
	keys  *keySet // primary key → line
	info  *keySet // what other templates' rules want to know; see its.go

	line    int
	order   []int // file column → schema column, -1 for none
	nonKeys []int
	held    []key     // of each foreign key the one found last; neighbours often share it
	late    []pending // references within the template, judged at its end
	rules   func(r row)
	finish  func()
	parts   [][]byte
}

// pending is a reference within a template whose target was not there yet.
type pending struct {
	key   key
	ref   int
	line  int
	value string
}

func (c *checker) newTableCheck(t *Table) *tableCheck {
	tc := &tableCheck{Table: t, path: "reports/" + t.File, c: c, held: make([]key, len(t.Refs)), out: newCollector(c.o.Max), done: make(chan struct{}),
		hash: hasher{a: c.seedA, b: c.seedB}, keys: &keySet{}, info: &keySet{}, finish: func() {}}
	for i, col := range t.Columns {
		if !col.Key {
			tc.nonKeys = append(tc.nonKeys, i)
		}
	}
	return tc
}

// at is the place of a schema column in the current line.
func (t *tableCheck) at(col int, value []byte) at {
	return at{t.path, t.line, t.Columns[col].Code, value}
}

// other is another template of the package.
func (t *tableCheck) other(id string) *tableCheck { return t.c.tables[t.c.schema.Table(id).index] }

func (t *tableCheck) run() {
	f := t.c.entry(t.path)
	if f == nil {
		t.out.add("701", at{file: t.path})
		return
	}
	rc, err := t.c.unpack(f)
	if err != nil {
		t.out.broken(t.path, 0, err)
		return
	}
	defer rc.Close()
	src := readAhead(rc)
	defer src.Close()
	s := newScanner(src, t.c.o.Limits.Cell)
	if !s.scan() {
		if s.failure() == nil {
			t.out.add("801.empty", at{file: t.path, row: 1})
		}
	} else if t.header(s) {
		t.rules = t.rulesOf()
		cells := make(row, len(t.Columns))
		for s.scan() {
			t.record(s, cells)
		}
		t.judgePending()
		t.finish()
	}
	if err := s.failure(); err != nil {
		t.keyed = false // the rest is unknown
		t.out.broken(t.path, s.next, err)
	}
}

// header: rules 306, 801, 802 and 809 in the first line. It reports whether
// the rows can be read.
func (t *tableCheck) header(s *scanner) bool {
	t.line = s.line
	p := at{file: t.path, row: s.line}
	if s.badText {
		t.out.add("306", p)
		return false
	}
	if len(s.cells) > 0 && bytes.HasPrefix(s.cells[0], []byte("\xef\xbb\xbf")) {
		t.out.add("306.bom", p)
		s.cells[0] = s.cells[0][3:]
	}
	if s.count == 1 && len(t.Columns) > 1 && bytes.ContainsAny(s.cells[0], ";\t|") {
		p.value = s.cells[0]
		t.out.add("809.delimiter", p)
		return false
	}
	have := make([]bool, len(t.Columns))
	for _, cell := range s.cells {
		i, ok := t.byCol[string(cell)]
		p.column, p.value = clip(cell), cell
		switch {
		case !ok:
			t.out.add("801", p, "table", t.ID)
			i = -1
		case have[i]:
			t.out.add("802", p)
			i = -1
		default:
			have[i] = true
		}
		t.order = append(t.order, i)
	}
	t.keyed = true
	for i, ok := range have {
		if !ok {
			t.out.add("801.missing", at{file: t.path, row: t.line, column: t.Columns[i].Code}, "table", t.ID)
			t.keyed = t.keyed && !t.Columns[i].Key
		}
	}
	return true
}

// record checks one line.
func (t *tableCheck) record(s *scanner, cells row) {
	t.line = s.line
	t.rows++
	clear(cells)
	for i, v := range s.cells {
		if i < len(t.order) && t.order[i] >= 0 {
			cells[t.order[i]] = v
		}
	}
	sound := t.sound(s)
	t.primaryKey(cells, sound)
	if !sound {
		return
	}
	for i, v := range cells {
		if len(v) > 0 {
			t.value(i, v)
		}
	}
	for i := range t.Refs {
		t.foreignKey(i, cells)
	}
	t.complete(cells)
	if t.rules != nil {
		t.rules(cells)
	}
}

// sound: rules 809, 306 and limit. The cells of an unsound line are not judged.
func (t *tableCheck) sound(s *scanner) bool {
	column := func(i int) string {
		if i < len(t.order) && t.order[i] >= 0 {
			return t.Columns[t.order[i]].Code
		}
		return ""
	}
	p := at{file: t.path, row: s.line}
	ok := true
	if s.count != len(t.order) {
		t.out.add("809", p, "n", s.count, "want", len(t.order))
		ok = false
	}
	if s.badQuot {
		t.out.add("809.quote", p)
		ok = false
	}
	if s.badText {
		for i, v := range s.cells {
			if !utf8.Valid(v) {
				t.out.add("306", at{t.path, s.line, column(i), v})
				break
			}
		}
		ok = false
	}
	if s.tooLong >= 0 {
		p.column = column(s.tooLong)
		t.out.add("limit.cell", p, "max", s.maxCell)
		ok = false
	}
	return ok
}

// value: rules 305, 330, 331, 333 and 503.
func (t *tableCheck) value(i int, v []byte) {
	switch col := &t.Columns[i]; col.Type {
	case Enum:
		if !col.Domain.Has(v) {
			t.out.add("503", t.at(i, v))
		}
	case Date:
		if !isDate(v) {
			t.out.add("330", t.at(i, v))
		}
	case Integer:
		if !isInteger(v) {
			t.out.add("331", t.at(i, v))
		}
	case Amount:
		if !isAmount(v) {
			t.out.add("305", t.at(i, v))
		}
	case True:
		if string(v) != "true" {
			t.out.add("333", t.at(i, v))
		}
	case Text:
		if isPlaceholder(v) {
			t.out.add("its-placeholder", t.at(i, v))
		}
	}
}

// primaryKey: rules 805 and 806.
func (t *tableCheck) primaryKey(cells row, sound bool) {
	if !t.keyed || len(t.Primary) == 0 {
		return
	}
	t.parts = t.parts[:0]
	whole := true
	for _, i := range t.Primary {
		if len(cells[i]) == 0 {
			whole = false
			if sound {
				t.out.add("805", t.at(i, nil))
			}
		}
		t.parts = append(t.parts, cells[i])
	}
	if !whole {
		return
	}
	if first := t.keys.put(t.hash.key(t.parts...), uint32(t.line)); first != 0 && sound {
		t.out.add("806", t.at(t.Primary[0], bytes.Join(t.parts, []byte(" / "))), "first", first)
	}
}

// notApplicable is the literal that the FAQ names for absent references.
const notApplicable = "Not Applicable"

// foreignKey: rule 807. References within the template are judged at its end.
func (t *tableCheck) foreignKey(i int, cells row) {
	ref := &t.Refs[i]
	t.parts = t.parts[:0]
	for _, col := range ref.Columns {
		if len(cells[col]) == 0 {
			return // an empty key is 805; an empty reference refers to nothing
		}
		t.parts = append(t.parts, cells[col])
	}
	if ref.Rule == "R13" && t.c.o.NotApplicable && string(t.parts[0]) == notApplicable {
		return
	}
	target := t.c.tables[ref.Table.index]
	if !target.keyed {
		return
	}
	k := t.hash.key(t.parts...)
	if k == t.held[i] {
		return
	}
	if target.keys.get(k) != 0 {
		t.held[i] = k
		return
	}
	if target == t {
		t.late = append(t.late, pending{k, i, t.line, clip(t.parts[0])})
		return
	}
	t.out.add("807", t.at(ref.Columns[0], bytes.Join(t.parts, []byte(" / "))), t.refArgs(ref)...)
}

func (t *tableCheck) judgePending() {
	for _, p := range t.late {
		ref := &t.Refs[p.ref]
		if t.keys.get(p.key) == 0 {
			t.line = p.line
			t.out.add("807", t.at(ref.Columns[0], []byte(p.value)), t.refArgs(ref)...)
		}
	}
	t.late = nil
}

func (t *tableCheck) refArgs(ref *Ref) []any {
	var codes []byte
	for i, p := range ref.Table.Primary {
		if i > 0 {
			codes = append(codes, "+"...)
		}
		codes = append(codes, ref.Table.Columns[p].Code...)
	}
	return []any{"ref", ref.Rule, "table", ref.Table.ID, "columns", string(codes)}
}
