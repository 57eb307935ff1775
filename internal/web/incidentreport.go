package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/obligation"
	"yagura/internal/paper"
	"yagura/internal/webkit"
)

func (s *server) incidentReportRoutes() []route {
	const of = "/incidents/{id}"
	return []route{
		{"GET " + of + "/reports", seat, "incident.read", (*call).incidentReports},
		{"POST " + of + "/reports", seat, "incident.write", (*call).incidentBegin},
		{"POST " + of + "/told", seat, "incident.submit", (*call).incidentTold},
		{"GET " + of + "/reports/{report}", seat, "incident.read", (*call).incidentReport},
		{"POST " + of + "/reports/{report}/{step}", seat, "incident.read", (*call).incidentStep},
		{"GET " + of + "/reports/{report}/file/{format}", seat, "incident.read", (*call).incidentPrint},
		{"GET " + of + "/reports/{report}/receipt.json", seat, "incident.read", (*call).incidentReceipt},
		{"POST " + of + "/questions/{question}", seat, "incident.write", (*call).incidentReply},
	}
}

// reportsView is what was and what is to be reported.
type reportsView struct {
	incident.Incident
	Tabs   []webkit.Tab
	Due    []clockView
	Others webkit.SelectView // stages that may be reported all the same
	Table  webkit.TableView
	Writes bool
	Files  []webkit.Link
}

func (c *call) incidentReports() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	v := reportsView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/reports"), Writes: c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed}
	for i := range sh.Clocks {
		if sh.Clocks[i].Open() {
			v.Due = append(v.Due, c.clockView(sh, &sh.Clocks[i]))
		}
	}
	slices.SortStableFunc(v.Due, func(a, b clockView) int { return boolTo(b.Stage == sh.NextStage) - boolTo(a.Stage == sh.NextStage) })
	v.Others = webkit.SelectView{Name: "stage", Label: c.say("webincident.any-stage")}
	for _, r := range c.Incidents.Book().Rules {
		for _, st := range r.Stages {
			v.Others.Options = append(v.Others.Options, webkit.SelectOption{Value: st.Key(), Text: c.stage(st.Key())})
		}
	}
	v.Table = webkit.TableView{Caption: c.say("webincident.reports"), HideCaption: true, Empty: c.say("webincident.no-reports"),
		Columns: heads(c.columns("webincident.report", "webincident.recipient", "webincident.state", "webincident.as-of", "webincident.submitted", "webincident.manner", "webincident.number"))}
	for n := len(sh.Reports) - 1; n >= 0; n-- {
		r := sh.Reports[n]
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Text: c.stage(r.Stage), URL: "/incidents/" + sh.ID + "/reports/" + r.ID, Head: true}, {Text: c.in(r.To())},
			{Body: webkit.StatusTag(reportTone(r.State), c.say("incident.report."+string(r.State)))}, {Text: c.moment(r.KnownAt)}, {Text: c.moment(r.SubmittedAt)},
			{Text: c.say("webincident.manner-" + r.Manner)}, {Text: receiptNumber(r.Number)}})
	}
	for _, f := range []string{"dora", "veris", "stix"} {
		v.Files = append(v.Files, webkit.Link{Text: c.say("webincident.file-" + f), URL: "/incidents/" + sh.ID + "/export/" + f})
	}
	v.Files = append(v.Files, webkit.Link{Text: c.say("webincident.file-facts"), URL: "/incidents/" + sh.ID + "/facts.yaml"})
	return c.render(c.incidentFrame(sh.Incident), incidentReports(v))
}

func receiptNumber(n int64) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func reportTone(s incident.ReportState) webkit.Tone {
	switch s {
	case incident.Submitted, incident.Accepted:
		return webkit.Success
	case incident.Checked, incident.Approved:
		return webkit.Progress
	case incident.Withdrawn:
		return webkit.Danger
	}
	return webkit.Neutral
}

func (c *call) incidentBegin() error {
	id := c.r.PathValue("id")
	report, err := c.Incidents.Begin(c.ctx, c.actor, id, c.r.PostFormValue("stage"))
	if err != nil {
		return c.refuseUnless(err, "/incidents/"+id+"/reports")
	}
	c.redirect("/incidents/" + id + "/reports/" + report)
	return nil
}

func (c *call) incidentTold() error {
	at := "/incidents/" + c.r.PathValue("id") + "/reports"
	if err := c.Incidents.Told(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("stage"), c.r.PostFormValue("when"), c.r.PostFormValue("words")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webincident.told")
}

// questionView is a question with its answer, or the form for it.
type questionView struct {
	incident.Question
	From, Field, Asked, Due, Answered, Action, Report string
}

func (c *call) incidentQuestions(i incident.Incident, report string) ([]questionView, error) {
	list, err := c.Incidents.Questions(c.ctx, c.actor, i)
	if err != nil {
		return nil, err
	}
	var out []questionView
	for _, q := range list {
		if report == "" && q.AnsweredAt != 0 || report != "" && q.Report != report {
			continue
		}
		out = append(out, questionView{Question: q, From: c.in(q.From()), Field: c.in(q.Field()), Asked: c.moment(q.AskedAt), Due: c.moment(q.DueAt), Answered: c.moment(q.AnsweredAt),
			Action: "/incidents/" + i.ID + "/questions/" + q.ID, Report: "/incidents/" + i.ID + "/reports/" + q.Report})
	}
	return out, nil
}

func (c *call) incidentReply() error {
	id := c.r.PathValue("id")
	if err := c.Incidents.Reply(c.ctx, c.actor, id, c.r.PathValue("question"), c.r.PostFormValue("answer")); err != nil {
		return c.refuseUnless(err, "/incidents/"+id)
	}
	c.wake()
	return c.done("/incidents/"+id, "webincident.replied")
}

// reportView is one report: what it says, what changed, and the steps it may take.
type reportView struct {
	incident.Incident
	Report    incident.Report
	Terms     []webkit.Term
	Steps     []webkit.Step
	Due       *clockView
	Changes   []webkit.Change
	Against   string // report that the changes are against
	Fields    webkit.TableView
	Offers    []offerView
	Questions []questionView
	Files     []webkit.Link
	CellsNote bool
	Stale     bool // facts changed since the content was frozen
	Writes    bool
}

type offerView struct {
	webkit.ConfirmView
	Step            string
	Reason, Outside bool
}

func (c *call) incidentReport() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	r, err := sh.Report(c.r.PathValue("report"))
	if err != nil {
		return err
	}
	now, err := c.Incidents.Content(sh, r, i18n.Text{JA: c.actor.OrgName, EN: c.actor.OrgName})
	if err != nil {
		return err
	}
	content := now
	v := reportView{Incident: sh.Incident, Report: r, Writes: c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed}
	if r.Doc != "" {
		if content, err = incident.ParseContent(r.Doc); err != nil {
			return err
		}
		v.Stale = !r.State.Sent() && len(incident.Diff(content, now)) > 0
	}
	if p := c.Incidents.Book().Profile(r.Form); p != nil {
		v.CellsNote = p.Cells == "unknown"
	}
	v.Fields = c.contentTable(content)
	if before, err := sh.Report(r.Before); err == nil && before.Doc != "" {
		was, err := incident.ParseContent(before.Doc)
		if err != nil {
			return err
		}
		v.Changes, v.Against = c.changes(was, content), c.say("webincident.against", "stage", c.stage(before.Stage), "at", c.moment(before.KnownAt))
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Terms = []webkit.Term{{Title: c.say("webincident.recipient"), Text: c.in(r.To())}, {Title: c.say("webincident.manner"), Text: c.say("webincident.manner-" + r.Manner)},
		{Title: c.say("webincident.as-of"), Text: c.in(incident.Moment(content.Known, sh.Location()))}, {Title: c.say("webincident.unknowns"), Text: c.say("webincident.unknown-n", "n", content.Unknowns())}}
	if r.Number >= 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webincident.number"), Text: receiptNumber(r.Number)}, webkit.Term{Title: c.say("webincident.submitted"), Text: c.moment(r.SubmittedAt)})
	}
	if r.Reason != "" {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webincident.remark"), Text: r.Reason})
	}
	name := func(person string) string { return memberName(person, members) }
	v.Steps = reportSteps(c, r, name)
	for i := range sh.Clocks {
		if sh.Clocks[i].Stage.Key() == r.Stage {
			k := c.clockView(sh, &sh.Clocks[i])
			v.Due = &k
		}
	}
	v.Offers = c.offers(sh.Incident, r)
	if v.Questions, err = c.incidentQuestions(sh.Incident, r.ID); err != nil {
		return err
	}
	base := "/incidents/" + sh.ID + "/reports/" + r.ID
	if r.Form != "" && r.Manner != incident.Phone {
		v.Files = []webkit.Link{{Text: c.say("webincident.pdf"), URL: base + "/file/pdf"}, {Text: c.say("webincident.xlsx"), URL: base + "/file/xlsx"}}
	}
	if strings.HasPrefix(r.Form, "dora-incident") {
		v.Files = append(v.Files, webkit.Link{Text: c.say("webincident.file-dora"), URL: base + "/file/json"})
	}
	if r.Number >= 0 {
		v.Files = append(v.Files, webkit.Link{Text: c.say("webincident.receipt"), URL: base + "/receipt.json"})
	}
	p := c.incidentFrame(sh.Incident)
	p.Title, p.Lead = c.stage(r.Stage), sh.Reference+" "+sh.Title
	p.Crumbs = append(p.Crumbs, webkit.Crumb{Text: sh.Reference, URL: "/incidents/" + sh.ID}, webkit.Crumb{Text: c.say("webincident.tab-reports"), URL: "/incidents/" + sh.ID + "/reports"})
	return c.render(p, incidentReport(v))
}

// changes are what an update says otherwise, as its reader sees it.
func (c *call) changes(before, after incident.Content) []webkit.Change {
	var out []webkit.Change
	for _, d := range incident.Diff(before, after) {
		was := d.Before
		if was.IsZero() {
			was = facts.StateText(facts.Unknown)
		}
		out = append(out, webkit.Change{Title: d.Field.No + " " + c.in(d.Field.Title), Old: c.in(was), New: c.in(d.Field.Text), Note: d.Field.Source})
	}
	return out
}

func (c *call) contentTable(content incident.Content) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webincident.content"), HideCaption: true, Empty: c.say("webincident.no-form"),
		Columns: heads(c.columns("webincident.no", "webincident.field", "webincident.value", "webincident.source"))}
	for _, f := range content.Fields {
		value := webkit.Cell{Text: c.in(f.Text)}
		if s := facts.State(f.State); f.Fact != "" && s != facts.Known && s != facts.Estimated {
			if s == "" {
				s = facts.Unknown
			}
			value = webkit.Cell{Body: webkit.StatusTag(factTone(s), facts.StateText(s).In(c.lang))}
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: f.No}, {Text: c.in(f.Title), Head: true}, value, {Text: f.Source}})
	}
	return t
}

// reportSteps are the way of a report with who took each step.
func reportSteps(c *call, r incident.Report, name func(string) string) []webkit.Step {
	if r.Manner == incident.Phone {
		return nil
	}
	list := []struct {
		key, by string
		done    bool
	}{
		{"draft", name(r.DraftedBy), true}, {"checked", name(r.CheckedBy), r.CheckedBy != ""}, {"approved", name(r.ApprovedBy), r.ApprovedBy != ""},
		{"submitted", name(r.SubmittedBy), r.SubmittedBy != ""}, {"accepted", "", r.AcceptedAt != 0},
	}
	var out []webkit.Step
	current := true
	for n, s := range list {
		step := webkit.Step{Title: c.say("incident.report." + s.key), State: webkit.StepTodo, Note: s.by}
		skipped := s.key == "checked" && !s.done && r.ApprovedBy != ""
		switch {
		case skipped:
			step.Note = c.say("webincident.skipped")
		case s.done:
			step.State = webkit.StepDone
			if r.State == incident.Draft && n == 0 {
				step.State, current = webkit.StepCurrent, false
			}
		case current && r.State != incident.Withdrawn:
			step.State, current = webkit.StepCurrent, false
		}
		out = append(out, step)
	}
	return out
}

// offers are the steps that the reader may take with a report.
func (c *call) offers(i incident.Incident, r incident.Report) []offerView {
	var out []offerView
	if i.State == incident.Closed {
		return nil
	}
	for _, step := range []incident.Step{incident.Check, incident.Approve, incident.Submit, incident.SendBack, incident.Withdraw} {
		if !c.Incidents.MayStep(c.actor, i, r, step) {
			continue
		}
		key := "webincident.step-" + string(step)
		text := c.say(key + "-text")
		if step == incident.Submit {
			text = c.say("webincident.submit-"+r.Manner, "recipient", r.To())
		}
		out = append(out, offerView{ConfirmView: webkit.ConfirmView{Title: c.say(key), Text: text, Button: c.say(key), Action: "/incidents/" + i.ID + "/reports/" + r.ID + "/" + string(step),
			Danger: step == incident.Withdraw}, Step: string(step), Reason: incident.Rules[step].Reason, Outside: step == incident.Submit && r.Manner == incident.Outside})
	}
	return out
}

func (c *call) incidentStep() error {
	id, report, step := c.r.PathValue("id"), c.r.PathValue("report"), c.r.PathValue("step")
	at := "/incidents/" + id + "/reports/" + report
	d := incident.Dispatch{Reason: c.r.PostFormValue("reason"), When: c.r.PostFormValue("when"), Reference: c.r.PostFormValue("reference")}
	if err := c.Incidents.Do(c.ctx, c.actor, id, report, incident.Step(step), d); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webincident.did-"+step)
}

// incidentPrint is a report for print, as a workbook, or in its recipient's format.
func (c *call) incidentPrint() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	r, err := sh.Report(c.r.PathValue("report"))
	if err != nil {
		return err
	}
	name := sh.Reference + "-" + strconv.FormatInt(r.Seq, 10)
	format := c.r.PathValue("format")
	if format == "json" {
		return c.reportJSON(sh, r, name)
	}
	d, err := c.Incidents.Print(sh, r, c.lang)
	if err != nil {
		return err
	}
	d.Author = c.actor.OrgName
	switch format {
	case "pdf":
		return c.pdf(name+".pdf", d)
	case "xlsx":
		var b bytes.Buffer
		if err := paper.XLSX(&b, d); err != nil {
			return err
		}
		return webkit.Download(c.w, name+".xlsx", xlsxType, b.Bytes())
	}
	return errs.New(errs.NotFound, "web: no format %s", format)
}

// reportJSON is a report as its recipient's format has it, of the moment of its content.
func (c *call) reportJSON(sh *incident.Sheet, r incident.Report, name string) error {
	known := time.Time{}
	if r.KnownAt != 0 {
		known = clock.FromMicros(r.KnownAt)
	}
	then, err := c.Incidents.Get(c.ctx, c.actor, sh.ID, known)
	if err != nil {
		return err
	}
	doc, err := c.Incidents.ReportDocument(then, r)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return errs.New(errs.Internal, "web: %w", err)
	}
	return webkit.Download(c.w, name+".json", "application/json", append(data, '\n'))
}

func (c *call) incidentReceipt() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	r, err := sh.Report(c.r.PathValue("report"))
	if err != nil {
		return err
	}
	if r.Number < 0 {
		return errs.New(errs.NotFound, "web: nothing was submitted")
	}
	receipt, err := c.Ledger.Receipt(c.ctx, c.actor.Org, r.Number)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(receipt, "", " ")
	if err != nil {
		return errs.New(errs.Internal, "web: %w", err)
	}
	return webkit.Download(c.w, "receipt-"+receiptNumber(r.Number)+".json", "application/json", append(data, '\n'))
}

// isoMoment writes a stored moment so that it can be read again from an address.
func (c *call) isoMoment(micros int64) string {
	return facts.At(clock.FromMicros(micros)).Text
}

// receivedTone is the tone of a clock as its recipient has it.
func receivedTone(s obligation.State, due int64, now time.Time) webkit.Tone {
	switch {
	case s == obligation.Met:
		return webkit.Success
	case s == obligation.MetLate || s == obligation.Overdue || s == obligation.AtOnce || due != 0 && clock.FromMicros(due).Before(now):
		return webkit.Danger
	case s == obligation.Unverified:
		return webkit.Warning
	case s == obligation.Waiting:
		return webkit.Neutral
	}
	return webkit.Progress
}
