package authz_test

import (
	"errors"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

func policies(t testing.TB) *authz.Policies {
	t.Helper()
	p, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Who answers with their own roles only, within their own organisation only, and
// never twice in the chain of checks.
func TestDecide(t *testing.T) {
	p := policies(t)
	anna := authz.Actor{Person: "p1", Org: "b1", Roles: []authz.Role{authz.Respondent, authz.Checker, authz.Approver}}
	filing := authz.Thing{Kind: "filing", ID: "f1", Tenant: "b1"}
	with := func(f func(*authz.Thing)) authz.Thing { t := filing; f(&t); return t }
	for _, c := range []struct {
		name   string
		actor  authz.Actor
		action string
		thing  authz.Thing
		policy string // that permits, or "-" and the one that forbids
	}{
		{"answers", anna, "filing.answer", filing, "respondent-answers"},
		{"checks others' answers", anna, "filing.check", with(func(t *authz.Thing) { t.Answerers = []string{"p2"} }), "checker-checks"},
		{"checks own answers", anna, "filing.check", with(func(t *authz.Thing) { t.Answerers = []string{"p2", "p1"} }), "-four-eyes"},
		{"approves own answers", anna, "filing.approve", with(func(t *authz.Thing) { t.Answerers = []string{"p1"} }), "-four-eyes"},
		{"another organisation's", anna, "filing.read", with(func(t *authz.Thing) { t.Tenant = "b2" }), "-own-organisation-only"},
		{"asker's action", anna, "campaign.open", authz.Thing{Kind: "campaign", ID: "c", Tenant: "b1"}, "-"},
		{"unknown action", anna, "filing.burn", filing, "-"},
		{"weak sign-in", func() authz.Actor { a := anna; a.Weak = true; return a }(), "filing.answer", filing, "-strong-sign-in"},
		{"token without scope", func() authz.Actor { a := anna; a.Token, a.Scopes = "t", []string{"filing.read"}; return a }(), "filing.answer", filing, "-scope"},
		{"token with group scope", func() authz.Actor { a := anna; a.Token, a.Scopes = "t", []string{"filing.*"}; return a }(), "filing.answer", filing, "respondent-answers"},
		{"own action", authz.Actor{Person: "p1", Org: "b1", Roles: []authz.Role{authz.Auditor}}, "action.verify", authz.Thing{Kind: "action", ID: "a", Tenant: "b1", Owner: "p1"}, "-nobody-verifies-their-own-action"},
		{"own release", authz.Actor{Person: "p1", Org: "a", Roles: []authz.Role{authz.Analyst, authz.Supervisor}}, "release.approve", authz.Thing{Kind: "release", ID: "r", Tenant: "a", Maker: "p1"}, "-second-person-approves-release"},
	} {
		t.Run(c.name, func(t *testing.T) {
			basis, err := p.Decide(c.actor, c.action, c.thing)
			var refusal *authz.Refusal
			switch {
			case err == nil && basis != c.policy:
				t.Errorf("permitted by %q, want %q", basis, c.policy)
			case err != nil && (!errors.As(err, &refusal) || "-"+refusal.Policy != c.policy || errs.KindOf(err) != errs.Forbidden):
				t.Errorf("%v, want %q", err, c.policy)
			case err != nil && !i18n.Has(refusal.Key()):
				t.Errorf("no message %s", refusal.Key())
			}
		})
	}
}

func TestPoliciesNeedTheirOwnID(t *testing.T) {
	for _, text := range []string{`permit (principal, action, resource);`, `@id("four-eyes") permit (principal, action, resource);`, `permit (`} {
		if _, err := authz.New(map[string][]byte{"x.cedar": []byte(text)}); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p := policies(b)
	a := authz.Actor{Person: "p1", Org: "b1", Roles: []authz.Role{authz.Respondent}}
	for b.Loop() {
		if _, err := p.Decide(a, "filing.answer", authz.Thing{Kind: "filing", ID: "f", Tenant: "b1"}); err != nil {
			b.Fatal(err)
		}
	}
}
