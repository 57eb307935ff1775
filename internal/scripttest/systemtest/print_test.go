package systemtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"yagura/internal/authz"
	"yagura/internal/i18n"
)

// TestPagesOnPaper prints what people keep: the content is there, with the marking, and
// nothing of what one can only press.
func TestPagesOnPaper(t *testing.T) {
	needs(t, "chromium", "pdftotext", "pdfinfo")
	chrome := browser(t)
	for _, lang := range i18n.Langs {
		t.Run(string(lang), func(t *testing.T) {
			b := open(t, chrome, theSite(t), lang, widths[0])
			b.signIn(door(lang, authz.Respondent, 0))
			say := func(key string) string { return i18n.T(lang, key) }
			b.to("/filings")
			filed := eval[string](b, `[...document.querySelectorAll("main .task-title")].at(-1).getAttribute("href")`)
			b.to("/returns")
			back := eval[string](b, `document.querySelector("main .task-title").getAttribute("href")`)
			b.prints(filed+"/receipt", say("web.filing.receipt-number"), say("web.filing.receipt-hash"))
			b.prints(filed+"/check", say("web.filing.check-title"))
			b.prints(back, say("web.return.steps"), say("web.return.now"))
		})
	}
}

// media shows the page as it is on paper, or ("") on the screen.
func (b *tab) media(medium string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium}); err != nil {
		b.t.Fatal(err)
	}
}

// prints prints a page on A4.
func (b *tab) prints(at string, content ...string) {
	b.t.Helper()
	b.to(at)
	b.media("print")
	for _, seen := range eval[[]string](b, `[...document.querySelectorAll("nav, .languages, .button, .skip")].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))`) {
		b.t.Errorf("%s has on paper: %s", at, seen)
	}
	b.media("")
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		b.t.Fatal(err)
	}
	file := filepath.Join(b.t.TempDir(), "page.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		b.t.Fatal(err)
	}
	text, _ := run(b.t, time.Minute, "pdftotext", "-layout", file, "-")
	printed := squeeze(text)
	for _, w := range append(content, "TLP:AMBER") {
		if !strings.Contains(printed, squeeze(w)) {
			b.t.Errorf("%s on paper lacks %q:\n%s", at, w, text)
		}
	}
	if n := pagesOf(b.t, file); n < 1 || n > 60 {
		b.t.Errorf("%s is %d pages on paper", at, n)
	}
}
