package report

import (
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// dataQuality tells how many answer sets stand out, in coarse shares.
func (m *Maker) dataQuality() []paper.Block {
	n := len(m.quality)
	count := map[string]int{}
	for _, q := range m.quality {
		for _, flag := range q.Flags() {
			count[flag]++
		}
	}
	t := paper.Table{ID: m.word("quality"), Columns: []paper.Column{{Title: m.word("quality.sign"), Weight: 4}, {Title: m.word("quality.share")}}}
	for _, flag := range []string{"missing", "fault", "contradiction", "unchanged", "straight", "misfit"} {
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(m.word("quality.name." + flag)), paper.Text(m.coarse(count[flag], n))})
	}
	return []paper.Block{paper.Heading{Level: 1, Text: m.word("quality"), ID: "quality"}, paper.Paragraph{Text: m.word("quality.sector")}, t}
}

// coarse words a share in bands of ten per cent, open at both ends, and none
// where the lowest band would hold fewer parties than random rounding hides.
func (m *Maker) coarse(k, n int) string {
	if n < max(10*m.res.Release.Policy.Base, m.res.Release.Policy.TailsN) {
		return m.word("hidden")
	}
	switch ten := k * 10 / n; {
	case ten == 0:
		return "<10%"
	case ten >= 9:
		return "≥90%"
	default:
		return m.word("range", "low", ten*10, "high", ten*10+10)
	}
}

// suppressed counts what is not shown, by table and reason.
func (m *Maker) suppressed() []paper.Block {
	type key struct {
		table  peer.Table
		reason peer.Reason
	}
	count := map[key]int{}
	var order []key
	for _, s := range m.res.Release.Suppressed {
		k := key{s.Table, s.Reason}
		if count[k] == 0 {
			order = append(order, k)
		}
		count[k]++
	}
	blocks := []paper.Block{paper.Heading{Level: 1, Text: m.word("suppressed"), ID: "suppressed"}}
	if len(order) == 0 {
		return append(blocks, paper.Paragraph{Text: m.word("suppressed.none")})
	}
	t := paper.Table{ID: m.word("suppressed"), Columns: []paper.Column{{Title: m.word("suppressed.table"), Weight: 2}, {Title: m.word("suppressed.reason"), Weight: 4}, {Title: m.word("suppressed.cells"), Kind: paper.Numbers}}}
	for _, k := range order {
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(m.word("table." + string(k.table))), paper.Text(m.word("reason." + string(k.reason))), paper.Num(float64(count[k]))})
	}
	return append(blocks, paper.Paragraph{Text: m.word("suppressed.how")}, t)
}
