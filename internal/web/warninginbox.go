package web

import (
	"github.com/a-h/templ"

	"yagura/internal/clock"
	"yagura/internal/warning"
	"yagura/internal/webkit"
)

// answerTag shows what a recipient answered.
func (c *call) answerTag(answer string, late bool) templ.Component {
	switch {
	case answer == "affected":
		return webkit.StatusTag(webkit.Danger, c.say("warning.answer.affected"))
	case answer == "not_affected":
		return webkit.StatusTag(webkit.Success, c.say("warning.answer.not_affected"))
	case late:
		return webkit.StatusTag(webkit.Danger, c.say("webwarning.late"))
	case answer == "checking":
		return webkit.StatusTag(webkit.Progress, c.say("warning.answer.checking"))
	}
	return webkit.StatusTag(webkit.Neutral, c.say("webwarning.unanswered"))
}

// mostWarnings is how many of the warnings that were received are listed.
const mostWarnings = 200

func (c *call) warningInbox() error {
	list, err := c.Warnings.Inbox(c.ctx, c.actor, mostWarnings)
	if err != nil {
		return err
	}
	v := webkit.TableView{Caption: c.say("webwarning.inbox"), HideCaption: true, Empty: c.say("webwarning.none-received"),
		Columns: heads(c.columns("webincident.reference", "webwarning.subject", "webwarning.from", "webwarning.vendor", "webwarning.sent", "webwarning.due", "webwarning.answer"))}
	now := clock.Micros(c.Clock.Now())
	for _, r := range list {
		tag := c.answerTag(r.Answer, r.Late(now))
		if r.RecalledAt != 0 {
			tag = webkit.StatusTag(webkit.Neutral, c.say("warning.state.recalled"))
		}
		v.Rows = append(v.Rows, []webkit.Cell{{Body: refLink(r.Reference, "/warnings/"+r.ID), Head: true}, {Text: r.Title}, {Text: c.in(r.From())}, {Text: r.Vendor}, {Text: c.moment(r.SentAt)}, {Text: c.moment(r.DueAt)}, {Body: tag}})
	}
	p := c.page("webwarning.inbox")
	p.Lead, p.Wide, p.Crumbs = c.say("webwarning.inbox-lead"), true, []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}}
	return c.render(p, webkit.Table(v))
}

// receivedWarningView is a warning in the hands of a recipient.
type receivedWarningView struct {
	warning.Received
	Terms   []webkit.Term
	Choices []webkit.SelectOption
	Writes  bool
}

func (c *call) warningRead() error {
	r, err := c.Warnings.Read(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := receivedWarningView{Received: r, Writes: r.RecalledAt == 0 && c.may("warning.answer", "warning", r.ID)}
	v.Terms = []webkit.Term{{Title: c.say("webwarning.from"), Text: c.in(r.From())}, {Title: c.say("webwarning.vendor"), Text: r.Vendor}, {Title: c.say("webwarning.tlp"), Text: c.tlp(r.TLP)},
		{Title: c.say("webwarning.sent"), Text: c.moment(r.SentAt)}, {Title: c.say("webwarning.due"), Text: c.moment(r.DueAt)},
		{Title: c.say("webwarning.answer"), Body: c.answerTag(r.Answer, r.Late(clock.Micros(c.Clock.Now())))}}
	if r.SeenAt != 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webwarning.seen-at"), Text: c.moment(r.SeenAt) + " " + memberName(r.SeenBy, members)})
	}
	if r.AnsweredAt != 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webwarning.answered-at"), Text: c.moment(r.AnsweredAt) + " " + memberName(r.AnsweredBy, members)}, webkit.Term{Title: c.say("webwarning.note"), Text: r.Note})
	}
	for _, a := range warning.Answers {
		v.Choices = append(v.Choices, webkit.SelectOption{Value: a, Text: c.say("warning.answer." + a)})
	}
	p := c.titled(r.Title)
	p.Lead, p.Crumbs = r.Reference, []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}, {Text: c.say("webwarning.inbox"), URL: "/warnings"}}
	return c.render(p, receivedWarningShow(v))
}

func (c *call) warningAnswer() error {
	at := "/warnings/" + c.r.PathValue("id")
	answer := c.r.PostFormValue("answer")
	if err := c.Warnings.Answer(c.ctx, c.actor, c.r.PathValue("id"), answer, c.r.PostFormValue("note")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	if answer == "" {
		return c.done(at, "webwarning.acknowledged")
	}
	return c.done(at, "webwarning.answered")
}
