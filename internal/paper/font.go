package paper

import (
	_ "embed"
	"fmt"

	"github.com/signintech/gopdf"
)

// BIZ UDPGothic by Morisawa, SIL Open Font License 1.1 (font/OFL.txt), as the
// npm package @expo-google-fonts/biz-udpgothic 0.4.2 carries it.
var (
	//go:embed font/BIZUDPGothic_400Regular.ttf
	regularTTF []byte
	//go:embed font/BIZUDPGothic_700Bold.ttf
	boldTTF []byte
)

// Names of the faces in a PDF.
const (
	regularName = "BIZUDPGothic-Regular"
	boldName    = "BIZUDPGothic-Bold"
)

// absent is the width noted for a character that a face lacks.
const absent = 0xffff

// face knows the advance widths of a font: thousandths of an em by character
// of the basic plane, and those of the other planes in a map.
type face struct {
	bmp    [1 << 16]uint16
	beyond map[rune]uint16
}

// newFace reads the widths of all characters of a TrueType font once, so that
// measuring a text is a look-up per character.
func newFace(name string, ttf []byte) (*face, error) {
	var font gopdf.SubsetFontObj
	font.SetFamily(name)
	if err := font.SetTTFData(ttf); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	f := &face{beyond: map[rune]uint16{}}
	for i := range f.bmp {
		f.bmp[i] = absent
	}
	p := font.GetTTFParser()
	for seg := range p.SegCount {
		for c := p.StartCount[seg]; c <= p.EndCount[seg] && c < 0xffff; c++ {
			if glyph, err := font.CharCodeToGlyphIndex(rune(c)); err == nil && glyph != 0 {
				f.bmp[c] = uint16(font.GlyphIndexToPdfWidth(glyph))
			}
		}
	}
	for _, group := range p.GroupingTables() {
		for c := max(group.StartCharCode, 1<<16); c <= group.EndCharCode; c++ {
			f.beyond[rune(c)] = uint16(font.GlyphIndexToPdfWidth(group.GlyphID + c - group.StartCharCode))
		}
	}
	return f, nil
}

// width is the advance of r in thousandths of an em, and whether the face has it.
func (f *face) width(r rune) (uint16, bool) {
	w := uint16(absent)
	if r >= 0 && r < 1<<16 {
		w = f.bmp[r]
	} else if beyond, ok := f.beyond[r]; ok {
		w = beyond
	}
	return w, w != absent
}
