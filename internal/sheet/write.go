package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"unicode/utf16"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// WriteOptions say what stands in a workbook beside the form.
type WriteOptions struct {
	Lang     i18n.Lang    // of labels and texts; Japanese when empty
	Party    string       // id of the organisation that answers; may be empty
	Name     string       // its name
	Answers  form.Answers // filled in
	Previous form.Answers // last edition's answers under this edition's ids (form.Translate), shown beside
	// Carry fills in the previous answers where Answers has none, except files
	// and what this edition would refuse; each counts as unconfirmed (Carried)
	// until it is changed or confirmed in its row.
	Carry bool
}

// MaxCellText is how many UTF-16 units a cell holds (Excel specifications and limits).
const MaxCellText = 32_767

// Write writes the workbook of a form: a cover, a sheet for every section, a
// sheet for every table item. Only the cells to fill in are unlocked; answers
// are chosen from lists or checked as they are typed. Hidden ids say what each
// cell is, so that Read does not depend on where it stands; a hidden sheet and
// the document properties name form, edition and definition. Texts are never
// formulas. A text too long for a cell is an error of kind invalid. Equal input
// gives equal bytes.
func Write(w io.Writer, f *form.Form, o WriteOptions) error {
	t, err := newTemplate(f, o.Lang, variantOf(f, o))
	if err != nil {
		return err
	}
	return t.Write(w, o)
}

// variantOf finds what the layout needs for the options' answers.
func variantOf(f *form.Form, o WriteOptions) variant {
	v := variant{previous: o.Previous != nil || o.Carry, extra: map[string]bool{}}
	for id, a := range o.Answers {
		v.previous = v.previous || a.Carried
		rows, _ := a.Value.([]form.Row)
		it := f.Item(id)
		if it == nil {
			continue
		}
		for _, row := range rows {
			for col, cell := range row {
				plain := cell.Comment == "" && (cell.State == "" || cell.State == form.Known) && cell.Value != nil && cell.Value != ""
				if c := it.Column(col); !plain && c != nil && !hasStates(c) {
					v.extra[id+"/"+col] = true
				}
			}
		}
	}
	return v
}

// Write fills the template; see the function Write. The template's language and
// columns hold, except that answers which need more columns get them.
func (t *Template) Write(w io.Writer, o WriteOptions) error {
	o.Lang = t.plan.lang
	need := variantOf(t.plan.form, o)
	if need.previous && !t.plan.variant.previous || !covers(t.plan.variant.extra, need.extra) {
		need.previous = need.previous || t.plan.variant.previous
		wider, err := newTemplate(t.plan.form, t.plan.lang, need)
		if err != nil {
			return err
		}
		t = wider
	}
	wr := &writer{t: t, o: o, answers: o.Answers}
	if o.Carry {
		wr.answers = carried(t.plan.form, o.Answers, o.Previous)
	}
	return t.writeTo(w, wr.render)
}

func covers(have, need map[string]bool) bool {
	for k := range need {
		if !have[k] {
			return false
		}
	}
	return true
}

// carried adds to answers those of last edition that this one accepts, marked.
func carried(f *form.Form, answers, previous form.Answers) form.Answers {
	out := maps.Clone(answers)
	if out == nil {
		out = form.Answers{}
	}
	refused := map[string]bool{}
	for _, fd := range f.Validate(previous, nil, nil) {
		id, _, _ := strings.Cut(strings.TrimPrefix(fd.Pointer, "/"), "/")
		refused[id] = refused[id] || fd.Severity == finding.Error
	}
	for id, a := range previous {
		it := f.Item(id)
		if _, has := out[id]; has || it == nil || it.Type == form.TypeFile || refused[id] {
			continue
		}
		a.Carried = true
		out[id] = a
	}
	return out
}

// writer renders one party's workbook.
type writer struct {
	t       *Template
	o       WriteOptions
	answers form.Answers
}

func (wr *writer) render(fl *fill, b []byte) ([]byte, error) {
	if fl.table != nil {
		return wr.renderTable(fl, b)
	}
	var err error
	for i := range fl.slots {
		b = append(b, fl.texts[i]...)
		s := &fl.slots[i]
		if b, err = wr.cell(b, s, s.ref, wr.content(s)); err != nil {
			return nil, err
		}
	}
	last := fl.texts[len(fl.slots)]
	if fl.token {
		last = bytes.ReplaceAll(last, []byte(partyToken), appendXML(nil, wr.o.Party))
	}
	return append(b, last...), nil
}

// content is what a slot holds.
func (wr *writer) content(s *slot) cellText {
	switch s.kind {
	case slotParty:
		return cellText{text: wr.o.Party}
	case slotName:
		return cellText{text: wr.o.Name}
	case slotOpen:
		return cellText{strconv.Itoa(openItems(s.section, wr.answers)), true}
	case slotTodo:
		return cellText{strconv.Itoa(isOpen(s.item, wr.answers)), true}
	case slotPrevious:
		return cellText{text: wr.previous(s.item)}
	case slotPreviousOption:
		return cellText{text: mark(s.option, wr.o.Previous[s.item.ID])}
	}
	a, ok := wr.answers[s.item.ID]
	if !ok {
		return cellText{}
	}
	switch s.kind {
	case slotAnswer:
		return wr.answer(s.item, a)
	case slotOption:
		return cellText{text: mark(s.option, a)}
	case slotState:
		return cellText{text: wr.state(s.item, a)}
	case slotComment:
		return cellText{text: a.Comment}
	case slotMark:
		if a.Carried {
			return cellText{text: fingerprint(s.item, a)}
		}
	case slotConfirm:
		if a.Carried {
			return cellText{text: i18n.T(wr.o.Lang, "sheet.unconfirmed")}
		}
	}
	return cellText{}
}

func (wr *writer) answer(it *form.Item, a form.Answer) cellText {
	if rows, ok := a.Value.([]form.Row); ok && it.Type == form.TypeTable {
		if len(rows) == 0 {
			return cellText{text: i18n.T(wr.o.Lang, "sheet.no-rows")}
		}
		return cellText{}
	}
	return wr.t.display.value(it, a.Value)
}

// state is the label of a state that the value alone does not tell.
func (wr *writer) state(it *form.Item, a form.Answer) string {
	if a.State != "" && a.State != form.Known || a.State == form.Known && a.Value == nil || a.Value == "" {
		return StateLabel(a.State).In(wr.o.Lang)
	}
	return ""
}

// mark is ○ for a chosen option, and × for all when none is chosen, so that
// this can be told from no answer.
func mark(o *form.Option, a form.Answer) string {
	ids, ok := a.Value.([]string)
	if !ok {
		return ""
	}
	for _, id := range ids {
		if id == o.ID {
			return "○"
		}
	}
	if len(ids) == 0 {
		return "×"
	}
	return ""
}

// previous shows last year's answer with its state and comment.
func (wr *writer) previous(it *form.Item) string {
	a, ok := wr.o.Previous[it.ID]
	if !ok {
		return ""
	}
	text := wr.t.display.plain(it, a.Value)
	if a.State != "" && a.State != form.Known {
		label := StateLabel(a.State).In(wr.o.Lang)
		if text != "" {
			label = i18n.T(wr.o.Lang, "sheet.with-state", "value", text, "state", label)
		}
		text = label
	}
	if a.Comment != "" {
		text += "\n" + i18n.T(wr.o.Lang, "sheet.with-comment", "comment", a.Comment)
	}
	return clip(text, 4000)
}

// fingerprint tells whether an answer's value and state are still those that
// were carried.
func fingerprint(it *form.Item, a form.Answer) string {
	h := sha256.New()
	var put func(it *form.Item, a form.Answer)
	put = func(it *form.Item, a form.Answer) {
		s := a.State
		if s == "" {
			s = form.Known
		}
		rows, isTable := a.Value.([]form.Row)
		if !isTable {
			fmt.Fprintf(h, "%q %q %v\n", s, it.FormatValue(a.Value), a.Value != nil)
			return
		}
		fmt.Fprintf(h, "%q %d\n", s, len(rows))
		for _, row := range rows {
			for _, c := range it.Columns {
				if cell, ok := row[c.ID]; ok {
					fmt.Fprintf(h, "%q ", c.ID)
					put(c, cell)
				}
			}
			fmt.Fprintln(h)
		}
	}
	put(it, a)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// cell writes the XML of one cell.
func (wr *writer) cell(b []byte, s *slot, ref string, c cellText) ([]byte, error) {
	style := s.style
	if s.kind == slotConfirm && c.text != "" {
		style = wr.t.confirmStyle
	}
	b = append(b, `<c r="`...)
	b = append(b, ref...)
	if style != "" {
		b = append(append(b, `" s="`...), style...)
	}
	switch {
	case s.formula != "":
		b = append(append(b, `"><f>`...), appendXML(nil, s.formula)...)
		return append(append(append(b, `</f><v>`...), c.text...), `</v></c>`...), nil
	case c.text == "":
		return append(b, `"/>`...), nil
	case c.number:
		return append(append(append(b, `"><v>`...), c.text...), `</v></c>`...), nil
	}
	if len(c.text) > MaxCellText && len(utf16.Encode([]rune(c.text))) > MaxCellText {
		id := ""
		if s.item != nil {
			id = s.item.ID
		}
		return nil, errs.New(errs.Invalid, "the text of item %s at %s is longer than the %d characters of a cell", id, ref, MaxCellText)
	}
	b = append(b, `" t="inlineStr"><is><t xml:space="preserve">`...)
	b = appendXML(b, c.text)
	return append(b, `</t></is></c>`...), nil
}

// renderTable repeats the template's row for the answers of a table.
func (wr *writer) renderTable(fl *fill, b []byte) ([]byte, error) {
	rows, _ := wr.answers[fl.table.item.ID].Value.([]form.Row)
	b = append(b, fl.texts[0]...)
	for n := range fl.table.framed(len(rows)) {
		row := rowFirst + n
		b = fmt.Appendf(b, `<row r="%d" ht="21" customHeight="1">`, row)
		for i := range fl.slots {
			s := &fl.slots[i]
			c := cellText{strconv.Itoa(n + 1), true}
			if s.kind == slotCell {
				c = cellText{}
				if n < len(rows) {
					c = wr.tableCell(s, rows[n])
				}
			}
			ref := strings.TrimRight(s.ref, "0123456789") + strconv.Itoa(row)
			var err error
			if b, err = wr.cell(b, s, ref, c); err != nil {
				return nil, err
			}
		}
		b = append(b, "</row>"...)
	}
	return append(b, fl.texts[1]...), nil
}

func (wr *writer) tableCell(s *slot, row form.Row) cellText {
	a, ok := row[s.item.ID]
	switch {
	case !ok:
		return cellText{}
	case s.part == keyState:
		return cellText{text: wr.state(s.item, a)}
	case s.part == keyComment:
		return cellText{text: a.Comment}
	}
	if ids, ok := a.Value.([]string); ok && len(ids) == 0 {
		return cellText{text: i18n.T(wr.o.Lang, "sheet.none")}
	}
	return wr.t.display.value(s.item, a.Value)
}
