package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

// call is one request with what is known of its sender.
type call struct {
	*server
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	lang    i18n.Lang
	session signin.Session
	token   string // of the session
	actor   authz.Actor
}

const sessionCookie = "session"

// cookieName has the prefix that binds a cookie to this host, where TLS allows it.
func (s *server) cookieName() string {
	if s.Kit.Plain {
		return sessionCookie
	}
	return "__Host-" + sessionCookie
}

// handler makes the http.Handler of a route: it finds out who calls, lets pass whom
// the route is for, and shows the errors.
func (s *server) handler(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		webkit.NotePath(r, rt.pattern)
		c := &call{server: s, w: w, r: r, ctx: r.Context(), lang: webkit.Lang(r.Context())}
		err := c.identify(rt.access)
		c.r = webkit.Watch(c.r) // what identify writes is not what the caller sent
		c.ctx = c.r.Context()
		defer c.forget()
		if err == nil && c.w != nil && rt.access == seat && rt.action != "" {
			// Whoever may never do this is told so before anything that they sent is read;
			// whether they may do it to this very thing is for the operation to decide.
			_, err = s.Policies.Decide(c.actor, rt.action, c.own("route"))
		}
		if err == nil && c.w != nil {
			err = rt.handle(c)
		}
		if err != nil {
			c.fail(err)
		}
	})
}

// forget removes the uploaded files that waited on the disk. The server does so only for
// the request that it made itself, not for this copy of it.
func (c *call) forget() {
	if c.r.MultipartForm != nil {
		_ = c.r.MultipartForm.RemoveAll() // who cleans the folder up finds what is left
	}
}

// identify fills in session and actor. A caller who has to sign in, take a step or
// choose an organisation first is sent there, and c.w becomes nil.
func (c *call) identify(need access) error {
	if cookie, err := c.r.Cookie(c.cookieName()); err == nil {
		c.token = cookie.Value
		session, err := c.Signin.Session(c.ctx, c.token)
		switch {
		case err == nil:
			c.session = session
		case errs.KindOf(err) != errs.Unauthenticated:
			return err
		}
	}
	if need == public {
		return nil
	}
	if c.session.Person == "" {
		return c.away("/signin?next=" + queryEscape(c.here()))
	}
	if c.session.Step != signin.Done {
		return c.away("/signin/factor?next=" + queryEscape(c.here()))
	}
	if c.session.Org == "" {
		if need == person {
			return nil
		}
		return c.away("/seat?next=" + queryEscape(c.here()))
	}
	actor, err := c.Orgs.Actor(c.ctx, c.session.Person, c.session.Org, c.lang)
	if errs.KindOf(err) == errs.Forbidden { // left the organisation since
		if need == person {
			return nil
		}
		return c.away("/seat")
	}
	c.actor = actor
	if err == nil && actor.Has(c.Strong...) && !c.session.MFA {
		return c.enrolFirst()
	}
	return err
}

// enrolFirst has a person whose role wants a second factor set one up before anything
// else. The actor is weak until then, so that no policy permits anything either.
func (c *call) enrolFirst() error {
	c.actor.Weak = true
	has, err := c.Signin.Factors(c.ctx, c.session.Person)
	if err != nil {
		return err
	}
	step := signin.Enrol
	if has.Second() { // set up after this session was opened: it needs only be shown
		step = signin.Second
	}
	if err := c.Signin.Await(c.ctx, c.token, step); err != nil {
		return err
	}
	return c.away("/signin/factor?next=" + queryEscape(c.here()))
}

// away sends the browser elsewhere and ends the call.
func (c *call) away(to string) error {
	c.redirect(to)
	c.w = nil
	return nil
}

// here is the address of a page that may be come back to; what was posted is not.
func (c *call) here() string {
	if c.r.Method != http.MethodGet {
		return "/"
	}
	return c.r.URL.RequestURI()
}

// posted are all values of a posted field.
func (c *call) posted(name string) []string {
	c.r.PostFormValue(name) // reads the form
	return c.r.PostForm[name]
}

// redirect answers with "see other".
func (c *call) redirect(to string) { http.Redirect(c.w, c.r, to, http.StatusSeeOther) }

// done leaves a message for the next page and goes there.
func (c *call) done(to, key string, args ...any) error {
	c.Kit.SetFlash(c.w, webkit.Flash{Tone: webkit.Success, Text: i18n.T(c.lang, key, args...)})
	c.redirect(to)
	return nil
}

// refuse leaves an error for the next page and goes there, for forms without fields.
func (c *call) refuse(to string, err error) error {
	if text := c.text(err); text != "" {
		c.Kit.SetFlash(c.w, webkit.Flash{Tone: webkit.Danger, Text: text})
		c.redirect(to)
		return nil
	}
	return err
}

// text is what a person may read of an error, "" when there is no such text.
func (c *call) text(err error) string {
	var said *i18n.Error
	var refused *authz.Refusal
	switch {
	case errors.As(err, &said):
		return said.Text.In(c.lang)
	case errors.As(err, &refused):
		return i18n.T(c.lang, refused.Key())
	}
	if r := signin.RefusalOf(err); r != nil {
		return r.Text.In(c.lang)
	}
	return ""
}

// fail shows the page of an error; one with a text of its own shows that.
func (c *call) fail(err error) {
	if c.w == nil {
		return
	}
	if text := c.text(err); text != "" && errs.KindOf(err) != errs.NotFound {
		p := c.page("web.error.title")
		p.Error = true
		webkit.Render(c.w, c.r, webkit.Status(err), p, refusal(text))
		return
	}
	webkit.ShowError(c.w, c.r, err)
}

// page is the frame of a screen: its title is a message.
func (c *call) page(title string, args ...any) webkit.Page {
	return c.titled(i18n.T(c.lang, title, args...))
}

// titled is page with a title that is no message, such as a campaign's.
func (c *call) titled(title string) webkit.Page {
	p := webkit.Page{Title: title, URL: c.r.URL.RequestURI(), Env: c.Env, Flash: c.Kit.TakeFlash(c.w, c.r), Now: c.Clock.Now()}
	if c.r.Method != http.MethodGet {
		p.URL = c.r.URL.Path
	}
	if c.Demo != nil {
		p.Env = i18n.T(c.lang, "web.demo.env")
	}
	if c.session.Person != "" && c.session.Step == signin.Done {
		p.SignOut, p.Switch, p.Settings = "/signout", "/seat", "/settings"
	}
	if c.actor.Org != "" {
		p.Org, p.Person, p.Nav = c.actor.OrgName, c.actor.Name, c.nav()
		for _, role := range c.actor.Roles {
			p.Roles = append(p.Roles, i18n.T(c.lang, "web.role."+string(role)))
		}
	}
	return p
}

// render answers with a page.
func (c *call) render(p webkit.Page, body templ.Component) error {
	return c.renderStatus(http.StatusOK, p, body)
}

func (c *call) renderStatus(status int, p webkit.Page, body templ.Component) error {
	webkit.Render(c.w, c.r, status, p, body)
	return nil
}

// nav is the main navigation: what the actor's roles have to do with.
func (c *call) nav() []webkit.NavItem {
	answers := c.actor.Has(authz.Respondent, authz.Checker, authz.Approver, authz.Auditor, authz.Administrator)
	asks := c.actor.Has(authz.Manager, authz.Analyst, authz.Supervisor)
	items := []struct {
		key, url string
		show     bool
	}{
		{"web.nav.home", "/", true},
		{"web.nav.filings", "/filings", answers},
		{"web.nav.returns", "/returns", answers},
		{"web.nav.actions", "/actions", answers},
		{"web.nav.practices", "/practices", answers},
		{"web.nav.registers", "/registers", answers},
		{"web.nav.thirdparty", "/thirdparty", answers},
		{"web.nav.screening", "/screening", answers},
		{"web.nav.incidents", "/incidents", answers},
		{"web.nav.campaigns", "/campaigns", asks},
		{"web.nav.intake", "/intake", asks},
		{"web.nav.parties", "/parties", asks},
		{"web.nav.sector", sectorBase, c.actor.Has(authz.Analyst, authz.Supervisor)},
		{"web.search.title", "/search", true},
		{"web.nav.people", "/people", c.actor.Has(authz.Administrator, authz.Auditor)},
		{"web.nav.ledger", "/ledger", c.actor.Has(authz.Administrator, authz.Auditor)},
	}
	var out []webkit.NavItem
	for _, it := range items {
		if !it.show || !c.routed(it.url) {
			continue
		}
		current := c.r.URL.Path == it.url || it.url != "/" && strings.HasPrefix(c.r.URL.Path, it.url+"/")
		out = append(out, webkit.NavItem{Text: i18n.T(c.lang, it.key), URL: it.url, Current: current})
	}
	if n, err := notice.Unread(c.ctx, c.DB.Tenant(c.actor.Org), c.session.Person); err == nil && c.routed("/inbox") {
		out = append(out, webkit.NavItem{Text: i18n.T(c.lang, "web.nav.inbox"), URL: "/inbox", Current: c.r.URL.Path == "/inbox", Count: n})
	}
	return out
}

// routed reports whether the product has a page at an address.
func (s *server) routed(path string) bool {
	for _, r := range s.routes() {
		if r.pattern == "GET "+path || r.pattern == "GET "+path+"{$}" {
			return true
		}
	}
	return false
}

// about is where the call comes from.
func (c *call) about() signin.About {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		host = c.r.RemoteAddr
	}
	return signin.About{Agent: c.r.UserAgent(), Address: host}
}

// wake has the runner look for what has just become due.
func (c *call) wake() {
	if c.Runner != nil {
		c.Runner.Wake()
	}
}

// moment writes a stored time for people: 2026年12月25日（金）17:00.
func (c *call) moment(micros int64) string {
	if micros == 0 {
		return ""
	}
	return webkit.Clock(clock.FromMicros(micros))
}

// deadline writes when something is due and, while it is open, how many business days
// are left by an organisation's calendar.
func (c *call) deadline(calendarID string, micros int64, open bool) string {
	cal, err := c.Calendars.Get(calendarID)
	if err != nil {
		return c.moment(micros)
	}
	if !open {
		return cal.Due(clock.FromMicros(micros)).In(c.lang)
	}
	return cal.Deadline(clock.FromMicros(micros), c.Clock.Now()).In(c.lang)
}

// daysLeft counts business days until a deadline, negative when it has passed; nil
// when the calendar doesn't cover it.
func (c *call) daysLeft(micros int64) *int {
	cal, err := c.Calendars.Get("jp-bank")
	if err != nil {
		return nil
	}
	now, due := c.Clock.Now(), clock.FromMicros(micros)
	n, err := cal.Between(calendar.DayOf(now, calendar.Tokyo), calendar.DayOf(due, calendar.Tokyo))
	if err != nil {
		return nil
	}
	if due.Before(now) && n >= 0 {
		n = -1
	}
	return &n
}

// sessionAge is how long the cookie of a session lives in the browser; the server ends it earlier.
const sessionAge = 12 * time.Hour

func (c *call) setSession(token string) {
	http.SetCookie(c.w, &http.Cookie{Name: c.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: !c.Kit.Plain,
		SameSite: http.SameSiteLaxMode, MaxAge: int(sessionAge.Seconds())})
}

func (c *call) dropSession() {
	http.SetCookie(c.w, &http.Cookie{Name: c.cookieName(), Path: "/", HttpOnly: true, Secure: !c.Kit.Plain, SameSite: http.SameSiteLaxMode, MaxAge: -1})
}

// own is a thing of the actor's organisation as policies are asked about it.
func (c *call) own(kind string) authz.Thing { return authz.Thing{Kind: kind, Tenant: c.actor.Org} }
