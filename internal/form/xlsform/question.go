package xlsform

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

var types = map[string]form.Type{
	"text": form.TypeText, "string": form.TypeText, "barcode": form.TypeText, "time": form.TypeText,
	"integer": form.TypeInteger, "int": form.TypeInteger, "decimal": form.TypeDecimal, "range": form.TypeInteger,
	"date": form.TypeDate, "datetime": form.TypeDateTime, "acknowledge": form.TypeYesNo, "trigger": form.TypeYesNo,
	"image": form.TypeFile, "photo": form.TypeFile, "audio": form.TypeFile, "video": form.TypeFile, "file": form.TypeFile,
}

// metadata are the types that record circumstances and ask nothing.
var metadata = []string{"start", "end", "today", "deviceid", "phonenumber", "username", "email", "simserial", "subscriberid", "audit",
	"start-geopoint", "background-audio", "background-geopoint", "hidden", "xml-external", "csv-external"}

var selects = regexp.MustCompile(`^(select_one|select_multiple|select one|select multiple|select1|select)(?: from)? (\S+)( or[_ ]other| or specify other)?$`)

// ignored are the columns whose content changes what is asked and is not imported.
var ignored = []string{"choice_filter", "default", "read_only", "readonly", "trigger"}

// row makes an item, a column or a help text of one row that begins or ends nothing.
func (im *importer) row(r row, kind string) {
	switch {
	case kind == "note":
		im.note(r)
		return
	case kind == "calculate":
		im.calculate(r)
		return
	case slices.Contains(metadata, kind):
		return
	case kind == "osm" || kind == "rank" || strings.HasPrefix(kind, "rank "):
		im.d.Add(finding.Warning, r.at("type"), "import.xlsform.ignored-type", "type", kind)
		return
	case r.cell["name"] == "":
		im.d.Add(finding.Error, r.at("name"), "import.xlsform.no-name")
		return
	}
	it, q, other := im.item(r, kind)
	im.required(r, it)
	for _, field := range ignored {
		if r.cell[field] != "" {
			im.d.Add(finding.Warning, r.at(field), "import.xlsform.ignored", "field", field)
		}
	}
	if im.names[r.cell["name"]] == nil || im.names[r.cell["name"]].group {
		im.names[r.cell["name"]] = q
	}
	im.place(r, q)
	if other {
		im.other(r, q)
	}
}

// item makes the item of a question's row, not yet placed.
func (im *importer) item(r row, kind string) (it *form.Item, q *question, other bool) {
	name := r.cell["name"]
	it = &form.Item{ID: im.newID(r), Ask: im.label(r, "label"), Help: joined(im.label(r, "hint"), "\n\n", im.label(r, "guidance_hint"))}
	if it.Ask.IsZero() {
		it.Ask = i18n.Text{JA: name, EN: name}
		im.d.Add(finding.Warning, r.at("name"), "import.no-text", "id", name)
	}
	q = &question{item: it}
	m := selects.FindStringSubmatch(draft.Line(r.cell["type"]))
	if m == nil {
		m = selects.FindStringSubmatch(kind)
	}
	switch {
	case m != nil:
		other = im.choice(r, m, q)
	case types[kind] != "":
		it.Type = types[kind]
		im.limits(r, kind, it)
	default:
		it.Type = form.TypeText
		im.d.Add(finding.Warning, r.at("type"), "import.unknown-type", "type", kind)
	}
	if it.Type == form.TypeYesNo {
		q.options = map[string]string{"OK": "yes", "yes": "yes", "no": "no"}
	}
	return it, q, other
}

func (im *importer) newID(r row) string {
	name := r.cell["name"]
	id := im.d.ID(name)
	if id != draft.ItemID(name) {
		im.d.Add(finding.Warning, r.at("name"), "import.duplicate-id", "id", name, "new", id)
	}
	return id
}

// choice gives an item the options of its list; other asks for one more.
func (im *importer) choice(r row, m []string, q *question) (other bool) {
	l := im.lists[m[2]]
	if l == nil || len(l.options) == 0 {
		q.item.Type = form.TypeText
		im.d.Add(finding.Warning, r.at("type"), "import.xlsform.no-list", "list", m[2])
		return false
	}
	q.item.Type, q.item.Scale = form.TypeChoice, "nominal"
	q.options = l.byName
	q.item.Options = l.options
	other = m[3] != "" && !l.has("other")
	if other {
		label := i18n.Both("import.xlsform.other")
		q.item.Options = append(slices.Clone(l.options), &form.Option{ID: "other", JA: label.JA, EN: label.EN})
		q.options = map[string]string{"other": "other"}
		for name, id := range l.byName {
			q.options[name] = id
		}
	}
	if !other {
		l.users = append(l.users, q.item)
	}
	switch {
	case strings.HasSuffix(m[1], "multiple") || m[1] == "select":
		q.item.Type, q.item.Scale = form.TypeMulti, ""
	case l.ordered && !other:
		q.item.Scale = "ordered"
	}
	return other
}

var parameter = regexp.MustCompile(`(start|end|step)\s*=\s*(-?[0-9.]{1,15})`)

// limits sets what the type implies: a time's pattern, a range's limits.
func (im *importer) limits(r row, kind string, it *form.Item) {
	if kind == "time" {
		it.Pattern = `([01]\d|2[0-3]):[0-5]\d`
	}
	if kind != "range" {
		return
	}
	lo, hi := 0.0, 10.0 // the convention's defaults
	for _, m := range parameter.FindAllStringSubmatch(r.cell["parameters"], -1) {
		x, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			im.d.Add(finding.Warning, r.at("parameters"), "import.xlsform.ignored", "field", m[0])
			continue
		}
		if x != float64(int64(x)) {
			it.Type = form.TypeDecimal
		}
		switch m[1] {
		case "start":
			lo = x
		case "end":
			hi = x
		}
	}
	lo, hi = min(lo, hi), max(lo, hi)
	it.Min, it.Max = &lo, &hi
}

func (im *importer) required(r row, it *form.Item) {
	switch text := strings.ToLower(r.cell["required"]); text {
	case "yes", "true", "true()", "1":
	case "", "no", "false", "false()", "0":
		it.Optional = true
	default:
		it.Optional = true
		im.d.Add(finding.Warning, r.at("required"), "import.xlsform.required-expression", "id", it.ID)
	}
}

// place puts an item into the section, or a column into the table, that is open.
func (im *importer) place(r row, q *question) {
	p := pending{q: q, row: r}
	for _, sc := range im.open {
		if sc.row.cell["relevant"] != "" && (im.table == nil || sc.kind == "group") {
			p.relevant = append(p.relevant, sc.row)
		}
	}
	if r.cell["relevant"] != "" {
		p.relevant = append(p.relevant, r)
	}
	if im.table == nil {
		im.d.Item(im.current(), q.item, r.at("relevant"))
		im.pending = append(im.pending, p)
		return
	}
	if im.columns++; im.columns > draft.MaxItems {
		im.d.Add(finding.Error, r.at("name"), "import.too-many-items", "max", draft.MaxItems)
		return
	}
	q.table = im.table.ID
	im.table.Columns = append(im.table.Columns, q.item)
	p.relevant = slices.DeleteFunc(p.relevant, func(g row) bool { return im.outside(g) })
	im.pending = append(im.pending, p)
}

// outside reports whether a group's row stands around the repeat that is open,
// whose condition is the table's.
func (im *importer) outside(g row) bool {
	for _, sc := range im.open {
		switch {
		case sc.kind == "repeat":
			return false
		case sc.row.n == g.n:
			return true
		}
	}
	return false
}

// other asks, after a choice with or_other, what the other is.
func (im *importer) other(r row, of *question) {
	it := &form.Item{ID: im.d.ID(of.item.ID + "_other"), Type: form.TypeText, Optional: true, Ask: i18n.Both("import.xlsform.other-which", "ask", of.item.Ask)}
	q := &question{item: it}
	im.names[r.cell["name"]+"_other"] = q
	if im.table != nil {
		q.table = im.table.ID
		im.table.Columns = append(im.table.Columns, it)
		return
	}
	it.Applies = "answers[" + strconv.Quote(of.item.ID) + `] == "other"`
	if of.item.Type == form.TypeMulti {
		it.Applies = `"other" in answers[` + strconv.Quote(of.item.ID) + "]"
	}
	im.d.Item(im.current(), it, r.at("type"))
}

// note adds to the help of the table or the section that is open.
func (im *importer) note(r row) {
	if r.cell["relevant"] != "" {
		im.d.Add(finding.Warning, r.at("relevant"), "import.xlsform.note-condition")
	}
	text := im.label(r, "label")
	if im.table != nil {
		im.table.Help = joined(im.table.Help, "\n\n", text)
		return
	}
	s := im.current()
	s.Help = joined(s.Help, "\n\n", text)
}

func (im *importer) calculate(r row) {
	name := r.cell["name"]
	if name == "" {
		im.d.Add(finding.Error, r.at("name"), "import.xlsform.no-name")
		return
	}
	e, err := parseXPath(r.cell["calculation"])
	if err != nil {
		im.d.Add(finding.Warning, r.at("calculation"), "import.xlsform.ignored", "field", name)
		return
	}
	im.d.Add(finding.Info, r.at("calculation"), "import.xlsform.calculate", "name", name)
	if im.names[name] == nil {
		im.names[name] = &question{calc: e}
	}
}

// repeat opens the table of a repeat.
func (im *importer) repeat(r row, label i18n.Text) {
	name := r.cell["name"]
	if name == "" {
		im.d.Add(finding.Error, r.at("name"), "import.xlsform.no-name")
	}
	if label.IsZero() {
		label = i18n.Text{JA: name, EN: name}
	}
	im.table = &form.Item{ID: im.newID(r), Type: form.TypeTable, Ask: label, Help: im.label(r, "hint"), Optional: true}
	if text := r.cell["repeat_count"]; text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if err == nil && n >= 0 && n == float64(int64(n)) {
			im.table.Min, im.table.Max = &n, &n
		} else {
			im.d.Add(finding.Warning, r.at("repeat_count"), "import.xlsform.ignored", "field", "repeat_count")
		}
	}
}

// closeRepeat puts the finished table into its section.
func (im *importer) closeRepeat(sc scope) {
	table := im.table
	im.table = nil
	if len(table.Columns) == 0 {
		im.d.Add(finding.Warning, sc.row.at("name"), "import.xlsform.empty-repeat", "name", sc.row.cell["name"])
		return
	}
	q := &question{item: table}
	if im.names[sc.row.cell["name"]] == nil {
		im.names[sc.row.cell["name"]] = q
	}
	im.place(sc.row, q)
}
