package chart

import (
	"io"
	"math"
	"strconv"
)

// family is the font stack of SVG figures; no font is loaded.
const family = `'Noto Sans JP','BIZ UDPGothic','Hiragino Sans','Yu Gothic UI',Meiryo,sans-serif`

// WriteSVG writes the figure as one svg element, width pixels wide, with
// presentation attributes only (no style, no id, no script), so that it can
// stand inline under a strict content security policy, more than once.
func WriteSVG(w io.Writer, figure Chart, width float64) error {
	_, err := w.Write(AppendSVG(nil, figure, width, figure.Alt()))
	return err
}

// AppendSVG appends the figure to b as WriteSVG writes it, labelled with alt.
// With an empty alt the drawing is marked as decoration (aria-hidden), for a
// figure whose content stands beside it in words.
func AppendSVG(b []byte, figure Chart, width float64, alt string) []byte {
	c := &svg{b: b}
	height := figure.Height(c, width)
	c.b = append(c.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0`...)
	c.num(" ", width)
	c.num(" ", height)
	c.b = append(c.b, '"')
	c.attr("width", width)
	c.attr("height", height)
	if alt == "" {
		c.b = append(c.b, ` aria-hidden="true"`...)
	} else {
		c.b = append(c.b, ` role="img" aria-label="`...)
		c.escape(alt)
		c.b = append(c.b, '"')
	}
	c.b = append(c.b, ` font-family="`+family+`">`...)
	figure.Draw(c, width)
	return append(c.b, "</svg>"...)
}

type svg struct{ b []byte }

func (c *svg) TextWidth(text string, size float64, bold bool) float64 {
	return EstimateWidth(text, size, bold)
}

func (c *svg) Line(x1, y1, x2, y2 float64, s Stroke) {
	c.b = append(c.b, "<line"...)
	c.attr("x1", x1)
	c.attr("y1", y1)
	c.attr("x2", x2)
	c.attr("y2", y2)
	c.stroke(s)
	c.b = append(c.b, "/>"...)
}

func (c *svg) Polyline(points []Point, s Stroke) {
	c.b = append(c.b, "<polyline"...)
	c.points(points)
	c.b = append(c.b, ` fill="none"`...)
	c.stroke(s)
	c.b = append(c.b, "/>"...)
}

func (c *svg) Rect(x, y, w, h float64, p Paint) {
	c.b = append(c.b, "<rect"...)
	c.attr("x", x)
	c.attr("y", y)
	c.attr("width", w)
	c.attr("height", h)
	c.paint(p)
	c.b = append(c.b, "/>"...)
}

func (c *svg) Circle(cx, cy, r float64, p Paint) {
	c.b = append(c.b, "<circle"...)
	c.attr("cx", cx)
	c.attr("cy", cy)
	c.attr("r", r)
	c.paint(p)
	c.b = append(c.b, "/>"...)
}

func (c *svg) Polygon(points []Point, p Paint) {
	c.b = append(c.b, "<polygon"...)
	c.points(points)
	c.paint(p)
	c.b = append(c.b, "/>"...)
}

func (c *svg) Text(x, y float64, text string, t Type) {
	c.b = append(c.b, "<text"...)
	c.attr("x", x)
	c.attr("y", y)
	c.attr("font-size", t.Size)
	if t.Bold {
		c.b = append(c.b, ` font-weight="700"`...)
	}
	switch t.Anchor {
	case Middle:
		c.b = append(c.b, ` text-anchor="middle"`...)
	case End:
		c.b = append(c.b, ` text-anchor="end"`...)
	}
	c.color("fill", t.Color)
	c.b = append(c.b, '>')
	c.escape(text)
	c.b = append(c.b, "</text>"...)
}

func (c *svg) points(points []Point) {
	c.b = append(c.b, ` points="`...)
	for i, p := range points {
		if i > 0 {
			c.b = append(c.b, ' ')
		}
		c.num("", p.X)
		c.num(",", p.Y)
	}
	c.b = append(c.b, '"')
}

func (c *svg) paint(p Paint) {
	if p.Fill == None {
		c.b = append(c.b, ` fill="none"`...)
	} else {
		c.color("fill", p.Fill)
	}
	if p.Stroke != None {
		c.stroke(Stroke{Color: p.Stroke, Width: p.Width})
	}
}

func (c *svg) stroke(s Stroke) {
	c.color("stroke", s.Color)
	if s.Width != 1 {
		c.attr("stroke-width", s.Width)
	}
	if s.Dash > 0 {
		c.attr("stroke-dasharray", s.Dash)
	}
}

func (c *svg) color(name string, v Color) {
	c.b = append(c.b, ' ')
	c.b = append(c.b, name...)
	c.b = append(c.b, `="`...)
	c.b = append(c.b, v...)
	c.b = append(c.b, '"')
}

func (c *svg) attr(name string, v float64) {
	c.b = append(c.b, ' ')
	c.b = append(c.b, name...)
	c.num(`="`, v)
	c.b = append(c.b, '"')
}

// num writes a coordinate to a hundredth of a pixel.
func (c *svg) num(before string, v float64) {
	c.b = append(c.b, before...)
	v = math.Round(v*100) / 100
	if v == 0 {
		v = 0 // a negative zero would print its sign
	}
	c.b = strconv.AppendFloat(c.b, v, 'f', -1, 64)
}

// escape writes text for XML; characters that XML 1.0 forbids become U+FFFD.
func (c *svg) escape(text string) {
	for _, r := range text {
		switch {
		case r == '&':
			c.b = append(c.b, "&amp;"...)
		case r == '<':
			c.b = append(c.b, "&lt;"...)
		case r == '>':
			c.b = append(c.b, "&gt;"...)
		case r == '"':
			c.b = append(c.b, "&quot;"...)
		case r == '\n', r == '\t':
			c.b = append(c.b, ' ')
		case r < ' ', r == 0xfffe, r == 0xffff:
			c.b = append(c.b, "\ufffd"...)
		default:
			c.b = append(c.b, string(r)...)
		}
	}
}
