package api

import (
	"errors"
	"net/http"
	"time"

	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/i18n"
)

func (s *server) campaignOperations() {
	const path = "/api/campaigns/{id}"
	add(s, op(http.MethodGet, "/api/campaigns", "campaign-list"), "campaign.read", (*call).campaignList)
	add(s, op(http.MethodPost, "/api/campaigns", "campaign-create"), "campaign.write", (*call).campaignCreate)
	add(s, op(http.MethodGet, path, "campaign-get"), "campaign.read", (*call).campaignGet)
	add(s, op(http.MethodPut, path, "campaign-change"), "campaign.write", (*call).campaignChange)
	add(s, op(http.MethodPost, path+"/open", "campaign-open"), "campaign.open", (*call).campaignOpen)
	add(s, op(http.MethodGet, path+"/board", "campaign-board"), "campaign.read", (*call).campaignBoard)
	add(s, op(http.MethodGet, path+"/filings", "campaign-received"), "campaign.read", (*call).campaignReceived)
	add(s, op(http.MethodGet, path+"/records", "campaign-records"), "submission.read", (*call).campaignRecords)
	add(s, op(http.MethodGet, path+"/records/export", "campaign-table"), "submission.read", (*call).campaignTable)
	add(s, op(http.MethodPost, path+"/remind", "campaign-remind"), "campaign.remind", (*call).campaignRemind)
	add(s, op(http.MethodPost, path+"/extend", "campaign-extend"), "campaign.extend", (*call).campaignExtend)
	add(s, op(http.MethodGet, path+"/reminders", "campaign-reminders"), "campaign.read", (*call).campaignReminders)
	add(s, op(http.MethodPut, path+"/reminders", "campaign-plan-reminders"), "campaign.remind", (*call).campaignPlan)
	add(s, op(http.MethodPost, path+"/reschedule", "campaign-reschedule"), "campaign.extend", (*call).campaignReschedule)
	add(s, op(http.MethodPost, path+"/close", "campaign-close"), "campaign.close", (*call).campaignClose)
}

// CampaignInput is what an asker decides about a campaign.
type CampaignInput struct {
	Title      i18n.Text `json:"title"`
	Form       string    `json:"form" maxLength:"100"`
	Edition    string    `json:"edition,omitempty" maxLength:"100" doc:"the latest when empty"`
	Population string    `json:"population,omitempty" maxLength:"4000" doc:"CEL over org; everybody when empty"`
	Marking    string    `json:"marking,omitempty" maxLength:"100" doc:"handling"`
	Policy     string    `json:"policy,omitempty" enum:"default,sensitive" doc:"of disclosure"`
	Calendar   string    `json:"calendar,omitempty" maxLength:"100"`
	DueAt      time.Time `json:"due_at"`
	Reminders  []int     `json:"reminders,omitempty" maxItems:"10" doc:"business days before the deadline on which parties are reminded, negative after it; 10, 3, 1 and -1 when left out of a new campaign"`
}

func (in CampaignInput) campaign() campaign.Campaign {
	plan := campaign.Plan(in.Reminders)
	if in.Reminders == nil {
		plan = campaign.UsualPlan
	}
	return campaign.Campaign{TitleJA: in.Title.JA, TitleEN: in.Title.EN, Form: in.Form, Edition: in.Edition, Population: in.Population, Marking: in.Marking,
		Policy: in.Policy, Calendar: in.Calendar, DueAt: clock.Micros(in.DueAt), Reminders: plan.String()}
}

// Campaign is one round of asking.
type Campaign struct {
	ID string `json:"id"`
	CampaignInput
	State    string     `json:"state"`
	OpenedAt *time.Time `json:"opened_at"`
	ClosedAt *time.Time `json:"closed_at"`
	Version  int64      `json:"version"`
}

func campaignView(k campaign.Campaign) Campaign {
	return Campaign{k.ID, CampaignInput{k.Title(), k.Form, k.Edition, k.Population, k.Marking, k.Policy, k.Calendar, clock.FromMicros(k.DueAt).UTC(), k.Plan()},
		string(k.State), stamp(k.OpenedAt), stamp(k.ClosedAt), k.Version}
}

func (c *call) campaignList(w *Window) (*list[Campaign], error) {
	all, err := c.Campaigns.List(c.ctx, c.actor, mostFilings)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(k campaign.Campaign) string { return k.ID }, campaignView)
}

func (c *call) campaignCreate(in *struct{ Body CampaignInput }) (*made, error) {
	id, err := c.Campaigns.Create(c.ctx, c.actor, in.Body.campaign())
	return madeOf(id), err
}

func (c *call) campaignGet(p *ByID) (*one[Campaign], error) {
	k, err := c.Campaigns.Get(c.ctx, c.actor, p.ID)
	return &one[Campaign]{etag(k.Version), campaignView(k)}, err
}

type campaignChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    CampaignInput
}

func (c *call) campaignChange(in *campaignChange) (*one[Campaign], error) {
	now, err := c.Campaigns.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	if err := match(in.IfMatch, now.Version, true, campaignView(now)); err != nil {
		return nil, err
	}
	k := in.Body.campaign()
	k.ID, k.Version = now.ID, now.Version
	if in.Body.Reminders == nil {
		k.Reminders = now.Reminders
	}
	if err := c.Campaigns.Change(c.ctx, c.actor, k); err != nil {
		return nil, c.standing(err, func() (any, error) {
			now, err := c.Campaigns.Get(c.ctx, c.actor, in.ID)
			return campaignView(now), err
		})
	}
	return c.campaignGet(&in.ByID)
}

// standing adds to a conflict what stands there now.
func (c *call) standing(err error, read func() (any, error)) error {
	if errs.KindOf(err) != errs.Conflict {
		return err
	}
	now, reading := read()
	if reading != nil {
		return reading
	}
	f := &fault{kind: conflict, current: now}
	var said *i18n.Error
	if errors.As(err, &said) {
		f.text = said.Text
	}
	return f
}

type openIn struct {
	ByID
	Body struct {
		Trial []string `json:"trial,omitempty" maxItems:"1000" doc:"codes of the parties of a test run"`
	}
}

// Count is how many were reached.
type Count struct {
	N int `json:"n"`
}

func (c *call) campaignOpen(in *openIn) (*one[Count], error) {
	n, err := c.Campaigns.OpenNow(c.ctx, c.actor, in.ID, in.Body.Trial...)
	c.wake()
	return &one[Count]{Body: Count{n}}, err
}

// BoardCell counts the filings of a sector in a state.
type BoardCell struct {
	Sector string `json:"sector"`
	State  string `json:"state"`
	N      int64  `json:"n"`
	Late   int64  `json:"late" doc:"past their deadline and not submitted"`
}

func (c *call) campaignBoard(p *ByID) (*one[[]BoardCell], error) {
	if _, err := c.Campaigns.Get(c.ctx, c.actor, p.ID); err != nil {
		return nil, err
	}
	counts, err := c.Campaigns.Board(c.ctx, c.actor, p.ID)
	cells := make([]BoardCell, len(counts))
	for i, k := range counts {
		cells[i] = BoardCell{k.Sector, string(k.State), k.N, k.Late}
	}
	return &one[[]BoardCell]{Body: cells}, err
}

// Received is a filing as its asker sees it.
type Received struct {
	ID          string     `json:"id"`
	Party       string     `json:"party"`
	Code        string     `json:"code"`
	Name        i18n.Text  `json:"name"`
	Sector      string     `json:"sector"`
	State       string     `json:"state"`
	Percent     int        `json:"percent"`
	DueAt       *time.Time `json:"due_at"`
	Extension   string     `json:"extension,omitempty" doc:"why the deadline was moved"`
	SubmittedAt *time.Time `json:"submitted_at"`
	Revision    int64      `json:"revision"`
	RemindedAt  *time.Time `json:"reminded_at"`
	Trial       bool       `json:"trial"`
}

func receivedView(r filing.Received) Received {
	return Received{r.ID, r.Party, r.Code, r.Name(), r.Sector, string(r.State), r.Percent(), stamp(r.DueAt), r.Extension, stamp(r.SubmittedAt), r.Revision,
		stamp(r.RemindedAt), r.Trial != 0}
}

func (c *call) campaignReceived(in *windowOf) (*list[Received], error) {
	if _, err := c.Campaigns.Get(c.ctx, c.actor, in.ID); err != nil {
		return nil, err
	}
	all, err := c.Filings.Received(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(r filing.Received) string { return r.ID }, receivedView)
}

type remindIn struct {
	ByID
	Body struct {
		Filings []string `json:"filings,omitempty" maxItems:"10000" doc:"all that have not submitted, when empty"`
	}
}

func (c *call) campaignRemind(in *remindIn) (*one[Count], error) {
	n, err := c.Campaigns.Remind(c.ctx, c.actor, in.ID, in.Body.Filings...)
	c.wake()
	return &one[Count]{Body: Count{n}}, err
}

type extendIn struct {
	ByID
	Body struct {
		Filing string    `json:"filing" maxLength:"100"`
		DueAt  time.Time `json:"due_at"`
		Reason string    `json:"reason" maxLength:"4000"`
	}
}

func (c *call) campaignExtend(in *extendIn) (*nothing, error) {
	err := c.Campaigns.Extend(c.ctx, c.actor, in.ID, in.Body.Filing, clock.Micros(in.Body.DueAt), in.Body.Reason)
	c.wake()
	return nil, err
}

func (c *call) campaignClose(p *ByID) (*nothing, error) {
	return nil, c.Campaigns.Close(c.ctx, c.actor, p.ID)
}
