// Package chart draws the figures of reports: where an institution stands
// among its peers, how answers are distributed, what changed. A figure is a
// value; it draws itself on a Canvas, of which this package has the SVG one
// and internal/paper the PDF one.
//
// Figures are made so that they can be read without colour: every mark has a
// shape or a printed value of its own, texts have a contrast of at least 4.5:1
// with what lies behind them (WCAG 2.2, 1.4.3), and nothing depends on the
// order of a map, so the same figure gives the same bytes.
package chart

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"yagura/internal/chart/kinsoku"
)

// Chart is a figure. Lengths are in CSS pixels (1/96 inch); x grows to the
// right, y downwards.
type Chart interface {
	// Height is the height that the figure takes when it is width wide.
	Height(m Measurer, width float64) float64
	// Draw draws the figure at the origin of c, width wide.
	Draw(c Canvas, width float64)
	// Alt is the text alternative in one sentence, in the language of the figure.
	Alt() string
}

// Measurer knows how wide a text is.
type Measurer interface {
	TextWidth(text string, size float64, bold bool) float64
}

// Canvas is what a figure is drawn on.
type Canvas interface {
	Measurer
	Line(x1, y1, x2, y2 float64, s Stroke)
	Polyline(points []Point, s Stroke)
	Rect(x, y, w, h float64, p Paint)
	Circle(cx, cy, r float64, p Paint)
	Polygon(points []Point, p Paint)
	// Text draws one line; y is its baseline.
	Text(x, y float64, text string, t Type)
}

// Point is a place on a canvas.
type Point struct{ X, Y float64 }

// Stroke is how a line looks. Dash is the length of dash and gap; 0 is solid.
type Stroke struct {
	Color Color
	Width float64
	Dash  float64
}

// Paint is how a shape looks; an empty colour paints nothing.
type Paint struct {
	Fill   Color
	Stroke Color
	Width  float64
}

// Anchor is the point of a text that lies at its x.
type Anchor uint8

// The anchors: x is the left end, the middle or the right end of the text.
const (
	Start Anchor = iota
	Middle
	End
)

// Type is how a text looks. Size is the font size.
type Type struct {
	Size   float64
	Bold   bool
	Color  Color
	Anchor Anchor
}

// Value is a number that may be missing, because it was not answered or may
// not be shown. The zero Value is missing.
type Value struct {
	V  float64
	OK bool
}

// Of is a Value that is there. A number that is not finite is missing.
func Of(v float64) Value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Value{}
	}
	return Value{v, true}
}

// Format writes the value with a fixed number of decimals, and "－" when it is missing.
func (v Value) Format(digits int) string {
	if !v.OK {
		return "－"
	}
	return Number(v.V, digits)
}

// Number writes v with a fixed number of decimals (half away from zero on the
// decimal expansion of v), a comma between thousands and never a negative zero.
func Number(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		s = s[1:]
		if strings.Trim(s, "0.") != "" {
			sign = "-"
		}
	}
	whole, frac, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	return sign + whole
}

// narrow is the width under which labels move above their marks.
const narrow = 480

// Font sizes of the figures.
const (
	sizeLabel = 13.0
	sizeSmall = 12.0
	leading   = 1.35
)

// wrap breaks a label into at most max lines; what does not fit is cut with "…".
func wrap(m Measurer, text string, width, size float64, bold bool, max int) []string {
	lines := kinsoku.Lines(text, width, func(r rune) float64 { return m.TextWidth(string(r), size, bold) })
	if len(lines) > max {
		lines = lines[:max]
		last := strings.TrimRight(lines[max-1], " \u3000")
		for last != "" && m.TextWidth(last+"…", size, bold) > width {
			_, n := utf8.DecodeLastRuneInString(last)
			last = last[:len(last)-n]
		}
		lines[max-1] = last + "…"
	}
	return lines
}

// block draws lines of text from a top edge and returns their height.
func block(c Canvas, x, top float64, lines []string, t Type) float64 {
	for i, line := range lines {
		c.Text(x, top+float64(i)*t.Size*leading+t.Size*0.95, strings.TrimRight(line, " \u3000"), t)
	}
	return blockHeight(len(lines), t.Size)
}

func blockHeight(lines int, size float64) float64 { return float64(lines) * size * leading }

// widest is the width of the widest of texts.
func widest(m Measurer, texts []string, size float64, bold bool) float64 {
	w := 0.0
	for _, t := range texts {
		w = max(w, m.TextWidth(t, size, bold))
	}
	return w
}

func clamp(v, low, high float64) float64 { return max(low, min(high, v)) }
