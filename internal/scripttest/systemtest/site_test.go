package systemtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yagura/internal/i18n"
	"yagura/internal/web"
)

// visitor is someone with a browser that runs no script.
type visitor struct {
	t      *testing.T
	base   string
	lang   i18n.Lang
	client *http.Client
}

func visit(t *testing.T, lang i18n.Lang) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, theSite(t).base, lang, &http.Client{Jar: jar, Timeout: time.Minute}}
}

// answer is a response that was read.
type answer struct {
	at     string // path and query that the visitor ended at
	status int
	header http.Header
	body   []byte
}

func (v *visitor) get(at string) answer {
	v.t.Helper()
	res, err := v.client.Get(v.base + at)
	return v.read(res, err)
}

func (v *visitor) read(res *http.Response, err error) answer {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res.Request.URL.RequestURI(), res.StatusCode, res.Header, body}
}

// doors are the forms by which one signs in as a role, by the text of their button.
func (v *visitor) doors() map[string]url.Values {
	v.t.Helper()
	doors := map[string]url.Values{}
	for form := range parse(v.t, v.get("/signin?lang="+string(v.lang)).body).Descendants() {
		if attr(form, "action") != "/signin/demo" {
			continue
		}
		values, title := url.Values{}, ""
		for n := range form.Descendants() {
			switch n.Data {
			case "input":
				values.Set(attr(n, "name"), attr(n, "value"))
			case "button":
				title = text(n)
			}
		}
		doors[title] = values
	}
	return doors
}

// signIn goes through the door of a role and ends at its home page.
func (v *visitor) signIn(door url.Values) {
	v.t.Helper()
	a := v.read(v.client.PostForm(v.base+"/signin/demo", door))
	if a.status != http.StatusOK || a.at != "/" {
		v.t.Fatalf("signing in ended at %s with status %d", a.at, a.status)
	}
}

// fill sends the form of a page that is posted to the page's own address, with
// some fields changed.
func (v *visitor) fill(at string, changed url.Values) answer {
	v.t.Helper()
	values := url.Values{}
	for form := range parse(v.t, v.get(at).body).Descendants() {
		if form.Data != "form" || attr(form, "action") != at {
			continue
		}
		for n := range form.Descendants() {
			switch n.Data {
			case "input":
				values.Set(attr(n, "name"), attr(n, "value"))
			case "select":
				values.Set(attr(n, "name"), chosen(n))
			}
		}
	}
	if len(values) == 0 {
		v.t.Fatalf("%s has no form", at)
	}
	for name, list := range changed {
		values[name] = list
	}
	return v.read(v.client.PostForm(v.base+at, values))
}

// chosen is the value of a list of choices.
func chosen(list *html.Node) string {
	var first, selected *html.Node
	for n := range list.Descendants() {
		if n.Data != "option" {
			continue
		}
		if first == nil {
			first = n
		}
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
			selected = n
		}
	}
	if selected == nil {
		selected = first
	}
	if selected == nil {
		return ""
	}
	return attr(selected, "value")
}

func parse(t *testing.T, page []byte) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// patterns finds the route of an address, so that pages of one kind are known
// as such: "GET /filings/{id}".
var patterns = sync.OnceValue(func() *http.ServeMux {
	mux := http.NewServeMux()
	for _, p := range screens() {
		mux.Handle(p, http.NotFoundHandler())
	}
	return mux
})

// screens are the patterns of all screens that a person who has a seat can look at.
func screens() []string {
	out := []string{"GET /settings", "GET /seat", "GET /settings/passkeys/new"}
	for _, r := range web.Routes(web.Deps{}) {
		if strings.HasPrefix(r.Pattern, "GET ") && !slices.Contains(out, r.Pattern) {
			out = append(out, r.Pattern)
		}
	}
	return out
}

// kind is the pattern of an address within the product, the first part of its
// path when it is none of the screens.
func kind(at string) string {
	r, err := http.NewRequest(http.MethodGet, at, nil)
	if err != nil {
		return at
	}
	if _, pattern := patterns().Handler(r); pattern != "" {
		return kindOf(pattern)
	}
	area, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return "/" + area
}

// kindOf is the kind of the pages of a route.
func kindOf(pattern string) string {
	return strings.TrimSuffix(strings.TrimPrefix(pattern, "GET "), "{$}")
}
