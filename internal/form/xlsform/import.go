package xlsform

import (
	"strings"
	"unicode"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// Import turns an XLSForm (.xlsx, at most draft.MaxBytes, 64 MiB unpacked,
// 20,000 rows of 300 columns a sheet) into the YAML of a form, as the package
// comment says. The YAML is nil when a finding is an error; places are cells.
func Import(data []byte, o draft.Options) (yaml []byte, found []finding.Finding) {
	d := draft.New(o)
	wb := open(d, data)
	if wb == nil {
		return d.Finish()
	}
	for _, field := range []string{"type", "name"} {
		if wb.survey.columns[field] == 0 {
			d.Add(finding.Error, draft.Place{Sheet: wb.survey.name, Row: 1}, "import.xlsform.no-column", "name", field)
		}
	}
	if d.Failed() {
		return d.Finish()
	}
	settings := row{sheet: &sheet{name: "settings"}}
	if wb.settings != nil && len(wb.settings.rows) > 0 {
		settings = wb.settings.rows[0]
	}
	d.Lang = plainLanguage(wb, settings, o.Lang)
	tx := texts{d: d, plain: d.Lang}
	head(d, settings)
	im := &importer{d: d, tx: tx, lists: readChoices(d, wb.choices, tx), names: map[string]*question{}}
	im.survey(wb.survey)
	im.expressions()
	share(d.Form, im.lists)
	return d.Finish()
}

// plainLanguage is that of columns which name none: default_language, what
// the caller said, or Japanese where a label is written in kana.
func plainLanguage(wb *workbook, settings row, said i18n.Lang) i18n.Lang {
	switch lang := i18n.Lang(language(strings.ToLower(settings.cell["default_language"]))); {
	case lang == i18n.JA || lang == i18n.EN:
		return lang
	case lang != "" && lang != "default":
		return lang
	case said != "":
		return said
	}
	for _, r := range wb.survey.rows {
		if strings.IndexFunc(r.cell["label"], func(c rune) bool { return unicode.In(c, unicode.Hiragana, unicode.Katakana) }) >= 0 {
			return i18n.JA
		}
	}
	return i18n.EN
}

func head(d *draft.Draft, settings row) {
	at := settings.at("form_title")
	title := draft.Line(settings.cell["form_title"])
	id := settings.cell["form_id"]
	if id == "" {
		id = settings.cell["id_string"]
	}
	if title == "" {
		title = id
	}
	if title == "" {
		title = "XLSForm"
	}
	if id == "" {
		id = title
	}
	text := d.Foreign
	if d.Lang == i18n.JA || d.Lang == i18n.EN {
		text = d.One
	}
	d.Name(id, settings.cell["version"], text(title, at))
	d.Form.Source = "XLSForm " + draft.Line(id)
}

// scope is a group or a repeat that is open.
type scope struct {
	kind    string // group or repeat
	row     row
	title   i18n.Text // of a group that is a section
	help    i18n.Text
	visible bool
}

// pending is an item or column whose expressions are translated at the end,
// when all questions are known.
type pending struct {
	q        *question
	row      row
	relevant []row // of the groups around it and of its own row
}

type importer struct {
	d       *draft.Draft
	tx      texts
	lists   map[string]*list
	names   map[string]*question
	open    []scope
	skip    int           // repeats within a repeat that are open
	table   *form.Item    // of the repeat that is open
	columns int           // of all tables
	section *form.Section // in use
	path    string        // of the section in use
	pending []pending
}

// survey reads the rows of the survey sheet.
func (im *importer) survey(s *sheet) {
	for _, r := range s.rows {
		kind := strings.ToLower(draft.Line(r.cell["type"]))
		switch {
		case kind == "" || im.d.Failed():
		case strings.HasPrefix(kind, "begin"):
			im.begin(r, strings.Trim(kind[len("begin"):], "_ "))
		case strings.HasPrefix(kind, "end") && kind != "end":
			im.end(r, strings.Trim(kind[len("end"):], "_ "))
		case im.skip == 0:
			im.row(r, kind)
		}
	}
	for _, sc := range im.open {
		im.d.Add(finding.Error, sc.row.at("type"), "import.xlsform.unbalanced", "type", sc.row.cell["type"])
	}
}

func (im *importer) begin(r row, kind string) {
	if kind != "group" && kind != "repeat" || len(im.open) >= draft.MaxDepth {
		im.d.Add(finding.Error, r.at("type"), "import.xlsform.unbalanced", "type", r.cell["type"])
		return
	}
	sc := scope{kind: kind, row: r}
	label := im.label(r, "label")
	label = i18n.Text{JA: draft.Line(label.JA), EN: draft.Line(label.EN)}
	switch {
	case kind == "repeat" && im.table != nil:
		if im.skip == 0 {
			im.d.Add(finding.Warning, r.at("type"), "import.xlsform.nested-repeat", "name", r.cell["name"])
		}
		im.skip++
	case kind == "repeat":
		im.repeat(r, label)
	case !label.IsZero() && im.table == nil:
		sc.title, sc.visible, sc.help = label, true, im.label(r, "hint")
	}
	im.open = append(im.open, sc)
	if name := r.cell["name"]; name != "" && kind == "group" && im.names[name] == nil {
		im.names[name] = &question{group: true}
	}
}

func (im *importer) end(r row, kind string) {
	n := len(im.open)
	if n == 0 || im.open[n-1].kind != kind {
		im.d.Add(finding.Error, r.at("type"), "import.xlsform.unbalanced", "type", r.cell["type"])
		return
	}
	sc := im.open[n-1]
	im.open = im.open[:n-1]
	switch {
	case kind == "repeat" && im.skip > 0:
		im.skip--
	case kind == "repeat":
		im.closeRepeat(sc)
	}
}

// current is the section of the groups that are open, a new one whenever they change.
func (im *importer) current() *form.Section {
	title, help, path, id := i18n.Text{}, i18n.Text{}, "/", ""
	for i, sc := range im.open {
		if !sc.visible {
			continue
		}
		path += string(rune('0'+i)) + sc.row.cell["name"] + "/" + title.EN
		id = draft.OptionID(sc.row.cell["name"])
		title, help = joined(title, " › ", sc.title), sc.help
	}
	if im.section != nil && path == im.path {
		return im.section
	}
	if title.IsZero() {
		title, id = im.d.Form.Title, "general"
	}
	im.section, im.path = im.d.Section(id, title), path
	im.section.Help = help
	return im.section
}

// joined puts a separator between two texts that are there.
func joined(a i18n.Text, sep string, b i18n.Text) i18n.Text {
	if a.IsZero() || b.IsZero() {
		return i18n.Text{JA: a.JA + b.JA, EN: a.EN + b.EN}
	}
	return i18n.Text{JA: a.JA + sep + b.JA, EN: a.EN + sep + b.EN}
}

// label is a text of a row; one that pastes an answer in is reported.
func (im *importer) label(r row, field string) i18n.Text {
	t := im.tx.of(r, field)
	for _, name := range []string{field, field + "|ja", field + "|en"} {
		if strings.Contains(r.cell[name], "${") {
			im.d.Add(finding.Warning, r.at(name), "import.xlsform.piping")
		}
	}
	return t
}
