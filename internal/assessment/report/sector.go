package report

import (
	"slices"

	"yagura/internal/chart"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// Sector makes the report on the whole sector: what may be shown to everyone
// who took part.
func (m *Maker) Sector() *paper.Document {
	d := m.document(m.word("sector.title"), m.in(m.form().Title), m.marking())
	d.Blocks = append(d.Blocks, m.overview()...)
	d.Blocks = append(d.Blocks, m.heat()...)
	d.Blocks = append(d.Blocks, m.trend()...)
	d.Blocks = append(d.Blocks, m.weak()...)
	d.Blocks = append(d.Blocks, m.published()...)
	d.Blocks = append(d.Blocks, m.distributions()...)
	d.Blocks = append(d.Blocks, m.dataQuality()...)
	d.Blocks = append(d.Blocks, m.suppressed()...)
	d.Blocks = append(d.Blocks, m.method()...)
	return d
}

func (m *Maker) overview() []paper.Block {
	r := m.res.Release
	figures := paper.KeyFigures{
		{Label: m.word("sector.parties"), Value: m.number(r.Groups[0].N), Unit: m.word("institution_unit")},
		{Label: m.word("sector.items"), Value: chart.Number(float64(len(m.form().Items())), 0), Unit: m.word("items")},
		{Label: m.word("sector.median"), Value: m.whole(r.Overall.Cells[0].Median), Unit: m.word("points"), Note: m.word("of100")},
	}
	t := paper.Table{ID: m.word("groups"), Caption: m.word("groups.table"), Columns: []paper.Column{
		{Title: m.word("group"), Weight: 3}, {Title: m.word("institutions"), Weight: 1}, {Title: "P10", Kind: paper.Numbers}, {Title: "P25", Kind: paper.Numbers},
		{Title: m.word("median"), Kind: paper.Numbers}, {Title: "P75", Kind: paper.Numbers}, {Title: "P90", Kind: paper.Numbers}}}
	strip := chart.Strip{Lang: m.o.Lang, Label: m.word("sector.strip.alt"), Max: 100}
	for i, g := range r.Groups {
		c := r.Overall.Cells[i]
		row := []paper.Cell{paper.Text(m.groupName(g)), paper.Text(m.number(g.N))}
		for _, v := range []*float64{c.P10, c.P25, c.Median, c.P75, c.P90} {
			row = append(row, m.figure(v, r.Overall.Margin))
		}
		t.Rows = append(t.Rows, row)
		strip.Rows = append(strip.Rows, chart.StripRow{Label: m.groupName(g), P10: value(c.P10), P25: value(c.P25), Median: value(c.Median), P75: value(c.P75), P90: value(c.P90)})
	}
	return []paper.Block{
		paper.Heading{Level: 1, Text: m.word("summary"), ID: "summary"}, figures,
		paper.Paragraph{Text: m.sectorSummary()},
		paper.Figure{Chart: strip, Caption: m.word("sector.strip"), Data: &t, PrintData: true},
	}
}

// whole words a published quantile without decimals: it was rounded to whole points.
func (m *Maker) whole(v *float64) string {
	if v == nil {
		return m.word("hidden")
	}
	return chart.Number(*v, 0)
}

// figure is a published quantile; at the margin of the scale it means "or less", "or more".
func (m *Maker) figure(v *float64, margin float64) paper.Cell {
	switch {
	case v == nil:
		return paper.Text(m.word("hidden"))
	case margin > 0 && *v <= margin:
		return paper.Text(m.word("or_less", "v", chart.Number(*v, 0)))
	case margin > 0 && *v >= 100-margin:
		return paper.Text(m.word("or_more", "v", chart.Number(*v, 0)))
	}
	return paper.Num(*v)
}

// sectorSummary names the strongest and weakest sections by the median of all.
func (m *Maker) sectorSummary() string {
	best, worst := -1, -1
	median := func(i int) *float64 { return m.res.Release.Sections[i].Cells[0].Median }
	for i := range m.form().Sections {
		if median(i) == nil {
			continue
		}
		if best < 0 || *median(i) > *median(best) {
			best = i
		}
		if worst < 0 || *median(i) < *median(worst) {
			worst = i
		}
	}
	if best < 0 || best == worst {
		return m.word("sector.no_summary")
	}
	return m.word("sector.summary", "best", m.form().Sections[best].Title, "high", chart.Number(*median(best), 0),
		"worst", m.form().Sections[worst].Title, "low", chart.Number(*median(worst), 0))
}

// heat is the map section × peer group of medians.
func (m *Maker) heat() []paper.Block {
	r := m.res.Release
	h := chart.Heat{Lang: m.o.Lang, Label: m.word("heat.alt"), Max: 100}
	t := paper.Table{ID: m.word("heat"), Columns: []paper.Column{{Title: m.word("section"), Weight: 3}}}
	for _, g := range r.Groups {
		h.Columns = append(h.Columns, m.groupName(g))
		t.Columns = append(t.Columns, paper.Column{Title: m.groupName(g), Kind: paper.Numbers})
	}
	for i, s := range m.form().Sections {
		row := chart.HeatRow{Label: m.in(s.Title)}
		cells := []paper.Cell{paper.Text(m.in(s.Title))}
		for g := range r.Groups {
			row.Cells = append(row.Cells, value(r.Sections[i].Cells[g].Median))
			cells = append(cells, m.figure(r.Sections[i].Cells[g].Median, r.Sections[i].Margin))
		}
		h.Rows = append(h.Rows, row)
		t.Rows = append(t.Rows, cells)
	}
	return []paper.Block{paper.Heading{Level: 1, Text: m.word("heat"), ID: "heat"}, paper.Paragraph{Text: m.word("heat.how")},
		paper.Figure{Chart: h, Caption: m.word("heat.caption"), Data: &t}}
}

// trend shows how many institutions moved since last year, by section.
func (m *Maker) trend() []paper.Block {
	r := m.res.Release
	if m.res.Previous == nil || len(r.Overall.Change) == 0 {
		return nil
	}
	c := chart.Change{Lang: m.o.Lang, Label: m.word("trend.alt"), Unit: "%"}
	t := paper.Table{ID: m.word("trend"), Columns: []paper.Column{{Title: m.word("section"), Weight: 3}, {Title: m.word("moved.worse")}, {Title: m.word("moved.same")}, {Title: m.word("moved.improved")}}}
	add := func(label string, cells []peer.Cell) {
		row := chart.ChangeRow{Label: label}
		texts := []paper.Cell{paper.Text(label), paper.Text(m.word("hidden")), paper.Text(m.word("hidden")), paper.Text(m.word("hidden"))}
		if len(cells) > 0 && cells[0].Shown() {
			s := cells[0].Shares
			row.Worse, row.Same, row.Better = chart.Of(middle(s[peer.Worse])), chart.Of(middle(s[peer.Same])), chart.Of(middle(s[peer.Improved]))
			for k := range s {
				texts[k+1] = paper.Text(shareText(s[k]))
			}
		}
		c.Rows = append(c.Rows, row)
		t.Rows = append(t.Rows, texts)
	}
	add(m.word("overall"), r.Overall.Change)
	for i, s := range m.form().Sections {
		add(m.in(s.Title), r.Sections[i].Change)
	}
	blocks := []paper.Block{paper.Heading{Level: 1, Text: m.word("trend"), ID: "trend"}, paper.Paragraph{Text: m.word("trend.how")},
		paper.Figure{Chart: c, Caption: m.word("trend.caption"), Data: &t}, m.movers()}
	if text := m.breaks(); text != "" {
		blocks = append(blocks, paper.Note{Text: text})
	}
	return blocks
}

// movers lists the items with the largest shares of improvement.
func (m *Maker) movers() paper.Block {
	type mover struct {
		item *peer.ItemResult
		up   float64
	}
	var list []mover
	for i := range m.res.Release.Items {
		it := &m.res.Release.Items[i]
		if m.form().Item(it.Item) != nil && len(it.Change) > 0 && it.Change[0].Shown() {
			list = append(list, mover{it, middle(it.Change[0].Shares[peer.Improved]) - middle(it.Change[0].Shares[peer.Worse])})
		}
	}
	slices.SortStableFunc(list, func(a, b mover) int {
		switch {
		case a.up > b.up:
			return -1
		case a.up < b.up:
			return 1
		}
		return 0
	})
	t := paper.Table{ID: m.word("movers"), Caption: m.word("movers.table"), Columns: []paper.Column{{Title: m.word("item"), Weight: 5}, {Title: m.word("section"), Weight: 2}, {Title: m.word("moved.improved")}, {Title: m.word("moved.worse")}}}
	for _, x := range list[:min(len(list), 10)] {
		s := x.item.Change[0].Shares
		it := m.form().Item(x.item.Item)
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(m.in(it.Ask)), paper.Text(m.in(it.Section().Title)), paper.Text(shareText(s[peer.Improved])), paper.Text(shareText(s[peer.Worse]))})
	}
	return t
}
