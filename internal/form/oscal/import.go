package oscal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// scale is the id of the shared scale of every imported control.
const scale = "implementation"

// target is what a catalog expects of every control that it lists.
const target = "implemented"

var steps = []struct{ id, key string }{
	{"not_implemented", "import.oscal.not-implemented"}, {"planned", "import.oscal.planned"},
	{"partly", "import.oscal.partly"}, {target, "import.oscal.implemented"},
}

// Import turns an OSCAL catalog (JSON, at most draft.MaxBytes, nested at most
// draft.MaxDepth deep, at most draft.MaxItems controls) into the YAML of a
// form, as the package comment says. The form's id and the framework of its
// maps come from the catalog's title unless the options name the form. The
// YAML is nil when a finding is an error; places are JSON pointers.
func Import(data []byte, o draft.Options) (yaml []byte, found []finding.Finding) {
	d := draft.New(o)
	cat := read(d, data)
	if cat == nil {
		return d.Finish()
	}
	im := &importer{d: d, dropped: map[string]int{}}
	im.params = params{byID: map[string]param{}, text: map[string]string{}, report: unknownParam(d, "/catalog")}
	im.params.collect(cat.Params)
	im.params.collectControls(cat.Controls)
	im.params.collectGroups(cat.Groups)
	im.head(cat)
	if len(cat.Controls) > 0 {
		im.section([]*group{{ID: ungrouped, Title: ungrouped, Controls: cat.Controls}}, "/catalog")
	}
	for i, g := range cat.Groups {
		im.group(nil, g, fmt.Sprintf("/catalog/groups/%d", i))
	}
	im.reportDropped()
	return d.Finish()
}

// read decodes the catalog; nil, with findings, when it is none.
func read(d *draft.Draft, data []byte) *catalog {
	if len(data) > draft.MaxBytes {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.too-large", "max", draft.MaxBytes)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if line, ok := shallow(data); !ok {
		d.Add(finding.Error, draft.Place{Row: line}, "import.too-deep", "max", draft.MaxDepth)
		return nil
	}
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		d.Add(finding.Error, placeOf(data, err), "import.syntax", "why", err)
		return nil
	}
	if doc.Catalog == nil {
		have := map[string]json.RawMessage{}
		_ = json.Unmarshal(data, &have) // it decoded above; the keys only help the message
		keys := strings.Join(slices.Sorted(maps.Keys(have)), ", ")
		d.Add(finding.Error, draft.Place{Row: 1}, "import.oscal.not-a-catalog", "have", keys)
		return nil
	}
	return doc.Catalog
}

// shallow reports whether no bracket is nested deeper than draft.MaxDepth, and
// the line of the first that is.
func shallow(data []byte) (line int, ok bool) {
	depth, quoted := 0, false
	line = 1
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\n':
			line++
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > draft.MaxDepth {
				return line, false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return line, true
}

func placeOf(data []byte, err error) draft.Place {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(0)
	place := draft.Place{}
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
		place.Pointer = "/" + strings.ReplaceAll(kind.Field, ".", "/")
	}
	place.Row = 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
	return place
}

type importer struct {
	d         *draft.Draft
	params    params
	framework string
	dropped   map[string]int
}

// head fills the form's head and the scale.
func (im *importer) head(cat *catalog) {
	d, m := im.d, cat.Metadata
	at := draft.Place{Pointer: "/catalog/metadata"}
	if !strings.HasPrefix(m.OSCALVersion, "1.0") && !strings.HasPrefix(m.OSCALVersion, "1.1") {
		d.Add(finding.Warning, at, "import.oscal.version", "version", m.OSCALVersion)
	}
	if lang := i18n.Lang(own(m.Props, "language")); lang == i18n.JA || lang == i18n.EN {
		d.Lang = lang
	}
	title := draft.Line(m.Title)
	if title == "" {
		title = "OSCAL catalog"
	}
	id := own(m.Props, "form")
	if id == "" {
		id = title
	}
	d.Name(id, m.Version, d.One(title, at))
	im.framework = own(m.Props, "framework")
	if im.framework == "" {
		im.framework = d.Form.ID
	}
	f := d.Form
	f.Summary = i18n.Both("import.oscal.summary", "title", title, "version", f.Edition)
	f.Source = strings.TrimSpace("OSCAL catalog " + draft.Line(cat.UUID))
	for _, at := range []string{m.Published, m.LastModified} {
		if day, _, ok := strings.Cut(at, "T"); ok && f.Published == "" && form.Date(day).Valid() {
			f.Published = form.Date(day)
		}
	}
	options := make([]*form.Option, len(steps))
	for i, step := range steps {
		score, label := float64(i), i18n.Both(step.key)
		options[i] = &form.Option{ID: step.id, Score: &score, JA: label.JA, EN: label.EN}
	}
	f.Scales = map[string]*form.Scale{scale: {Options: options}}
}

func (im *importer) group(around []*group, g *group, at string) {
	if g == nil || im.d.Failed() {
		return
	}
	path := append(slices.Clone(around), g)
	im.section(path, at)
	for i, inner := range g.Groups {
		im.group(path, inner, fmt.Sprintf("%s/groups/%d", at, i))
	}
}

// section makes a section of the last group of a path, if it has controls.
func (im *importer) section(path []*group, at string) {
	g := path[len(path)-1]
	if len(g.Controls) == 0 {
		return
	}
	place := draft.Place{Pointer: at}
	ids, titles := make([]string, len(path)), make([]string, len(path))
	var help []string
	for i, one := range path {
		ids[i], titles[i] = draft.Clean(one.ID), strings.ReplaceAll(draft.Line(one.Title), titleJoint, " > ")
		if ids[i] == "" {
			ids[i] = draft.Slug(one.Title)
		}
		if titles[i] == "" {
			titles[i] = ids[i]
		}
		for _, p := range one.Parts {
			if text := im.params.prose(p, 0); text != "" {
				help = append(help, text)
			}
		}
	}
	id, title := ungrouped, i18n.Both("import.oscal.no-group")
	if g.ID != ungrouped {
		id, title = sectionID(ids), im.d.One(strings.Join(titles, titleJoint), place)
	}
	s := im.d.Section(id, title)
	s.Help = im.d.One(strings.Join(help, "\n\n"), place)
	tops := map[string]bool{}
	for _, c := range g.Controls {
		tops[draft.ItemID(c.ID)] = true
	}
	for i, c := range g.Controls {
		im.control(s, c, "", tops, fmt.Sprintf("%s/controls/%d", at, i))
	}
}

// control makes an item of a control, and of each of its enhancements.
func (im *importer) control(s *form.Section, c control, parent string, tops map[string]bool, at string) {
	if im.d.Failed() {
		return
	}
	id := parent
	switch {
	case c.ID == "":
		im.d.Add(finding.Error, draft.Place{Pointer: at}, "import.oscal.no-id")
		return
	case strings.EqualFold(value(c.Props, "status"), "withdrawn"):
		im.d.Add(finding.Info, draft.Place{Pointer: at}, "import.oscal.withdrawn", "id", c.ID)
	default:
		id = im.item(s, c, parent, tops, at)
	}
	for i, inner := range c.Controls {
		im.control(s, inner, id, tops, fmt.Sprintf("%s/controls/%d", at, i))
	}
}

// itemID gives an enhancement an id below its control's, and no other control
// such an id: the export reads the structure from the ids. A control that was
// exported from a form has the item's id with it.
func (im *importer) itemID(c control, parent string, tops map[string]bool, at string) string {
	base := draft.ItemID(c.ID)
	if was := own(c.Props, "item"); was != "" && was == draft.ItemID(was) && !im.d.Taken(was) {
		return im.d.ID(was)
	}
	if parent != "" && !strings.HasPrefix(base, parent+".") {
		base = parent + "." + strings.ReplaceAll(base, ".", "_")
	}
	if parent == "" {
		for i := strings.LastIndexByte(base, '.'); i > 0; i = strings.LastIndexByte(base[:i], '.') {
			if tops[base[:i]] {
				base = strings.ReplaceAll(base, ".", "_")
				break
			}
		}
	}
	id := im.d.ID(base)
	if id != base {
		im.d.Add(finding.Warning, draft.Place{Pointer: at}, "import.duplicate-id", "id", c.ID, "new", id)
	}
	return id
}

func (im *importer) item(s *form.Section, c control, parent string, tops map[string]bool, at string) string {
	im.params.report = unknownParam(im.d, at)
	place := draft.Place{Pointer: at}
	t := im.params.sort(c.Parts, im.dropped)
	if len(c.Links) > 0 {
		im.dropped["links"] += len(c.Links)
	}
	title := draft.Line(im.params.fill(c.Title))
	if title == "" {
		title = c.ID
		im.d.Add(finding.Warning, place, "import.no-text", "id", c.ID)
	}
	label := draft.Line(value(c.Props, "label"))
	if label == "" && strings.HasPrefix(title, "[") {
		label = c.ID
	}
	if label != "" && !strings.Contains(label, "]") {
		title = "[" + label + "] " + title
	}
	it := &form.Item{
		ID:   im.itemID(c, parent, tops, at),
		Ask:  im.d.One(title+"\n"+strings.Join(t.statement, "\n"), place),
		Help: im.d.One(strings.Join(t.help, "\n\n"), place), Evidence: im.d.One(strings.Join(t.evidence, "\n\n"), place),
		Next: im.d.One(strings.Join(t.next, "\n\n"), place),
		Type: form.TypeChoice, Scale: "ordered", Use: scale, Target: form.Target{"": target},
		States: []form.State{form.Known, form.NotApplicable}, Maps: []string{im.framework + ":" + c.ID},
	}
	for _, p := range c.Props {
		if p.NS == namespace && p.Name == "maps-to" {
			it.Maps = append(it.Maps, p.Value)
		}
	}
	im.d.Item(s, it, place)
	return it.ID
}

// reportDropped tells, once, what the form has no place for.
func (im *importer) reportDropped() {
	var what []string
	for _, name := range slices.Sorted(maps.Keys(im.dropped)) {
		what = append(what, fmt.Sprintf("%s (%d)", name, im.dropped[name]))
	}
	if len(what) > 0 {
		im.d.Add(finding.Info, draft.Place{Pointer: "/catalog"}, "import.dropped", "what", strings.Join(what, ", "))
	}
}
