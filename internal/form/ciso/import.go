package ciso

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// Import turns the framework of a CISO Assistant library (YAML, at most
// draft.MaxBytes, nested at most draft.MaxDepth deep, at most draft.MaxItems
// items) into the YAML of a form, as the package comment says. The YAML is nil
// when a finding is an error; places are lines of the file.
func Import(data []byte, o draft.Options) (yaml []byte, found []finding.Finding) {
	d := draft.New(o)
	lib, fw := read(d, data)
	if fw == nil {
		return d.Finish()
	}
	if lib.Locale == "ja" {
		d.Lang = i18n.JA
	}
	im := &importer{d: d, fw: fw, locale: lib.Locale, asked: map[string]*asked{}, titles: map[*node]i18n.Text{}}
	im.head(lib)
	im.tree()
	sections := map[*node]*form.Section{}
	for _, n := range fw.Nodes {
		if n.Assessable && !d.Failed() {
			im.node(n, im.section(sections, im.heading(n)))
		}
	}
	im.reportDropped()
	return d.Finish()
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// read decodes the library; nil, with findings, when it holds no framework.
func read(d *draft.Draft, data []byte) (*library, *framework) {
	if len(data) > draft.MaxBytes {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.too-large", "max", draft.MaxBytes)
		return nil, nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		refuse(d, err)
		return nil, nil
	}
	if !nested(&root, draft.MaxDepth) {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.too-deep", "max", draft.MaxDepth)
		return nil, nil
	}
	if count, depth := size(&root, map[*yaml.Node][2]int{}); count > maxNodes || depth > draft.MaxDepth {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.ciso.aliases")
		return nil, nil
	}
	lib := &library{}
	if err := root.Decode(lib); err != nil {
		refuse(d, err)
		return nil, nil
	}
	fw := lib.Objects.Framework
	if fw == nil && len(lib.Objects.Frameworks) > 0 {
		fw = lib.Objects.Frameworks[0]
	}
	if fw == nil {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.ciso.no-framework")
		return nil, nil
	}
	fw.Nodes = slices.DeleteFunc(fw.Nodes, func(n *node) bool { return n == nil })
	return lib, fw
}

// refuse turns the decoder's errors into findings with lines.
func refuse(d *draft.Draft, err error) {
	texts := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		texts = te.Errors
	}
	for _, text := range texts {
		row := 1
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			row, _ = strconv.Atoi(m[1]) // digits, by the pattern
			text = m[2]
		}
		d.Add(finding.Error, draft.Place{Row: row}, "import.syntax", "why", strings.TrimPrefix(text, "yaml: "))
	}
}

type importer struct {
	d       *draft.Draft
	fw      *framework
	locale  string
	id      string // of the framework, in maps
	asked   map[string]*asked
	titles  map[*node]i18n.Text
	legend  i18n.Text // what the scores mean
	dropped [3]int    // nodes with implementation groups, reference controls, threats
}

// asked is a question that became an item.
type asked struct {
	item    *form.Item
	options map[string]string // option id by the choice's URN
}

// text is a text of the library in both languages.
func (im *importer) text(base string, tr map[string]words, pick func(words) string, line int) i18n.Text {
	ja, en := pick(tr["ja"]), pick(tr["en"])
	switch {
	case im.locale == "ja":
		ja = base
	case im.locale == "en" || im.locale == "":
		en = base
	case ja == "" && en == "":
		return im.d.Foreign(base, draft.Place{Row: line})
	}
	return im.d.Text(ja, en, draft.Place{Row: line})
}

func (im *importer) name(base string, tr map[string]words, line int) i18n.Text {
	t := im.text(base, tr, func(w words) string { return w.Name }, line)
	return i18n.Text{JA: draft.Line(t.JA), EN: draft.Line(t.EN)}
}

func (im *importer) head(lib *library) {
	d, f := im.d, im.d.Form
	ref := lib.RefID
	if im.fw.RefID != "" {
		ref = im.fw.RefID
	}
	title := im.name(im.fw.Name, im.fw.Translations, 1)
	if title.IsZero() {
		title = im.name(lib.Name, lib.Translations, 1)
	}
	if title.IsZero() {
		title = d.One(draft.Line(ref), draft.Place{Row: 1})
	}
	if title.IsZero() {
		title = d.One("CISO Assistant library", draft.Place{Row: 1})
	}
	d.Name(ref, lib.Version, title)
	im.id = draft.Slug(ref)
	f.Summary = im.text(im.fw.Description, im.fw.Translations, func(w words) string { return w.Description }, 1)
	f.Source = draft.Line(strings.TrimSpace(lib.URN + " " + lib.Provider))
	f.Licence = draft.Line(lib.Copyright)
	if day := form.Date(draft.Line(lib.Published)); day.Valid() {
		f.Published = day
	}
	im.scales()
}

// tree ties the nodes to their parents and numbers their depth.
func (im *importer) tree() {
	byURN := map[string]*node{}
	for i, n := range im.fw.Nodes {
		n.index = i
		byURN[n.URN] = n
	}
	for _, n := range im.fw.Nodes {
		if n.Parent == "" {
			continue
		}
		if n.parent = byURN[n.Parent]; n.parent == nil || n.parent.index >= n.index {
			im.d.Add(finding.Warning, draft.Place{Row: n.line, Value: n.Parent}, "import.ciso.no-parent", "id", tail(n.URN))
			n.parent = nil
		}
	}
	for _, n := range im.fw.Nodes { // parents stand before their children
		n.depth = 1
		if n.parent != nil {
			n.depth = n.parent.depth + 1
		}
	}
}

// heading is the nearest heading of depth 1 or 2 above a node; nil: none.
func (im *importer) heading(n *node) *node {
	for up := n.parent; up != nil; up = up.parent {
		if !up.Assessable && up.depth <= 2 {
			return up
		}
	}
	return nil
}

// section returns the section of a heading, started when first asked for.
func (im *importer) section(sections map[*node]*form.Section, h *node) *form.Section {
	if s := sections[h]; s != nil {
		return s
	}
	id, title, help := "general", im.d.Form.Title, i18n.Text{}
	if h != nil {
		id, title = draft.OptionID(tail(h.URN)), im.title(h)
		if h.parent != nil {
			title = join(im.title(h.parent), " › ", title)
		}
		help = im.text(h.Description, h.Translations, func(w words) string { return w.Description }, h.line)
	}
	s := im.d.Section(id, title)
	s.Help = join(help, "\n\n", im.legend)
	sections[h] = s
	return s
}

// title names a heading: its reference and its name.
func (im *importer) title(n *node) i18n.Text {
	if _, ok := im.titles[n]; !ok {
		im.titles[n] = im.newTitle(n)
	}
	return im.titles[n]
}

func (im *importer) newTitle(n *node) i18n.Text {
	t := im.name(n.Name, n.Translations, n.line)
	ref := draft.Line(n.RefID)
	switch {
	case t.IsZero() && ref == "":
		ref = tail(n.URN)
		return i18n.Text{JA: ref, EN: ref}
	case ref == "":
		return t
	}
	return join(i18n.Text{JA: ref, EN: ref}, " ", t)
}

// join puts a separator between two texts that are there.
func join(a i18n.Text, sep string, b i18n.Text) i18n.Text {
	if a.IsZero() || b.IsZero() {
		return i18n.Text{JA: a.JA + b.JA, EN: a.EN + b.EN}
	}
	return i18n.Text{JA: a.JA + sep + b.JA, EN: a.EN + sep + b.EN}
}

// tail is the last part of a URN.
func tail(urn string) string { return draft.Line(urn[strings.LastIndexByte(urn, ':')+1:]) }

// reportDropped tells, once, what the form has no place for.
func (im *importer) reportDropped() {
	for i, what := range []string{"implementation_groups", "reference_controls", "threats"} {
		if n := im.dropped[i]; n > 0 {
			im.d.Add(finding.Info, draft.Place{Row: 1}, "import.dropped", "what", fmt.Sprintf("%s (%d)", what, n))
		}
	}
}
