package webkit

import (
	"context"
	"net/url"
	"strings"

	"yagura/internal/i18n"
)

// htmxConfig switches off what the content security policy forbids, keeps
// pages out of the browser's store, and lets refused forms (422) and conflicts
// (409) show.
const htmxConfig = `{"allowEval":false,"includeIndicatorStyles":false,"allowScriptTags":false,"selfRequestsOnly":true,` +
	`"historyCacheSize":0,"historyEnabled":false,"responseHandling":[{"code":"204","swap":false},{"code":"2..","swap":true},` +
	`{"code":"409","swap":true,"error":true},{"code":"422","swap":true,"error":true},{"code":"...","swap":false,"error":true}]}`

// languageName is the name of a language in itself.
func languageName(lang i18n.Lang) string { return i18n.T(lang, "webkit.language.name") }

// withQuery is a local address with one query parameter replaced.
func withQuery(address, key, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?" + key + "=" + url.QueryEscape(value)
	}
	q := u.Query()
	q.Set(key, value)
	out := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()} // never another host
	return out.String()
}

// tlpClass is the class of a TLP label: its colours are those of FIRST's TLP
// 2.0 (2022-08): the label's colour on black.
func tlpClass(marking string) string {
	label, ok := strings.CutPrefix(strings.ToUpper(marking), "TLP:")
	if !ok {
		return "marking-plain"
	}
	word, _, _ := strings.Cut(label, "+")
	switch strings.TrimSpace(word) {
	case "RED":
		return "tlp-red"
	case "AMBER":
		return "tlp-amber"
	case "GREEN":
		return "tlp-green"
	}
	return "tlp-clear"
}

// signed is who looks at the page, and for whom.
func (p Page) signed(ctx context.Context) string {
	if p.Person == "" {
		return p.Org
	}
	return p.Org + T(ctx, "webkit.list") + p.Person
}
