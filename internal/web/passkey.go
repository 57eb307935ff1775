package web

import (
	"encoding/json"
	"strings"

	"yagura/internal/i18n"
	"yagura/internal/signin"
)

func (s *server) passkeyRoutes() []route {
	return []route{
		{"GET /settings/passkeys/new", person, "", (*call).passkeyNew},
		{"POST /settings/passkeys", person, "", (*call).passkeyAdd},
		{"POST /settings/passkeys/remove", person, "", (*call).passkeyRemove},
		{"GET /signin/passkey", public, "", (*call).passkeyAsk},
		{"POST /signin/passkey", public, "", (*call).passkeySignin},
		{"GET /signin/enrol/passkey", public, "", (*call).enrolKeyNew},
		{"POST /signin/enrol/passkey", public, "", (*call).enrolKeyAdd},
	}
}

// ceremonyView is a form whose answer the browser's authenticator gives: the script
// passes Options to navigator.credentials and sends what it returns as "response".
type ceremonyView struct {
	Kind     string // create or get
	Options  string // JSON
	Ceremony string
	Action   string
	Button   string
	Named    bool // asks for a name
	Next     string
}

func (c *call) ceremony(title string, v ceremonyView, options any) error {
	data, err := json.Marshal(options)
	if err != nil {
		return err
	}
	v.Options = string(data)
	c.w.Header().Set("Cache-Control", "no-store")
	return c.render(c.page(title), ceremony(v))
}

func (c *call) passkeyNew() error { return c.newKey("/settings/passkeys", "/settings", "/settings") }

// newKey shows the form at whose action a new passkey arrives; back is where a refusal
// leads.
func (c *call) newKey(action, next, back string) error {
	options, id, err := c.Signin.BeginRegistration(c.ctx, c.session.Person)
	if err != nil {
		return c.refuse(back, err)
	}
	return c.ceremony("web.settings.passkey-add", ceremonyView{Kind: "create", Ceremony: id, Action: action, Named: true, Button: i18n.T(c.lang, "web.settings.passkey-add"), Next: next}, options)
}

// keepKey keeps the passkey that a form brings.
func (c *call) keepKey() error {
	name := strings.TrimSpace(c.r.PostFormValue("name"))
	if name == "" {
		name = i18n.T(c.lang, "web.settings.passkeys")
	}
	_, err := c.Signin.FinishRegistration(c.ctx, c.session.Person, c.r.PostFormValue("ceremony"), name, []byte(c.r.PostFormValue("response")))
	return err
}

func (c *call) passkeyAdd() error {
	if err := c.keepKey(); err != nil {
		return c.refuse("/settings", err)
	}
	return c.done("/settings#factors", "web.settings.passkey-added")
}

// enrolKeyNew is the way with a passkey out of what a session waits for whose role
// wants a second factor.
func (c *call) enrolKeyNew() error {
	if c.session.Step != signin.Enrol {
		c.redirect("/")
		return nil
	}
	return c.newKey("/signin/enrol/passkey", local(c.r.FormValue("next")), "/signin/factor")
}

func (c *call) enrolKeyAdd() error {
	if c.session.Step != signin.Enrol {
		c.redirect("/")
		return nil
	}
	if err := c.keepKey(); err != nil {
		return c.refuse("/signin/factor", err)
	}
	if err := c.raise(); err != nil {
		return err
	}
	return c.sit(c.token, c.session.Person, local(c.r.PostFormValue("next")))
}

func (c *call) passkeyRemove() error {
	if err := c.Signin.RemovePasskey(c.ctx, c.session.Person, c.r.PostFormValue("id")); err != nil {
		return c.refuse("/settings#factors", err)
	}
	return c.done("/settings#factors", "web.settings.passkey-removed")
}

// waiting is the person of a session that waits for a second factor, "" for none: then
// the passkey itself says who comes.
func (c *call) waiting() string {
	if c.session.Step == signin.Second {
		return c.session.Person
	}
	return ""
}

func (c *call) passkeyAsk() error {
	options, id, err := c.Signin.BeginLogin(c.ctx, c.waiting())
	if err != nil {
		return c.refuse("/signin", err)
	}
	return c.ceremony("web.settings.passkey-signin", ceremonyView{Kind: "get", Ceremony: id, Action: "/signin/passkey", Button: i18n.T(c.lang, "web.settings.passkey-signin"), Next: local(c.r.FormValue("next"))}, options)
}

func (c *call) passkeySignin() error {
	next := local(c.r.PostFormValue("next"))
	who, mfa, err := c.Signin.FinishLogin(c.ctx, c.waiting(), c.r.PostFormValue("ceremony"), []byte(c.r.PostFormValue("response")))
	if err != nil {
		return c.refuse("/signin?next="+queryEscape(next), err)
	}
	if c.waiting() != "" {
		if err := c.raise(); err != nil {
			return err
		}
		return c.sit(c.token, who, next)
	}
	return c.openAs(who, "passkey", mfa, next)
}

// openAs begins a session after which a step may still be open.
func (c *call) openAs(who, method string, mfa bool, next string) error {
	token, err := c.Signin.Open(c.ctx, who, method, mfa, c.about())
	if err != nil {
		return err
	}
	c.setSession(token)
	fresh, err := c.Signin.Session(c.ctx, token)
	if err != nil {
		return err
	}
	if fresh.Step != signin.Done {
		c.redirect("/signin/factor?next=" + queryEscape(next))
		return nil
	}
	return c.sit(token, who, next)
}
