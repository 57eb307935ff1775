package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func thingOf(a authz.Actor, kind, id string) authz.Thing {
	return authz.Thing{Kind: kind, ID: id, Tenant: a.Org}
}

// writePopulation is the condition (CEL) that ready-made choices stand for: one of the
// sectors and one of the sizes, where any are chosen.
func writePopulation(sectors, sizes []string) string {
	var parts []string
	for _, p := range []struct {
		field  string
		values []string
	}{{"org.sector", sectors}, {"org.size", sizes}} {
		if len(p.values) == 0 {
			continue
		}
		quoted := make([]string, len(p.values))
		for i, v := range p.values {
			quoted[i] = strconv.Quote(v)
		}
		parts = append(parts, p.field+" in ["+strings.Join(quoted, ", ")+"]")
	}
	return strings.Join(parts, " && ")
}

var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// readPopulation finds the choices that a condition stands for: it is byClass only when
// writePopulation would write the very same text.
func readPopulation(text string) (mode string, sectors, sizes []string) {
	if text == "" {
		return everyone, nil, nil
	}
	for part := range strings.SplitSeq(text, " && ") {
		into := &sizes
		if strings.HasPrefix(part, "org.sector in ") {
			into = &sectors
		}
		for _, q := range quotedText.FindAllString(part, -1) {
			if v, err := strconv.Unquote(q); err == nil {
				*into = append(*into, v)
			}
		}
	}
	if writePopulation(sectors, sizes) == text {
		return byClass, sectors, sizes
	}
	return condition, nil, nil
}

// preview is whom a campaign would ask, and what is to be known of its deadline.
type preview struct {
	N         int
	Sectors   webkit.TableView
	Some      webkit.TableView // the first of them
	Deadline  string
	ClosedDay string // why the deadline is no business day, "" when it is one
}

// previewRows is how many parties a preview lists; the page of the population has all.
const previewRows = 20

func (c *call) preview(k campaign.Campaign) (*preview, error) {
	parties, _, err := c.Campaigns.Population(c.ctx, c.actor, k)
	if err != nil {
		return nil, err
	}
	p := &preview{N: len(parties), Deadline: c.deadline(k.Calendar, k.DueAt, true), ClosedDay: c.closedDay(k)}
	p.Sectors = c.sectorCounts(parties)
	p.Some = webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.preview-list", "n", min(previewRows, len(parties))), Columns: heads(c.partyColumns())}
	for _, o := range parties[:min(previewRows, len(parties))] {
		p.Some.Rows = append(p.Some.Rows, c.partyCells(o))
	}
	return p, nil
}

func (c *call) partyColumns() []string {
	return c.columns("web.party.code", "web.party.name", "web.party.sector", "web.party.size")
}

func (c *call) partyCells(o org.Party) []webkit.Cell {
	name := webkit.Cell{Text: o.Name().In(c.lang), Head: true}
	if c.routed("/parties") { // as in the navigation: no link to a page that isn't there
		name.URL = "/parties/" + o.ID
	}
	return []webkit.Cell{{Text: o.Code}, name, {Text: c.sector(o.Sector)}, {Text: c.size(o.Size)}}
}

// sectorCounts counts parties by sector.
func (c *call) sectorCounts(parties []org.Party) webkit.TableView {
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.preview-count"), Columns: heads(c.columns("web.party.sector", "web.campaign.count"))}
	t.Columns[1].Numeric = true
	n := map[string]int{}
	var order []string
	for _, o := range parties {
		if n[o.Sector] == 0 {
			order = append(order, o.Sector)
		}
		n[o.Sector]++
	}
	slices.Sort(order)
	for _, s := range order {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.sector(s), Head: true}, {Text: strconv.Itoa(n[s])}})
	}
	return t
}

// closedDay says why the day of a campaign's deadline is no business day, and which is
// the next one.
func (c *call) closedDay(k campaign.Campaign) string {
	cal, err := c.Calendars.Get(k.Calendar)
	if err != nil {
		return ""
	}
	day := calendar.DayOf(clock.FromMicros(k.DueAt), calendar.Tokyo)
	why, closed := cal.Closed(day)
	if !closed {
		return ""
	}
	next, err := cal.OnOrAfter(day)
	if err != nil {
		return ""
	}
	return i18n.T(c.lang, "web.campaign.closed-day", "why", why, "next", next.Long())
}

// populationPage lists whom a campaign that isn't open yet would ask, to choose some
// for a test run.
func (c *call) populationPage() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	parties, _, err := c.Campaigns.Population(c.ctx, c.actor, k)
	if err != nil {
		return err
	}
	if c.r.FormValue("format") != "" {
		rows := make([][]any, len(parties))
		for i, o := range parties {
			rows[i] = []any{o.Code, o.Name().In(c.lang), c.sector(o.Sector), c.size(o.Size)}
		}
		return c.export("population", c.partyColumns(), rows)
	}
	paging := webkit.ParsePaging(c.r.URL.Query(), "code")
	at := "/campaigns/" + k.ID + "/population"
	tries := (k.State == campaign.Draft || k.State == campaign.Trial) && c.may("campaign.open", "campaign", k.ID)
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.population"), HideCaption: true, Columns: heads(c.partyColumns()), Downloads: c.exports(at, c.r.URL.Query()),
		Empty: i18n.T(c.lang, "campaign.nobody"), Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(parties)}}
	if tries {
		t.Columns = append([]webkit.Column{{Title: i18n.T(c.lang, "web.campaign.select")}}, t.Columns...)
	}
	for _, o := range parties[min(paging.Offset(), len(parties)):min(paging.Offset()+paging.Size, len(parties))] {
		cells := c.partyCells(o)
		if tries {
			cells = append([]webkit.Cell{{Body: rowBox("code", o.Code, o.Name().In(c.lang), false)}}, cells...)
		}
		t.Rows = append(t.Rows, cells)
	}
	p := c.page("web.campaign.population")
	p.Wide, p.Marking, p.Crumbs = true, k.Marking, c.campaignCrumbs(k)
	return c.render(p, populationList(k, t, tries))
}

// campaignTry opens a campaign for the chosen parties only.
func (c *call) campaignTry() error {
	id := c.r.PathValue("id")
	if _, err := c.campaignFor("campaign.open"); err != nil {
		return err
	}
	codes := c.values("code")
	if len(codes) == 0 {
		return c.refuse("/campaigns/"+id+"/population", errs.New(errs.Invalid, "%w", i18n.NewError("web.campaign.choose-some")))
	}
	n, err := c.Campaigns.OpenNow(c.ctx, c.actor, id, codes...)
	if err != nil {
		return c.refuse("/campaigns/"+id+"/population", err)
	}
	c.wake()
	return c.done("/campaigns/"+id, "web.campaign.tried", "n", n)
}

// campaignCrumbs are the way to a page below a campaign's.
func (c *call) campaignCrumbs(k campaign.Campaign) []webkit.Crumb {
	return []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}, {Text: k.Title().In(c.lang), URL: "/campaigns/" + k.ID}}
}
