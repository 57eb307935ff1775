package catalog

import (
	"slices"

	"yagura/internal/i18n"
)

// ReferenceSet is one publication of figures.
type ReferenceSet struct {
	ID          string                `yaml:"references" json:"id"`
	Title       i18n.Text             `yaml:"title" json:"title"`
	Authority   i18n.Text             `yaml:"authority" json:"authority"`
	Licence     string                `yaml:"licence" json:"licence"`
	Notes       i18n.Text             `yaml:"notes" json:"notes"`
	Populations map[string]Population `yaml:"populations" json:"-"`
	Series      []*Reference          `yaml:"series" json:"-"`
}

// Population is whom a figure describes.
type Population struct {
	N       int            `yaml:"n" json:"n"`
	JA      string         `yaml:"ja" json:"ja"`
	EN      string         `yaml:"en" json:"en"`
	Sectors map[string]int `yaml:"sectors" json:"sectors,omitempty"` // number by org.sector
}

// Label is the population's description.
func (p Population) Label() i18n.Text { return i18n.Text{JA: p.JA, EN: p.EN} }

// Approximation says how published wording is to be read as a number.
type Approximation string

// The approximations. Range gives the interval that each stands for.
const (
	Exact Approximation = "exact" // printed number; the tolerance is its rounding
	About Approximation = "about" // およそ
	Above Approximation = "above" // 強, 超: just over, more than
	Below Approximation = "below" // 弱: just under, almost
)

// Reference is one published figure: the share in percent of a population in a
// year. Where only words were published, Value is the number they name,
// Tolerance (percentage points) our reading of them, Wording the words.
type Reference struct {
	ID            string        `yaml:"id" json:"id"`
	Title         i18n.Text     `yaml:"title" json:"title"`
	FY            int           `yaml:"fy" json:"fy"` // fiscal year of the survey
	PopulationID  string        `yaml:"population" json:"-"`
	Population    Population    `yaml:"-" json:"population"`
	Value         float64       `yaml:"value" json:"value"`
	Approximation Approximation `yaml:"approximation" json:"approximation"`
	Tolerance     float64       `yaml:"tolerance" json:"tolerance"`
	Wording       i18n.Text     `yaml:"wording" json:"wording"`
	Source        string        `yaml:"source" json:"source"`             // the publication
	ReadIn        string        `yaml:"read_in" json:"read_in,omitempty"` // where the figure was read, if elsewhere
	Mark          Mark          `yaml:"mark" json:"mark"`
	Note          i18n.Text     `yaml:"note" json:"note"`

	Set *ReferenceSet `yaml:"-" json:"-"`
}

// Range is the interval, in percent within 0 to 100, that the published wording
// stands for.
func (r *Reference) Range() (low, high float64) {
	low, high = r.Value-r.Tolerance, r.Value+r.Tolerance
	switch r.Approximation {
	case Above:
		low = r.Value
	case Below:
		high = r.Value
	}
	return max(low, 0), min(high, 100)
}

func lintReferences(s *source, set *ReferenceSet) {
	if set.ID != stem(s.file) {
		s.report("file", []any{"references"}, "catalog.file", "id", set.ID)
	}
	s.both([]any{"title"}, set.Title)
	s.both([]any{"authority"}, set.Authority)
	s.both([]any{"notes"}, set.Notes)
	s.filled([]any{"licence"}, set.Licence)
	for _, id := range sortedKeys(set.Populations) {
		p, at := set.Populations[id], []any{"populations", id}
		s.both(at, p.Label())
		sum := 0
		for _, n := range p.Sectors {
			sum += n
		}
		if p.N < 1 || len(p.Sectors) > 0 && sum != p.N {
			s.report("reference", at, "catalog.reference.population", "n", p.N, "sum", sum)
		}
	}
	for i, r := range set.Series {
		s.lintReference([]any{"series", i}, set, r)
	}
}

func (s *source) lintReference(at []any, set *ReferenceSet, r *Reference) {
	if !idPattern.MatchString(r.ID) {
		s.report("id", append(at, "id"), "catalog.id", "id", r.ID)
	}
	s.both(append(at, "title"), r.Title)
	s.both(append(at, "wording"), r.Wording)
	s.bothOrNone(append(at, "note"), r.Note)
	s.lintSource(append(at, "source"), r.Source)
	if r.ReadIn != "" {
		s.lintSource(append(at, "read_in"), r.ReadIn)
	}
	s.oneOf(append(at, "mark"), string(r.Mark), marks)
	s.oneOf(append(at, "approximation"), string(r.Approximation), approximations)
	if _, ok := set.Populations[r.PopulationID]; !ok {
		s.report("reference", append(at, "population"), "catalog.unknown", "id", r.PopulationID)
	}
	if r.Value < 0 || r.Value > 100 {
		s.report("reference", append(at, "value"), "catalog.reference.value", "value", r.Value)
	}
	if r.Tolerance < 0 || r.Tolerance > 25 || r.Approximation != Exact && r.Tolerance == 0 {
		s.report("reference", append(at, "tolerance"), "catalog.reference.tolerance", "value", r.Tolerance)
	}
	if r.FY < 2000 || r.FY > 2100 {
		s.report("date", append(at, "fy"), "catalog.date", "value", r.FY)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
