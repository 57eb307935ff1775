package web

import (
	"strconv"
	"strings"
	"time"

	"yagura/internal/action"
	"yagura/internal/chart"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/metric"
	"yagura/internal/obligation"
	"yagura/internal/webkit"
)

func (s *server) incidentReviewRoutes() []route {
	const of = "/incidents/{id}"
	return []route{
		{"GET " + of + "/review", seat, "incident.read", (*call).incidentReview},
		{"POST " + of + "/review", seat, "incident.write", (*call).incidentReviewKeep},
		{"POST " + of + "/review/finish", seat, "incident.write", (*call).incidentReviewFinish},
		{"POST " + of + "/lessons", seat, "action.write", (*call).incidentLesson},
	}
}

// reviewView is an incident looked back at: its figures, the review, what is taken from it.
type reviewView struct {
	incident.Incident
	Tabs     []webkit.Tab
	Picture  chart.Chart
	Measures webkit.TableView
	Kept     string // deadlines of reports: kept and missed
	Form     webkit.FormView
	Writes   bool
	Finishes bool
	Needed   bool
	Done     string
	Lessons  webkit.TableView
	Owner    webkit.SelectView
}

func (c *call) reviewForm() (*form.Form, error) {
	list := c.Forms.Editions(incident.ReviewForm)
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "web: the catalog has no form for reviews")
	}
	return c.Forms.Form(incident.ReviewForm, list[len(list)-1])
}

func (c *call) incidentReview() error { return c.showReview(nil, nil) }

// showReview shows the review; fields and found are what was typed and is at fault.
func (c *call) showReview(fields map[string]string, found []finding.Finding) error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	f, err := c.reviewForm()
	if err != nil {
		return err
	}
	r, err := c.Incidents.Review(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return err
	}
	answers := form.Answers{}
	if r.Version > 0 {
		answers, _ = f.DecodeAnswers([]byte(r.Doc)) // what cannot be read is asked again
	}
	v := reviewView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/review"), Needed: c.Incidents.NeedsReview(sh) && r.DoneAt == 0}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	v.Finishes = c.mayIncident("incident.manage", sh.Incident) && sh.State != incident.Closed && r.Version > 0 && r.DoneAt == 0
	v.Measures, v.Kept = c.measures(sh), c.deadlinesKept(sh)
	if marks := metric.Timeline(sh.View); len(marks) > 1 {
		v.Picture = c.timelineOf(sh, marks)
	}
	v.Form = webkit.FormView{Form: f, Section: f.Sections[0], Answers: answers, Fields: fields, Findings: found, Version: r.Version, Action: "/incidents/" + sh.ID + "/review",
		Next: c.say("webreview.save"), Quiet: !v.Writes}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	if r.DoneAt != 0 {
		v.Done = c.moment(r.DoneAt) + "　" + memberName(r.DoneBy, members)
	}
	v.Owner = c.owners("", members)
	if v.Lessons, err = c.lessons(sh.ID); err != nil {
		return err
	}
	return c.render(c.incidentFrame(sh.Incident), incidentReviewShow(v))
}

// measures are the figures of an incident as a table.
func (c *call) measures(sh *incident.Sheet) webkit.TableView {
	v := webkit.TableView{Caption: c.say("webreview.figures"), HideCaption: true, Columns: heads(c.columns("webreview.figure", "webreview.value", "webreview.basis"))}
	d := c.Incidents.Book().Dictionary
	for _, m := range metric.Of(sh.View, sh.Base.Reports) {
		basis := c.say("webreview.how." + string(m.Kind))
		if len(m.Missing) > 0 {
			basis = c.say("webreview.missing", "facts", c.listed(m.Missing, d.Title))
		}
		if m.Reversed {
			basis = c.say("webreview.reversed")
		}
		v.Rows = append(v.Rows, []webkit.Cell{{Text: c.say("webreview.kind." + string(m.Kind)), Head: true}, {Text: c.measureText(m)}, {Text: basis}})
	}
	return v
}

func (c *call) measureText(m metric.Measure) string {
	low, high := chart.Number(m.Low, 0), chart.Number(m.High, 0)
	if m.Kind.Span() {
		low, high = c.in(incident.SpanText(hours(m.Low))), c.in(incident.SpanText(hours(m.High)))
	}
	switch m.State {
	case facts.Known:
		return low
	case facts.Estimated:
		return c.say("webreview.range", "low", low, "high", high)
	}
	return c.say("facts.state." + string(m.State))
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// deadlinesKept counts the reports that kept their deadlines among those whose deadline is
// past or that were made.
func (c *call) deadlinesKept(sh *incident.Sheet) string {
	kept, all := 0, 0
	for _, k := range sh.Clocks {
		switch k.State {
		case obligation.Met:
			kept, all = kept+1, all+1
		case obligation.MetLate, obligation.Overdue:
			all++
		}
	}
	return c.say("webreview.kept", "kept", kept, "all", all)
}

func (c *call) timelineOf(sh *incident.Sheet, marks []metric.Mark) chart.Chart {
	g := chart.Moments{Label: c.say("webreview.timeline")}
	d := c.Incidents.Book().Dictionary
	for _, m := range marks {
		r, _ := sh.View.Get(m.Fact)
		g.Rows = append(g.Rows, chart.MomentRow{Label: d.Title(m.Fact).In(c.lang), Text: c.in(incident.FactText(r, d.Entry(m.Fact), sh.Location())), From: m.From.Sub(marks[0].From).Hours(), To: m.To.Sub(marks[0].From).Hours()})
	}
	return g
}

// lessons are the actions that come from an incident.
func (c *call) lessons(id string) (webkit.TableView, error) {
	v := webkit.TableView{Caption: c.say("webreview.lessons"), HideCaption: true, Empty: c.say("webreview.no-lessons"), Columns: heads(c.columns("web.action.name", "web.action.due", "webincident.state"))}
	list, err := c.Actions.List(c.ctx, c.actor, action.Filter{SourceKind: "incident", SourceID: id, Limit: 200})
	for _, a := range list {
		v.Rows = append(v.Rows, []webkit.Cell{{Text: a.Title, URL: "/actions/" + a.ID, Head: true}, {Text: a.Due}, {Text: c.say("action.state." + string(a.State))}})
	}
	return v, err
}

func (c *call) incidentReviewKeep() error {
	id := c.r.PathValue("id")
	if _, err := c.Incidents.Get(c.ctx, c.actor, id, time.Time{}); err != nil {
		return err
	}
	f, err := c.reviewForm()
	if err != nil {
		return err
	}
	if err := c.readForm(); err != nil {
		return err
	}
	answers, fields, found := webkit.DecodeForm(f, f.Sections[0].ID, c.r.PostForm)
	if len(found) > 0 {
		return c.showReview(fields, found)
	}
	version, err := strconv.ParseInt(c.r.PostForm.Get(webkit.FieldVersion), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.review-changed"))
	}
	if err := c.Incidents.KeepReview(c.ctx, c.actor, id, f, answers, version); err != nil {
		return c.refuseUnless(err, "/incidents/"+id+"/review")
	}
	return c.done("/incidents/"+id+"/review", "webreview.kept-text")
}

func (c *call) incidentReviewFinish() error {
	at := "/incidents/" + c.r.PathValue("id") + "/review"
	f, err := c.reviewForm()
	if err != nil {
		return err
	}
	if err := c.Incidents.FinishReview(c.ctx, c.actor, c.r.PathValue("id"), f); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webreview.finished")
}

// incidentLesson makes an action of what was learned.
func (c *call) incidentLesson() error {
	sh, err := c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), time.Time{})
	if err != nil {
		return err
	}
	at := "/incidents/" + sh.ID + "/review"
	_, err = c.Actions.Plan(c.ctx, c.actor, action.Action{SourceKind: "incident", SourceID: sh.ID, Title: c.r.PostFormValue("title"), Owner: c.r.PostFormValue("owner"),
		Due: strings.TrimSpace(c.r.PostFormValue("due")), Detail: c.say("webreview.from", "incident", sh.Reference)})
	if err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webreview.planned")
}
