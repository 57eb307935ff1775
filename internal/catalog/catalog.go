// Package catalog reads Yagura's reference data: editions of frameworks with
// their items, typed crosswalks between them, and published figures. It is
// pure: Load turns a file system into values and findings; nothing else is
// read. The data and its format are described in catalog/FORMAT.md.
package catalog

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
)

// Catalog is everything that was loaded; it is immutable.
type Catalog struct {
	frameworks []*Framework
	references []*Reference
	mappings   []*Mapping
	forms      []string
	casebooks  []*Casebook

	framework map[string]*Framework
	reference map[string]*Reference
}

// Load reads frameworks/, crosswalks/, references/ and cases/ of fsys and checks them.
// A folder that is not there is empty. Every fault is a finding with file and
// line; files that cannot be read at all are left out of the catalog, which is
// never nil. Findings are ordered by file and line.
func Load(fsys fs.FS) (*Catalog, []finding.Finding) {
	l := &loader{
		fsys:  fsys,
		cat:   &Catalog{framework: map[string]*Framework{}, reference: map[string]*Reference{}},
		where: map[string]*source{},
	}
	l.each("frameworks", l.loadFramework)
	l.each("references", l.loadReferences)
	for _, f := range l.cat.frameworks {
		l.lintSuccession(f)
	}
	l.each("crosswalks", l.loadMapping)
	l.each("cases", l.loadCasebook)
	forms, err := yamlFiles(fsys, "forms")
	if err != nil {
		l.unreadable("forms", err)
	}
	for _, file := range forms {
		l.cat.forms = append(l.cat.forms, path.Base(file))
	}
	slices.SortStableFunc(l.findings, func(a, b finding.Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Rule, b.Rule))
	})
	return l.cat, l.findings
}

// Frameworks lists all frameworks in order of id.
func (c *Catalog) Frameworks() []*Framework { return c.frameworks }

// Framework finds a framework by id.
func (c *Catalog) Framework(id string) (*Framework, bool) {
	f, ok := c.framework[id]
	return f, ok
}

// References lists all published figures, in order of file and place in it.
func (c *Catalog) References() []*Reference { return c.references }

// Reference finds a published figure by id.
func (c *Catalog) Reference(id string) (*Reference, bool) {
	r, ok := c.reference[id]
	return r, ok
}

// Mappings lists the crosswalk files in order of name; Crosswalk queries them
// in both directions.
func (c *Catalog) Mappings() []*Mapping { return c.mappings }

// Forms lists the names of the files of forms/, in order; package form reads them.
func (c *Catalog) Forms() []string { return c.forms }

// Resolve finds what a reference such as "nist-csf-2.0:GV.PO-01" names. Errors:
// errs.Invalid when it is not of the form framework:item, errs.NotFound when
// there is no such framework or item.
func (c *Catalog) Resolve(ref string) (*Framework, *Item, error) {
	id, item, ok := strings.Cut(ref, ":")
	if !ok || id == "" || item == "" {
		return nil, nil, errs.New(errs.Invalid, "%q is not of the form framework:item", ref)
	}
	f, ok := c.framework[id]
	if !ok {
		return nil, nil, errs.New(errs.NotFound, "no framework %q", id)
	}
	it, ok := f.items[item]
	if !ok {
		return nil, nil, errs.New(errs.NotFound, "framework %s has no item %q", id, item)
	}
	return f, it, nil
}

// loader gathers what the files say and what is wrong with them.
type loader struct {
	fsys     fs.FS
	cat      *Catalog
	where    map[string]*source // source of a framework, by id
	findings []finding.Finding
}

func (l *loader) each(dir string, load func(file string, data []byte)) {
	files, err := yamlFiles(l.fsys, dir)
	if err != nil {
		l.unreadable(dir, err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(l.fsys, file)
		if err != nil {
			l.unreadable(file, err)
			continue
		}
		load(file, data)
	}
}

func (l *loader) unreadable(file string, err error) {
	f := finding.New("catalog.read", "catalog.read", "why", err)
	f.File = file
	l.findings = append(l.findings, f)
}

func (l *loader) loadFramework(file string, data []byte) {
	f := &Framework{}
	s, ok := decode(file, data, f, &l.findings)
	if !ok {
		return
	}
	f.Items = dropEmpty(s, "items", f.Items)
	f.index()
	lintFramework(s, f)
	if _, dup := l.cat.framework[f.ID]; dup {
		s.report("id", []any{"framework"}, "catalog.id.twice", "id", f.ID)
		return
	}
	l.cat.framework[f.ID] = f
	l.cat.frameworks = append(l.cat.frameworks, f)
	l.where[f.ID] = s
}

func (l *loader) loadReferences(file string, data []byte) {
	set := &ReferenceSet{}
	s, ok := decode(file, data, set, &l.findings)
	if !ok {
		return
	}
	set.Series = dropEmpty(s, "series", set.Series)
	lintReferences(s, set)
	for i, r := range set.Series {
		if _, dup := l.cat.reference[r.ID]; dup {
			s.report("id", []any{"series", i, "id"}, "catalog.id.twice", "id", r.ID)
			continue
		}
		r.Set, r.Population = set, set.Populations[r.PopulationID]
		l.cat.reference[r.ID] = r
		l.cat.references = append(l.cat.references, r)
	}
}

func (l *loader) loadMapping(file string, data []byte) {
	m := &Mapping{}
	s, ok := decode(file, data, m, &l.findings)
	if !ok {
		return
	}
	m.Relations = dropEmpty(s, "relations", m.Relations)
	if l.lintMapping(s, m) {
		l.cat.mappings = append(l.cat.mappings, m)
	}
}

// dropEmpty reports and removes list entries that are null, so that the rest of
// the package can rely on every entry.
func dropEmpty[T any](s *source, key string, list []*T) []*T {
	kept := list[:0]
	for i, entry := range list {
		if entry == nil {
			s.report("syntax", []any{key, i}, "catalog.empty")
			continue
		}
		kept = append(kept, entry)
	}
	return kept
}
