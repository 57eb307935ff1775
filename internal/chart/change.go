package chart

import "yagura/internal/i18n"

// Change shows how many got better, stayed and got worse: one bar per row,
// worse to the left and better to the right of a middle that halves the
// unchanged, each count printed.
type Change struct {
	Lang   i18n.Lang
	Label  string // text alternative
	Unit   string // printed after each count, e.g. "%" or ""
	Digits int
	Rows   []ChangeRow
}

// ChangeRow is one bar; a row with a missing count is drawn hatched.
type ChangeRow struct {
	Label               string
	Worse, Same, Better Value
}

var (
	worseColor  = Own
	sameColor   = Neutral
	betterColor = Blue900
)

// Alt implements Chart.
func (d Change) Alt() string { return d.Label }

// Height implements Chart.
func (d Change) Height(m Measurer, width float64) float64 { return d.layout(m, width).height }

type changeLayout struct {
	label, left, right, middle, scale float64
	lines                             [][]string
	tops, bars                        []float64
	legend, height                    float64
	narrow                            bool
}

func (d Change) layout(m Measurer, width float64) changeLayout {
	l := changeLayout{narrow: width < narrow, label: width, left: 2, right: width - 2}
	labels := make([]string, len(d.Rows))
	leftMost, rightMost, number := 0.0, 0.0, 0.0
	for i, r := range d.Rows {
		labels[i] = r.Label
		if !r.ok() {
			continue
		}
		leftMost = max(leftMost, r.Worse.V+r.Same.V/2)
		rightMost = max(rightMost, r.Better.V+r.Same.V/2)
		number = max(number, widest(m, []string{d.text(r.Worse), d.text(r.Better)}, sizeSmall, false))
	}
	if !l.narrow {
		l.label = min(widest(m, labels, sizeLabel, false)+1, width*0.3)
		l.left = l.label + 14
	}
	// Counts that do not fit into their part stand outside the bar.
	l.left += number + 6
	l.right -= number + 6
	if total := leftMost + rightMost; total > 0 {
		l.scale = (l.right - l.left) / total
	}
	l.middle = l.left + leftMost*l.scale
	y := 0.0
	for _, label := range labels {
		lines := wrap(m, label, l.label, sizeLabel, false, 2)
		words := blockHeight(len(lines), sizeLabel)
		l.lines = append(l.lines, lines)
		if l.narrow {
			l.tops, l.bars = append(l.tops, y), append(l.bars, y+words+2)
			y += words + 2 + barHeight + 8
			continue
		}
		row := max(barHeight, words)
		l.tops, l.bars = append(l.tops, y+(row-words)/2), append(l.bars, y+(row-barHeight)/2)
		y += row + 8
	}
	l.legend = y + 4
	l.height = l.legend + legend(m, nil, d.entries(), 0, 0, width) + 2
	return l
}

func (r ChangeRow) ok() bool { return r.Worse.OK && r.Same.OK && r.Better.OK }

func (d Change) text(v Value) string { return v.Format(d.Digits) + d.Unit }

// Draw implements Chart.
func (d Change) Draw(c Canvas, width float64) {
	l := d.layout(c, width)
	for i, r := range d.Rows {
		block(c, 0, l.tops[i], l.lines[i], Type{Size: sizeLabel, Color: Ink})
		y := l.bars[i]
		if !r.ok() {
			hatch(c, l.left, y, l.right-l.left, barHeight)
			continue
		}
		same := r.Same.V * l.scale
		worse, better := r.Worse.V*l.scale, r.Better.V*l.scale
		d.part(c, l.middle-same/2, same, y, r.Same, sameColor, Middle)
		d.part(c, l.middle-same/2-worse, worse, y, r.Worse, worseColor, End)
		d.part(c, l.middle+same/2, better, y, r.Better, betterColor, Start)
		c.Line(l.middle, y-2, l.middle, y+barHeight+2, Stroke{Color: Axis, Width: 1, Dash: 2})
	}
	legend(c, c, d.entries(), 0, l.legend, width)
}

// part draws one part with its count: inside where it fits, else outside on
// the side given by out (End: to the left, Start: to the right), else nowhere.
func (d Change) part(c Canvas, x, w, y float64, v Value, color Color, out Anchor) {
	base := y + barHeight/2 + sizeSmall*0.36
	if w > 0 {
		c.Rect(x, y, w, barHeight, Paint{Fill: color, Stroke: White, Width: 1})
	}
	text := d.text(v)
	fits := c.TextWidth(text, sizeSmall, false)+6 <= w
	switch {
	case v.V == 0:
	case fits && out == Middle:
		// beside the dashed middle line, so that it does not cross the number
		c.Text(x+w/2-4, base, text, Type{Size: sizeSmall, Color: InkOn(color), Anchor: End})
	case fits:
		c.Text(x+w/2, base, text, Type{Size: sizeSmall, Color: InkOn(color), Anchor: Middle})
	case out == End:
		c.Text(x-4, base, text, Type{Size: sizeSmall, Color: Ink, Anchor: End})
	case out == Start:
		c.Text(x+w+4, base, text, Type{Size: sizeSmall, Color: Ink})
	}
}

func (d Change) entries() []legendEntry {
	word := func(key string) string { return i18n.T(d.Lang, "chart.change."+key) }
	out := []legendEntry{
		{"← " + word("worse"), box(worseColor)}, {word("same"), box(sameColor)}, {word("better") + " →", box(betterColor)},
	}
	for _, r := range d.Rows {
		if !r.ok() {
			return append(out, legendEntry{i18n.T(d.Lang, "chart.hidden"), hatched})
		}
	}
	return out
}
