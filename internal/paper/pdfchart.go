package paper

import (
	"math"

	"github.com/signintech/gopdf"

	"yagura/internal/chart"
)

// rgb splits a colour.
func rgb(c string) (r, g, b uint8) { return chart.Color(c).RGB() }

// canvas draws figures on a sheet: pixels of a figure times scale are points.
type canvas struct {
	p     *pen
	x, y  float64 // top left of the figure on the sheet
	scale float64
}

func (c *canvas) TextWidth(text string, size float64, bold bool) float64 {
	return c.p.width(c.p.clean(text, bold), size, bold)
}

func (c *canvas) stroke(s chart.Stroke) {
	c.p.gp.SetStrokeColor(rgb(string(s.Color)))
	c.p.gp.SetLineWidth(s.Width * c.scale)
}

func (c *canvas) dash(s chart.Stroke) func() {
	if s.Dash <= 0 {
		return func() {}
	}
	c.p.gp.SetCustomLineType([]float64{s.Dash * c.scale, s.Dash * c.scale}, 0)
	return func() { c.p.gp.SetLineType("solid") }
}

func (c *canvas) Line(x1, y1, x2, y2 float64, s chart.Stroke) {
	c.stroke(s)
	done := c.dash(s)
	c.p.gp.Line(c.x+x1*c.scale, c.y+y1*c.scale, c.x+x2*c.scale, c.y+y2*c.scale)
	done()
}

func (c *canvas) Polyline(points []chart.Point, s chart.Stroke) {
	for i := 1; i < len(points); i++ {
		c.Line(points[i-1].X, points[i-1].Y, points[i].X, points[i].Y, s)
	}
}

// style sets the colours of a shape and names what gopdf shall do with it.
func (c *canvas) style(p chart.Paint) string {
	style := ""
	if p.Fill != chart.None {
		c.p.gp.SetFillColor(rgb(string(p.Fill)))
		style = "F"
	}
	if p.Stroke != chart.None {
		c.stroke(chart.Stroke{Color: p.Stroke, Width: p.Width})
		style += "D"
	}
	return style
}

func (c *canvas) Rect(x, y, w, h float64, p chart.Paint) {
	if style := c.style(p); style != "" {
		c.p.gp.RectFromUpperLeftWithStyle(c.x+x*c.scale, c.y+y*c.scale, w*c.scale, h*c.scale, style)
	}
}

// Circle draws a polygon of 24 corners, at the size of a mark a circle to the eye.
func (c *canvas) Circle(cx, cy, r float64, p chart.Paint) {
	const corners = 24
	points := make([]chart.Point, corners)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		points[i] = chart.Point{X: cx + r*cos, Y: cy + r*sin}
	}
	c.Polygon(points, p)
}

func (c *canvas) Polygon(points []chart.Point, p chart.Paint) {
	style := c.style(p)
	if style == "" {
		return
	}
	out := make([]gopdf.Point, len(points))
	for i, at := range points {
		out[i] = gopdf.Point{X: c.x + at.X*c.scale, Y: c.y + at.Y*c.scale}
	}
	c.p.gp.Polygon(out, style)
}

func (c *canvas) Text(x, y float64, text string, t chart.Type) {
	text = c.p.clean(text, t.Bold)
	switch t.Anchor {
	case chart.Middle:
		x -= c.p.width(text, t.Size, t.Bold) / 2
	case chart.End:
		x -= c.p.width(text, t.Size, t.Bold)
	}
	c.p.text(c.x+x*c.scale, c.y+y*c.scale, text, t.Size*c.scale, t.Bold, string(t.Color))
}
