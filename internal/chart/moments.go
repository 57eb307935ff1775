package chart

// Moments shows when things happened on one scale: a row for each, with its moment in
// words and its place between the first and the last; what is known only roughly is a bar.
type Moments struct {
	Label string // text alternative
	Rows  []MomentRow
}

// MomentRow is one moment. From and To are its earliest and latest place, on any one scale.
type MomentRow struct {
	Label, Text string
	From, To    float64
}

// Alt implements Chart.
func (g Moments) Alt() string { return g.Label }

// The parts of a row: a line of words, and the track below it.
const (
	momentWords = sizeLabel * leading
	momentRow   = momentWords + 18
	momentDot   = 5.0
)

// Height implements Chart.
func (g Moments) Height(m Measurer, width float64) float64 {
	height := 4.0
	for _, r := range g.Rows {
		height += momentRow + float64(len(g.words(m, r, width))-1)*momentWords
	}
	return height
}

func (g Moments) words(m Measurer, r MomentRow, width float64) []string {
	return wrap(m, r.Label+"　"+r.Text, width-8, sizeLabel, false, 3)
}

// Draw implements Chart.
func (g Moments) Draw(c Canvas, width float64) {
	if len(g.Rows) == 0 {
		return
	}
	first, last := g.Rows[0].From, g.Rows[0].To
	for _, r := range g.Rows {
		first, last = min(first, r.From), max(last, r.To)
	}
	at := func(v float64) float64 {
		if last == first {
			return width / 2
		}
		return 10 + (width-20)*(v-first)/(last-first)
	}
	top := 2.0
	for _, r := range g.Rows {
		lines := g.words(c, r, width)
		block(c, 4, top, lines, Type{Size: sizeLabel, Color: Ink})
		y := top + float64(len(lines))*momentWords + 9
		c.Line(10, y, width-10, y, Stroke{Color: Neutral, Width: 1})
		if a, b := at(r.From), at(r.To); b-a > 2*momentDot {
			c.Rect(a, y-momentDot+1, b-a, 2*momentDot-2, Paint{Fill: Blue200, Stroke: Blue900, Width: 1})
		} else {
			c.Circle((a+b)/2, y, momentDot, Paint{Fill: Blue900})
		}
		top = y + 9
	}
}
