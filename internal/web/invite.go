package web

import (
	"net/http"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

func (s *server) inviteRoutes() []route {
	return []route{
		{"GET /invitation/{token}", public, "", (*call).invitationPage},
		{"POST /invitation/{token}", public, "", (*call).invitationAccept},
		{"GET /reset", public, "", (*call).resetAsk},
		{"POST /reset", public, "", (*call).resetSend},
		{"GET /reset/{token}", public, "", (*call).resetPage},
		{"POST /reset/{token}", public, "", (*call).resetSet},
	}
}

type invitationView struct {
	signin.Invitation
	OrgName string
	Token   string
	Known   bool // the caller is signed in and takes the seat as who they are
	Lang    i18n.Lang
	Name    string
	Errors  map[string]string
}

func (v invitationView) faults() []webkit.Fault {
	var out []webkit.Fault
	for _, f := range []string{"name", "password"} {
		if v.Errors[f] != "" {
			out = append(out, webkit.Fault{Href: "#f-" + f, Text: v.Errors[f]})
		}
	}
	return out
}

func (c *call) invitation(status int, v invitationView) error {
	v.Token = c.r.PathValue("token")
	var err error
	if v.Invitation, err = c.Signin.Invitation(c.ctx, v.Token); err != nil {
		return c.unusable(err)
	}
	o, err := c.Orgs.Organisation(c.ctx, v.Org)
	if err != nil {
		return err
	}
	v.OrgName, v.Lang = o.Name().In(c.lang), c.lang
	v.Known = c.session.Person != "" && c.session.Step == signin.Done
	p := c.page("web.invite.title", "org", v.OrgName)
	p.Error = len(v.Errors) > 0
	return c.renderStatus(status, p, invitation(v))
}

// unusable shows why a link doesn't work; its text is one for every reason.
func (c *call) unusable(err error) error {
	text := c.text(err)
	if text == "" {
		return err
	}
	p := c.page("web.error.title")
	p.Error = true
	return c.renderStatus(webkit.Status(err), p, refusal(text))
}

func (c *call) invitationPage() error { return c.invitation(http.StatusOK, invitationView{}) }

// invitationAccept makes the person and the seat, or gives the seat to who is signed in.
func (c *call) invitationAccept() error {
	name, password, token := strings.TrimSpace(c.r.PostFormValue("name")), c.r.PostFormValue("password"), c.r.PathValue("token")
	known := c.session.Person != "" && c.session.Step == signin.Done
	again := func(field string, err error) error {
		return c.invitation(http.StatusUnprocessableEntity, invitationView{Name: name, Errors: map[string]string{field: c.text(err)}})
	}
	if !known && (name == "" || len(name) > 300) {
		return again("name", i18n.NewError("web.invite.name-missing"))
	}
	if !known && password == "" {
		return again("password", i18n.NewError("web.invite.password-missing"))
	}
	if known {
		password = ""
	}
	var who string
	inv, _, err := c.Signin.Accept(c.ctx, token, password, func(tx *db.Tx, inv signin.Invitation) (string, error) {
		who = c.session.Person
		if !known {
			lang := i18n.Lang(c.r.PostFormValue("language"))
			if !slices.Contains(i18n.Langs, lang) {
				lang = c.lang
			}
			var err error
			if who, err = c.Orgs.AddPerson(c.ctx, tx, org.Person{Email: inv.Email, Name: name, Lang: lang}); err != nil {
				return "", err
			}
		}
		return who, c.Orgs.Grant(c.ctx, tx, authz.Actor{Person: inv.By}, "administrator-manages", inv.Org, who, inv.Data, rolesIn(inv.Roles))
	})
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return c.unusable(err)
	case err != nil && c.text(err) != "":
		return again("password", err)
	case err != nil:
		return err
	}
	if known {
		if err := c.Signin.Act(c.ctx, c.token, inv.Org); err != nil {
			return err
		}
		c.redirect("/")
		return nil
	}
	return c.openAs(who, "invitation", false, "/")
}

type resetView struct {
	Token, Login, Error string
}

func (c *call) resetAsk() error {
	return c.render(c.page("web.invite.reset-title"), resetRequest(resetView{}))
}

// resetSend answers the same for a login name that nobody has, and sends after it has
// answered.
func (c *call) resetSend() error {
	letter, err := c.Signin.Reset(c.ctx, c.r.PostFormValue("login"), c.about().Address)
	if err != nil {
		text := c.text(err)
		if text == "" {
			return err
		}
		p := c.page("web.invite.reset-title")
		p.Error = true
		return c.renderStatus(http.StatusUnprocessableEntity, p, resetRequest(resetView{Login: c.r.PostFormValue("login"), Error: text}))
	}
	if letter.Token != "" && c.Letter != nil {
		c.Letter(letter.Email, c.Base+"/reset/"+letter.Token, c.lang)
	}
	return c.render(c.page("web.invite.reset-title"), resetSent())
}

func (c *call) resetPage() error { return c.reset(http.StatusOK, "") }

func (c *call) reset(status int, fault string) error {
	v := resetView{Token: c.r.PathValue("token"), Error: fault}
	var err error
	if v.Login, err = c.Signin.ResetOf(c.ctx, v.Token); err != nil {
		return c.unusable(err)
	}
	p := c.page("web.invite.reset-title")
	p.Error = fault != ""
	return c.renderStatus(status, p, resetForm(v))
}

func (c *call) resetSet() error {
	_, err := c.Signin.ResetPassword(c.ctx, c.r.PathValue("token"), c.r.PostFormValue("password"))
	if errs.KindOf(err) == errs.Invalid {
		return c.reset(http.StatusUnprocessableEntity, c.text(err))
	}
	if err != nil {
		return c.unusable(err)
	}
	return c.done("/signin", "web.invite.reset-done")
}
