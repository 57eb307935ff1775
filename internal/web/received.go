package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

func (s *server) receivedRoutes() []route {
	return []route{
		{"GET /campaigns/{id}/records", seat, "submission.read", (*call).collected},
		{"GET /campaigns/{id}/filings", seat, "campaign.read", (*call).receivedList},
		{"POST /campaigns/{id}/remind", seat, "campaign.remind", (*call).receivedRemind},
		{"GET /campaigns/{id}/filings/{filing}", seat, "campaign.read", (*call).receivedPage},
		{"POST /campaigns/{id}/filings/{filing}/accept", seat, "submission.accept", (*call).receivedAccept},
		{"POST /campaigns/{id}/filings/{filing}/return", seat, "submission.return", (*call).receivedReturn},
		{"GET /campaigns/{id}/filings/{filing}/items/{item}", seat, "submission.read", (*call).receivedItem},
		{"POST /campaigns/{id}/filings/{filing}/items/{item}/questions", seat, "submission.ask", (*call).questionAsk},
		{"POST /campaigns/{id}/filings/{filing}/extend", seat, "campaign.extend", (*call).receivedExtend},
	}
}

// receivedView is the list of a campaign's filings with its filter.
type receivedView struct {
	Campaign      campaign.Campaign
	Tabs          []webkit.Tab
	Filter        webkit.FilterView
	Text          string
	Sector, State webkit.SelectView
	Standing      webkit.SelectView // submitted, not submitted or overdue
	Table         webkit.TableView
	Remind        bool
	Open          int // filings of the page that have not submitted
}

func (c *call) receivedList() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	q, at := c.r.URL.Query(), "/campaigns/"+k.ID+"/filings"
	paging := webkit.ParsePaging(q, filing.Sorts...)
	f := filing.Filter{Campaign: k.ID, Trial: k.State == campaign.Trial, Sector: q.Get("sector"), State: filing.State(q.Get("state")), Text: q.Get("text"),
		Late: q.Get("late") != "" || q.Get("standing") == "late", Open: q.Get("standing") == "open", Done: q.Get("done") != "" || q.Get("standing") == "done",
		Sort: paging.Sort, Desc: paging.Desc, Limit: paging.Size, Offset: paging.Offset()}
	columns := c.columns("web.received.code", "web.received.name", "web.party.sector", "web.received.state", "web.received.progress", "web.received.submitted", "web.received.due", "web.received.reminded")
	if q.Get("format") != "" {
		f.Limit, f.Offset = 0, 0
	}
	rows, total, err := c.Filings.ReceivedPage(c.ctx, c.actor, f)
	if err != nil {
		return err
	}
	if q.Get("format") != "" {
		var out [][]any
		for _, r := range rows {
			out = append(out, []any{r.Code, r.Name().In(c.lang), c.sector(r.Sector), i18n.T(c.lang, "filing.state."+string(r.State)), int64(r.Percent()), c.moment(r.SubmittedAt), c.moment(r.DueAt), c.moment(r.RemindedAt)})
		}
		return c.export("filings", columns, out)
	}
	v := receivedView{Campaign: k, Tabs: c.campaignTabs(k, "/filings"), Text: f.Text, Filter: webkit.FilterView{Action: at, Reset: at},
		Remind: c.may("campaign.remind", "campaign", k.ID) && (k.State == campaign.Open || k.State == campaign.Trial)}
	if v.Sector, v.State, err = c.receivedFilters(k, f); err != nil {
		return err
	}
	v.Table = webkit.TableView{Caption: i18n.T(c.lang, "web.received.title"), HideCaption: true, Columns: heads(columns), Empty: i18n.T(c.lang, "web.received.none"), Downloads: c.exports(at, q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: total}}
	v.Standing = c.standings(f)
	for i, key := range []string{"code", "name", "sector", "state", "progress", "submitted", "due"} {
		v.Table.Columns[i] = paging.Column(c.r.URL.RequestURI(), key, columns[i])
	}
	if v.Remind {
		v.Table.Columns = append([]webkit.Column{{Title: i18n.T(c.lang, "web.campaign.select")}}, v.Table.Columns...)
	}
	for _, r := range rows {
		cells := []webkit.Cell{{Text: r.Code, URL: at + "/" + r.ID, Head: true}, {Text: r.Name().In(c.lang)}, {Text: c.sector(r.Sector)},
			{Body: webkit.StatusTag(stateTone(r.State), i18n.T(c.lang, "filing.state."+string(r.State)))}, {Body: webkit.ProgressBar(int(r.Answered), int(r.Total), r.Name().In(c.lang))},
			{Text: c.moment(r.SubmittedAt)}, {Text: c.moment(r.DueAt)}, {Text: c.moment(r.RemindedAt)}}
		if v.Remind {
			box := webkit.Cell{}
			if !r.Done() {
				box.Body = rowBox("filing", r.ID, r.Name().In(c.lang), false)
				v.Open++
			}
			cells = append([]webkit.Cell{box}, cells...)
		}
		v.Table.Rows = append(v.Table.Rows, cells)
	}
	page := c.titled(k.Title().In(c.lang))
	page.Marking, page.Wide, page.Crumbs = k.Marking, true, []webkit.Crumb{{Text: i18n.T(c.lang, "web.campaign.list"), URL: "/campaigns"}}
	return c.render(page, receivedList(v))
}

// receivedFilters are the choices of the filter: the campaign's sectors, and all states.
func (c *call) receivedFilters(k campaign.Campaign, f filing.Filter) (sector, state webkit.SelectView, err error) {
	counts, err := c.Campaigns.Board(c.ctx, c.actor, k.ID)
	if err != nil {
		return
	}
	all := i18n.T(c.lang, "web.received.all")
	sector = webkit.SelectView{Name: "sector", Label: i18n.T(c.lang, "web.party.sector"), Blank: all, Value: f.Sector}
	state = webkit.SelectView{Name: "state", Label: i18n.T(c.lang, "web.received.state"), Blank: all, Value: string(f.State)}
	var seen []string
	for _, n := range counts {
		if !slices.Contains(seen, n.Sector) {
			seen = append(seen, n.Sector)
			sector.Options = append(sector.Options, webkit.SelectOption{Value: n.Sector, Text: c.sector(n.Sector)})
		}
	}
	for _, s := range filing.States {
		state.Options = append(state.Options, webkit.SelectOption{Value: string(s), Text: i18n.T(c.lang, "filing.state."+string(s))})
	}
	return
}

// standings are the choices between what was submitted, what wasn't, and what is overdue.
func (c *call) standings(f filing.Filter) webkit.SelectView {
	v := webkit.SelectView{Name: "standing", Label: i18n.T(c.lang, "web.received.standing"), Blank: i18n.T(c.lang, "web.received.all"), Options: []webkit.SelectOption{
		{Value: "done", Text: i18n.T(c.lang, "web.campaign.submitted")}, {Value: "open", Text: i18n.T(c.lang, "web.received.open")}, {Value: "late", Text: i18n.T(c.lang, "web.campaign.late")}}}
	switch {
	case f.Late:
		v.Value = "late"
	case f.Done:
		v.Value = "done"
	case f.Open:
		v.Value = "open"
	}
	return v
}

// receivedRemind reminds those that are chosen; all who have not submitted only when
// that is asked for, so that nobody reminds everyone by choosing none.
func (c *call) receivedRemind() error {
	id, chosen := c.r.PathValue("id"), c.posted("filing")
	if c.r.PostFormValue("which") == "chosen" && len(chosen) == 0 {
		return c.refuse("/campaigns/"+id+"/filings", i18n.NewError("web.campaign.choose-some"))
	}
	n, err := c.Campaigns.Remind(c.ctx, c.actor, id, chosen...)
	if err != nil {
		return c.refuseUnless(err, "/campaigns/"+id+"/filings")
	}
	c.wake()
	return c.done("/campaigns/"+id+"/filings", "web.received.reminded-n", "n", n)
}

// submissionView is one filing as its asker has it.
type submissionView struct {
	filing.Received
	Terms    []webkit.Term
	Sections []webkit.FormView
	Changes  []webkit.Change // against the revision before
	Accept   bool
	Return   bool
	Extend   bool
	Remind   bool
	Base     string

	Questions    []threadView
	QuestionLine string // how many there are, and how many wait for a reply
}

func (c *call) receivedPage() error {
	k, err := c.Campaigns.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := c.Filings.ReceivedOne(c.ctx, c.actor, c.r.PathValue("filing"))
	if err != nil {
		return err
	}
	if r.Campaign != k.ID {
		return errs.New(errs.NotFound, "web: another campaign's filing")
	}
	v := submissionView{Received: r, Base: "/campaigns/" + k.ID + "/filings/" + r.ID, Terms: []webkit.Term{
		{Title: i18n.T(c.lang, "web.received.state"), Body: webkit.StatusTag(stateTone(r.State), i18n.T(c.lang, "filing.state."+string(r.State)))},
		{Title: i18n.T(c.lang, "web.party.sector"), Text: c.sector(r.Sector)},
		{Title: i18n.T(c.lang, "web.received.progress"), Text: strconv.Itoa(r.Percent()) + "%"},
		{Title: i18n.T(c.lang, "web.received.due"), Text: c.deadline(k.Calendar, r.DueAt, outstanding(r.State))},
	}}
	if r.Extension != "" {
		v.Terms = append(v.Terms, webkit.Term{Title: i18n.T(c.lang, "web.received.extension"), Text: r.Extension})
	}
	v.Accept = r.State == filing.Submitted && c.may("submission.accept", "filing", r.ID)
	v.Return = r.State == filing.Submitted && k.State != campaign.Released && c.may("submission.return", "filing", r.ID)
	v.Extend = k.State != campaign.Released && !r.Done() && c.may("campaign.extend", "campaign", k.ID)
	v.Remind = k.State == campaign.Open && !r.Done() && c.may("campaign.remind", "campaign", k.ID)
	if r.Revision > 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: i18n.T(c.lang, "web.received.submitted"), Text: c.moment(r.SubmittedAt)},
			webkit.Term{Title: i18n.T(c.lang, "web.filing.receipt-number"), Text: strconv.FormatInt(r.Number, 10)}, webkit.Term{Title: i18n.T(c.lang, "web.filing.receipt-revision"), Text: strconv.FormatInt(r.Revision, 10)})
		if c.may("submission.read", "filing", r.ID) {
			if err := c.submissionInto(&v, k); err != nil {
				return err
			}
		}
	}
	page := c.titled(r.Name().In(c.lang))
	page.Marking = k.Marking
	page.Crumbs = append(c.campaignCrumbs(k), webkit.Crumb{Text: i18n.T(c.lang, "web.received.title"), URL: "/campaigns/" + k.ID + "/filings"})
	return c.render(page, submissionShow(v))
}

// submissionInto reads the submitted answers, and what changed since the revision before.
func (c *call) submissionInto(v *submissionView, k campaign.Campaign) error {
	def, err := c.Forms.Form(k.Form, k.Edition)
	if err != nil {
		return err
	}
	sub, err := c.Filings.Submission(c.ctx, c.actor, v.ID, v.Revision)
	if err != nil {
		return err
	}
	answers, _ := def.DecodeAnswers([]byte(sub.Doc))
	if v.Questions, v.QuestionLine, err = c.receivedQuestions(v.Received, def, v.Base, ""); err != nil {
		return err
	}
	item := func(it *form.Item) string { return v.Base + "/items/" + it.ID }
	for _, sec := range def.Sections {
		v.Sections = append(v.Sections, webkit.FormView{Form: def, Section: sec, Answers: answers, Quiet: true, ItemURL: item, ItemText: i18n.T(c.lang, "web.question.title"), Applies: func(it *form.Item) bool { _, ok := answers[it.ID]; return ok }})
	}
	if v.Revision < 2 {
		return nil
	}
	before, err := c.Filings.Submission(c.ctx, c.actor, v.ID, v.Revision-1)
	if err != nil {
		return err
	}
	old, _ := def.DecodeAnswers([]byte(before.Doc))
	for _, it := range def.Items() {
		if !old[it.ID].Equal(answers[it.ID]) {
			v.Changes = append(v.Changes, webkit.Change{Title: it.Ask.In(c.lang), Old: c.answerText(it, old[it.ID]), New: c.answerText(it, answers[it.ID])})
		}
	}
	return nil
}

func (c *call) receivedAccept() error { return c.receivedMove(filing.Accept, "web.received.accepted") }

func (c *call) receivedReturn() error {
	return c.receivedMove(filing.GiveBack, "web.received.returned")
}

func (c *call) receivedMove(m filing.Move, said string) error {
	back := "/campaigns/" + c.r.PathValue("id") + "/filings/" + c.r.PathValue("filing")
	if err := c.Filings.Answer(c.ctx, c.actor, c.r.PathValue("filing"), m, c.r.PostFormValue("note")); err != nil {
		return c.refuseUnless(err, back)
	}
	c.wake()
	return c.done(back, said)
}

func (c *call) receivedExtend() error {
	id, one := c.r.PathValue("id"), c.r.PathValue("filing")
	back := "/campaigns/" + id + "/filings/" + one
	if _, err := c.Filings.ReceivedOne(c.ctx, c.actor, one); err != nil {
		return err
	}
	due, err := dueAt(c.r.PostFormValue("due"), c.r.PostFormValue("time"))
	if err == nil {
		err = c.Campaigns.Extend(c.ctx, c.actor, id, one, due, c.r.PostFormValue("note"))
	}
	if err != nil {
		return c.refuseUnless(err, back)
	}
	c.wake()
	return c.done(back, "web.received.extended")
}

// dueAt reads a day and a time of Japan; without a time it is the end of the business day.
func dueAt(day, at string) (int64, error) {
	d, err := form.ParseDate(form.Normalise(day))
	if err != nil {
		return 0, errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-date", "value", day))
	}
	if at = strings.TrimSpace(form.Normalise(at)); at == "" {
		at = "17:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", string(d.(form.Date))+" "+at, calendar.Tokyo)
	if err != nil {
		return 0, errs.New(errs.Invalid, "%w", i18n.NewError("web.received.bad-time", "value", at))
	}
	return clock.Micros(t), nil
}
