package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

func (s *server) peopleRoutes() []route {
	return []route{
		{"GET /people", seat, "org.read", (*call).peoplePage},
		{"GET /people/{id}", seat, "org.read", (*call).personPage},
		{"POST /people/{id}", seat, "org.manage", (*call).personRoles},
		{"POST /people/{id}/remove", seat, "org.manage", (*call).personRemove},
		{"POST /people/{id}/reset", seat, "org.manage", (*call).personReset},
		{"POST /people/{id}/drop-factors", seat, "org.manage", (*call).personDrop},
		{"POST /people/{id}/unlock", seat, "org.manage", (*call).personUnlock},
		{"POST /people/invite", seat, "org.manage", (*call).peopleInvite},
		{"POST /people/withdraw", seat, "org.manage", (*call).peopleWithdraw},
		{"POST /people/units", seat, "org.manage", (*call).peopleUnit},
	}
}

// invitationLife is how long an invitation may be accepted, a setting of Yagura.
const invitationLife = 14 * 24 * time.Hour

type peopleView struct {
	Table   webkit.TableView
	Filter  webkit.FilterView
	Text    string
	Role    webkit.SelectView
	Offered []authz.Role
	Open    []signin.Invitation
	Units   []org.Unit
	Manage  bool
	Email   string // as typed
	Error   string
}

type memberView struct {
	org.Member
	UnitName string
	Seen     time.Time // last use of an open session
	Second   bool
}

func (c *call) manages(action string) bool {
	return c.Policies.May(c.actor, action, authz.Thing{Kind: "organisation", ID: c.actor.Org, Tenant: c.actor.Org})
}

// mustManage refuses who may not manage the people of the organisation.
func (c *call) mustManage() error {
	_, err := c.Policies.Decide(c.actor, "org.manage", authz.Thing{Kind: "organisation", ID: c.actor.Org, Tenant: c.actor.Org})
	return err
}

func (c *call) peoplePage() error { return c.people(http.StatusOK, peopleView{}) }

func (c *call) people(status int, v peopleView) error {
	all, err := c.Orgs.People(c.ctx, c.actor)
	if err != nil {
		return err
	}
	if v.Units, err = c.Orgs.Units(c.ctx, c.actor.Org); err != nil {
		return err
	}
	q := c.r.URL.Query()
	members := chosen(all, v.Units, q.Get("text"), authz.Role(q.Get("role")))
	if q.Get("format") != "" {
		return c.exportPeople(members, v.Units)
	}
	if v.Offered, err = c.offered(); err != nil {
		return err
	}
	paging := webkit.ParsePaging(q)
	from := min(paging.Offset(), len(members))
	shown, err := c.standing(members[from:min(from+paging.Size, len(members))], v.Units)
	if err != nil {
		return err
	}
	v.Table = memberTable(c.ctx, shown, len(members))
	v.Table.Empty, v.Table.Downloads = i18n.T(c.lang, "web.people.none"), c.exports("/people", q)
	v.Table.Pager = &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(members)}
	if c.r.Method != http.MethodGet {
		v.Table.Pager.URL = "/people"
	}
	v.Filter, v.Text = webkit.FilterView{Action: "/people", Reset: "/people"}, q.Get("text")
	v.Role = webkit.SelectView{Name: "role", Label: i18n.T(c.lang, "web.people.roles"), Blank: i18n.T(c.lang, "web.received.all"), Value: q.Get("role")}
	for _, r := range authz.Roles {
		v.Role.Options = append(v.Role.Options, webkit.SelectOption{Value: string(r), Text: i18n.T(c.lang, "web.role."+string(r))})
	}
	v.Manage = c.manages("org.manage")
	invited, err := c.Signin.Invitations(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Open = slices.DeleteFunc(invited, func(i signin.Invitation) bool { return !i.Used.IsZero() || !i.Expires.After(c.Clock.Now()) })
	p := c.page("web.people.title")
	p.Error, p.Wide = v.Error != "", true
	return c.renderStatus(status, p, people(v))
}

// chosen are the members whose name, address or unit has a text and who have a role.
func chosen(all []org.Member, units []org.Unit, text string, role authz.Role) []org.Member {
	text = strings.ToLower(strings.TrimSpace(text))
	return slices.DeleteFunc(all, func(m org.Member) bool {
		u := unitOf(units, m.Unit)
		said := strings.ToLower(m.Name + "\n" + m.Email + "\n" + u.NameJA + "\n" + u.NameEN)
		return !strings.Contains(said, text) || role != "" && !slices.Contains(m.Roles(), role)
	})
}

func unitOf(units []org.Unit, id string) org.Unit {
	for _, u := range units {
		if u.ID == id {
			return u
		}
	}
	return org.Unit{}
}

// standing adds to members what is known of their signing in, in one statement for all.
func (c *call) standing(members []org.Member, units []org.Unit) ([]memberView, error) {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.Person
	}
	known, err := c.Signin.Standings(c.ctx, ids)
	out := make([]memberView, len(members))
	for i, m := range members {
		out[i] = memberView{m, unitOf(units, m.Unit).Name().In(c.lang), known[m.Person].Seen, known[m.Person].Second}
	}
	return out, err
}

// exportPeople saves the list as it is filtered. Roles are the codes that an import takes.
func (c *call) exportPeople(members []org.Member, units []org.Unit) error {
	list, err := c.standing(members, units)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, m := range list {
		rows[i] = []any{m.Email, m.Name, m.UnitName, strings.Join(strings.Fields(m.RoleSet), ";"), m.Lang, yesNo(c.ctx, m.Second, "web.settings.set", "web.settings.unset"), momentOr(c.ctx, m.Seen)}
	}
	return c.export("people", c.columns("web.signin.login", "web.people.name", "web.people.unit", "web.people.roles", "web.people.lang", "web.people.second", "web.people.seen"), rows)
}

// offered are the roles that the actor's organisation has people for.
func (c *call) offered() ([]authz.Role, error) {
	files, err := c.Filings.Any(c.ctx, c.actor.Org)
	return org.Kind(c.actor.OrgKind).Roles(files), err
}

// mayHave refuses roles that are neither offered nor held already.
func (c *call) mayHave(roles, has []authz.Role) error {
	offered, err := c.offered()
	if err != nil {
		return err
	}
	for _, r := range roles {
		if !slices.Contains(offered, r) && !slices.Contains(has, r) {
			return errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-role", "role", r))
		}
	}
	return nil
}

// found is the member whom the address names, of the actor's organisation alone.
func (c *call) found() (memberView, []org.Unit, error) {
	members, err := c.Orgs.People(c.ctx, c.actor)
	if err != nil {
		return memberView{}, nil, err
	}
	i := slices.IndexFunc(members, func(m org.Member) bool { return m.Person == c.r.PathValue("id") })
	if i < 0 {
		return memberView{}, nil, errs.New(errs.NotFound, "web: no such member")
	}
	units, err := c.Orgs.Units(c.ctx, c.actor.Org)
	if err != nil {
		return memberView{}, nil, err
	}
	list, err := c.standing(members[i:i+1], units)
	if err != nil {
		return memberView{}, nil, err
	}
	return list[0], units, nil
}

// managed is found for who manages the organisation's people.
func (c *call) managed() (memberView, error) {
	if err := c.mustManage(); err != nil {
		return memberView{}, err
	}
	m, _, err := c.found()
	return m, err
}

func (c *call) personPage() error {
	m, units, err := c.found()
	if err != nil {
		return err
	}
	offered, err := c.offered()
	if err != nil {
		return err
	}
	p := c.titled(m.Name)
	p.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.people.title"), URL: "/people"}}
	return c.render(p, personPage(m, units, offered, c.manages("org.manage"), c.r.FormValue("ask")))
}

func rolesIn(names []string) []authz.Role {
	var out []authz.Role
	for _, n := range names {
		out = append(out, authz.Role(n))
	}
	return out
}

func (c *call) personRoles() error {
	m, err := c.managed()
	if err != nil {
		return err
	}
	back, roles := "/people/"+m.Person, rolesIn(c.posted("role"))
	if len(roles) == 0 {
		return c.refuse(back, i18n.NewError("web.people.role-choose"))
	}
	if err := c.mayHave(roles, m.Roles()); err != nil {
		return c.refuse(back, err)
	}
	unit := c.r.PostFormValue("unit")
	if err := c.knownUnit(unit); err != nil {
		return err
	}
	if err := c.Orgs.SetRoles(c.ctx, c.actor, m.Person, unit, roles); err != nil {
		return c.refuse(back, err)
	}
	return c.done("/people", "web.people.changed", "name", m.Name)
}

// knownUnit refuses a unit that isn't one of the organisation.
func (c *call) knownUnit(unit string) error {
	units, err := c.Orgs.Units(c.ctx, c.actor.Org)
	if err == nil && unit != "" && !slices.ContainsFunc(units, func(u org.Unit) bool { return u.ID == unit }) {
		err = errs.New(errs.NotFound, "web: no such unit")
	}
	return err
}

func (c *call) personRemove() error {
	m, err := c.managed()
	if err != nil {
		return err
	}
	if err := c.Orgs.SetRoles(c.ctx, c.actor, m.Person, "", nil); err != nil {
		return c.refuse("/people/"+m.Person, err)
	}
	if _, err := c.Signin.RevokeAll(c.ctx, m.Person, c.actor.Org); err != nil {
		return err
	}
	return c.done("/people", "web.people.removed", "name", m.Name)
}

// ownAlone refuses what touches a person's sign-in as a whole when another organisation
// shares the person: an administrator decides for the own organisation only.
func (c *call) ownAlone(person string) error {
	seats, err := c.Orgs.Seats(c.ctx, person)
	if err == nil && slices.ContainsFunc(seats, func(s org.Seat) bool { return s.Org != c.actor.Org }) {
		err = errs.New(errs.Forbidden, "%w", i18n.NewError("web.people.shared"))
	}
	return err
}

// personReset makes a link for a new password, shown once.
func (c *call) personReset() error {
	m, err := c.managed()
	if err != nil {
		return err
	}
	if err := c.ownAlone(m.Person); err != nil {
		return c.refuse("/people/"+m.Person, err)
	}
	letter, err := c.Signin.ResetLink(c.ctx, m.Person)
	if errs.KindOf(err) == errs.NotFound {
		return c.refuse("/people/"+m.Person, i18n.NewError("web.people.no-login"))
	}
	if err != nil {
		return err
	}
	return c.link("web.people.reset-made", c.Base+"/reset/"+letter.Token)
}

func (c *call) link(title, address string) error {
	c.w.Header().Set("Cache-Control", "no-store")
	p := c.page(title)
	p.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.people.title"), URL: "/people"}}
	return c.render(p, shownOnce(i18n.T(c.lang, "web.people.link-once"), []string{address}, "/people"))
}

func (c *call) personDrop() error {
	m, err := c.managed()
	if err != nil {
		return err
	}
	if err := c.ownAlone(m.Person); err != nil {
		return c.refuse("/people/"+m.Person, err)
	}
	if err := c.Signin.DropFactors(c.ctx, m.Person); err != nil {
		return err
	}
	return c.done("/people/"+m.Person, "web.people.dropped")
}

func (c *call) personUnlock() error {
	m, err := c.managed()
	if err != nil {
		return err
	}
	if err := c.ownAlone(m.Person); err != nil {
		return c.refuse("/people/"+m.Person, err)
	}
	if err := c.Signin.Unlock(c.ctx, m.Person); err != nil {
		return c.refuse("/people/"+m.Person, err)
	}
	return c.done("/people/"+m.Person, "web.people.unlocked")
}

// peopleInvite makes an invitation, whose link is shown once.
func (c *call) peopleInvite() error {
	if err := c.mustManage(); err != nil {
		return err
	}
	email, unit := strings.TrimSpace(c.r.PostFormValue("email")), c.r.PostFormValue("unit")
	if err := c.knownUnit(unit); err != nil {
		return err
	}
	again := func(err error) error {
		if text := c.text(err); text != "" {
			return c.people(http.StatusUnprocessableEntity, peopleView{Email: email, Error: text})
		}
		return err
	}
	roles := c.posted("role")
	if err := c.mayHave(rolesIn(roles), nil); err != nil {
		return again(err)
	}
	if len(roles) == 0 {
		return again(i18n.NewError("web.people.role-choose"))
	}
	token, err := c.Signin.Invite(c.ctx, signin.Invitation{Org: c.actor.Org, Email: email, Roles: roles, By: c.actor.Person, Data: unit, Expires: c.Clock.Now().Add(invitationLife)})
	if err != nil {
		return again(err)
	}
	return c.link("web.people.invited", c.Base+"/invitation/"+token)
}

func (c *call) peopleWithdraw() error {
	if err := c.mustManage(); err != nil {
		return err
	}
	if err := c.Signin.Withdraw(c.ctx, c.actor.Org, c.r.PostFormValue("id")); err != nil {
		return err
	}
	return c.done("/people", "web.people.withdrawn")
}

// peopleUnit adds a unit, or renames the one with the posted id.
func (c *call) peopleUnit() error {
	u := org.Unit{ID: c.r.PostFormValue("id"), NameJA: strings.TrimSpace(c.r.PostFormValue("name_ja")), NameEN: strings.TrimSpace(c.r.PostFormValue("name_en"))}
	if u.NameEN == "" {
		u.NameEN = u.NameJA
	}
	if u.NameJA == "" || len(u.NameJA)+len(u.NameEN) > 1000 {
		return c.refuse("/people#units", i18n.NewError("web.people.unit-name"))
	}
	if err := c.knownUnit(u.ID); err != nil {
		return err
	}
	if _, err := c.Orgs.AddUnit(c.ctx, c.actor, u); err != nil {
		return err
	}
	return c.done("/people#units", "web.people.unit-saved")
}
