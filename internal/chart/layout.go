package chart

import (
	"math"
	"slices"
)

// swatch draws the sample of a legend entry in a box of swatchW × swatchH.
type swatch func(c Canvas, x, y float64)

const swatchW, swatchH = 20.0, 14.0

type legendEntry struct {
	text string
	draw swatch
}

// legend lays entries out in rows, left to right, each text wrapped to the
// width; it draws when c is not nil and returns the height either way.
func legend(m Measurer, c Canvas, entries []legendEntry, left, top, width float64) float64 {
	const gap, pad = 6.0, 18.0
	x, y, row := 0.0, top, 0.0
	for _, e := range entries {
		lines := wrap(m, e.text, width-swatchW-gap, sizeSmall, false, 3)
		w := swatchW + gap + widest(m, lines, sizeSmall, false)
		if x > 0 && x+w > width {
			x, y, row = 0, y+row+3, 0
		}
		if c != nil {
			e.draw(c, left+x, y+1)
			block(c, left+x+swatchW+gap, y, lines, Type{Size: sizeSmall, Color: Ink})
		}
		x += w + pad
		row = max(row, blockHeight(len(lines), sizeSmall))
	}
	return y + row - top
}

// box is a swatch of one colour with an outline that shows on white.
func box(fill Color) swatch {
	return func(c Canvas, x, y float64) {
		c.Rect(x, y, swatchW, swatchH, Paint{Fill: fill, Stroke: Axis, Width: 0.75})
	}
}

func hatched(c Canvas, x, y float64) { hatch(c, x, y, swatchW, swatchH) }

// hatch marks an area whose value may not be shown: diagonal lines on paper grey.
func hatch(c Canvas, x, y, w, h float64) {
	c.Rect(x, y, w, h, Paint{Fill: Paper, Stroke: "#999999", Width: 0.75})
	const step = 6.0
	for d := step; d < w+h; d += step {
		x1, y1 := x+d, y
		if d > w {
			x1, y1 = x+w, y+d-w
		}
		x2, y2 := x, y+d
		if d > h {
			x2, y2 = x+d-h, y+h
		}
		c.Line(x1, y1, x2, y2, Stroke{Color: "#b3b3b3", Width: 0.75})
	}
}

// diamond is the mark of the own value.
func diamond(c Canvas, cx, cy, r float64) {
	c.Polygon([]Point{{cx, cy - r}, {cx + r, cy}, {cx, cy + r}, {cx - r, cy}},
		Paint{Fill: Own, Stroke: White, Width: 1.5})
}

// pointer is a triangle whose tip points down at (x, y): the own option of a bar.
func pointer(c Canvas, x, y, size float64) {
	c.Polygon([]Point{{x - size, y - size*1.3}, {x + size, y - size*1.3}, {x, y}}, Paint{Fill: Own})
}

// ticks are about n round values that span low to high, both inside.
func ticks(low, high float64, n int) []float64 {
	span := high - low
	if !(span > 0) || math.IsInf(span, 0) {
		return []float64{low}
	}
	step := math.Pow(10, math.Floor(math.Log10(span/float64(n))))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if span/(step*f) <= float64(n)+1e-9 {
			step *= f
			break
		}
	}
	var out []float64
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
		out = append(out, i*step)
	}
	return out
}

// decimals is how many decimals the values of a tick list need, at most 2.
func decimals(values []float64) int {
	digits := 0
	for _, v := range values {
		for digits < 2 && math.Abs(v*math.Pow(10, float64(digits))-math.Round(v*math.Pow(10, float64(digits)))) > 1e-6 {
			digits++
		}
	}
	return digits
}

// spread moves the centres of labels apart until each is at least gap from the
// next, staying in [low, high] when they fit, and keeps their order.
func spread(at []float64, gap, low, high float64) []float64 {
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case at[a] < at[b]:
			return -1
		case at[a] > at[b]:
			return 1
		}
		return 0
	})
	out := slices.Clone(at)
	next := low
	for _, i := range order {
		out[i] = max(out[i], next)
		next = out[i] + gap
	}
	next = high
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		out[i] = min(out[i], next)
		next = out[i] - gap
	}
	return out
}
