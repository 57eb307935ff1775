package report

import (
	"fmt"

	"yagura/internal/assessment"
	"yagura/internal/catalog"
	"yagura/internal/chart"
	"yagura/internal/form"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// maxWeak is how many weak areas are listed for each group.
const maxWeak = 10

// weak lists the items that most institutions have below target.
func (m *Maker) weak() []paper.Block {
	blocks := []paper.Block{paper.Heading{Level: 1, Text: m.word("weak"), ID: "weak"}, paper.Paragraph{Text: m.word("weak.how")}}
	for i, w := range m.res.Release.Weak {
		g := m.res.Release.Groups[i]
		if g.Level == peer.LevelSize || len(w.Items) == 0 {
			continue
		}
		bars := chart.Bars{Lang: m.o.Lang, Label: m.word("weak.alt", "group", m.groupName(g)), Max: 100, Unit: "%"}
		t := paper.Table{ID: m.word("weak.sheet", "group", m.groupName(g)), Columns: []paper.Column{{Title: m.word("item"), Weight: 5}, {Title: m.word("section"), Weight: 2}, {Title: m.word("weak.share")}}}
		for _, it := range w.Items[:min(len(w.Items), maxWeak)] {
			item := m.form().Item(it.Item)
			bars.Rows = append(bars.Rows, chart.Bar{Label: m.in(item.Ask), Value: chart.Of(middle(it.Below)), Text: shareText(it.Below)})
			t.Rows = append(t.Rows, []paper.Cell{paper.Text(m.in(item.Ask)), paper.Text(m.in(item.Section().Title)), paper.Text(shareText(it.Below))})
		}
		blocks = append(blocks, paper.Heading{Level: 2, Text: m.groupName(g)}, paper.Figure{Chart: bars, Caption: m.word("weak.caption", "group", m.groupName(g)), Data: &t})
	}
	return blocks
}

// published sets the sector's shares beside figures that the authorities published.
func (m *Maker) published() []paper.Block {
	t := paper.Table{ID: m.word("published"), Caption: m.word("published.table"), Source: m.word("published.source"), Columns: []paper.Column{
		{Title: m.word("published.figure"), Weight: 4}, {Title: m.word("published.year"), Weight: 1}, {Title: m.word("published.value"), Weight: 1.5}, {Title: m.word("published.here"), Weight: 1.5}}}
	for _, it := range m.form().Items() {
		for _, ref := range it.References {
			r, ok := m.cat.Reference(ref.Series)
			if !ok {
				continue
			}
			t.Rows = append(t.Rows, []paper.Cell{paper.Text(m.in(r.Title)), paper.Text(fmt.Sprint(r.FY)), paper.Text(m.publishedText(r)), paper.Text(m.here(it, ref))})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []paper.Block{paper.Heading{Level: 1, Text: m.word("published"), ID: "published"}, paper.Paragraph{Text: m.word("published.how")}, t}
}

func (m *Maker) publishedText(r *catalog.Reference) string {
	if w := m.in(r.Wording); w != "" {
		return w
	}
	return chart.Number(r.Value, 1) + "%"
}

// here is the sector's own share among the reference's options.
func (m *Maker) here(it *form.Item, ref form.Reference) string {
	column, want := it.ID, ref.Options
	if it.Type == form.TypeMulti {
		if len(want) != 1 {
			return "－"
		}
		column = assessment.OptionColumn(it.ID, want[0])
	}
	for i := range m.res.Release.Items {
		r := &m.res.Release.Items[i]
		if r.Item != column {
			continue
		}
		if !r.Cells[0].Shown() {
			return m.word("hidden")
		}
		sum := 0.0
		for k, s := range r.Cells[0].Shares {
			if it.Type == form.TypeMulti && k == 1 || it.Type == form.TypeChoice && has(want, it.Options[k].ID) {
				sum += middle(s)
			}
		}
		return chart.Number(sum, 0) + "%"
	}
	return "－"
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// distributions shows every item's distribution for all and by sector.
func (m *Maker) distributions() []paper.Block {
	blocks := []paper.Block{paper.Heading{Level: 1, Text: m.word("distributions"), ID: "distributions"}, paper.Paragraph{Text: m.word("distributions.how")}}
	byID := map[string]*peer.ItemResult{}
	for i := range m.res.Release.Items {
		byID[m.res.Release.Items[i].Item] = &m.res.Release.Items[i]
	}
	for n, s := range m.form().Sections {
		blocks = append(blocks, paper.Heading{Level: 2, Text: m.in(s.Title)})
		for _, it := range s.Items {
			switch r := byID[it.ID]; {
			case r == nil:
			case it.Type == form.TypeMulti:
				blocks = append(blocks, m.multiFigure(n, it, byID))
			default:
				blocks = append(blocks, m.stackFigure(n, it, r))
			}
		}
	}
	return blocks
}

func (m *Maker) stackFigure(n int, it *form.Item, r *peer.ItemResult) paper.Block {
	labels := m.optionLabels(it, categoriesOf(r))
	stack := chart.Stack{Lang: m.o.Lang, Label: m.word("distribution.alt", "ask", it.Ask), Options: labels}
	t := paper.Table{ID: m.word("items.sheet", "n", n+1) + " " + it.ID, Columns: []paper.Column{{Title: m.word("group"), Weight: 2}, {Title: m.word("institutions")}}}
	for _, l := range labels {
		t.Columns = append(t.Columns, paper.Column{Title: l})
	}
	for i, g := range m.res.Release.Groups {
		if g.Level == peer.LevelSize {
			continue
		}
		row := chart.StackRow{Label: m.groupName(g), Own: chart.NoOwn}
		cells := []paper.Cell{paper.Text(m.groupName(g)), paper.Text(m.word("hidden"))}
		if c := r.Cells[i]; c.Shown() {
			row.Parts = parts(c.Shares)
			cells[1] = paper.Text(m.number(c.N))
			for _, s := range c.Shares {
				cells = append(cells, paper.Text(shareText(s)))
			}
		}
		stack.Rows = append(stack.Rows, row)
		t.Rows = append(t.Rows, cells)
	}
	return paper.Figure{Chart: stack, Caption: m.in(it.Ask), Data: &t}
}

func categoriesOf(r *peer.ItemResult) int {
	n := 0
	for _, c := range r.Cells {
		n = max(n, len(c.Shares))
	}
	return n
}

// multiFigure shows how many chose each option of a multi item.
func (m *Maker) multiFigure(n int, it *form.Item, byID map[string]*peer.ItemResult) paper.Block {
	bars := chart.Bars{Lang: m.o.Lang, Label: m.word("distribution.alt", "ask", it.Ask), Max: 100, Unit: "%"}
	t := paper.Table{ID: m.word("items.sheet", "n", n+1) + " " + it.ID, Columns: []paper.Column{{Title: m.word("option"), Weight: 4}}}
	var shown []int
	for i, g := range m.res.Release.Groups {
		if g.Level != peer.LevelSize {
			shown = append(shown, i)
			t.Columns = append(t.Columns, paper.Column{Title: m.groupName(g)})
		}
	}
	for _, o := range it.Options {
		r := byID[assessment.OptionColumn(it.ID, o.ID)]
		if r == nil {
			continue
		}
		cells := []paper.Cell{paper.Text(m.in(o.Label()))}
		for _, i := range shown {
			text := m.word("hidden")
			if c := r.Cells[i]; c.Shown() {
				text = shareText(c.Shares[1])
				if i == 0 {
					bars.Rows = append(bars.Rows, chart.Bar{Label: m.in(o.Label()), Value: chart.Of(middle(c.Shares[1])), Text: text})
				}
			}
			cells = append(cells, paper.Text(text))
		}
		t.Rows = append(t.Rows, cells)
	}
	if len(bars.Rows) == 0 {
		return t
	}
	return paper.Figure{Chart: bars, Caption: m.in(it.Ask), Data: &t}
}
