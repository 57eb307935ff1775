package web

import (
	"net/url"
	"strconv"
	"strings"

	"yagura/internal/campaign"
	"yagura/internal/chart"
	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// boardView is how far a campaign is.
type boardView struct {
	campaign.Campaign
	Tabs    []webkit.Tab
	Terms   []webkit.Term
	Figures []webkit.Figure
	Table   webkit.TableView
	Picture chart.Chart // nil when nobody is asked yet
	Shares  webkit.TableView
	Actions []webkit.Link
	Preview *preview // before it is open
	Remind  *reminders
}

func (c *call) campaignBoard() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	counts, err := c.Campaigns.Board(c.ctx, c.actor, k.ID)
	if err != nil {
		return err
	}
	b := tally(counts)
	if c.r.FormValue("format") != "" {
		return c.export("board", c.boardColumns(), c.boardRows(b))
	}
	list := "/campaigns/" + k.ID + "/filings"
	v := boardView{Campaign: k, Tabs: c.campaignTabs(k, ""), Terms: c.campaignTerms(k), Actions: c.campaignActions(k)}
	v.Figures = []webkit.Figure{
		c.figure("web.campaign.asked", b.all.n, list, webkit.Neutral), c.figure("web.campaign.submitted", b.all.done(), list+"?done=1", webkit.Progress),
		c.figure("web.campaign.accepted", b.all.by[filing.Accepted], list+"?state=accepted", webkit.Success), c.figure("web.campaign.late", b.all.late, list+"?late=1", lateTone(b.all.late)),
	}
	if k.State == campaign.Draft || k.State == campaign.Trial {
		if v.Preview, err = c.preview(k); err != nil {
			return err
		}
		v.Preview.Some.Rows = nil // the page of the population lists them
	}
	if b.all.n > 0 {
		v.Table = c.boardTable(k, b)
		v.Picture, v.Shares = c.progressPicture(b)
	}
	if k.State == campaign.Open || k.State == campaign.Closed {
		if v.Remind, err = c.reminders(k); err != nil {
			return err
		}
	}
	p := c.titled(k.Title().In(c.lang))
	p.Marking, p.Wide, p.Crumbs = k.Marking, true, []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}}
	return c.render(p, campaignBoard(v))
}

func lateTone(n int64) webkit.Tone {
	if n > 0 {
		return webkit.Danger
	}
	return webkit.Neutral
}

// line is the counts of one sector, or of all.
type line struct {
	sector  string
	n, late int64
	by      map[filing.State]int64
}

// done counts the submissions that stand.
func (l line) done() int64 {
	return l.by[filing.Submitted] + l.by[filing.Accepted] + l.by[filing.Correcting]
}

type boardCounts struct {
	all     line
	sectors []line
}

// tally puts the counts of a board (by sector and state, in order) together by sector.
func tally(counts []campaign.Count) boardCounts {
	b := boardCounts{all: line{by: map[filing.State]int64{}}}
	for _, n := range counts {
		if len(b.sectors) == 0 || b.sectors[len(b.sectors)-1].sector != n.Sector {
			b.sectors = append(b.sectors, line{sector: n.Sector, by: map[filing.State]int64{}})
		}
		for _, l := range []*line{&b.sectors[len(b.sectors)-1], &b.all} {
			l.n, l.late, l.by[n.State] = l.n+n.N, l.late+n.Late, l.by[n.State]+n.N
		}
	}
	return b
}

func (c *call) boardColumns() []string {
	titles := []string{i18n.T(c.lang, "web.party.sector")}
	for _, s := range filing.States {
		titles = append(titles, i18n.T(c.lang, "filing.state."+string(s)))
	}
	return append(titles, i18n.T(c.lang, "web.campaign.late"), i18n.T(c.lang, "web.campaign.sum"), i18n.T(c.lang, "web.campaign.rate"))
}

func (c *call) boardRows(b boardCounts) [][]any {
	var rows [][]any
	for _, l := range append(b.sectors, b.all) {
		row := []any{c.lineName(l, b)}
		for _, s := range filing.States {
			row = append(row, l.by[s])
		}
		rows = append(rows, append(row, l.late, l.n, float64(l.done()*1000/max(l.n, 1))/10))
	}
	return rows
}

func (c *call) lineName(l line, b boardCounts) string {
	if l.n == b.all.n && l.sector == "" && len(b.sectors) != 1 {
		return i18n.T(c.lang, "web.campaign.sum")
	}
	return c.sector(l.sector)
}

// boardTable is sector × state, each count leading to those it counts.
func (c *call) boardTable(k campaign.Campaign, b boardCounts) webkit.TableView {
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.by-sector"), Columns: heads(c.boardColumns()), Downloads: c.exports("/campaigns/"+k.ID, nil)}
	for i := range t.Columns[1:] {
		t.Columns[i+1].Numeric = true
	}
	cell := func(n int64, q url.Values) webkit.Cell {
		if n == 0 {
			return webkit.Cell{Text: "0"}
		}
		return webkit.Cell{Text: strconv.FormatInt(n, 10), URL: "/campaigns/" + k.ID + "/filings?" + q.Encode()}
	}
	row := func(name string, l line) {
		with := func(pairs ...string) url.Values {
			q := url.Values{}
			if l.sector != "" {
				q.Set("sector", l.sector)
			}
			for i := 0; i < len(pairs); i += 2 {
				q.Set(pairs[i], pairs[i+1])
			}
			return q
		}
		cells := []webkit.Cell{{Text: name, Head: true}}
		for _, s := range filing.States {
			cells = append(cells, cell(l.by[s], with("state", string(s))))
		}
		t.Rows = append(t.Rows, append(cells, cell(l.late, with("late", "1")), cell(l.n, with()), webkit.Cell{Text: percentText(l.done(), l.n)}))
	}
	for _, l := range b.sectors {
		row(c.sector(l.sector), l)
	}
	if len(b.sectors) > 1 {
		row(i18n.T(c.lang, "web.campaign.sum"), b.all)
	}
	return t
}

func percentText(n, of int64) string {
	return chart.Number(float64(n)*100/float64(max(of, 1)), 1) + "%"
}

// stages are the groups of states that the picture of progress tells apart.
var stages = []struct {
	key    string
	states []filing.State
}{
	{"web.campaign.stage.answering", []filing.State{filing.Assigned, filing.Returned}},
	{"web.campaign.stage.inside", []filing.State{filing.Answered, filing.Checked, filing.Approved}},
	{"web.campaign.stage.submitted", []filing.State{filing.Submitted, filing.Correcting}},
	{"web.campaign.stage.accepted", []filing.State{filing.Accepted}},
}

// progressPicture is a bar for each sector, parted by how far its filings are, and the
// numbers in it as a table.
func (c *call) progressPicture(b boardCounts) (chart.Chart, webkit.TableView) {
	s := chart.Stack{Lang: c.lang, Label: i18n.T(c.lang, "web.campaign.picture-alt")}
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.numbers"), HideCaption: true, Columns: []webkit.Column{{Title: i18n.T(c.lang, "web.party.sector")}}}
	for _, st := range stages {
		s.Options = append(s.Options, i18n.T(c.lang, st.key))
		t.Columns = append(t.Columns, webkit.Column{Title: i18n.T(c.lang, st.key), Numeric: true})
	}
	lines := b.sectors
	if len(lines) > 1 {
		lines = append(lines[:len(lines):len(lines)], b.all)
	}
	for i, l := range lines {
		name := c.sector(l.sector)
		if i == len(b.sectors) {
			name = i18n.T(c.lang, "web.campaign.sum")
		}
		row := chart.StackRow{Label: name, Own: chart.NoOwn, Note: i18n.T(c.lang, "web.campaign.n", "n", l.n)}
		cells := []webkit.Cell{{Text: name, Head: true}}
		for _, st := range stages {
			n := int64(0)
			for _, state := range st.states {
				n += l.by[state]
			}
			row.Parts = append(row.Parts, chart.Part{Share: float64(n) / float64(max(l.n, 1))})
			cells = append(cells, webkit.Cell{Text: strconv.FormatInt(n, 10)})
		}
		s.Rows, t.Rows = append(s.Rows, row), append(t.Rows, cells)
	}
	return s, t
}

// campaignTabs are the pages of a campaign; current is the last part of the address.
func (c *call) campaignTabs(k campaign.Campaign, current string) []webkit.Tab {
	var out []webkit.Tab
	for _, t := range []struct{ path, key string }{{"", "web.campaign.tab.board"}, {"/filings", "web.campaign.tab.filings"}, {"/records", "web.campaign.tab.records"}, {"/release", "web.campaign.tab.release"}, {"/practices", "web.campaign.tab.practices"}} {
		if t.path == "/records" && (!c.collects(k) || !c.may("submission.read", "campaign", k.ID)) {
			continue
		}
		if t.path == "/practices" && !c.may("practice.receive", "practice", "") {
			continue
		}
		out = append(out, webkit.Tab{Text: i18n.T(c.lang, t.key), URL: "/campaigns/" + k.ID + t.path, Current: t.path == current})
	}
	return out
}

// collects reports whether a campaign collects a register.
func (c *call) collects(k campaign.Campaign) bool {
	def, err := c.Forms.Form(k.Form, k.Edition)
	return err == nil && def.Register() != nil
}

// campaignTerms says what a campaign is.
func (c *call) campaignTerms(k campaign.Campaign) []webkit.Term {
	return []webkit.Term{
		{Title: i18n.T(c.lang, "web.campaign.state"), Body: webkit.StatusTag(campaignTone(k.State), c.campaignState(k.State))},
		{Title: i18n.T(c.lang, "web.campaign.form"), Text: c.formTitle(k.Form, k.Edition)},
		{Title: i18n.T(c.lang, "web.campaign.due"), Text: c.deadline(k.Calendar, k.DueAt, k.State != campaign.Closed && k.State != campaign.Released)},
		{Title: i18n.T(c.lang, "web.campaign.population"), Text: c.populationText(k.Population), Action: &webkit.Link{Text: i18n.T(c.lang, "web.campaign.population-list"), URL: "/campaigns/" + k.ID + "/population"}},
		{Title: i18n.T(c.lang, "web.campaign.policy"), Text: i18n.T(c.lang, "web.campaign.policy."+k.Policy)},
	}
}

// populationText says a population in words where it has been chosen from classes.
func (c *call) populationText(cel string) string {
	mode, sectors, sizes := readPopulation(cel)
	switch mode {
	case everyone:
		return i18n.T(c.lang, "web.campaign.mode.all")
	case condition:
		return cel
	}
	for i := range sectors {
		sectors[i] = c.sector(sectors[i])
	}
	for i := range sizes {
		sizes[i] = c.size(sizes[i])
	}
	comma := i18n.T(c.lang, "web.campaign.comma")
	text := strings.Join(sectors, comma)
	if len(sizes) > 0 && text != "" {
		return i18n.T(c.lang, "web.campaign.of-size", "sectors", text, "sizes", strings.Join(sizes, comma))
	}
	return text + strings.Join(sizes, comma)
}
