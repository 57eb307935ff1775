package web

import (
	"strconv"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

func (s *server) campaignRoutes() []route {
	return []route{
		{"GET /campaigns", seat, "campaign.read", (*call).campaignList},
		{"GET /campaigns/new", seat, "campaign.write", (*call).campaignNew},
		{"POST /campaigns/new", seat, "campaign.write", (*call).campaignSave},
		{"GET /campaigns/{id}", seat, "campaign.read", (*call).campaignBoard},
		{"GET /campaigns/{id}/edit", seat, "campaign.write", (*call).campaignEdit},
		{"POST /campaigns/{id}/edit", seat, "campaign.write", (*call).campaignSave},
		{"GET /campaigns/{id}/population", seat, "campaign.read", (*call).populationPage},
		{"POST /campaigns/{id}/trial", seat, "campaign.open", (*call).campaignTry},
		{"GET /campaigns/{id}/open", seat, "campaign.open", (*call).openPage},
		{"POST /campaigns/{id}/open", seat, "campaign.open", (*call).campaignOpen},
		{"POST /campaigns/{id}/reminders", seat, "campaign.remind", (*call).campaignReminders},
		{"POST /campaigns/{id}/due", seat, "campaign.extend", (*call).campaignDue},
		{"GET /campaigns/{id}/close", seat, "campaign.close", (*call).closePage},
		{"POST /campaigns/{id}/close", seat, "campaign.close", (*call).campaignClose},
	}
}

// campaignsShown is how many campaigns are listed, newest first: decades of yearly rounds.
const campaignsShown = 500

func (c *call) campaignList() error {
	list, err := c.Campaigns.List(c.ctx, c.actor, campaignsShown)
	if err != nil {
		return err
	}
	columns := c.columns("web.campaign.title", "web.campaign.form", "web.campaign.state", "web.campaign.due", "web.campaign.marking")
	if c.r.FormValue("format") != "" {
		rows := make([][]any, len(list))
		for i, k := range list {
			rows[i] = []any{k.Title().In(c.lang), c.formTitle(k.Form, k.Edition), c.campaignState(k.State), c.moment(k.DueAt), k.Marking}
		}
		return c.export("campaigns", columns, rows)
	}
	v := webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.list"), HideCaption: true, Columns: heads(columns), Empty: i18n.T(c.lang, "web.campaign.none"),
		Downloads: c.exports("/campaigns", c.r.URL.Query())}
	for _, k := range list {
		v.Rows = append(v.Rows, []webkit.Cell{
			{Text: k.Title().In(c.lang), URL: "/campaigns/" + k.ID, Head: true}, {Text: c.formTitle(k.Form, k.Edition)},
			{Body: webkit.StatusTag(campaignTone(k.State), c.campaignState(k.State))}, {Text: c.moment(k.DueAt)}, {Body: webkit.Marking(k.Marking)},
		})
	}
	p := c.page("web.campaign.list")
	p.Wide = true
	return c.render(p, campaignList(v, c.may("campaign.write", "campaign", "")))
}

// may reports whether the actor may act on a thing of its own organisation, for what a
// screen offers; the operation itself asks again.
func (c *call) may(action, kind, id string) bool {
	return c.Policies.May(c.actor, action, authz.Thing{Kind: kind, ID: id, Tenant: c.actor.Org})
}

// columns are heads of a table in the reader's language.
func (c *call) columns(keys ...string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = i18n.T(c.lang, k)
	}
	return out
}

func heads(titles []string) []webkit.Column {
	out := make([]webkit.Column, len(titles))
	for i, t := range titles {
		out[i] = webkit.Column{Title: t}
	}
	return out
}

func (c *call) campaignState(s campaign.State) string {
	return i18n.T(c.lang, "campaign.state."+string(s))
}

func campaignTone(s campaign.State) webkit.Tone {
	switch s {
	case campaign.Trial:
		return webkit.Warning
	case campaign.Open:
		return webkit.Progress
	case campaign.Closed:
		return webkit.Info
	case campaign.Released:
		return webkit.Success
	}
	return webkit.Neutral
}

// formTitle is the title of an edition, or its name where the library has it no more.
func (c *call) formTitle(id, edition string) string {
	f, err := c.Forms.Form(id, edition)
	if err != nil {
		return id + "@" + edition
	}
	return editionTitle(f, c.lang)
}

func editionTitle(f *form.Form, lang i18n.Lang) string {
	if strings.Contains(f.Title.In(lang), f.Edition) {
		return f.Title.In(lang)
	}
	return f.Title.In(lang) + i18n.T(lang, "web.campaign.edition", "edition", f.Edition)
}

// sector names a sector's code; one without a name stands as it is.
func (c *call) sector(code string) string {
	if i18n.Has("report.sector." + code) {
		return i18n.T(c.lang, "report.sector."+code)
	}
	if code == "" {
		return i18n.T(c.lang, "web.party.unclassified")
	}
	return code
}

// size names a size tier's code.
func (c *call) size(code string) string {
	if i18n.Has("report.size." + code) {
		return i18n.T(c.lang, "report.size."+code)
	}
	return code
}

// figure is a key figure that counts.
func (c *call) figure(key string, n int64, url string, tone webkit.Tone) webkit.Figure {
	return webkit.Figure{Title: i18n.T(c.lang, key), Value: strconv.FormatInt(n, 10), Unit: i18n.T(c.lang, "web.campaign.parties"), URL: url, Tone: tone}
}
