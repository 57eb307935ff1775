package api

import (
	"net/http"

	"yagura/internal/authz"
	"yagura/internal/i18n"
)

func (s *server) meOperations() {
	add(s, op(http.MethodGet, "/api/me", "me-get"), "", (*call).me)
}

// Organisation is who someone acts for.
type Organisation struct {
	ID   string    `json:"id"`
	Kind string    `json:"kind"`
	Name i18n.Text `json:"name"`
}

// Me is the caller.
type Me struct {
	Person       string       `json:"person"`
	Name         string       `json:"name"`
	Organisation Organisation `json:"organisation"`
	Roles        []authz.Role `json:"roles"`
	Token        string       `json:"token,omitempty" doc:"id of the API token"`
	Scopes       []string     `json:"scopes,omitempty" doc:"of the token, as actions"`
}

func (c *call) me(*struct{}) (*one[Me], error) {
	o, err := c.Orgs.Organisation(c.ctx, c.actor.Org)
	if err != nil {
		return nil, err
	}
	a := c.actor
	return &one[Me]{Body: Me{Person: a.Person, Name: a.Name, Organisation: Organisation{o.ID, string(o.Kind), o.Name()}, Roles: a.Roles, Token: a.Token, Scopes: a.Scopes}}, nil
}
