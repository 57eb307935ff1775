package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// campaignForm is the page on which a campaign is written.
type campaignForm struct {
	ID         string // "" while it is new
	Version    int64
	TitleJA    string
	TitleEN    string
	Form       string // id@edition
	Mode       string // how the population is given: all, choose or cel
	Sectors    []string
	Sizes      []string
	CEL        string
	Date, Time string // of the deadline, in Japan
	Calendar   string
	Marking    string
	Policy     string
	Remind     []string // days of the plan of reminders

	Fault    string
	At       string // name of the field that the fault is about, "" for none
	Forms    []webkit.SelectOption
	Classes  classes
	Houses   []webkit.SelectOption // calendars
	Policies []webkit.SelectOption
	Markings []webkit.SelectOption
	Preview  *preview
}

// classes are the sectors and sizes that the asker's parties have.
type classes struct{ Sectors, Sizes []choice }

// choice is one box or button of a group.
type choice struct {
	Value, Text string
	Chosen      bool
}

// markings are the ways in which a page may be passed on that are offered (FIRST, TLP 2.0).
var markings = []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}

// The ways to give a population.
const (
	everyone  = "all"
	byClass   = "choose"
	condition = "cel"
)

func (c *call) campaignNew() error {
	if err := c.allow("campaign.write", "campaign", ""); err != nil {
		return err
	}
	return c.showCampaignForm(http.StatusOK, campaignForm{Mode: everyone, Time: "17:00", Calendar: "jp-bank", Marking: "TLP:AMBER", Policy: "default", Remind: planValues(campaign.UsualPlan)})
}

// allow refuses a page whose use the actor could not make.
func (c *call) allow(action, kind, id string) error {
	_, err := c.Policies.Decide(c.actor, action, thingOf(c.actor, kind, id))
	return err
}

func (c *call) campaignEdit() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := c.allow("campaign.write", "campaign", k.ID); err != nil {
		return err
	}
	due := clock.FromMicros(k.DueAt).In(calendar.Tokyo)
	v := campaignForm{ID: k.ID, Version: k.Version, TitleJA: k.TitleJA, TitleEN: k.TitleEN, Form: k.Form + "@" + k.Edition, CEL: k.Population,
		Date: due.Format(time.DateOnly), Time: due.Format("15:04"), Calendar: k.Calendar, Marking: k.Marking, Policy: k.Policy, Remind: planValues(k.Plan())}
	v.Mode, v.Sectors, v.Sizes = readPopulation(k.Population)
	return c.showCampaignForm(http.StatusOK, v)
}

// campaignSave previews or stores what was written on the page.
func (c *call) campaignSave() error {
	v := campaignForm{ID: c.r.PathValue("id"), TitleJA: c.r.PostFormValue("title_ja"), TitleEN: c.r.PostFormValue("title_en"), Form: c.r.PostFormValue("form"),
		Mode: c.r.PostFormValue("mode"), Sectors: c.values("sector"), Sizes: c.values("size"), CEL: c.r.PostFormValue("cel"),
		Date: c.r.PostFormValue("date"), Time: c.r.PostFormValue("time"), Calendar: c.r.PostFormValue("calendar"), Marking: c.r.PostFormValue("marking"), Policy: c.r.PostFormValue("policy"),
		Remind: c.values("remind")}
	v.Version, _ = strconv.ParseInt(c.r.PostFormValue("version"), 10, 64)
	if v.ID != "" { // a campaign that is not there is told before what was written is judged
		if _, err := c.Campaigns.Get(c.ctx, c.actor, v.ID); err != nil {
			return err
		}
	}
	k, err := c.campaignOf(v)
	if err == nil && c.r.PostFormValue("do") == "preview" {
		if err := c.allow("campaign.write", "campaign", v.ID); err != nil {
			return err
		}
		v.Preview, err = c.preview(k)
		if err == nil {
			return c.showCampaignForm(http.StatusOK, v)
		}
	}
	if err == nil {
		if v.ID == "" {
			v.ID, err = c.Campaigns.Create(c.ctx, c.actor, k)
		} else {
			err = c.Campaigns.Change(c.ctx, c.actor, k)
		}
		if err == nil {
			return c.done("/campaigns/"+v.ID, "web.campaign.saved")
		}
	}
	if errs.KindOf(err) == errs.Conflict && c.text(err) == "" {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("web.campaign.conflict"))
	}
	v.At = faultyField(err)
	if v.Fault = c.text(err); v.Fault == "" || errs.KindOf(err) == errs.Forbidden {
		return err
	}
	return c.showCampaignForm(http.StatusUnprocessableEntity, v)
}

// faultyFields are the fields that a refused campaign was refused for, by the message.
var faultyFields = map[string]string{"campaign.title-missing": "title_ja", "campaign.due-past": "date", "web.campaign.due-missing": "date"}

func faultyField(err error) string {
	var said *i18n.Error
	if errors.As(err, &said) {
		for key, name := range faultyFields {
			if said.Text == i18n.Both(key) {
				return name
			}
		}
	}
	return ""
}

// faultOf is what is wrong with the field of a name.
func (v campaignForm) faultOf(name string) string {
	if v.At == name {
		return v.Fault
	}
	return ""
}

// campaignOf is the campaign that the page describes.
func (c *call) campaignOf(v campaignForm) (campaign.Campaign, error) {
	k := campaign.Campaign{ID: v.ID, Tenant: c.actor.Org, Version: v.Version, TitleJA: v.TitleJA, TitleEN: v.TitleEN, Marking: v.Marking, Policy: v.Policy, Calendar: v.Calendar, Reminders: strings.Join(v.Remind, ",")}
	k.Form, k.Edition, _ = strings.Cut(v.Form, "@")
	k.Population = v.CEL
	switch v.Mode {
	case everyone:
		k.Population = ""
	case byClass:
		k.Population = writePopulation(v.Sectors, v.Sizes)
	}
	if _, found := form.ParsePopulation(k.Population); len(found) > 0 {
		return k, errs.New(errs.Invalid, "%w", &i18n.Error{Text: found[0].Message})
	}
	if !slices.ContainsFunc(c.policyOptions(), func(o webkit.SelectOption) bool { return o.Value == v.Policy }) {
		return k, errs.New(errs.Invalid, "%w", i18n.NewError("web.campaign.policy-unknown"))
	}
	if _, err := c.Calendars.Get(v.Calendar); err != nil {
		return k, errs.New(errs.Invalid, "%w", i18n.NewError("web.campaign.calendar-unknown"))
	}
	due, err := time.ParseInLocation("2006-01-02 15:04", v.Date+" "+v.Time, calendar.Tokyo)
	if err != nil {
		return k, errs.New(errs.Invalid, "%w", i18n.NewError("web.campaign.due-missing"))
	}
	k.DueAt = clock.Micros(due)
	return k, nil
}

// showCampaignForm renders the page with its choices.
func (c *call) showCampaignForm(status int, v campaignForm) error {
	for _, id := range c.Forms.IDs() {
		for _, edition := range c.Forms.Editions(id) {
			f, err := c.Forms.Form(id, edition)
			if err == nil && f.Kind == form.KindRegister {
				f, err = c.Forms.Form(form.CollectionID(id), edition)
			}
			if err == nil {
				v.Forms = append(v.Forms, webkit.SelectOption{Value: f.Name(), Text: editionTitle(f, c.lang)})
			}
		}
	}
	sectors, sizes, err := c.Orgs.Classes(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	for _, s := range sectors {
		v.Classes.Sectors = append(v.Classes.Sectors, choice{s, c.sector(s), slices.Contains(v.Sectors, s)})
	}
	for _, s := range sizes {
		v.Classes.Sizes = append(v.Classes.Sizes, choice{s, c.size(s), slices.Contains(v.Sizes, s)})
	}
	for _, cal := range c.Calendars {
		v.Houses = append(v.Houses, webkit.SelectOption{Value: cal.ID, Text: cal.Title.In(c.lang)})
	}
	for _, m := range markings {
		v.Markings = append(v.Markings, webkit.SelectOption{Value: m, Text: m})
	}
	if v.Marking != "" && !slices.Contains(markings, v.Marking) {
		v.Markings = append(v.Markings, webkit.SelectOption{Value: v.Marking, Text: v.Marking})
	}
	v.Policies = c.policyOptions()
	p := c.page("web.campaign.new")
	p.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}}
	if v.ID != "" {
		p.Title = i18n.T(c.lang, "web.campaign.edit")
		p.Crumbs = append(p.Crumbs, webkit.Crumb{Text: v.TitleJA, URL: "/campaigns/" + v.ID})
	}
	p.Error = v.Fault != ""
	return c.renderStatus(status, p, campaignFormPage(v))
}

// policyOptions are the disclosure policies that a release may be made under.
func (c *call) policyOptions() []webkit.SelectOption {
	return []webkit.SelectOption{{Value: "default", Text: i18n.T(c.lang, "web.campaign.policy.default")}, {Value: "sensitive", Text: i18n.T(c.lang, "web.campaign.policy.sensitive")}}
}

func (v campaignForm) address() string {
	if v.ID == "" {
		return "/campaigns/new"
	}
	return "/campaigns/" + v.ID + "/edit"
}

func (v campaignForm) back() string {
	if v.ID == "" {
		return "/campaigns"
	}
	return "/campaigns/" + v.ID
}

func (v campaignForm) version() string { return strconv.FormatInt(v.Version, 10) }

func (v campaignForm) modes(ctx context.Context) []choice {
	out := make([]choice, 0, 3)
	for _, m := range []string{everyone, byClass, condition} {
		out = append(out, choice{m, webkit.T(ctx, "web.campaign.mode."+m), m == v.Mode})
	}
	return out
}

// values are all values of a field that was posted.
func (c *call) values(name string) []string {
	_ = c.r.PostFormValue(name) // reads the form
	return c.r.PostForm[name]
}
