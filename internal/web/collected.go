package web

import (
	"fmt"
	"net/url"
	"strconv"

	"yagura/internal/campaign"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/register"
	"yagura/internal/webkit"
)

// collectedView is what a campaign that collects a register has brought together.
type collectedView struct {
	Tabs    []webkit.Tab
	Title   string
	Figures []webkit.Figure
	Parts   webkit.TableView
	Tables  []webkit.TableView
	Notes   []string // of each table: how many of its rows are shown
}

// joinedShown is how many rows of a joined table a page shows; files hold all.
const joinedShown = 50

// collected is the page of the records that all organisations have submitted.
func (c *call) collected() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	def, err := c.Forms.Form(k.Form, k.Edition)
	if err != nil {
		return err
	}
	if def.Register() == nil {
		return errs.New(errs.NotFound, "web: the campaign collects no register")
	}
	format := c.r.FormValue("format")
	parts, links, err := c.parts(k, def, format != "")
	if err != nil {
		return err
	}
	if format != "" {
		it := def.Item(c.r.FormValue("table"))
		if it == nil || it.Type != form.TypeTable {
			return errs.New(errs.NotFound, "web: no such table")
		}
		head, rows := register.Joined(def, it.ID, parts, c.lang)
		return c.export(def.Register().ID, head, rows)
	}
	v := collectedView{Tabs: c.campaignTabs(k, "/records"), Title: k.Title().In(c.lang)}
	v.Parts = c.partTable(def, parts, links)
	total := 0
	for _, p := range parts {
		for _, table := range def.CollectedTables() {
			total += p.Count(table)
		}
	}
	v.Figures = []webkit.Figure{{Title: c.say("webcollected.organisations"), Value: strconv.Itoa(len(parts))},
		{Title: c.say("webregister.records"), Value: strconv.Itoa(total), Unit: c.say("webregister.unit")}}
	for _, it := range register.Tables(def) {
		head, rows := register.Joined(def, it.ID, parts, c.lang)
		t := webkit.TableView{Caption: it.Ask.In(c.lang), HideCaption: true, Columns: heads(head), Empty: c.say("webcollected.none"),
			Downloads: c.exports("/campaigns/"+k.ID+"/records", url.Values{"table": {it.ID}})}
		for _, row := range rows[:min(len(rows), joinedShown)] {
			cells := make([]webkit.Cell, len(row))
			for i, cell := range row {
				cells[i] = webkit.Cell{Text: fmt.Sprint(cell), Head: i == 0}
			}
			t.Rows = append(t.Rows, cells)
		}
		v.Tables, v.Notes = append(v.Tables, t), append(v.Notes, c.say("webcollected.rows", "n", len(rows), "shown", len(t.Rows)))
	}
	p := c.titled(v.Title)
	p.Marking, p.Wide, p.Crumbs = k.Marking, true, []webkit.Crumb{{Text: c.say("web.campaign.list"), URL: "/campaigns"}}
	return c.render(p, collectedPage(v))
}

// collectedTitle is what a register is called with those that are collected with it.
func collectedTitle(register *form.Form) i18n.Text {
	if register.Together != nil {
		return register.Together.Title
	}
	return register.Title
}

// parts are the submissions of a campaign that collects a register, and where each is read.
func (c *call) parts(k campaign.Campaign, def *form.Form, exported bool) ([]register.Part, []string, error) {
	all, err := c.Filings.Submissions(c.ctx, c.actor, k.ID, exported)
	parts, links := make([]register.Part, len(all)), make([]string, len(all))
	for i, d := range all {
		answers, _ := def.DecodeAnswers([]byte(d.Submission.Doc)) // it was encoded by the same form
		parts[i] = register.Part{Code: d.Code, Name: d.Name().In(c.lang), Sector: c.sector(d.Sector), Answers: answers}
		links[i] = "/campaigns/" + k.ID + "/filings/" + d.ID
	}
	return parts, links, err
}

// partTable lists the organisations with their figures.
func (c *call) partTable(def *form.Form, parts []register.Part, links []string) webkit.TableView {
	figures := []string{form.CollectedCount, form.CollectedFilled, form.CollectedCoverage}
	t := webkit.TableView{Caption: c.say("webcollected.by-organisation"), HideCaption: true, Empty: c.say("webcollected.none")}
	t.Columns = heads(c.columns("web.received.code", "web.received.name", "web.party.sector"))
	for _, id := range figures {
		if it := def.Item(id); it != nil {
			t.Columns = append(t.Columns, webkit.Column{Title: it.Ask.In(c.lang), Numeric: true})
		}
	}
	for i, p := range parts {
		row := []webkit.Cell{{Text: p.Code, URL: links[i], Head: true}, {Text: p.Name}, {Text: p.Sector}}
		for _, id := range figures {
			if def.Item(id) != nil {
				row = append(row, webkit.Cell{Text: p.Figure(def, id, c.lang)})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
