package api

import (
	"net/http"
	"time"

	"yagura/internal/action"
)

func (s *server) actionOperations() {
	add(s, op(http.MethodGet, "/api/actions", "action-list"), "action.read", (*call).actionList)
	add(s, op(http.MethodPost, "/api/actions", "action-create"), "action.write", (*call).actionCreate)
	add(s, op(http.MethodGet, "/api/actions/{id}", "action-get"), "action.read", (*call).actionGet)
	add(s, op(http.MethodPut, "/api/actions/{id}", "action-change"), "action.write", (*call).actionChange)
	add(s, op(http.MethodPost, "/api/actions/{id}/moves", "action-move"), "", (*call).actionMove)
}

// ActionInput is what an organisation decides about an action.
type ActionInput struct {
	Title     string `json:"title" maxLength:"200"`
	Detail    string `json:"detail,omitempty" maxLength:"4000"`
	NextLevel string `json:"next_level,omitempty" maxLength:"4000" doc:"what shall be"`
	Owner     string `json:"owner,omitempty" maxLength:"100" doc:"id of a person"`
	Unit      string `json:"unit,omitempty" maxLength:"100"`
	Due       string `json:"due,omitempty" format:"date"`
	Cost      int64  `json:"cost,omitempty" minimum:"0" doc:"yen, estimated"`
	Evidence  string `json:"evidence,omitempty" maxLength:"4000"`
}

// Action is one thing that will be done.
type Action struct {
	ID         string `json:"id"`
	SourceKind string `json:"source_kind" doc:"return, filing, incident, own"`
	SourceID   string `json:"source_id"`
	Item       string `json:"item"`
	ActionInput
	State      string     `json:"state"`
	VerifiedBy string     `json:"verified_by,omitempty"`
	VerifiedAt *time.Time `json:"verified_at"`
	CreatedAt  *time.Time `json:"created_at"`
	Version    int64      `json:"version"`
}

func actionView(a action.Action) Action {
	return Action{a.ID, a.SourceKind, a.SourceID, a.Item, ActionInput{a.Title, a.Detail, a.NextLevel, a.Owner, a.Unit, a.Due, a.Cost, a.Evidence},
		string(a.State), a.VerifiedBy, stamp(a.VerifiedAt), stamp(a.CreatedAt), a.Version}
}

func (in ActionInput) action() action.Action {
	return action.Action{SourceKind: "own", Title: in.Title, Detail: in.Detail, NextLevel: in.NextLevel, Owner: in.Owner, Unit: in.Unit, Due: in.Due, Cost: in.Cost, Evidence: in.Evidence}
}

type actionWindow struct {
	Window
	Open bool `query:"open" doc:"only what is neither verified nor dropped"`
}

func (c *call) actionList(w *actionWindow) (*list[Action], error) {
	all, err := c.Actions.List(c.ctx, c.actor, action.Filter{Open: w.Open, Limit: 1000})
	if err != nil {
		return nil, err
	}
	return cut(all, w.Window, func(a action.Action) string { return a.ID }, actionView)
}

func (c *call) actionCreate(in *struct{ Body ActionInput }) (*made, error) {
	id, err := c.Actions.Plan(c.ctx, c.actor, in.Body.action())
	return madeOf(id), err
}

func (c *call) actionGet(p *ByID) (*one[Action], error) {
	a, err := c.Actions.Get(c.ctx, c.actor, p.ID)
	return &one[Action]{etag(a.Version), actionView(a)}, err
}

type actionChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    ActionInput
}

func (c *call) actionChange(in *actionChange) (*one[Action], error) {
	now, err := c.Actions.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	if err := match(in.IfMatch, now.Version, true, actionView(now)); err != nil {
		return nil, err
	}
	a := in.Body.action()
	a.ID, a.Version = now.ID, now.Version
	if err := c.Actions.Change(c.ctx, c.actor, a); err != nil {
		return nil, c.standing(err, func() (any, error) {
			now, err := c.Actions.Get(c.ctx, c.actor, in.ID)
			return actionView(now), err
		})
	}
	return c.actionGet(&in.ByID)
}

type actionMove struct {
	ByID
	Body struct {
		State  string `json:"state" enum:"open,started,done,verified,dropped"`
		Remark string `json:"remark,omitempty" maxLength:"4000"`
	}
}

func (c *call) actionMove(in *actionMove) (*one[Action], error) {
	if err := c.Actions.Move(c.ctx, c.actor, in.ID, action.State(in.Body.State), in.Body.Remark); err != nil {
		return nil, err
	}
	return c.actionGet(&in.ByID)
}
