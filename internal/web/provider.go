package web

import (
	"net/http"
)

// providerCookie binds a visit to a provider to the browser that began it.
const providerCookie = "provider"

// doors fills in the ways to sign in beside the password.
func (c *call) doors(v signinView) signinView {
	v.Demo, v.Keys, v.Providers = c.Demo, c.Passkeys, c.Signin.Providers()
	return v
}

// visitCookie must come along with the provider's redirect, which is a navigation from
// another site: SameSite=Lax lets it.
func (c *call) visitCookie(value string, seconds int) {
	http.SetCookie(c.w, &http.Cookie{Name: providerCookie, Value: value, Path: "/signin/callback", MaxAge: seconds, HttpOnly: true, Secure: !c.Kit.Plain, SameSite: http.SameSiteLaxMode})
}

// providerBegin is a GET: the content security policy lets no form end at another site.
func (c *call) providerBegin() error {
	address, browser, err := c.Signin.BeginOIDC(c.ctx, c.r.PathValue("provider"), "", local(c.r.FormValue("next")))
	if err != nil {
		return c.refuse("/signin", err)
	}
	c.visitCookie(browser, 600)
	c.redirect(address)
	return nil
}

func (c *call) providerBack() error {
	browser := ""
	if cookie, err := c.r.Cookie(providerCookie); err == nil {
		browser = cookie.Value
	}
	c.visitCookie("", -1)
	visit, err := c.Signin.FinishOIDC(c.ctx, "", browser, c.r.URL.Query())
	if err != nil {
		return c.refuse("/signin", err)
	}
	return c.openAs(visit.Person, "oidc:"+visit.Provider, visit.MFA, local(visit.Back))
}
