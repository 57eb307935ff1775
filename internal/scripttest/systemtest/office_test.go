package systemtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yagura/internal/i18n"
)

// office has LibreOffice write a file anew in another format.
func office(t *testing.T, format, file string) string {
	t.Helper()
	dir := t.TempDir()
	run(t, 2*time.Minute, "soffice", "-env:UserInstallation=file://"+filepath.Join(sandbox, "office"), "--headless",
		"--convert-to", format, "--outdir", dir, file)
	out := filepath.Join(dir, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))+"."+format)
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Fatalf("LibreOffice did not write %s: %v", out, err)
	}
	return out
}

// TestWorkbookThroughLibreOffice: a workbook that was opened and saved in
// LibreOffice holds the same answers.
func TestWorkbookThroughLibreOffice(t *testing.T) {
	needs(t, "soffice")
	for _, lang := range i18n.Langs {
		book := demoIn(t, lang).file("sector", "workbooks", party+".xlsx")
		before, after := answersOf(t, book), answersOf(t, office(t, "xlsx", book))
		if n := strings.Count(before, "\n"); n < 70 {
			t.Errorf("%s: the workbook has only %d answers", lang, n)
		}
		if before != after {
			t.Errorf("%s: the answers have changed:\n%s\nbefore:\n%s", lang, after, before)
		}
	}
}

func answersOf(t *testing.T, book string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "answers.csv")
	yagura(t, "-q", "form", "read", book, "--form", "regional-self-assessment@2026", "-o", out)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSheetsOpenInLibreOffice: the workbook, the feedback and the sector report
// open and print, with their words.
func TestSheetsOpenInLibreOffice(t *testing.T) {
	needs(t, "soffice", "pdfinfo", "pdftotext")
	d := demoIn(t, i18n.JA)
	titles := sectionTitles(t, i18n.JA)
	for _, file := range []string{d.file("sector", "workbooks", party+".xlsx"), d.feedback(".xlsx"), d.file("reports", "sector.xlsx")} {
		printed := office(t, "pdf", file)
		text := words(t, printed, 1, pagesOf(t, printed))
		for _, want := range titles {
			if !strings.Contains(text, squeeze(want)) {
				t.Errorf("%s as printed by LibreOffice lacks %q", filepath.Base(file), want)
			}
		}
	}
}
