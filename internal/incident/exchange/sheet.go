package exchange

import (
	"slices"
	"strings"

	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
	"yagura/internal/paper"
)

// Report is what a printed form is made of.
type Report struct {
	Base   facts.Base
	Now    facts.View
	Before *facts.View // of the report that this one updates; nil: the first
	Options
}

// Document sets a form out for print and for Excel: every field with what is
// known, since when and from whom. Of an update, what changed since the earlier
// report is marked and the earlier statement stands beside.
func (p *Profile) Document(r Report, lang i18n.Lang) *paper.Document {
	word := func(key string, args ...any) string { return i18n.T(lang, "incident.sheet."+key, args...) }
	d := &paper.Document{Lang: lang, Title: p.Title.In(lang), Subtitle: strings.TrimSpace(r.Base.ID + " " + r.Base.Title), Footer: p.Name(),
		Date: word("as-of", "at", r.Now.Known.Format("2006-01-02 15:04 MST"))}
	if r.Base.Exercise {
		d.Notice = word("exercise")
	}
	if p.Cells == "unknown" {
		d.Blocks = append(d.Blocks, paper.Note{Tone: paper.Warning, Text: i18n.T(lang, "incident.cells-unknown")})
	}
	t := paper.Table{ID: p.ID, Caption: p.Title.In(lang), Source: p.Source,
		Columns: []paper.Column{{Title: word("no"), Weight: 0.5}, {Title: word("field"), Weight: 1.6}, {Title: word("content"), Weight: 3}, {Title: word("known"), Weight: 1.2}, {Title: word("source"), Weight: 1}}}
	if r.Before != nil {
		t.Columns = slices.Insert(t.Columns, 3, paper.Column{Title: word("before"), Weight: 2})
	}
	changed := 0
	for _, l := range p.List(r.Now, r.Options) {
		row := []paper.Cell{paper.Text(l.Field.No), paper.Text(l.Field.Title.In(lang)), paper.Text(l.Text.In(lang)), paper.Text(l.Record.KnownAt.Text), paper.Text(l.Record.Source)}
		if r.Before != nil {
			earlier := ""
			if was, _ := r.Before.Get(l.Field.Fact); l.Field.Fact != "" && !facts.Same(was, l.Record) {
				earlier = Value(was, l.Field.entry).In(lang)
				row[2].Strong = true
				changed++
			}
			row = slices.Insert(row, 3, paper.Text(earlier))
		}
		t.Rows = append(t.Rows, row)
	}
	if r.Before != nil {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: word("changed", "n", changed, "at", r.Before.Known.Format("2006-01-02 15:04 MST"))})
	}
	d.Blocks = append(d.Blocks, t)
	return d
}
