package web

import (
	"strconv"

	"yagura/internal/campaign"
	"yagura/internal/chart"
	"yagura/internal/incident"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

// behindView is how far those are who were asked in a campaign.
type behindView struct {
	webkit.Task
	Figures []webkit.Figure
	Picture chart.Chart // nil when nobody is asked
	Shares  webkit.TableView
}

// homeIntake is what is happening in the sector, the next due first.
type homeIntake struct {
	Figures []webkit.Figure
	Table   webkit.TableView
}

func (v *homeView) empty() bool {
	return len(v.Todo)+len(v.Incidents)+len(v.Filings)+len(v.Returns)+len(v.Actions)+len(v.Behind)+len(v.Campaigns) == 0 && v.Intake == nil && !v.Sector
}

// askerHome answers an asker's questions: who is behind, what happens, what breaks when a
// provider stops, and where the rest is.
func (c *call) askerHome(v *homeView) error {
	list, err := c.Campaigns.List(c.ctx, c.actor, 2*shown)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.State == campaign.Open && len(v.Behind) < 2 {
			b, err := c.behind(k)
			if err != nil {
				return err
			}
			v.Behind = append(v.Behind, b)
		} else if len(v.Campaigns) < shown {
			v.Campaigns = append(v.Campaigns, c.campaignTask(k))
		}
	}
	v.Sector = c.may("sector.read", "sector", "")
	if !c.may("intake.read", "intake", "") {
		return nil
	}
	rows, _, board, err := c.Incidents.Cases(c.ctx, c.actor, incident.CaseFilter{Limit: shown})
	if err != nil {
		return err
	}
	v.Intake = &homeIntake{Figures: c.intakeFigures(board), Table: webkit.TableView{Caption: c.say("web.home.intake-next"),
		Columns: heads(c.columns("webincident.reference", "webintake.party", "webincident.name", "webincident.kind", "webintake.received", "webincident.next", "webincident.due"))}}
	for _, r := range rows {
		v.Intake.Table.Rows = append(v.Intake.Table.Rows, c.intakeRow(r)[:len(v.Intake.Table.Columns)])
	}
	return nil
}

func (c *call) behind(k campaign.Campaign) (behindView, error) {
	b := behindView{Task: c.campaignTask(k)}
	counts, err := c.Campaigns.Board(c.ctx, c.actor, k.ID)
	if err != nil {
		return b, err
	}
	n, list := tally(counts), "/campaigns/"+k.ID+"/filings"
	waiting := n.all.n - n.all.done()
	b.Figures = []webkit.Figure{c.figure("web.campaign.asked", n.all.n, list, webkit.Neutral), c.figure("web.campaign.submitted", n.all.done(), list+"?done=1", webkit.Progress),
		c.figure("web.home.not-yet", waiting, list+"?standing=open", webkit.Neutral),
		c.figure("web.campaign.late", n.all.late, list+"?late=1", lateTone(n.all.late))}
	if n.all.n > 0 {
		b.Picture, b.Shares = c.progressPicture(n)
		b.Shares.Caption = b.Title + " " + b.Shares.Caption // one name on the page
	}
	return b, nil
}

// homeSector is the part of the first page about third parties: the page does not wait
// for a sector that has to be joined first.
func (c *call) homeSector() error {
	s, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	t := webkit.TableView{Caption: c.say("web.home.sector-top"), Empty: c.say("web.home.sector-none"), Columns: heads(c.columns("websector.name", "websector.any", "websector.share", "web.home.what-if"))}
	t.Columns[1].Numeric, t.Columns[2].Numeric = true, true
	for _, d := range s.Measures.Groups[:min(shown, len(s.Measures.Groups))] {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.unitName(d.Named), URL: providerURL(d.Key, network.ByGroup), Head: true}, {Text: strconv.Itoa(d.Any.CriticalUsers)}, {Text: percentOf(d.Any.CriticalUsers, len(s.Members))},
			{Text: c.say("web.home.try"), URL: sectorBase + "/failure?" + failureQuery(network.ByGroup, d.Key, "72")}})
	}
	return webkit.Table(t).Render(c.ctx, c.w)
}
