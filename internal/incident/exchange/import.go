package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/finding"
	"yagura/internal/incident/facts"
)

// MaxImport is the largest document that is read, in bytes.
const MaxImport = 8 << 20

// decode reads one JSON object.
func decode(file string, data []byte) (map[string]any, []finding.Finding) {
	if len(data) > MaxImport {
		return nil, one(file, "incident.import.too-large", "max", MaxImport>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var doc map[string]any
	if err := dec.Decode(&doc); err != nil {
		return nil, one(file, "incident.import.syntax", "why", err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) || doc == nil {
		return nil, one(file, "incident.import.syntax", "why", "not one object")
	}
	return doc, nil
}

func one(file, rule string, args ...any) []finding.Finding {
	f := finding.New(rule, rule, args...)
	f.File = file
	return []finding.Finding{f}
}

// Import reads a document of the format into facts that are known since a
// moment. A field becomes a fact only if writing the fact gives the same field
// again; everything else is kept in the rest, so that nothing is lost.
func (p *Profile) Import(file string, data []byte, known facts.Moment, zone string) (facts.Base, []finding.Finding) {
	doc, found := decode(file, data)
	if doc == nil {
		return facts.Base{}, found
	}
	b := facts.Base{ID: strings.TrimSuffix(file, ".json"), Zone: zone}
	used := map[string]bool{}
	var skip []string
	for _, f := range p.Fields {
		if f.As == "incident" {
			if id, ok := doc[f.At].(string); ok && id != "" {
				b.ID = id
				delete(doc, f.At)
			}
			continue
		}
		value, ok := get(doc, f.At)
		if !ok || f.Fact == "" || used[f.Fact] {
			continue
		}
		r, ok := p.decode(f, value)
		if f.As == "year" {
			r, ok = p.date(doc, f.Fact, zone)
		}
		if !ok {
			continue
		}
		if back, ok := p.encode(f, r); !ok || !same(back, value) {
			continue
		}
		used[f.Fact] = true
		r.Fact, r.KnownAt, r.Source = f.Fact, known, p.Name()
		b = b.With(r)
		skip = append(skip, p.take(doc, f, r)...)
	}
	text, err := json.Marshal(rest{doc, skip})
	if err != nil {
		return facts.Base{}, one(file, "incident.import.syntax", "why", err)
	}
	b = b.With(facts.Record{Fact: p.Rest, State: facts.Known, Value: string(text), KnownAt: known, Source: p.Name()})
	return b, nil
}

// take removes the fields that the fact will write again, and returns those
// that it would write otherwise than they are.
func (p *Profile) take(doc map[string]any, f *Field, r facts.Record) (skip []string) {
	for _, g := range p.Fields {
		if g.Fact != f.Fact || g.At == "" {
			continue
		}
		value, there := get(doc, g.At)
		back, ok := p.encode(g, r)
		switch {
		case there && ok && same(back, value):
			cut(doc, g.At)
		case ok:
			skip = append(skip, g.At)
		}
	}
	return skip
}

// decode is a value of the format as a record.
func (p *Profile) decode(f *Field, value any) (facts.Record, bool) {
	if word, ok := f.word(p.Unknown, f.CanMiss); ok && same(value, word) {
		return facts.Record{State: facts.Unknown}, true
	}
	if word, ok := f.word(p.NA, f.CanNA); ok && same(value, word) {
		return facts.Record{State: facts.NotApplicable}, true
	}
	v, ok := f.read(value)
	return facts.Record{State: facts.Known, Value: v}, ok
}

func (f *Field) read(value any) (any, bool) {
	switch f.entry.Type {
	case facts.Bool:
		v, ok := value.(bool)
		return v, ok
	case facts.Number:
		v, ok := value.(float64)
		return v, ok && v >= 0
	case facts.Text, facts.Choice:
		v, ok := value.(string)
		for option, code := range f.Codes {
			if code == v && ok {
				return option, true
			}
		}
		return v, ok && len(f.Codes) == 0 && (f.entry.Type == facts.Text || slices.Contains(f.entry.Options, v))
	case facts.List:
		list, ok := value.([]any)
		out := []string{}
		for _, x := range list {
			s, isText := x.(string)
			ok = ok && isText
			out = append(out, s)
		}
		return out, ok && len(f.entry.Options) == 0
	case facts.Hours:
		return readHours(f, value)
	case facts.Time:
		text, ok := value.(string)
		at, err := time.Parse(time.RFC3339, text)
		return facts.At(at), ok && err == nil && f.As == "datetime" && !facts.At(at).IsZero()
	}
	return nil, false
}

func readHours(f *Field, value any) (any, bool) {
	if f.As != "days_hours_minutes" {
		v, ok := value.(float64)
		return v, ok && v >= 0
	}
	text, ok := value.(string)
	parts := strings.Split(text, ":")
	if !ok || len(parts) != 3 {
		return nil, false
	}
	total := 0
	for i, unit := range []int{1440, 60, 1} {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n > 999 {
			return nil, false
		}
		total += n * unit
	}
	return float64(total) / 60, true
}

// date puts year, month and day together.
func (p *Profile) date(doc map[string]any, fact, zone string) (facts.Record, bool) {
	part := map[string]float64{}
	for _, f := range p.Fields {
		if value, ok := get(doc, f.At); ok && f.Fact == fact {
			if n, ok := value.(float64); ok && n == float64(int(n)) {
				part[f.As] = n
			}
		}
	}
	text := fmt.Sprintf("%04d", int(part["year"]))
	if n := part["month"]; n > 0 {
		text += fmt.Sprintf("-%02d", int(n))
		if n := part["day"]; n > 0 {
			text += fmt.Sprintf("-%02d", int(n))
		}
	}
	m, err := facts.ParseMoment(text, zone)
	return facts.Record{State: facts.Known, Value: m}, err == nil
}
