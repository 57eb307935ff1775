package obligation

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// Load reads obligations/ of fsys. Every fault is a finding with its file and
// line; a faulty rule is left out.
func Load(fsys fs.FS, calendars calendar.Set) (Set, []finding.Finding) {
	names, err := fs.Glob(fsys, "obligations/*.yaml")
	if err != nil {
		names = nil // only for a malformed pattern
	}
	var set Set
	var faults []finding.Finding
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			f := finding.New("obligation.read", "obligation.read", "why", err.Error())
			f.File = name
			faults = append(faults, f)
			continue
		}
		r, found := Parse(name, data, calendars)
		if faults = append(faults, found...); len(found) == 0 {
			set = append(set, r)
		}
	}
	return set, faults
}

// Parse reads one rule; file is its path, whose last part is the id. The rule
// is nil when there are findings.
func Parse(file string, data []byte, calendars calendar.Set) (*Rule, []finding.Finding) {
	p := &parser{file: file}
	r := &Rule{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(r); err != nil {
		p.fault("", "obligation.syntax", "why", err.Error())
		return nil, p.faults
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.fault("", "obligation.document")
		return nil, p.faults
	}
	if err := yaml.Unmarshal(data, &p.root); err != nil {
		p.fault("", "obligation.syntax", "why", err.Error())
		return nil, p.faults
	}
	p.rule(r, calendars)
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	return r, nil
}

type parser struct {
	file   string
	root   yaml.Node
	faults []finding.Finding
	facts  *predicate.Compiler
}

// fault adds a finding at the line of a path such as "stages/1/due/0/within".
func (p *parser) fault(at, rule string, args ...any) {
	f := finding.New(rule, rule, args...)
	f.File = p.file
	if len(p.root.Content) > 0 {
		f.Row = line(p.root.Content[0], strings.Split(at, "/"))
	}
	p.faults = append(p.faults, f)
}

// line is the line of the node that a path leads to, as far as it leads.
func line(n *yaml.Node, steps []string) int {
	row := n.Line
	for _, step := range steps {
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					row, next = n.Content[i].Line, n.Content[i+1]
				}
			}
		case yaml.SequenceNode:
			if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
				next = n.Content[i]
				row = next.Line
			}
		}
		if next == nil {
			return row
		}
		n = next
	}
	return row
}

func (p *parser) value(at, value string) {
	p.fault(at, "obligation.value", "key", at[strings.LastIndexByte(at, '/')+1:], "value", value)
}

func (p *parser) text(at string, t i18n.Text) {
	if t.JA == "" || t.EN == "" {
		p.fault(at, "obligation.text", "key", at[strings.LastIndexByte(at, '/')+1:])
	}
}

var marks = []string{"verified", "secondary", "general", "open"}

func (p *parser) rule(r *Rule, calendars calendar.Set) {
	if r.ID != strings.TrimSuffix(path.Base(p.file), ".yaml") {
		p.value("obligation", r.ID)
	}
	for key, t := range map[string]i18n.Text{"title": r.Title, "regulation": r.Regulation, "recipient": r.Recipient, "who": r.Who} {
		p.text(key, t)
	}
	for key, v := range map[string]string{"jurisdiction": r.Jurisdiction, "source": r.Source, "licence": r.Licence} {
		if v == "" {
			p.value(key, v)
		}
	}
	var err error
	if r.first, err = calendar.ParseDay(r.Effective); err != nil {
		p.value("effective", r.Effective)
	}
	if r.last, err = calendar.ParseDay(r.Until); err != nil && r.Until != "" {
		p.value("until", r.Until)
	}
	if !slices.Contains(marks, r.Mark) {
		p.value("mark", r.Mark)
	}
	if r.calendar, err = calendars.Get(r.Calendar); err != nil {
		p.value("calendar", r.Calendar)
	}
	for event, fact := range r.Events {
		if !predicate.ValidID(fact) || event == submitted || event == accepted {
			p.value("events/"+event, fact)
		}
	}
	if p.facts, err = predicate.NewCompiler(r.Facts); err != nil {
		p.fault("facts", "obligation.expr", "why", err.Error())
		return
	}
	r.trigger = p.condition("trigger", r.Trigger)
	if r.trigger == nil || len(r.Stages) == 0 {
		p.value("stages", strconv.Itoa(len(r.Stages)))
	}
	for i, s := range r.Stages {
		p.stage(r, s, i)
	}
	if len(p.faults) == 0 {
		p.unread(r)
	}
}

// unread reports declared facts that no condition reads.
func (p *parser) unread(r *Rule) {
	read := map[string]bool{}
	for _, c := range r.Conditions() {
		for _, id := range c.Reads() {
			read[id] = true
		}
	}
	for id := range r.Facts {
		if !read[id] {
			p.value("facts/"+id, id)
		}
	}
}

// Conditions lists the conditions of the rule.
func (r *Rule) Conditions() []*predicate.Predicate {
	list := []*predicate.Predicate{r.trigger}
	for _, s := range r.Stages {
		list = append(list, s.when)
		if s.Roll != nil {
			list = append(list, s.Roll.unless)
		}
		for _, t := range s.Due {
			list = append(list, t.when)
		}
	}
	return slices.DeleteFunc(list, func(c *predicate.Predicate) bool { return c == nil })
}

func (p *parser) condition(at, text string) *predicate.Predicate {
	if text == "" {
		return nil
	}
	c, err := p.facts.Compile(text)
	if err != nil {
		p.fault(at, "obligation.expr", "why", err.Error())
	}
	return c
}

func (p *parser) stage(r *Rule, s *Stage, i int) {
	at := "stages/" + strconv.Itoa(i)
	if s == nil {
		p.value(at, "")
		return
	}
	if !predicate.ValidID(s.ID) || slices.ContainsFunc(r.Stages[:i], func(o *Stage) bool { return o != nil && o.ID == s.ID }) {
		p.value(at+"/id", s.ID)
	}
	s.rule, s.key = r, r.ID+"/"+s.ID
	for _, id := range s.MetBy {
		p.known(r, at+"/met_by", id)
		s.met = append(s.met, r.ID+"/"+id)
	}
	if len(s.met) == 0 {
		s.met = []string{s.key}
	}
	p.text(at+"/title", s.Title)
	if s.Mark != "" && !slices.Contains(marks, s.Mark) {
		p.value(at+"/mark", s.Mark)
	}
	s.when = p.condition(at+"/when", s.When)
	if len(s.Due) == 0 {
		p.value(at+"/due", "")
	}
	for j, t := range s.Due {
		p.term(r, t, at+"/due/"+strconv.Itoa(j))
	}
	if s.Roll == nil {
		return
	}
	s.Roll.unless = p.condition(at+"/roll/unless", s.Roll.Unless)
	if s.Roll.At == "" {
		return
	}
	clock, err := time.Parse("15:04", s.Roll.At)
	if err != nil {
		p.value(at+"/roll/at", s.Roll.At)
	}
	s.Roll.hour, s.Roll.minute = clock.Hour(), clock.Minute()
}

func (p *parser) known(r *Rule, at, stage string) {
	if !slices.ContainsFunc(r.Stages, func(o *Stage) bool { return o != nil && o.ID == stage }) {
		p.value(at, stage)
	}
}

func (p *parser) term(r *Rule, t *Term, at string) {
	if t == nil {
		p.value(at, "")
		return
	}
	switch {
	case t.From == submitted || t.From == accepted:
		p.known(r, at+"/of", t.Of)
	case r.Events[t.From] == "" || t.Of != "":
		p.value(at+"/from", t.From)
	}
	var ok bool
	if t.within, ok = parseSpan(t.Within); !ok {
		p.value(at+"/within", t.Within)
	}
	if t.aim, ok = parseSpan(t.Aim); !ok && t.Aim != "" {
		p.value(at+"/aim", t.Aim)
	}
	if t.Which != "" && t.Which != "first" && t.Which != "last" {
		p.value(at+"/which", t.Which)
	}
	if t.End != "" && t.End != "moment" && t.End != "day" {
		p.value(at+"/end", t.End)
	}
	if t.Lapses != "" && r.Events[t.Lapses] == "" {
		p.value(at+"/lapses", t.Lapses)
	}
	t.when = p.condition(at+"/when", t.When)
}
