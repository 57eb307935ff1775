package systemtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yagura/internal/app"
	"yagura/internal/i18n"
	"yagura/internal/web"
)

// startLimit is how long the demonstration may take until it answers: its two
// years are made in 20 s on a quiet machine.
const startLimit = 4 * time.Minute

// site is the demonstration in its server, started once for all tests.
type site struct {
	once   sync.Once
	base   string // http://127.0.0.1:PORT, "" when it did not start
	cancel context.CancelFunc
	ended  chan int
	out    *told
}

var theSite = &site{out: &told{}}

// told keeps what the program says while it runs.
type told struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *told) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *told) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// siteAt is the address of the running demonstration.
func siteAt(t *testing.T) string {
	t.Helper()
	theSite.once.Do(theSite.start)
	if theSite.base == "" {
		t.Fatalf("yagura demo --serve did not start\n%s", theSite.out)
	}
	return theSite.base
}

func (s *site) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.ended = cancel, make(chan int, 1)
	go func() {
		s.ended <- app.Run(ctx, []string{"demo", "--serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(sandbox, "site")}, app.Streams{Out: s.out, Err: s.out})
	}()
	client := http.Client{Timeout: 10 * time.Second}
	for range int(startLimit / (200 * time.Millisecond)) {
		select {
		case code := <-s.ended:
			s.ended <- code
			return
		case <-time.After(200 * time.Millisecond):
		}
		base := listening.FindString(s.out.String())
		if base == "" {
			continue
		}
		if res, err := client.Get(base + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.base = base
				return
			}
		}
	}
}

// stop ends the server and waits for it, since its folder is removed next.
func (s *site) stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
	}
}

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
	return &visitor{t, siteAt(t), lang, &http.Client{Jar: jar, Timeout: time.Minute}}
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
