package facts

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"yagura/internal/finding"
	"yagura/internal/predicate"
)

// MaxFile is the largest FACTS file that Read reads, in bytes.
const MaxFile = 8 << 20

// document is the FACTS file of catalog/FORMAT.md.
type document struct {
	Incident string        `yaml:"incident"`
	Title    string        `yaml:"title,omitempty"`
	Zone     string        `yaml:"zone"`
	Exercise bool          `yaml:"exercise,omitempty"`
	Known    string        `yaml:"known,omitempty"`  // of records that give none
	Source   string        `yaml:"source,omitempty"` // likewise
	Facts    []recordLine  `yaml:"facts"`
	Reports  []*reportLine `yaml:"reports,omitempty"`
}

type recordLine struct {
	Fact     string    `yaml:"fact"`
	Value    yaml.Node `yaml:"value,omitempty"`
	Estimate []float64 `yaml:"estimate,omitempty,flow"`
	State    State     `yaml:"state,omitempty"`
	Known    string    `yaml:"known,omitempty"`
	Since    string    `yaml:"since,omitempty"`
	Zone     string    `yaml:"zone,omitempty"` // in which its moments are told
	Source   string    `yaml:"source,omitempty"`
	Note     string    `yaml:"note,omitempty"`
}

type reportLine struct {
	Stage     string `yaml:"stage"`
	Submitted string `yaml:"submitted"`
	Accepted  string `yaml:"accepted,omitempty"`
	Known     string `yaml:"known,omitempty"`
	Zone      string `yaml:"zone,omitempty"`
	Note      string `yaml:"note,omitempty"`
}

// Read reads a FACTS file. Every fault is a finding with its line; what is
// faulty is left out.
func Read(file string, data []byte, d *Dictionary) (Base, []finding.Finding) {
	p := &reader{file: file, d: d}
	if len(data) > MaxFile {
		p.fault(0, "facts.too-large", "max", MaxFile>>20)
		return Base{}, p.found
	}
	var doc document
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		p.fault(0, "facts.syntax", "why", err.Error())
		return Base{}, p.found
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.fault(0, "facts.document")
		return Base{}, p.found
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		p.fault(0, "facts.syntax", "why", err.Error())
		return Base{}, p.found
	}
	p.lines(&root)
	p.doc = doc
	return p.base(), p.found
}

type reader struct {
	file    string
	d       *Dictionary
	doc     document
	facts   []int // lines of the records
	reports []int
	found   []finding.Finding
}

func (p *reader) fault(line int, rule string, args ...any) {
	f := finding.New(rule, rule, args...)
	f.File, f.Row = p.file, line
	p.found = append(p.found, f)
}

func (p *reader) lines(root *yaml.Node) {
	if len(root.Content) == 0 {
		return
	}
	top := root.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		for _, n := range top[i+1].Content {
			switch top[i].Value {
			case "facts":
				p.facts = append(p.facts, n.Line)
			case "reports":
				p.reports = append(p.reports, n.Line)
			}
		}
	}
}

func (p *reader) base() Base {
	b := Base{ID: p.doc.Incident, Title: p.doc.Title, Zone: p.doc.Zone, Exercise: p.doc.Exercise}
	if b.ID == "" {
		p.fault(1, "facts.no-incident")
	}
	if _, err := ParseMoment("2026", b.Zone); err != nil {
		p.fault(1, "facts.zone", "zone", b.Zone)
		return b
	}
	for i, l := range p.doc.Facts {
		if r, ok := p.record(l, at(p.facts, i)); ok {
			b.Records = append(b.Records, r)
		}
	}
	for i, l := range p.doc.Reports {
		if l == nil {
			p.fault(at(p.reports, i), "facts.report", "stage", "")
			continue
		}
		zone := orZone(l.Zone, p.doc.Zone)
		r := Report{Stage: l.Stage, Note: l.Note}
		ok := p.moment(at(p.reports, i), l.Submitted, zone, &r.Submitted)
		ok = p.optional(at(p.reports, i), l.Accepted, zone, &r.Accepted) && ok
		ok = p.optional(at(p.reports, i), l.Known, zone, &r.KnownAt) && ok
		if l.Stage == "" {
			p.fault(at(p.reports, i), "facts.report", "stage", l.Stage)
		} else if ok {
			b.Reports = append(b.Reports, r)
		}
	}
	slices.SortStableFunc(b.Reports, func(x, y Report) int { return x.Submitted.From.Compare(y.Submitted.From) })
	return b
}

func at(lines []int, i int) int {
	if i < len(lines) {
		return lines[i]
	}
	return 0
}

func orZone(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (p *reader) moment(line int, text, zone string, m *Moment) bool {
	var err error
	if *m, err = ParseMoment(text, zone); err != nil {
		p.fault(line, "facts.moment", "value", text, "why", err)
	}
	return err == nil
}

func (p *reader) optional(line int, text, zone string, m *Moment) bool {
	return text == "" || p.moment(line, text, zone, m)
}

// record reads one statement.
func (p *reader) record(l recordLine, line int) (Record, bool) {
	before := len(p.found)
	zone := orZone(l.Zone, p.doc.Zone)
	r := Record{Fact: l.Fact, State: l.State, Source: orZone(l.Source, p.doc.Source), Note: l.Note}
	e := p.d.byID[l.Fact]
	if e == nil && (!predicate.ValidID(l.Fact) || !p.d.free(l.Fact)) {
		p.fault(line, "facts.unknown", "fact", l.Fact, "near", p.d.nearest(l.Fact))
		return r, false
	}
	known := orZone(l.Known, p.doc.Known)
	if known == "" {
		p.fault(line, "facts.no-known", "fact", l.Fact)
		return r, false
	}
	p.moment(line, known, zone, &r.KnownAt)
	p.optional(line, l.Since, zone, &r.Since)
	switch {
	case l.State == "" && len(l.Estimate) > 0:
		r.State = Estimated
	case l.State == "":
		r.State = Known
	case !slices.Contains(States, l.State):
		p.fault(line, "facts.state", "state", l.State)
	}
	switch r.State {
	case Known:
		p.known(l, line, e, zone, &r)
	case Estimated:
		if len(l.Estimate) != 2 || l.Estimate[0] > l.Estimate[1] || math.IsNaN(l.Estimate[0]) || math.IsNaN(l.Estimate[1]) || e != nil && e.Type != Number && e.Type != Hours || !l.Value.IsZero() {
			p.fault(line, "facts.estimate", "fact", l.Fact)
			break
		}
		r.Low, r.High = l.Estimate[0], l.Estimate[1]
	default:
		if !l.Value.IsZero() || len(l.Estimate) > 0 {
			p.fault(line, "facts.surplus", "fact", l.Fact, "state", StateText(r.State))
		}
	}
	return r, len(p.found) == before
}

// known reads the value of a known fact by the fact's type.
func (p *reader) known(l recordLine, line int, e *Entry, zone string, r *Record) {
	n := &l.Value
	t := Type("")
	if e != nil {
		t = e.Type
	} else {
		t = typeOf(n)
	}
	var ok bool
	switch t {
	case Bool:
		var v bool
		ok = n.Tag == "!!bool" && n.Decode(&v) == nil
		r.Value = v
	case Number, Hours:
		v, err := strconv.ParseFloat(n.Value, 64)
		ok = n.Kind == yaml.ScalarNode && (n.Tag == "!!int" || n.Tag == "!!float") && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) && (e == nil || v >= 0)
		r.Value = v
	case Text, Choice:
		ok = n.Kind == yaml.ScalarNode && n.Tag != "!!null" && (t == Text || slices.Contains(e.Options, n.Value))
		r.Value = n.Value
	case List:
		v := []string{}
		ok = n.Kind == yaml.SequenceNode && n.Decode(&v) == nil
		for _, s := range v {
			ok = ok && (e == nil || len(e.Options) == 0 || slices.Contains(e.Options, s))
		}
		r.Value = v
	case Time:
		var m Moment
		ok = n.Kind == yaml.ScalarNode
		if ok && !p.moment(line, n.Value, zone, &m) {
			return
		}
		r.Value = m
	default:
		ok = false
	}
	if !ok || len(l.Estimate) > 0 {
		p.fault(line, "facts.value", "fact", l.Fact, "value", n.Value, "type", t)
	}
}

// typeOf is the type of a value of an open word.
func typeOf(n *yaml.Node) Type {
	switch {
	case n.Kind == yaml.SequenceNode:
		return List
	case n.Tag == "!!bool":
		return Bool
	case n.Tag == "!!int" || n.Tag == "!!float":
		return Number
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		return Text
	}
	return ""
}
