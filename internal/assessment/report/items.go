package report

import (
	"time"

	"yagura/internal/chart"
	"yagura/internal/form"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// itemTables list every item with the own answer, the target and how the peers
// answered, one table for each section.
func (f *party) itemTables() []paper.Block {
	blocks := []paper.Block{paper.Heading{Level: 1, Text: f.word("items_page"), ID: "items"}, paper.Paragraph{Text: f.word("items.how", "group", f.groupName(f.group))}}
	for _, s := range f.form().Sections {
		t := paper.Table{ID: f.in(s.Title), Columns: []paper.Column{
			{Title: f.word("item"), Weight: 4}, {Title: f.word("own"), Weight: 2.6}, {Title: f.word("target"), Weight: 2.4},
			{Title: f.word("peers"), Weight: 3}, {Title: f.word("same_or_above"), Weight: 1.3}}}
		for _, it := range s.Items {
			if row := f.itemRow(it); row != nil {
				t.Rows = append(t.Rows, row)
			}
		}
		if len(t.Rows) > 0 {
			blocks = append(blocks, paper.Heading{Level: 2, Text: f.in(s.Title)}, t)
		}
	}
	return blocks
}

func (f *party) itemRow(it *form.Item) []paper.Cell {
	pos, ok := f.items[it.ID]
	if !ok {
		return nil
	}
	row := []paper.Cell{paper.Text(f.in(it.Ask)), f.ownCell(it, pos), f.targetCell(it, pos)}
	p, group := narrowest(pos.Peers)
	if p == nil {
		return append(row, paper.Text(f.word("hidden")), paper.Text(f.word("hidden")))
	}
	own := chart.NoOwn
	if pos.Own >= 0 {
		own = int(pos.Own)
	}
	bar := chart.MiniStack{Label: f.word("peers.alt", "ask", it.Ask, "group", f.groupOf(group)), Parts: parts(p.Shares), Own: own}
	row = append(row, paper.Cell{Text: f.distributionText(it, p.Shares), Chart: bar})
	return append(row, paper.Text(f.sameOrAbove(pos, p.Shares)))
}

// narrowest is the smallest peer group whose distribution is shown.
func narrowest(all []peer.Peers) (*peer.Peers, string) {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Reason == "" && len(all[i].Shares) > 0 {
			return &all[i], all[i].Group
		}
	}
	return nil, ""
}

func (m *Maker) groupOf(id string) string {
	return m.groupName(m.res.Release.Groups[m.res.Release.GroupIndex(id)])
}

func (f *party) ownCell(it *form.Item, pos peer.ItemPosition) paper.Cell {
	below := pos.Target > 0 && pos.Own >= 0 && int(pos.Own) < pos.Target
	text := f.givenText(it, pos.Own)
	if below {
		text = f.word("below_mark", "text", text)
	}
	return paper.Cell{Text: text, Strong: below}
}

// givenText words the answer as it was given; a number shows its level beside it.
func (f *party) givenText(it *form.Item, code int8) string {
	a := f.given[it.ID]
	text := f.answerText(it, code)
	switch a.Value.(type) {
	case int64, float64, form.Money, time.Duration:
		return f.word("with_level", "value", it.FormatValue(a.Value)+f.in(it.Unit), "level", text)
	}
	return text
}

func (f *party) targetCell(it *form.Item, pos peer.ItemPosition) paper.Cell {
	if pos.Target < 0 {
		return paper.Text("－")
	}
	return paper.Text(f.word("at_least", "text", f.optionLabels(it, pos.Target+1)[pos.Target]))
}

// distributionText names the most frequent answer, so that the bar is not the
// only bearer of what it says.
func (f *party) distributionText(it *form.Item, shares []peer.Share) string {
	best := 0
	for k := range shares {
		if middle(shares[k]) > middle(shares[best]) {
			best = k
		}
	}
	return f.word("most_frequent", "answer", f.optionLabels(it, len(shares))[best], "share", shareText(shares[best]))
}

// sameOrAbove is the share of peers at the own level or above, from the
// published shares.
func (f *party) sameOrAbove(pos peer.ItemPosition, shares []peer.Share) string {
	if pos.Own < 0 {
		return "－"
	}
	sum := 0.0
	for k := int(pos.Own); k < len(shares); k++ {
		sum += middle(shares[k])
	}
	total := 0.0
	for k := range shares {
		total += middle(shares[k])
	}
	if total == 0 {
		return "－"
	}
	return f.word("about_share", "n", int(sum/total*20+0.5)*5)
}
