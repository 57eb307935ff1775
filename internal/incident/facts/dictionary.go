// Package facts is the fact base of an incident: what is held to be true of it,
// since when, since when that is known, from which source, and what is not
// known. Nothing is overwritten. "What did we know on Tuesday at 14:00" is a
// query, and every form, classification and deadline is computed from its
// answer.
package facts

import (
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// Type is the type of a fact's value.
type Type string

// The types, with the Go type of the value in brackets.
const (
	Bool   Type = "bool"   // (bool)
	Number Type = "number" // (float64)
	Hours  Type = "hours"  // (float64): a length of time
	Text   Type = "text"   // (string)
	Choice Type = "choice" // (string): one of the options
	List   Type = "list"   // ([]string)
	Time   Type = "moment" // (Moment)
)

// Entry is a fact that may be stated.
type Entry struct {
	ID      string    `yaml:"id"`
	Type    Type      `yaml:"type"`
	Title   i18n.Text `yaml:"title"`
	Unit    string    `yaml:"unit"`
	Options []string  `yaml:"options"` // of a choice, or of the texts of a list
	// Taxonomy names the file whose values are the options.
	Taxonomy string `yaml:"taxonomy"`
	// Measure is "money" of a number that counts money in the currency of reporting.
	Measure string `yaml:"measure"`
	// Cues are words that stand near the value in running text.
	Cues []string `yaml:"cues"`

	titles map[string]i18n.Text
}

// OptionTitle names an option; one without a title stands for itself.
func (e *Entry) OptionTitle(option string) i18n.Text {
	if t, ok := e.titles[option]; ok {
		return t
	}
	return i18n.Text{JA: option, EN: option}
}

// Dictionary is the facts that may be stated of an incident, in one order.
type Dictionary struct {
	entries []*Entry
	byID    map[string]*Entry
	open    []string
}

// LoadDictionary reads taxonomies/incident-facts.yaml. Errors are of kind
// errs.Invalid: the catalog is faulty.
func LoadDictionary(fsys fs.FS) (*Dictionary, error) {
	data, err := fs.ReadFile(fsys, "taxonomies/incident-facts.yaml")
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	var doc struct {
		Taxonomy, Source, Licence, Published string
		Title                                i18n.Text
		Open                                 []string
		Facts                                []*Entry
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	d := &Dictionary{byID: map[string]*Entry{}, open: doc.Open}
	for _, e := range doc.Facts {
		if e != nil && e.Taxonomy != "" {
			if err := e.take(fsys); err != nil {
				return nil, err
			}
		}
		if e == nil || !predicate.ValidID(e.ID) || d.byID[e.ID] != nil || e.Title.JA == "" || e.Title.EN == "" ||
			vars[e.Type] == "" && e.Type != Time || e.Type == Choice && len(e.Options) == 0 || e.Type != Choice && e.Type != List && len(e.Options) > 0 {
			return nil, errs.New(errs.Invalid, "incident-facts.yaml: faulty entry %+v", e)
		}
		d.byID[e.ID] = e
		d.entries = append(d.entries, e)
	}
	return d, nil
}

// take reads the options of a taxonomy.
func (e *Entry) take(fsys fs.FS) error {
	data, err := fs.ReadFile(fsys, "taxonomies/"+e.Taxonomy+".yaml")
	if err != nil {
		return errs.New(errs.Invalid, "%w", err)
	}
	var doc struct {
		Taxonomy, Source, Licence, Mark string
		Title                           i18n.Text
		Values                          []struct {
			ID        string `yaml:"id"`
			i18n.Text `yaml:",inline"`
		}
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return errs.New(errs.Invalid, "%w", err)
	}
	if doc.Taxonomy != e.Taxonomy {
		return errs.New(errs.Invalid, "taxonomy %s calls itself %q", e.Taxonomy, doc.Taxonomy)
	}
	e.titles = map[string]i18n.Text{}
	for _, v := range doc.Values {
		if v.ID == "" || v.JA == "" || v.EN == "" || !e.titles[v.ID].IsZero() {
			return errs.New(errs.Invalid, "taxonomy %s: value %q is faulty", e.Taxonomy, v.ID)
		}
		e.Options, e.titles[v.ID] = append(e.Options, v.ID), v.Text
	}
	return nil
}

var vars = map[Type]predicate.Type{Bool: predicate.Bool, Number: predicate.Number, Hours: predicate.Number, Text: predicate.String, Choice: predicate.String, List: predicate.List}

// Entries lists the dictionary in its order.
func (d *Dictionary) Entries() []*Entry { return d.entries }

// Entry is the entry of an id, nil when there is none.
func (d *Dictionary) Entry(id string) *Entry { return d.byID[id] }

// Title names a fact; an id without entry stands for itself.
func (d *Dictionary) Title(id string) i18n.Text {
	if e := d.byID[id]; e != nil {
		return e.Title
	}
	return i18n.Text{JA: id, EN: id}
}

// Vars declares the facts to predicates; moments are not among them.
func (d *Dictionary) Vars() predicate.Vars {
	out := predicate.Vars{}
	for _, e := range d.entries {
		if t := vars[e.Type]; t != "" {
			out[e.ID] = t
		}
	}
	return out
}

// free reports whether an id belongs to an open word.
func (d *Dictionary) free(id string) bool {
	word, _, ok := strings.Cut(id, ".")
	return ok && slices.Contains(d.open, word)
}

// nearest is the id of the dictionary that shares most of its beginning and end
// with a misspelt one.
func (d *Dictionary) nearest(id string) string {
	best, score := "", 0
	for _, e := range d.entries {
		n, k := 0, 0
		for n < min(len(id), len(e.ID)) && id[n] == e.ID[n] {
			n++
		}
		for k < min(len(id), len(e.ID))-n && id[len(id)-1-k] == e.ID[len(e.ID)-1-k] {
			k++
		}
		if n+k > score {
			best, score = e.ID, n+k
		}
	}
	return best
}
