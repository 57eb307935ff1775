package web

import (
	"errors"
	"slices"

	"yagura/internal/action"
	"yagura/internal/clock"
	"yagura/internal/filing"
	"yagura/internal/incident"
	"yagura/internal/obligation"
	"yagura/internal/webkit"
)

// shown is how many of a kind the first page shows; the kind's own page has the rest.
const shown = 5

// soon is how many days before its date an action counts as something to do now.
const soon = 14

// ownHome is what an organisation has to do for itself.
func (c *call) ownHome(v *homeView) error {
	filings, err1 := c.Filings.List(c.ctx, c.actor, 20)
	questions, err2 := c.Filings.OpenQuestions(c.ctx, c.actor)
	pending, err3 := c.Filings.Pending(c.ctx, c.actor, shown)
	actions, err4 := c.Actions.List(c.ctx, c.actor, action.Filter{Open: true, Limit: 200})
	incidents, err5 := c.Incidents.List(c.ctx, c.actor, incident.Filter{Limit: shown})
	returns, err6 := c.Campaigns.Returns(c.ctx, c.actor)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return err
	}
	for _, i := range incidents {
		v.Incidents = append(v.Incidents, c.openIncident(i))
	}
	for _, f := range filings {
		t := c.filingTask(f)
		turn, ok := f.Turn()
		if n := questions[f.ID]; n > 0 {
			t.Note = c.say("web.home.questions", "n", n)
			v.Todo = append(v.Todo, t)
		} else if ok && f.Locked == 0 && turn.Roles != nil && c.actor.Has(turn.Roles...) {
			t.Note = c.say("web.home.turn-" + string(turn.Move))
			v.Todo = append(v.Todo, t)
		} else if len(v.Filings) < shown {
			if ok && outstanding(f.State) {
				t.Note = c.say("web.home.next-" + string(turn.Move))
			}
			v.Filings = append(v.Filings, t)
		}
	}
	if err := c.pendingTasks(v, pending, filings); err != nil {
		return err
	}
	c.actionTasks(v, actions)
	for _, r := range returns[:min(len(returns), 2)] {
		v.Returns = append(v.Returns, c.returnTask(r))
	}
	return nil
}

// pendingTasks adds the sections that were given to the person.
func (c *call) pendingTasks(v *homeView, pending []filing.Pending, filings []filing.Filing) error {
	for _, p := range pending {
		i := slices.IndexFunc(filings, func(f filing.Filing) bool { return f.ID == p.Filing })
		if i < 0 {
			continue // older than what the page shows
		}
		fm, err := c.Filings.Form(filings[i])
		if err != nil {
			return err
		}
		for _, sec := range fm.Sections {
			if sec.ID == p.Section {
				v.Todo = append(v.Todo, webkit.Task{Title: sec.Title.In(c.lang), URL: "/filings/" + p.Filing + "/sections/" + p.Section, Note: filings[i].Title().In(c.lang),
					State: c.say("web.home.given"), Tone: webkit.Info, Due: p.Due})
			}
		}
	}
	return nil
}

// actionTasks parts the actions: what is due soon or late and the person's own, or
// nobody's, is something to do; the others are shown as they stand.
func (c *call) actionTasks(v *homeView, actions []action.Action) {
	today := c.today()
	limit := c.inDays(soon)
	for _, a := range actions {
		t := webkit.Task{Title: a.Title, URL: "/actions/" + a.ID, State: c.say("action.state." + string(a.State)), Due: a.Due, Tone: actionTone(a.State)}
		if a.Late(today) {
			t.Tone, t.State = webkit.Danger, c.say("web.action.late")
		}
		switch mine := a.Owner == c.actor.Person || a.Owner == ""; {
		case mine && a.Due != "" && a.Due <= limit && len(v.Todo) < 2*shown:
			v.Todo = append(v.Todo, t)
		case len(v.Actions) < shown:
			v.Actions = append(v.Actions, t)
		}
	}
}

// openIncident is an open incident with its next deadline.
func (c *call) openIncident(i incident.Incident) webkit.Task {
	t := webkit.Task{Title: i.Reference + " " + c.incidentName(i), URL: "/incidents/" + i.ID, State: c.say("incident.handling." + string(i.State)), Tone: handlingTone(i.State)}
	if i.NextState != "" {
		t.Note, t.Due = c.say("web.home.next-report", "stage", c.stage(i.NextStage)), c.nextDue(i.NextState, i.NextDue)
		if i.NextState != string(obligation.AtOnce) {
			t.Due = c.aside(t.Due, c.nextLeft(i.NextState, i.NextDue))
		}
	}
	if i.Late(clock.Micros(c.Clock.Now())) {
		t.Tone = webkit.Danger
	}
	return t
}
