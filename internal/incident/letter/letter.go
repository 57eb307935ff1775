// Package letter holds the drafts of what is told of an incident to customers, media and
// authorities, as data (catalog/communications): texts in both languages with places that
// facts fill.
package letter

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Audiences are those to whom something is told.
var Audiences = []string{"customers", "media", "authority"}

// Template is one file of the catalog. Body has places such as {time.detected}: ids of the
// dictionary of facts, or organisation, reference and today.
type Template struct {
	ID        string    `yaml:"communication"`
	Edition   string    `yaml:"edition"`
	Audience  string    `yaml:"audience"`
	Title     i18n.Text `yaml:"title"`
	Subject   i18n.Text `yaml:"subject"`
	Body      i18n.Text `yaml:"body"`
	Effective string    `yaml:"effective"`
	Source    string    `yaml:"source"`
	Licence   string    `yaml:"licence"`
	Mark      string    `yaml:"mark"`
}

// Name is the template with its edition.
func (t *Template) Name() string { return t.ID + "@" + t.Edition }

var place = regexp.MustCompile(`\{([a-z][a-z0-9_.]*)\}`)

// Places lists the ids of a text's places, in order of appearance.
func Places(text string) []string {
	var out []string
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// Fill puts values into the places of a text.
func Fill(text string, value func(id string) string) string {
	return place.ReplaceAllStringFunc(text, func(s string) string { return value(s[1 : len(s)-1]) })
}

// Load reads communications/*.yaml in order of their files; known says which ids a place
// may have. Errors are of kind errs.Invalid and name the file.
func Load(fsys fs.FS, known func(id string) bool) ([]*Template, error) {
	names, err := fs.Glob(fsys, "communications/*.yaml")
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	var list []*Template
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%w", err)
		}
		t, err := Parse(data, known)
		if err == nil && path.Base(name) != t.Name()+".yaml" {
			err = errs.New(errs.Invalid, "it calls itself %s", t.Name())
		}
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %w", name, err)
		}
		list = append(list, t)
	}
	return list, nil
}

// Parse reads one template. Errors are of kind errs.Invalid.
func Parse(data []byte, known func(id string) bool) (*Template, error) {
	t := &Template{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(t); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	if t.ID == "" || t.Edition == "" || !slices.Contains(Audiences, t.Audience) || t.Source == "" || t.Licence == "" || !slices.Contains([]string{"verified", "secondary", "general", "open"}, t.Mark) {
		return nil, errs.New(errs.Invalid, "communication, edition, audience, source, licence and mark are needed")
	}
	for _, text := range []i18n.Text{t.Title, t.Subject, t.Body} {
		if text.JA == "" || text.EN == "" {
			return nil, errs.New(errs.Invalid, "title, subject and body are needed in both languages")
		}
		for _, id := range Places(text.JA + text.EN) {
			if !known(id) {
				return nil, errs.New(errs.Invalid, "place {%s}", id)
			}
		}
	}
	_, err := calendar.ParseDay(t.Effective)
	return t, err
}
