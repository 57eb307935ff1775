package chart

import (
	"yagura/internal/i18n"
)

// Trend shows values over a few points in time, one line per series, named at
// its right end. With two points it is a slope chart.
type Trend struct {
	Lang     i18n.Lang
	Label    string   // text alternative
	Times    []string // labels of the points in time, in order
	Min, Max float64  // ends of the value axis, Min < Max
	Digits   int
	Series   []Series
}

// Series is one line. A missing value leaves a gap. Break, when above 0, is
// the index of the first value that is not comparable with those before it: the line is
// cut there and the cut is marked.
type Series struct {
	Label  string
	Values []Value // one per point in time
	Own    bool
	Break  int
}

// Alt implements Chart.
func (t Trend) Alt() string { return t.Label }

const trendPlot = 200.0

// Height implements Chart.
func (t Trend) Height(m Measurer, width float64) float64 {
	h := 12 + max(trendPlot, float64(len(t.Series))*17) + 26
	if e := t.entries(t.direct(m, width)); len(e) > 0 {
		h += legend(m, nil, e, 0, 0, width) + 6
	}
	return h
}

// direct reports whether the names fit beside the lines; else they go to the legend.
func (t Trend) direct(m Measurer, width float64) bool {
	return width >= narrow && widest(m, t.names(), sizeSmall, true) <= width*0.36
}

// seriesLooks tell the lines of the peers apart by colour, dash and marker.
var seriesLooks = []struct {
	color Color
	dash  float64
}{{Blue900, 0}, {"#4d4d4d", 6}, {"#197a4b", 2}, {"#4979f5", 9}, {Blue1100, 4}, {"#767676", 0}}

func (t Trend) look(i int) (Color, float64) {
	if t.Series[i].Own {
		return Own, 0
	}
	l := seriesLooks[i%len(seriesLooks)]
	return l.color, l.dash
}

// Draw implements Chart.
func (t Trend) Draw(c Canvas, width float64) {
	marks := ticks(t.Min, t.Max, 5)
	digits := decimals(marks)
	direct := t.direct(c, width)
	names := t.names()
	if !direct {
		names = t.lastValues()
	}
	nameW := widest(c, names, sizeSmall, true)
	left := max(c.TextWidth(Number(t.Max, digits), sizeSmall, false), c.TextWidth(Number(t.Min, digits), sizeSmall, false)) + 8
	right := width - nameW - 16
	top, bottom := 12.0, 12+max(trendPlot, float64(len(t.Series))*17)
	y := func(v float64) float64 { return bottom - (clamp(v, t.Min, t.Max)-t.Min)/(t.Max-t.Min)*(bottom-top) }
	inset := 18.0
	x := func(i int) float64 {
		if len(t.Times) < 2 {
			return (left + right) / 2
		}
		return left + inset + float64(i)/float64(len(t.Times)-1)*(right-left-2*inset)
	}
	for _, v := range marks {
		c.Line(left, y(v), right, y(v), Stroke{Color: Grid, Width: 1})
		c.Text(left-6, y(v)+sizeSmall*0.36, Number(v, digits), Type{Size: sizeSmall, Color: Muted, Anchor: End})
	}
	shown := ""
	for i, label := range t.Times {
		if w := c.TextWidth(label, sizeSmall, false); shown == "" || x(i)-x(i-1) > w+6 || i == len(t.Times)-1 {
			c.Text(x(i), bottom+20, label, Type{Size: sizeSmall, Color: Muted, Anchor: Middle})
			shown = label
		}
	}
	for i := range t.Series {
		t.line(c, i, x, y)
	}
	t.label(c, names, x, y, right, top, bottom)
	if e := t.entries(direct); len(e) > 0 {
		legend(c, c, e, 0, bottom+32, width)
	}
}

// names are the series' names with their last value.
func (t Trend) names() []string {
	names := t.lastValues()
	for i, s := range t.Series {
		names[i] = s.Label + " " + names[i]
	}
	return names
}

func (t Trend) lastValues() []string {
	values := make([]string, len(t.Series))
	for i, s := range t.Series {
		if last := s.last(); last >= 0 {
			values[i] = s.Values[last].Format(t.Digits)
		}
	}
	return values
}

func (s Series) last() int {
	for i := len(s.Values) - 1; i >= 0; i-- {
		if s.Values[i].OK {
			return i
		}
	}
	return -1
}

func (t Trend) line(c Canvas, i int, x func(int) float64, y func(float64) float64) {
	s := t.Series[i]
	color, dash := t.look(i)
	width := 2.0
	if s.Own {
		width = 3
	}
	var run []Point
	flush := func() {
		if len(run) > 1 {
			c.Polyline(run, Stroke{Color: color, Width: width, Dash: dash})
		}
		run = nil
	}
	for k, v := range s.Values {
		if !v.OK || s.Break > 0 && k == s.Break {
			flush()
		}
		if s.Break > 0 && k == s.Break && k > 0 {
			drawBreak(c, (x(k-1)+x(k))/2, y(v.V))
		}
		if v.OK {
			run = append(run, Point{x(k), y(v.V)})
		}
	}
	flush()
	for k, v := range s.Values {
		switch {
		case !v.OK:
		case s.Own:
			diamond(c, x(k), y(v.V), 7)
		default:
			c.Circle(x(k), y(v.V), 4, Paint{Fill: color, Stroke: White, Width: 1})
		}
	}
}

// drawBreak is the two strokes that mark a cut in a line.
func drawBreak(c Canvas, x, y float64) {
	for _, d := range []float64{-3, 3} {
		c.Line(x+d-3, y+6, x+d+3, y-6, Stroke{Color: Ink, Width: 1.5})
	}
}

// label names each series beside its last value; names that would touch are
// moved apart and joined to their value by a thin line.
func (t Trend) label(c Canvas, names []string, x func(int) float64, y func(float64) float64, right, top, bottom float64) {
	var at []float64
	var which []int
	for i, s := range t.Series {
		if last := s.last(); last >= 0 {
			at = append(at, y(s.Values[last].V))
			which = append(which, i)
		}
	}
	for k, labelY := range spread(at, 17, top, bottom) {
		i := which[k]
		s := t.Series[i]
		color, _ := t.look(i)
		from := x(s.last()) + 8
		c.Polyline([]Point{{from, at[k]}, {right + 2, labelY}, {right + 10, labelY}}, Stroke{Color: color, Width: 0.75})
		c.Text(right+14, labelY+sizeSmall*0.36, names[i], Type{Size: sizeSmall, Bold: s.Own, Color: Ink})
	}
}

// entries are the samples of the lines, unless they are named directly, and
// the mark of a series break where one occurs.
func (t Trend) entries(direct bool) []legendEntry {
	var out []legendEntry
	broken := false
	for i, s := range t.Series {
		broken = broken || s.Break > 0 && s.Break < len(s.Values)
		if !direct {
			color, dash := t.look(i)
			out = append(out, legendEntry{s.Label, func(c Canvas, x, y float64) {
				c.Line(x, y+swatchH/2, x+swatchW, y+swatchH/2, Stroke{Color: color, Width: 2, Dash: dash})
				if s.Own {
					diamond(c, x+swatchW/2, y+swatchH/2, 6)
				}
			}})
		}
	}
	if broken {
		out = append(out, legendEntry{i18n.T(t.Lang, "chart.trend.break"), func(c Canvas, x, y float64) {
			drawBreak(c, x+swatchW/2, y+swatchH/2)
		}})
	}
	return out
}
