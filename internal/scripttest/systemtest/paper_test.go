package systemtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

var pageCount = regexp.MustCompile(`(?m)^Pages:\s+(\d+)`)

// TestFeedbackAsPDF reads a feedback as other programs do: its words can be
// searched, its fonts are inside, and no page lacks the marking.
func TestFeedbackAsPDF(t *testing.T) {
	needs(t, "pdfinfo", "pdftotext", "pdffonts")
	for _, lang := range i18n.Langs {
		d := demoIn(t, lang)
		t.Run(string(lang), func(t *testing.T) {
			pages := pagesOf(t, d.feedback(".pdf"))
			text := words(t, d.feedback(".pdf"), 1, pages)
			for _, want := range append(sectionTitles(t, lang), d.name(t)) {
				if !strings.Contains(text, squeeze(want)) {
					t.Errorf("the text of the PDF lacks %q", want)
				}
			}
			for p := 1; p <= pages; p++ {
				if !strings.Contains(words(t, d.feedback(".pdf"), p, p), squeeze(marking)) {
					t.Errorf("page %d lacks the marking", p)
				}
			}
			fontsInside(t, d.feedback(".pdf"))
		})
	}
	for _, lang := range i18n.Langs {
		sector := demoIn(t, lang).file("reports", "sector.pdf")
		fontsInside(t, sector)
		for p := pagesOf(t, sector); p > 0; p-- {
			if !strings.Contains(words(t, sector, p, p), squeeze(marking)) {
				t.Errorf("page %d of the sector report lacks the marking", p)
			}
		}
	}
}

func pagesOf(t *testing.T, file string) int {
	t.Helper()
	info, _ := run(t, time.Minute, "pdfinfo", file)
	m := pageCount.FindStringSubmatch(info)
	if m == nil {
		t.Fatalf("pdfinfo does not tell the pages: %s", info)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n < 1 {
		t.Fatalf("%s has %s pages", file, m[1])
	}
	return n
}

// words is the text of pages without spaces and line ends.
func words(t *testing.T, file string, first, last int) string {
	t.Helper()
	text, _ := run(t, time.Minute, "pdftotext", "-f", fmt.Sprint(first), "-l", fmt.Sprint(last), file, "-")
	return squeeze(text)
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func fontsInside(t *testing.T, file string) {
	t.Helper()
	list, _ := run(t, time.Minute, "pdffonts", file)
	lines := strings.Split(strings.TrimSpace(list), "\n")
	if len(lines) < 3 {
		t.Fatalf("%s: no fonts:\n%s", file, list)
	}
	at := strings.Index(lines[0], "emb")
	for _, line := range lines[2:] {
		if !strings.HasPrefix(line[at:], "yes") {
			t.Errorf("%s: a font is not embedded: %s", file, line)
		}
	}
}

// sectionTitles are the titles of the demo's questionnaire.
func sectionTitles(t *testing.T, lang i18n.Lang) []string {
	t.Helper()
	const name = "forms/regional-self-assessment@2026.yaml"
	data, err := catalog.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, found := form.Parse(name, data)
	if f == nil || len(f.Sections) == 0 {
		t.Fatal(found)
	}
	var titles []string
	for _, s := range f.Sections {
		titles = append(titles, s.Title.In(lang))
	}
	return titles
}
