package web

import (
	"yagura/internal/campaign"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// openPage asks before the whole population is asked.
func (c *call) openPage() error {
	k, err := c.campaignFor("campaign.open")
	if err != nil {
		return err
	}
	p, err := c.preview(k)
	if err != nil {
		return err
	}
	page := c.page("web.campaign.open")
	page.Marking, page.Crumbs = k.Marking, c.campaignCrumbs(k)
	return c.render(page, confirmation(webkit.ConfirmView{
		Title: i18n.T(c.lang, "web.campaign.open-title", "title", k.Title()), Text: i18n.T(c.lang, "web.campaign.open-text", "n", p.N, "due", p.Deadline),
		Action: "/campaigns/" + k.ID + "/open", Button: i18n.T(c.lang, "web.campaign.open-do", "n", p.N), Back: "/campaigns/" + k.ID,
	}, p.ClosedDay))
}

// campaignFor is the campaign of the address, for someone who may do something with it.
func (c *call) campaignFor(action string) (campaign.Campaign, error) {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err == nil {
		err = c.allow(action, "campaign", k.ID)
	}
	return k, err
}

func (c *call) campaignOpen() error {
	id := c.r.PathValue("id")
	n, err := c.Campaigns.OpenNow(c.ctx, c.actor, id)
	if err != nil {
		return c.refuse("/campaigns/"+id, err)
	}
	c.wake()
	return c.done("/campaigns/"+id, "web.campaign.opened", "n", n)
}

// closePage asks before the answering ends.
func (c *call) closePage() error {
	k, err := c.campaignFor("campaign.close")
	if err != nil {
		return err
	}
	counts, err := c.Campaigns.Board(c.ctx, c.actor, k.ID)
	if err != nil {
		return err
	}
	b := tally(counts)
	warning := ""
	if k.DueAt > c.Clock.Now().UnixMicro() {
		warning = i18n.T(c.lang, "web.campaign.close-early", "due", c.deadline(k.Calendar, k.DueAt, true))
	}
	page := c.page("web.campaign.close")
	page.Marking, page.Crumbs = k.Marking, c.campaignCrumbs(k)
	return c.render(page, confirmation(webkit.ConfirmView{
		Title: i18n.T(c.lang, "web.campaign.close-title", "title", k.Title()), Text: i18n.T(c.lang, "web.campaign.close-text", "open", b.all.n-b.all.done(), "n", b.all.n),
		Action: "/campaigns/" + k.ID + "/close", Button: i18n.T(c.lang, "web.campaign.close"), Danger: true, Back: "/campaigns/" + k.ID,
	}, warning))
}

func (c *call) campaignClose() error {
	id := c.r.PathValue("id")
	if err := c.Campaigns.Close(c.ctx, c.actor, id); err != nil {
		return c.refuse("/campaigns/"+id, err)
	}
	return c.done("/campaigns/"+id, "web.campaign.closed")
}

// campaignActions are what may be done next with a campaign, the likeliest first.
func (c *call) campaignActions(k campaign.Campaign) []webkit.Link {
	var out []webkit.Link
	offer := func(action, path, key string, states ...campaign.State) {
		for _, s := range states {
			if s == k.State && c.may(action, "campaign", k.ID) {
				out = append(out, webkit.Link{Text: i18n.T(c.lang, key), URL: "/campaigns/" + k.ID + path})
			}
		}
	}
	offer("campaign.open", "/open", "web.campaign.open", campaign.Draft, campaign.Trial)
	offer("campaign.open", "/population", "web.campaign.try-some", campaign.Draft, campaign.Trial)
	offer("campaign.write", "/edit", "web.campaign.edit", campaign.Draft, campaign.Trial)
	offer("campaign.close", "/close", "web.campaign.close", campaign.Open)
	offer("release.read", "/release", "web.campaign.tab.release", campaign.Closed)
	return out
}
