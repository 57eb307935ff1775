package web

import (
	"net/http"
	"net/url"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

func (s *server) signinRoutes() []route {
	return []route{
		{"GET /signin", public, "", (*call).signinPage},
		{"POST /signin", public, "", (*call).signinPassword},
		{"GET /signin/factor", public, "", (*call).factorPage},
		{"POST /signin/factor", public, "", (*call).factorCode},
		{"GET /signin/with/{provider}", public, "", (*call).providerBegin},
		{"GET /signin/callback", public, "", (*call).providerBack},
		{"POST /signin/enrol", public, "", (*call).factorEnrol},
		{"POST /signin/enrol/confirm", public, "", (*call).factorConfirm},
		{"POST /signin/demo", public, "", (*call).signinDemo},
		{"POST /signout", public, "", (*call).signout},
		{"GET /seat", person, "", (*call).seatPage},
		{"POST /seat", person, "", (*call).seatChoose},
	}
}

// Demo lists the persons as whom a demonstration may be looked at, without a password.
type Demo struct {
	Persons []DemoPerson
}

// DemoPerson is one of them.
type DemoPerson struct {
	Person string // id
	Org    string // id
	Title  i18n.Text
	Note   i18n.Text
}

func queryEscape(s string) string { return url.QueryEscape(s) }

// local is an address within the product, "/" for any other.
func local(next string) string {
	if u, err := url.Parse(next); err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

func (c *call) signinPage() error {
	return c.render(c.page("web.signin.title"), signinForm(c.doors(signinView{Next: local(c.r.FormValue("next"))})))
}

func (c *call) signinPassword() error {
	v := c.doors(signinView{Next: local(c.r.PostFormValue("next")), Login: c.r.PostFormValue("login")})
	who, step, err := c.Signin.Password(c.ctx, v.Login, c.r.PostFormValue("password"), c.about().Address)
	if err != nil {
		if v.Error = c.text(err); v.Error == "" {
			return err
		}
		p := c.page("web.signin.title")
		p.Error = true
		return c.renderStatus(http.StatusUnprocessableEntity, p, signinForm(v))
	}
	return c.open(who, "password", step, v.Next)
}

// open begins a session and goes on to the step that it waits for.
func (c *call) open(who, method string, step signin.Step, next string) error {
	token, err := c.Signin.Open(c.ctx, who, method, false, c.about())
	if err != nil {
		return err
	}
	if c.session.ID != "" { // who signs in anew leaves no session behind in this browser
		if err := c.Signin.Close(c.ctx, c.session.Person, c.session.ID); err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	c.setSession(token)
	if step != signin.Done {
		c.redirect("/signin/factor?next=" + queryEscape(next))
		return nil
	}
	return c.sit(token, who, next)
}

// sit takes the only seat of a person, or lets them choose.
func (c *call) sit(token, who, next string) error {
	seats, err := c.Orgs.Seats(c.ctx, who)
	if err != nil {
		return err
	}
	if len(seats) == 1 {
		if err := c.Signin.Act(c.ctx, token, seats[0].Org); err != nil {
			return err
		}
		c.redirect(next)
		return nil
	}
	c.redirect("/seat?next=" + queryEscape(next))
	return nil
}

func (c *call) factorPage() error {
	if c.session.Step == signin.Done {
		c.redirect("/")
		return nil
	}
	next := local(c.r.FormValue("next"))
	switch c.session.Step {
	case signin.Enrol:
		return c.render(c.page("web.factor.title"), enrolFirst(next, c.Passkeys))
	default:
		v, err := c.factorView(next)
		if err != nil {
			return err
		}
		return c.render(c.page("web.factor.title"), factorForm(v))
	}
}

// factorView is the page of the second factor. It offers a passkey to who has one.
func (c *call) factorView(next string) (signinView, error) {
	v := signinView{Next: next}
	if c.session.Person == "" || !c.Passkeys {
		return v, nil
	}
	has, err := c.Signin.Factors(c.ctx, c.session.Person)
	v.Keys = has.Passkeys > 0
	return v, err
}

func (c *call) factorCode() error {
	if c.session.Person == "" {
		c.redirect("/signin")
		return nil
	}
	v, err := c.factorView(local(c.r.PostFormValue("next")))
	if err != nil {
		return err
	}
	code := strings.TrimSpace(c.r.PostFormValue("code"))
	if strings.Contains(code, "-") || len(code) > 8 {
		_, err = c.Signin.Recover(c.ctx, c.session.Person, code, c.about().Address)
	} else {
		err = c.Signin.Verify(c.ctx, c.session.Person, code, c.about().Address)
	}
	if err != nil {
		if v.Error = c.text(err); v.Error == "" {
			return err
		}
		p := c.page("web.factor.title")
		p.Error = true
		return c.renderStatus(http.StatusUnprocessableEntity, p, factorForm(v))
	}
	fresh, err := c.Signin.Raise(c.ctx, c.token)
	if err != nil {
		return err
	}
	c.setSession(fresh)
	return c.sit(fresh, c.session.Person, v.Next)
}

// signinDemo opens a session of a demonstration's person.
func (c *call) signinDemo() error {
	if c.Demo == nil {
		return errs.New(errs.NotFound, "web: no demonstration")
	}
	for _, p := range c.Demo.Persons {
		if p.Person == c.r.PostFormValue("person") && p.Org == c.r.PostFormValue("org") {
			token, err := c.Signin.Open(c.ctx, p.Person, "demo", true, c.about())
			if err != nil {
				return err
			}
			c.setSession(token)
			if err := c.Signin.Act(c.ctx, token, p.Org); err != nil {
				return err
			}
			c.redirect("/")
			return nil
		}
	}
	return errs.New(errs.NotFound, "web: no such person in the demonstration")
}

func (c *call) signout() error {
	if c.session.Person != "" {
		if err := c.Signin.Close(c.ctx, c.session.Person, c.session.ID); err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	c.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	c.dropSession()
	c.Kit.SetFlash(c.w, webkit.Flash{Tone: webkit.Success, Text: i18n.T(c.lang, "web.signout.done")})
	c.redirect("/signin")
	return nil
}

func (c *call) seatPage() error {
	seats, err := c.Orgs.Seats(c.ctx, c.session.Person)
	if err != nil {
		return err
	}
	return c.render(c.page("web.seat.title"), seatList(seats, local(c.r.FormValue("next"))))
}

func (c *call) seatChoose() error {
	to := c.r.PostFormValue("org")
	if _, err := c.Orgs.Actor(c.ctx, c.session.Person, to, c.lang); err != nil {
		return err
	}
	if err := c.Signin.Act(c.ctx, c.token, to); err != nil {
		return err
	}
	c.redirect(local(c.r.PostFormValue("next")))
	return nil
}
