package report

import (
	"cmp"
	"slices"

	"yagura/internal/assessment"
	"yagura/internal/chart"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// maxSteps is how many next steps a feedback explains: enough for a year's plan.
const maxSteps = 8

// party gathers what one feedback needs.
type party struct {
	*Maker
	index int
	org   form.Org
	pos   peer.Position
	steps []assessment.Step
	q     assessment.Quality
	group peer.Group // the narrowest peer group whose overall score has quantiles
	items map[string]peer.ItemPosition
	given form.Answers // this year's answers as given
}

// Feedback makes the document that goes back to party p: a letter, its
// position, what changed, what to do next, every item, and how far the answers can be relied on.
func (m *Maker) Feedback(p int) *paper.Document {
	f := m.party(p)
	d := m.document(m.word("feedback.title"), f.org.Name, m.marking())
	d.Blocks = append(d.Blocks, f.letter())
	d.Blocks = append(d.Blocks, f.summary()...)
	d.Blocks = append(d.Blocks, f.position()...)
	d.Blocks = append(d.Blocks, f.changes()...)
	d.Blocks = append(d.Blocks, f.nextSteps()...)
	d.Blocks = append(d.Blocks, f.itemTables()...)
	d.Blocks = append(d.Blocks, f.qualityPage()...)
	d.Blocks = append(d.Blocks, m.method()...)
	return d
}

func (m *Maker) marking() string {
	if m.o.Marking == "" {
		return m.word("marking")
	}
	return m.o.Marking
}

func (m *Maker) party(p int) *party {
	cur := m.res.Current
	var prev *peer.Edition
	if m.res.Previous != nil {
		prev = &m.res.Previous.Edition
	}
	f := &party{Maker: m, index: p, org: cur.Parties[p], steps: m.res.NextSteps(p), q: m.quality[p], items: map[string]peer.ItemPosition{}}
	f.given = cur.Source.Answers(p, nil)
	f.pos = m.res.Release.Position(&cur.Edition, prev, p)
	for _, it := range f.pos.Items {
		f.items[it.Item] = it
	}
	for _, id := range f.pos.Groups {
		g := m.res.Release.GroupIndex(id)
		if f.group.ID == "" || m.res.Release.Overall.Cells[g].Median != nil {
			f.group = m.res.Release.Groups[g]
		}
	}
	return f
}

func (f *party) letter() paper.Block {
	asked := len(f.form().Items())
	body := []string{
		f.word("letter.thanks", "form", f.form().Title),
		f.word("letter.contents", "group", f.groupName(f.group)),
	}
	if len(f.steps) > 0 {
		body = append(body, f.word("letter.steps", "n", min(len(f.steps), maxSteps), "items", asked))
	} else {
		body = append(body, f.word("letter.no_steps"))
	}
	body = append(body, f.word("letter.use"), f.word("letter.confidential"))
	letter := paper.Letter{Date: f.o.Date, To: []string{f.word("letter.to", "name", f.org.Name)}, Subject: f.word("letter.subject"), Body: body, Closing: f.word("letter.closing")}
	if f.o.From != "" {
		letter.From = []string{f.o.From}
	}
	return letter
}

// rank words the band of percentiles that a score lies in, with both its edges:
// the one alone would read as a single place.
func (f *party) rank(s peer.ScorePosition, group string) string {
	for _, r := range s.Ranks {
		if r.Group != group {
			continue
		}
		switch {
		case r.Low == 50 && r.High == 100:
			return f.word("rank.upper")
		case r.Low == 0 && r.High == 50:
			return f.word("rank.lower")
		case r.High == 100:
			return f.word("rank.first", "n", 100-r.Low)
		case r.Low == 0:
			return f.word("rank.last", "n", r.High)
		case r.Low >= 50:
			return f.word("rank.top", "low", 100-r.High, "high", 100-r.Low)
		case r.High <= 50:
			return f.word("rank.bottom", "low", r.Low, "high", r.High)
		}
		return f.word("rank.middle")
	}
	return ""
}

func score(v chart.Value) string {
	if !v.OK {
		return "－"
	}
	return chart.Number(v.V, 1)
}

func (f *party) summary() []paper.Block {
	o := f.pos.Overall
	now, before := value(o.Own), value(o.Previous)
	figures := paper.KeyFigures{{Label: f.word("overall"), Value: score(now), Unit: f.word("points"), Note: f.word("of100")}}
	if before.OK {
		figures = append(figures, paper.KeyFigure{Label: f.word("last_year"), Value: score(before), Unit: f.word("points"), Note: f.moved(now, before)})
	}
	if rank := f.rank(o, f.group.ID); rank != "" {
		figures = append(figures, paper.KeyFigure{Label: f.word("standing"), Value: rank, Note: f.groupName(f.group)})
	}
	below, aimed := f.belowTarget()
	figures = append(figures, paper.KeyFigure{Label: f.word("below_target"), Value: chart.Number(float64(below), 0), Unit: f.word("items"), Note: f.word("of_items", "n", aimed)})
	blocks := []paper.Block{paper.Heading{Level: 1, Text: f.word("summary"), ID: "summary"}, figures}
	if text := f.strengths(); text != "" {
		blocks = append(blocks, paper.Paragraph{Text: text})
	}
	return blocks
}

// moved words the difference to last year in points.
func (f *party) moved(now, before chart.Value) string {
	if !now.OK {
		return ""
	}
	d := now.V - before.V
	sign := "±"
	switch {
	case d >= 0.05:
		sign = "＋"
	case d <= -0.05:
		sign, d = "－", -d
	default:
		d = 0
	}
	return f.word("moved", "d", sign+chart.Number(d, 1))
}

func (f *party) belowTarget() (below, aimed int) {
	for _, it := range f.pos.Items {
		if it.Target > 0 && it.Own >= 0 {
			aimed++
			if int(it.Own) < it.Target {
				below++
			}
		}
	}
	return below, aimed
}

// strengths names the sections furthest above and below the peer group's median.
func (f *party) strengths() string {
	type gap struct {
		title string
		d     float64
	}
	var gaps []gap
	g := f.res.Release.GroupIndex(f.group.ID)
	for i, s := range f.pos.Sections {
		median := f.res.Release.Sections[i].Cells[g].Median
		if s.Own != nil && median != nil {
			gaps = append(gaps, gap{f.in(f.form().Sections[i].Title), *s.Own - *median})
		}
	}
	slices.SortStableFunc(gaps, func(a, b gap) int { return cmp.Compare(b.d, a.d) })
	if len(gaps) < 2 {
		return ""
	}
	best, worst := gaps[0], gaps[len(gaps)-1]
	text := ""
	if best.d > 2.5 {
		text = f.word("strength", "section", best.title, "group", f.groupName(f.group))
	}
	if worst.d < -2.5 {
		text += f.gapSpace(text) + f.word("weakness", "section", worst.title, "group", f.groupName(f.group))
	}
	if text == "" {
		text = f.word("near_median", "group", f.groupName(f.group))
	}
	return text
}

func (f *party) gapSpace(before string) string {
	if before != "" && f.o.Lang == i18n.EN {
		return " "
	}
	return ""
}
