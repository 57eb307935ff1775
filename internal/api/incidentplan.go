package api

import (
	"net/http"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/incident"
)

func (s *server) incidentPlanOperations() {
	const of = "/api/incidents/{id}"
	add(s, op(http.MethodPost, of+"/moves", "incident-move"), "incident.write", (*call).incidentMove)
	add(s, op(http.MethodGet, of+"/plan", "incident-plan"), "incident.read", (*call).incidentPlan)
	add(s, op(http.MethodPost, of+"/plan", "incident-follow"), "incident.write", (*call).incidentFollow)
	add(s, op(http.MethodPost, of+"/plan/{task}", "incident-plan-step"), "incident.write", (*call).incidentPlanStep)
	add(s, op(http.MethodGet, of+"/letters", "incident-letters"), "incident.read", (*call).incidentLetters)
	add(s, op(http.MethodPost, of+"/letters", "incident-letter-compose"), "incident.write", (*call).incidentCompose)
	add(s, op(http.MethodPost, of+"/letters/{letter}", "incident-letter-rewrite"), "incident.write", (*call).incidentRewrite)
	add(s, op(http.MethodPost, of+"/letters/{letter}/approve", "incident-letter-approve"), "incident.read", (*call).incidentRelease)
	add(s, op(http.MethodGet, of+"/calls", "incident-calls"), "incident.read", (*call).incidentCalls)
	add(s, op(http.MethodPost, of+"/calls/{call}", "incident-acknowledge"), "incident.read", (*call).incidentAcknowledge)
}

func (c *call) incidentMove(in *struct {
	ByID
	Body struct {
		State   string `json:"state" enum:"detect,triage,contain,eradicate,recover,review,closed"`
		Reason  string `json:"reason" maxLength:"2000"`
		Despite bool   `json:"despite,omitempty" doc:"although steps that come first are not done"`
	}
}) (*one[Incident], error) {
	move := c.Incidents.Move
	if in.Body.Despite {
		move = c.Incidents.MoveDespite
	}
	if err := move(c.ctx, c.actor, in.ID, incident.State(in.Body.State), in.Body.Reason); err != nil {
		return nil, err
	}
	c.woken(nil)
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	return &one[Incident]{etag(sh.Version), incidentView(sh.Incident)}, nil
}

// PlanStep is a step of a playbook in an incident.
type PlanStep struct {
	ID       string     `json:"id"`
	Playbook string     `json:"playbook" doc:"id@edition"`
	Step     string     `json:"step"`
	Phase    string     `json:"phase" doc:"state of handling in which it stands"`
	Title    i18n.Text  `json:"title"`
	Role     string     `json:"role"`
	State    string     `json:"state" doc:"proposed, open, done, dropped or withdrawn"`
	Owner    string     `json:"owner"`
	Due      *time.Time `json:"due"`
	Before   string     `json:"before" doc:"state that is not entered without a warning while this is not done"`
	Options  []string   `json:"options" doc:"of a decision"`
}

type listOfSteps struct {
	ByID
	Window
}

func (c *call) incidentPlan(in *listOfSteps) (*list[PlanStep], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	p, err := c.Incidents.Plan(c.ctx, c.actor, sh)
	if err != nil {
		return nil, err
	}
	return cut(p.Steps, in.Window, func(t incident.Planned) string { return t.ID }, func(t incident.Planned) PlanStep {
		v := PlanStep{t.ID, t.Playbook, t.Step.ID, t.Phase, t.Step.Title, t.Step.Role, t.State, t.Owner, stamp(t.DueAt), t.Step.Before, []string{}}
		for _, o := range t.Step.Choice {
			v.Options = append(v.Options, o.ID)
		}
		return v
	})
}

func (c *call) incidentFollow(in *struct {
	ByID
	Body struct {
		Playbook string `json:"playbook" maxLength:"100" doc:"id@edition"`
	}
}) (*made, error) {
	err := c.Incidents.Follow(c.ctx, c.actor, in.ID, in.Body.Playbook)
	c.woken(err)
	return madeOf(in.Body.Playbook), err
}

func (c *call) incidentPlanStep(in *struct {
	ByID
	Task string `path:"task" maxLength:"100"`
	Body struct {
		Act    string `json:"act" enum:"take,done,skip,decide"`
		Owner  string `json:"owner,omitempty" maxLength:"100" doc:"of take: who does it"`
		Due    string `json:"due,omitempty" maxLength:"40" doc:"of take; empty: by the time of the step"`
		Option string `json:"option,omitempty" maxLength:"100" doc:"of decide"`
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"of skip and decide"`
		When   string `json:"when,omitempty" maxLength:"40" doc:"of decide; empty: now"`
	}
}) (*made, error) {
	b, err := in.Body, error(nil)
	switch b.Act {
	case "take":
		err = c.Incidents.Take(c.ctx, c.actor, in.ID, []string{in.Task}, b.Owner, b.Due)
	case "skip":
		err = c.Incidents.Finish(c.ctx, c.actor, in.ID, in.Task, "dropped", b.Reason)
	case "decide":
		err = c.Incidents.Resolve(c.ctx, c.actor, in.ID, in.Task, incident.Verdict{Option: b.Option, Reason: b.Reason, When: b.When, Lang: c.lang})
	default:
		err = c.Incidents.Finish(c.ctx, c.actor, in.ID, in.Task, "done", "")
	}
	c.woken(err)
	return madeOf(in.Task), err
}

// LetterFigure is a figure of a text and how it stands to the facts and the last report.
type LetterFigure struct {
	Text   string `json:"text"`
	Start  int    `json:"start" doc:"byte of the text"`
	Facts  string `json:"facts" doc:"consistent, differs or absent"`
	Report string `json:"report" doc:"the same by the report that was submitted last"`
	Fact   string `json:"fact" doc:"with which it was compared"`
}

// Letter is what is told of an incident to customers, media or an authority.
type Letter struct {
	ID         string         `json:"id"`
	Template   string         `json:"template"`
	Audience   string         `json:"audience"`
	Lang       string         `json:"lang"`
	Title      string         `json:"title"`
	Body       string         `json:"body"`
	State      string         `json:"state"`
	SHA256     string         `json:"sha256"`
	ApprovedAt *time.Time     `json:"approved_at"`
	Version    int64          `json:"version"`
	Figures    []LetterFigure `json:"figures"`
}

func (c *call) letterView(sh *incident.Sheet, l incident.Letter) Letter {
	v := Letter{l.ID, l.Template, l.Audience, string(l.Lang), l.Title, l.Body, l.State, l.SHA256, stamp(l.ApprovedAt), l.Version, []LetterFigure{}}
	for _, f := range c.Incidents.Figures(sh, l.Body) {
		v.Figures = append(v.Figures, LetterFigure{f.Text, f.Start, string(f.Verdict), string(f.Report), f.Fact})
	}
	return v
}

func (c *call) incidentLetters(in *listOfSteps) (*list[Letter], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	all, err := c.Incidents.Letters(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(l incident.Letter) string { return l.ID }, func(l incident.Letter) Letter { return c.letterView(sh, l) })
}

func (c *call) incidentCompose(in *struct {
	ByID
	Body struct {
		Template string `json:"template" maxLength:"100" doc:"id@edition"`
		Lang     string `json:"lang" enum:"ja,en"`
	}
}) (*made, error) {
	id, err := c.Incidents.Compose(c.ctx, c.actor, in.ID, in.Body.Template, i18n.Lang(in.Body.Lang))
	return madeOf(id), err
}

// ByLetter is the path of a communication.
type ByLetter struct {
	ByID
	Letter string `path:"letter" maxLength:"100"`
}

func (c *call) oneLetter(in ByLetter) (*one[Letter], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	l, err := c.Incidents.Letter(c.ctx, c.actor, sh.Incident, in.Letter)
	if err != nil {
		return nil, err
	}
	return &one[Letter]{etag(l.Version), c.letterView(sh, l)}, nil
}

func (c *call) incidentRewrite(in *struct {
	ByLetter
	Body struct {
		Version int64  `json:"version" doc:"that was read"`
		Title   string `json:"title" maxLength:"200"`
		Body    string `json:"body" maxLength:"32000"`
	}
}) (*one[Letter], error) {
	if err := c.Incidents.Rewrite(c.ctx, c.actor, in.ID, in.Letter, in.Body.Version, in.Body.Title, in.Body.Body); err != nil {
		return nil, err
	}
	return c.oneLetter(in.ByLetter)
}

func (c *call) incidentRelease(in *struct {
	ByLetter
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"needed where a figure differs"`
	}
}) (*one[Letter], error) {
	if err := c.Incidents.Release(c.ctx, c.actor, in.ID, in.Letter, in.Body.Reason); err != nil {
		return nil, err
	}
	c.woken(nil)
	return c.oneLetter(in.ByLetter)
}

// Call is someone who has to know of an incident.
type Call struct {
	ID        string     `json:"id"`
	Duty      string     `json:"duty"`
	Who       string     `json:"who"`
	Person    string     `json:"person"`
	Since     *time.Time `json:"since"`
	Due       *time.Time `json:"due" doc:"by when it is to be acknowledged"`
	Rounds    int64      `json:"rounds" doc:"how often it was told again"`
	ReachedAt *time.Time `json:"reached_at"`
	Manner    string     `json:"manner" doc:"system or phone"`
}

func callView(k incident.Call) Call {
	return Call{k.ID, k.Duty, k.Who, k.Person, stamp(k.Since), stamp(k.DueAt), k.Rounds, stamp(k.ReachedAt), k.Manner}
}

func (c *call) incidentCalls(in *listOfSteps) (*list[Call], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	all, err := c.Incidents.Calls(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(k incident.Call) string { return k.ID }, callView)
}

func (c *call) incidentAcknowledge(in *struct {
	ByID
	Call string `path:"call" maxLength:"100"`
	Body struct {
		When   string `json:"when,omitempty" maxLength:"40"`
		Remark string `json:"remark,omitempty" maxLength:"2000"`
	}
}) (*made, error) {
	err := c.Incidents.Acknowledge(c.ctx, c.actor, in.ID, in.Call, in.Body.When, in.Body.Remark)
	return madeOf(in.Call), err
}
