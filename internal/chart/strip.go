package chart

import (
	"slices"

	"yagura/internal/i18n"
)

// Strip shows where one value stands among its peers: one row per section, on
// each the band from the 10th to the 90th percentile, the quartile band, the
// median and the own value.
type Strip struct {
	Lang     i18n.Lang
	Label    string  // text alternative
	Min, Max float64 // ends of the axis, Min < Max
	Digits   int     // decimals of the printed values
	OwnName  string  // what the own value is called; empty: 自機関 / Own value
	Rows     []StripRow
}

// StripRow is one row of a Strip. A percentile that may not be shown is a
// missing Value; when the median is missing the band is drawn hatched.
type StripRow struct {
	Label                      string
	Own, Previous, Target      Value
	P10, P25, Median, P75, P90 Value
	Position                   string // a few words after the numbers, e.g. 上位25%
}

// Alt implements Chart.
func (s Strip) Alt() string { return s.Label }

// Height implements Chart.
func (s Strip) Height(m Measurer, width float64) float64 { return s.layout(m, width).height }

const stripRow = 34.0

type stripLayout struct {
	label, left, right float64 // label column width; ends of the strip
	ownAt, medianAt    float64 // right ends of the two number columns
	positionAt         float64
	position           float64 // width of the position column
	head               float64
	tops               []float64
	lines              [][]string
	axis, legend       float64
	height             float64
	narrow             bool
}

func (s Strip) layout(m Measurer, width float64) stripLayout {
	l := stripLayout{narrow: width < narrow, left: 14, right: width - 14}
	labels := make([]string, len(s.Rows))
	positions := make([]string, len(s.Rows))
	for i, r := range s.Rows {
		labels[i], positions[i] = r.Label, r.Position
	}
	l.label = width
	labelLines := 2
	if !l.narrow {
		number := max(widest(m, []string{s.ownName(), s.word("median"), Number(s.Max, s.Digits)}, sizeSmall, true), 34)
		l.position = min(widest(m, positions, sizeSmall, false), width*0.18)
		l.label = min(widest(m, labels, sizeLabel, false)+1, width*0.28)
		l.left = l.label + 22
		tail := width
		if l.position > 0 {
			l.position++
			tail -= l.position + 10
		}
		l.positionAt = tail + 10
		l.medianAt = tail
		l.ownAt = tail
		if s.hasOwn() {
			l.ownAt -= number + 10
		}
		l.right = l.ownAt - number - 16
		l.head = blockHeight(1, sizeSmall) + 4
	}
	y := l.head
	for _, label := range labels {
		lines := wrap(m, label, l.label, sizeLabel, l.narrow, labelLines)
		l.lines = append(l.lines, lines)
		l.tops = append(l.tops, y)
		if l.narrow {
			y += blockHeight(len(lines)+1, sizeLabel) + 36
		} else {
			y += max(stripRow, blockHeight(len(lines), sizeLabel)+8)
		}
	}
	l.axis = y
	l.legend = y + 24
	l.height = l.legend + legend(m, nil, s.entries(), 0, 0, width) + 2
	return l
}

// hasOwn reports whether any row has an own value; without one its column is left out.
func (s Strip) hasOwn() bool {
	return slices.ContainsFunc(s.Rows, func(r StripRow) bool { return r.Own.OK })
}

func (s Strip) word(key string) string { return i18n.T(s.Lang, "chart.strip."+key) }

func (s Strip) ownName() string {
	if s.OwnName != "" {
		return s.OwnName
	}
	return i18n.T(s.Lang, "chart.own")
}

// Draw implements Chart.
func (s Strip) Draw(c Canvas, width float64) {
	l := s.layout(c, width)
	at := func(v float64) float64 {
		return l.left + (clamp(v, s.Min, s.Max)-s.Min)/(s.Max-s.Min)*(l.right-l.left)
	}
	marks := ticks(s.Min, s.Max, 5)
	for _, t := range marks {
		c.Line(at(t), l.head, at(t), l.axis, Stroke{Color: Grid, Width: 1})
		c.Text(at(t), l.axis+14, Number(t, decimals(marks)), Type{Size: sizeSmall, Color: Muted, Anchor: Middle})
	}
	if !l.narrow && s.hasOwn() {
		c.Text(l.ownAt, sizeSmall, s.ownName(), Type{Size: sizeSmall, Color: Ink, Bold: true, Anchor: End})
	}
	if !l.narrow {
		c.Text(l.medianAt, sizeSmall, s.word("median"), Type{Size: sizeSmall, Color: Muted, Anchor: End})
	}
	for i, r := range s.Rows {
		middle := s.words(c, l, i, r)
		s.band(c, at, middle, r)
	}
	legend(c, c, s.entries(), 0, l.legend, width)
}

// words draws the texts of row i and returns the middle line of its strip.
func (s Strip) words(c Canvas, l stripLayout, i int, r StripRow) float64 {
	top := l.tops[i]
	if l.narrow {
		h := block(c, 0, top, l.lines[i], Type{Size: sizeLabel, Color: Ink, Bold: true})
		line := ""
		if s.hasOwn() {
			line = s.ownName() + " " + r.Own.Format(s.Digits) + "　"
		}
		line += s.word("median") + " " + r.Median.Format(s.Digits)
		if r.Position != "" {
			line += "　" + r.Position
		}
		block(c, 0, top+h, wrap(c, line, l.label, sizeSmall, false, 1), Type{Size: sizeSmall, Color: Ink})
		return top + h + blockHeight(1, sizeLabel) + 17
	}
	bottom := l.axis
	if i+1 < len(l.tops) {
		bottom = l.tops[i+1]
	}
	middle := (top + bottom) / 2
	base := middle + sizeSmall*0.36
	block(c, 0, middle-blockHeight(len(l.lines[i]), sizeLabel)/2, l.lines[i], Type{Size: sizeLabel, Color: Ink})
	if s.hasOwn() {
		c.Text(l.ownAt, base, r.Own.Format(s.Digits), Type{Size: sizeLabel, Bold: true, Color: Ink, Anchor: End})
	}
	c.Text(l.medianAt, base, r.Median.Format(s.Digits), Type{Size: sizeLabel, Color: Muted, Anchor: End})
	if r.Position != "" {
		lines := wrap(c, r.Position, l.position, sizeSmall, false, 2)
		block(c, l.positionAt, middle-blockHeight(len(lines), sizeSmall)/2, lines, Type{Size: sizeSmall, Color: Ink})
	}
	return middle
}

func (s Strip) band(c Canvas, at func(float64) float64, y float64, r StripRow) {
	from, to := at(s.Min), at(s.Max)
	if !r.Median.OK {
		hatch(c, from, y-5, to-from, 10)
	} else {
		c.Line(from, y, to, y, Stroke{Color: Neutral, Width: 1})
	}
	if r.P10.OK && r.P90.OK {
		c.Rect(at(r.P10.V), y-5, at(r.P90.V)-at(r.P10.V), 10, Paint{Fill: Blue200})
	}
	if r.P25.OK && r.P75.OK {
		c.Rect(at(r.P25.V), y-8, at(r.P75.V)-at(r.P25.V), 16, Paint{Fill: Blue400})
	}
	if r.Median.OK {
		c.Line(at(r.Median.V), y-11, at(r.Median.V), y+11, Stroke{Color: Blue1100, Width: 3})
	}
	if r.Target.OK {
		drawTarget(c, at(r.Target.V), y)
	}
	if r.Previous.OK {
		c.Circle(at(r.Previous.V), y, 5, Paint{Fill: White, Stroke: Own, Width: 2})
	}
	if r.Own.OK {
		diamond(c, at(r.Own.V), y, 8)
	}
}

// drawTarget is a line with a flag on top, so that it cannot be taken for the median.
func drawTarget(c Canvas, x, y float64) {
	c.Line(x, y-13, x, y+11, Stroke{Color: Ink, Width: 1.5, Dash: 3})
	c.Polygon([]Point{{x, y - 15}, {x + 8, y - 11.5}, {x, y - 8}}, Paint{Fill: Ink})
}

// entries are the legend entries of the marks that occur, in a fixed order.
func (s Strip) entries() []legendEntry {
	var own, previous, target, outer, inner, median, hidden bool
	for _, r := range s.Rows {
		own = own || r.Own.OK
		previous = previous || r.Previous.OK
		target = target || r.Target.OK
		outer = outer || r.P10.OK && r.P90.OK
		inner = inner || r.P25.OK && r.P75.OK
		median = median || r.Median.OK
		hidden = hidden || !r.Median.OK
	}
	const cx, cy = swatchW / 2, swatchH / 2
	all := []struct {
		used bool
		legendEntry
	}{
		{own, legendEntry{s.ownName(), func(c Canvas, x, y float64) { diamond(c, x+cx, y+cy, 7) }}},
		{previous, legendEntry{s.word("previous"), func(c Canvas, x, y float64) {
			c.Circle(x+cx, y+cy, 5, Paint{Fill: White, Stroke: Own, Width: 2})
		}}},
		{target, legendEntry{s.word("target"), func(c Canvas, x, y float64) { drawTarget(c, x+cx-3, y+cy+2) }}},
		{median, legendEntry{s.word("median"), func(c Canvas, x, y float64) {
			c.Line(x+cx, y, x+cx, y+swatchH, Stroke{Color: Blue1100, Width: 3})
		}}},
		{inner, legendEntry{s.word("quartiles"), func(c Canvas, x, y float64) { c.Rect(x, y, swatchW, swatchH, Paint{Fill: Blue400}) }}},
		{outer, legendEntry{s.word("deciles"), func(c Canvas, x, y float64) { c.Rect(x, y+2, swatchW, swatchH-4, Paint{Fill: Blue200}) }}},
		{hidden, legendEntry{i18n.T(s.Lang, "chart.hidden"), hatched}},
	}
	var out []legendEntry
	for _, e := range all {
		if e.used {
			out = append(out, e.legendEntry)
		}
	}
	return out
}
