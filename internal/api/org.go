package api

import (
	"net/http"

	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/org"
)

func (s *server) orgOperations() {
	add(s, op(http.MethodGet, "/api/parties", "party-list"), "party.read", (*call).parties)
	add(s, op(http.MethodGet, "/api/people", "person-list"), "org.read", (*call).people)
	add(s, op(http.MethodPut, "/api/people/{id}/roles", "person-roles"), "org.manage", (*call).setRoles)
}

// Party is an organisation that the caller's organisation may ask.
type Party struct {
	Organisation
	Code         string `json:"code"`
	Bond         string `json:"bond" doc:"supervised, member or vendor"`
	Sector       string `json:"sector"`
	Size         string `json:"size"`
	Group        string `json:"group"`
	Jurisdiction string `json:"jurisdiction"`
}

func (c *call) parties(w *Window) (*list[Party], error) {
	if _, err := c.Policies.Decide(c.actor, "party.read", c.own("organisation")); err != nil {
		return nil, err
	}
	all, err := c.Orgs.Parties(c.ctx, c.actor.Org)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(p org.Party) string { return p.ID }, func(p org.Party) Party {
		return Party{Organisation{p.ID, string(p.Kind), p.Name()}, p.Code, p.Bond, p.Sector, p.Size, p.Group, p.Jurisdiction}
	})
}

// Person is a member of the caller's organisation.
type Person struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Email string       `json:"email"`
	Lang  i18n.Lang    `json:"lang"`
	Unit  string       `json:"unit"`
	Roles []authz.Role `json:"roles"`
}

func personView(m org.Member) Person {
	return Person{m.Person, m.Name, m.Email, i18n.Lang(m.Lang), m.Unit, m.Roles()}
}

func (c *call) people(w *Window) (*list[Person], error) {
	all, err := c.Orgs.People(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(m org.Member) string { return m.Person }, personView)
}

type rolesIn struct {
	ByID
	Body struct {
		Unit  string       `json:"unit,omitempty" maxLength:"100"`
		Roles []authz.Role `json:"roles" maxItems:"8" doc:"none: the person leaves the organisation"`
	}
}

// setRoles changes the roles of someone who is a member already: others are invited.
func (c *call) setRoles(in *rolesIn) (*nothing, error) {
	if _, err := c.Policies.Decide(c.actor, "org.manage", c.own("organisation")); err != nil {
		return nil, err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.Person == in.ID {
			return nil, c.Orgs.SetRoles(c.ctx, c.actor, in.ID, in.Body.Unit, in.Body.Roles)
		}
	}
	return nil, errs.New(errs.NotFound, "api: no member %s", in.ID)
}
