package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/incident"
	"yagura/internal/incident/playbook"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func (s *server) incidentPlanRoutes() []route {
	const of = "/incidents/{id}/plan"
	return []route{
		{"GET /playbooks", seat, "incident.read", (*call).playbookList},
		{"GET /playbooks/{playbook}/pdf", seat, "incident.read", (*call).playbookPrint},
		{"GET " + of, seat, "incident.read", (*call).incidentPlan},
		{"GET " + of + ".pdf", seat, "incident.read", (*call).incidentPlanPrint},
		{"POST " + of, seat, "incident.write", (*call).incidentFollow},
		{"POST " + of + "/take", seat, "incident.write", (*call).incidentTakeAll},
		{"POST " + of + "/{task}/{act}", seat, "incident.write", (*call).incidentPlanStep},
	}
}

// planView is what is to be done in an incident by its playbooks.
type planView struct {
	incident.Incident
	Tabs   []webkit.Tab
	Gates  []string // steps without which a state is entered with a warning
	Stages []stageView
	Phases []phaseView
	Others webkit.SelectView
	Owners webkit.SelectView
	Prints []webkit.Link
	Writes bool
}

// stageView is a stage of the attack and whether it was reached.
type stageView struct {
	Title, Text string
	Tone        webkit.Tone
}

// phaseView is the steps of one state of handling.
type phaseView struct {
	State       incident.State
	Title       string
	Current     bool
	Done, Of    int
	Proposed    int
	Steps       []planStepView
	TakenAction string
}

// planStepView is a step with what may be done to it.
type planStepView struct {
	ID, Title, How, Book, Role, Within, Due, Owner, Text string
	Tone                                                 webkit.Tone
	Facts                                                []webkit.Term
	Gate                                                 string
	Choice                                               []webkit.SelectOption
	Action                                               string
	Proposed, Open                                       bool
}

func (c *call) planOf() (*incident.Sheet, *incident.Plan, error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), time.Time{})
	if err != nil {
		return nil, nil, err
	}
	p, err := c.Incidents.Plan(c.ctx, c.actor, sh)
	return sh, p, err
}

func (c *call) incidentPlan() error {
	sh, p, err := c.planOf()
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := planView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/plan"), Owners: c.owners("", members)}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	for _, st := range incident.States {
		if ph, ok := c.phase(sh, p, st, members); ok {
			v.Phases = append(v.Phases, ph)
		}
	}
	v.Gates = c.gates(sh, p)
	for _, r := range p.Running {
		b := c.Incidents.Book().Playbook(r.Playbook)
		if b == nil {
			continue
		}
		v.Prints = append(v.Prints, webkit.Link{Text: c.in(b.Title), URL: "/playbooks/" + b.Name() + "/pdf"})
		if r.Active == 0 {
			continue
		}
		for _, st := range b.Stages {
			verdict := st.Happened(p.Known)
			v.Stages = append(v.Stages, stageView{c.in(st.Title), c.say("webincident.stage-" + string(verdict)), verdictTone(verdict)})
		}
	}
	v.Others = webkit.SelectView{Name: "playbook", Label: c.say("webincident.playbook")}
	for _, b := range p.Others {
		v.Others.Options = append(v.Others.Options, webkit.SelectOption{Value: b.Name(), Text: c.in(b.Title)})
	}
	return c.render(c.incidentFrame(sh.Incident), incidentPlanShow(v))
}

// phase is the part of a plan in one state; false when it has no step.
func (c *call) phase(sh *incident.Sheet, p *incident.Plan, st incident.State, members []org.Member) (phaseView, bool) {
	v := phaseView{State: st, Title: c.say("incident.handling." + string(st)), Current: st == sh.State, TakenAction: "/incidents/" + sh.ID + "/plan/take"}
	v.Done, v.Of = p.Progress(st)
	for _, t := range p.Steps {
		if t.Phase != string(st) || t.State == "withdrawn" {
			continue
		}
		if t.State == "proposed" {
			v.Proposed++
		}
		v.Steps = append(v.Steps, c.step(sh, t, members))
	}
	return v, len(v.Steps) > 0
}

func (c *call) step(sh *incident.Sheet, t incident.Planned, members []org.Member) planStepView {
	v := planStepView{ID: t.ID, Title: c.in(t.Step.Title), How: c.in(t.Step.How), Role: c.say("incident.role." + t.Step.Role), Due: c.moment(t.DueAt), Owner: memberName(t.Owner, members),
		Text: c.say("webincident.step-" + t.State), Proposed: t.State == "proposed", Open: t.State == "open", Action: "/incidents/" + sh.ID + "/plan/" + t.ID}
	v.Within = c.limit(&t.Step)
	late := t.DueAt != 0 && t.DueAt < clock.Micros(c.Clock.Now()) && (v.Proposed || v.Open)
	switch {
	case late:
		v.Tone, v.Text = webkit.Danger, c.say("webincident.step-late")
	case v.Open:
		v.Tone = webkit.Progress
	case t.State == "done":
		v.Tone = webkit.Success
	case v.Proposed:
		v.Tone = webkit.Info
	default:
		v.Tone = webkit.Neutral
	}
	if b := c.Incidents.Book().Playbook(t.Playbook); b != nil {
		v.Book = c.in(b.Title)
	}
	if t.Step.Before != "" {
		v.Gate = c.say("webincident.step-before", "state", c.say("incident.handling."+t.Step.Before))
	}
	d := c.Incidents.Book().Dictionary
	for _, id := range t.Step.Facts {
		r, _ := sh.View.Get(id)
		term := webkit.Term{Title: c.in(d.Title(id)), Text: c.in(incident.FactText(r, d.Entry(id), sh.Location()))}
		if (v.Proposed || v.Open) && c.mayIncident("incident.write", sh.Incident) {
			term.Action = &webkit.Link{Text: c.say("webincident.state-fact"), URL: "/incidents/" + sh.ID + "/facts/" + incident.Group(id)}
		}
		v.Facts = append(v.Facts, term)
	}
	for _, o := range t.Step.Choice {
		v.Choice = append(v.Choice, webkit.SelectOption{Value: o.ID, Text: c.say("incident.weighed", "option", o.Title, "cost", o.Cost, "impact", o.Impact)})
	}
	return v
}

// gates are the steps that are to be done before a later state, in words.
func (c *call) gates(sh *incident.Sheet, p *incident.Plan) []string {
	var out []string
	for _, g := range incident.Gates(p.Steps, p.Evidence, sh.State, incident.Reviewing) {
		out = append(out, c.say("webincident.gate", "state", c.say("incident.handling."+g.Step.Before), "step", g.Step.Title))
	}
	return out
}

// planProgress is how many steps of each state are done.
func (c *call) planProgress(p *incident.Plan) []webkit.Term {
	var out []webkit.Term
	for _, st := range incident.States {
		if done, all := p.Progress(st); all > 0 {
			out = append(out, webkit.Term{Title: c.say("incident.handling." + string(st)), Text: c.say("webincident.of", "done", done, "all", all)})
		}
	}
	return out
}

// limit is the time of a step in words.
func (c *call) limit(step *playbook.Step) string {
	minutes := int(step.Limit() / time.Minute)
	switch {
	case minutes == 0:
		return ""
	case minutes%1440 == 0:
		return c.say("webincident.within-days", "n", minutes/1440)
	case minutes%60 == 0:
		return c.say("webincident.within-hours", "n", minutes/60)
	}
	return c.say("webincident.within-minutes", "n", minutes)
}

func (c *call) incidentFollow() error {
	at := "/incidents/" + c.r.PathValue("id") + "/plan"
	if err := c.Incidents.Follow(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("playbook")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.followed")
}

// incidentTakeAll accepts what is proposed in one state of handling.
func (c *call) incidentTakeAll() error {
	at := "/incidents/" + c.r.PathValue("id") + "/plan"
	_, p, err := c.planOf()
	if err != nil {
		return err
	}
	var tasks []string
	for _, t := range p.Steps {
		if t.Phase == c.r.PostFormValue("phase") && t.State == "proposed" {
			tasks = append(tasks, t.ID)
		}
	}
	if err := c.Incidents.Take(c.ctx, c.actor, c.r.PathValue("id"), tasks, c.r.PostFormValue("owner"), ""); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.taken")
}

// incidentPlanStep takes a step on, ends it, skips it with a reason, or decides it.
func (c *call) incidentPlanStep() error {
	id, task := c.r.PathValue("id"), c.r.PathValue("task")
	at := "/incidents/" + id + "/plan"
	var err error
	done := "webincident.task-ended"
	switch act := c.r.PathValue("act"); act {
	case "take":
		err, done = c.Incidents.Take(c.ctx, c.actor, id, []string{task}, c.r.PostFormValue("owner"), c.r.PostFormValue("due")), "webincident.taken"
	case "skip":
		err, done = c.Incidents.Finish(c.ctx, c.actor, id, task, "dropped", c.r.PostFormValue("reason")), "webincident.step-skipped"
	case "decide":
		err, done = c.Incidents.Resolve(c.ctx, c.actor, id, task, incident.Verdict{Option: c.r.PostFormValue("option"), Reason: c.r.PostFormValue("reason"), When: c.r.PostFormValue("when"), Lang: c.lang}), "webincident.step-decided"
	default:
		err = c.Incidents.Finish(c.ctx, c.actor, id, task, act, "")
	}
	if err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at+"#s-"+task, done)
}

// playbookList is the library: what is followed in which incidents.
func (c *call) playbookList() error {
	t := webkit.TableView{Caption: c.say("webincident.playbooks"), HideCaption: true,
		Columns: heads(c.columns("webincident.playbook", "webincident.edition", "webincident.effective", "webincident.steps", "webincident.rests-on", "webincident.paper"))}
	for _, p := range c.Incidents.Book().Playbooks {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.in(p.Title), Head: true}, {Text: p.Edition}, {Text: p.Effective}, {Text: strconv.Itoa(len(p.Steps))},
			{Text: p.Source}, {Body: refLink(c.say("webincident.pdf-of"), "/playbooks/"+p.Name()+"/pdf")}})
	}
	page := c.page("webincident.playbooks")
	page.Lead, page.Wide, page.Crumbs = c.say("webincident.playbooks-lead"), true, []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}}
	return c.render(page, webkit.Table(t))
}

// joined puts what is there one behind the other.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "　")
}
