package web

import (
	"strconv"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/obligation"
	"yagura/internal/webkit"
)

func (s *server) incidentRoutes() []route {
	const of = "/incidents/{id}"
	return []route{
		{"GET /incidents", seat, "incident.read", (*call).incidentList},
		{"GET /incidents/new", seat, "incident.write", (*call).incidentNew},
		{"POST /incidents/new", seat, "incident.write", (*call).incidentOpen},
		{"GET /incidents/ready", seat, "incident.read", (*call).incidentReady},
		{"POST /incidents/ready", seat, "incident.write", (*call).incidentPrepare},
		{"GET /incidents/contacts.pdf", seat, "incident.read", (*call).incidentContacts},
		{"GET " + of, seat, "incident.read", (*call).incidentPage},
		{"GET " + of + "/facts", seat, "incident.read", (*call).incidentFacts},
		{"GET " + of + "/facts/{group}", seat, "incident.write", (*call).incidentGroup},
		{"POST " + of + "/facts/{group}", seat, "incident.write", (*call).incidentState},
		{"GET " + of + "/facts.yaml", seat, "incident.read", (*call).incidentFile},
		{"GET " + of + "/export/{format}", seat, "incident.read", (*call).incidentExport},
		{"POST " + of + "/state", seat, "incident.write", (*call).incidentMove},
		{"POST " + of + "/classify", seat, "incident.write", (*call).incidentClassify},
		{"POST " + of + "/duties/{duty}", seat, "incident.write", (*call).incidentCharge},
		{"GET " + of + "/log", seat, "incident.read", (*call).incidentLog},
		{"POST " + of + "/log", seat, "incident.write", (*call).incidentNote},
		{"POST " + of + "/tasks", seat, "incident.write", (*call).incidentTask},
		{"POST " + of + "/tasks/{task}", seat, "incident.write", (*call).incidentTaskEnd},
		{"GET " + of + "/evidence", seat, "incident.read", (*call).incidentEvidence},
		{"POST " + of + "/evidence", seat, "incident.write", (*call).incidentSecure},
		{"POST " + of + "/evidence/{evidence}", seat, "incident.write", (*call).incidentPass},
	}
}

// incidentListView is the list of an organisation's incidents.
type incidentListView struct {
	Tabs    []webkit.Tab
	Figures []webkit.Figure
	Table   webkit.TableView
	Writes  bool
}

func (c *call) incidentList() error {
	all := c.r.FormValue("all") != ""
	list, err := c.Incidents.List(c.ctx, c.actor, incident.Filter{Closed: all, Limit: 1000})
	if err != nil {
		return err
	}
	columns := c.columns("webincident.reference", "webincident.name", "webincident.handling", "webincident.level", "webincident.next", "webincident.due", "webincident.opened")
	if c.r.FormValue("format") != "" {
		var rows [][]any
		for _, i := range list {
			rows = append(rows, []any{i.Reference, c.incidentName(i), c.say("incident.handling." + string(i.State)), c.houseLevel(i.Level), c.stage(i.NextStage), c.nextDue(i.NextState, i.NextDue), c.moment(i.OpenedAt)})
		}
		return c.export("incidents", columns, rows)
	}
	v := incidentListView{Writes: c.Incidents.May(c.actor, "incident.write", incident.Incident{}), Tabs: []webkit.Tab{
		{Text: c.say("webincident.open"), URL: "/incidents", Current: !all}, {Text: c.say("webincident.all"), URL: "/incidents?all=1", Current: all}}}
	v.Table = webkit.TableView{Caption: c.say("webincident.title"), HideCaption: true, Empty: c.say("webincident.none"), Columns: heads(columns), Downloads: c.exports("/incidents", c.r.URL.Query())}
	now := clock.Micros(c.Clock.Now())
	open, late := 0, 0
	for _, i := range list {
		if i.ClosedAt == 0 && i.Exercise == 0 {
			open++
			if i.Late(now) {
				late++
			}
		}
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Body: refLink(i.Reference, "/incidents/"+i.ID), Head: true}, {Body: incidentTitle(i.Title, i.Exercise == 1)},
			{Body: webkit.StatusTag(handlingTone(i.State), c.say("incident.handling."+string(i.State)))}, {Text: c.houseLevel(i.Level)}, {Text: c.stage(i.NextStage)},
			{Body: dueCell(c.nextDue(i.NextState, i.NextDue), c.nextLeft(i.NextState, i.NextDue), i.Late(now) || i.NextState == string(obligation.AtOnce))}, {Text: c.moment(i.OpenedAt)}})
	}
	tone := webkit.Success
	if late > 0 {
		tone = webkit.Danger
	}
	v.Figures = []webkit.Figure{{Title: c.say("webincident.open-n"), Value: strconv.Itoa(open), Unit: c.say("webincident.unit"), Note: c.say("webincident.without-exercises")},
		{Title: c.say("webincident.late-n"), Value: strconv.Itoa(late), Unit: c.say("webincident.unit"), Tone: tone}}
	p := c.page("webincident.title")
	p.Wide = true
	return c.render(p, incidentList(v))
}

func (c *call) incidentName(i incident.Incident) string {
	if i.Exercise == 1 {
		return c.say("incident.exercise", "name", i.Title)
	}
	return i.Title
}

func handlingTone(s incident.State) webkit.Tone {
	switch s {
	case incident.Closed:
		return webkit.Neutral
	case incident.Detected, incident.Triaged:
		return webkit.Danger
	case incident.Recovering, incident.Reviewing:
		return webkit.Info
	}
	return webkit.Warning
}

// houseLevel names a level of the organisation's own scheme.
func (c *call) houseLevel(id string) string {
	if s := c.Incidents.Book().Scheme("house"); s != nil {
		for _, l := range s.Levels {
			if l.ID == id {
				return l.Title.In(c.lang)
			}
		}
	}
	return c.say("incident.level.none")
}

// stage names a stage of a duty by its key, "" for none.
func (c *call) stage(key string) string {
	if st := c.Incidents.Book().Rules.Stage(key); st != nil {
		return (&obligation.Clock{Stage: st}).Title().In(c.lang)
	}
	return ""
}

// nextDue is a deadline as lists show it.
func (c *call) nextDue(state string, due int64) string {
	switch {
	case state == "":
		return ""
	case state == string(obligation.AtOnce):
		return c.say("incident.at-once")
	case due == 0:
		return c.say("incident.unverified")
	}
	return c.moment(due)
}

func (c *call) nextLeft(state string, due int64) string {
	if due == 0 || state == "" {
		return ""
	}
	left := clock.FromMicros(due).Sub(c.Clock.Now())
	if state == string(obligation.AtOnce) {
		return c.say("webincident.since", "at", c.moment(due))
	}
	return incident.LeftText(left).In(c.lang)
}

// sheetOf reads the incident of the address as it was known at the moment that the query
// names; told is that moment, "" for now.
func (c *call) incidentOf() (sh *incident.Sheet, told string, err error) {
	var known time.Time
	told = c.r.URL.Query().Get("at")
	if told != "" {
		m, err := facts.ParseMoment(told, incident.Zone)
		if err != nil || m.From.After(c.Clock.Now()) {
			told = ""
		} else {
			known = m.From
		}
	}
	sh, err = c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), known)
	return sh, told, err
}

// incidentFrame is the frame of an incident's pages.
func (c *call) incidentFrame(i incident.Incident) webkit.Page {
	p := c.titled(i.Title)
	p.Lead = i.Reference
	if i.Exercise == 1 {
		p.Env = c.say("webincident.exercise")
	}
	p.Wide, p.Crumbs = true, []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}}
	return p
}

func (c *call) incidentTabs(i incident.Incident, current string) []webkit.Tab {
	var out []webkit.Tab
	for _, t := range []struct{ key, path string }{{"webincident.tab-overview", ""}, {"webincident.tab-facts", "/facts"}, {"webincident.tab-plan", "/plan"}, {"webincident.tab-reports", "/reports"}, {"webincident.tab-letters", "/letters"},
		{"webincident.tab-log", "/log"}, {"webincident.tab-evidence", "/evidence"}, {"webreview.tab", "/review"}} {
		out = append(out, webkit.Tab{Text: c.say(t.key), URL: "/incidents/" + i.ID + t.path, Current: t.path == current})
	}
	return out
}

// may asks the policies about an incident, with its owner.
func (c *call) mayIncident(action string, i incident.Incident) bool {
	return c.Policies.May(c.actor, action, authz.Thing{Kind: "incident", ID: i.ID, Tenant: c.actor.Org, Owner: i.Owner})
}

// bothOf is a text of the catalog in the reader's language.
func (c *call) in(t i18n.Text) string { return t.In(c.lang) }
