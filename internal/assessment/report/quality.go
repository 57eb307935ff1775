package report

import (
	"yagura/internal/chart"
	"yagura/internal/paper"
)

// qualityPage tells how far the answers can be relied on, and what to look at again.
func (f *party) qualityPage() []paper.Block {
	q := f.q
	blocks := []paper.Block{
		paper.Heading{Level: 1, Text: f.word("quality"), ID: "quality"},
		paper.Paragraph{Text: f.word("quality.how")},
		paper.KeyFigures{
			{Label: f.word("quality.answered"), Value: chart.Number(float64(q.Answered), 0), Unit: f.word("items")},
			{Label: f.word("quality.na"), Value: chart.Number(float64(q.NotApplicable), 0), Unit: f.word("items")},
			{Label: f.word("quality.unknown"), Value: chart.Number(float64(q.Unknown), 0), Unit: f.word("items")},
			{Label: f.word("quality.missing"), Value: chart.Number(float64(q.Missing), 0), Unit: f.word("items")},
		},
	}
	var notes []string
	for _, flag := range q.Flags() {
		switch flag {
		case "contradiction":
			for _, c := range q.Contradictions {
				notes = append(notes, c.Text(f.o.Lang))
			}
		case "unchanged":
			notes = append(notes, f.word("quality.flag.unchanged", "share", percent(q.Unchanged)))
		case "straight":
			notes = append(notes, f.word("quality.flag.straight", "share", percent(q.Straight)))
		default:
			notes = append(notes, f.word("quality.flag."+flag))
		}
	}
	if len(notes) == 0 {
		return append(blocks, paper.Paragraph{Text: f.word("quality.clean")})
	}
	return append(blocks, paper.Paragraph{Text: f.word("quality.look")}, paper.List{Items: notes})
}

func percent(share float64) string { return chart.Number(100*share, 0) }

// method tells how the figures were made and what is not shown, for every report.
func (m *Maker) method() []paper.Block {
	p := m.res.Release.Policy
	return []paper.Block{
		paper.Heading{Level: 1, Text: m.word("method"), ID: "method"},
		paper.List{Items: []string{
			m.word("method.score"),
			m.word("method.groups", "n", p.MinN, "groups", p.MinGroups),
			m.word("method.rounding", "base", p.Base, "coarse", p.SmallStep, "fine", p.Step, "n", p.SmallN),
			m.word("method.quantiles", "quartiles", p.QuartilesN, "tails", p.TailsN),
			m.word("method.rank"),
			m.word("method.change"),
			m.word("method.model"),
			m.word("method.own"),
		}},
	}
}
