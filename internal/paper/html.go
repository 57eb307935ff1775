package paper

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"yagura/internal/chart"
)

//go:embed page.css
var pageCSS string

// Widths in pixels at which figures are drawn: on paper and wide screens, and
// on screens where the wide drawing would shrink below legible type.
const (
	fullWidth = 720
	slimWidth = 288
	cellWidth = 150
)

// HTML writes the document as one page that needs nothing else: the style is
// inside, figures are inline SVG, there is no script, and the page's own
// content security policy allows only its style element, by hash. Its sheets
// bear marking, notice and footer in the page margins when it is printed (CSS
// Paged Media 3, 4.1; browsers without margin boxes print them once, at the
// ends of the page).
func HTML(w io.Writer, d *Document) error {
	h := &page{doc: d}
	body := h.body()
	css := pageCSS + h.css.String() + sheetCSS(d)
	sum := sha256.Sum256([]byte(css))
	var head []byte
	head = fmt.Appendf(head, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", escape(string(d.Lang)))
	head = fmt.Appendf(head, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'">`+"\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	head = append(head, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"...)
	head = fmt.Appendf(head, "<title>%s</title>\n", escape(joinNonEmpty(" - ", d.Title, d.Subtitle)))
	if d.Author != "" {
		head = fmt.Appendf(head, "<meta name=\"author\" content=\"%s\">\n", escape(d.Author))
	}
	head = append(head, "<style>"+css+"</style>\n</head>\n"...)
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

// sheetCSS sets the margins of printed sheets and what stands in them.
func sheetCSS(d *Document) string {
	box := func(place, text, extra string) string {
		if text == "" {
			return ""
		}
		return "@" + place + "{content:" + cssString(text) + ";font-size:8pt;color:#1a1a1a;" + extra + "}"
	}
	return "@page{size:A4;margin:18mm 18mm 20mm;" +
		box("top-left", d.Notice, "width:70%;text-align:left;") +
		box("top-right", d.Marking, "font-weight:700;text-align:right;") +
		box("bottom-left", d.Footer, "width:80%;text-align:left;") +
		"@bottom-right{content:counter(page) \"/\" counter(pages);font-size:8pt;color:#1a1a1a}}\n"
}

// cssString quotes a text for a style element: everything but letters, digits
// and spaces is written as a code point, so nothing can end string or element.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r == ' ' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\%06x", r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\x00", "\ufffd")

func escape(s string) string { return escaper.Replace(s) }

// lines escapes a text and turns its newlines into line breaks.
func lines(s string) string { return strings.ReplaceAll(escape(s), "\n", "<br>") }

func joinNonEmpty(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}

// page is an HTML page in the making.
type page struct {
	doc    *Document
	b      []byte
	css    strings.Builder // column widths of the tables
	tables int
	breaks bool // the next block begins a new sheet
}

func (h *page) add(parts ...string) {
	for _, p := range parts {
		h.b = append(h.b, p...)
	}
}

func (h *page) body() []byte {
	d := h.doc
	h.add(`<body><a class="skip" href="#main">`, escape(d.word("skip")), "</a>\n")
	if d.Marking != "" || d.Notice != "" {
		h.add(`<header class="top"><div class="wrap">`)
		if d.Notice != "" {
			h.add("<p>", escape(d.Notice), "</p>")
		}
		if d.Marking != "" {
			h.add(`<p class="mark">`, escape(d.Marking), "</p>")
		}
		h.add("</div></header>\n")
	}
	h.add(`<main id="main" class="wrap" tabindex="-1">`, "\n<h1>", escape(d.Title), "</h1>\n")
	if d.Subtitle != "" {
		h.add(`<p class="sub">`, escape(d.Subtitle), "</p>\n")
	}
	if by := joinNonEmpty("　", d.Author, d.Date); by != "" {
		h.add(`<p class="by">`, escape(by), "</p>\n")
	}
	ids := headingIDs(d)
	h.contents(ids)
	for i, block := range d.Blocks {
		h.block(block, ids[i])
	}
	h.add("</main>\n")
	h.add(`<footer class="foot"><div class="wrap"><p>`, escape(joinNonEmpty("　", d.Footer, d.Marking)))
	if d.Notice != "" {
		h.add("<br>", escape(d.Notice))
	}
	h.add("</p></div></footer>\n</body>\n</html>\n")
	return h.b
}

// headingIDs gives each heading its id by the index of its block; a taken or
// missing id is replaced by one made from the order.
func headingIDs(d *Document) map[int]string {
	ids, taken := map[int]string{}, map[string]bool{"main": true}
	for i, block := range d.Blocks {
		if t, ok := block.(Heading); ok {
			id := t.ID
			for n := len(ids) + 1; id == "" || taken[id]; n++ {
				id = "h" + strconv.Itoa(n)
			}
			ids[i], taken[id] = id, true
		}
	}
	return ids
}

// contents lists the sections when there are at least three.
func (h *page) contents(ids map[int]string) {
	var items []string
	for i, block := range h.doc.Blocks {
		if t, ok := block.(Heading); ok && t.Level <= 1 {
			items = append(items, `<li><a href="#`+escape(ids[i])+`">`+escape(t.Text)+"</a></li>")
		}
	}
	if len(items) < 3 {
		return
	}
	h.add(`<nav aria-labelledby="contents"><h2 id="contents">`, escape(h.doc.word("contents")), "</h2><ol>",
		strings.Join(items, ""), "</ol></nav>\n")
}

// sheet is a class attribute of the given classes and, once after a PageBreak,
// the one that begins a new sheet.
func (h *page) sheet(classes ...string) string {
	if h.breaks {
		classes = append(classes, "sheet")
		h.breaks = false
	}
	if len(classes) == 0 {
		return ""
	}
	return ` class="` + strings.Join(classes, " ") + `"`
}

func (h *page) block(block Block, id string) {
	switch t := block.(type) {
	case Heading:
		tag := "h" + strconv.Itoa(min(max(t.Level, 1), 3)+1)
		h.add("<", tag, ` id="`, escape(id), `"`, h.sheet(), ">", escape(t.Text), "</", tag, ">\n")
	case Paragraph:
		h.add("<p", h.sheet(), ">", lines(t.Text), "</p>\n")
	case List:
		h.list(t)
	case Letter:
		h.letter(t)
	case Table:
		h.add("<div", h.sheet("block"), ">")
		h.table(&t)
		h.add("</div>\n")
	case Figure:
		h.figure(t)
	case KeyFigures:
		h.keyFigures(t)
	case Note:
		classes := []string{"note"}
		if t.Tone == Warning {
			classes = append(classes, "warn")
		}
		h.add("<div", h.sheet(classes...), "><p><b>", escape(t.title(h.doc)), "</b></p><p>", lines(t.Text), "</p></div>\n")
	case PageBreak:
		h.breaks = true
	}
}

func (h *page) list(t List) {
	tag := "ul"
	if t.Ordered {
		tag = "ol"
	}
	h.add("<", tag, h.sheet(), ">")
	for _, item := range t.Items {
		h.add("<li>", lines(item), "</li>")
	}
	h.add("</", tag, ">\n")
}

func (h *page) letter(t Letter) {
	h.breaks = false
	one := func(class, text string) {
		if text != "" {
			h.add(`<p class="`, class, `">`, lines(text), "</p>")
		}
	}
	h.add(`<section class="letter">`)
	one("right", joinNonEmpty("\n", t.Number, t.Date))
	one("to", strings.Join(t.To, "\n"))
	one("right", strings.Join(t.From, "\n"))
	one("subj", t.Subject)
	for _, p := range t.Body {
		class := "in"
		if h.doc.Lang != "ja" {
			class = "p"
		}
		one(class, strings.TrimPrefix(p, "　"))
	}
	one("right", t.Closing)
	h.add("</section>\n")
}

func (h *page) figure(t Figure) {
	h.add("<figure", h.sheet(), "><figcaption>", escape(t.Caption), "</figcaption>")
	alt := t.Chart.Alt()
	if alt == "" {
		alt = t.Caption
	}
	for _, v := range []struct {
		class string
		width float64
	}{{"full", fullWidth}, {"slim", slimWidth}} {
		at := len(h.b) + len("<svg")
		h.b = chart.AppendSVG(h.b, t.Chart, v.width, alt)
		h.insert(at, ` class="`+v.class+`"`)
	}
	h.source(t.Source)
	if t.Data != nil {
		h.add("<details><summary>", escape(h.doc.word("data")), "</summary>")
		h.table(t.Data)
		h.add("</details>")
	}
	h.add("</figure>\n")
}

func (h *page) insert(at int, s string) {
	tail := string(h.b[at:])
	h.b = append(append(h.b[:at], s...), tail...)
}

func (h *page) source(s string) {
	if s != "" {
		h.add(`<p class="src">`, lines(s), "</p>")
	}
}

func (h *page) keyFigures(t KeyFigures) {
	h.add("<dl", h.sheet("key"), ">")
	for _, k := range t {
		h.add("<div><dt>", escape(k.Label), `</dt><dd class="n">`, escape(k.Value))
		if k.Unit != "" {
			h.add(`<span class="u">`, escape(k.Unit), "</span>")
		}
		h.add("</dd>")
		if k.Note != "" {
			h.add(`<dd class="t">`, lines(k.Note), "</dd>")
		}
		h.add("</div>")
	}
	h.add("</dl>\n")
}
