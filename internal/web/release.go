package web

import (
	"yagura/internal/assessment/release"
	"yagura/internal/campaign"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

func (s *server) releaseRoutes() []route {
	return []route{
		{"GET /campaigns/{id}/release", seat, "release.read", (*call).releasePage},
		{"POST /campaigns/{id}/release", seat, "release.make", (*call).releaseMake},
		{"POST /campaigns/{id}/release/approve", seat, "release.approve", (*call).releaseApprove},
		{"POST /campaigns/{id}/release/publish", seat, "release.publish", (*call).releasePublish},
		{"GET /campaigns/{id}/release/record.json", seat, "release.read", (*call).releaseRecord},
		{"GET /campaigns/{id}/release/sector/{format}", seat, "release.read", (*call).releaseSector},
		{"GET /campaigns/{id}/release/parties/{party}/{format}", seat, "release.read", (*call).releaseParty},
	}
}

// releaseView is the release of a campaign: made, looked at, approved by another, published.
type releaseView struct {
	Campaign campaign.Campaign
	Release  *campaign.Release // nil before it is made
	Tabs     []webkit.Tab
	Terms    []webkit.Term
	Steps    []webkit.Step
	Offers   []webkit.ConfirmView
	Preview  webkit.TableView
}

func (c *call) releasePage() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := releaseView{Campaign: k, Tabs: c.campaignTabs(k, "/release")}
	rel, err := c.Campaigns.Release(c.ctx, c.actor, k.ID)
	switch {
	case err == nil:
		v.Release = &rel
	case errs.KindOf(err) != errs.NotFound:
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Steps = c.releaseSteps(k, v.Release)
	if v.Release != nil {
		v.Terms = []webkit.Term{
			{Title: i18n.T(c.lang, "web.release.made"), Text: c.moment(rel.MadeAt) + "　" + memberName(rel.MadeBy, members)},
			{Title: i18n.T(c.lang, "web.release.approved"), Text: c.moment(rel.ApprovedAt) + "　" + memberName(rel.ApprovedBy, members)},
			{Title: i18n.T(c.lang, "web.release.published"), Text: c.moment(rel.PublishedAt)},
		}
		if v.Preview, err = c.releasePreview(k); err != nil {
			return err
		}
	}
	v.Offers = c.releaseOffers(k, v.Release)
	page := c.titled(k.Title().In(c.lang))
	page.Marking, page.Crumbs = k.Marking, []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}}
	return c.render(page, releaseShow(v))
}

func (c *call) releaseSteps(k campaign.Campaign, r *campaign.Release) []webkit.Step {
	reached := 0
	switch {
	case k.State == campaign.Released:
		reached = 4
	case r != nil && r.State == campaign.Approved:
		reached = 3
	case r != nil:
		reached = 2
	case k.State == campaign.Closed:
		reached = 1
	}
	keys := []string{"web.release.step-close", "web.release.step-make", "web.release.step-approve", "web.release.step-publish"}
	out := make([]webkit.Step, len(keys))
	for i, key := range keys {
		out[i] = webkit.Step{Title: i18n.T(c.lang, key), State: webkit.StepTodo}
		if i < reached {
			out[i].State = webkit.StepDone
		} else if i == reached {
			out[i].State = webkit.StepCurrent
		}
	}
	return out
}

// releaseOffers are what the actor may do next with the release.
func (c *call) releaseOffers(k campaign.Campaign, r *campaign.Release) []webkit.ConfirmView {
	var out []webkit.ConfirmView
	offer := func(what, path string) {
		key := "web.release.offer." + what
		out = append(out, webkit.ConfirmView{Title: i18n.T(c.lang, key), Text: i18n.T(c.lang, key+"-text"), Button: i18n.T(c.lang, key), Action: "/campaigns/" + k.ID + "/release" + path})
	}
	thing := c.own("release")
	if r != nil {
		thing.Maker = r.MadeBy
	}
	switch {
	case k.State != campaign.Closed:
	case r == nil && c.Policies.May(c.actor, "release.make", thing):
		offer("make", "")
	case r != nil && r.State == campaign.Made:
		if c.Policies.May(c.actor, "release.approve", thing) {
			offer("approve", "/approve")
		}
		if c.Policies.May(c.actor, "release.make", thing) {
			offer("remake", "")
		}
	case r != nil && r.State == campaign.Approved && c.Policies.May(c.actor, "release.publish", thing):
		offer("publish", "/publish")
	}
	return out
}

// releasePreview lists the parties whose feedback can be looked at.
func (c *call) releasePreview(k campaign.Campaign) (webkit.TableView, error) {
	rows, err := c.Filings.Received(c.ctx, c.actor, k.ID)
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.release.parties"), Columns: heads(c.columns("web.received.code", "web.received.name", "web.party.sector"))}
	for _, r := range rows {
		if r.Revision > 0 && r.Trial == 0 {
			t.Rows = append(t.Rows, []webkit.Cell{{Text: r.Code, URL: "/campaigns/" + k.ID + "/release/parties/" + r.Party + "/html", Head: true}, {Text: r.Name().In(c.lang)}, {Text: c.sector(r.Sector)}})
		}
	}
	return t, err
}

func (c *call) releaseMake() error {
	id := c.r.PathValue("id")
	back := "/campaigns/" + id + "/release"
	if err := c.allow("release.make", "release", id); err != nil { // before the work of the analysis
		return err
	}
	if err := c.Feedback.Make(c.ctx, c.actor, id, nil); err != nil {
		return c.refuseUnless(err, back)
	}
	return c.done(back, "web.release.made-now")
}

func (c *call) releaseApprove() error {
	id := c.r.PathValue("id")
	if err := c.Campaigns.Approve(c.ctx, c.actor, id); err != nil {
		return c.refuseUnless(err, "/campaigns/"+id+"/release")
	}
	return c.done("/campaigns/"+id+"/release", "web.release.approved-now")
}

func (c *call) releasePublish() error {
	id := c.r.PathValue("id")
	if err := c.Campaigns.Publish(c.ctx, c.actor, id); err != nil {
		return c.refuseUnless(err, "/campaigns/"+id+"/release")
	}
	c.wake()
	return c.done("/campaigns/"+id+"/release", "web.release.published-now")
}

func (c *call) releaseRecord() error {
	rel, err := c.Campaigns.Release(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return webkit.Download(c.w, "release-"+rel.Campaign+".json", "application/json", []byte(rel.Record))
}

func (c *call) releaseSector() error { return c.releaseDocument(release.Sector, "") }

func (c *call) releaseParty() error {
	return c.releaseDocument(release.Feedback, c.r.PathValue("party"))
}

func (c *call) releaseDocument(name, party string) error {
	id := c.r.PathValue("id")
	d, err := c.Campaigns.Document(c.ctx, c.actor, id, name, string(c.lang), party)
	if err != nil {
		return err
	}
	return c.document(d.Data, c.r.PathValue("format"), name+"-"+id)
}
