package systemtest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"yagura/internal/authz"
	"yagura/internal/i18n"
)

// focus is what has the focus, and whether one sees it.
type focus struct {
	Tag, ID, Href, Text string
	Main                bool // within the content
	Marked              bool // an outline or a shadow tells where it is
	Shown               bool // it is within the window, and nothing lies on it
}

const focused = `(() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  const label = e.labels && e.labels[0], l = label ? label.getBoundingClientRect() : r;
  const on = (x, y) => { const top = document.elementFromPoint(x, y); return !!top && (e.contains(top) || top.contains(e) && top !== document.body && top !== document.documentElement || !!label && label.contains(top)); };
  return {tag: e.tagName, id: e.id, href: e.getAttribute("href") || "", text: (e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 60), main: !!e.closest("main"),
    marked: s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow != "none",
    shown: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && (on(r.left + r.width / 2, r.top + r.height / 2) || on(r.left + 2, r.top + 2) || on(l.left + 2, l.top + 2))};
})()`

// tabbed presses Tab until something is reached, and returns everything on the way.
// Each stop must be seen.
func (b *tab) tabbed(most int, reached func(focus) bool) []focus {
	b.t.Helper()
	var way []focus
	for range most {
		b.do(chromedp.KeyEvent(kb.Tab))
		f := eval[focus](b, focused)
		way = append(way, f)
		if f.Tag == "BODY" {
			break
		}
		if !f.Marked || !f.Shown {
			b.t.Errorf("%s: the focus on %+v is not seen", b.path(), f)
		}
		if reached(f) {
			return way
		}
	}
	b.t.Fatalf("%s: %d presses of Tab did not lead there: %+v", b.path(), len(way), way)
	return nil
}

// enter presses Enter on what leads to another page.
func (b *tab) enter() {
	b.t.Helper()
	eval[bool](b, `(window.left = true)`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.arrive()
}

// TestKeyboardAlone goes from signing in to a saved section, and through a refused form,
// without a pointer.
func TestKeyboardAlone(t *testing.T) {
	needs(t, "chromium")
	for i, lang := range i18n.Langs {
		t.Run(string(lang), func(t *testing.T) {
			b := open(t, browser(t), theSite(t), lang, widths[i])
			b.to("/signin?lang=" + string(lang))
			title := door(lang, authz.Respondent, 0)
			b.tabbed(30, func(f focus) bool { return f.Tag == "BUTTON" && f.Text == title })
			b.enter()
			b.skips()
			b.answersByKeys()
			b.isRefused()
		})
	}
}

// skips finds the skip link first, then what switches the language, then the menu, then
// the content.
func (b *tab) skips() {
	b.t.Helper()
	way := b.tabbed(40, func(f focus) bool { return f.Main })
	if way[0].Href != "#main" {
		b.t.Errorf("the first stop is %+v, not the skip link", way[0])
	}
	at := func(want func(focus) bool) int {
		for i, f := range way {
			if want(f) {
				return i
			}
		}
		return -1
	}
	language, menu := at(func(f focus) bool { return strings.Contains(f.Href, "lang=") }), at(func(f focus) bool { return f.Href == "/filings" })
	if language < 1 || menu < language {
		b.t.Errorf("the language is stop %d, the menu %d of %+v", language, menu, way)
	}
	if first := way[len(way)-1]; !strings.HasPrefix(first.Href, "/filings/") {
		b.t.Errorf("the first thing in the content is %+v, not a filing", first)
	}
	b.to("/")
	b.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.id == "main"`)
	b.tabbed(1, func(f focus) bool { return f.Main })
}

// answersByKeys opens a filing and its first section, changes a choice by an arrow key,
// and saves; what was only tabbed past is not pressed.
func (b *tab) answersByKeys() {
	b.t.Helper()
	b.to("/")
	link := regexp.MustCompile(`^/filings/[0-9A-Z]+$`)
	b.tabbed(40, func(f focus) bool { return link.MatchString(f.Href) })
	b.enter()
	b.tabbed(60, func(f focus) bool { return strings.Contains(f.Href, "/sections/") })
	b.enter()
	b.tabbed(40, func(f focus) bool { return f.Tag == "INPUT" && f.Main })
	name := eval[string](b, `document.activeElement.name`)
	value := fmt.Sprintf(`document.querySelector('[name="%s"]:checked').value`, name)
	before := eval[string](b, value)
	key := kb.ArrowUp
	if eval[bool](b, fmt.Sprintf(`document.querySelector('[name="%s"]').checked`, name)) {
		key = kb.ArrowDown
	}
	b.do(chromedp.KeyEvent(key))
	chosen := eval[string](b, value)
	if chosen == before {
		b.t.Errorf("the arrow key leaves %s at %q", name, before)
	}
	b.tabbed(20, func(f focus) bool { return f.Tag == "BUTTON" }) // 前回と同じ, which is not pressed
	b.until(fmt.Sprintf(`document.querySelector("#save-status").textContent.includes(%q)`, strings.TrimSpace(strings.Replace(i18n.T(b.lang, "webkit.saved", "at", ""), "  ", " ", 1))[:6]))
	b.tabbed(200, func(f focus) bool { return f.Tag == "BUTTON" && f.Text == i18n.T(b.lang, "webkit.save") })
	section := b.path()
	b.enter()
	if b.path() != section {
		b.t.Errorf("saving led from %s to %s", section, b.path())
	}
	if got := eval[string](b, value); got != chosen {
		b.t.Errorf("%s was saved as %q, not as %q", name, got, chosen)
	}
}

// isRefused sends a form without what it needs: the summary of errors has the focus, and
// its link leads to the field.
func (b *tab) isRefused() {
	b.t.Helper()
	b.to("/actions/new")
	b.tabbed(40, func(f focus) bool { return f.ID == "f-title" })
	b.enter()
	if !eval[bool](b, `document.activeElement.matches(".error-summary")`) {
		b.t.Errorf("the summary of errors has no focus: %+v", eval[focus](b, focused))
	}
	b.tabbed(1, func(f focus) bool { return f.Href == "#f-title" })
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.id == "f-title"`)
}
