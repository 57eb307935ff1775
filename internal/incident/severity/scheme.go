// Package severity classifies incidents by schemes that are data
// (catalog/taxonomies/severity-*.yaml): criteria that facts meet or not, or
// categories that give points, and levels decided by them. A result says which
// criterion was met by which fact, whether what is unknown could still change
// the level, and which single unknown could.
package severity

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// Scheme is one way to classify.
type Scheme struct {
	ID         string              `yaml:"severity"`
	Title      i18n.Text           `yaml:"title"`
	Regulation i18n.Text           `yaml:"regulation"`
	Effective  string              `yaml:"effective"`
	Source     string              `yaml:"source"`
	Licence    string              `yaml:"licence"`
	Mark       string              `yaml:"mark"`
	Notes      i18n.Text           `yaml:"notes"`
	Criteria   []*Criterion        `yaml:"criteria"`
	Counts     map[string][]string `yaml:"counts"` // name → criteria of which the met ones are counted
	Levels     []*Level            `yaml:"levels"` // gravest first; the first that holds is the level
	Joint      *Joint              `yaml:"joint"`

	weights float64
}

// Criterion is met when any of its tests holds, or gives the points of the
// first of its options that holds.
type Criterion struct {
	ID      string    `yaml:"id"`
	Title   i18n.Text `yaml:"title"`
	Code    string    `yaml:"code"` // of the criterion in the authority's report; optional
	Tests   []*Test   `yaml:"tests"`
	Weight  float64   `yaml:"weight"`
	Options []*Test   `yaml:"options"`
}

// Test is a condition over facts, with points where it is an option.
type Test struct {
	Title i18n.Text `yaml:"title"`
	When  string    `yaml:"when"`
	Score float64   `yaml:"score"` // 0 to 100

	when *predicate.Predicate
}

// Level is an outcome. Its condition reads criteria (bool), counts (number) and
// score (number, 0 to 100: the weighted mean of the options' points).
type Level struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
	When  string    `yaml:"when"`

	when *predicate.Predicate
}

// Joint says how incidents that recur are taken together.
type Joint struct {
	WithinMonths int      `yaml:"within_months"`
	Least        int      `yaml:"least"`
	Without      string   `yaml:"without"` // criterion that is left out: that of recurrence itself
	Sum          []string `yaml:"sum"`     // facts that add up
}

const scoreVar = "score"

// Load reads taxonomies/severity-*.yaml in order of id; vars declares the facts
// that conditions may read. Errors are of kind errs.Invalid and name the file.
func Load(fsys fs.FS, vars predicate.Vars) ([]*Scheme, error) {
	names, err := fs.Glob(fsys, "taxonomies/severity-*.yaml")
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	var list []*Scheme
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%w", err)
		}
		s, err := Parse(data, vars)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %w", name, err)
		}
		if path.Base(name) != "severity-"+s.ID+".yaml" {
			return nil, errs.New(errs.Invalid, "%s: id %q", name, s.ID)
		}
		list = append(list, s)
	}
	return list, nil
}

// Parse reads one scheme, such as an institution's own. Errors are of kind
// errs.Invalid and say what is wrong.
func Parse(data []byte, vars predicate.Vars) (*Scheme, error) {
	s := &Scheme{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(s); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	if s.ID == "" || s.Title.JA == "" || s.Title.EN == "" || s.Source == "" || len(s.Criteria) == 0 || len(s.Levels) == 0 ||
		!slices.Contains([]string{"verified", "secondary", "general", "open"}, s.Mark) {
		return nil, errs.New(errs.Invalid, "severity, title, source, mark, criteria and levels are needed")
	}
	if _, err := calendar.ParseDay(s.Effective); err != nil {
		return nil, err
	}
	facts, err := predicate.NewCompiler(vars)
	if err != nil {
		return nil, err
	}
	outcome := predicate.Vars{scoreVar: predicate.Number}
	for i, c := range s.Criteria {
		if c == nil || outcome[c.ID] != "" || c.Title.JA == "" || c.Title.EN == "" || (len(c.Tests) == 0) == (len(c.Options) == 0) || (c.Weight > 0) != (len(c.Options) > 0) {
			return nil, errs.New(errs.Invalid, "criterion %d is faulty", i+1)
		}
		outcome[c.ID] = predicate.Bool
		s.weights += c.Weight
		if err := c.compile(facts); err != nil {
			return nil, err
		}
	}
	for name, ids := range s.Counts {
		if outcome[name] != "" || slices.ContainsFunc(ids, func(id string) bool { return outcome[id] != predicate.Bool }) {
			return nil, errs.New(errs.Invalid, "counts %s: %s", name, strings.Join(ids, ", "))
		}
	}
	for name := range s.Counts {
		outcome[name] = predicate.Number
	}
	return s, s.compile(outcome)
}

func (c *Criterion) compile(facts *predicate.Compiler) error {
	for _, t := range append(slices.Clone(c.Tests), c.Options...) {
		if t == nil || t.Title.JA == "" || t.Title.EN == "" || t.Score < 0 || t.Score > 100 {
			return errs.New(errs.Invalid, "a test of %s is faulty", c.ID)
		}
		var err error
		if t.when, err = facts.Compile(t.When); err != nil {
			return errs.New(errs.Invalid, "%s: %s: %w", c.ID, strconv.Quote(t.When), err)
		}
	}
	if n := len(c.Options); n > 0 && c.Options[n-1].When != "true" {
		return errs.New(errs.Invalid, "the last option of %s does not always hold", c.ID)
	}
	return nil
}

func (s *Scheme) compile(outcome predicate.Vars) error {
	compiler, err := predicate.NewCompiler(outcome)
	if err != nil {
		return err
	}
	for i, l := range s.Levels {
		if l == nil || l.ID == "" || l.Title.JA == "" || l.Title.EN == "" || slices.ContainsFunc(s.Levels[:i], func(o *Level) bool { return o.ID == l.ID }) {
			return errs.New(errs.Invalid, "level %d is faulty", i+1)
		}
		if l.when, err = compiler.Compile(l.When); err != nil {
			return errs.New(errs.Invalid, "level %s: %w", l.ID, err)
		}
	}
	if s.Levels[len(s.Levels)-1].When != "true" {
		return errs.New(errs.Invalid, "the last level does not always hold")
	}
	return nil
}

// Reads lists the facts that the scheme reads, sorted.
func (s *Scheme) Reads() []string {
	var ids []string
	for _, c := range s.Criteria {
		for _, t := range append(slices.Clone(c.Tests), c.Options...) {
			ids = append(ids, t.when.Reads()...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
