package web

import (
	"slices"
	"strconv"
	"time"

	"yagura/internal/authz"
	"yagura/internal/i18n"
	"yagura/internal/signin"
)

// scope is a set of actions that a person may give to an API token, in words
// (web.settings.scope.KEY). A token never allows more than its person's roles.
type scope struct {
	Key     string
	Actions []string
	roles   []authz.Role // who has to do with it; none: everybody
}

var scopes = []scope{
	{"read", []string{"work.read", "filing.read", "record.read", "return.read", "action.read", "receipt.read"}, nil},
	{"answer", []string{"filing.answer", "filing.finish", "filing.correct", "filing.submit", "filing.comment", "record.write"}, []authz.Role{authz.Respondent}},
	{"action", []string{"action.write"}, []authz.Role{authz.Respondent, authz.Checker, authz.Approver}},
	{"campaign-read", []string{"campaign.read", "party.read", "submission.read", "release.read"}, []authz.Role{authz.Manager, authz.Analyst, authz.Supervisor}},
	{"campaign-run", []string{"campaign.write", "campaign.open", "campaign.remind", "campaign.extend", "campaign.close", "campaign.export", "party.manage"}, []authz.Role{authz.Manager}},
	{"ledger", []string{"ledger.read", "org.read", "org.export"}, []authz.Role{authz.Administrator, authz.Auditor}},
}

// scopes are those that go with the actor's roles.
func (c *call) scopes() []scope {
	return slices.DeleteFunc(slices.Clone(scopes), func(s scope) bool { return len(s.roles) > 0 && !c.actor.Has(s.roles...) })
}

// granted names the scopes of a token by their keys.
func granted(t signin.Token) []string {
	var out []string
	for _, s := range scopes {
		if slices.ContainsFunc(s.Actions, t.Has) {
			out = append(out, s.Key)
		}
	}
	return out
}

// tokenDays are the lives of a token that are offered, in days.
var tokenDays = []int{30, 90, 365}

// settingsMint makes an API token and shows its secret once.
func (c *call) settingsMint() error {
	var actions []string
	asked := c.posted("scope")
	for _, s := range c.scopes() {
		if slices.Contains(asked, s.Key) {
			actions = append(actions, s.Actions...)
		}
	}
	days, err := strconv.Atoi(c.r.PostFormValue("expires"))
	if err != nil || !slices.Contains(tokenDays, days) {
		return c.askAgain("expires", i18n.NewError("web.settings.token-expires-choose"))
	}
	if len(actions) == 0 {
		return c.askAgain("scope", i18n.NewError("web.settings.token-scope-choose"))
	}
	secret, err := c.Signin.Mint(c.ctx, signin.Token{Person: c.actor.Person, Org: c.actor.Org, Name: c.r.PostFormValue("name"), Scopes: actions,
		Expires: c.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)})
	if err != nil {
		return c.askAgain("name", err)
	}
	return c.once("web.settings.token-made", "web.settings.token-once", []string{secret}, "/settings#tokens")
}

func (c *call) settingsRevoke() error {
	if err := c.Signin.Revoke(c.ctx, c.session.Person, c.r.PostFormValue("id")); err != nil {
		return c.refuse("/settings#tokens", err)
	}
	return c.done("/settings#tokens", "web.settings.token-revoked")
}
