package chart

// The small figures stand in a table cell or a line of text. They bear no
// words: what they show is printed beside them, so Alt may be empty.

const miniHeight = 22.0

// MiniStack is one stacked bar of a distribution with the own option pointed at.
type MiniStack struct {
	Label string
	Parts []Part // none: hatched, not shown
	Own   int    // or NoOwn
}

// Alt implements Chart.
func (s MiniStack) Alt() string { return s.Label }

// Height implements Chart.
func (s MiniStack) Height(Measurer, float64) float64 { return miniHeight }

// Draw implements Chart.
func (s MiniStack) Draw(c Canvas, width float64) {
	drawParts(c, 1.5, 9, width-3, miniHeight-11, s.Parts, s.Own, Steps(len(s.Parts)), false)
}

// MiniStrip is one row of a Strip without words.
type MiniStrip struct {
	Label    string
	Min, Max float64
	Row      StripRow
}

// Alt implements Chart.
func (s MiniStrip) Alt() string { return s.Label }

// Height implements Chart.
func (s MiniStrip) Height(Measurer, float64) float64 { return 30 }

// Draw implements Chart.
func (s MiniStrip) Draw(c Canvas, width float64) {
	const left = 9.0
	at := func(v float64) float64 {
		return left + (clamp(v, s.Min, s.Max)-s.Min)/(s.Max-s.Min)*(width-2*left)
	}
	Strip{Min: s.Min, Max: s.Max}.band(c, at, 16, s.Row)
}

// Spark is a small line of values, the last one marked. Missing values leave gaps.
type Spark struct {
	Label    string
	Min, Max float64
	Values   []Value
}

// Alt implements Chart.
func (s Spark) Alt() string { return s.Label }

// Height implements Chart.
func (s Spark) Height(Measurer, float64) float64 { return miniHeight }

// Draw implements Chart.
func (s Spark) Draw(c Canvas, width float64) {
	const pad = 4.0
	x := func(i int) float64 {
		if len(s.Values) < 2 {
			return width / 2
		}
		return pad + float64(i)/float64(len(s.Values)-1)*(width-2*pad)
	}
	y := func(v float64) float64 {
		return miniHeight - pad - (clamp(v, s.Min, s.Max)-s.Min)/(s.Max-s.Min)*(miniHeight-2*pad)
	}
	var run []Point
	last := Series{Values: s.Values}.last()
	for i, v := range s.Values {
		if v.OK {
			run = append(run, Point{x(i), y(v.V)})
		}
		if len(run) > 1 && (!v.OK || i == len(s.Values)-1) {
			c.Polyline(run, Stroke{Color: Blue800, Width: 1.5})
		}
		if !v.OK {
			run = nil
		}
	}
	if last >= 0 {
		c.Circle(x(last), y(s.Values[last].V), 3, Paint{Fill: Own, Stroke: White, Width: 1})
	}
}
