package chart

import (
	"cmp"
	"slices"
)

// Layers is a map of what stands behind what: columns of boxes, lines between them. A box
// that matters has a thick frame and a filled square before its name; a line that matters
// is solid and thick, the others are thin and dashed.
type Layers struct {
	Label   string // text alternative
	Columns []LayerColumn
	Links   []LayerLink
	Key     string // what marked boxes and thick lines are, in words; "" for no legend
}

// LayerColumn is one column with its head.
type LayerColumn struct {
	Title string
	Boxes []LayerBox
}

// LayerBox is one box. Note stands below its name in small print.
type LayerBox struct {
	Label, Note string
	Marked      bool
}

// LayerLink joins a box to one of a column further to the right; both are positions.
type LayerLink struct {
	Column, Box     int
	ToColumn, ToBox int
	Strong          bool
}

// Alt implements Chart.
func (l Layers) Alt() string { return l.Label }

const (
	layerGap  = 56.0 // between columns, for the lines
	layerPad  = 8.0
	layerRow  = 10.0 // between boxes
	layerHead = 26.0
	layerMark = 14.0
)

type layersLayout struct {
	box    float64 // width of a box
	lines  [][][]string
	tops   [][]float64
	high   [][]float64
	height float64
}

func (l Layers) layout(m Measurer, width float64) layersLayout {
	n := float64(max(len(l.Columns), 1))
	out := layersLayout{box: max((width-layerGap*(n-1))/n, 60)}
	for _, col := range l.Columns {
		y := layerHead
		var lines [][]string
		var tops, high []float64
		for _, b := range col.Boxes {
			text := wrap(m, b.Label, out.box-2*layerPad-layerMark, sizeSmall, b.Marked, 3)
			h := blockHeight(len(text), sizeSmall) + 2*layerPad
			if b.Note != "" {
				h += sizeSmall * leading
			}
			lines, tops, high = append(lines, text), append(tops, y), append(high, h)
			y += h + layerRow
		}
		out.lines, out.tops, out.high = append(out.lines, lines), append(out.tops, tops), append(out.high, high)
		out.height = max(out.height, y)
	}
	for c := range out.tops { // shorter columns stand in the middle
		if k := len(out.tops[c]); k > 0 {
			down := (out.height - layerRow - (out.tops[c][k-1] + out.high[c][k-1])) / 2
			for i := range out.tops[c] {
				out.tops[c][i] += max(down, 0)
			}
		}
	}
	return out
}

// Height implements Chart.
func (l Layers) Height(m Measurer, width float64) float64 {
	h := l.layout(m, width).height
	if l.Key != "" {
		h += 24
	}
	return h
}

// Draw implements Chart.
func (l Layers) Draw(c Canvas, width float64) {
	at := l.layout(c, width)
	x := func(col int) float64 { return float64(col) * (at.box + layerGap) }
	middle := func(col, box int) float64 { return at.tops[col][box] + at.high[col][box]/2 }
	links := slices.Clone(l.Links)
	slices.SortStableFunc(links, func(a, b LayerLink) int { return cmp.Compare(rank(a.Strong), rank(b.Strong)) }) // strong ones above
	for _, k := range links {
		s := Stroke{Color: Axis, Width: 1, Dash: 4}
		if k.Strong {
			s = Stroke{Color: Blue900, Width: 1.75}
		}
		from, to := Point{x(k.Column) + at.box, middle(k.Column, k.Box)}, Point{x(k.ToColumn), middle(k.ToColumn, k.ToBox)}
		c.Polyline([]Point{from, {from.X + 12, from.Y}, {to.X - 12, to.Y}, to}, s)
	}
	for i, col := range l.Columns {
		c.Text(x(i), sizeLabel, col.Title, Type{Size: sizeLabel, Bold: true, Color: Ink})
		for k, b := range col.Boxes {
			l.box(c, b, at.lines[i][k], x(i), at.tops[i][k], at.box, at.high[i][k])
		}
	}
	if l.Key != "" {
		y := at.height + 14
		c.Rect(0, y-9, 9, 9, Paint{Fill: Blue900})
		c.Text(layerMark, y, l.Key, Type{Size: sizeSmall, Color: Muted})
	}
}

func rank(strong bool) int {
	if strong {
		return 1
	}
	return 0
}

func (l Layers) box(c Canvas, b LayerBox, lines []string, x, y, w, h float64) {
	p := Paint{Fill: White, Stroke: Axis, Width: 1}
	if b.Marked {
		p = Paint{Fill: White, Stroke: Blue900, Width: 2}
	}
	c.Rect(x+1, y, w-2, h, p)
	left := x + layerPad
	if b.Marked {
		c.Rect(left, y+layerPad+3, 9, 9, Paint{Fill: Blue900})
		left += layerMark
	}
	down := block(c, left, y+layerPad, lines, Type{Size: sizeSmall, Bold: b.Marked, Color: Ink})
	if b.Note != "" {
		note := wrap(c, b.Note, w-2*layerPad-layerMark, sizeSmall, false, 1)
		block(c, left, y+layerPad+down, note, Type{Size: sizeSmall, Color: Muted})
	}
}
