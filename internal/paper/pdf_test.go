package paper

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yagura/internal/i18n"
)

func renderPDF(t *testing.T, d *Document) ([]byte, []Missing) {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	missing, err := r.PDF(&b, d)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), missing
}

// squeeze drops spaces, of which a line end may hold more or fewer.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \u3000\n", r) {
			return -1
		}
		return r
	}, s)
}

// TestPDFLosesNothing reads the text back and looks for every text of the sample.
func TestPDFLosesNothing(t *testing.T) {
	for _, lang := range i18n.Langs {
		d := sample(lang)
		file, missing := renderPDF(t, d)
		if len(missing) > 0 {
			t.Errorf("%s: the font lacks %v", lang, missing)
		}
		text, sheets := pdfText(t, file)
		text = squeeze(text)
		for _, want := range textsOf(d) {
			if !strings.Contains(text, squeeze(want)) {
				t.Errorf("%s: %q is not on paper", lang, want)
			}
		}
		for _, mark := range []string{d.Marking, d.Notice, d.Footer} {
			if n := strings.Count(text, squeeze(mark)); n < sheets {
				t.Errorf("%s: %q is on %d of %d sheets", lang, mark, n, sheets)
			}
		}
		if want := fmt.Sprintf("%d/%d", sheets, sheets); !strings.Contains(text, want) {
			t.Errorf("%s: the last sheet is not numbered %s", lang, want)
		}
	}
}

// textsOf are the texts of a document that must be on paper.
func textsOf(d *Document) []string {
	out := []string{d.Title, d.Subtitle, d.Author, d.Date}
	for _, block := range d.Blocks {
		switch t := block.(type) {
		case Heading:
			out = append(out, t.Text)
		case Paragraph:
			out = append(out, t.Text)
		case List:
			out = append(out, t.Items...)
		case Letter:
			out = slices.Concat(out, t.To, t.From, t.Body, []string{t.Number, t.Date, t.Subject, t.Closing})
		case Figure:
			out = append(out, t.Caption, t.Source)
		case KeyFigures:
			for _, k := range t {
				out = append(out, k.Label, k.Value, k.Unit, k.Note)
			}
		case Note:
			out = append(out, t.title(d), t.Text)
		case Table:
			out = append(out, t.Caption, t.Source)
			for _, c := range t.Columns {
				out = append(out, c.Title)
			}
			for _, row := range t.Rows {
				for i, c := range t.Columns {
					out = append(out, cell(row, i).show(c))
				}
			}
		}
	}
	return out
}

// TestPDFSplitsTallRows: a row higher than a sheet goes on over as many as it needs.
func TestPDFSplitsTallRows(t *testing.T) {
	long := strings.Repeat("長い回答の文章が続きます。", 700)
	d := &Document{Lang: i18n.JA, Title: "長い行", Blocks: []Block{
		Table{Columns: []Column{{Title: "番号"}, {Title: "回答"}}, Rows: [][]Cell{{Text("1"), Text(long)}, {Text("2"), Text("終わり")}}},
		Note{Text: long}, Paragraph{long}}}
	file, _ := renderPDF(t, d)
	text, sheets := pdfText(t, file)
	if n := strings.Count(squeeze(text), "長い回答の文章が続きます。"); n < 3*600 {
		t.Errorf("%d sentences are on paper, want nearly %d", n, 3*700)
	}
	if !strings.Contains(text, "終わり") || sheets < 4 {
		t.Errorf("the table ends early, on %d sheets", sheets)
	}
	if got := strings.Count(text, "長"); got != 3*700+1+sheets {
		t.Errorf("%d first characters are on paper, want %d, one title and one at each foot", got, 3*700)
	}
}

func TestPDFMissingCharacters(t *testing.T) {
	d := &Document{Lang: i18n.JA, Title: "辻\U000E0100さん😀", Blocks: []Block{Paragraph{"髙﨑①㈱Ⅲ～−—♥\u200b終😀"}, Heading{Level: 1, Text: "😀"}}}
	file, missing := renderPDF(t, d)
	text, _ := pdfText(t, file)
	if !strings.Contains(text, "辻さん〓") || !strings.Contains(text, "髙﨑①㈱Ⅲ～") {
		t.Errorf("text on paper: %q", text)
	}
	if strings.ContainsRune(text, '😀') {
		t.Error("a character that the font lacks is claimed to be there")
	}
	at := slices.IndexFunc(missing, func(m Missing) bool { return m.Rune == '😀' })
	if at < 0 || missing[at].Count < 2 {
		t.Errorf("missing = %v, want 😀 in it", missing)
	}
	if !slices.ContainsFunc(missing, func(m Missing) bool { return m.Rune == 0xE0100 }) {
		t.Errorf("missing = %v, want the variation selector in it", missing)
	}
}

// TestFaceWidths: ideographs are an em wide, Latin letters are proportional.
func TestFaceWidths(t *testing.T) {
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	for char, want := range map[rune]uint16{'漢': 1000, '〓': 1000} {
		if got, ok := r.regular.width(char); !ok || got != want {
			t.Errorf("width of %c = %d, %v; want %d", char, got, ok, want)
		}
	}
	i, _ := r.regular.width('i')
	if w, _ := r.regular.width('w'); i >= w || i == 0 {
		t.Errorf("i is %d wide, w %d", i, w)
	}
	if _, ok := r.regular.width('😀'); ok {
		t.Error("the font is said to have an emoji")
	}
}
