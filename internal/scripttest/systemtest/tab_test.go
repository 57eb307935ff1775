package systemtest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"yagura/internal/i18n"
)

// patience is how long a step in the browser may take; a quiet machine needs a
// second, one that runs all tests at once much more.
const patience = 2 * time.Minute

// browser is a Chromium for one test; each tab has a browser context of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	needs(t, "chromium")
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab is a window of someone who is signed in, or not yet. Every page that it comes
// to is audited.
type tab struct {
	t     *testing.T
	ctx   context.Context
	base  string
	lang  i18n.Lang
	width int
	known map[string]bool // kinds of pages that axe-core has looked at
	mu    sync.Mutex
	said  []string // errors and warnings in the console
}

// refusedStatus is what Chromium writes of every page whose status says that what
// was sent was refused; such a page is meant.
var refusedStatus = regexp.MustCompile(`the server responded with a status of (409|422)`)

// open opens a window whose cookies are its own.
func open(t *testing.T, browser context.Context, s *site, lang i18n.Lang, width int) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: s.base, lang: lang, width: width, known: map[string]bool{}}
	if err := chromedp.Do(ctx); err != nil { // with a context that lasts: the window lives as long
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			loud := m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException()
			if loud && !refusedStatus.MatchString(m.Text) {
				b.mu.Lock()
				b.said = append(b.said, m.String())
				b.mu.Unlock()
			}
		}
	}()
	b.resize(width)
	return b
}

func (b *tab) resize(width int) {
	b.t.Helper()
	b.width = width
	b.do(chromedp.EmulateViewport(int64(width), 900))
}

// withoutScripts makes the window one whose pages run no script.
func (b *tab) withoutScripts() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Log(err)
		b.t.Fatal(b.says())
	}
}

func eval[T any](b *tab, script string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, opts...))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// heard returns what the console said since it was asked last.
func (b *tab) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.said
	b.said = nil
	return out
}

// to goes to a page that must be there.
func (b *tab) to(at string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if res, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.base+at)); err != nil || res.Status != http.StatusOK {
		b.t.Fatalf("%s: %v %v", at, err, res)
	}
	b.audit()
}

// signIn goes through the door of a role by a click.
func (b *tab) signIn(role string) {
	b.t.Helper()
	b.to("/signin?lang=" + string(b.lang))
	b.press(role)
}

// until waits for what a script says of the page; while the page changes to
// another one it says nothing.
func (b *tab) until(script string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script)); ok && err == nil {
			return
		}
	}
	b.t.Fatalf("it never came to %s\nthe page says: %s", script, b.says())
}

// says is the address of the page and the beginning of its text.
func (b *tab) says() string {
	return eval[string](b, `location.href + " " + document.body.innerText.slice(0, 1500)`)
}

// sees wants words on the page.
func (b *tab) sees(words ...string) {
	b.t.Helper()
	text := eval[string](b, `document.body.innerText`)
	for _, w := range words {
		if !strings.Contains(squeeze(text), squeeze(w)) {
			b.t.Errorf("the page does not say %q: %s", w, b.says())
		}
	}
}

// press clicks the button with a text and comes to the next page.
func (b *tab) press(button string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//main//button[normalize-space()=%q and not(@aria-hidden)]`, button))
}

// follow clicks the link with a text.
func (b *tab) follow(link string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//main//a[normalize-space()=%q]`, link))
}

// click clicks what leads to another page, and waits for that page.
func (b *tab) click(xpath string) {
	b.t.Helper()
	eval[bool](b, `(window.left = true)`)
	b.do(chromedp.Click(chromedp.Search(xpath)))
	b.arrive()
}

// arrive waits for the page after the one that was marked as left.
func (b *tab) arrive() {
	b.t.Helper()
	b.until(`!window.left && location.href != "about:blank" && document.readyState == "complete"`)
	b.audit()
}

// fill types into the field with a name.
func (b *tab) fill(name, text string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(fmt.Sprintf(`main [name=%q]`, name)), text))
}

// path is the address of the page without its host.
func (b *tab) path() string { return eval[string](b, `location.pathname`) }

// fetched is a file that the page links to, as the browser gets it with its cookies.
func (b *tab) fetched(at string) []byte {
	b.t.Helper()
	return []byte(eval[string](b, fmt.Sprintf(`fetch(%q).then(r => r.ok ? r.text() : Promise.reject(r.status))`, at), chromedp.EvalAwaitPromise))
}

// picture writes a picture of the whole page.
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

// lookAt writes a picture where a folder for pictures is named.
func (b *tab) lookAt(name string) {
	b.t.Helper()
	if dir := os.Getenv(picturesEnv); dir != "" {
		b.picture(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, b.lang, b.width)))
	}
}
