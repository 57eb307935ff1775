package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yagura/internal/i18n"
)

// figures are one of each chart, with missing values, bands and long labels.
func figures(lang i18n.Lang) map[string]Chart {
	t := func(ja, en string) string { return i18n.Text{JA: ja, EN: en}.In(lang) }
	long := t("サードパーティ・クラウドサービスの管理および委託先の監督に関する体制", "Oversight of third parties, cloud services and everything that was outsourced")
	row := func(label string, own, m float64) StripRow {
		return StripRow{Label: label, Own: Of(own), Previous: Of(own - 5), Target: Of(75), P10: Of(m - 20), P25: Of(m - 10), Median: Of(m), P75: Of(m + 10), P90: Of(m + 20), Position: t("上位25%", "top 25%")}
	}
	parts := []Part{{Share: 0.03, Text: "<10%"}, {Share: 0.27}, {Share: 0.4}, {Share: 0.2}, {Share: 0.1, Hidden: true}}
	return map[string]Chart{
		"strip": Strip{Lang: lang, Label: "strip", Max: 100, Digits: 1, Rows: []StripRow{
			row(t("経営", "Board"), 0, 30), row(long, 100, 70), {Label: t("監査", "Audit"), Own: Of(40)}, {Label: t("未回答", "No answer")}}},
		"stack": Stack{Lang: lang, Label: "stack", Options: []string{t("未実施", "None"), t("一部", "Some"), t("実施", "Done"), long, t("最適化", "Best")}, Rows: []StackRow{
			{Label: t("全体", "All"), Parts: parts, Own: 3, Note: "n=100"}, {Label: long, Parts: parts, Own: 0}, {Label: t("少数", "Few"), Own: NoOwn}}},
		"heat": Heat{Lang: lang, Label: "heat", Max: 100, Digits: 1, Columns: []string{t("経営", "Board"), long, t("検知・ログ", "Detection")}, Rows: []HeatRow{
			{Label: t("地銀", "Regional"), Cells: []Value{Of(0), Of(35), Of(50)}}, {Label: long, Cells: []Value{Of(61), Of(76), Of(100)}}, {Label: "x", Cells: []Value{{}, Of(88)}}}},
		"change": Change{Lang: lang, Label: "change", Rows: []ChangeRow{
			{Label: t("経営", "Board"), Worse: Of(0), Same: Of(40), Better: Of(1)}, {Label: long, Worse: Of(12), Same: Of(0), Better: Of(30)}, {Label: "x"}}},
		"trend": Trend{Lang: lang, Label: "trend", Times: []string{"2024", "2025", "2026"}, Max: 100, Series: []Series{
			{Label: t("自機関", "Own"), Own: true, Values: []Value{Of(50), Of(51), Of(52)}}, {Label: t("信金", "Shinkin"), Values: []Value{Of(49), {}, Of(52)}},
			{Label: t("信組", "Credit coop"), Values: []Value{Of(100), Of(0), Of(51.5)}, Break: 1}}},
		"bars": Bars{Lang: lang, Label: "bars", Max: 100, Unit: "%", MarkName: long, Rows: []Bar{
			{Label: t("多要素認証", "MFA"), Value: Of(100), Mark: Of(70)}, {Label: long, Value: Of(3), Marked: true}, {Label: "x"}, {Label: "y", Text: "<10%"}}},
		"histogram": Histogram{Lang: lang, Label: "histogram", Unit: t("先", ""), Classes: []Class{
			{Label: "0–20"}, {Label: "20–40", Count: Of(12), Text: "10–19"}, {Label: "40–60", Count: Of(120)}, {Label: "60–80", Count: Of(88), Own: true}, {Label: "80–100", Count: Of(0)}}},
		"ministack": MiniStack{Label: "mini", Parts: parts, Own: 1},
		"ministrip": MiniStrip{Label: "mini", Max: 100, Row: row("", 30, 50)},
		"spark":     Spark{Label: "spark", Max: 10, Values: []Value{Of(1), {}, Of(5), Of(7)}},
	}
}

var widths = []float64{288, 479, 720}

// TestLegible checks contrast, collisions and bounds of every text of every
// chart in both languages, on narrow and wide drawings.
func TestLegible(t *testing.T) {
	for _, lang := range i18n.Langs {
		for name, figure := range figures(lang) {
			for _, width := range widths {
				p := &probe{}
				figure.Draw(p, width)
				for _, fault := range p.faults(width, figure.Height(p, width)) {
					t.Errorf("%s, %s, %v wide: %s", name, lang, width, fault)
				}
			}
		}
	}
}

// TestProbeSees makes sure that the probe can fail.
func TestProbeSees(t *testing.T) {
	p := &probe{}
	p.Rect(0, 0, 100, 20, Paint{Fill: Blue400})
	p.Text(5, 15, "faint", Type{Size: 12, Color: White})
	p.Text(6, 16, "touching", Type{Size: 12, Color: Ink})
	p.Text(90, 15, "outside", Type{Size: 12, Color: Ink})
	if got := p.faults(100, 20); len(got) != 3 {
		t.Errorf("faults = %q, want three", got)
	}
}

func TestSVG(t *testing.T) {
	for _, lang := range i18n.Langs {
		for name, figure := range figures(lang) {
			var b, again bytes.Buffer
			if err := WriteSVG(&b, figure, 720); err != nil {
				t.Fatal(err)
			}
			if err := WriteSVG(&again, figure, 720); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
				t.Errorf("%s: two drawings differ (%v)", name, err)
			}
			checkXML(t, name, b.Bytes())
			if lang == i18n.JA {
				golden(t, name+".svg", b.Bytes())
			}
		}
	}
}

// checkXML checks that a drawing is well-formed, labelled and free of style.
func checkXML(t *testing.T, name string, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	root := true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attrs := map[string]string{}
		for _, a := range element.Attr {
			attrs[a.Name.Local] = a.Value
		}
		for _, bad := range []string{"style", "class", "id", "onload", "href"} {
			if _, there := attrs[bad]; there {
				t.Errorf("%s: <%s> has the attribute %s", name, element.Name.Local, bad)
			}
		}
		if root && (attrs["role"] != "img" || attrs["aria-label"] == "") {
			t.Errorf("%s: the root lacks role img or its label", name)
		}
		root = false
	}
}

func TestSVGEscapes(t *testing.T) {
	const nasty = "<script>&\"'\x01𠮷"
	var b bytes.Buffer
	if err := WriteSVG(&b, Bars{Label: nasty, Max: 1, Rows: []Bar{{Label: nasty, Value: Of(1)}}}, 720); err != nil {
		t.Fatal(err)
	}
	checkXML(t, "nasty", b.Bytes())
	if strings.Contains(b.String(), "<script") {
		t.Error("markup in a label was not escaped")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden file; look at it and run with UPDATE=1 if it is right", name)
	}
}
