package web

import (
	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/signin"
)

// firstRoles are what the first person of a party may do: invite the others, and begin
// to answer. Who checks and approves is for that person to say.
var firstRoles = []string{string(authz.Respondent), string(authz.Administrator)}

// partyInvite makes the link by which a party's first person signs in, shown once. Links
// that were made before no longer hold.
func (c *call) partyInvite() error {
	o, err := c.partyOf()
	if err != nil {
		return err
	}
	back := "/parties/" + o.ID
	email, err := signin.CanonicalLogin(c.r.PostFormValue("email"))
	if err != nil {
		return c.refuseUnless(err, back)
	}
	if err := c.Orgs.Introduce(c.ctx, c.actor, o.ID, email); err != nil {
		return c.refuseUnless(err, back)
	}
	earlier, err := c.Signin.Invitations(c.ctx, o.ID)
	if err != nil {
		return err
	}
	for _, inv := range earlier {
		if inv.Used.IsZero() {
			if err := c.Signin.Withdraw(c.ctx, o.ID, inv.ID); err != nil && errs.KindOf(err) != errs.NotFound {
				return err
			}
		}
	}
	token, err := c.Signin.Invite(c.ctx, signin.Invitation{Org: o.ID, Email: email, Roles: firstRoles, By: c.actor.Person, Expires: c.Clock.Now().Add(invitationLife)})
	if err != nil {
		return c.refuseUnless(err, back)
	}
	p := c.page("web.party.invited")
	p.Crumbs = append(c.partyCrumbs(), crumb(o.Name().In(c.lang), back))
	return c.render(p, shownOnce(i18n.T(c.lang, "web.party.link-once", "email", email), []string{c.Base + "/invitation/" + token}, back))
}
