package catalog

import "yagura/internal/i18n"

// Casebook is one publication of incidents or of a ranking of threats.
type Casebook struct {
	ID        string    `yaml:"casebook" json:"id"`
	Title     i18n.Text `yaml:"title" json:"title"`
	Authority i18n.Text `yaml:"authority" json:"authority"`
	Document  i18n.Text `yaml:"document" json:"document"`
	Place     i18n.Text `yaml:"place" json:"place"` // page or slide
	Published Date      `yaml:"published" json:"published"`
	Effective Date      `yaml:"effective" json:"effective"` // as of when its content stands
	Source    string    `yaml:"source" json:"source"`
	Licence   string    `yaml:"licence" json:"licence"`
	Mark      Mark      `yaml:"mark" json:"mark"`
	Notes     i18n.Text `yaml:"notes" json:"notes"`
	Cases     []*Case   `yaml:"cases" json:"cases,omitempty"`
	Threats   []*Threat `yaml:"threats" json:"threats,omitempty"`
}

// Case is one incident as it was published.
type Case struct {
	ID      string       `yaml:"id" json:"id"`
	Month   Date         `yaml:"month" json:"month"`               // in which it happened, or began
	Onwards bool         `yaml:"onwards" json:"onwards,omitempty"` // the source says that it went on
	Effects []string     `yaml:"effects" json:"effects"`           // see CaseEffects
	Who     i18n.Text    `yaml:"who" json:"who"`                   // kind of institution
	What    i18n.Text    `yaml:"what" json:"what"`
	Figures []CaseFigure `yaml:"figures" json:"figures,omitempty"`
	Mark    Mark         `yaml:"mark" json:"mark"` // default: the book's
}

// CaseFigure is a round number as it was published.
type CaseFigure struct {
	Value int64  `yaml:"value" json:"value"` // above 0
	Unit  string `yaml:"unit" json:"unit"`   // persons, records, yen
}

// Threat is a place in a ranking.
type Threat struct {
	ID       string    `yaml:"id" json:"id"`
	Target   string    `yaml:"target" json:"target"` // organisation, individual
	Rank     int       `yaml:"rank" json:"rank"`
	Previous int       `yaml:"previous" json:"previous,omitempty"` // rank of the year before; 0: new
	Title    i18n.Text `yaml:"title" json:"title"`
}

// The closed lists of the case library.
var (
	CaseEffects   = []string{"data_leak", "fraud", "outage", "defacement"}
	ThreatTargets = []string{"organisation", "individual"}
	caseUnits     = []string{"persons", "records", "yen"}
)

// Casebooks lists the case library in order of file.
func (c *Catalog) Casebooks() []*Casebook { return c.casebooks }

func (l *loader) loadCasebook(file string, data []byte) {
	b := &Casebook{}
	s, ok := decode(file, data, b, &l.findings)
	if !ok {
		return
	}
	b.Cases, b.Threats = dropEmpty(s, "cases", b.Cases), dropEmpty(s, "threats", b.Threats)
	s.lintCasebook(b)
	seen := map[string]bool{}
	for _, other := range l.cat.casebooks {
		for _, c := range other.Cases {
			seen[c.ID] = true
		}
		for _, t := range other.Threats {
			seen[t.ID] = true
		}
	}
	once := func(at []any, id string) {
		if seen[id] {
			s.report("id", at, "catalog.id.twice", "id", id)
		}
		seen[id] = true
		if !idPattern.MatchString(id) {
			s.report("id", at, "catalog.id", "id", id)
		}
	}
	places := map[string]map[int]bool{}
	for i, c := range b.Cases {
		once([]any{"cases", i, "id"}, c.ID)
		if c.Mark == "" {
			c.Mark = b.Mark
		}
		s.lintCase([]any{"cases", i}, c)
	}
	for i, t := range b.Threats {
		at := []any{"threats", i}
		once(append(at, "id"), t.ID)
		s.both(append(at, "title"), t.Title)
		s.oneOf(append(at, "target"), t.Target, ThreatTargets)
		if places[t.Target] == nil {
			places[t.Target] = map[int]bool{}
		}
		if t.Rank < 1 || t.Previous < 0 || places[t.Target][t.Rank] {
			s.report("case", append(at, "rank"), "catalog.value", "key", "rank", "value", t.Rank)
		}
		places[t.Target][t.Rank] = true
	}
	l.cat.casebooks = append(l.cat.casebooks, b)
}

func (s *source) lintCasebook(b *Casebook) {
	if b.ID != stem(s.file) {
		s.report("file", []any{"casebook"}, "catalog.file", "id", b.ID)
	}
	for key, t := range map[string]i18n.Text{"title": b.Title, "authority": b.Authority, "document": b.Document, "place": b.Place, "notes": b.Notes} {
		s.both([]any{key}, t)
	}
	s.filled([]any{"source"}, b.Source)
	s.filled([]any{"licence"}, b.Licence)
	s.oneOf([]any{"mark"}, string(b.Mark), marks)
	for key, d := range map[string]Date{"published": b.Published, "effective": b.Effective} {
		if !d.Valid() {
			s.report("date", []any{key}, "catalog.date", "value", d)
		}
	}
}

func (s *source) lintCase(at []any, c *Case) {
	s.both(append(at, "who"), c.Who)
	s.both(append(at, "what"), c.What)
	s.oneOf(append(at, "mark"), string(c.Mark), marks)
	if !c.Month.Valid() || len(c.Month) != 7 {
		s.report("date", append(at, "month"), "catalog.date", "value", c.Month)
	}
	if len(c.Effects) == 0 {
		s.filled(append(at, "effects"), "")
	}
	for _, e := range c.Effects {
		s.oneOf(append(at, "effects"), e, CaseEffects)
	}
	for _, f := range c.Figures {
		s.oneOf(append(at, "figures"), f.Unit, caseUnits)
		if f.Value <= 0 {
			s.report("case", append(at, "figures"), "catalog.value", "key", "value", "value", f.Value)
		}
	}
}
