package web

import (
	"errors"
	"strconv"
	"strings"

	"yagura/internal/action"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func (s *server) actionRoutes() []route {
	return []route{
		{"GET /actions", seat, "action.read", (*call).actionList},
		{"GET /actions/new", seat, "action.write", (*call).actionNew},
		{"POST /actions/new", seat, "action.write", (*call).actionPlan},
		{"GET /actions/{id}", seat, "action.read", (*call).actionPage},
		{"POST /actions/{id}", seat, "action.write", (*call).actionChange},
		{"POST /actions/{id}/moves/{state}", seat, "action.read", (*call).actionMove},
	}
}

func (c *call) actionList() error {
	all := c.r.FormValue("all") != ""
	list, err := c.Actions.List(c.ctx, c.actor, action.Filter{Open: !all, Limit: 1000})
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	columns := []string{i18n.T(c.lang, "web.action.name"), i18n.T(c.lang, "web.action.state"), i18n.T(c.lang, "web.action.due"), i18n.T(c.lang, "web.action.owner"), i18n.T(c.lang, "web.action.cost")}
	if c.r.FormValue("format") != "" {
		var rows [][]any
		for _, a := range list {
			rows = append(rows, []any{a.Title, i18n.T(c.lang, "action.state."+string(a.State)), a.Due, memberName(a.Owner, members), a.Cost})
		}
		return c.export("actions", columns, rows)
	}
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.action.title"), HideCaption: true, Empty: i18n.T(c.lang, "web.action.empty"), Downloads: c.exports("/actions", c.r.URL.Query())}
	for i, name := range columns {
		t.Columns = append(t.Columns, webkit.Column{Title: name, Numeric: i == 4})
	}
	today := c.today()
	for _, a := range list {
		due := a.Due
		if a.Late(today) {
			due = c.aside(due, i18n.T(c.lang, "web.action.late"))
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: a.Title, URL: "/actions/" + a.ID, Head: true},
			{Body: webkit.StatusTag(actionTone(a.State), i18n.T(c.lang, "action.state."+string(a.State)))}, {Text: due}, {Text: memberName(a.Owner, members)}, {Text: yen(a.Cost)}})
	}
	return c.render(c.page("web.action.title"), actionList(t, all, c.Policies.May(c.actor, "action.write", c.own("action"))))
}

// yen writes an amount with separators of thousands, nothing for 0.
func yen(n int64) string {
	if n == 0 {
		return ""
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// actionView is an action with its form.
type actionView struct {
	action.Action
	Error   string
	Owners  webkit.SelectView
	Cost    string
	Moves   []webkit.ConfirmView
	Events  []webkit.Event
	CanEdit bool
	New     bool
	Source  string // page that it came from
}

func (c *call) owners(value string, members []org.Member) webkit.SelectView {
	s := webkit.SelectView{Name: "owner", Label: i18n.T(c.lang, "web.action.owner"), Value: value, Blank: i18n.T(c.lang, "web.filing.delegate-nobody")}
	for _, m := range members {
		s.Options = append(s.Options, webkit.SelectOption{Value: m.Person, Text: m.Name})
	}
	return s
}

func (c *call) actionNew() error { return c.showAction(actionView{New: true, CanEdit: true}, nil) }

func (c *call) showAction(v actionView, fault error) error {
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Owners = c.owners(v.Owner, members)
	status, page := 200, c.page("web.action.new")
	if !v.New {
		page = c.titled(v.Title)
	}
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, page.Error = webkit.Status(fault), true
	}
	if v.Cost == "" && v.Action.Cost > 0 {
		v.Cost = strconv.FormatInt(v.Action.Cost, 10)
	}
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.action.title"), URL: "/actions"}}
	return c.renderStatus(status, page, actionShow(v))
}

// actionFields reads the form of an action into a.
func (c *call) actionFields(a *action.Action) error {
	get := func(name string) string { return strings.TrimSpace(c.r.PostFormValue(name)) }
	a.Title, a.Detail, a.NextLevel, a.Owner, a.Evidence = get("title"), get("detail"), get("next_level"), get("owner"), get("evidence")
	a.Due, a.Cost = get("due"), 0
	if a.Due != "" {
		d, err := form.ParseDate(form.Normalise(a.Due))
		if err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-date", "value", a.Due))
		}
		a.Due = string(d.(form.Date))
	}
	if text := strings.ReplaceAll(form.Normalise(get("cost")), ",", ""); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-cost"))
		}
		a.Cost = n
	}
	return nil
}

func (c *call) actionPlan() error {
	a := action.Action{SourceKind: "own"}
	err := c.actionFields(&a)
	id := ""
	if err == nil {
		id, err = c.Actions.Plan(c.ctx, c.actor, a)
	}
	if err != nil {
		return c.showAction(actionView{Action: a, New: true, CanEdit: true, Cost: c.r.PostFormValue("cost")}, err)
	}
	return c.done("/actions/"+id, "web.action.planned")
}

func (c *call) actionPage() error {
	a, err := c.Actions.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showAction(c.actionViewOf(a), nil)
}

func (c *call) actionViewOf(a action.Action) actionView {
	v := actionView{Action: a, CanEdit: c.Policies.May(c.actor, "action.write", c.own("action")) && a.State != action.Verified && a.State != action.Dropped}
	if a.SourceKind == "return" {
		v.Source = "/returns/" + a.SourceID
	}
	thing := c.own("action")
	thing.Owner = a.Owner
	for _, to := range a.State.Next() {
		what := "action.write"
		if to == action.Verified {
			what = "action.verify"
		}
		if c.Policies.May(c.actor, what, thing) {
			key := "web.action.to-" + string(to)
			v.Moves = append(v.Moves, webkit.ConfirmView{Title: i18n.T(c.lang, key), Text: i18n.T(c.lang, key+"-text"), Button: i18n.T(c.lang, key),
				Action: "/actions/" + a.ID + "/moves/" + string(to), Danger: to == action.Dropped})
		}
	}
	if notes, err := c.Actions.Notes(c.ctx, c.actor, a.ID); err == nil {
		for i := len(notes) - 1; i >= 0; i-- {
			n := notes[i]
			v.Events = append(v.Events, webkit.Event{At: c.moment(n.At), Who: n.Name, What: i18n.T(c.lang, "action.state."+string(n.State)), Tone: actionTone(n.State),
				Body: webkit.Text(i18n.Text{JA: n.Body, EN: n.Body})})
		}
	}
	return v
}

func (c *call) actionChange() error {
	a, err := c.Actions.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(c.r.PostFormValue("version"), 10, 64)
	if err == nil {
		a.Version = seen // of the page that was filled in, so that another's change is noticed
	}
	err = c.actionFields(&a)
	if err == nil {
		err = c.Actions.Change(c.ctx, c.actor, a)
	}
	if errs.KindOf(err) == errs.Conflict {
		err = errs.New(errs.Conflict, "%w", errors.Join(i18n.NewError("web.action.changed"), err))
	}
	if err != nil {
		v := c.actionViewOf(a)
		v.Cost = c.r.PostFormValue("cost")
		return c.showAction(v, err)
	}
	return c.done("/actions/"+a.ID, "web.action.saved")
}

func (c *call) actionMove() error {
	id := c.r.PathValue("id")
	if err := c.Actions.Move(c.ctx, c.actor, id, action.State(c.r.PathValue("state")), c.r.PostFormValue("note")); err != nil {
		return c.refuseUnless(err, "/actions/"+id)
	}
	return c.done("/actions/"+id, "web.action.saved")
}
