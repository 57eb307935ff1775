package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"yagura/internal/i18n"
)

func renderHTML(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHTMLStandsAlone checks what a strict content security policy and an
// accessibility checker would complain about.
func TestHTMLStandsAlone(t *testing.T) {
	for _, lang := range i18n.Langs {
		page := renderHTML(t, sample(lang))
		if _, rest, _ := strings.Cut(page, "<style>"); rest != "" {
			css, _, _ := strings.Cut(rest, "</style>")
			sum := sha256.Sum256([]byte(css))
			if !strings.Contains(page, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
				t.Errorf("%s: the policy does not name the hash of the style element", lang)
			}
		}
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		c := &checker{ids: map[string]int{}, count: map[string]int{}}
		c.walk(root)
		for _, fault := range c.faults() {
			t.Errorf("%s: %s", lang, fault)
		}
		if c.lang != string(lang) {
			t.Errorf("the page is in %q, want %q", c.lang, lang)
		}
	}
}

// checker walks a page and notes what is wrong with it.
type checker struct {
	ids    map[string]int
	refs   []string
	count  map[string]int
	lang   string
	level  int
	wrongs []string
}

func (c *checker) walk(n *html.Node) {
	if n.Type == html.ElementNode {
		c.element(n)
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.walk(child)
	}
}

func (c *checker) wrong(n *html.Node, what string) {
	c.wrongs = append(c.wrongs, "<"+n.Data+"> "+what)
}

var heading = regexp.MustCompile(`^h[1-6]$`)

func (c *checker) element(n *html.Node) {
	c.count[n.Data]++
	attrs := map[string]string{}
	for _, a := range n.Attr {
		attrs[a.Key] = a.Val
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "src":
			c.wrong(n, "has the attribute "+a.Key)
		case a.Key == "id":
			c.ids[a.Val]++
		case a.Key == "aria-labelledby":
			c.refs = append(c.refs, strings.Fields(a.Val)...)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			c.refs = append(c.refs, a.Val[1:])
		case a.Key == "href":
			c.wrong(n, "refers outside: "+a.Val)
		}
	}
	switch {
	case n.Data == "html":
		c.lang = attrs["lang"]
	case n.Data == "script" || n.Data == "link" || n.Data == "img" || n.Data == "iframe":
		c.wrong(n, "is not allowed")
	case n.Data == "th" && attrs["scope"] == "":
		c.wrong(n, "has no scope")
	case n.Data == "svg" && attrs["aria-hidden"] != "true" && (attrs["role"] != "img" || attrs["aria-label"] == ""):
		c.wrong(n, "has no text alternative")
	case heading.MatchString(n.Data):
		level := int(n.Data[1] - '0')
		if level > c.level+1 {
			c.wrong(n, "skips a level")
		}
		c.level = level
	}
}

func (c *checker) faults() []string {
	for id, n := range c.ids {
		if n > 1 {
			c.wrongs = append(c.wrongs, "id "+id+" occurs more than once")
		}
	}
	for _, ref := range c.refs {
		if c.ids[ref] == 0 {
			c.wrongs = append(c.wrongs, "nothing has the id "+ref)
		}
	}
	for _, one := range []string{"h1", "main", "title", "style"} {
		if c.count[one] != 1 {
			c.wrongs = append(c.wrongs, "there must be one "+one)
		}
	}
	return c.wrongs
}

func TestHTMLEscapes(t *testing.T) {
	const nasty = `</style><script>alert("x")</script>` + "\n" + `'\`
	d := &Document{Lang: i18n.JA, Title: nasty, Subtitle: nasty, Marking: nasty, Notice: nasty, Footer: nasty, Author: nasty, Blocks: []Block{
		Heading{Level: 1, Text: nasty, ID: nasty}, Paragraph{nasty}, Note{Text: nasty, Title: nasty}, List{Items: []string{nasty}},
		KeyFigures{{nasty, nasty, nasty, nasty}}, Table{Caption: nasty, Source: nasty, Columns: []Column{{Title: nasty}}, Rows: [][]Cell{{Text(nasty)}}},
		Letter{To: []string{nasty}, Subject: nasty, Body: []string{nasty}},
	}}
	page := renderHTML(t, d)
	if strings.Contains(page, "<script") {
		t.Error("markup in a text was not escaped")
	}
	if n := strings.Count(page, "</style>"); n != 1 {
		t.Errorf("the style element ends %d times", n)
	}
}

func TestHeadingIDsAreUnique(t *testing.T) {
	d := &Document{Lang: i18n.EN, Title: "t", Blocks: []Block{
		Heading{Level: 1, Text: "a", ID: "h2"}, Heading{Level: 1, Text: "b"}, Heading{Level: 1, Text: "c", ID: "h2"}, Heading{Level: 1, Text: "d", ID: "main"}}}
	seen := map[string]bool{}
	for _, id := range headingIDs(d) {
		if id == "" || id == "main" || seen[id] {
			t.Errorf("id %q is empty, reserved or taken", id)
		}
		seen[id] = true
	}
}
