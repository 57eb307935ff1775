package exchange

import (
	"strconv"
	"strings"

	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

// Line is one field of a form as a reader sees it.
type Line struct {
	Field  *Field
	Record facts.Record // zero: nothing is stated
	Text   i18n.Text
}

// List fills a form field by field, leaving out those of other variants. What
// nothing is stated of is unknown.
func (p *Profile) List(v facts.View, o Options) []Line {
	variant := v.Text(p.VariantFact)
	var out []Line
	for _, f := range p.Fields {
		if f.Only != "" && f.Only != variant {
			continue
		}
		l := Line{Field: f}
		switch f.As {
		case "stage":
			l.Text = i18n.Text{JA: o.Stage, EN: o.Stage}
			if s := p.Stages[o.Stage]; s != nil {
				l.Text = i18n.Text{JA: s.Code, EN: s.Code}
			}
		case "incident":
			l.Text = i18n.Text{JA: o.Incident, EN: o.Incident}
		default:
			l.Record, _ = v.Get(f.Fact)
			l.Text = Value(l.Record, f.entry)
		}
		out = append(out, l)
	}
	return out
}

// Value is what a record says in words: a value with its unit, a range, or the
// state. The entry may be nil.
func Value(r facts.Record, e *facts.Entry) i18n.Text {
	unit := ""
	if e != nil && e.Unit != "" {
		unit = " " + e.Unit
	}
	if e != nil && e.Type == facts.Hours {
		unit = " h"
	}
	switch r.State {
	case "":
		return facts.StateText(facts.Unknown)
	case facts.Estimated:
		return i18n.Both("facts.range", "low", number(r.Low), "high", number(r.High), "unit", unit)
	case facts.Known:
		if e != nil && e.Taxonomy != "" {
			return titles(e, r.Value)
		}
		return valueText(r.Value, unit)
	}
	return facts.StateText(r.State)
}

// titles names the options of a taxonomy.
func titles(e *facts.Entry, value any) (out i18n.Text) {
	list, _ := value.([]string)
	if one, ok := value.(string); ok {
		list = []string{one}
	}
	for i, option := range list {
		if i > 0 {
			out.JA, out.EN = out.JA+"、", out.EN+", "
		}
		t := e.OptionTitle(option)
		out.JA, out.EN = out.JA+t.JA, out.EN+t.EN
	}
	return out
}

func valueText(value any, unit string) i18n.Text {
	text := ""
	switch v := value.(type) {
	case bool:
		if v {
			return i18n.Both("facts.yes")
		}
		return i18n.Both("facts.no")
	case float64:
		text = number(v) + unit
	case string:
		text = v
	case []string:
		text = strings.Join(v, ", ")
	case facts.Moment:
		text = v.Text
		if v.Zone != "" {
			text += " " + v.Zone
		}
	}
	return i18n.Text{JA: text, EN: text}
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
