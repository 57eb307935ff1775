package exchange

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"yagura/internal/incident/facts"
)

// Options of an export.
type Options struct {
	Stage    string // of the report; see Profile.Stages
	Incident string // the incident's id
}

// Export writes a view into a JSON format. What is not known is left out, or
// told by the format's own word where it has one. Of an estimate the upper end
// is written, as the graver.
func (p *Profile) Export(v facts.View, o Options) map[string]any {
	var doc any = map[string]any{}
	kept, imported := p.kept(v)
	if imported {
		doc = kept.Doc
	} else {
		for path, value := range p.Constants {
			doc = put(doc, path, value)
		}
	}
	for _, f := range p.Fields {
		if value, ok := p.value(f, v, o); ok && !p.skips(f, v, kept) {
			doc = put(doc, f.At, value)
		}
	}
	out := doc.(map[string]any)
	if !imported {
		for key, value := range p.Defaults {
			if _, ok := out[key]; !ok {
				out[key] = plain(value)
			}
		}
		p.fill(out)
		p.tidy(out, v)
	}
	return out
}

// rest is what the rest fact holds: the document without the fields that became
// facts, and the fields that hold something else than their fact does. Those are
// left alone as long as the fact is the one that was read with them.
type rest struct {
	Doc  map[string]any `json:"doc"`
	Skip []string       `json:"skip,omitempty"`
}

func (p *Profile) kept(v facts.View) (kept rest, ok bool) {
	r, ok := v.Get(p.Rest)
	text, isText := r.Value.(string)
	if !ok || !isText || json.Unmarshal([]byte(text), &kept) != nil || kept.Doc == nil {
		return rest{}, false
	}
	return kept, true
}

func (p *Profile) skips(f *Field, v facts.View, kept rest) bool {
	if !slices.Contains(kept.Skip, f.At) {
		return false
	}
	now, _ := v.Get(f.Fact)
	then, _ := v.Get(p.Rest)
	return now.Source == then.Source && now.KnownAt.Equal(then.KnownAt)
}

func (p *Profile) fill(doc map[string]any) {
	for path, more := range p.Fill {
		group, ok := get(doc, path)
		node, isGroup := group.(map[string]any)
		for key, value := range more {
			if _, there := node[key]; ok && isGroup && !there {
				node[key] = plain(value)
			}
		}
	}
}

// tidy drops constants of groups that hold nothing else.
func (p *Profile) tidy(doc map[string]any, v facts.View) {
	for path := range p.Constants {
		for _, f := range p.Fields {
			if r, ok := v.Get(f.Fact); ok && r.State == facts.Known && top(f.At) == top(path) {
				path = ""
				break
			}
		}
		if path != "" {
			delete(doc, top(path))
		}
	}
}

func top(path string) string {
	for i := range len(path) {
		if path[i] == '.' {
			return path[:i]
		}
	}
	return path
}

// plain turns YAML's values into those of decoded JSON.
func plain(v any) any {
	data, err := json.Marshal(v)
	var out any
	if err != nil || json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}

func (p *Profile) value(f *Field, v facts.View, o Options) (any, bool) {
	switch f.As {
	case "stage":
		if s := p.Stages[o.Stage]; s != nil {
			return s.Code, true
		}
		return nil, false
	case "incident":
		return o.Incident, o.Incident != ""
	}
	r, ok := v.Get(f.Fact)
	if !ok {
		return nil, false
	}
	return p.encode(f, r)
}

// encode is a record as the format writes it.
func (p *Profile) encode(f *Field, r facts.Record) (any, bool) {
	switch r.State {
	case facts.Known:
		return f.known(r.Value)
	case facts.Estimated:
		return f.known(r.High)
	case facts.NotApplicable:
		return f.word(p.NA, f.CanNA)
	}
	return f.word(p.Unknown, f.CanMiss)
}

// word is the format's word for what is not known.
func (f *Field) word(word string, allowed bool) (any, bool) {
	if !allowed {
		return nil, false
	}
	if f.entry.Type == facts.List {
		return []any{word}, true
	}
	return word, true
}

func (f *Field) known(value any) (any, bool) {
	switch value := value.(type) {
	case string:
		if code, ok := f.Codes[value]; ok {
			return code, true
		}
		return value, len(f.Codes) == 0
	case []string:
		list := []any{}
		for _, s := range value {
			list = append(list, s)
		}
		return list, true
	case float64:
		if math.IsInf(value, 0) {
			return nil, false
		}
		if f.As == "days_hours_minutes" {
			minutes := int(math.Round(value * 60))
			return fmt.Sprintf("%03d:%02d:%02d", minutes/1440, minutes/60%24, minutes%60), minutes < 1000*1440
		}
		return value, true
	case facts.Moment:
		return f.moment(value)
	}
	return value, true
}

// moment writes a moment or a part of it, as far as it is known that precisely.
func (f *Field) moment(m facts.Moment) (any, bool) {
	rank := map[facts.Precision]int{facts.Year: 0, facts.Month: 1, facts.Date: 2, facts.Minute: 3, facts.Second: 4}[m.Precision]
	switch f.As {
	case "year":
		return float64(m.From.Year()), true
	case "month":
		return float64(m.From.Month()), rank >= 1
	case "day":
		return float64(m.From.Day()), rank >= 2
	}
	return m.From.UTC().Format(time.RFC3339), rank >= 3
}
