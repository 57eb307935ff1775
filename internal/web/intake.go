package web

import (
	"strconv"

	"github.com/a-h/templ"

	"yagura/internal/clock"
	"yagura/internal/incident"
	"yagura/internal/obligation"
	"yagura/internal/webkit"
)

func (s *server) intakeRoutes() []route {
	const of = "/intake/{id}"
	return []route{
		{"GET /intake", seat, "intake.read", (*call).intakeBoard},
		{"GET /intake/scope", seat, "intake.read", (*call).intakeScope},
		{"POST /intake/scope", seat, "intake.manage", (*call).intakeReceive},
		{"GET " + of, seat, "intake.read", (*call).intakeCase},
		{"GET " + of + "/reports/{report}", seat, "intake.read", (*call).intakeReport},
		{"POST " + of + "/reports/{report}/accept", seat, "intake.answer", (*call).intakeAccept},
		{"POST " + of + "/reports/{report}/questions", seat, "intake.answer", (*call).intakeAsk},
	}
}

// intakeView is what a recipient has to look after.
type intakeView struct {
	Figures []webkit.Figure
	Tabs    []webkit.Tab
	Filter  webkit.FilterView
	Text    string
	Table   webkit.TableView
	Scoped  bool // some duty is received
}

func (c *call) intakeBoard() error {
	q := c.r.URL.Query()
	paging := webkit.ParsePaging(q)
	show := q.Get("show")
	f := incident.CaseFilter{Late: show == "late", Waiting: show == "waiting", Closed: show == "all", Text: q.Get("text"), Limit: paging.Size, Offset: paging.Offset()}
	columns := c.columns("webincident.reference", "webintake.party", "webincident.name", "webincident.kind", "webintake.received", "webincident.next", "webincident.due", "webintake.waiting", "webintake.questions")
	if q.Get("format") != "" {
		f.Limit, f.Offset = 1000, 0
	}
	rows, total, board, err := c.Incidents.Cases(c.ctx, c.actor, f)
	if err != nil {
		return err
	}
	if q.Get("format") != "" {
		var out [][]any
		for _, r := range rows {
			out = append(out, []any{r.Reference, c.in(r.Name()), r.Title, c.incidentKind(r.Kind), c.moment(r.LastAt), c.stage(r.NextStage), c.nextDue(r.NextState, r.NextDue), r.Waiting, r.Questions})
		}
		return c.export("intake", columns, out)
	}
	scope, err := c.Incidents.Scope(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := intakeView{Text: f.Text, Scoped: len(scope) > 0, Filter: webkit.FilterView{Action: "/intake", Keep: []webkit.Hidden{{Name: "show", Value: show}}}}
	if f.Text != "" {
		v.Filter.Reset = "/intake?show=" + queryEscape(show)
	}
	for _, t := range []struct{ key, show string }{{"webintake.open", ""}, {"webintake.late", "late"}, {"webintake.waiting-only", "waiting"}, {"webintake.all", "all"}} {
		v.Tabs = append(v.Tabs, webkit.Tab{Text: c.say(t.key), URL: "/intake?show=" + t.show, Current: show == t.show})
	}
	v.Figures = c.intakeFigures(board)
	v.Table = webkit.TableView{Caption: c.say("webintake.title"), HideCaption: true, Columns: heads(columns), Empty: c.say("webintake.none"), Downloads: c.exports("/intake", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: total}}
	for _, r := range rows {
		v.Table.Rows = append(v.Table.Rows, c.intakeRow(r))
	}
	for _, n := range []int{7, 8} {
		v.Table.Columns[n].Numeric = true
	}
	p := c.page("webintake.title")
	p.Wide = true
	return c.render(p, intakeBoard(v))
}

// intakeFigures is what there is to look after, each number leading to what it counts.
func (c *call) intakeFigures(b incident.Board) []webkit.Figure {
	unit := c.say("webincident.unit")
	return []webkit.Figure{{Title: c.say("webintake.open"), Value: decimal(b.Open), Unit: unit, URL: "/intake"}, {Title: c.say("webintake.late"), Value: decimal(b.Late), Unit: unit, Tone: alarm(b.Late), URL: "/intake?show=late"},
		{Title: c.say("webintake.waiting"), Value: decimal(b.Waiting), Unit: unit, URL: "/intake?show=waiting"}, {Title: c.say("webintake.questions"), Value: decimal(b.Questions), Unit: unit}}
}

func (c *call) intakeRow(r incident.Case) []webkit.Cell {
	late := r.Late(clock.Micros(c.Clock.Now())) || r.NextState == string(obligation.AtOnce)
	return []webkit.Cell{{Body: refLink(r.Reference, "/intake/"+r.ID), Head: true}, {Text: c.in(r.Name())}, {Text: r.Title}, {Text: c.incidentKind(r.Kind)}, {Text: c.moment(r.LastAt)},
		{Text: c.stage(r.NextStage)}, {Body: dueCell(c.nextDue(r.NextState, r.NextDue), c.nextLeft(r.NextState, r.NextDue), late)}, {Text: decimal(r.Waiting)}, {Text: decimal(r.Questions)}}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func alarm(n int64) webkit.Tone {
	if n > 0 {
		return webkit.Danger
	}
	return webkit.Success
}

// incidentKind names the kind of an incident.
func (c *call) incidentKind(kind string) string {
	if kind == "" {
		return ""
	}
	return c.in(incident.OptionText(c.Incidents.Book().Dictionary.Entry("event.kind"), kind))
}

// scopeView is the choice of the duties that an organisation takes reports of.
type scopeView struct {
	Rules  []scopeRule
	Writes bool
}

type scopeRule struct {
	ID, Title, Note string
	On              bool
}

func (c *call) intakeScope() error {
	scope, err := c.Incidents.Scope(c.ctx, c.actor)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, id := range scope {
		on[id] = true
	}
	v := scopeView{Writes: c.may("intake.manage", "intake", "")}
	for _, r := range c.Incidents.Book().Rules {
		v.Rules = append(v.Rules, scopeRule{r.ID, c.in(r.Title), c.in(r.Regulation), on[r.ID]})
	}
	p := c.page("webintake.scope")
	p.Lead, p.Crumbs = c.say("webintake.scope-lead"), []webkit.Crumb{{Text: c.say("webintake.title"), URL: "/intake"}}
	return c.render(p, intakeScope(v))
}

func (c *call) intakeReceive() error {
	if err := c.Incidents.Receive(c.ctx, c.actor, c.posted("rule")); err != nil {
		return c.refuseUnless(err, "/intake/scope")
	}
	return c.done("/intake", "webintake.scoped")
}

// caseView is an incident as its recipient has it.
type caseView struct {
	incident.Case
	Terms     []webkit.Term
	Clocks    webkit.TableView
	Reports   webkit.TableView
	Questions []questionView
	Warns     bool
}

func (c *call) intakeCase() error {
	k, err := c.Incidents.Case(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := caseView{Case: k.Case, Warns: c.may("warning.write", "warning", ""), Terms: []webkit.Term{{Title: c.say("webintake.party"), Text: c.in(k.Name())}, {Title: c.say("webintake.code"), Text: k.Code}, {Title: c.say("webincident.kind"), Text: c.incidentKind(k.Kind)},
		{Title: c.say("webintake.first"), Text: c.moment(k.FirstAt)}, {Title: c.say("webintake.last"), Text: c.moment(k.LastAt)}}}
	if k.ClosedAt != 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webintake.closed"), Text: c.moment(k.ClosedAt)})
	}
	v.Clocks = webkit.TableView{Caption: c.say("webincident.clocks"), HideCaption: true, Empty: c.say("incident.nothing-due"), Columns: heads(c.columns("webincident.stage", "webincident.state", "webincident.due", "webincident.left"))}
	now := c.Clock.Now()
	for _, r := range k.Clocks {
		state, due, left := r.State, c.nextDue(string(r.State), r.DueAt), c.nextLeft(string(r.State), r.DueAt)
		switch {
		case r.MetAt != 0:
			due, left = c.moment(r.MetAt), ""
		case state == obligation.Waiting:
			due, left = c.say("incident.none"), ""
		case state == obligation.Running && r.DueAt != 0 && clock.FromMicros(r.DueAt).Before(now):
			state = obligation.Overdue
		}
		v.Clocks.Rows = append(v.Clocks.Rows, []webkit.Cell{{Text: c.stage(r.Stage), Head: true}, {Body: webkit.StatusTag(receivedTone(state, 0, now), c.in(incident.StateText(state)))}, {Text: due}, {Text: left}})
	}
	v.Reports = webkit.TableView{Caption: c.say("webincident.reports"), HideCaption: true, Empty: c.say("webincident.no-reports"),
		Columns: heads(c.columns("webincident.report", "webincident.state", "webincident.submitted", "webintake.in-time", "webincident.as-of", "webincident.number"))}
	for n := len(k.Reports) - 1; n >= 0; n-- {
		r := k.Reports[n]
		v.Reports.Rows = append(v.Reports.Rows, []webkit.Cell{{Text: c.stage(r.Stage), URL: "/intake/" + k.ID + "/reports/" + r.ID, Head: true}, {Body: webkit.StatusTag(reportTone(r.State), c.say("incident.report."+string(r.State)))},
			{Text: c.moment(r.SubmittedAt)}, {Body: c.inTime(r)}, {Text: c.moment(r.KnownAt)}, {Text: receiptNumber(r.Number)}})
	}
	v.Questions = c.askedOf(k, "")
	p := c.titled(k.Title)
	p.Lead, p.Wide, p.Crumbs = k.Reference, true, []webkit.Crumb{{Text: c.say("webintake.title"), URL: "/intake"}}
	return c.render(p, intakeCase(v))
}

func (c *call) askedOf(k incident.Receipts, report string) []questionView {
	var out []questionView
	for _, q := range k.Questions {
		if report == "" || q.Report == report {
			out = append(out, questionView{Question: q, Field: c.in(q.Field()), Asked: c.moment(q.AskedAt), Due: c.moment(q.DueAt), Answered: c.moment(q.AnsweredAt), Report: "/intake/" + k.ID + "/reports/" + q.Report})
		}
	}
	return out
}

// receivedReportView is a report in the hands of its recipient.
type receivedReportView struct {
	incident.Received
	Terms     []webkit.Term
	Changes   []webkit.Change
	Against   string
	Fields    webkit.TableView
	Questions []questionView
	About     webkit.SelectView
	Base      string
	Accepts   bool
	Asks      bool
}

func (c *call) intakeReport() error {
	k, err := c.Incidents.Case(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := k.Report(c.r.PathValue("report"))
	if err != nil {
		return err
	}
	content, err := incident.ParseContent(r.Doc)
	if err != nil {
		return err
	}
	v := receivedReportView{Received: r, Base: "/intake/" + k.ID + "/reports/" + r.ID, Fields: c.contentTable(content), Questions: c.askedOf(k, r.ID), Asks: c.may("intake.answer", "intake", k.ID)}
	v.Accepts = v.Asks && r.State == incident.Submitted
	if before, err := k.Report(r.Before); err == nil {
		was, err := incident.ParseContent(before.Doc)
		if err != nil {
			return err
		}
		v.Changes, v.Against = c.changes(was, content), c.say("webincident.against", "stage", c.stage(before.Stage), "at", c.moment(before.KnownAt))
	}
	v.Terms = []webkit.Term{{Title: c.say("webintake.party"), Text: c.in(k.Name())}, {Title: c.say("webincident.state"), Body: webkit.StatusTag(reportTone(r.State), c.say("incident.report."+string(r.State)))},
		{Title: c.say("webincident.as-of"), Text: c.moment(r.KnownAt)}, {Title: c.say("webincident.submitted"), Text: c.moment(r.SubmittedAt)}, {Title: c.say("webintake.in-time"), Body: c.inTime(r)},
		{Title: c.say("webincident.unknowns"), Text: c.say("webincident.unknown-n", "n", content.Unknowns())},
		{Title: c.say("webincident.number"), Text: receiptNumber(r.Number)}, {Title: c.say("webincident.hash"), Body: hash(r.SHA256)}}
	v.About = webkit.SelectView{Name: "fact", Label: c.say("webintake.about"), Blank: c.say("incident.whole-report")}
	for _, f := range content.Fields {
		if f.Fact != "" {
			v.About.Options = append(v.About.Options, webkit.SelectOption{Value: f.Fact, Text: f.No + " " + c.in(f.Title)})
		}
	}
	p := c.titled(c.stage(r.Stage))
	p.Lead, p.Wide = k.Reference+" "+k.Title, true
	p.Crumbs = []webkit.Crumb{{Text: c.say("webintake.title"), URL: "/intake"}, {Text: k.Reference, URL: "/intake/" + k.ID}}
	return c.render(p, intakeReport(v))
}

func (c *call) intakeAccept() error {
	id, report := c.r.PathValue("id"), c.r.PathValue("report")
	if err := c.Incidents.Accept(c.ctx, c.actor, id, report); err != nil {
		return c.refuseUnless(err, "/intake/"+id+"/reports/"+report)
	}
	c.wake()
	return c.done("/intake/"+id+"/reports/"+report, "webintake.accepted")
}

func (c *call) intakeAsk() error {
	id, report := c.r.PathValue("id"), c.r.PathValue("report")
	at := "/intake/" + id + "/reports/" + report
	if err := c.Incidents.Ask(c.ctx, c.actor, id, report, c.r.PostFormValue("fact"), c.r.PostFormValue("body"), c.r.PostFormValue("due")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webintake.asked")
}

// inTime says whether a report kept its deadline.
func (c *call) inTime(r incident.Received) templ.Component {
	switch {
	case r.DueAt == 0:
		return webkit.StatusTag(webkit.Neutral, c.say("incident.none"))
	case r.Late():
		return webkit.StatusTag(webkit.Danger, c.say("webintake.was-late"))
	}
	return webkit.StatusTag(webkit.Success, c.say("webintake.was-in-time"))
}
