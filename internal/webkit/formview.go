package webkit

import (
	"context"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// FormView is one section of a form as it is filled in or read.
type FormView struct {
	Form    *form.Form
	Section *form.Section
	Answers form.Answers
	// Fields, when not nil, stands in for Answers: what was typed, by field name,
	// as DecodeForm returned it. Nothing that was typed is lost by an error.
	Fields    map[string]string
	Previous  form.Answers // last year's, by this edition's ids (form.Translate)
	Applies   func(*form.Item) bool
	Findings  []finding.Finding
	Conflicts map[string]Conflict    // by item id
	Options   map[string][]RefOption // of ref items by item id; of columns by "item/column"
	Links     map[string]ItemLinks   // by item id
	Hidden    []Hidden               // fields of the screen's own
	Version   int64                  // of the filing that the page was made from

	Action   string                  // target of the form
	Autosave string                  // target of the saving between, "" for none
	Next     string                  // text of the primary button; default 保存して次へ
	EditURL  string                  // read only: where a section's items are changed, "" for nowhere
	ItemURL  func(*form.Item) string // read only: where more is about an item, nil for nowhere
	ItemText string                  // of the link there
	Quiet    bool                    // no error summary: the page shows one of its own
}

// RefOption is a record that a ref item may point to.
type RefOption struct{ ID, Text string }

// ItemLinks lead from an item to its history and its comments.
type ItemLinks struct {
	History  string
	Comments string
	Count    int // of comments
}

// Conflict is an item that someone else changed since the page was made.
type Conflict struct {
	Theirs form.Answer
	By, At string // as they are shown
}

// Names of the fields that belong to the form and not to an item. No item id
// begins with an underscore.
const (
	FieldVersion = "_version"
	fieldItem    = "_item" // an item that the page showed
	fieldSave    = "_save"
	fieldAdd     = "_add"
	fieldRemove  = "_remove"
	fieldClear   = "_clear"
	fieldAgain   = "_previous"
)

// What follows an item's id in the names of its further fields.
const (
	partState   = "~state"
	partComment = "~comment"
	partNone    = "~none"    // multi, table: explicitly nothing
	partRows    = "~rows"    // table: number of rows
	partTime    = "~time"    // datetime
	partZone    = "~zone"    // datetime
	partUpload  = "~upload"  // file: the new file
	partCarried = "~carried" // digest of the answer that was carried over
	partConfirm = "~confirm"
	partKeep    = "~keep" // conflict: mine or theirs
)

// cellName names the field of a table's cell; rows count from 0.
func cellName(table string, row int, column string) string {
	return table + "~" + strconv.Itoa(row) + "~" + column
}

// itemView is one item, or one cell of a table, as it is drawn.
type itemView struct {
	*FormView
	it     *form.Item
	name   string // of the field
	at     string // pointer of its findings
	key    string // of its options in FormView.Options
	number int    // in the section, from 1; 0 in a table
	cell   bool
	label  string // accessible name of a cell's field
	fields map[string]string
}

// items are the section's items that apply, as they are drawn.
func (v *FormView) items(ctx context.Context) []itemView {
	fields := v.Fields
	if fields == nil {
		fields = FormFields(v.Form, v.Section.ID, v.Answers, Lang(ctx))
	}
	var out []itemView
	for _, it := range v.Section.Items {
		if v.Applies != nil && !v.Applies(it) {
			continue
		}
		out = append(out, itemView{FormView: v, it: it, name: it.ID, at: "/" + it.ID, key: it.ID, number: len(out) + 1, fields: fields})
	}
	return out
}

func (v itemView) cellOf(ctx context.Context, row int, c *form.Item) itemView {
	out := v
	out.it, out.name, out.cell = c, cellName(v.name, row, c.ID), true
	out.at = v.at + "/" + strconv.Itoa(row) + "/" + c.ID
	out.key = v.it.ID + "/" + c.ID
	out.label = T(ctx, "webkit.table.cell", "column", Say(ctx, c.Ask), "row", row+1)
	return out
}

func (v itemView) value(part string) string { return v.fields[v.name+part] }

func (v itemView) id(part string) string { return fieldID(v.name + part) }

// anchor is where an error summary leads to.
func (v itemView) anchor() string { return "q" + strings.TrimPrefix(fieldID(v.it.ID), "f") }

// firstID is the id of the item's first field.
func (v itemView) firstID() string {
	switch {
	case v.it.Type == form.TypeChoice, v.it.Type == form.TypeMulti, v.it.Type == form.TypeYesNo:
		return v.id("~0")
	case v.it.Type == form.TypeTable:
		return v.anchor()
	case v.it.Type == form.TypeFile:
		return v.id(partUpload)
	}
	return v.id("")
}

// faults are the item's own findings of a severity, in words. Those of a
// table's cells stand at the cells.
func (v itemView) faults(ctx context.Context, s finding.Severity) []string {
	var out []string
	for _, f := range v.Findings {
		if f.Pointer == v.at && f.Severity == s {
			out = append(out, faultText(ctx, f))
		}
	}
	return out
}

func (v itemView) bad(ctx context.Context) bool { return len(v.faults(ctx, finding.Error)) > 0 }

// faultText is the finding's words beside its field, where its place is plain.
func faultText(ctx context.Context, f finding.Finding) string {
	if f.Rule == "answer.required" {
		return T(ctx, "webkit.answer.required")
	}
	return f.Text(Lang(ctx))
}

// Faults are the section's errors as an error summary lists them, in the order
// of the page.
func (v FormView) Faults(ctx context.Context) []Fault {
	var out []Fault
	for _, item := range v.items(ctx) {
		for _, f := range v.Findings {
			rest, ok := strings.CutPrefix(f.Pointer, item.at)
			if !ok || f.Severity != finding.Error || rest != "" && rest[0] != '/' {
				continue
			}
			out = append(out, Fault{Href: "#" + item.target(ctx, rest), Text: T(ctx, "webkit.fault", "item", item.place(ctx, rest), "what", faultText(ctx, f))})
		}
	}
	return out
}

// inTable splits the rest of a pointer, "/0/column", into row and column.
func (v itemView) inTable(rest string) (int, *form.Item) {
	row, column, ok := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	n, err := strconv.Atoi(row)
	if !ok || err != nil {
		return 0, nil
	}
	return n, v.it.Column(column)
}

func (v itemView) target(ctx context.Context, rest string) string {
	if row, c := v.inTable(rest); c != nil {
		return v.cellOf(ctx, row, c).firstID()
	}
	return v.firstID()
}

func (v itemView) place(ctx context.Context, rest string) string {
	name := T(ctx, "webkit.item.number", "n", v.number)
	if row, c := v.inTable(rest); c != nil {
		return name + " " + T(ctx, "webkit.table.cell", "column", Say(ctx, c.Ask), "row", row+1)
	}
	return name
}

// stated reports whether the item asks for the state of its value.
func (v itemView) stated() bool {
	s := form.State(v.value(partState))
	return len(v.it.States) > 1 || s != "" && s != form.Known
}

func (v itemView) state() form.State {
	if s := form.State(v.value(partState)); s != "" {
		return s
	}
	return form.Known
}

// states are those allowed and, so that it isn't lost, the one that is set.
func (v itemView) states() []form.State {
	out := v.it.States
	if !v.it.Allows(v.state()) {
		out = append(append([]form.State(nil), out...), v.state())
	}
	return out
}

// StateText names a value state.
func StateText(s form.State) i18n.Text {
	if s == "" {
		s = form.Known
	}
	return i18n.Both("webkit.state." + string(s))
}

// commentOpen: the field of a comment shows where there is one or has to be one.
func (v itemView) commentOpen() bool {
	return v.value(partComment) != "" || v.state() == form.NotApplicable
}

// ids of the texts that describe a field.
func (v itemView) describedBy(ctx context.Context) string {
	return describedBy(v.id(""), !v.cell && v.hasHelp(ctx), v.bad(ctx))
}

func (v itemView) hasHelp(ctx context.Context) bool { return Say(ctx, v.it.Help) != "" }

// multiline reports whether a text is given several lines.
func (v itemView) multiline() bool {
	return !v.cell && (v.it.MaxLength == 0 || v.it.MaxLength > 100) || strings.Contains(v.value(""), "\n")
}

// noneOffered: an empty list is an answer of its own. Items whose options hold
// a "none" say it by that.
func (v itemView) noneOffered() bool {
	return v.value(partNone) != "" || v.it.Type == form.TypeTable || v.it.Option("none") == nil
}

func (v itemView) chosen() map[string]bool {
	out := map[string]bool{}
	for id := range strings.SplitSeq(v.value(""), listSeparator) {
		out[id] = true
	}
	return out
}

// stray are chosen values that are no option: they show, so that they can be
// put right.
func (v itemView) stray() []string {
	var out []string
	for id := range strings.SplitSeq(v.value(""), listSeparator) {
		if id != "" && v.it.Option(id) == nil {
			out = append(out, id)
		}
	}
	return out
}

func (v itemView) rows() int {
	n, err := strconv.Atoi(v.value(partRows))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, maxRows)
}
