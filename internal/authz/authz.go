// Package authz decides who may do what. The rules are Cedar policies
// (policy.cedar, and those that domains add); this package turns an actor and a
// thing into a request and says which policy allowed it, or why not. It stores
// nothing and lists nothing: lists are held to a tenant by the SQL itself.
package authz

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"yagura/internal/errs"
)

// Role is a duty that a person has in one organisation.
type Role string

// The roles. The first five belong to whoever answers, the last three to whoever asks.
const (
	Respondent    Role = "respondent"    // 回答
	Checker       Role = "checker"       // 再鑑
	Approver      Role = "approver"      // 承認 (management)
	Auditor       Role = "auditor"       // internal audit: reads everything of its own organisation
	Administrator Role = "administrator" // people, units, roles, tokens
	Manager       Role = "manager"       // runs campaigns
	Analyst       Role = "analyst"       // makes releases
	Supervisor    Role = "supervisor"    // reads submissions, approves releases
)

// Roles lists all roles in the order in which they are shown.
var Roles = []Role{Respondent, Checker, Approver, Auditor, Administrator, Manager, Analyst, Supervisor}

// Actor is a person (or their token) acting in one organisation.
type Actor struct {
	Person     string // id
	Name       string // as shown
	Org        string // id of the acting organisation
	OrgName    string
	OrgKind    string // institution, community, authority or vendor
	Unit       string
	Roles      []Role
	OnBehalfOf string   // for whom, when not for themselves
	Token      string   // id of the API token, when not signed in on a screen
	Scopes     []string // of the token: actions, or groups of them as "filing.*"; a screen has none and needs none
	// Weak is set when a role of the actor wants a second factor and the sign-in had none.
	Weak bool
}

// Has reports whether the actor has one of the roles.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Thing is what is acted on, with the facts that policies read.
type Thing struct {
	Kind      string // filing, record, campaign, release, action, organisation …
	ID        string
	Tenant    string   // id of the organisation whose it is
	Answerers []string // persons who gave the present answers of a filing
	Maker     string   // person who made a release
	Owner     string   // person to whom an action is given
}

// Policies are the compiled rules. They are immutable and safe for concurrent use.
type Policies struct{ set *cedar.PolicySet }

//go:embed policy.cedar
var core []byte

// New compiles the core policies and those of domains, by file name. A policy
// without @id, or with one that is taken, is an error.
func New(more map[string][]byte) (*Policies, error) {
	p := &Policies{cedar.NewPolicySet()}
	if err := p.add("policy.cedar", core); err != nil {
		return nil, err
	}
	for name, text := range more {
		if err := p.add(name, text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Policies) add(name string, text []byte) error {
	list, err := cedar.NewPolicyListFromBytes(name, text)
	if err != nil {
		return errs.New(errs.Internal, "%s: %w", name, err)
	}
	for _, policy := range list {
		id := policy.Annotations()["id"]
		if id == "" || p.set.Get(types.PolicyID(id)) != nil {
			return errs.New(errs.Internal, "%s: a policy without an id of its own: %q", name, id)
		}
		p.set.Add(types.PolicyID(id), policy)
	}
	return nil
}

// Decide returns the id of the policy that permits the action, which the ledger
// keeps as the basis of what was done. The error is Forbidden, as *Refusal.
func (p *Policies) Decide(a Actor, action string, t Thing) (basis string, err error) {
	if !a.inScope(action) {
		return "", &Refusal{Action: action, Policy: "scope"}
	}
	who, what := types.NewEntityUID("Person", types.String(a.Person)), types.NewEntityUID(types.EntityType(t.Kind), types.String(t.ID))
	entities := types.EntityMap{
		who:  {UID: who, Attributes: a.attributes()},
		what: {UID: what, Attributes: t.attributes()},
	}
	ok, why := cedar.Authorize(p.set, entities, cedar.Request{
		Principal: who, Action: types.NewEntityUID("Action", types.String(action)), Resource: what,
	})
	reason := ""
	if len(why.Reasons) > 0 {
		ids := make([]string, len(why.Reasons))
		for i, r := range why.Reasons {
			ids[i] = string(r.PolicyID)
		}
		slices.Sort(ids) // several may apply: the same one is named every time
		reason = ids[0]
	}
	if len(why.Errors) > 0 {
		return "", errs.New(errs.Internal, "authz: %s: %s", why.Errors[0].PolicyID, why.Errors[0].Message)
	}
	if ok != cedar.Allow {
		return "", &Refusal{Action: action, Policy: reason}
	}
	return reason, nil
}

// May is Decide without the reasons, for what a screen offers.
func (p *Policies) May(a Actor, action string, t Thing) bool {
	_, err := p.Decide(a, action, t)
	return err == nil
}

func (a Actor) inScope(action string) bool {
	if a.Token == "" {
		return true
	}
	return slices.ContainsFunc(a.Scopes, func(s string) bool {
		group, ok := strings.CutSuffix(s, "*")
		return s == action || ok && strings.HasPrefix(action, group)
	})
}

func (a Actor) attributes() types.Record {
	roles := make([]types.Value, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = types.String(r)
	}
	return types.NewRecord(types.RecordMap{
		"person": types.String(a.Person), "org": types.String(a.Org), "kind": types.String(a.OrgKind),
		"roles": types.NewSet(roles...), "weak": types.Boolean(a.Weak),
	})
}

func (t Thing) attributes() types.Record {
	m := types.RecordMap{"tenant": types.String(t.Tenant)}
	if len(t.Answerers) > 0 {
		ids := make([]types.Value, len(t.Answerers))
		for i, id := range t.Answerers {
			ids[i] = types.String(id)
		}
		m["answerers"] = types.NewSet(ids...)
	}
	if t.Maker != "" {
		m["maker"] = types.String(t.Maker)
	}
	if t.Owner != "" {
		m["owner"] = types.String(t.Owner)
	}
	return types.NewRecord(m)
}

// Refusal is the error of an action that is not permitted.
type Refusal struct {
	Action string
	Policy string // the forbidding policy, "scope" when a token's scopes lack the action, "" when none permits
}

func (r *Refusal) Error() string { return "not permitted: " + r.Action + " (" + r.Policy + ")" }

// Unwrap gives the refusal its kind.
func (r *Refusal) Unwrap() error { return errForbidden }

var errForbidden = errs.New(errs.Forbidden, "not permitted")

// Key is the message that tells a person why: "authz." and the forbidding
// policy, or authz.no-role.
func (r *Refusal) Key() string {
	if r.Policy == "" {
		return "authz.no-role"
	}
	return "authz." + r.Policy
}
