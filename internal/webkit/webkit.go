// Package webkit is the kit that every screen is made of: the page around it,
// its components, the rendering and the reading of forms' sections, and what
// HTTP needs (middleware, errors, assets, downloads). Screens work without
// JavaScript and under a content security policy that allows no inline script
// or style; texts are in the language of the request's context.
//
// Components are templ components. Their generated Go is committed; `go
// generate ./internal/webkit` makes it anew after a change of a .templ file.
package webkit

//go:generate templ generate -path .
//go:generate go run yagura/internal/webkit/stamp

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
)

// Page is what stands around the content of a screen.
type Page struct {
	Title    string // of the screen; also its h1 unless Bare
	Lead     string // one sentence below the h1, may be empty
	Error    bool   // prefixes the document's title, set when an error summary shows
	Bare     bool   // the content brings its own h1
	Wide     bool   // dense tables: the content uses the window's whole width
	Marking  string // 取扱区分: "TLP:AMBER", "取扱注意"; on screen and on every printed sheet
	Org      string // the organisation acted for, "" when nobody is signed in
	Person   string
	Roles    []string
	Nav      []NavItem
	Crumbs   []Crumb // the way here, without the page itself
	Flash    []Flash
	Env      string    // ribbon of an installation that is not the real thing: デモ, 演習
	URL      string    // path and query of this page, for the language switch
	Switch   string    // where another organisation or role is chosen, "" when there is none
	SignOut  string    // target of the sign-out form, "" when nobody is signed in
	Settings string    // where a person sets what is their own, "" when nobody is signed in
	Now      time.Time // printed in the footer in Japan's time; zero prints none
}

// NavItem is one entry of the main navigation.
type NavItem struct {
	Text    string
	URL     string
	Current bool
	Count   int // of things that wait, shown when above 0
}

// Crumb is one step of the way to a page.
type Crumb struct{ Text, URL string }

// Flash is a message about what just happened.
type Flash struct {
	Tone Tone   `json:"t"`
	Text string `json:"x"`
}

// Tone is what a colour says; a word always says it too.
type Tone string

// The tones.
const (
	Neutral  Tone = "neutral"
	Info     Tone = "info"
	Progress Tone = "progress"
	Success  Tone = "success"
	Warning  Tone = "warning"
	Danger   Tone = "danger"
)

type langKey struct{}

// WithLang sets the language in which components under ctx speak.
func WithLang(ctx context.Context, lang i18n.Lang) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// Lang is the language of ctx, Japanese when none was set.
func Lang(ctx context.Context) i18n.Lang {
	if lang, ok := ctx.Value(langKey{}).(i18n.Lang); ok {
		return lang
	}
	return i18n.JA
}

// T is the message of a key in the language of ctx; see i18n.Both.
func T(ctx context.Context, key string, args ...any) string {
	return i18n.T(Lang(ctx), key, args...)
}

// Say is a text in the language of ctx.
func Say(ctx context.Context, text i18n.Text) string { return text.In(Lang(ctx)) }

// Text is a text as a component.
func Text(text i18n.Text) templ.Component { return spoken(text) }

// Clock writes a moment in Japan's time, to the minute: 2026-12-25 17:00 JST.
func Clock(t time.Time) string { return t.In(calendar.Tokyo).Format("2006-01-02 15:04 MST") }

func (p Page) documentTitle(ctx context.Context) string {
	title := p.Title + " — " + T(ctx, "webkit.product")
	if p.Error {
		title = T(ctx, "webkit.title.error") + title
	}
	return title
}
