package systemtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"yagura/internal/i18n"
)

const (
	mostPages   = 250 // of one role in one language
	mostOfAKind = 4   // pages of one route, since the demonstration has hundreds of some
)

// sitePolicy is what the browser is told to allow: nothing inline, nothing from
// elsewhere.
const sitePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// documentPolicy is that of a report that is shown as it was released, alone in
// its sandbox with the styles that it brings.
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads; frame-ancestors 'self'"

// documents are the routes that show such a report.
var documents = map[string]bool{
	"/returns/{id}/document/{format}": true, "/campaigns/{id}/release/sector/{format}": true,
	"/campaigns/{id}/release/parties/{party}/{format}": true,
}

// tour is what one visitor saw from the home page on.
type tour struct {
	role  string
	lang  i18n.Lang
	all   map[string]bool   // kinds of what was handed out, files too
	pages map[string]string // address of the first page of a kind, by kind
}

// seen are the tours that were made, for the browser to look at the same pages.
var seen struct {
	sync.Mutex
	tours []tour
}

// TestEveryRolesPages follows the links of every role from its home page, in
// both languages.
func TestEveryRolesPages(t *testing.T) {
	needs(t)
	for _, tr := range tours(t) {
		if len(tr.pages) < 5 {
			t.Errorf("%s, %s: only %d kinds of pages were found: %v", tr.role, tr.lang, len(tr.pages), tr.pages)
		}
	}
}

// TestEveryScreenIsLinked: what nobody can come to by links is not there for people.
func TestEveryScreenIsLinked(t *testing.T) {
	needs(t)
	reached := map[string]bool{}
	for _, tr := range tours(t) {
		maps.Copy(reached, tr.all)
	}
	for _, s := range screens() {
		if k := kindOf(s); !reached[k] && unlinked[k] == "" {
			t.Errorf("no role of the demonstration came to %s by links", k)
		} else if reached[k] && unlinked[k] != "" {
			t.Errorf("%s is linked, take it out of the exceptions", k)
		}
	}
}

// unlinked are screens that the demonstration has no link to, with the reason.
var unlinked = map[string]string{
	"/sector/thirdparties/top":                   "it is a part of the first page, which fetches it",
	"/warnings/{id}":                             "nobody of the demonstration was warned",
	"/intake/warnings/{warning}":                 "nor has anybody warned",
	"/settings/passkeys/new":                     "a passkey wants a site with a name, which a loopback address has not",
	"/filings/{id}/files/{sum}":                  "no evidence is attached to the synthetic answers",
	"/registers/{form}/records/{id}/files/{sum}": "nor to the synthetic registers",
}

// tours makes all tours, once.
func tours(t *testing.T) []tour {
	t.Helper()
	seen.Lock()
	defer seen.Unlock()
	if seen.tours != nil {
		return seen.tours
	}
	prepare(t)
	for _, lang := range i18n.Langs {
		for role, door := range visit(t, lang).doors() {
			t.Run(role+"-"+string(lang), func(t *testing.T) {
				v := visit(t, lang)
				v.get("/signin?lang=" + string(lang))
				v.signIn(door)
				tr := tour{role, lang, map[string]bool{}, map[string]string{}}
				v.crawl(tr)
				seen.tours = append(seen.tours, tr)
			})
		}
	}
	slices.SortFunc(seen.tours, func(a, b tour) int { return strings.Compare(a.role+string(a.lang), b.role+string(b.lang)) })
	return seen.tours
}

// prepare adds by the screens what the demonstration lacks: an action and a
// campaign that is a draft. A form that is refused first must lead to its fields.
func prepare(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		role, form    string
		empty, filled url.Values
	}{
		{"respondent", "/actions/new", url.Values{"title": {""}}, url.Values{"title": {"監視の対象を業務端末に広げる"}, "due": {"2030-03-31"}}},
		{"manager", "/campaigns/new", url.Values{"title_ja": {""}}, url.Values{"title_ja": {"追加調査"}, "title_en": {"Further survey"}, "date": {"2030-06-28"}, "time": {"17:00"}, "do": {"save"}}},
	} {
		v := visit(t, i18n.JA)
		v.signIn(v.doors()[i18n.T(i18n.JA, "web.role."+c.role)])
		if a := v.fill(c.form, c.empty); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s without a title: status %d", c.form, a.status)
		} else {
			v.page(c.form+", refused", a.body)
		}
		if a := v.fill(c.form, c.filled); a.status != http.StatusOK {
			t.Errorf("%s: status %d\n%s", c.form, a.status, text(parse(t, a.body)))
		}
	}
}

// crawl follows links breadth first and checks every page it comes to.
func (v *visitor) crawl(tr tour) {
	v.t.Helper()
	count, from := map[string]int{}, map[string]string{}
	queue, known := []string{"/", "/settings"}, map[string]bool{"/": true, "/settings": true}
	for n := 0; len(queue) > 0 && n < mostPages; n++ {
		at := queue[0]
		queue = queue[1:]
		a := v.get(at)
		if a.status != http.StatusOK {
			v.t.Errorf("%s, linked from %s: status %d", at, from[at], a.status)
			continue
		}
		if a.at == "/signin" {
			v.t.Errorf("%s, linked from %s: asks to sign in", at, from[at])
			continue
		}
		k, isPage := kind(at), strings.HasPrefix(a.header.Get("Content-Type"), "text/html")
		policy := sitePolicy
		if documents[k] && isPage {
			policy, isPage = documentPolicy, false // TestPagesInTheBrowser looks at such reports
		}
		if got := a.header.Get("Content-Security-Policy"); got != policy {
			v.t.Errorf("%s: the policy is %q", at, got)
		}
		tr.all[k] = true
		if !isPage {
			continue
		}
		if tr.pages[k] == "" {
			tr.pages[k] = at
		}
		for _, to := range v.page(at, a.body) {
			if known[to] || count[kind(to)] >= mostOfAKind {
				continue
			}
			known[to], from[to] = true, at
			count[kind(to)]++
			queue = append(queue, to)
		}
	}
}

// page checks one page and returns the addresses it leads to.
func (v *visitor) page(at string, body []byte) []string {
	v.t.Helper()
	var faults, links []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	doc := parse(v.t, body)
	ids, tags := map[string]bool{}, map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		tags[n.Data]++
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				fault("id %q twice", id)
			}
			ids[id] = true
		}
		if n.Data == "html" && attr(n, "lang") != string(v.lang) {
			fault("lang is %q", attr(n, "lang"))
		}
		if n.Data == "title" && n.Parent.Data == "head" && len(text(n)) < 4 {
			fault("the title is %q", text(n))
		}
		if n.Data == "h1" && text(n) == "" {
			fault("the heading is empty")
		}
	}
	for tag, want := range map[string]int{"title": 1, "h1": 1, "main": 1} {
		if tags[tag] != want && !(tag == "title" && tags["svg"] > 0) {
			fault("%d times <%s>", tags[tag], tag)
		}
	}
	for n := range doc.Descendants() {
		if to := v.link(n, at, ids, fault); to != "" {
			links = append(links, to)
		}
		for _, what := range inlined(n) {
			fault("inline %s", what)
		}
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			for _, key := range untranslated(n.Data) {
				fault("shows the key %q", key)
			}
		}
	}
	for _, f := range faults {
		v.t.Errorf("%s: %s", at, f)
	}
	return links
}

// link is the address of a link within the product that a person may follow, ""
// for any other node. A link within the page must lead somewhere.
func (v *visitor) link(n *html.Node, at string, ids map[string]bool, fault func(string, ...any)) string {
	if n.Data != "a" {
		return ""
	}
	href := attr(n, "href")
	to, err := url.Parse(href)
	if err != nil || href == "" {
		fault("the link %q leads nowhere", href)
		return ""
	}
	if text(n) == "" && attr(n, "aria-label") == "" {
		fault("the link to %s has no text", href)
	}
	here, err := url.Parse(at)
	if err != nil || to.Host != "" || to.Scheme != "" {
		return "" // another site's
	}
	if strings.HasPrefix(href, "#") {
		if !ids[to.Fragment] {
			fault("nothing has the id of the link %s", href)
		}
		return ""
	}
	to = here.ResolveReference(to)
	if to.Query().Has("lang") {
		return "" // the same page in the other language
	}
	return to.RequestURI()
}

// inlined is what the policy would refuse: scripts and styles in the page itself.
func inlined(n *html.Node) []string {
	var out []string
	if n.Type != html.ElementNode {
		return nil
	}
	if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" {
		out = append(out, n.Data)
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
			out = append(out, a.Key+" of "+n.Data)
		}
	}
	return out
}

var (
	keyShaped   = regexp.MustCompile(`\[?[a-z]+(\.[a-z0-9_-]+)+\]?`)
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
	messageKeys = sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for _, key := range i18n.Keys("") {
			all[key] = true
		}
		return all
	})
)

// untranslated are message keys and unfilled places in a text.
func untranslated(s string) []string {
	out := placeholder.FindAllString(s, -1)
	for _, m := range keyShaped.FindAllString(s, -1) {
		if strings.HasPrefix(m, "[") && strings.HasSuffix(m, "]") || messageKeys()[m] {
			out = append(out, m)
		}
	}
	return out
}
