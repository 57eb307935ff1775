// Package draft draws up a form definition from a foreign source. It holds
// what the importers (oscal, ciso, xlsform) share: ids, texts in two
// languages, findings that say where, limits, and the finished YAML.
package draft

import (
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Limits of a source: its size in bytes, how deep its parts may nest, and how
// many items the form may have.
const (
	MaxBytes = 16 << 20
	MaxDepth = 64
	MaxItems = 5000
)

// Options say what the source cannot.
type Options struct {
	File    string    // the source's name, for the findings
	Form    string    // id of the form; default: made from the source's id or title
	Edition string    // default: the source's version
	Lang    i18n.Lang // language of texts that do not name theirs; default i18n.EN
}

// Place is where in the source something stands; only what applies is set.
type Place struct {
	Sheet   string
	Row     int    // line of the file or row of the sheet, from 1
	Column  string // letters of the column, in a sheet
	Pointer string // RFC 6901
	Value   string // what stands there
}

// Draft is a form in the making and what was found on the way.
type Draft struct {
	Form *form.Form
	Lang i18n.Lang

	file     string
	found    []finding.Finding
	ids      map[string]int
	items    int
	origin   map[string]Place // of a condition, by item or check id
	missing  map[i18n.Lang]int
	firstGap Place
}

// New starts a draft.
func New(o Options) *Draft {
	if o.Lang == "" {
		o.Lang = i18n.EN
	}
	if o.File == "" {
		o.File = "source"
	}
	return &Draft{Form: &form.Form{ID: o.Form, Edition: o.Edition, Status: "draft", TextMode: "full"}, Lang: o.Lang, file: o.File,
		ids: map[string]int{}, origin: map[string]Place{}, missing: map[i18n.Lang]int{}}
}

// Add records a finding whose texts are the messages key and key+".mend".
func (d *Draft) Add(severity finding.Severity, at Place, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.Severity, f.File, f.Sheet, f.Row = severity, d.file, at.Sheet, at.Row
	f.Column, f.Pointer, f.Value = at.Column, at.Pointer, shorten(at.Value)
	d.found = append(d.found, f)
}

// shorten keeps a quoted value to a line.
func shorten(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

// Failed reports whether an error was found: there will be no form.
func (d *Draft) Failed() bool { return finding.HasErrors(d.found) }

// Name sets the form's id, edition and title unless the options gave them.
func (d *Draft) Name(id, edition string, title i18n.Text) {
	if d.Form.ID == "" {
		d.Form.ID = Slug(id)
	}
	if d.Form.Edition == "" {
		d.Form.Edition = Clean(edition)
	}
	if d.Form.Edition == "" {
		d.Form.Edition = "1"
	}
	d.Form.Title = title
}

// One is a text in the draft's language only: see Text.
func (d *Draft) One(s string, at Place) i18n.Text {
	if d.Lang == i18n.JA {
		return d.Text(s, "", at)
	}
	return d.Text("", s, at)
}

// Text is a text in both languages. A form needs both, so a text that the
// source has in one language stands in both as it is; Finish then warns, once
// for the source, how many texts await a translation. Two empty texts stay empty.
func (d *Draft) Text(ja, en string, at Place) i18n.Text {
	t := i18n.Text{JA: Clean(ja), EN: Clean(en)}
	lang := i18n.JA
	switch {
	case t.JA == "" && t.EN == "":
		return t
	case t.JA == "":
		t.JA = t.EN
	case t.EN == "":
		t.EN, lang = t.JA, i18n.EN
	default:
		return t
	}
	d.gap(lang, at)
	return t
}

// Foreign is a text in neither language: it stands in both and lacks both.
func (d *Draft) Foreign(s string, at Place) i18n.Text {
	s = Clean(s)
	if s != "" {
		d.gap(i18n.JA, at)
		d.gap(i18n.EN, at)
	}
	return i18n.Text{JA: s, EN: s}
}

func (d *Draft) gap(lang i18n.Lang, at Place) {
	if len(d.missing) == 0 {
		d.firstGap = Place{Sheet: at.Sheet, Row: at.Row, Column: at.Column, Pointer: at.Pointer}
	}
	d.missing[lang]++
}

// Section starts a section; its id is made unique.
func (d *Draft) Section(id string, title i18n.Text) *form.Section {
	s := &form.Section{ID: d.unique("section ", id), Title: title}
	d.Form.Sections = append(d.Form.Sections, s)
	return s
}

// Item appends an item to a section; at is where its condition stands. It
// reports false, with a finding, when the form has too many items.
func (d *Draft) Item(s *form.Section, it *form.Item, at Place) bool {
	if d.items++; d.items > MaxItems {
		if d.items == MaxItems+1 {
			d.Add(finding.Error, at, "import.too-many-items", "max", MaxItems)
		}
		return false
	}
	s.Items = append(s.Items, it)
	d.origin[it.ID] = at
	return true
}

// Check appends a check across items; at is where its condition stands.
func (d *Draft) Check(c *form.Check, at Place) {
	d.Form.Checks = append(d.Form.Checks, c)
	d.origin["check "+c.ID] = at
}

// Finish writes the form's definition as YAML that form.Parse accepts, and
// returns what was found. The YAML is nil when an error was found. A condition
// that the form language refuses is dropped with a warning; its item becomes
// optional, so that nobody is made to answer what was not meant for them.
func (d *Draft) Finish() ([]byte, []finding.Finding) {
	for _, lang := range i18n.Langs {
		if n := d.missing[lang]; n > 0 {
			d.Add(finding.Warning, d.firstGap, "import.untranslated-"+string(lang), "n", n)
		}
	}
	d.dropEmptySections()
	if d.items == 0 && !d.Failed() {
		d.Add(finding.Error, Place{Row: 1}, "import.no-items")
	}
	for !d.Failed() {
		data, err := d.Form.YAML()
		if err != nil {
			d.Add(finding.Error, Place{}, "import.unwritable", "why", err)
			break
		}
		if len(data) > form.MaxSource && d.dropEvidence() {
			continue
		}
		f, found := form.Parse(d.file, data)
		if f != nil {
			return data, d.found
		}
		if !d.heal(found) {
			for _, fault := range found {
				d.Add(finding.Error, Place{Pointer: fault.Pointer}, "import.refused", "why", fault.Message)
			}
		}
	}
	return nil, d.found
}

// dropEvidence takes the evidence hints off a form that is too large with them.
func (d *Draft) dropEvidence() bool {
	had := 0
	for _, s := range d.Form.Sections {
		for _, it := range s.Items {
			if !it.Evidence.IsZero() {
				it.Evidence = i18n.Text{}
				had++
			}
		}
	}
	if had > 0 {
		d.Add(finding.Warning, Place{Row: 1}, "import.evidence-dropped", "n", had, "max", form.MaxSource)
	}
	return had > 0
}

func (d *Draft) dropEmptySections() {
	kept := d.Form.Sections[:0]
	for _, s := range d.Form.Sections {
		if len(s.Items) > 0 {
			kept = append(kept, s)
		}
	}
	d.Form.Sections = kept
}

// heal drops the conditions that Parse refused and reports whether there were any.
func (d *Draft) heal(found []finding.Finding) bool {
	healed := false
	bad := map[*form.Check]bool{}
	for _, fault := range found {
		why := i18n.Text{JA: strings.TrimSuffix(fault.Message.JA, "。"), EN: strings.TrimSuffix(fault.Message.EN, ".")}
		part := strings.Split(fault.Pointer, "/")
		switch {
		case len(part) == 6 && part[1] == "sections" && part[5] == "applies":
			it := d.Form.Sections[index(part[2])].Items[index(part[4])]
			if it.Applies != "" {
				d.Add(finding.Warning, d.origin[it.ID], "import.condition-dropped", "id", it.ID, "why", why)
				it.Applies, it.Optional, healed = "", true, true
			}
		case len(part) >= 3 && part[1] == "checks":
			c := d.Form.Checks[index(part[2])]
			if !bad[c] {
				d.Add(finding.Warning, d.origin["check "+c.ID], "import.check-dropped", "id", c.ID, "why", why)
				bad[c], healed = true, true
			}
		}
	}
	kept := d.Form.Checks[:0]
	for _, c := range d.Form.Checks {
		if !bad[c] {
			kept = append(kept, c)
		}
	}
	d.Form.Checks = kept
	return healed
}

func index(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // form.Parse writes its pointers with numbers
	}
	return n
}
