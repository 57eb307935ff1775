package chart

import (
	"strconv"
	"strings"

	"yagura/internal/i18n"
)

// Heat is a table of values on a sequential palette, each value printed in its cell.
type Heat struct {
	Lang     i18n.Lang
	Label    string  // text alternative
	Min, Max float64 // values at the two ends of the palette, Min < Max
	Digits   int     // decimals of the printed values
	Columns  []string
	Rows     []HeatRow
}

// HeatRow is one row; a cell that is missing is hatched: it may not be shown.
type HeatRow struct {
	Label string
	Cells []Value
}

// Alt implements Chart.
func (h Heat) Alt() string { return h.Label }

// Height implements Chart.
func (h Heat) Height(m Measurer, width float64) float64 {
	h = h.turned(width)
	return h.layout(m, width).height
}

// turned swaps rows and columns where a narrow drawing has more columns than rows.
func (h Heat) turned(width float64) Heat {
	if width >= narrow || len(h.Columns) <= len(h.Rows) {
		return h
	}
	t := h
	t.Columns, t.Rows = make([]string, len(h.Rows)), make([]HeatRow, len(h.Columns))
	for k, name := range h.Columns {
		t.Rows[k] = HeatRow{Label: name, Cells: make([]Value, len(h.Rows))}
		for i, r := range h.Rows {
			t.Columns[i] = r.Label
			if k < len(r.Cells) {
				t.Rows[k].Cells[i] = r.Cells[k]
			}
		}
	}
	return t
}

const heatRow = 28.0

type heatLayout struct {
	label, cell float64
	heads       [][]string // of the columns
	head        float64    // height of the heads
	lines       [][]string // of the row labels
	tops        []float64
	keys        []string // "1 Governance" when the heads are numbers
	keysAt      float64
	legend      float64
	height      float64
}

// layout sets the column heads in full where every word fits its column, else
// numbers them and lists the names under the table.
func (h Heat) layout(m Measurer, width float64) heatLayout {
	var l heatLayout
	labels := make([]string, len(h.Rows))
	for i, r := range h.Rows {
		labels[i] = r.Label
	}
	share := 0.3
	if width < narrow {
		share = 0.5
	}
	l.label = min(widest(m, labels, sizeLabel, false)+1, width*share)
	l.cell = (width - l.label - 10) / float64(max(1, len(h.Columns)))
	fits := true
	for _, name := range h.Columns {
		lines := headLines(m, name, l.cell-4)
		l.heads = append(l.heads, lines)
		l.head = max(l.head, blockHeight(len(lines), sizeSmall)+6)
		fits = fits && len(lines) <= 4 && widest(m, lines, sizeSmall, false) <= l.cell-4
	}
	if !fits {
		l.head = blockHeight(1, sizeSmall) + 6
		for i, name := range h.Columns {
			l.heads[i] = []string{strconv.Itoa(i + 1)}
			l.keys = append(l.keys, strconv.Itoa(i+1)+" "+name)
		}
	}
	y := l.head
	for _, label := range labels {
		lines := wrap(m, label, l.label, sizeLabel, false, 3)
		l.lines = append(l.lines, lines)
		l.tops = append(l.tops, y)
		y += max(heatRow, blockHeight(len(lines), sizeLabel)+6)
	}
	l.tops = append(l.tops, y)
	l.keysAt = y + 8
	l.legend = l.keysAt
	if len(l.keys) > 0 {
		l.legend += drawKeys(m, nil, l.keys, 0, l.keysAt, width) + 6
	}
	l.height = l.legend + h.scale(m, nil, l.legend, width) + 4
	return l
}

// headLines breaks a column head after spaces and middle dots only.
func headLines(m Measurer, name string, width float64) []string {
	var lines []string
	line := ""
	for part := range strings.SplitAfterSeq(strings.ReplaceAll(name, "・", "・\x00"), "\x00") {
		for word := range strings.SplitAfterSeq(strings.TrimSuffix(part, "\x00"), " ") {
			if line != "" && m.TextWidth(strings.TrimRight(line+word, " "), sizeSmall, false) > width {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
			line += word
		}
	}
	return append(lines, line)
}

// drawKeys lists the numbered heads, in rows; c may be nil to measure only.
func drawKeys(m Measurer, c Canvas, keys []string, left, top, width float64) float64 {
	x, y, row := 0.0, top, 0.0
	for _, k := range keys {
		lines := wrap(m, k, width, sizeSmall, false, 3)
		w := widest(m, lines, sizeSmall, false)
		if x > 0 && x+w > width {
			x, y, row = 0, y+row, 0
		}
		if c != nil {
			block(c, left+x, y, lines, Type{Size: sizeSmall, Color: Ink})
		}
		x += w + 18
		row = max(row, blockHeight(len(lines), sizeSmall))
	}
	return y + row - top
}

// Draw implements Chart.
func (h Heat) Draw(c Canvas, width float64) {
	h = h.turned(width)
	l := h.layout(c, width)
	left := l.label + 10
	for i, lines := range l.heads {
		for k, line := range lines {
			y := l.head - 6 - blockHeight(len(lines)-1-k, sizeSmall)
			c.Text(left+(float64(i)+0.5)*l.cell, y, line, Type{Size: sizeSmall, Color: Ink, Anchor: Middle})
		}
	}
	size := sizeSmall
	for size > 8 && c.TextWidth(Number(h.Max, h.Digits), size, false)+4 > l.cell {
		size--
	}
	for i, r := range h.Rows {
		top, height := l.tops[i], l.tops[i+1]-l.tops[i]
		block(c, 0, top+(height-blockHeight(len(l.lines[i]), sizeLabel))/2, l.lines[i], Type{Size: sizeLabel, Color: Ink})
		for k := range h.Columns {
			x := left + float64(k)*l.cell
			if k >= len(r.Cells) || !r.Cells[k].OK {
				hatch(c, x+0.5, top+0.5, l.cell-1, height-1)
				continue
			}
			color := Shade(h.at(r.Cells[k].V))
			c.Rect(x, top, l.cell, height, Paint{Fill: color, Stroke: White, Width: 1.5})
			c.Text(x+l.cell/2, top+height/2+size*0.36, r.Cells[k].Format(h.Digits), Type{Size: size, Color: InkOn(color), Anchor: Middle})
		}
	}
	if len(l.keys) > 0 {
		drawKeys(c, c, l.keys, 0, l.keysAt, width)
	}
	h.scale(c, c, l.legend, width)
}

func (h Heat) at(v float64) float64 { return (v - h.Min) / (h.Max - h.Min) }

// scale draws the palette with its two ends, and the hatch if a cell is
// missing, beside it or below; c may be nil to measure only.
func (h Heat) scale(m Measurer, c Canvas, top, width float64) float64 {
	const steps, step, height = 12, 9.0, 24.0
	low, high := Number(h.Min, h.Digits), Number(h.Max, h.Digits)
	x := m.TextWidth(low, sizeSmall, false) + 6
	base := top + 12 + sizeSmall*0.36
	if c != nil {
		c.Text(0, base, low, Type{Size: sizeSmall, Color: Ink})
		for i := range steps {
			c.Rect(x+float64(i)*step, top+5, step+0.5, 14, Paint{Fill: Shade((float64(i) + 0.5) / steps)})
		}
		c.Text(x+steps*step+6, base, high, Type{Size: sizeSmall, Color: Ink})
	}
	if !h.hides() {
		return height
	}
	x += steps*step + 24 + m.TextWidth(high, sizeSmall, false)
	entry := []legendEntry{{i18n.T(h.Lang, "chart.hidden"), hatched}}
	if x+swatchW+6+m.TextWidth(entry[0].text, sizeSmall, false) > width {
		return height + legend(m, c, entry, 0, top+height, width)
	}
	legend(m, c, entry, x, top+4, width-x)
	return height
}

func (h Heat) hides() bool {
	for _, r := range h.Rows {
		for k := range h.Columns {
			if k >= len(r.Cells) || !r.Cells[k].OK {
				return true
			}
		}
	}
	return false
}
