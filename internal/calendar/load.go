package calendar

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// Set is the calendars that were loaded, in order of id.
type Set []*Calendar

// Get finds a calendar by id; the error is of kind errs.NotFound.
func (s Set) Get(id string) (*Calendar, error) {
	for _, c := range s {
		if c.ID == id {
			return c, nil
		}
	}
	return nil, errs.New(errs.NotFound, "there is no calendar %q", id)
}

// document is the format of catalog/FORMAT.md.
type document struct {
	Calendar string    `yaml:"calendar"`
	Title    i18n.Text `yaml:"title"`
	Summary  i18n.Text `yaml:"summary"`
	Zone     string    `yaml:"zone"`
	Week     []string  `yaml:"week"`
	Holidays string    `yaml:"holidays"`
	Closed   []struct {
		From  string    `yaml:"from"`
		To    string    `yaml:"to"`
		Title i18n.Text `yaml:"title"`
	} `yaml:"closed"`
	Source  string    `yaml:"source"`
	Licence string    `yaml:"licence"`
	Mark    string    `yaml:"mark"`
	Notes   i18n.Text `yaml:"notes"`
}

// Load reads calendars/ of fsys. Every fault is a finding with its file and
// line; a faulty file is left out.
func Load(fsys fs.FS) (Set, []finding.Finding) {
	names, err := fs.Glob(fsys, "calendars/*.yaml")
	if err != nil {
		names = nil // only for a malformed pattern
	}
	var set Set
	var faults []finding.Finding
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			f := finding.New("calendar.file.read", "calendar.file.read", "why", err.Error())
			f.File = name
			faults = append(faults, f)
			continue
		}
		c, found := Parse(name, data)
		if faults = append(faults, found...); len(found) == 0 {
			set = append(set, c)
		}
	}
	return set, faults
}

// Parse reads one calendar; file is its path, whose last part is the id.
func Parse(file string, data []byte) (*Calendar, []finding.Finding) {
	p := &parser{file: file}
	var doc document
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		p.fault("", "calendar.file.syntax", "why", err.Error())
		return nil, p.faults
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.fault("", "calendar.file.document")
		return nil, p.faults
	}
	if err := yaml.Unmarshal(data, &p.root); err != nil {
		p.fault("", "calendar.file.syntax", "why", err.Error())
		return nil, p.faults
	}
	c := p.calendar(doc)
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	return c, nil
}

type parser struct {
	file   string
	root   yaml.Node
	faults []finding.Finding
}

// fault adds a finding at the line of a key of the document.
func (p *parser) fault(key, rule string, args ...any) {
	f := finding.New(rule, rule, args...)
	f.File = p.file
	if len(p.root.Content) > 0 {
		for i, pairs := 0, p.root.Content[0].Content; i < len(pairs); i += 2 {
			if pairs[i].Value == key {
				f.Row = pairs[i].Line
			}
		}
	}
	p.faults = append(p.faults, f)
}

func (p *parser) value(key, value string) {
	p.fault(key, "calendar.file.value", "key", key, "value", value)
}

func (p *parser) text(key string, t i18n.Text) {
	if t.JA == "" || t.EN == "" {
		p.fault(key, "calendar.file.text", "key", key)
	}
}

var marks = map[string]bool{"verified": true, "secondary": true, "general": true, "open": true}

func (p *parser) calendar(doc document) *Calendar {
	c := &Calendar{ID: doc.Calendar, Title: doc.Title, Summary: doc.Summary}
	if doc.Calendar != strings.TrimSuffix(path.Base(p.file), ".yaml") {
		p.fault("calendar", "calendar.file.id", "id", doc.Calendar)
	}
	p.text("title", doc.Title)
	p.text("summary", doc.Summary)
	var err error
	if c.Zone, err = time.LoadLocation(doc.Zone); err != nil || doc.Zone == "" || doc.Zone == "Local" {
		p.value("zone", doc.Zone)
	}
	p.week(c, doc.Week)
	switch doc.Holidays {
	case "japan":
		c.holidays = Japan()
	case "easter":
		c.holidays = EasterDays()
	case "none":
	default:
		p.value("holidays", doc.Holidays)
	}
	for _, span := range doc.Closed {
		from, okFrom := monthDay(span.From)
		to, okTo := monthDay(span.To)
		if !okFrom || !okTo {
			p.value("closed", span.From+" – "+span.To)
		}
		p.text("closed", span.Title)
		c.yearly = append(c.yearly, yearly{from, to, span.Title})
	}
	if doc.Source == "" || doc.Licence == "" {
		p.value("source", doc.Source)
	}
	if !marks[doc.Mark] {
		p.value("mark", doc.Mark)
	}
	return c
}

func (p *parser) week(c *Calendar, names []string) {
	open := 7
	for _, name := range names {
		day, ok := time.Sunday, false
		for w := time.Sunday; w <= time.Saturday; w++ {
			if strings.ToLower(w.String()) == name && !c.week[w] {
				day, ok = w, true
			}
		}
		if !ok {
			p.value("week", name)
			continue
		}
		c.week[day] = true
		open--
	}
	if open == 0 {
		p.fault("week", "calendar.file.week")
	}
}

// monthDay reads 12-29 as 1229; 29 February is no day of every year.
func monthDay(s string) (int, bool) {
	t, err := time.Parse("2006-01-02", "2001-"+s)
	return int(t.Month())*100 + t.Day(), err == nil
}
