package form

import (
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

// Register is the register that a collection form collects, nil for every other form.
func (f *Form) Register() *Form { return f.register }

// maxShared is how many options a closed list may have of which each one's share is a figure.
const maxShared = 20

// Collection is the form by which a campaign collects a register: the records as one table,
// each table of a record as one more, and figures that are made from them (Collect). It is
// a questionnaire like any other, so that all that is done with filings is done with it;
// its ids follow from the register's, so that editions compare.
func Collection(f *Form) (*Form, []finding.Finding) {
	out := &Form{ID: CollectionID(f.ID), Edition: f.Edition, Kind: KindQuestionnaire, Supersedes: f.Supersedes, Status: f.Status, Published: f.Published, Effective: f.Effective,
		Title:   i18n.Both("collection.title", "register", f.Title),
		Summary: i18n.Both("collection.summary", "register", f.Title), Source: f.Source, TextMode: f.TextMode, Licence: f.Licence, Audience: f.Audience, Tiers: f.Tiers}
	records := &Item{ID: CollectedRecords, Ask: f.Title, Type: TypeTable, Key: []string{RecordColumn}}
	tables := []*Item{records}
	figures := []*Item{
		{ID: CollectedCount, Ask: i18n.Both("collection.count"), Type: TypeInteger, Min: new(float64), Unit: i18n.Both("collection.unit")},
		{ID: CollectedSize, Ask: i18n.Both("collection.size"), Type: TypeChoice, Scale: "nominal", Options: bands(sizes)},
	}
	for _, it := range f.order {
		if it.Type == TypeTable {
			tables = append(tables, tableOf(it))
			continue
		}
		records.Columns = append(records.Columns, columnOf(it))
		figures = append(figures, sharesOf(it)...)
	}
	quality := levels(CollectedFilled, FilledClass, "collection.filled")
	if f.scores() {
		quality = append(quality, levels(CollectedCoverage, CoverageClass, "collection.coverage")...)
	}
	records.Columns = append(records.Columns, recordColumn())
	out.Sections = []*Section{{ID: "records", Title: i18n.Both("collection.records"), Items: tables}, {ID: "figures", Title: i18n.Both("collection.figures"), Items: figures},
		{ID: "quality", Title: i18n.Both("collection.quality"), Items: quality}}
	text, err := out.YAML()
	if err != nil {
		return nil, []finding.Finding{finding.New("form.unreadable", "form.unreadable", "why", err)}
	}
	parsed, found := Parse(out.ID+"@"+out.Edition+".yaml", text)
	if parsed != nil {
		parsed.register = f
	}
	return parsed, found
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
func tableOf(it *Item) *Item {
	t := &Item{ID: it.ID, Ask: it.Ask, Type: TypeTable, Optional: true, Columns: []*Item{{ID: TitleColumn, Ask: i18n.Both("collection.record-title"), Type: TypeText, Optional: true}},
		Foreign: []ForeignKey{{Columns: []string{RecordColumn}, To: CollectedRecords, ToColumns: []string{RecordColumn}}}}
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
	made, _ := l.collections.LoadOrStore(f, onceCollection(f))
	c := made.(func() *Form)()
	if c == nil {
		return nil, errs.New(errs.Invalid, "form %s@%s can't be collected", register, edition)
	}
	return c, nil
}
