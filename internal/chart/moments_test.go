package chart_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"yagura/internal/chart"
)

// Every moment has its words and a mark on its track, at the right place, at any width; a
// rough one is a bar; none, and all at one time, are drawn too.
func TestMoments(t *testing.T) {
	rows := []chart.MomentRow{{Label: "occurred", Text: "<2026>", From: 0, To: 0}, {Label: "detected", From: 40, To: 60}, {Label: "recovered " + strings.Repeat("long ", 60), From: 100, To: 100}}
	for _, width := range []float64{240, 960} {
		for n := range 4 {
			var b strings.Builder
			if err := chart.WriteSVG(&b, chart.Moments{Label: "m", Rows: rows[:n]}, width); err != nil {
				t.Fatal(err)
			}
			for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			bars, dots := max(0, min(n-1, 1)), n-max(0, min(n-1, 1))
			if strings.Count(b.String(), "<circle") != dots || strings.Count(b.String(), "<rect") != bars {
				t.Errorf("%d rows: %s", n, b.String())
			}
		}
	}
	var b strings.Builder
	if err := chart.WriteSVG(&b, chart.Moments{Label: "m", Rows: rows}, 960); err != nil {
		t.Fatal(err)
	}
	if svg := b.String(); !strings.Contains(svg, `cx="10"`) || !strings.Contains(svg, `cx="950"`) || !strings.Contains(svg, "…") && !strings.Contains(svg, "long") {
		t.Error(svg)
	}
}
