package chart_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"yagura/internal/chart"
)

func layers() chart.Layers {
	return chart.Layers{Label: "map", Key: "critical", Columns: []chart.LayerColumn{
		{Title: "functions", Boxes: []chart.LayerBox{{Label: "payments", Note: "12 h", Marked: true}, {Label: "mail & <news>"}}},
		{Title: "providers", Boxes: []chart.LayerBox{{Label: strings.Repeat("a long name ", 20)}}},
		{Title: "subcontractors"},
	}, Links: []chart.LayerLink{{0, 0, 1, 0, true}, {0, 1, 1, 0, false}}}
}

// The drawing is well-formed, draws every box and line once, strong lines last, and stays
// within its height; a narrow one too.
func TestLayers(t *testing.T) {
	for _, width := range []float64{240, 960} {
		var b strings.Builder
		if err := chart.WriteSVG(&b, layers(), width); err != nil {
			t.Fatal(err)
		}
		svg := b.String()
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(svg, "<rect"); n != 5 { // three boxes, the mark of one, the legend's
			t.Errorf("%d boxes", n)
		}
		lines := strings.Split(svg, "<polyline")[1:]
		if len(lines) != 2 || !strings.Contains(lines[0], "dasharray") || strings.Contains(strings.Split(lines[1], "/>")[0], "dasharray") {
			t.Errorf("lines: %q", lines)
		}
		if width > 500 && (!strings.Contains(svg, "…") || !strings.Contains(svg, "mail &amp; &lt;news&gt;") || !strings.Contains(svg, `aria-label="map"`)) {
			t.Error(svg)
		}
	}
}
