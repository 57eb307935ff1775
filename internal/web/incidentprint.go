package web

import (
	"strings"

	"yagura/internal/errs"
	"yagura/internal/incident"
	"yagura/internal/incident/playbook"
	"yagura/internal/paper"
)

// sheetStep is a step on paper, with what is filled in already.
type sheetStep struct {
	playbook.Step
	State, Owner, Due string
}

// playbookPrint is a playbook to be kept on paper: every step with room to tick it.
func (c *call) playbookPrint() error {
	p := c.Incidents.Book().Playbook(c.r.PathValue("playbook"))
	if p == nil {
		return errs.New(errs.NotFound, "web: no playbook %s", c.r.PathValue("playbook"))
	}
	d := c.paper(c.in(p.Title), c.say("webincident.playbook-edition", "edition", p.Edition, "date", p.Effective))
	var steps []sheetStep
	for _, s := range p.Steps {
		steps = append(steps, sheetStep{Step: *s})
	}
	for _, st := range p.Stages {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: "□ " + c.say("webincident.stage-of", "stage", st.Title)})
	}
	d.Blocks = append(d.Blocks, c.stepSheets(steps)...)
	d.Blocks = append(d.Blocks, paper.Note{Tone: paper.Info, Text: p.Source})
	return c.pdf(p.Name()+".pdf", d)
}

// incidentPlanPrint is the plan of an incident on paper, as it stands.
func (c *call) incidentPlanPrint() error {
	sh, p, err := c.planOf()
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	d := c.paper(c.incidentName(sh.Incident), sh.Reference)
	var steps []sheetStep
	for _, t := range p.Steps {
		if t.State != "withdrawn" {
			steps = append(steps, sheetStep{t.Step, t.State, memberName(t.Owner, members), c.moment(t.DueAt)})
		}
	}
	d.Blocks = append(d.Blocks, c.stepSheets(steps)...)
	return c.pdf(sh.Reference+"-plan.pdf", d)
}

// paper is an empty document of the organisation.
func (c *call) paper(title, subtitle string) *paper.Document {
	return &paper.Document{Lang: c.lang, Title: title, Subtitle: joined(c.actor.OrgName, subtitle), Date: c.moment(c.Clock.Now().UnixMicro()), Notice: c.Env, Author: c.actor.OrgName,
		Footer: c.say("webincident.plan-footer"), Blocks: []paper.Block{paper.Paragraph{Text: c.say("webincident.plan-how")}}}
}

// stepSheets are tables of steps by state of handling; decisions have their options below.
func (c *call) stepSheets(steps []sheetStep) []paper.Block {
	var out []paper.Block
	for _, st := range incident.States {
		t := paper.Table{ID: "steps-" + string(st), Columns: []paper.Column{{Title: "□", Weight: .4}, {Title: c.say("webincident.step"), Weight: 5}, {Title: c.say("webincident.who"), Weight: 1.6},
			{Title: c.say("webincident.within"), Weight: 1.6}, {Title: c.say("webincident.done-by"), Weight: 2}}}
		for _, s := range steps {
			if s.Step.State != string(st) {
				continue
			}
			box, text := "□", c.in(s.Title)
			if s.State == "done" || s.State == "dropped" {
				box = "■"
			}
			text += "\n" + c.in(s.How)
			if s.Before != "" {
				text += "\n" + c.say("webincident.step-before", "state", c.say("incident.handling."+s.Before))
			}
			options := s.Choice
			if box == "■" {
				options = nil // what was decided stands in the log, an empty box would deny it
			}
			for _, o := range options {
				text += "\n□ " + c.say("incident.weighed", "option", o.Title, "cost", o.Cost, "impact", o.Impact)
			}
			t.Rows = append(t.Rows, []paper.Cell{paper.Text(box), paper.Text(text), paper.Text(strings.TrimSpace(c.say("incident.role."+s.Role) + "\n" + s.Owner)),
				paper.Text(strings.TrimSpace(c.limit(&s.Step) + "\n" + s.Due)), paper.Text(c.sheetState(s.State))})
		}
		if len(t.Rows) > 0 {
			t.Caption = c.say("incident.handling." + string(st))
			out = append(out, t)
		}
	}
	return out
}

// sheetState is what is written into the last column: nothing while the step is to be done.
func (c *call) sheetState(state string) string {
	if state == "done" || state == "dropped" {
		return c.say("webincident.step-" + state)
	}
	return ""
}
