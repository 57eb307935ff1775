package incident

import (
	"slices"

	"yagura/internal/clock"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/figure"
)

// Comparison is a figure of a letter, how it stands to what is known now, and to what was
// reported last. Fact and Reported are the facts that it was compared with, "" for none.
type Comparison struct {
	figure.Mark
	Report   figure.Verdict
	Fact     string
	Reported string
}

// Figures compares the figures of a text with the facts of a sheet and with the report
// that was submitted last.
func (s *Store) Figures(sh *Sheet, text string) []Comparison {
	var list []facts.Record
	for _, id := range sh.View.IDs() {
		r, _ := sh.View.Get(id)
		list = append(list, r)
	}
	now := append([]figure.Known{{ID: "today", Kind: figure.Date, At: sh.At.In(sh.Location()), DayOnly: true}, {ID: "reference", Kind: figure.Code, Text: sh.Reference}}, s.known(sh, list)...)
	reported, sent := s.reported(sh)
	marks := figure.Check(text, now)
	before := figure.Check(text, reported)
	out := make([]Comparison, len(marks))
	for n, m := range marks {
		out[n] = Comparison{Mark: m, Report: figure.Absent}
		if m.Against != nil {
			out[n].Fact = m.Against.ID
		}
		if sent && before[n].Against != nil {
			out[n].Report, out[n].Reported = before[n].Verdict, before[n].Against.ID
		}
	}
	return out
}

// differs reports whether a figure says something else than the facts or the report.
func differs(list []Comparison) bool {
	return slices.ContainsFunc(list, func(c Comparison) bool { return c.Verdict == figure.Differs || c.Report == figure.Differs })
}

// reported are the statements of the report that was submitted last; false when none was.
func (s *Store) reported(sh *Sheet) ([]figure.Known, bool) {
	for n := len(sh.Reports) - 1; n >= 0; n-- {
		r := sh.Reports[n]
		if !r.State.Sent() || r.Doc == "" {
			continue
		}
		c, err := ParseContent(r.Doc)
		if err != nil {
			return nil, false
		}
		var list []facts.Record
		for _, f := range c.Fields {
			if f.Fact == "" || len(f.Record) == 0 {
				continue
			}
			if record, err := decode(f.Fact, string(f.Record)); err == nil {
				list = append(list, record)
			}
		}
		known := append(s.known(sh, list), figure.Known{ID: "submitted", Kind: figure.Date, At: clock.FromMicros(r.SubmittedAt).In(sh.Location())})
		return known, true
	}
	return nil, false
}

// known turns statements into what figures are compared with.
func (s *Store) known(sh *Sheet, list []facts.Record) []figure.Known {
	var out []figure.Known
	for _, r := range list {
		e := s.book.Dictionary.Entry(r.Fact)
		if e == nil || r.State != facts.Known && r.State != facts.Estimated {
			continue
		}
		k := figure.Known{ID: r.Fact, Cues: e.Cues}
		switch v := r.Value.(type) {
		case float64:
			k.Kind, k.Low, k.High = figure.Number, v, v
		case facts.Moment:
			k.Kind, k.At, k.DayOnly = figure.Date, v.From.In(sh.Location()), v.Precision != facts.Minute && v.Precision != facts.Second
		case string:
			k.Kind, k.Text = figure.Code, v
		default:
			if r.State != facts.Estimated {
				continue
			}
		}
		if r.State == facts.Estimated {
			k.Kind, k.Low, k.High = figure.Number, r.Low, r.High
		}
		k.Unit = measure(e)
		out = append(out, k)
	}
	return out
}

// measure is the unit in which the figures of a fact are said.
func measure(e *facts.Entry) string {
	switch {
	case e.Type == facts.Hours:
		return figure.Hours
	case e.Measure == "money" || e.Unit == "EUR":
		return figure.Money
	case e.Unit == "":
		return figure.Count
	}
	return e.Unit
}
