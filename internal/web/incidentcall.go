package web

import (
	"strconv"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/incident"
	"yagura/internal/org"
	"yagura/internal/paper"
	"yagura/internal/webkit"
)

func (s *server) incidentCallRoutes() []route {
	return []route{
		{"POST /incidents/{id}/calls/{call}", seat, "incident.read", (*call).incidentAcknowledge},
		{"GET /incidents/{id}/calls.pdf", seat, "incident.read", (*call).incidentCallSheet},
	}
}

// callView is someone who has to know of the incident.
type callView struct {
	ID, Duty, Who, Phone, Other, Since, Due, Reached, Text, Remark, Action string
	Tone                                                                   webkit.Tone
	Mine, Open                                                             bool
}

func (c *call) callViews(sh *incident.Sheet) ([]callView, error) {
	list, err := c.Incidents.Calls(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return nil, err
	}
	var out []callView
	for _, k := range list {
		v := callView{ID: k.ID, Duty: k.Duty, Who: k.Who, Phone: k.Phone, Other: k.Other, Since: c.moment(k.Since), Due: c.moment(k.DueAt), Reached: c.moment(k.ReachedAt), Remark: k.Remark,
			Action: "/incidents/" + sh.ID + "/calls/" + k.ID, Mine: k.Person == c.actor.Person && k.Person != "", Open: k.ReachedAt == 0}
		switch {
		case !v.Open:
			v.Text, v.Tone = c.say("webincident.call-"+k.Manner), webkit.Success
		case k.Rounds > 0 || k.Late(clock.Micros(c.Clock.Now())):
			v.Text, v.Tone = c.say("webincident.call-late", "n", k.Rounds), webkit.Danger
		case k.Person == "":
			v.Text, v.Tone = c.say("webincident.call-to-phone"), webkit.Warning
		default:
			v.Text, v.Tone = c.say("webincident.call-waiting"), webkit.Progress
		}
		out = append(out, v)
	}
	return out, nil
}

func (c *call) incidentAcknowledge() error {
	at := "/incidents/" + c.r.PathValue("id")
	if err := c.Incidents.Acknowledge(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("call"), c.r.PostFormValue("when"), c.r.PostFormValue("remark")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at+"#calls", "webincident.acknowledged")
}

// incidentCallSheet is the contact sheet in the order of calling, with who was reached
// when; the rest is filled in by hand.
func (c *call) incidentCallSheet() error {
	sh, err := c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), time.Time{})
	if err != nil {
		return err
	}
	contacts, err := c.Incidents.Contacts(c.ctx, c.actor)
	if err != nil {
		return err
	}
	calls, err := c.Incidents.Calls(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return err
	}
	d := &paper.Document{Lang: c.lang, Title: c.say("webincident.contacts"), Subtitle: joined(sh.Reference, c.incidentName(sh.Incident)), Date: c.moment(c.Clock.Now().UnixMicro()), Notice: c.Env,
		Author: c.actor.OrgName, Footer: c.say("webincident.contacts-footer"), Blocks: []paper.Block{paper.Paragraph{Text: c.say("webincident.contacts-how")}}}
	t := paper.Table{ID: "calls", Caption: c.say("webincident.calls"), Columns: []paper.Column{{Title: c.say("webincident.contact-order"), Weight: .5}, {Title: c.say("webincident.contact-duty"), Weight: 2},
		{Title: c.say("webincident.contact-phone"), Weight: 2}, {Title: c.say("webincident.contact-level"), Weight: 2}, {Title: c.say("webincident.reached"), Weight: 2}}}
	for _, k := range contacts {
		reached := ""
		for _, done := range calls {
			if done.Duty == k.Duty && done.Who == k.Who {
				reached = joined(c.moment(done.ReachedAt), done.Remark)
			}
		}
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(strconv.FormatInt(k.Seq, 10)), paper.Text(k.Duty + "\n" + k.Who), paper.Text(strings.TrimSpace(k.Phone + "\n" + k.Other)), paper.Text(c.contactLevel(k.Level)), paper.Text(reached)})
	}
	if len(t.Rows) > 0 {
		d.Blocks = append(d.Blocks, t)
	}
	return c.pdf(sh.Reference+"-calls.pdf", d)
}

// memberOptions are the persons who may be told by the system.
func memberOptions(members []org.Member) []webkit.SelectOption {
	var out []webkit.SelectOption
	for _, m := range members {
		if m.State == "active" {
			out = append(out, webkit.SelectOption{Value: m.Person, Text: m.Name})
		}
	}
	return out
}
