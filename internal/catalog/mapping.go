package catalog

import "yagura/internal/i18n"

// RelationType is how the concept of one item stands to that of another. The
// set relations and the supportive ones are those of NIST IR 8477, sections 4.2
// and 4.3; related is its concept crosswalk (section 4.1) and is used for
// computed hints alone.
type RelationType string

// The relation types, read from the first item to the second.
const (
	Equal       RelationType = "equal"
	SubsetOf    RelationType = "subset_of"
	SupersetOf  RelationType = "superset_of"
	Intersects  RelationType = "intersects"
	Supports    RelationType = "supports"
	SupportedBy RelationType = "supported_by"
	Related     RelationType = "related"
)

var relationTypes = []string{string(Equal), string(SubsetOf), string(SupersetOf), string(Intersects), string(Supports), string(SupportedBy)}

// Inverse is the relation read from the second item to the first.
func (t RelationType) Inverse() RelationType {
	switch t {
	case SubsetOf:
		return SupersetOf
	case SupersetOf:
		return SubsetOf
	case Supports:
		return SupportedBy
	case SupportedBy:
		return Supports
	}
	return t
}

// compose is what follows for a and c from a–b and b–c. Only equality and chains
// of one set inclusion are transitive; of everything else it follows no more
// than that a and c have something to do with each other.
func (t RelationType) compose(next RelationType) RelationType {
	switch {
	case t == Equal:
		return next
	case next == Equal:
		return t
	case t == next && (t == SubsetOf || t == SupersetOf):
		return t
	}
	return Related
}

// Rationale is the viewpoint from which two items were compared (NIST IR 8477):
// their wording, their meaning or what carrying them out leads to.
type Rationale string

// The rationales.
const (
	Syntactic  Rationale = "syntactic"
	Semantic   Rationale = "semantic"
	Functional Rationale = "functional"
)

var rationales = []string{string(Syntactic), string(Semantic), string(Functional)}

// Mapping is one crosswalk file: relations from the items of one framework to
// those of another.
type Mapping struct {
	From      string      `yaml:"from" json:"from"`
	To        string      `yaml:"to" json:"to"`
	Title     i18n.Text   `yaml:"title" json:"title"`
	Published Date        `yaml:"published" json:"published"`
	Licence   string      `yaml:"licence" json:"licence"`
	Method    string      `yaml:"method" json:"method"`     // vocabulary of the relations
	Reviewer  string      `yaml:"reviewer" json:"reviewer"` // of all relations that name none; unreviewed
	Basis     i18n.Text   `yaml:"basis" json:"basis"`       // what the relations rest on
	Relations []*Relation `yaml:"relations" json:"relations"`
}

// Relation ties one item to another.
type Relation struct {
	From      string       `yaml:"from" json:"from"`
	To        string       `yaml:"to" json:"to"`
	Type      RelationType `yaml:"relation" json:"relation"`
	Rationale Rationale    `yaml:"rationale" json:"rationale"`
	Strength  int          `yaml:"strength" json:"strength"` // 1 (weak) to 10 (the same)
	Reviewer  string       `yaml:"reviewer" json:"reviewer"` // empty in YAML means the file's
	Reason    i18n.Text    `yaml:"reason" json:"reason"`
}

// lintMapping checks m and reports whether it can be queried: both frameworks
// are there and differ.
func (l *loader) lintMapping(s *source, m *Mapping) bool {
	if stem(s.file) != m.From+"--"+m.To {
		s.report("file", []any{"from"}, "catalog.file", "id", m.From+"--"+m.To)
	}
	s.both([]any{"title"}, m.Title)
	s.both([]any{"basis"}, m.Basis)
	s.filled([]any{"licence"}, m.Licence)
	s.filled([]any{"method"}, m.Method)
	s.filled([]any{"reviewer"}, m.Reviewer)
	if !m.Published.Valid() {
		s.report("date", []any{"published"}, "catalog.date", "value", m.Published)
	}
	from, to := l.side(s, "from", m.From), l.side(s, "to", m.To)
	if from == nil || to == nil {
		return false
	}
	if from == to {
		s.report("relation", []any{"to"}, "catalog.crosswalk.self", "id", m.To)
		return false
	}
	for _, other := range l.cat.mappings {
		if other.From == m.To && other.To == m.From {
			s.report("relation", []any{"from"}, "catalog.crosswalk.twice", "id", m.To+"--"+m.From)
			return false
		}
	}
	m.Relations = lintRelations(s, m, from, to)
	return true
}

func (l *loader) side(s *source, key, id string) *Framework {
	f, ok := l.cat.framework[id]
	if !ok {
		s.report("relation", []any{key}, "catalog.unknown", "id", id)
	}
	return f
}

// lintRelations checks every relation and returns those between items that exist.
func lintRelations(s *source, m *Mapping, from, to *Framework) []*Relation {
	seen := map[[2]string]bool{}
	var usable []*Relation
	for i, r := range m.Relations {
		at := []any{"relations", i}
		if r.Reviewer == "" {
			r.Reviewer = m.Reviewer
		}
		s.oneOf(append(at, "relation"), string(r.Type), relationTypes)
		s.oneOf(append(at, "rationale"), string(r.Rationale), rationales)
		s.both(append(at, "reason"), r.Reason)
		if r.Strength < 1 || r.Strength > 10 {
			s.report("relation", append(at, "strength"), "catalog.strength", "value", r.Strength)
		}
		ok := s.relatable(append(at, "from"), from, r.From)
		ok = s.relatable(append(at, "to"), to, r.To) && ok
		if pair := [2]string{r.From, r.To}; seen[pair] {
			s.report("relation", append(at, "from"), "catalog.relation.twice", "from", r.From, "to", r.To)
		} else if seen[pair] = true; ok {
			usable = append(usable, r)
		}
	}
	return usable
}

// relatable reports whether an item exists and has content to compare.
func (s *source) relatable(at []any, f *Framework, id string) bool {
	it, ok := f.items[id]
	if !ok {
		s.report("relation", at, "catalog.unknown", "id", f.ID+":"+id)
		return false
	}
	if it.IsOpen() {
		s.report("relation", at, "catalog.relation.open", "id", f.ID+":"+id)
		return false
	}
	return true
}
