package paper

import (
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/signintech/gopdf"

	"yagura/internal/chart/kinsoku"
)

// Renderer makes PDF files. It holds the parsed fonts, which is most of the
// work of a small file, and may be used by several goroutines at once.
type Renderer struct {
	fonts         *gopdf.FontContainer
	regular, bold *face
}

// NewRenderer parses the fonts.
func NewRenderer() (*Renderer, error) {
	r := &Renderer{fonts: new(gopdf.FontContainer)}
	for _, f := range []struct {
		name string
		ttf  []byte
		into **face
	}{{regularName, regularTTF, &r.regular}, {boldName, boldTTF, &r.bold}} {
		if err := r.fonts.AddTTFFontData(f.name, f.ttf); err != nil {
			return nil, fmt.Errorf("font %s: %w", f.name, err)
		}
		parsed, err := newFace(f.name, f.ttf)
		if err != nil {
			return nil, err
		}
		*f.into = parsed
	}
	return r, nil
}

var shared = sync.OnceValues(NewRenderer)

// PDF writes the document with a Renderer that is made once per process.
func PDF(w io.Writer, d *Document) error {
	r, err := shared()
	if err != nil {
		return err
	}
	_, err = r.PDF(w, d)
	return err
}

// Missing is a character that the font lacks, printed as 〓 (geta), or a
// variation selector that was left out, and how often it occurred.
type Missing struct {
	Rune  rune
	Count int
}

// geta stands for a character that cannot be printed, as printers do in Japan.
const geta = '〓'

// The sheet: A4, lengths in points.
const (
	sheetW, sheetH = 595.28, 841.89
	marginX        = 51.0 // 18 mm
	contentTop     = 64.0
	contentBottom  = sheetH - 56
	contentW       = sheetW - 2*marginX
)

// PDF writes the document on A4 sheets with the fonts embedded, and returns
// the characters that the fonts lack, by code point.
func (r *Renderer) PDF(w io.Writer, d *Document) ([]Missing, error) {
	gp := &gopdf.GoPdf{}
	gp.Start(gopdf.Config{PageSize: gopdf.Rect{W: sheetW, H: sheetH}, Unit: gopdf.UnitPT})
	gp.SetCompressLevel(zlib.BestSpeed)
	for _, name := range []string{regularName, boldName} {
		if err := gp.AddTTFFontFromFontContainer(name, r.fonts); err != nil {
			return nil, err
		}
	}
	f := &flow{pen: pen{r: r, gp: gp, missing: map[rune]int{}}, doc: d}
	gp.SetInfo(gopdf.PdfInfo{Title: basic(joinNonEmpty(" ", d.Title, d.Subtitle)), Author: basic(d.Author), Subject: basic(d.Marking), Creator: "Yagura"})
	f.document()
	f.frames()
	if f.err != nil {
		return nil, f.err
	}
	if _, err := gp.WriteTo(w); err != nil {
		return nil, err
	}
	return f.missed(), nil
}

// basic replaces characters beyond the basic plane, which gopdf cannot write
// in titles of outlines and properties.
func basic(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return geta
		}
		return r
	}, s)
}

// pen writes and draws on the current sheet.
type pen struct {
	r       *Renderer
	gp      *gopdf.GoPdf
	missing map[rune]int
	bold    bool    // current face
	size    float64 // current size; 0 before the first text
	err     error   // the first failure
}

func (p *pen) missed() []Missing {
	var out []Missing
	for r, n := range p.missing {
		out = append(out, Missing{r, n})
	}
	slices.SortFunc(out, func(a, b Missing) int { return int(a.Rune) - int(b.Rune) })
	return out
}

func (p *pen) face(bold bool) *face {
	if bold {
		return p.r.bold
	}
	return p.r.regular
}

// clean makes a text printable: characters that the face lacks become 〓,
// variation selectors and control characters go.
func (p *pen) clean(text string, bold bool) string {
	f := p.face(bold)
	fine := true
	for _, r := range text {
		if _, ok := f.width(r); !ok || r < ' ' {
			fine = false
			break
		}
	}
	if fine {
		return text
	}
	return strings.Map(func(r rune) rune {
		_, ok := f.width(r)
		switch {
		case r == '\n':
			return r
		case r == '\t' || unicode.Is(unicode.Zs, r) && !ok:
			return ' '
		case r < ' ' || r == 0x7f || unicode.Is(unicode.Cf, r):
			return -1
		case r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef:
			p.missing[r]++
			return -1
		case !ok:
			p.missing[r]++
			return geta
		}
		return r
	}, text)
}

// width is how wide a clean text is, in points.
func (p *pen) width(text string, size float64, bold bool) float64 {
	f := p.face(bold)
	sum := 0
	for _, r := range text {
		if w, ok := f.width(r); ok {
			sum += int(w)
		}
	}
	return float64(sum) * size / 1000
}

// lines breaks a text to a width and makes it printable.
func (p *pen) lines(text string, width, size float64, bold bool) []string {
	if text == "" {
		return nil
	}
	f := p.face(bold)
	out := kinsoku.Lines(p.clean(text, bold), width, func(r rune) float64 {
		w, _ := f.width(r)
		return float64(w) * size / 1000
	})
	for i, line := range out {
		out[i] = strings.TrimRight(line, " \u3000")
	}
	return out
}

// align is where a text lies in its width.
type align uint8

const (
	left align = iota
	centre
	rightward
)

// text writes one clean line with its baseline at y.
func (p *pen) text(x, y float64, text string, size float64, bold bool, color string) {
	if text == "" || p.err != nil {
		return
	}
	if p.size != size || p.bold != bold {
		name := regularName
		if bold {
			name = boldName
		}
		p.err = p.gp.SetFont(name, "", size)
		p.size, p.bold = size, bold
	}
	p.gp.SetTextColor(rgb(color))
	p.gp.SetXY(x, y)
	if err := p.gp.Text(text); err != nil && p.err == nil {
		p.err = err
	}
}

// aligned writes a clean line within a width.
func (p *pen) aligned(x, y, width float64, text string, size float64, bold bool, color string, to align) {
	switch to {
	case centre:
		x += (width - p.width(text, size, bold)) / 2
	case rightward:
		x += width - p.width(text, size, bold)
	}
	p.text(x, y, text, size, bold, color)
}

// fill paints a rectangle. The colour is set each time, because gopdf's texts
// leave their own colour behind.
func (p *pen) fill(x, y, w, h float64, color string) {
	p.gp.SetFillColor(rgb(color))
	p.gp.RectFromUpperLeftWithStyle(x, y, w, h, "F")
}

func (p *pen) line(x1, y1, x2, y2, width float64, color string) {
	p.gp.SetStrokeColor(rgb(color))
	p.gp.SetLineWidth(width)
	p.gp.Line(x1, y1, x2, y2)
}
