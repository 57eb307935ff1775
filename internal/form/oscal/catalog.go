package oscal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// CatalogOptions say how a catalog is written.
type CatalogOptions struct {
	Lang     i18n.Lang // language of the texts, since OSCAL has one; default i18n.JA
	Modified time.Time // metadata/last-modified; default: the form's published or effective date
}

// ExportCatalog writes a form as an OSCAL 1.1.2 catalog: sections as groups
// (nested where Import flattened them), items as controls, an item whose id
// stands below another's ("a.1" below "a") as its enhancement. A control's
// title is the first line of the item's ask and its statement the rest; help
// is the guidance, evidence an assessment method EXAMINE, and the answers to
// choose from are a parameter. A part that a form does not hold (objectives,
// links, the numbering of a statement's parts) does not come back after
// Import. UUIDs are version 5, of the form's Hash. The error is errs.Invalid:
// there is no date for last-modified.
func ExportCatalog(f *form.Form, o CatalogOptions) ([]byte, error) {
	if o.Lang == "" {
		o.Lang = i18n.JA
	}
	modified, err := modifiedAt(f, o.Modified)
	if err != nil {
		return nil, err
	}
	x := exporter{f: f, lang: o.Lang, ids: controlIDs(f)}
	cat := &catalog{
		UUID: uuid("catalog " + f.Hash() + " " + string(o.Lang)),
		Metadata: metadata{Title: f.Title.In(o.Lang), LastModified: modified, Version: f.Edition, OSCALVersion: Version,
			Props: []prop{x.prop("form", f.ID), x.prop("language", string(o.Lang))}},
	}
	if f.Published != "" {
		cat.Metadata.Published = midnight(f.Published)
	}
	if fw := x.framework(); fw != "" {
		cat.Metadata.Props = append(cat.Metadata.Props, x.prop("framework", fw))
	}
	for _, s := range f.Sections {
		x.section(cat, s)
	}
	return encode(document{Catalog: cat})
}

func modifiedAt(f *form.Form, t time.Time) (string, error) {
	switch {
	case !t.IsZero():
		return t.Format(time.RFC3339), nil
	case f.Published != "":
		return midnight(f.Published), nil
	case f.Effective != "":
		return midnight(f.Effective), nil
	}
	return "", errs.New(errs.Invalid, "form %s has no date: OSCAL asks when a catalog was last modified", f.Name())
}

func midnight(d form.Date) string { return string(d) + "T00:00:00Z" }

func encode(doc any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, errs.New(errs.Internal, "oscal: write JSON: %w", err)
	}
	return b.Bytes(), nil
}

type exporter struct {
	f    *form.Form
	lang i18n.Lang
	ids  map[string]string // control id by item id
}

func (x exporter) prop(name, value string) prop { return prop{Name: name, NS: namespace, Value: value} }

// framework is the one whose controls the items are, "" when they are their own.
func (x exporter) framework() string {
	count := map[string]int{}
	best := ""
	for _, it := range x.f.Items() {
		if fw, id, ok := firstMap(it); ok && x.ids[it.ID] == id {
			if count[fw]++; count[fw] > count[best] {
				best = fw
			}
		}
	}
	return best
}

// section puts a section's controls into the group that its id names.
func (x exporter) section(cat *catalog, s *form.Section) {
	controls := x.controls(s)
	if s.ID == ungrouped {
		cat.Controls = append(cat.Controls, controls...)
		return
	}
	path := groupIDs(s.ID)
	titles := strings.Split(s.Title.In(x.lang), titleJoint)
	if len(titles) != len(path) {
		titles = append(append([]string{}, path[:len(path)-1]...), s.Title.In(x.lang))
	}
	var g *group
	level := &cat.Groups
	for i, id := range path {
		if g = find(*level, id); g == nil {
			g = &group{ID: id, Title: titles[i]}
			*level = append(*level, g)
		}
		level = &g.Groups
	}
	g.Controls = append(g.Controls, controls...)
	if help := s.Help.In(x.lang); help != "" {
		g.Parts = append(g.Parts, part{ID: g.ID + "_ovw", Name: "overview", Prose: help})
	}
}

func find(groups []*group, id string) *group {
	for _, g := range groups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// controls nests the section's items as their ids tell.
func (x exporter) controls(s *form.Section) []control {
	children := map[string][]*form.Item{}
	here := map[string]bool{}
	for _, it := range s.Items {
		parent := it.ID
		for parent != "" && (parent == it.ID || !here[parent]) {
			parent = parent[:max(strings.LastIndexByte(parent, '.'), 0)]
		}
		here[it.ID] = true
		children[parent] = append(children[parent], it)
	}
	return x.nest(children, "")
}

func (x exporter) nest(children map[string][]*form.Item, parent string) []control {
	var out []control
	for _, it := range children[parent] {
		c := x.control(it)
		c.Controls = x.nest(children, it.ID)
		out = append(out, c)
	}
	return out
}

var labelled = regexp.MustCompile(`^\[([^\]\n]+)\] `)

func (x exporter) control(it *form.Item) control {
	c := control{ID: x.ids[it.ID]}
	title, statement, _ := strings.Cut(it.Ask.In(x.lang), "\n")
	if m := labelled.FindStringSubmatch(title); m != nil {
		title = title[len(m[0]):]
		c.Props = append(c.Props, prop{Name: "label", Value: m[1]})
	}
	c.Title = title
	c.Props = append(c.Props, x.prop("item", it.ID))
	for _, m := range it.Maps {
		if _, id, _ := strings.Cut(m, ":"); id != c.ID && propValue.MatchString(m) {
			c.Props = append(c.Props, x.prop("maps-to", m))
		}
	}
	if it.Use != scale {
		c.Params = x.answers(it, c.ID)
	}
	c.Parts = append(c.Parts, part{ID: statementID(c.ID), Name: "statement", Prose: statement})
	if help := it.Help.In(x.lang); help != "" {
		c.Parts = append(c.Parts, part{ID: c.ID + "_gdn", Name: "guidance", Prose: help})
	}
	if next := it.Next.In(x.lang); next != "" {
		c.Parts = append(c.Parts, part{ID: c.ID + "_nxt", Name: "next-step", NS: namespace, Prose: next})
	}
	if evidence := it.Evidence.In(x.lang); evidence != "" {
		c.Parts = append(c.Parts, part{ID: c.ID + "_asm", Name: "assessment-method", Props: []prop{{Name: "method", Value: "EXAMINE"}},
			Parts: []part{{ID: c.ID + "_obj", Name: "assessment-objects", Prose: evidence}}})
	}
	return c
}

// propValue is what OSCAL allows a property's value to be.
var propValue = regexp.MustCompile(`^\S(.*\S)?$`)

func statementID(control string) string { return control + "_smt" }

// answers writes the options of an item as a parameter to choose for.
func (x exporter) answers(it *form.Item, id string) []param {
	if len(it.Options) == 0 {
		return nil
	}
	s := &selection{HowMany: "one"}
	if it.Type == form.TypeMulti {
		s.HowMany = "one-or-more"
	}
	for _, o := range it.Options {
		s.Choice = append(s.Choice, o.Label().In(x.lang))
	}
	return []param{{ID: fmt.Sprintf("%s_prm_answer", id), Select: s}}
}
