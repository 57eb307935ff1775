package web

import (
	"errors"
	"strconv"

	"yagura/internal/campaign"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/practice"
	"yagura/internal/webkit"
)

// practiceReceivedView is what was offered in a campaign.
type practiceReceivedView struct {
	Campaign campaign.Campaign
	Tabs     []webkit.Tab
	Table    webkit.TableView
}

func (c *call) practiceReceived() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	list, err := c.Practices.Received(c.ctx, c.actor, k.ID)
	if err != nil {
		return err
	}
	v := practiceReceivedView{Campaign: k, Tabs: c.campaignTabs(k, "/practices"), Table: webkit.TableView{Caption: i18n.T(c.lang, "web.practice.asker-title"),
		Columns: heads(c.columns("web.practice.name", "web.practice.about", "web.practice.offered-by", "web.practice.state", "web.practice.offered-at")),
		Empty:   i18n.T(c.lang, "web.practice.asker-none")}}
	for _, r := range list {
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Text: r.Title, URL: "/campaigns/" + k.ID + "/practices/" + r.ID, Head: true},
			{Text: cut(c.Practices.Where(r.Place).In(c.lang), 60)}, {Text: r.Code + "　" + r.Name().In(c.lang)},
			{Body: webkit.StatusTag(practiceTone(r.State), i18n.T(c.lang, "practice.state."+string(r.State)))}, {Text: c.moment(r.OfferedAt)}})
	}
	page := c.titled(k.Title().In(c.lang))
	page.Marking, page.Wide, page.Crumbs = k.Marking, true, []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}}
	return c.render(page, practiceReceivedShow(v))
}

// practiceDeskView is a practice in the hands of the asker: the offer, the edited
// version, what still tells who offered it, and what may be done next.
type practiceDeskView struct {
	practice.Received
	Base    string
	Terms   []webkit.Term
	AskURL  string
	Draft   practice.Text // in the form
	Changes []webkit.Change
	Traces  []practice.Trace
	Despite []choice // of publishing in spite of them
	Edits   bool
	Offers  []practiceOfferView
	Error   string
}

// practiceOfferView is one thing that may be done next.
type practiceOfferView struct {
	webkit.ConfirmView
	Reason  bool
	Despite bool
}

// receivedPractice is the practice that the address names.
func (c *call) receivedPractice() (campaign.Campaign, practice.Received, error) {
	k, err1 := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	r, err2 := c.Practices.ReceivedOne(c.ctx, c.actor, c.r.PathValue("practice"))
	if err := errors.Join(err1, err2); err != nil {
		return k, r, err
	}
	if r.Campaign != k.ID {
		return k, r, errs.New(errs.NotFound, "web: a practice of another campaign")
	}
	return k, r, nil
}

func (c *call) practiceDesk() error { return c.showDesk(nil, nil) }

// showDesk shows the page; draft and fault are of a form that was refused.
func (c *call) showDesk(draft *practice.Text, fault error) error {
	k, r, err := c.receivedPractice()
	if err != nil {
		return err
	}
	v := practiceDeskView{Received: r, Base: "/campaigns/" + k.ID + "/practices/" + r.ID, Draft: r.Edited(), Terms: c.practiceTerms(r)}
	if v.Draft == (practice.Text{}) {
		v.Draft = r.Text()
	} else if v.Traces, err = c.Practices.Traces(c.ctx, c.actor, r); err != nil {
		return err
	}
	if draft != nil {
		v.Draft = *draft
	}
	if r.Edited() != (practice.Text{}) {
		v.Changes = []webkit.Change{{Title: i18n.T(c.lang, "web.practice.name"), Old: r.Title, New: r.EditedTitle},
			{Title: i18n.T(c.lang, "web.practice.body"), Old: r.Body, New: r.EditedBody}, {Title: i18n.T(c.lang, "web.practice.effect"), Old: r.Effect, New: r.EditedEffect}}
	}
	v.Despite = []choice{{Value: "1", Text: i18n.T(c.lang, "web.practice.publish-despite-yes")}}
	if r.AskBack != 0 && r.Item != "" && c.may("submission.ask", "filing", r.Filing) {
		if f, err := c.Filings.ReceivedOne(c.ctx, c.actor, r.Filing); err == nil && f.Revision > 0 {
			v.AskURL = "/campaigns/" + k.ID + "/filings/" + r.Filing + "/items/" + r.Item + "#questions"
		}
	}
	v.Edits = c.may("practice.edit", "practice", r.ID) && r.Editable()
	v.Offers = c.practiceOffers(v)
	status, page := 200, c.titled(r.Title)
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, page.Error = webkit.Status(fault), true
	}
	page.Marking, page.Crumbs = k.Marking, append(c.campaignCrumbs(k), webkit.Crumb{Text: i18n.T(c.lang, "web.practice.asker-title"), URL: "/campaigns/" + k.ID + "/practices"})
	return c.renderStatus(status, page, practiceDesk(v))
}

func (c *call) practiceTerms(r practice.Received) []webkit.Term {
	terms := []webkit.Term{
		{Title: i18n.T(c.lang, "web.practice.state"), Body: webkit.StatusTag(practiceTone(r.State), i18n.T(c.lang, "practice.state."+string(r.State)))},
		{Title: i18n.T(c.lang, "web.practice.offered-by"), Text: r.Code + "　" + r.Name().In(c.lang)},
		{Title: i18n.T(c.lang, "web.practice.offered-at"), Text: c.moment(r.OfferedAt)},
		{Title: i18n.T(c.lang, "web.practice.about"), Text: c.Practices.Where(r.Place).In(c.lang)},
	}
	ask := "web.practice.ask-back-no"
	if r.AskBack != 0 {
		ask = "web.practice.ask-back-yes"
	}
	terms = append(terms, webkit.Term{Title: i18n.T(c.lang, "web.practice.ask-back"), Text: i18n.T(c.lang, ask)})
	if r.EditedAt != 0 {
		terms = append(terms, webkit.Term{Title: i18n.T(c.lang, "web.practice.edited-by"), Text: c.moment(r.EditedAt) + "　" + r.EditedName})
	}
	if r.PublishedAt != 0 {
		terms = append(terms, webkit.Term{Title: i18n.T(c.lang, "web.practice.published-by"), Text: c.moment(r.PublishedAt) + "　" + r.PublishedName})
	}
	if r.Note != "" {
		terms = append(terms, webkit.Term{Title: i18n.T(c.lang, "web.practice.note"), Text: r.Note})
	}
	return terms
}

// practiceOffers are what the actor may do next with a practice.
func (c *call) practiceOffers(v practiceDeskView) []practiceOfferView {
	var out []practiceOfferView
	offer := func(what string, o practiceOfferView) {
		key := "web.practice." + what
		o.ConfirmView = webkit.ConfirmView{Title: i18n.T(c.lang, key), Text: i18n.T(c.lang, key+"-text"), Button: i18n.T(c.lang, key), Action: v.Base + "/" + what,
			Danger: o.Reason, Hidden: []webkit.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}}
		out = append(out, o)
	}
	publish := c.own("practice")
	publish.Answerers = v.EditorList()
	edits := c.may("practice.edit", "practice", v.ID)
	switch v.State {
	case practice.Edited:
		if edits {
			offer("propose", practiceOfferView{})
		}
	case practice.Proposed:
		if c.Policies.May(c.actor, "practice.publish", publish) {
			offer("publish", practiceOfferView{Despite: len(v.Traces) > 0})
		}
	case practice.Published:
		if c.may("practice.retract", "practice", v.ID) {
			offer("retract", practiceOfferView{Reason: true})
		}
	}
	if edits && (v.State == practice.Offered || v.State == practice.Edited || v.State == practice.Proposed) {
		offer("decline", practiceOfferView{Reason: true})
	}
	return out
}

// seenVersion is the version of the page that a form was sent from.
func (c *call) seenVersion() int64 {
	n, _ := strconv.ParseInt(c.r.PostFormValue("version"), 10, 64) // 0 is no version: a conflict
	return n
}

func (c *call) practiceEdit() error {
	_, r, err := c.receivedPractice()
	if err != nil {
		return err
	}
	text := c.practiceText()
	if err := c.Practices.Edit(c.ctx, c.actor, r.ID, c.seenVersion(), text); err != nil {
		if errs.KindOf(err) == errs.Conflict && c.text(err) == "" {
			err = errs.New(errs.Conflict, "%w", errors.Join(i18n.NewError("web.action.changed"), err))
		}
		return c.showDesk(&text, err)
	}
	return c.done("/campaigns/"+r.Campaign+"/practices/"+r.ID, "web.practice.saved-now")
}

// practiceStep does one step with a practice and returns to its page.
func (c *call) practiceStep(said string, do func(r practice.Received) error) error {
	_, r, err := c.receivedPractice()
	if err != nil {
		return err
	}
	at := "/campaigns/" + r.Campaign + "/practices/" + r.ID
	if err := do(r); err != nil {
		if errs.KindOf(err) == errs.Conflict && c.text(err) == "" {
			err = errs.New(errs.Conflict, "%w", errors.Join(i18n.NewError("web.action.changed"), err))
		}
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, said)
}

func (c *call) practicePropose() error {
	return c.practiceStep("web.practice.proposed-now", func(r practice.Received) error { return c.Practices.Propose(c.ctx, c.actor, r.ID, c.seenVersion()) })
}

func (c *call) practicePublish() error {
	return c.practiceStep("web.practice.published-now", func(r practice.Received) error {
		return c.Practices.Publish(c.ctx, c.actor, r.ID, c.seenVersion(), c.r.PostFormValue("despite") != "")
	})
}

func (c *call) practiceDecline() error {
	return c.practiceStep("web.practice.declined-now", func(r practice.Received) error {
		return c.Practices.Decline(c.ctx, c.actor, r.ID, c.r.PostFormValue("note"))
	})
}

func (c *call) practiceRetract() error {
	return c.practiceStep("web.practice.retracted-now", func(r practice.Received) error {
		return c.Practices.Retract(c.ctx, c.actor, r.ID, c.r.PostFormValue("note"))
	})
}
