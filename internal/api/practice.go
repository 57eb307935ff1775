package api

import (
	"net/http"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/practice"
)

func (s *server) practiceOperations() {
	const offers, received = "/api/practice-offers", "/api/received-practices"
	add(s, op(http.MethodGet, "/api/practices", "practice-list"), "practice.read", (*call).practiceList)
	add(s, op(http.MethodGet, "/api/practices/{id}", "practice-get"), "practice.read", (*call).practiceGet)
	add(s, op(http.MethodGet, offers, "practice-offers"), "practice.read", (*call).practiceOffers)
	add(s, op(http.MethodPost, offers, "practice-offer"), "practice.offer", (*call).practiceOffer)
	add(s, op(http.MethodGet, offers+"/{id}", "practice-offered"), "practice.read", (*call).practiceOffered)
	add(s, op(http.MethodPost, offers+"/{id}/withdraw", "practice-withdraw"), "practice.offer", (*call).practiceWithdraw)
	add(s, op(http.MethodGet, received, "practice-received-list"), "practice.receive", (*call).practiceReceivedList)
	add(s, op(http.MethodGet, received+"/{id}", "practice-received"), "practice.receive", (*call).practiceReceived)
	add(s, op(http.MethodPut, received+"/{id}", "practice-edit"), "practice.edit", (*call).practiceEdit)
	add(s, op(http.MethodPost, received+"/{id}/propose", "practice-propose"), "practice.edit", (*call).practicePropose)
	add(s, op(http.MethodPost, received+"/{id}/publish", "practice-publish"), "practice.publish", (*call).practicePublish)
	add(s, op(http.MethodPost, received+"/{id}/decline", "practice-decline"), "practice.edit", (*call).practiceDecline)
	add(s, op(http.MethodPost, received+"/{id}/retract", "practice-retract"), "practice.retract", (*call).practiceRetract)
}

// PracticeText is what a good practice says.
type PracticeText struct {
	Title  string `json:"title" maxLength:"200"`
	Body   string `json:"body" maxLength:"4000" doc:"what is done, and how"`
	Effect string `json:"effect,omitempty" maxLength:"4000" doc:"what it achieved"`
}

func (t PracticeText) text() practice.Text {
	return practice.Text{Title: t.Title, Body: t.Body, Effect: t.Effect}
}

func practiceText(t practice.Text) PracticeText { return PracticeText{t.Title, t.Body, t.Effect} }

// PracticePlace is what a good practice is about.
type PracticePlace struct {
	Campaign string `json:"campaign"`
	Form     string `json:"form"`
	Edition  string `json:"edition"`
	Section  string `json:"section"`
	Item     string `json:"item" doc:"empty: the whole section"`
}

func practicePlace(campaign string, p practice.Place) PracticePlace {
	return PracticePlace{campaign, p.Form, p.Edition, p.Section, p.Item}
}

// Practice is a published good practice; it says nothing of who offered it, nor when.
type Practice struct {
	ID            string    `json:"id"`
	CampaignTitle i18n.Text `json:"campaign_title"`
	PracticePlace
	PracticeText
}

func practiceView(p practice.Shown) Practice {
	return Practice{p.ID, p.CampaignTitle(), practicePlace(p.Campaign, p.Place), PracticeText{p.Title, p.Body, p.Effect}}
}

type practiceWindow struct {
	Window
	Campaign string `query:"campaign" maxLength:"100"`
	Words    string `query:"q" maxLength:"200" doc:"each must occur"`
}

func (c *call) practiceList(w *practiceWindow) (*list[Practice], error) {
	all, err := c.Practices.Find(c.ctx, c.actor, w.Campaign, w.Words)
	if err != nil {
		return nil, err
	}
	return cut(all, w.Window, func(p practice.Shown) string { return p.ID }, practiceView)
}

func (c *call) practiceGet(p *ByID) (*one[Practice], error) {
	shown, err := c.Practices.Shown(c.ctx, c.actor, p.ID)
	return &one[Practice]{Body: practiceView(shown)}, err
}

// PracticeOffer is a good practice as the organisation that offered it has it.
type PracticeOffer struct {
	ID string `json:"id"`
	PracticePlace
	PracticeText
	State     string        `json:"state" doc:"offered, published, declined, retracted or withdrawn"`
	Note      string        `json:"note,omitempty" doc:"the reason"`
	AskBack   bool          `json:"ask_back"`
	Published string        `json:"published_id,omitempty"`
	Shown     *PracticeText `json:"published,omitempty" doc:"what was published of it"`
	OfferedAt *time.Time    `json:"offered_at"`
}

func practiceOfferView(o practice.Own) PracticeOffer {
	v := PracticeOffer{o.ID, practicePlace(o.Campaign, o.Place), practiceText(o.Text()), string(o.State), o.Note, o.AskBack != 0, o.Shown, nil, stamp(o.OfferedAt)}
	if t := practiceText(o.Published()); t.Title != "" {
		v.Shown = &t
	}
	return v
}

func (c *call) practiceOffers(w *Window) (*list[PracticeOffer], error) {
	all, err := c.Practices.Offers(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(o practice.Own) string { return o.ID }, practiceOfferView)
}

type practiceOfferIn struct {
	Body struct {
		Filing  string `json:"filing" maxLength:"100"`
		Section string `json:"section,omitempty" maxLength:"100" doc:"where it is about no single item"`
		Item    string `json:"item,omitempty" maxLength:"200"`
		PracticeText
		AskBack bool `json:"ask_back,omitempty" doc:"the asker may come back with questions"`
	}
}

func (c *call) practiceOffer(in *practiceOfferIn) (*made, error) {
	b := in.Body
	id, err := c.Practices.Offer(c.ctx, c.actor, practice.Offer{Filing: b.Filing, Section: b.Section, Item: b.Item, Text: b.text(), AskBack: b.AskBack})
	c.wake()
	return madeOf(id), err
}

func (c *call) practiceOffered(p *ByID) (*one[PracticeOffer], error) {
	o, err := c.Practices.Own(c.ctx, c.actor, p.ID)
	return &one[PracticeOffer]{Body: practiceOfferView(o)}, err
}

type practiceReason struct {
	ByID
	Body struct {
		Note string `json:"note,omitempty" maxLength:"200" doc:"the reason"`
	}
}

func (c *call) practiceWithdraw(in *practiceReason) (*nothing, error) {
	err := c.Practices.Withdraw(c.ctx, c.actor, in.ID, in.Body.Note)
	c.wake()
	return nil, err
}

// ReceivedPractice is a good practice as its asker has it.
type ReceivedPractice struct {
	ID    string    `json:"id"`
	Party string    `json:"party"`
	Code  string    `json:"code"`
	Name  i18n.Text `json:"name"`
	PracticePlace
	PracticeText
	State     string          `json:"state"`
	Note      string          `json:"note,omitempty"`
	AskBack   bool            `json:"ask_back"`
	Edited    *PracticeText   `json:"edited,omitempty"`
	Published string          `json:"published_id,omitempty"`
	Traces    []PracticeTrace `json:"traces" doc:"what in the edited version may tell who offered it"`
	OfferedAt *time.Time      `json:"offered_at"`
	Version   int64           `json:"version"`
}

// PracticeTrace is a passage that may tell who offered a practice.
type PracticeTrace struct {
	Kind string `json:"kind" doc:"name, short, code, person, lei, number, contact or other"`
	Text string `json:"text"`
}

func receivedPracticeView(r practice.Received) ReceivedPractice {
	v := ReceivedPractice{r.ID, r.Party, r.Code, r.Name(), practicePlace(r.Campaign, r.Place), practiceText(r.Text()), string(r.State), r.Note, r.AskBack != 0,
		nil, r.Shown, []PracticeTrace{}, stamp(r.OfferedAt), r.Version}
	if t := practiceText(r.Edited()); t.Title != "" {
		v.Edited = &t
	}
	return v
}

type receivedPracticeWindow struct {
	Window
	Campaign string `query:"campaign" maxLength:"100"`
}

func (c *call) practiceReceivedList(w *receivedPracticeWindow) (*list[ReceivedPractice], error) {
	all, err := c.Practices.Received(c.ctx, c.actor, w.Campaign)
	if err != nil {
		return nil, err
	}
	return cut(all, w.Window, func(r practice.Received) string { return r.ID }, receivedPracticeView)
}

func (c *call) practiceReceived(p *ByID) (*one[ReceivedPractice], error) {
	r, err := c.Practices.ReceivedOne(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	v := receivedPracticeView(r)
	if v.Edited != nil {
		traces, err := c.Practices.Traces(c.ctx, c.actor, r)
		if err != nil {
			return nil, err
		}
		for _, t := range traces {
			v.Traces = append(v.Traces, PracticeTrace{string(t.Kind), t.Text})
		}
	}
	return &one[ReceivedPractice]{etag(r.Version), v}, nil
}

// seenPractice holds a step to the version that its sender read.
func (c *call) seenPractice(id, header string) (practice.Received, error) {
	r, err := c.Practices.ReceivedOne(c.ctx, c.actor, id)
	if err != nil {
		return r, err
	}
	return r, match(header, r.Version, true, receivedPracticeView(r))
}

type practiceEditIn struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    PracticeText
}

func (c *call) practiceEdit(in *practiceEditIn) (*one[ReceivedPractice], error) {
	r, err := c.seenPractice(in.ID, in.IfMatch)
	if err == nil {
		err = c.Practices.Edit(c.ctx, c.actor, in.ID, r.Version, in.Body.text())
	}
	if err != nil {
		return nil, err
	}
	return c.practiceReceived(&in.ByID)
}

type practiceStep struct {
	ByID
	IfMatch string `header:"If-Match"`
}

func (c *call) practicePropose(in *practiceStep) (*one[ReceivedPractice], error) {
	r, err := c.seenPractice(in.ID, in.IfMatch)
	if err == nil {
		err = c.Practices.Propose(c.ctx, c.actor, in.ID, r.Version)
	}
	if err != nil {
		return nil, err
	}
	c.wake()
	return c.practiceReceived(&in.ByID)
}

type practicePublishIn struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    struct {
		Despite bool `json:"despite_traces,omitempty" doc:"the traces were looked at; publish in spite of them"`
	}
}

func (c *call) practicePublish(in *practicePublishIn) (*one[ReceivedPractice], error) {
	r, err := c.seenPractice(in.ID, in.IfMatch)
	if err == nil {
		err = c.Practices.Publish(c.ctx, c.actor, in.ID, r.Version, in.Body.Despite)
	}
	if err != nil {
		return nil, err
	}
	c.wake()
	return c.practiceReceived(&in.ByID)
}

func (c *call) practiceDecline(in *practiceReason) (*nothing, error) {
	err := c.Practices.Decline(c.ctx, c.actor, in.ID, in.Body.Note)
	c.wake()
	return nil, err
}

func (c *call) practiceRetract(in *practiceReason) (*nothing, error) {
	err := c.Practices.Retract(c.ctx, c.actor, in.ID, in.Body.Note)
	c.wake()
	return nil, err
}
