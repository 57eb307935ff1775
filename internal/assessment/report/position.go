package report

import (
	"fmt"

	"yagura/internal/chart"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// position is the page of strips: every section's score on the peers' range.
func (f *party) position() []paper.Block {
	g := f.res.Release.GroupIndex(f.group.ID)
	strip := chart.Strip{Lang: f.o.Lang, Label: f.word("position.alt", "name", f.org.Name, "group", f.groupName(f.group)), Max: 100, OwnName: f.word("own")}
	strip.Rows = append(strip.Rows, f.stripRow(f.word("overall"), f.pos.Overall, f.res.Release.Overall.Cells[g]))
	for i, s := range f.pos.Sections {
		strip.Rows = append(strip.Rows, f.stripRow(f.in(f.form().Sections[i].Title), s, f.res.Release.Sections[i].Cells[g]))
	}
	return []paper.Block{
		paper.Heading{Level: 1, Text: f.word("position"), ID: "position"},
		paper.Paragraph{Text: f.word("position.how", "group", f.groupName(f.group), "n", f.band(f.group.N))},
		paper.Figure{Chart: strip, Caption: f.word("position.caption", "group", f.groupName(f.group)), Data: f.positionTable(), PrintData: true},
	}
}

func (f *party) stripRow(label string, s peer.ScorePosition, c peer.ScoreCell) chart.StripRow {
	return chart.StripRow{Label: label, Own: value(s.Own), Previous: value(s.Previous),
		P10: value(c.P10), P25: value(c.P25), Median: value(c.Median), P75: value(c.P75), P90: value(c.P90), Position: f.rank(s, f.group.ID)}
}

// positionTable sets the own scores beside the medians of all the groups that
// the institution belongs to.
func (f *party) positionTable() *paper.Table {
	t := &paper.Table{ID: f.word("position"), Caption: f.word("position.table")}
	t.Columns = []paper.Column{{Title: f.word("section"), Weight: 3}, {Title: f.word("own"), Kind: paper.Numbers, Digits: 1}, {Title: f.word("last_year"), Kind: paper.Numbers, Digits: 1}}
	for _, id := range f.pos.Groups {
		t.Columns = append(t.Columns, paper.Column{Title: f.word("median_of", "group", f.groupName(f.res.Release.Groups[f.res.Release.GroupIndex(id)])), Kind: paper.Numbers, Weight: 1.4})
	}
	t.Columns = append(t.Columns, paper.Column{Title: f.word("standing"), Weight: 1.4})
	row := func(label string, s peer.ScorePosition, res peer.ScoreResult, strong bool) {
		r := []paper.Cell{{Text: label, Strong: strong}, paper.Val(value(s.Own)), paper.Val(value(s.Previous))}
		for _, id := range f.pos.Groups {
			r = append(r, f.figure(res.Cells[f.res.Release.GroupIndex(id)].Median, res.Margin))
		}
		rank := f.rank(s, f.group.ID)
		if rank == "" {
			rank = f.word("hidden")
		}
		t.Rows = append(t.Rows, append(r, paper.Text(rank)))
	}
	row(f.word("overall"), f.pos.Overall, f.res.Release.Overall, true)
	for i, s := range f.pos.Sections {
		row(f.in(f.form().Sections[i].Title), s, f.res.Release.Sections[i], false)
	}
	return t
}

// changes tells what the institution answered differently from last year.
func (f *party) changes() []paper.Block {
	if f.res.Previous == nil {
		return nil
	}
	blocks := []paper.Block{paper.Heading{Level: 1, Text: f.word("changes"), ID: "changes"}}
	if f.pos.Overall.Previous == nil {
		return append(blocks, paper.Paragraph{Text: f.word("changes.first_time")})
	}
	better, worse := f.movedItems(peer.MovedImproved), f.movedItems(peer.MovedWorse)
	blocks = append(blocks, paper.Paragraph{Text: f.word("changes.count", "better", len(better), "worse", len(worse))})
	if len(better)+len(worse) > 0 {
		t := paper.Table{ID: f.word("changes"), Caption: f.word("changes.table"), Columns: []paper.Column{
			{Title: f.word("item"), Weight: 4}, {Title: f.word("last_year"), Weight: 3}, {Title: f.word("this_year"), Weight: 3}, {Title: f.word("change")}}}
		for _, list := range [][]peer.ItemPosition{worse, better} {
			for _, it := range list {
				item := f.form().Item(it.Item)
				t.Rows = append(t.Rows, []paper.Cell{paper.Text(f.in(item.Ask)), paper.Text(f.answerText(item, it.Previous)), paper.Text(f.givenText(item, it.Own)), paper.Text(f.word("moved." + string(it.Moved)))})
			}
		}
		blocks = append(blocks, t)
	}
	if text := f.breaks(); text != "" {
		blocks = append(blocks, paper.Note{Text: text})
	}
	return blocks
}

func (f *party) movedItems(d peer.Direction) []peer.ItemPosition {
	var out []peer.ItemPosition
	for _, it := range f.pos.Items {
		if it.Moved == d && f.form().Item(it.Item) != nil {
			out = append(out, it)
		}
	}
	return out
}

// breaks names the items that cannot be compared because their meaning changed.
func (m *Maker) breaks() string {
	text := ""
	for _, b := range m.res.Release.Breaks {
		if it := m.form().Item(b.Item); it != nil {
			text += fmt.Sprintf("\n%s", m.in(it.Ask))
		}
	}
	if text == "" {
		return ""
	}
	return m.word("breaks") + text
}
