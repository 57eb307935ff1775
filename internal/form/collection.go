package form

import (
	"slices"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// The items that every collection form has. A register's items can't have such ids,
// since theirs are columns here and its tables keep their own.
const (
	CollectedRecords  = "collected.records"  // table: one row a record
	CollectedCount    = "collected.count"    // integer: how many records
	CollectedSize     = "collected.size"     // choice: the class of that number
	CollectedFilled   = "collected.filled"   // percent: required answers that are there
	CollectedCoverage = "collected.coverage" // percent: mean of the records' scores, where the register scores
	FilledClass       = "collected.filled_class"
	CoverageClass     = "collected.coverage_class"
	TitleColumn       = "collected.title" // column of a record's table: what the record is called
	RecordColumn      = "collected.id"    // column of every table: id of the record
)

const collected = "-collected"

// CollectionID is the id of the form by which the records of a register are collected.
func CollectionID(register string) string { return register + collected }

// Register is the register that a collection form collects, the first of several, nil for
// every other form.
func (f *Form) Register() *Form {
	if len(f.registers) == 0 {
		return nil
	}
	return f.registers[0]
}

// Registers are all registers that a collection form collects, none for every other form.
func (f *Form) Registers() []*Form { return f.registers }

// maxShared is how many options a closed list may have of which each one's share is a figure.
const maxShared = 20

// Collection is the form by which a campaign collects a register, and those that are
// collected with it: the records of each as one table, each table of a record as one more,
// and figures that are made from them (Collect). It is a questionnaire like any other, so
// that all that is done with filings is done with it; its ids follow from the register's,
// so that editions compare.
func Collection(f *Form, with ...*Form) (*Form, []finding.Finding) {
	title := f.Title
	if f.Together != nil {
		title = f.Together.Title
	}
	out := &Form{ID: CollectionID(f.ID), Edition: f.Edition, Kind: KindQuestionnaire, Supersedes: f.Supersedes, Status: f.Status, Published: f.Published, Effective: f.Effective,
		Title:   i18n.Both("collection.title", "register", title),
		Summary: i18n.Both("collection.summary", "register", title), Source: f.Source, TextMode: f.TextMode, Licence: f.Licence, Audience: f.Audience, Tiers: f.Tiers}
	var tables, figures []*Item
	scores := false
	for i, r := range append([]*Form{f}, with...) {
		t, n := partOf(r, i, len(with) > 0)
		tables, figures = append(tables, t...), append(figures, n...)
		scores = scores || r.scores()
	}
	quality := levels(CollectedFilled, FilledClass, "collection.filled")
	if scores {
		quality = append(quality, levels(CollectedCoverage, CoverageClass, "collection.coverage")...)
	}
	out.Sections = []*Section{{ID: "records", Title: i18n.Both("collection.records"), Items: tables}, {ID: "figures", Title: i18n.Both("collection.figures"), Items: figures},
		{ID: "quality", Title: i18n.Both("collection.quality"), Items: quality}}
	text, err := out.YAML()
	if err != nil {
		return nil, []finding.Finding{finding.New("form.unreadable", "form.unreadable", "why", err)}
	}
	parsed, found := Parse(out.ID+"@"+out.Edition+".yaml", text)
	if parsed != nil {
		parsed.registers = append([]*Form{f}, with...)
	}
	return parsed, found
}

// partID is the id of an item of a collection form that each of its registers has: that of
// the first register is the item's own, the others' end with the register.
func partID(item string, register *Form, at int) string {
	if at == 0 {
		return item
	}
	return item + "." + strings.ReplaceAll(register.ID, "-", "_")
}

// partOf are the tables and figures of one register of a collection form.
func partOf(r *Form, at int, several bool) (tables, figures []*Item) {
	records := &Item{ID: partID(CollectedRecords, r, at), Ask: r.Title, Type: TypeTable, Key: []string{RecordColumn}}
	tables = []*Item{records}
	count, size := i18n.Both("collection.count"), i18n.Both("collection.size")
	if several {
		count, size = i18n.Both("collection.count-of", "register", r.Title), i18n.Both("collection.size-of", "register", r.Title)
	}
	figures = []*Item{
		{ID: partID(CollectedCount, r, at), Ask: count, Type: TypeInteger, Min: new(float64), Unit: i18n.Both("collection.unit")},
		{ID: partID(CollectedSize, r, at), Ask: size, Type: TypeChoice, Scale: "nominal", Options: bands(sizes)},
	}
	for _, it := range r.order {
		if it.Type == TypeTable {
			tables = append(tables, tableOf(it, records.ID))
			continue
		}
		records.Columns = append(records.Columns, columnOf(it))
		figures = append(figures, sharesOf(it)...)
	}
	records.Columns = append(records.Columns, recordColumn())
	return tables, figures
}

func (f *Form) scores() bool {
	for _, it := range f.order {
		if it.Scored() {
			return true
		}
	}
	return false
}

func recordColumn() *Item {
	return &Item{ID: RecordColumn, Ask: i18n.Both("collection.record"), Type: TypeText}
}

// columnOf is an item of a register as a column: what it is called and which values it
// takes. Everything else was judged in the register. A record that is pointed to is
// written with its title, and a file with its name and hash, since the asker has neither.
func columnOf(it *Item) *Item {
	c := &Item{ID: it.ID, Ask: it.Ask, Type: it.Type, Scale: it.Scale, Options: it.Options, Optional: true, States: it.States, Unit: it.Unit, Currency: it.Currency, MaxScore: 0}
	if it.Type == TypeRef || it.Type == TypeFile {
		c.Type = TypeText
	}
	return c
}

// tableOf is a table of a register's records: the rows of all records, each with its record.
func tableOf(it *Item, records string) *Item {
	t := &Item{ID: it.ID, Ask: it.Ask, Type: TypeTable, Optional: true, Columns: []*Item{{ID: TitleColumn, Ask: i18n.Both("collection.record-title"), Type: TypeText, Optional: true}},
		Foreign: []ForeignKey{{Columns: []string{RecordColumn}, To: records, ToColumns: []string{RecordColumn}}}}
	for _, c := range it.Columns {
		t.Columns = append(t.Columns, columnOf(c))
	}
	t.Columns = append(t.Columns, recordColumn())
	return t
}

// levels are a percentage and its class. Only classes are compared with others: the
// disclosure protection knows how much a class of an ordered scale gives away.
func levels(id, class, key string) []*Item {
	scale := bands(steps)
	for i := range scale {
		scale[i].Score = new(float64(i))
	}
	return []*Item{{ID: id, Ask: i18n.Both(key), Type: TypePercent, Optional: true},
		{ID: class, Ask: i18n.Both("collection.class-of", "figure", i18n.Both(key)), Type: TypeChoice, Scale: "ordered", Options: scale, Optional: true}}
}

// sharesOf are the figures of an item with a closed list: for each option the class of its
// share among the records that know the item.
func sharesOf(it *Item) []*Item {
	if !shared(it) {
		return nil
	}
	var out []*Item
	for _, o := range optionsOf(it) {
		out = append(out, &Item{ID: shareID(it.ID, o.ID), Optional: true, Type: TypeChoice, Scale: "nominal", Options: bands(shares),
			Ask: i18n.Both("collection.share", "item", it.Ask, "option", o.Label())})
	}
	return out
}

func shared(it *Item) bool {
	n := len(optionsOf(it))
	return n > 0 && n <= maxShared && it.Type != TypeCode
}

// optionsOf are the values of a closed list; of a yes or no, yes.
func optionsOf(it *Item) []*Option {
	if it.Type == TypeYesNo {
		yes := i18n.Both("collection.yes")
		return []*Option{{ID: "yes", JA: yes.JA, EN: yes.EN}}
	}
	return it.Options
}

// shareID is the id of the figure of an option's share.
func shareID(item, option string) string {
	return item + ".share." + strings.ReplaceAll(option, "-", "_")
}

// class is a class of a figure: from its lower bound up to that of the next.
type class struct {
	id   string
	from float64
}

// sizes are classes of how many records there are, each about three times the one before.
var sizes = []class{{"n0", 0}, {"n1", 1}, {"n10", 10}, {"n30", 30}, {"n100", 100}, {"n300", 300}, {"n1000", 1000}}

// shares are classes of a share in percent: none, quarters, all.
var shares = []class{{"p0", 0}, {"p1", 1e-9}, {"p25", 25}, {"p50", 50}, {"p75", 75}, {"p100", 100}}

// steps are classes of a percentage that should be high.
var steps = []class{{"s0", 0}, {"s50", 50}, {"s75", 75}, {"s90", 90}, {"s100", 100}}

func bands(of []class) []*Option {
	out := make([]*Option, len(of))
	for i, c := range of {
		t := i18n.Both("collection.class." + c.id)
		out[i] = &Option{ID: c.id, JA: t.JA, EN: t.EN}
	}
	return out
}

// classOf is the class that a figure falls into.
func classOf(of []class, x float64) string {
	id := of[0].id
	for _, c := range of {
		if x >= c.from {
			id = c.id
		}
	}
	return id
}

// collection is the edition of a collection form; it is made when it is first asked for.
func (l *Library) collection(id, edition string) (*Form, error) {
	register, ok := strings.CutSuffix(id, collected)
	if !ok {
		return nil, errs.New(errs.NotFound, "no form %s@%s", id, edition)
	}
	f, err := l.Form(register, edition)
	if err != nil {
		return nil, err
	}
	if f.Kind != KindRegister {
		return nil, errs.New(errs.NotFound, "no form %s@%s", id, edition)
	}
	with, err := l.together(f)
	if err != nil {
		return nil, err
	}
	made, _ := l.collections.LoadOrStore(f, onceCollection(f, with))
	c := made.(func() *Form)()
	if c == nil {
		return nil, errs.New(errs.Invalid, "form %s@%s can't be collected", register, edition)
	}
	return c, nil
}

// together are the registers that are collected with one.
func (l *Library) together(f *Form) ([]*Form, error) {
	if f.Together == nil {
		return nil, nil
	}
	var out []*Form
	for _, name := range f.Together.Registers {
		id, edition, _ := strings.Cut(name, "@")
		r, err := l.Form(id, edition)
		if err == nil && (r.Kind != KindRegister || r == f || slices.Contains(out, r)) {
			err = errs.New(errs.Invalid, "form %s can't be collected with %s", name, f.Name())
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
