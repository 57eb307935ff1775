package api

import (
	"maps"
	"net/http"
	"slices"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/screening"
)

func (s *server) screeningOperations() {
	const of = "/api/screening/{id}"
	add(s, op(http.MethodGet, "/api/screening", "screening-list"), "record.read", (*call).screeningList)
	add(s, op(http.MethodPost, "/api/screening", "screening-begin"), "record.write", (*call).screeningBegin)
	add(s, op(http.MethodGet, of, "screening-get"), "record.read", (*call).screeningGet)
	add(s, op(http.MethodPost, of+"/steps", "screening-step"), "record.read", (*call).screeningStep)
}

// Notification is a notification of a critical facility; its answers are a record of the
// register facility-notifications.
type Notification struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Kind      string    `json:"kind"`
	Way       string    `json:"way" doc:"internal approval of the present content: drafting, requested, approved or sent"`
	State     string    `json:"state" doc:"of the review: unfiled, waiting, review, advised, replied, barred, free, begun or ended"`
	Edition   string    `json:"edition" doc:"of the rules"`
	Filed     string    `json:"filed" doc:"ISO date, as all days; empty where there is none"`
	Accepted  string    `json:"accepted"`
	Until     string    `json:"until" doc:"last day on which nothing may be introduced"`
	FirstOpen string    `json:"first_business_day"`
	Latest    string    `json:"latest" doc:"last day to which the period can be extended"`
	Left      int       `json:"days_left"`
	Business  int       `json:"business_days_left"`
	AnswerBy  string    `json:"answer_by"`
	Need      string    `json:"notice_of_change" doc:"of the changes since filing: probable, ask, internal or empty"`
	Errors    int       `json:"errors"`
	Warnings  int       `json:"warnings"`
	Findings  []Faulty  `json:"findings"`
	Steps     []StepRow `json:"steps"`
	Version   int64     `json:"version"`
}

// Faulty is a finding of the check.
type Faulty struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Pointer  string `json:"pointer"`
	Text     string `json:"text"`
}

// StepRow is a step so far.
type StepRow struct {
	Kind      string `json:"kind"`
	On        string `json:"on"`
	Until     string `json:"until"`
	Reference string `json:"reference"`
	Note      string `json:"note"`
	Revision  int64  `json:"revision"`
	SHA256    string `json:"sha256"`
	Person    string `json:"person"`
}

func isoDay(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func (c *call) notificationView(sh *screening.Sheet) Notification {
	k := sh.Clock
	v := Notification{ID: sh.ID, Title: sh.Title, Kind: string(sh.Notification().Kind), Way: string(sh.Way), State: string(k.State), Edition: sh.Edition.ID, Filed: isoDay(k.Filed), Accepted: isoDay(k.Accepted),
		Until: isoDay(k.Until), FirstOpen: isoDay(k.FirstOpen), Latest: isoDay(k.Latest), Left: k.Left, Business: k.Business, AnswerBy: isoDay(k.AnswerBy), Need: string(screening.Worst(sh.Changes)),
		Findings: []Faulty{}, Steps: []StepRow{}, Version: sh.Version}
	for _, f := range sh.Findings {
		switch f.Severity {
		case "error":
			v.Errors++
		case "warning":
			v.Warnings++
		}
		v.Findings = append(v.Findings, Faulty{f.Rule, string(f.Severity), f.Pointer, f.Text(c.lang)})
	}
	for _, st := range sh.Steps {
		v.Steps = append(v.Steps, StepRow{st.Kind, st.On, st.Until, st.Reference, st.Note, st.Revision, st.SHA256, st.Person})
	}
	return v
}

func (c *call) screeningList(w *Window) (*list[Notification], error) {
	all, err := c.Screening.List(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(sh *screening.Sheet) string { return sh.ID }, c.notificationView)
}

func (c *call) screeningGet(in *ByID) (*one[Notification], error) {
	sh, err := c.Screening.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return &one[Notification]{etag(sh.Version), c.notificationView(sh)}, nil
}

func (c *call) screeningBegin(in *struct {
	Body struct {
		Kind    string `json:"kind" enum:"introduction,maintenance,both"`
		Title   string `json:"title,omitempty" maxLength:"120" doc:"left out: the name of the service"`
		Service string `json:"service,omitempty" maxLength:"100" doc:"record of ict-services from which it is filled"`
	}
}) (*made, error) {
	books, _, err := c.Registers.Books(c.ctx, c.actor, screening.Books...)
	if err != nil {
		return nil, err
	}
	source, known := screening.SourceOf(books, in.Body.Service)
	if !known && in.Body.Service != "" {
		return nil, errs.New(errs.Invalid, "%w", i18n.NewError("screening.no-service"))
	}
	if in.Body.Title != "" {
		source.Name = in.Body.Title
	}
	filled := screening.Prefill(screening.Kind(in.Body.Kind), source)
	var changes []record.Change
	for _, item := range slices.Sorted(maps.Keys(filled)) {
		changes = append(changes, record.Change{Item: item, Answer: filled[item]})
	}
	sh, err := c.Registers.Change(c.ctx, c.actor, screening.FormID, "", "api", 0, changes...)
	return madeOf(sh.ID), err
}

type screeningMove struct {
	ByID
	Body struct {
		Kind      string `json:"kind" enum:"requested,returned,approved,filed,accepted,shortened,extended,recommended,answered,ordered,introduced,withdrawn"`
		On        string `json:"on,omitempty" maxLength:"10" doc:"ISO date; left out: today"`
		Until     string `json:"until,omitempty" maxLength:"10" doc:"last day of a shortened or extended period"`
		Reference string `json:"reference,omitempty" maxLength:"100" doc:"receipt number; needed for filed"`
		Note      string `json:"note,omitempty" maxLength:"2000" doc:"reason; needed for returned"`
	}
}

func (c *call) screeningStep(in *screeningMove) (*one[Notification], error) {
	m := screening.Move{Kind: in.Body.Kind, On: in.Body.On, Until: in.Body.Until, Reference: in.Body.Reference, Note: in.Body.Note}
	if err := c.Screening.Do(c.ctx, c.actor, in.ID, m); err != nil {
		return nil, err
	}
	return c.screeningGet(&in.ByID)
}
