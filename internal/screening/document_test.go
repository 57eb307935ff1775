package screening

import (
	"bytes"
	"strings"
	"testing"

	"yagura/catalog"
	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/paper"
)

func TestTheDocumentHoldsEveryPartAndNothingInternal(t *testing.T) {
	f := theForm(t)
	set, _ := calendar.Load(catalog.FS)
	r, err := Load(catalog.FS, set)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []i18n.Lang{"ja", "en"} {
		d := Document(Paper{Form: f, Answers: example(t, f), Name: "合成銀行", Regime: r, Edition: r.Editions[1], Lang: lang, Date: "2026-11-24",
			Steps: []Step{{Kind: "filed", On: "2026-11-02", Reference: "R-1", Revision: 1}}})
		var html, pdf, book bytes.Buffer
		if err := paper.HTML(&html, d); err != nil {
			t.Fatal(err)
		}
		if err := paper.PDF(&pdf, d); err != nil {
			t.Fatal(err)
		}
		if err := paper.XLSX(&book, d); err != nil {
			t.Fatal(err)
		}
		text := html.String()
		for _, want := range []string{"勘定系システム", "合成要員株式会社", "33.3", "1975", "R-1", r.Editions[1].Unverified.In(lang)} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", lang, want)
			}
		}
		for _, not := range []string{"システム部", "screening.", "2026年10月15日"} {
			if strings.Contains(text, not) {
				t.Errorf("%s: %q is kept within the institution, or a message's name", lang, not)
			}
		}
		if !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF")) || !bytes.HasPrefix(book.Bytes(), []byte("PK")) {
			t.Error("no PDF or workbook")
		}
	}
}
