package register

import (
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/sheet"
)

// Plan is what a file would change in a register. It can be applied when none of its
// findings is an error.
type Plan struct {
	Form     *form.Form
	Rows     []RowChange
	Same     int // rows that say what is stored
	Findings []finding.Finding
}

// RowChange is one row of a file that enters or changes a record.
type RowChange struct {
	ID      string // "" enters a new record
	Title   string
	Row     int // of the file
	Changes []Change
}

// Change is an answer that a file would change.
type Change struct {
	Item     *form.Item
	Old, New form.Answer
	Version  int64 // of the old answer, 0 when there was none
}

// Diff compares a file with a register: what each row would change, and by cell what is
// wrong. Columns go by the ids in their heads, rows by the id of the record; a row without
// id enters a new record. An empty cell takes the answer back; a column that is not in
// the file, and a record without a row, stay as they are.
func Diff(f *form.Form, current []record.Full, to References, o *form.Org, list *sheet.List, file string) Plan {
	d := &differ{f: f, to: to, org: o, list: list, file: file, plan: Plan{Form: f}, records: map[string]record.Full{}, titles: map[string]bool{}, seen: map[string]int{}}
	for _, r := range current {
		d.records[r.ID] = r
		d.titles[r.Title] = true
	}
	if len(list.Rows) == 0 || !d.head(list.Rows[0]) {
		return d.plan
	}
	for _, row := range list.Rows[1:] {
		d.row(row)
	}
	return d.plan
}

type differ struct {
	f       *form.Form
	to      References
	org     *form.Org
	list    *sheet.List
	file    string
	plan    Plan
	columns []*column // of the file; nil: the id, or a column that is passed over
	id      int       // place of the id's column
	records map[string]record.Full
	titles  map[string]bool
	seen    map[string]int // row of the file by id
}

// add keeps a finding about a cell; column is from 0, -1 for the whole row.
func (d *differ) add(severity finding.Severity, row, column int, value, key string, args ...any) {
	fd := finding.New(key, key, args...)
	fd.Severity, fd.Value = severity, value
	d.place(&fd, row, column)
	if len(d.plan.Findings) < sheet.MaxFindings {
		d.plan.Findings = append(d.plan.Findings, fd)
	}
}

func (d *differ) place(fd *finding.Finding, row, column int) {
	fd.File, fd.Sheet, fd.Row = d.file, d.list.Sheet, row
	switch {
	case column < 0:
	case d.columns[column] != nil && fd.Pointer == "":
		fd.Pointer = "/" + d.columns[column].item.ID
	}
	switch {
	case column < 0:
	case d.list.Sheet != "":
		fd.Column = sheet.Letters(column + 1)
	case d.columns[column] != nil:
		fd.Column = d.columns[column].key()
	case column == d.id:
		fd.Column = idColumn
	}
}

// head reads the heads of the columns; false when the rows can't be read by them.
func (d *differ) head(row sheet.ListRow) bool {
	d.id = -1
	d.columns = make([]*column, len(row.Cells))
	taken := map[string]bool{}
	for i, cell := range row.Cells {
		key := bracketed(cell.Text)
		if cell.Text == "" {
			continue
		}
		if taken[key] {
			d.add(finding.Error, row.Row, i, cell.Text, "register.column-twice", "name", cell.Text)
			return false
		}
		taken[key] = true
		if key == idColumn {
			d.id = i
			continue
		}
		name, part, _ := strings.Cut(key, "#")
		c := column{d.f.Item(name), ""}
		if part != "" {
			c.part = "#" + part
		}
		if c.item == nil || !inFile(c.item) || c.part != "" && c.part != partState && c.part != partComment {
			d.add(finding.Warning, row.Row, i, cell.Text, "register.column-unknown", "name", cell.Text)
			continue
		}
		d.columns[i] = &c
	}
	if d.id < 0 {
		d.add(finding.Error, row.Row, -1, "", "register.column-id-missing")
		return false
	}
	return true
}

// bracketed is the id in the brackets at the end of a text, or the whole text.
func bracketed(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, '['); i >= 0 && strings.HasSuffix(text, "]") {
		return text[i+1 : len(text)-1]
	}
	return text
}

func (d *differ) row(row sheet.ListRow) {
	if !slices.ContainsFunc(row.Cells, func(c sheet.ListCell) bool { return c.Text != "" }) {
		return
	}
	id := ""
	if d.id < len(row.Cells) {
		id = form.Normalise(row.Cells[d.id].Text)
	}
	now, known := d.records[id]
	switch first, again := d.seen[id]; {
	case id == "":
	case again:
		d.add(finding.Error, row.Row, d.id, id, "register.row-twice", "id", id, "row", first)
		return
	case !known:
		d.add(finding.Error, row.Row, d.id, id, "register.row-unknown", "id", id)
		return
	default:
		d.seen[id] = row.Row
	}
	after := form.Answers{}
	for item, a := range now.Draft.Answers {
		after[item] = a
	}
	bad := len(d.plan.Findings)
	touched := d.answers(row, after)
	out := RowChange{ID: id, Row: row.Row}
	for _, it := range d.f.Items() {
		if old := now.Draft.Answers[it.ID]; touched[it.ID] && !old.Equal(after[it.ID]) {
			out.Changes = append(out.Changes, Change{it, old, after[it.ID], now.Draft.Versions[it.ID]})
		}
	}
	d.check(row.Row, after, out.Changes)
	out.Title = Title(d.f, after, d.to)
	if id == "" && out.Title != "" && d.titles[out.Title] {
		d.add(finding.Warning, row.Row, -1, out.Title, "register.row-same-title", "title", out.Title)
	}
	switch {
	case len(out.Changes) > 0:
		d.plan.Rows = append(d.plan.Rows, out)
	case bad == len(d.plan.Findings):
		d.plan.Same++
	}
}

// answers reads the cells of a row into the answers, and tells which items it read.
func (d *differ) answers(row sheet.ListRow, into form.Answers) map[string]bool {
	touched := map[string]bool{}
	for i, c := range d.columns {
		if c == nil {
			continue
		}
		cell := sheet.ListCell{}
		if i < len(row.Cells) {
			cell = row.Cells[i]
		}
		a := into[c.item.ID]
		switch c.part {
		case partComment:
			a.Comment = cell.Text
		case partState:
			state, ok := stateOf(cell.Text)
			if !ok {
				d.add(finding.Error, row.Row, i, cell.Text, "register.state-unknown", "value", cell.Text)
				continue
			}
			a.State = state
		default:
			value, key := d.value(c.item, cell)
			if key != "" {
				d.add(finding.Error, row.Row, i, cell.Text, key)
				continue
			}
			a.Value = value
		}
		a.Carried = false
		touched[c.item.ID] = true
		if into[c.item.ID] = a; a.Value == nil && a.State == "" && a.Comment == "" {
			delete(into, c.item.ID)
		}
	}
	return touched
}

// value reads a cell as an item's value, nil for an empty one; key says what is wrong.
func (d *differ) value(it *form.Item, cell sheet.ListCell) (value any, key string) {
	text := cell.As(it.Type)
	if text == "" {
		return nil, ""
	}
	if it.Type == form.TypeRef {
		if id := d.pointed(it, text); id != "" {
			return id, ""
		}
		return nil, "register.ref-unread"
	}
	if it.Type == form.TypeMulti && (text == i18n.T(i18n.JA, "register.none") || text == i18n.T(i18n.EN, "register.none")) {
		return []string{}, ""
	}
	value, err := it.ParseValue(text)
	if err != nil {
		if key = err.Error(); !i18n.Has(key) {
			key = "register.value-unread"
		}
		return nil, key
	}
	return value, ""
}

// pointed finds the record that a text names: by id, by "title [id]", or by a title
// that one record alone has.
func (d *differ) pointed(it *form.Item, text string) string {
	id, found := bracketed(text), ""
	for _, o := range d.to[it.ID] {
		if o.ID == id {
			return id
		}
	}
	for _, o := range d.to[it.ID] {
		if o.Text == text {
			if found != "" {
				return ""
			}
			found = o.ID
		}
	}
	return found
}

func stateOf(text string) (form.State, bool) {
	if text == "" {
		return "", true
	}
	for _, s := range []form.State{form.Known, form.Estimated, form.Unknown, form.NotApplicable} {
		if label := sheet.StateLabel(s); text == string(s) || text == label.JA || text == label.EN {
			if s == form.Known {
				s = ""
			}
			return s, true
		}
	}
	return "", false
}

// check has the form judge the changed answers of a row.
func (d *differ) check(row int, after form.Answers, changes []Change) {
	var items []string
	for _, c := range changes {
		items = append(items, c.Item.ID)
	}
	for _, fd := range faults(d.f.Validate(after, nil, d.org), items) {
		at := slices.IndexFunc(d.columns, func(c *column) bool { return c != nil && c.item.ID == itemOf(fd) })
		d.place(&fd, row, at)
		d.plan.Findings = append(d.plan.Findings, fd)
	}
}
