package systemtest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"yagura/internal/i18n"
)

// picturesEnv names a folder for pictures of every page that is looked at.
const picturesEnv = "YAGURA_LOOK"

// browser is a Chromium for one test; each tab has a browser context of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	needs(t, "chromium")
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab is a window of someone who is signed in, or not yet.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	mu   sync.Mutex
	said []string // errors and warnings in the console
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Log(err)
		b.t.Fatal(b.says())
	}
}

func eval[T any](b *tab, script string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, opts...))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// open opens a window whose cookies are its own.
func open(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: theSite(t).base}
	if err := chromedp.Do(ctx); err != nil { // with a context that lasts: the window lives as long
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
				b.mu.Lock()
				b.said = append(b.said, m.String())
				b.mu.Unlock()
			}
		}
	}()
	return b
}

// heard returns what the console said since it was asked last.
func (b *tab) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.said
	b.said = nil
	return out
}

// signIn goes through the door of a role by a click.
func (b *tab) signIn(lang i18n.Lang, role string) {
	b.t.Helper()
	b.to("/signin?lang=" + string(lang))
	b.press(role)
	b.until(`location.pathname == "/" && document.readyState == "complete"`)
}

// to goes to a page that must be there.
func (b *tab) to(at string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	if res, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.base+at)); err != nil || res.Status != http.StatusOK {
		b.t.Fatalf("%s: %v %v", at, err, res)
	}
}

// until waits for what a script says of the page; while the page changes to
// another one it says nothing.
func (b *tab) until(script string) {
	b.t.Helper()
	for range 300 {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script)); ok && err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("it never came to %s\nthe page says: %s", script, b.says())
}

// says is the address of the page and the beginning of its text.
func (b *tab) says() string {
	return eval[string](b, `location.href + " " + document.body.innerText.slice(0, 800)`)
}

// press clicks the button with a text.
func (b *tab) press(button string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.Search(fmt.Sprintf(`//button[normalize-space()=%q]`, button))))
}

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

// page is one page that is looked at.
type page struct {
	kind, at, role string
	lang           i18n.Lang
}

// shown are the pages of all kinds, each as the first role sees it that comes to it.
func shown(t *testing.T) []page {
	t.Helper()
	var out []page
	have := map[string]bool{}
	for _, tr := range tours(t) {
		for k, at := range tr.pages {
			if key := k + string(tr.lang); !have[key] {
				have[key] = true
				out = append(out, page{k, at, tr.role, tr.lang})
			}
		}
	}
	slices.SortFunc(out, func(a, b page) int {
		return strings.Compare(string(a.lang)+a.role+a.kind, string(b.lang)+b.role+b.kind)
	})
	return out
}

// TestSiteInTheBrowser looks at a page of every kind in both languages: axe-core
// finds nothing, the console stays silent, nothing scrolls sideways.
func TestSiteInTheBrowser(t *testing.T) {
	needs(t, "chromium")
	axe, err := os.ReadFile(filepath.Join(axeDir, "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	pages := shown(t)
	if len(pages) < 2*20 {
		t.Errorf("only %d pages are looked at", len(pages))
	}
	chrome := browser(t)
	for _, lang := range i18n.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			b, role := open(t, chrome), ""
			for _, p := range pages {
				if p.lang != lang {
					continue
				}
				if p.role != role {
					b.signIn(p.lang, p.role)
				}
				role = p.role
				b.heard()
				for _, w := range widths {
					b.look(p, w, string(axe))
				}
				if said := b.heard(); len(said) > 0 {
					t.Errorf("%s (%s): the console says %q", p.at, p.role, said)
				}
			}
			b.spoil()
		})
	}
}

// spoil breaks the policy of a page: the console must tell.
func (b *tab) spoil() {
	b.t.Helper()
	eval[bool](b, `document.body.setAttribute("style", "color:red"), true`)
	for range 50 {
		time.Sleep(20 * time.Millisecond)
		if len(b.heard()) > 0 {
			return
		}
	}
	b.t.Error("a style that the policy refuses goes unnoticed: the check is void")
}

// look shows a page at a width.
func (b *tab) look(p page, width int, axe string) {
	b.t.Helper()
	name := fmt.Sprintf("%s (%s, %s) at %d px", p.at, p.role, p.lang, width)
	b.do(chromedp.EmulateViewport(int64(width), 900))
	b.to(p.at)
	if dir := os.Getenv(picturesEnv); dir != "" {
		b.picture(filepath.Join(dir, fmt.Sprintf("site%s-%s-%d.png", strings.NewReplacer("/", "_", "{", "", "}", "").Replace(p.kind), p.lang, width)))
	}
	if lang := eval[string](b, `document.documentElement.lang`); lang != string(p.lang) {
		b.t.Errorf("%s: lang is %q", name, lang)
	}
	eval[bool](b, `document.querySelectorAll("main details").forEach(d => d.open = true), true`)
	if w := eval[int](b, `document.scrollingElement.scrollWidth`); w > width {
		b.t.Errorf("%s: the content is %d px wide and scrolls sideways: %s", name, w, eval[string](b, widest))
	}
	eval[bool](b, axe+";true")
	r := eval[report](b, ask, chromedp.EvalAwaitPromise)
	if r.Passes < 10 {
		b.t.Errorf("%s: axe-core looked at %d rules only", name, r.Passes)
	}
	for _, v := range r.Violations {
		b.t.Errorf("%s: %s: %s\n\t%s", name, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// widest names elements that stand out to the right.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 4).map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).join("; ")`

func (b *tab) picture(file string) {
	b.t.Helper()
	data, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(file, data, 0o666)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
