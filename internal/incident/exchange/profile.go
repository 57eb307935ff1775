// Package exchange carries the facts of an incident into forms and formats of
// recipients and back: which fact stands in which field is catalog data
// (taxonomies/incident-form-*.yaml), with the dates between which it applies.
// What a form leaves without a field is kept beside, so that a record that came
// in goes out whole.
package exchange

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

// Profile is one edition of a form or format of incidents.
type Profile struct {
	ID          string            `yaml:"form"`
	Edition     string            `yaml:"edition"`
	Title       i18n.Text         `yaml:"title"`
	Authority   i18n.Text         `yaml:"authority"`
	Effective   string            `yaml:"effective"`
	Until       string            `yaml:"until"`
	Source      string            `yaml:"source"`
	Licence     string            `yaml:"licence"`
	Mark        string            `yaml:"mark"`
	Cells       string            `yaml:"cells"`  // known; or unknown: the fields are groups, the form's own cells could not be read
	Format      string            `yaml:"format"` // json; empty: a list of fields
	Rest        string            `yaml:"rest"`   // fact that keeps what has no field, as JSON
	Unknown     string            `yaml:"unknown"`
	NA          string            `yaml:"not_applicable"`
	Variants    []string          `yaml:"variants"`
	VariantFact string            `yaml:"variant_fact"`
	Constants   map[string]string `yaml:"constants"`
	Defaults    map[string]any    `yaml:"defaults"` // top-level keys that the format requires
	// Fill is what the format requires in a group where anything stands in it.
	Fill       map[string]map[string]any `yaml:"fill"`
	Stages     map[string]*Stage         `yaml:"stages"`
	Conditions []*Condition              `yaml:"conditions"`
	Fields     []*Field                  `yaml:"fields"`
}

// Stage is a stage of reporting: what must be there by then.
type Stage struct {
	Code  string   `yaml:"code"`
	With  string   `yaml:"with"` // earlier stage whose needs count too
	Needs []string `yaml:"needs"`
}

// Condition makes a field needed where another has a value.
type Condition struct {
	At    string `yaml:"at"`
	Has   string `yaml:"has"`
	Needs string `yaml:"needs"`
	From  string `yaml:"from"` // first stage at which it counts; empty: any
}

// Field is a place of the form and the fact that stands in it.
type Field struct {
	No      string            `yaml:"no"`
	At      string            `yaml:"at"` // path in the JSON: names and positions joined by dots
	Fact    string            `yaml:"fact"`
	As      string            `yaml:"as"` // stage, incident, datetime, year, month, day, days_hours_minutes; empty: by the fact's type
	Title   i18n.Text         `yaml:"title"`
	Only    string            `yaml:"only"`  // variant
	Codes   map[string]string `yaml:"codes"` // option → code of the form
	Pattern string            `yaml:"pattern"`
	CanMiss bool              `yaml:"unknown"` // the format has a word for unknown here
	CanNA   bool              `yaml:"na"`      // … and for not applicable

	entry   *facts.Entry
	pattern *regexp.Regexp
}

// Load reads taxonomies/incident-form-*.yaml in order of id and edition. Errors
// are of kind errs.Invalid and name the file.
func Load(fsys fs.FS, d *facts.Dictionary) ([]*Profile, error) {
	names, err := fs.Glob(fsys, "taxonomies/incident-form-*.yaml")
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	var list []*Profile
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%w", err)
		}
		p, err := Parse(data, d)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %w", name, err)
		}
		if !strings.HasPrefix(path.Base(name), "incident-form-"+p.ID) {
			return nil, errs.New(errs.Invalid, "%s: id %q", name, p.ID)
		}
		list = append(list, p)
	}
	return list, nil
}

// Parse reads one profile, such as one that a user supplies. Errors are of kind
// errs.Invalid.
func Parse(data []byte, d *facts.Dictionary) (*Profile, error) {
	p := &Profile{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(p); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	if p.ID == "" || p.Edition == "" || p.Title.JA == "" || p.Title.EN == "" || p.Source == "" || p.Cells != "known" && p.Cells != "unknown" || p.Format != "" && p.Format != "json" {
		return nil, errs.New(errs.Invalid, "form, edition, title, source and cells are needed")
	}
	if _, err := calendar.ParseDay(p.Effective); err != nil {
		return nil, err
	}
	for i, f := range p.Fields {
		if err := p.field(f, d); err != nil {
			return nil, errs.New(errs.Invalid, "field %d: %w", i+1, err)
		}
	}
	for name, s := range p.Stages {
		if s == nil || s.With != "" && p.Stages[s.With] == nil || s.With == name {
			return nil, errs.New(errs.Invalid, "stage %s is faulty", name)
		}
	}
	for _, c := range p.Conditions {
		if c == nil || c.At == "" || c.Needs == "" || c.From != "" && p.Stages[c.From] == nil {
			return nil, errs.New(errs.Invalid, "a condition is faulty")
		}
	}
	return p, nil
}

func (p *Profile) field(f *Field, d *facts.Dictionary) error {
	if f == nil || f.No == "" || f.Title.JA == "" || f.Title.EN == "" || (p.Format == "json") != (f.At != "") {
		return errs.New(errs.Invalid, "no, title and, for JSON, at are needed")
	}
	if f.Only != "" && !slices.Contains(p.Variants, f.Only) {
		return errs.New(errs.Invalid, "variant %q", f.Only)
	}
	if f.Fact == "" {
		if f.As != "stage" && f.As != "incident" {
			return errs.New(errs.Invalid, "%s has no fact", f.No)
		}
		return nil
	}
	if f.entry = d.Entry(f.Fact); f.entry == nil {
		return errs.New(errs.Invalid, "%s is not in the dictionary", f.Fact)
	}
	want, timed := map[string]facts.Type{"datetime": facts.Time, "year": facts.Time, "month": facts.Time, "day": facts.Time, "days_hours_minutes": facts.Hours, "": ""}[f.As]
	if !timed || want != "" && want != f.entry.Type {
		return errs.New(errs.Invalid, "%s cannot be written as %q", f.Fact, f.As)
	}
	if f.Pattern != "" {
		var err error
		if f.pattern, err = regexp.Compile(f.Pattern); err != nil {
			return errs.New(errs.Invalid, "%w", err)
		}
	}
	return nil
}

// Name is id and edition: dora-incident@2025.
func (p *Profile) Name() string { return p.ID + "@" + p.Edition }

// Find is the profile of a name (id@edition), or of an id or its beginning up
// to the first hyphen: then the newest edition in force on a day, or the one
// that comes into force first when none is. It is nil when there is none.
func Find(list []*Profile, name string, day calendar.Day) *Profile {
	var found, later *Profile
	on := day.String()
	for _, p := range list {
		short, _, _ := strings.Cut(p.ID, "-")
		switch {
		case p.Name() == name:
			return p
		case p.ID != name && (short != name || short == "jp"):
		case p.Effective > on:
			if later == nil || p.Effective < later.Effective {
				later = p
			}
		case p.Until == "" || on <= p.Until:
			if found == nil || found.Effective < p.Effective {
				found = p
			}
		}
	}
	if found == nil {
		return later
	}
	return found
}
