package systemtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/internal/i18n"
)

// picturesEnv names a folder for pictures of every page that is looked at.
const picturesEnv = "YAGURA_LOOK"

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
	pages := shown(t)
	if len(pages) < 2*20 {
		t.Errorf("only %d pages are looked at", len(pages))
	}
	chrome := browser(t)
	for _, lang := range i18n.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			b, role := open(t, chrome, theSite(t), lang, widths[0]), ""
			for _, p := range pages {
				if p.lang != lang {
					continue
				}
				if p.role != role {
					b.resize(widths[0])
					b.signIn(p.role)
				}
				role = p.role
				for _, w := range widths {
					b.resize(w)
					b.to(p.at)
					b.lookAt("site" + strings.NewReplacer("/", "_", "{", "", "}", "").Replace(p.kind))
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
	for range 200 {
		time.Sleep(20 * time.Millisecond)
		if len(b.heard()) > 0 {
			return
		}
	}
	b.t.Error("a style that the policy refuses goes unnoticed: the check is void")
}
