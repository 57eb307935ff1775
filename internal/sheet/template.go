package sheet

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Template is the workbook of a form in one language before anybody's answers
// are in it. Making one takes some tens of milliseconds, filling it a few: keep
// one where many parties get the same form. It may be used by several
// goroutines at once.
type Template struct {
	plan    *plan
	display *display
	parts   []part
	fills   map[string]*fill // by name of the part: the sheets that differ by party

	confirmStyle string // of the cell that confirms a carried answer
}

// NewTemplate prepares the workbook of a form in a language. With previous it
// has columns for last year's answers and their confirmation.
func NewTemplate(f *form.Form, lang i18n.Lang, previous bool) (*Template, error) {
	return newTemplate(f, lang, variant{previous: previous})
}

func newTemplate(f *form.Form, lang i18n.Lang, v variant) (*Template, error) {
	if lang != i18n.EN {
		lang = i18n.JA
	}
	b := &builder{plan: newPlan(f, lang, v), display: newDisplay(f, lang), file: excelize.NewFile(), slots: map[string][]slot{}}
	defer b.file.Close()
	b.styles = &styles{file: b.file, font: font(lang), ids: map[look]int{}}
	b.build()
	if b.err != nil {
		return nil, fmt.Errorf("workbook of %s: %w", f.Name(), b.err)
	}
	var out bytes.Buffer
	if err := b.file.Write(&out); err != nil {
		return nil, fmt.Errorf("workbook of %s: %w", f.Name(), err)
	}
	t := &Template{plan: b.plan, display: b.display, fills: map[string]*fill{}, confirmStyle: fmt.Sprint(b.confirm)}
	if err := t.take(out.Bytes(), b); err != nil {
		return nil, fmt.Errorf("workbook of %s: %w", f.Name(), err)
	}
	return t, nil
}

// builder makes the workbook of a template. The first error is kept and ends
// the building, so that the layout reads without an if after every cell.
type builder struct {
	plan    *plan
	display *display
	file    *excelize.File
	styles  *styles
	slots   map[string][]slot // by sheet
	names   map[string]string // lists by content → defined name
	confirm int               // style of the cell that confirms a carried answer
	err     error
}

func (b *builder) must(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *builder) text(key string, args ...any) string {
	return i18n.T(b.plan.lang, key, args...)
}

// put writes a text into a cell and gives it a look.
func (b *builder) put(sheet, cell, text string, l look) {
	if b.err != nil {
		return
	}
	if text != "" {
		b.must(b.file.SetCellStr(sheet, cell, text))
	}
	b.dress(sheet, cell, cell, l)
}

func (b *builder) dress(sheet, from, to string, l look) {
	if b.err != nil {
		return
	}
	id, err := b.styles.id(l)
	b.must(err)
	b.must(b.file.SetCellStyle(sheet, from, to, id))
}

func (b *builder) slot(sheet string, s slot, l look) {
	b.dress(sheet, s.ref, s.ref, l)
	b.slots[sheet] = append(b.slots[sheet], s)
}

// The names of the two sheets that are never shown.
const (
	metaSheet = "_yagura"
	listSheet = "_lists"
)

func (b *builder) build() {
	cover := b.text("sheet.cover")
	b.must(b.file.SetDefaultFont(b.styles.font))
	b.must(b.file.SetSheetName("Sheet1", cover))
	confirm, err := b.styles.id(lookConfirm)
	b.confirm = confirm
	b.must(err)
	b.lists()
	for _, s := range b.plan.sections {
		b.section(s)
	}
	for _, t := range b.plan.tables {
		b.table(t)
	}
	b.cover(cover)
	b.meta()
	b.must(b.file.SetDocProps(&excelize.DocProperties{
		Creator: "Yagura", LastModifiedBy: "Yagura", Title: b.plan.form.Title.In(b.plan.lang),
		Identifier: identifier(b.plan), Language: string(b.plan.lang),
	}))
	b.file.SetActiveSheet(0)
}

// partyToken stands for the party's id where the template has no cell for it.
const partyToken = "@@party@@"

// identifier is what the document properties hold.
func identifier(p *plan) string {
	return fmt.Sprintf("yagura %d; form=%s; edition=%s; hash=%s; lang=%s; party=%s",
		formatVersion, p.form.ID, p.form.Edition, p.form.Hash(), p.lang, partyToken)
}

// meta writes the sheet of properties by which a workbook is recognised.
func (b *builder) meta() {
	b.newSheet(metaSheet)
	f := b.plan.form
	rows := [][2]string{
		{keyMeta, fmt.Sprint(formatVersion)}, {"form", f.ID}, {"edition", f.Edition}, {"hash", f.Hash()},
		{"lang", string(b.plan.lang)}, {"party", ""}, {"name", ""},
	}
	for i, r := range rows {
		b.put(metaSheet, fmt.Sprintf("A%d", i+1), r[0], look{flat: true})
		cell := fmt.Sprintf("B%d", i+1)
		switch r[0] {
		case "party":
			b.slot(metaSheet, slot{kind: slotParty, ref: cell}, look{flat: true, format: "@"})
		case "name":
			b.slot(metaSheet, slot{kind: slotName, ref: cell}, look{flat: true, format: "@"})
		default:
			b.put(metaSheet, cell, r[1], look{flat: true, format: "@"})
		}
	}
	b.must(b.file.SetSheetVisible(metaSheet, false, true))
}

func (b *builder) newSheet(name string) {
	if b.err != nil {
		return
	}
	_, err := b.file.NewSheet(name)
	b.must(err)
}

// lists writes every list of a drop-down once, each a column of a sheet that is
// never shown, under a defined name.
func (b *builder) lists() {
	b.names = map[string]string{}
	b.newSheet(listSheet)
	f := b.plan.form
	b.list([]string{"○", "×"})
	b.list([]string{yesNo(true, b.plan.lang), yesNo(false, b.plan.lang)})
	b.list([]string{b.text("sheet.unconfirmed"), b.text("sheet.confirmed")})
	b.list([]string{b.text("sheet.no-rows")})
	for _, it := range f.Items() {
		for _, x := range append([]*form.Item{it}, it.Columns...) {
			if len(x.Options) > 0 {
				b.list(b.labels(x))
			}
			if hasStates(x) || x.Section() == nil {
				b.list(b.stateLabels(x))
			}
		}
	}
	b.must(b.file.SetSheetVisible(listSheet, false, true))
}

func (b *builder) labels(it *form.Item) []string {
	out := make([]string, len(it.Options))
	for i, o := range it.Options {
		out[i] = b.display.labels[o]
	}
	return out
}

func (b *builder) stateLabels(it *form.Item) []string {
	var out []string
	for _, s := range it.States {
		out = append(out, StateLabel(s).In(b.plan.lang))
	}
	return out
}

func listKey(list []string) string { return fmt.Sprintf("%q", list) }

func (b *builder) list(list []string) {
	key := listKey(list)
	if b.names[key] != "" || b.err != nil {
		return
	}
	n := len(b.names) + 1
	name := fmt.Sprintf("list_%d", n)
	b.names[key] = name
	column, err := excelize.ColumnNumberToName(n)
	b.must(err)
	for i, text := range list {
		b.put(listSheet, fmt.Sprintf("%s%d", column, i+1), text, look{flat: true, format: "@"})
	}
	b.must(b.file.SetDefinedName(&excelize.DefinedName{
		Name: name, RefersTo: fmt.Sprintf("'%s'!$%s$1:$%s$%d", listSheet, column, column, len(list)),
	}))
}
