package web

import (
	"errors"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// threadView is a question with what was said on it.
type threadView struct {
	filing.Thread
	Ask    string // what the item asks
	URL    string // of the page on which the thread goes on
	Said   []saidView
	Action string // where one more message goes; "" when the actor may not write
	Label  string // of its field
	Help   string
	Button string
}

type saidView struct{ Who, At, Body string }

// threads shows questions: names are those of the two sides by side, in the own one with
// who wrote.
func (c *call) threads(list []filing.Thread, def *form.Form, names map[filing.Side]i18n.Text) []threadView {
	out := make([]threadView, len(list))
	for i, t := range list {
		v := threadView{Thread: t, Ask: t.Item}
		if it := def.Item(t.Item); it != nil {
			v.Ask = it.Ask.In(c.lang)
		}
		for _, m := range t.Said {
			v.Said = append(v.Said, saidView{c.aside(names[m.Side].In(c.lang), m.Name), c.moment(m.At), m.Body})
		}
		out[i] = v
	}
	return out
}

// questionCount says how many questions there are and how many wait for a reply; "" for none.
func (c *call) questionCount(list []filing.Thread) string {
	switch open := filing.Unanswered(list); {
	case len(list) == 0:
		return ""
	case open == 0:
		return i18n.T(c.lang, "web.question.all-answered", "n", len(list))
	default:
		return i18n.T(c.lang, "web.question.unanswered", "n", len(list), "open", open)
	}
}

// filingQuestions are the questions about a filing of the actor's organisation; item ""
// for all.
func (c *call) filingQuestions(sh filing.Sheet, item string) ([]threadView, string, error) {
	list, err := c.Filings.Questions(c.ctx, c.actor, sh.Filing)
	if item != "" {
		list = filing.OnItem(list, item)
	}
	own := i18n.Text{JA: c.actor.OrgName, EN: c.actor.OrgName}
	views := c.threads(list, sh.FormDef, map[filing.Side]i18n.Text{filing.OfAsker: sh.AskerName(), filing.OfParty: own})
	replies := c.Filings.May(c.actor, "filing.reply", sh.Filing)
	for i := range views {
		t := &views[i]
		t.URL = "/filings/" + sh.ID + "/items/" + t.Item + "#questions"
		if replies && item != "" {
			t.Action, t.Label, t.Button = "/filings/"+sh.ID+"/items/"+t.Item+"/questions", i18n.T(c.lang, "web.question.reply"), i18n.T(c.lang, "web.question.reply-go")
			t.Help = i18n.T(c.lang, "web.question.reply-help")
		}
	}
	return views, c.questionCount(list), err
}

func (c *call) questionReply() error {
	id, item := c.r.PathValue("id"), c.r.PathValue("item")
	back := "/filings/" + id + "/items/" + item + "#questions"
	if err := c.Filings.Reply(c.ctx, c.actor, id, item, c.r.PostFormValue("thread"), c.r.PostFormValue("body")); err != nil {
		return c.refuseUnless(err, back)
	}
	c.wake()
	return c.done(back, "web.question.replied")
}

// receivedQuestions are the questions about a submission; item "" for all.
func (c *call) receivedQuestions(r filing.Received, def *form.Form, base, item string) ([]threadView, string, error) {
	list, err := c.Filings.Asked(c.ctx, c.actor, r.ID)
	if item != "" {
		list = filing.OnItem(list, item)
	}
	own := i18n.Text{JA: c.actor.OrgName, EN: c.actor.OrgName}
	views := c.threads(list, def, map[filing.Side]i18n.Text{filing.OfAsker: own, filing.OfParty: r.Name()})
	asks := c.may("submission.ask", "filing", r.ID)
	for i := range views {
		t := &views[i]
		t.URL = base + "/items/" + t.Item + "#questions"
		if asks && item != "" {
			t.Action, t.Label, t.Button = base+"/items/"+t.Item+"/questions", i18n.T(c.lang, "web.question.further"), i18n.T(c.lang, "web.question.further-go")
		}
	}
	return views, c.questionCount(list), err
}

// receivedItemView is one item of a submission, with the questions about it.
type receivedItemView struct {
	Answer  webkit.FormView
	Threads []threadView
	Action  string // where a new question goes; "" when the actor may not ask
	Back    string
}

func (c *call) receivedItem() error {
	k, err1 := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	r, err2 := c.Filings.ReceivedOne(c.ctx, c.actor, c.r.PathValue("filing"))
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	def, err := c.Forms.Form(k.Form, k.Edition)
	if err != nil {
		return err
	}
	it := def.Item(c.r.PathValue("item"))
	if r.Campaign != k.ID || r.Revision == 0 || it == nil {
		return errs.New(errs.NotFound, "web: nothing submitted for the item")
	}
	sub, err := c.Filings.Submission(c.ctx, c.actor, r.ID, r.Revision)
	if err != nil {
		return err
	}
	base := "/campaigns/" + k.ID + "/filings/" + r.ID
	v := receivedItemView{Back: base}
	if v.Threads, _, err = c.receivedQuestions(r, def, base, it.ID); err != nil {
		return err
	}
	answers, _ := def.DecodeAnswers([]byte(sub.Doc))
	v.Answer = webkit.FormView{Form: def, Section: it.Section(), Answers: answers, Quiet: true, Applies: func(other *form.Item) bool { return other.ID == it.ID }}
	if c.may("submission.ask", "filing", r.ID) {
		v.Action = base + "/items/" + it.ID + "/questions"
	}
	page := c.page("web.question.item-title")
	page.Marking, page.Lead = k.Marking, r.Name().In(c.lang)
	page.Crumbs = append(c.campaignCrumbs(k), webkit.Crumb{Text: i18n.T(c.lang, "web.received.title"), URL: "/campaigns/" + k.ID + "/filings"}, webkit.Crumb{Text: r.Name().In(c.lang), URL: base})
	return c.render(page, receivedItemShow(v))
}

func (c *call) questionAsk() error {
	r, err := c.Filings.ReceivedOne(c.ctx, c.actor, c.r.PathValue("filing"))
	if err != nil {
		return err
	}
	if r.Campaign != c.r.PathValue("id") {
		return errs.New(errs.NotFound, "web: another campaign's filing")
	}
	item := c.r.PathValue("item")
	back := "/campaigns/" + r.Campaign + "/filings/" + r.ID + "/items/" + item + "#questions"
	if err := c.Filings.Ask(c.ctx, c.actor, r.ID, item, c.r.PostFormValue("thread"), c.r.PostFormValue("body")); err != nil {
		return c.refuseUnless(err, back)
	}
	c.wake()
	return c.done(back, "web.question.asked")
}
