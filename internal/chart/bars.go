package chart

import (
	"math"

	"yagura/internal/i18n"
)

// Bars compares one value per category with horizontal bars, in the given order.
type Bars struct {
	Lang   i18n.Lang
	Label  string  // text alternative
	Max    float64 // value of a full bar, above 0
	Digits int
	Unit   string // printed after each value, e.g. "%"
	// MarkName says in a legend what the mark across the bars is.
	MarkName string
	Rows     []Bar
}

// Bar is one category. Text is printed instead of the value (a band, of which
// Value must then be a point that gives nothing away); a missing value is
// hatched. A marked bar has the colour of the own value and a triangle after
// its number. Mark is a second value drawn as a line across the bar, e.g. a
// published reference.
type Bar struct {
	Label  string
	Value  Value
	Text   string
	Marked bool
	Mark   Value
}

// Alt implements Chart.
func (b Bars) Alt() string { return b.Label }

// Height implements Chart.
func (b Bars) Height(m Measurer, width float64) float64 { return b.layout(m, width).height }

const thinBar = 18.0

type barsLayout struct {
	label, left, right float64
	lines              [][]string
	tops, bars         []float64
	legend, height     float64
}

func (b Bars) layout(m Measurer, width float64) barsLayout {
	l := barsLayout{label: width, left: 1}
	labels, values := make([]string, len(b.Rows)), make([]string, len(b.Rows))
	for i, r := range b.Rows {
		labels[i], values[i] = r.Label, b.text(r)
	}
	above := width < narrow
	if !above {
		l.label = min(widest(m, labels, sizeLabel, false)+1, width*0.38)
		l.left = l.label + 14
	}
	l.right = width - widest(m, values, sizeSmall, true) - 22
	y := 0.0
	for _, label := range labels {
		lines := wrap(m, label, l.label, sizeLabel, false, 3)
		words := blockHeight(len(lines), sizeLabel)
		l.lines = append(l.lines, lines)
		if above {
			l.tops, l.bars = append(l.tops, y), append(l.bars, y+words+1)
			y += words + 1 + thinBar + 8
			continue
		}
		row := max(thinBar, words)
		l.tops, l.bars = append(l.tops, y+(row-words)/2), append(l.bars, y+(row-thinBar)/2)
		y += row + 8
	}
	l.legend, l.height = y, y
	if b.MarkName != "" {
		l.height += legend(m, nil, b.entries(), 0, 0, width) + 2
	}
	return l
}

func (b Bars) text(r Bar) string {
	switch {
	case r.Text != "":
		return r.Text
	case !r.Value.OK:
		return ""
	}
	return r.Value.Format(b.Digits) + b.Unit
}

// Draw implements Chart.
func (b Bars) Draw(c Canvas, width float64) {
	l := b.layout(c, width)
	for i, r := range b.Rows {
		block(c, 0, l.tops[i], l.lines[i], Type{Size: sizeLabel, Color: Ink})
		y := l.bars[i]
		end := l.left
		switch {
		case r.Value.OK:
			w := clamp(r.Value.V/b.Max, 0, 1) * (l.right - l.left)
			color := Blue800
			if r.Marked {
				color = Own
			}
			c.Rect(l.left, y, w, thinBar, Paint{Fill: color})
			end += w
		case r.Text == "":
			hatch(c, l.left, y, l.right-l.left, thinBar)
		}
		if r.Mark.OK {
			x := l.left + clamp(r.Mark.V/b.Max, 0, 1)*(l.right-l.left)
			drawMark(c, x, y-3, thinBar+6)
			end = max(end, x)
		}
		c.Line(l.left, y-3, l.left, y+thinBar+3, Stroke{Color: Axis, Width: 1})
		if text := b.text(r); text != "" {
			c.Text(end+6, y+thinBar/2+sizeSmall*0.36, text, Type{Size: sizeSmall, Bold: r.Marked, Color: Ink})
			end += 6 + c.TextWidth(text, sizeSmall, r.Marked)
		}
		if r.Marked {
			x, middle := end+4, y+thinBar/2
			c.Polygon([]Point{{x + 9, middle - 5.5}, {x + 9, middle + 5.5}, {x, middle}}, Paint{Fill: Own})
		}
	}
	if b.MarkName != "" {
		legend(c, c, b.entries(), 0, l.legend, width)
	}
}

func (b Bars) entries() []legendEntry {
	return []legendEntry{{b.MarkName, func(c Canvas, x, y float64) { drawMark(c, x+swatchW/2, y, swatchH) }}}
}

// drawMark is an upright line with a white edge, to show on any bar.
func drawMark(c Canvas, x, top, height float64) {
	c.Line(x, top, x, top+height, Stroke{Color: White, Width: 5})
	c.Line(x, top, x, top+height, Stroke{Color: Ink, Width: 2})
}

// Histogram counts how many fall into each class of a value, as columns.
type Histogram struct {
	Lang    i18n.Lang
	Label   string // text alternative
	Classes []Class
	Unit    string // printed after each count; may be empty
}

// Class is one column. A missing count is hatched; Text is printed instead of
// the count (a band, of which Count must then be a point that gives nothing
// away). The class of the own value is marked.
type Class struct {
	Label string
	Count Value
	Text  string
	Own   bool
}

// Alt implements Chart.
func (h Histogram) Alt() string { return h.Label }

const histogramPlot = 140.0

type histogramLayout struct {
	step   float64  // width of a class
	counts []string // printed over the columns; empty where they would not fit
	labels []string // under the columns; every n-th where they would not fit
	foot   float64  // height of the labels
}

func (h Histogram) layout(m Measurer, width float64) histogramLayout {
	n := len(h.Classes)
	l := histogramLayout{step: width / float64(max(1, n)), counts: make([]string, n), labels: make([]string, n)}
	unit := h.Unit
	for _, k := range h.Classes {
		if m.TextWidth(k.count(unit), sizeSmall, k.Own) > l.step {
			unit = ""
		}
	}
	every := 1
	for i, k := range h.Classes {
		if text := k.count(unit); m.TextWidth(text, sizeSmall, k.Own) <= l.step {
			l.counts[i] = text
		}
		every = max(every, int(math.Ceil((m.TextWidth(k.Label, sizeSmall, false)+4)/l.step)))
	}
	for i, k := range h.Classes {
		if i%every == 0 {
			l.labels[i] = k.Label
		}
	}
	l.foot = blockHeight(1, sizeSmall)
	return l
}

// count is what is printed over the column of a class.
func (k Class) count(unit string) string {
	switch {
	case k.Text != "":
		return k.Text
	case k.Count.OK:
		return k.Count.Format(0) + unit
	}
	return ""
}

// Height implements Chart.
func (h Histogram) Height(m Measurer, width float64) float64 {
	return 34 + histogramPlot + 8 + h.layout(m, width).foot + h.legend(m, nil, width, 0)
}

func (h Histogram) legend(m Measurer, c Canvas, width, top float64) float64 {
	for _, k := range h.Classes {
		if k.Own {
			return 8 + legend(m, c, []legendEntry{{i18n.T(h.Lang, "chart.own"), func(c Canvas, x, y float64) {
				pointer(c, x+swatchW/2, y+swatchH-2, 7)
			}}}, 0, top+8, width)
		}
	}
	return 0
}

// Draw implements Chart.
func (h Histogram) Draw(c Canvas, width float64) {
	l := h.layout(c, width)
	most := 0.0
	for _, k := range h.Classes {
		most = max(most, k.Count.V)
	}
	bottom := 34 + histogramPlot
	for i, k := range h.Classes {
		x, w := float64(i)*l.step+1.5, l.step-3
		top := bottom
		color := Blue400
		if k.Own {
			color = Own
		}
		switch {
		case k.Count.OK && most > 0:
			top = bottom - k.Count.V/most*histogramPlot
			c.Rect(x, top, w, bottom-top, Paint{Fill: color})
		case !k.Count.OK && k.Text == "":
			top = bottom - 24
			hatch(c, x, top, w, 24)
		}
		if l.counts[i] != "" {
			c.Text(x+w/2, top-5, l.counts[i], Type{Size: sizeSmall, Bold: k.Own, Color: Ink, Anchor: Middle})
			top -= 17
		}
		if k.Own {
			pointer(c, x+w/2, top-3, 6)
		}
		if line := l.labels[i]; line != "" {
			half := c.TextWidth(line, sizeSmall, false) / 2
			c.Text(clamp(x+w/2, half, width-half), bottom+16, line, Type{Size: sizeSmall, Color: Muted, Anchor: Middle})
		}
	}
	c.Line(0, bottom, width, bottom, Stroke{Color: Axis, Width: 1})
	h.legend(c, c, width, bottom+8+l.foot)
}
