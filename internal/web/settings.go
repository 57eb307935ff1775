package web

import (
	"net/http"
	"slices"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

func (s *server) settingsRoutes() []route {
	return []route{
		{"GET /settings", person, "", (*call).settingsPage},
		{"POST /settings/password", person, "", (*call).settingsPassword},
		{"POST /settings/language", person, "", (*call).settingsLanguage},
		{"POST /settings/sessions/end", person, "", (*call).settingsEnd},
		{"POST /settings/sessions/end-others", person, "", (*call).settingsEndOthers},
		{"POST /settings/authenticator", person, "", (*call).settingsEnrol},
		{"POST /settings/authenticator/confirm", person, "", (*call).settingsConfirm},
		{"POST /settings/recovery", person, "", (*call).settingsRecovery},
		{"POST /settings/mail", seat, "", (*call).settingsMail},
		{"POST /settings/calendar", seat, "", (*call).settingsCalendar},
		{"POST /settings/calendar/end", seat, "", (*call).settingsCalendarEnd},
		{"POST /settings/tokens", seat, "", (*call).settingsMint},
		{"POST /settings/tokens/revoke", person, "", (*call).settingsRevoke},
	}
}

// settingsView is what a person set and what they are signed in with.
type settingsView struct {
	Login    string
	Factors  signin.Factors
	Sessions []signin.Session
	Here     string // id of this session
	Passkeys []signin.Passkey
	Keys     bool // passkeys can be made here
	Tokens   []signin.Token
	Seat     bool // acts for an organisation: mail, calendar and tokens belong to it
	Way      notice.Way
	Now      time.Time
	Lang     i18n.Lang
	Offered  []scope

	Errors map[string]string // by field
	Name   string            // of the token, as typed
}

func (v settingsView) faults() []webkit.Fault {
	var out []webkit.Fault
	for _, field := range []string{"present", "password", "name", "scope", "expires"} {
		if text := v.Errors[field]; text != "" {
			anchor := "#f-" + field
			if field == "scope" { // a group of boxes
				anchor = "#scope"
			}
			out = append(out, webkit.Fault{Href: anchor, Text: text})
		}
	}
	return out
}

func (c *call) settingsPage() error {
	return c.settings(http.StatusOK, settingsView{})
}

// settings shows the page with what v says of a refused form.
func (c *call) settings(status int, v settingsView) error {
	me := c.session.Person
	var err1, err2, err3, err4, err5, err6 error
	v.Login, err1 = c.Signin.Login(c.ctx, me)
	if errs.KindOf(err1) == errs.NotFound { // signs in at a provider alone
		err1 = nil
	}
	v.Factors, err2 = c.Signin.Factors(c.ctx, me)
	v.Sessions, err3 = c.Signin.Sessions(c.ctx, me)
	v.Passkeys, err4 = c.Signin.Passkeys(c.ctx, me)
	v.Tokens, err5 = c.Signin.Tokens(c.ctx, me)
	v.Here, v.Now, v.Lang, v.Seat, v.Keys = c.session.ID, c.Clock.Now(), c.lang, c.actor.Org != "", c.Passkeys
	if v.Seat {
		v.Way, err6 = notice.WayOf(c.ctx, c.DB.Tenant(c.actor.Org), me)
		v.Offered = c.scopes()
		v.Tokens = slices.DeleteFunc(v.Tokens, func(t signin.Token) bool { return t.Org != c.actor.Org })
	}
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			return err
		}
	}
	p := c.page("web.settings.title")
	p.Error = len(v.Errors) > 0
	return c.renderStatus(status, p, settings(v))
}

// askAgain shows the settings with the error beside a field, or fails with err.
func (c *call) askAgain(field string, err error) error {
	text := c.text(err)
	if text == "" {
		return err
	}
	return c.settings(http.StatusUnprocessableEntity, settingsView{Errors: map[string]string{field: text}, Name: c.r.PostFormValue("name")})
}

func (c *call) settingsPassword() error {
	err := c.Signin.ChangePassword(c.ctx, c.session.Person, c.r.PostFormValue("present"), c.r.PostFormValue("password"), c.about().Address, c.session.ID)
	if err != nil {
		field := "present"
		if errs.KindOf(err) == errs.Invalid {
			field = "password"
		}
		return c.askAgain(field, err)
	}
	return c.done("/settings", "web.settings.password-done")
}

func (c *call) settingsLanguage() error {
	lang := i18n.Lang(c.r.PostFormValue("language"))
	if !slices.Contains(i18n.Langs, lang) {
		return errs.New(errs.Invalid, "web: no language %q", lang)
	}
	if err := c.Orgs.SetLang(c.ctx, c.session.Person, lang); err != nil {
		return err
	}
	c.Kit.SetFlash(c.w, webkit.Flash{Tone: webkit.Success, Text: i18n.T(lang, "web.settings.language-done")})
	c.redirect("/settings?lang=" + string(lang))
	return nil
}

func (c *call) settingsEnd() error {
	if err := c.Signin.Close(c.ctx, c.session.Person, c.r.PostFormValue("id")); err != nil {
		return c.refuse("/settings#sessions", err)
	}
	return c.done("/settings#sessions", "web.settings.ended")
}

func (c *call) settingsEndOthers() error {
	n, err := c.Signin.CloseAll(c.ctx, c.session.Person, c.session.ID)
	if err != nil {
		return err
	}
	return c.done("/settings#sessions", "web.settings.ended-others", "n", n)
}

func (c *call) settingsMail() error {
	if err := notice.SetWay(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Person, notice.Way(c.r.PostFormValue("way"))); err != nil {
		return err
	}
	return c.done("/settings#mail", "web.settings.saved")
}

// settingsCalendar makes the address of the calendar feed, which is shown once.
func (c *call) settingsCalendar() error {
	var token string
	err := c.DB.Tenant(c.actor.Org).Tx(c.ctx, func(tx *db.Tx) (err error) {
		token, err = c.Notices.NewFeed(c.ctx, tx, c.actor.Org, c.actor.Person)
		return err
	})
	if err != nil {
		return err
	}
	return c.once("web.settings.calendar-made", "web.settings.calendar-once", []string{c.Base + "/calendar/" + token}, "/settings#calendar")
}

func (c *call) settingsCalendarEnd() error {
	err := c.DB.Tenant(c.actor.Org).Tx(c.ctx, func(tx *db.Tx) error {
		_, err := notice.DropFeed(c.ctx, tx, c.actor.Person)
		return err
	})
	if err != nil {
		return err
	}
	return c.done("/settings#calendar", "web.settings.calendar-ended")
}

// once shows a secret that is not shown again, on a page that no cache keeps.
func (c *call) once(title, lead string, secrets []string, next string) error {
	c.w.Header().Set("Cache-Control", "no-store")
	p := c.page(title)
	p.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.settings.title"), URL: "/settings"}}
	return c.render(p, shownOnce(i18n.T(c.lang, lead), secrets, next))
}
