package chart

import (
	"fmt"
	"math"
)

// probe is a canvas that remembers what was painted, to find out what lies
// behind a text and whether texts touch.
type probe struct {
	shapes []shape
	texts  []label
}

type shape struct {
	points []Point // outline of a filled shape
	color  Color
}

type label struct {
	text           string
	x, y, w, h     float64 // box of the glyphs
	color, ground  Color   // worst background of several places of the text
	groundContrast float64
}

func (p *probe) TextWidth(text string, size float64, bold bool) float64 {
	return EstimateWidth(text, size, bold)
}

func (p *probe) Line(x1, y1, x2, y2 float64, s Stroke) {
	d := math.Hypot(x2-x1, y2-y1)
	if d == 0 {
		return
	}
	nx, ny := (y2-y1)/d*s.Width/2, (x1-x2)/d*s.Width/2
	p.shapes = append(p.shapes, shape{[]Point{{x1 + nx, y1 + ny}, {x2 + nx, y2 + ny}, {x2 - nx, y2 - ny}, {x1 - nx, y1 - ny}}, s.Color})
}

func (p *probe) Polyline(points []Point, s Stroke) {
	for i := 1; i < len(points); i++ {
		p.Line(points[i-1].X, points[i-1].Y, points[i].X, points[i].Y, s)
	}
}

func (p *probe) Rect(x, y, w, h float64, paint Paint) {
	p.Polygon([]Point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, paint)
}

func (p *probe) Circle(cx, cy, r float64, paint Paint) {
	p.Rect(cx-r, cy-r, 2*r, 2*r, paint)
}

func (p *probe) Polygon(points []Point, paint Paint) {
	if paint.Fill != None {
		p.shapes = append(p.shapes, shape{points, paint.Fill})
	}
}

func (p *probe) Text(x, y float64, text string, t Type) {
	w := p.TextWidth(text, t.Size, t.Bold)
	switch t.Anchor {
	case Middle:
		x -= w / 2
	case End:
		x -= w
	}
	l := label{text: text, x: x, y: y - t.Size*0.8, w: w, h: t.Size * 0.95, color: t.Color, groundContrast: math.Inf(1)}
	for i := range 9 {
		for k := range 3 {
			at := Point{x + w*(0.05+0.9*float64(i)/8), l.y + l.h*(0.2+0.3*float64(k))}
			ground := p.at(at)
			if c := Contrast(t.Color, ground); c < l.groundContrast {
				l.ground, l.groundContrast = ground, c
			}
		}
	}
	p.texts = append(p.texts, l)
}

// at is the colour painted last at a place; the page is white.
func (p *probe) at(q Point) Color {
	for i := len(p.shapes) - 1; i >= 0; i-- {
		if inside(p.shapes[i].points, q) {
			return p.shapes[i].color
		}
	}
	return White
}

func inside(points []Point, q Point) bool {
	in := false
	for i, j := 0, len(points)-1; i < len(points); j, i = i, i+1 {
		a, b := points[i], points[j]
		if (a.Y > q.Y) != (b.Y > q.Y) && q.X < (b.X-a.X)*(q.Y-a.Y)/(b.Y-a.Y)+a.X {
			in = !in
		}
	}
	return in
}

// faults are texts that are too faint, that touch another or leave the figure.
func (p *probe) faults(width, height float64) []string {
	var out []string
	for i, a := range p.texts {
		if a.groundContrast < MinContrast {
			out = append(out, fmt.Sprintf("%q in %s on %s has a contrast of %.2f", a.text, a.color, a.ground, a.groundContrast))
		}
		if a.x < -0.5 || a.y < -0.5 || a.x+a.w > width+0.5 || a.y+a.h > height+0.5 {
			out = append(out, fmt.Sprintf("%q at %.1f,%.1f size %.1f×%.1f leaves the figure of %.1f×%.1f", a.text, a.x, a.y, a.w, a.h, width, height))
		}
		for _, b := range p.texts[i+1:] {
			if a.x+a.w > b.x+0.5 && b.x+b.w > a.x+0.5 && a.y+a.h > b.y+0.5 && b.y+b.h > a.y+0.5 {
				out = append(out, fmt.Sprintf("%q touches %q", a.text, b.text))
			}
		}
	}
	return out
}
