package webkit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// widths in CSS pixels at which pages are looked at: a desk, and the narrowest
// that must not scroll sideways (WCAG 2.2, success criterion 1.4.10).
var widths = []int{1280, 320}

// probe is what a page in the browser says of itself.
type probe struct {
	Page, Error, Lang string
	Width, Scroll     int // px: of the window, of the document's content
	Passes            int
	Refused           []string // by the content security policy
	Focus             string   // class of the element that has the focus
	Violations        []struct {
		ID, Help string
		Nodes    []string
	}
}

// script has axe-core look at the page and tells the page around. It is served
// from the same place as the page, so the policy allows it.
const script = `const refused = [];
addEventListener("securitypolicyviolation", e => refused.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample));
addEventListener("load", async () => {
  const told = {page: location.pathname, lang: document.documentElement.lang, width: document.documentElement.clientWidth, focus: document.activeElement.className};
  document.querySelectorAll("details").forEach(d => d.open = true);
  told.scroll = document.scrollingElement.scrollWidth;
  try {
    const r = await axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag",
      values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}});
    told.passes = r.passes.length;
    told.violations = r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 300) + " " + n.failureSummary)}));
  } catch (e) { told.error = String(e); }
  told.refused = refused;
  parent.postMessage(told, "*");
});`

// around shows each page at each width (a window cannot be as narrow) and
// writes down what they say.
const around = `<!DOCTYPE html><meta charset="utf-8"><pre id="told"></pre><script>
const told = [];
addEventListener("message", e => { told.push(e.data); if (told.length == %d) document.getElementById("told").textContent = JSON.stringify(told); });
</script>%s`

var toldText = regexp.MustCompile(`(?s)<pre id="told">(.*?)</pre>`)

// framed lets a page stand in a frame of its own site and slips the script in.
func framed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding")
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		for key, values := range rec.Header() {
			w.Header()[key] = values
		}
		policy := rec.Header().Get("Content-Security-Policy")
		w.Header().Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
		w.WriteHeader(rec.Code)
		io.WriteString(w, strings.Replace(rec.Body.String(), "<head>", `<head><script src="/axe.js"></script><script src="/probe.js"></script>`, 1))
	})
}

// site serves the gallery by the kit, as a server would.
func site(t *testing.T) http.Handler {
	k := kit(io.Discard)
	k.Plain = true
	mux := http.NewServeMux()
	mux.Handle("/static/", k.Wrap(webkit.Assets()))
	mux.Handle("/page/{lang}/{name}", framed(k.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := gallery(t, i18n.Lang(r.PathValue("lang")))[r.PathValue("name")]
		if !ok {
			webkit.Render(w, r, 200, webkit.Page{Title: "x"}, templ.Raw(`<p style="color:red">x</p>`))
			return
		}
		io.WriteString(w, text)
	}))))
	mux.HandleFunc("/axe.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "../scripttest/testdata/axe/axe.min.js")
	})
	mux.HandleFunc("/probe.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, script)
	})
	return mux
}

func needsBrowser(t *testing.T) {
	t.Helper()
	if os.Getenv("YAGURA_SYSTEM_TESTS") != "1" {
		t.Skip("left out: YAGURA_SYSTEM_TESTS=1 is not set (make test sets it)")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("left out: chromium is not installed (make deps installs it)")
	}
}

func TestPagesInTheBrowser(t *testing.T) {
	needsBrowser(t)
	frames, n := "", 0
	for _, lang := range i18n.Langs {
		for name := range gallery(t, lang) {
			for _, w := range widths {
				frames += fmt.Sprintf(`<iframe src="/page/%s/%s" width="%d" height="900"></iframe>`, lang, name, w)
				n++
			}
		}
	}
	frames, n = frames+`<iframe src="/page/en/spoiled"></iframe>`, n+1
	mux := http.NewServeMux()
	mux.Handle("/", site(t))
	mux.HandleFunc("/all", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, around, n, frames)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, p := range look(t, server.URL+"/all") {
		if p.Page != "/page/en/spoiled" {
			p.check(t)
		} else if len(p.Refused) == 0 {
			t.Error("a page that breaks its policy goes unnoticed: the check is void")
		}
	}
}

func look(t *testing.T, address string) []probe {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+t.TempDir(),
		"--window-size=1400,1000", "--virtual-time-budget=200000", "--dump-dom", address)
	cmd.WaitDelay = time.Second
	dom, err := cmd.Output()
	var told []probe
	if m := toldText.FindSubmatch(dom); m == nil || json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &told) != nil {
		t.Fatalf("the pages told nothing (%v)", err)
	}
	return told
}

func (p probe) check(t *testing.T) {
	t.Helper()
	name := fmt.Sprintf("%s at %d px", p.Page, p.Width)
	if p.Error != "" || p.Passes < 10 {
		t.Errorf("%s: axe-core failed (%d rules passed): %s", name, p.Passes, p.Error)
	}
	for _, v := range p.Violations {
		t.Errorf("%s: %s: %s\n\t%s", name, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
	if p.Scroll > p.Width {
		t.Errorf("%s: the content is %d px wide and scrolls sideways", name, p.Scroll)
	}
	if !strings.Contains(p.Page, "/"+p.Lang+"/") {
		t.Errorf("%s: lang is %q", name, p.Lang)
	}
	if len(p.Refused) > 0 {
		t.Errorf("%s: the policy refused %q", name, p.Refused)
	}
	if strings.HasSuffix(p.Page, "/faulty") && p.Focus != "error-summary" {
		t.Errorf("%s: the focus is on %q", name, p.Focus)
	}
}
