package systemtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"

	"yagura/internal/i18n"
)

var axe = sync.OnceValues(func() ([]byte, error) { return os.ReadFile(filepath.Join(axeDir, "axe.min.js")) })

// report is what axe-core says of a page.
type report struct {
	Passes     int
	Violations []struct {
		ID, Help string
		Nodes    []string
	}
}

const ask = `axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then(r => ({passes: r.passes.length,
  violations: r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 300) + " " + n.failureSummary)}))}))`

// state is what a page says of itself.
type state struct {
	Path, Lang, Title string
	Headings          int
	Scroll            int    // width of the document's content
	Widest            string // elements that stand out to the right
}

const tell = `({path: location.pathname + location.search, lang: document.documentElement.lang, title: document.title, headings: document.querySelectorAll("h1").length,
  scroll: document.scrollingElement.scrollWidth,
  widest: [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 4).map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).join("; ")})`

// audit asserts what holds for every page: its language, one heading, a title, no
// sideways scroll, a silent console, so nothing that its policy refused. Of each kind
// of page axe-core looks at the first, wide in Japanese and narrow in English: it needs
// a second or more for each.
func (b *tab) audit() {
	b.t.Helper()
	p := eval[state](b, tell)
	name := fmt.Sprintf("%s (%s, %d px)", p.Path, b.lang, b.width)
	if p.Lang != string(b.lang) || len(p.Title) < 4 || p.Headings != 1 {
		b.t.Errorf("%s: lang %q, title %q, %d h1", name, p.Lang, p.Title, p.Headings)
	}
	if p.Scroll > b.width {
		b.t.Errorf("%s: the content is %d px wide and scrolls sideways: %s", name, p.Scroll, p.Widest)
	}
	if at, err := url.Parse(p.Path); err == nil && (b.lang == i18n.JA) == (b.width == widths[0]) {
		if k := fmt.Sprint(kind(at.Path), b.width, at.RawQuery == ""); !b.known[k] {
			b.known[k] = true
			b.accessible(name)
		}
	}
	if said := b.heard(); len(said) > 0 {
		b.t.Errorf("%s: the console says %q", name, said)
	}
}

// accessible has axe-core look at the page with everything opened that can be.
func (b *tab) accessible(name string) {
	b.t.Helper()
	text, err := axe()
	if err != nil {
		b.t.Fatal(err)
	}
	eval[bool](b, `window.closed_ = [...document.querySelectorAll("main details:not([open])")]; closed_.forEach(d => d.open = true); true`)
	if w := eval[int](b, `document.scrollingElement.scrollWidth`); w > b.width {
		b.t.Errorf("%s: with all details open the content is %d px wide and scrolls sideways: %s", name, w, eval[state](b, tell).Widest)
	}
	eval[bool](b, string(text)+";true")
	r := eval[report](b, ask, chromedp.EvalAwaitPromise)
	eval[bool](b, `closed_.forEach(d => d.open = false); true`)
	if r.Passes < 10 {
		b.t.Errorf("%s: axe-core looked at %d rules only", name, r.Passes)
	}
	for _, v := range r.Violations {
		b.t.Errorf("%s: %s: %s\n\t%s", name, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}
