package web

import (
	"strings"

	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/practice"
	"yagura/internal/webkit"
)

func (s *server) practiceRoutes() []route {
	return []route{
		{"GET /practices", seat, "practice.read", (*call).practiceList},
		{"GET /practices/new", seat, "practice.offer", (*call).practiceNew},
		{"POST /practices/new", seat, "practice.offer", (*call).practiceOffer},
		{"GET /practices/{id}", seat, "practice.read", (*call).practicePage},
		{"GET /practices/own/{id}", seat, "practice.read", (*call).practiceOwn},
		{"POST /practices/own/{id}/withdraw", seat, "practice.offer", (*call).practiceWithdraw},
		{"GET /campaigns/{id}/practices", seat, "practice.receive", (*call).practiceReceived},
		{"GET /campaigns/{id}/practices/{practice}", seat, "practice.receive", (*call).practiceDesk},
		{"POST /campaigns/{id}/practices/{practice}", seat, "practice.edit", (*call).practiceEdit},
		{"POST /campaigns/{id}/practices/{practice}/propose", seat, "practice.edit", (*call).practicePropose},
		{"POST /campaigns/{id}/practices/{practice}/publish", seat, "practice.publish", (*call).practicePublish},
		{"POST /campaigns/{id}/practices/{practice}/decline", seat, "practice.edit", (*call).practiceDecline},
		{"POST /campaigns/{id}/practices/{practice}/retract", seat, "practice.retract", (*call).practiceRetract},
	}
}

// practiceListView is what an organisation may read, or what it offered.
type practiceListView struct {
	Own    bool
	Query  string
	Tasks  []webkit.Task
	Offers bool // the actor may offer
}

func (c *call) practiceList() error {
	v := practiceListView{Own: c.r.FormValue("own") != "", Query: c.r.FormValue("q"), Offers: c.may("practice.offer", "practice", "")}
	if v.Own {
		list, err := c.Practices.Offers(c.ctx, c.actor)
		if err != nil {
			return err
		}
		for _, o := range list {
			v.Tasks = append(v.Tasks, webkit.Task{Title: o.Title, URL: "/practices/own/" + o.ID, Note: c.practiceNote(o.CampaignTitle(), o.Place),
				Tone: practiceTone(o.State), State: i18n.T(c.lang, "practice.state."+string(o.State))})
		}
	} else {
		list, err := c.Practices.Find(c.ctx, c.actor, "", v.Query)
		if err != nil {
			return err
		}
		for _, p := range list {
			v.Tasks = append(v.Tasks, webkit.Task{Title: p.Title, URL: "/practices/" + p.ID, Note: c.practiceNote(p.CampaignTitle(), p.Place),
				Tone: practiceTone(practice.Published), State: i18n.T(c.lang, "practice.state."+string(practice.Published))})
		}
	}
	page := c.page("web.practice.title")
	page.Lead, page.Marking = i18n.T(c.lang, "web.practice.lead"), practiceMarking
	return c.render(page, practiceList(v))
}

// practiceMarking is how published practices may be passed on: within the circle of
// those who are asked (FIRST, TLP 2.0).
const practiceMarking = "TLP:GREEN"

func (c *call) practiceNote(campaign i18n.Text, p practice.Place) string {
	return c.aside(cut(c.Practices.Where(p).In(c.lang), 80), campaign.In(c.lang))
}

func practiceTone(s practice.State) webkit.Tone {
	switch s {
	case practice.Published:
		return webkit.Success
	case practice.Proposed, practice.Edited:
		return webkit.Progress
	case practice.Declined, practice.Retracted, practice.Withdrawn:
		return webkit.Neutral
	}
	return webkit.Info
}

// practiceForm is what an organisation fills in to offer a practice.
type practiceForm struct {
	Filing  *filing.Filing // nil: which is yet to be chosen
	Choose  []webkit.Task
	Place   webkit.SelectView
	Text    practice.Text
	AskBack []choice
	Error   string
}

func (c *call) practiceNew() error {
	return c.showPracticeForm(practiceForm{}, c.r.FormValue("filing"), placeValue(c.r.FormValue("section"), c.r.FormValue("item")), true, nil)
}

// placeValue is a place as the form's drop-down holds it.
func placeValue(section, item string) string {
	if item != "" {
		return "item:" + item
	}
	return "section:" + section
}

func (c *call) showPracticeForm(v practiceForm, id, place string, askBack bool, fault error) error {
	page := c.page("web.practice.new")
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.practice.title"), URL: "/practices"}}
	if id == "" {
		return c.choosePracticeFiling(v, page)
	}
	f, err := c.Filings.Get(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	def, err := c.Filings.Form(f)
	if err != nil {
		return err
	}
	v.Filing, v.Place = &f, webkit.SelectView{Name: "place", Label: i18n.T(c.lang, "web.practice.place"), Value: place}
	for _, sec := range def.Sections {
		v.Place.Options = append(v.Place.Options, webkit.SelectOption{Value: placeValue(sec.ID, ""), Text: i18n.T(c.lang, "web.practice.place-section", "section", sec.Title)})
		for _, it := range sec.Items {
			v.Place.Options = append(v.Place.Options, webkit.SelectOption{Value: placeValue("", it.ID), Text: cut(it.Ask.In(c.lang), 60)})
		}
	}
	v.AskBack = []choice{{Value: "1", Text: i18n.T(c.lang, "web.practice.ask-back-yes"), Chosen: askBack}}
	page.Lead, page.Marking = i18n.T(c.lang, "web.practice.new-lead", "campaign", f.Title(), "asker", f.AskerName()), f.Marking
	status := 200
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, page.Error = webkit.Status(fault), true
	}
	return c.renderStatus(status, page, practiceNew(v))
}

// choosePracticeFiling asks which questionnaire a practice is about.
func (c *call) choosePracticeFiling(v practiceForm, page webkit.Page) error {
	list, err := c.Filings.List(c.ctx, c.actor, 100)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Trial == 0 {
			v.Choose = append(v.Choose, webkit.Task{Title: f.Title().In(c.lang), URL: "/practices/new?filing=" + queryEscape(f.ID), Note: f.AskerName().In(c.lang)})
		}
	}
	return c.render(page, practiceChoose(v))
}

func (c *call) practiceText() practice.Text {
	return practice.Text{Title: c.r.PostFormValue("title"), Body: c.r.PostFormValue("body"), Effect: c.r.PostFormValue("effect")}
}

func (c *call) practiceOffer() error {
	place, askBack := c.r.PostFormValue("place"), c.r.PostFormValue("ask_back") != ""
	o := practice.Offer{Filing: c.r.PostFormValue("filing"), Text: c.practiceText(), AskBack: askBack}
	if item, ok := strings.CutPrefix(place, "item:"); ok {
		o.Item = item
	} else {
		o.Section, _ = strings.CutPrefix(place, "section:")
	}
	id, err := c.Practices.Offer(c.ctx, c.actor, o)
	if err != nil {
		return c.showPracticeForm(practiceForm{Text: o.Text}, o.Filing, place, askBack, err)
	}
	c.wake()
	return c.done("/practices/own/"+id, "web.practice.offered-now")
}

// practiceView is a practice as it is read: what was published, or one's own offer.
type practiceView struct {
	Terms     []webkit.Term
	Text      practice.Text
	Published practice.Text // of the own offer: what came of it
	Heading   string        // of Text
	ShownURL  string
	Withdraw  *webkit.ConfirmView
}

func (c *call) practicePage() error {
	p, err := c.Practices.Shown(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := practiceView{Text: practice.Text{Title: p.Title, Body: p.Body, Effect: p.Effect}, Terms: []webkit.Term{
		{Title: i18n.T(c.lang, "web.practice.about"), Text: c.Practices.Where(p.Place).In(c.lang)},
		{Title: i18n.T(c.lang, "web.practice.campaign"), Text: p.CampaignTitle().In(c.lang)},
	}}
	page := c.titled(p.Title)
	page.Marking, page.Lead = practiceMarking, p.AskerName().In(c.lang)
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.practice.title"), URL: "/practices"}}
	return c.render(page, practiceShow(v))
}

func (c *call) practiceOwn() error {
	o, err := c.Practices.Own(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := practiceView{Text: o.Text(), Published: o.Published(), Heading: i18n.T(c.lang, "web.practice.offer-text"), Terms: []webkit.Term{
		{Title: i18n.T(c.lang, "web.practice.state"), Body: webkit.StatusTag(practiceTone(o.State), i18n.T(c.lang, "practice.state."+string(o.State)))},
		{Title: i18n.T(c.lang, "web.practice.about"), Text: c.Practices.Where(o.Place).In(c.lang)},
		{Title: i18n.T(c.lang, "web.practice.campaign"), Text: o.CampaignTitle().In(c.lang)},
		{Title: i18n.T(c.lang, "web.practice.to"), Text: o.AskerName().In(c.lang)},
		{Title: i18n.T(c.lang, "web.practice.offered-at"), Text: c.moment(o.OfferedAt) + "　" + o.OfferedName},
	}}
	if o.Note != "" {
		v.Terms = append(v.Terms, webkit.Term{Title: i18n.T(c.lang, "web.practice.note"), Text: o.Note})
	}
	if o.State == practice.Published {
		v.ShownURL = "/practices/" + o.Shown
	}
	if o.Open() && c.may("practice.offer", "practice", o.ID) {
		v.Withdraw = &webkit.ConfirmView{Title: i18n.T(c.lang, "web.practice.withdraw"), Text: i18n.T(c.lang, "web.practice.withdraw-text"),
			Button: i18n.T(c.lang, "web.practice.withdraw"), Action: "/practices/own/" + o.ID + "/withdraw", Danger: true}
	}
	page := c.titled(o.Title)
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.practice.own"), URL: "/practices?own=1"}}
	return c.render(page, practiceShow(v))
}

func (c *call) practiceWithdraw() error {
	at := "/practices/own/" + c.r.PathValue("id")
	if err := c.Practices.Withdraw(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("note")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "web.practice.withdrawn-now")
}
