package systemtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"yagura/internal/i18n"
)

const axeDir = "../testdata/axe"

// The widths in CSS pixels at which pages are looked at: a desk, and the
// narrowest that must not scroll sideways (WCAG 2.2, success criterion 1.4.10).
var widths = []int{1280, 320}

// probe is what a page in the browser says of itself.
type probe struct {
	Error      string
	Lang       string
	Width      int
	Scroll     int // width of the document's content
	Passes     int
	Violations []struct {
		ID, Help string
		Nodes    []string
	}
}

// script opens what can be opened, has axe-core look, and tells the page around.
const script = `addEventListener("load", async () => {
  const told = {lang: document.documentElement.lang, width: document.documentElement.clientWidth};
  document.querySelectorAll("details").forEach(d => d.open = true);
  told.scroll = document.scrollingElement.scrollWidth;
  try {
    const r = await axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag",
      values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}});
    told.passes = r.passes.length;
    told.violations = r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 300))}));
  } catch (e) { told.error = String(e); }
  parent.postMessage(told, "*");
});`

// collect is the page around: it shows the page at each width (a window cannot
// be as narrow) and writes down what it says.
const collect = `<!DOCTYPE html><meta charset="utf-8"><pre id="told"></pre><script>
const told = [];
addEventListener("message", e => { told.push(e.data); if (told.length == %d) document.getElementById("told").textContent = JSON.stringify(told); });
</script>%s`

var (
	policyMeta = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	toldText   = regexp.MustCompile(`(?s)<pre id="told">(.*?)</pre>`)
)

func chromium(t *testing.T, page string) (dom, log string) {
	t.Helper()
	return run(t, 5*time.Minute, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=120000", "--dump-dom", "file://"+page)
}

// look opens a copy of the page that may run axe-core.
func look(t *testing.T, page string) []probe {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	axe, err := os.ReadFile(filepath.Join(axeDir, "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	frames := ""
	for _, w := range widths {
		frames += fmt.Sprintf(`<iframe src="page.html" style="border:0;width:%dpx;height:900px"></iframe>`, w)
	}
	copied := policyMeta.ReplaceAllString(string(text), "")
	copied = strings.Replace(copied, "</head>", `<style>::-webkit-scrollbar{width:0}</style></head>`, 1)
	copied = strings.Replace(copied, "</body>", `<script src="axe.js"></script><script>`+script+`</script></body>`, 1)
	for name, content := range map[string]string{"page.html": copied, "axe.js": string(axe), "all.html": fmt.Sprintf(collect, len(widths), frames)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	dom, log := chromium(t, filepath.Join(dir, "all.html"))
	var told []probe
	if m := toldText.FindStringSubmatch(dom); m == nil || json.Unmarshal([]byte(html.UnescapeString(m[1])), &told) != nil {
		t.Fatalf("%s: the page told nothing\n%s", page, log)
	}
	return told
}

func TestPagesInTheBrowser(t *testing.T) {
	needs(t, "chromium")
	for _, lang := range i18n.Langs {
		d := demoIn(t, lang)
		for name, page := range map[string]string{"sector": d.file("reports", "sector.html"), "feedback": d.feedback(".html")} {
			t.Run(name+"-"+string(lang), func(t *testing.T) {
				seen := map[int]bool{}
				for _, p := range look(t, page) {
					seen[p.Width] = true
					p.check(t, lang)
				}
				for _, w := range widths {
					if !seen[w] {
						t.Errorf("the page was not seen %d px wide: %v", w, seen)
					}
				}
			})
		}
	}
}

func (p probe) check(t *testing.T, lang i18n.Lang) {
	t.Helper()
	if p.Error != "" || p.Passes < 10 {
		t.Errorf("%d px: axe-core failed (%d rules passed): %s", p.Width, p.Passes, p.Error)
	}
	for _, v := range p.Violations {
		t.Errorf("%d px: %s: %s\n\t%s", p.Width, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
	if p.Scroll > p.Width {
		t.Errorf("%d px: the document is %d px wide and scrolls sideways", p.Width, p.Scroll)
	}
	if p.Lang != string(lang) {
		t.Errorf("%d px: lang is %q, want %q", p.Width, p.Lang, lang)
	}
}

// TestPagesKeepTheirPolicy opens the pages as they are: the browser has nothing
// to say, so nothing was refused by their own content security policy.
func TestPagesKeepTheirPolicy(t *testing.T) {
	needs(t, "chromium")
	d := demoIn(t, i18n.JA)
	for _, page := range []string{d.file("reports", "sector.html"), d.feedback(".html")} {
		dom, log := chromium(t, page)
		if !strings.Contains(dom, "</html>") {
			t.Errorf("%s was not read", page)
		}
		for line := range strings.Lines(log) {
			if strings.Contains(line, ":CONSOLE") {
				t.Errorf("%s: %s", filepath.Base(page), line)
			}
		}
	}
	spoiled := filepath.Join(t.TempDir(), "spoiled.html")
	text, err := os.ReadFile(d.feedback(".html"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spoiled, []byte(strings.Replace(string(text), "<body", `<body style="color:red"`, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, log := chromium(t, spoiled); !strings.Contains(log, ":CONSOLE") {
		t.Error("a page that breaks its policy goes unnoticed: the check is void")
	}
}

// outside finds what a page would load from elsewhere.
var outside = regexp.MustCompile(`(?i)(<(script|link|img|iframe|object|embed|audio|video|source)\b[^>]*>|\bsrc(set)?\s*=|xlink:href\s*=\s*["'][^#]|url\(\s*["']?[^#"')]|@import|<base\b|http-equiv="refresh")`)

func TestPagesLoadNothing(t *testing.T) {
	needs(t)
	for _, lang := range i18n.Langs {
		d := demoIn(t, lang)
		for _, page := range []string{d.file("reports", "sector.html"), d.feedback(".html")} {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			if found := outside.FindAllString(string(text), 3); found != nil {
				t.Errorf("%s loads from elsewhere: %q", page, found)
			}
		}
	}
}

func TestAxeIsTheOneThatWasVendored(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(axeDir, "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(axeDir, "SHA256"))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); !strings.HasPrefix(string(want), hex.EncodeToString(sum[:])) {
		t.Errorf("axe.min.js has hash %x", sum)
	}
}
