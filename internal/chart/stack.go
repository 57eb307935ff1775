package chart

import "yagura/internal/i18n"

// Stack shows how answers are distributed over ordered options: one bar per
// row, the options from least to most in a sequential palette, the own option
// outlined and pointed at.
type Stack struct {
	Lang    i18n.Lang
	Label   string   // text alternative
	Options []string // labels of the options, least to most
	Rows    []StackRow
}

// StackRow is one bar.
type StackRow struct {
	Label string
	Parts []Part // one per option; none: the row is not shown and drawn hatched
	Own   int    // index of the own option, or NoOwn
	Note  string // printed after the label, e.g. the band of n
}

// Part is the share of one option. Share (0–1) sets the length; the parts of a
// row are scaled to sum to 1. Text is printed instead of the percentage, e.g.
// "<10%" where only a band may be shown. A Hidden part is hatched and bears no
// text. Lengths can be measured in the file: where the exact share may not be
// known, Share must be one that the band or nothing at all implies.
type Part struct {
	Share  float64
	Text   string
	Hidden bool
}

// NoOwn says that a row has no own option.
const NoOwn = -1

// Alt implements Chart.
func (s Stack) Alt() string { return s.Label }

// Height implements Chart.
func (s Stack) Height(m Measurer, width float64) float64 { return s.layout(m, width).height }

const barHeight = 24.0

type stackLayout struct {
	label, left, right float64
	tops, bars         []float64
	lines              [][]string
	legend, height     float64
	narrow             bool
}

func (s Stack) layout(m Measurer, width float64) stackLayout {
	l := stackLayout{narrow: width < narrow, right: width - 2, left: 2, label: width}
	labels := make([]string, len(s.Rows))
	for i, r := range s.Rows {
		labels[i] = r.text(s.Lang)
	}
	if !l.narrow && widest(m, labels, sizeLabel, false) > 0 {
		l.label = min(widest(m, labels, sizeLabel, false)+1, width*0.32)
		l.left = l.label + 14
	}
	y := 0.0
	for i, r := range s.Rows {
		lines := wrap(m, labels[i], l.label, sizeLabel, false, 3)
		if labels[i] == "" {
			lines = nil
		}
		above := 4.0
		if r.Own >= 0 {
			above = 12
		}
		words := blockHeight(len(lines), sizeLabel)
		l.lines = append(l.lines, lines)
		l.tops = append(l.tops, y)
		if l.narrow {
			l.bars = append(l.bars, y+words+above)
			y += words + above + barHeight + 10
		} else {
			row := max(barHeight+above, words)
			l.tops[i] = y + above + (row-above-words)/2
			if words > row-above {
				l.tops[i] = y + (row-words)/2
			}
			l.bars = append(l.bars, y+above+(row-above-barHeight)/2)
			y += row + 6
		}
	}
	l.legend = y + 6
	l.height = l.legend + legend(m, nil, s.entries(), 0, 0, width) + 2
	return l
}

func (r StackRow) text(lang i18n.Lang) string {
	switch {
	case r.Note == "":
		return r.Label
	case lang == i18n.EN:
		return r.Label + " (" + r.Note + ")"
	}
	return r.Label + "（" + r.Note + "）"
}

// Draw implements Chart.
func (s Stack) Draw(c Canvas, width float64) {
	l := s.layout(c, width)
	colors := Steps(len(s.Options))
	for i, r := range s.Rows {
		block(c, 0, l.tops[i], l.lines[i], Type{Size: sizeLabel, Color: Ink})
		drawParts(c, l.left, l.bars[i], l.right-l.left, barHeight, r.Parts, r.Own, colors, true)
	}
	legend(c, c, s.entries(), 0, l.legend, width)
}

// drawParts draws one stacked bar; texts are left out where they do not fit.
func drawParts(c Canvas, x, y, width, height float64, parts []Part, own int, colors []Color, words bool) {
	total := 0.0
	for _, p := range parts {
		total += max(0, p.Share)
	}
	if total <= 0 {
		hatch(c, x, y, width, height)
		return
	}
	ownAt, ownW := x, -1.0
	for i, p := range parts {
		w := max(0, p.Share) / total * width
		if i == own {
			ownAt, ownW = x, w
		}
		if w == 0 {
			continue
		}
		color := colors[min(i, len(colors)-1)]
		if p.Hidden {
			hatch(c, x, y, w, height)
		} else {
			c.Rect(x, y, w, height, Paint{Fill: color, Stroke: White, Width: 1})
			text := p.Text
			if text == "" {
				text = Number(p.Share/total*100, 0) + "%"
			}
			if words && c.TextWidth(text, sizeSmall, false)+6 <= w {
				c.Text(x+w/2, y+height/2+sizeSmall*0.36, text, Type{Size: sizeSmall, Color: InkOn(color), Anchor: Middle})
			}
		}
		x += w
	}
	if ownW >= 0 {
		c.Rect(ownAt+0.5, y, max(ownW-1, 2), height, Paint{Stroke: Own, Width: 2.5})
		pointer(c, ownAt+ownW/2, y-1.5, 6)
	}
}

func (s Stack) entries() []legendEntry {
	colors := Steps(len(s.Options))
	var out []legendEntry
	own, hidden := false, false
	for _, r := range s.Rows {
		own = own || r.Own >= 0
		hidden = hidden || len(r.Parts) == 0
		for _, p := range r.Parts {
			hidden = hidden || p.Hidden
		}
	}
	for i, o := range s.Options {
		out = append(out, legendEntry{o, box(colors[i])})
	}
	if own {
		out = append(out, legendEntry{i18n.T(s.Lang, "chart.own.option"), func(c Canvas, x, y float64) {
			pointer(c, x+swatchW/2, y+swatchH-2, 7)
		}})
	}
	if hidden {
		out = append(out, legendEntry{i18n.T(s.Lang, "chart.hidden"), hatched})
	}
	return out
}
