package api

import (
	"net/http"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
)

func (s *server) incidentOperations() {
	const of = "/api/incidents/{id}"
	add(s, op(http.MethodGet, "/api/incidents", "incident-list"), "incident.read", (*call).incidentList)
	add(s, op(http.MethodPost, "/api/incidents", "incident-create"), "incident.write", (*call).incidentCreate)
	add(s, op(http.MethodGet, of, "incident-get"), "incident.read", (*call).incidentGet)
	add(s, op(http.MethodGet, of+"/facts", "incident-facts"), "incident.read", (*call).incidentFacts)
	add(s, op(http.MethodPost, of+"/facts", "incident-state"), "incident.write", (*call).incidentState)
	add(s, op(http.MethodGet, of+"/clocks", "incident-clocks"), "incident.read", (*call).incidentClocks)
	add(s, op(http.MethodGet, of+"/reports", "incident-reports"), "incident.read", (*call).incidentReports)
	add(s, op(http.MethodPost, of+"/reports", "incident-report"), "incident.write", (*call).incidentReport)
	add(s, op(http.MethodPost, of+"/reports/{report}/steps", "incident-step"), "incident.read", (*call).incidentStep)
	add(s, op(http.MethodGet, "/api/intake", "intake-list"), "intake.read", (*call).intakeList)
}

// Incident is the head of an incident.
type Incident struct {
	ID         string     `json:"id"`
	Reference  string     `json:"reference"`
	Exercise   bool       `json:"exercise" doc:"never counted, never handed to a recipient"`
	Title      string     `json:"title"`
	State      string     `json:"state"`
	Level      string     `json:"level" doc:"by the organisation's own scheme, of what is established"`
	NextStage  string     `json:"next_stage" doc:"key of the report that is due first"`
	NextState  string     `json:"next_state"`
	NextDue    *time.Time `json:"next_due"`
	OpenClocks int64      `json:"open_clocks"`
	OpenedAt   *time.Time `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	Version    int64      `json:"version"`
}

func incidentView(i incident.Incident) Incident {
	return Incident{i.ID, i.Reference, i.Exercise == 1, i.Title, string(i.State), i.Level, i.NextStage, i.NextState, stamp(i.NextDue), i.OpenClocks, stamp(i.OpenedAt), stamp(i.ClosedAt), i.Version}
}

type incidentWindow struct {
	Window
	Closed bool `query:"closed" doc:"closed ones too"`
}

func (c *call) incidentList(w *incidentWindow) (*list[Incident], error) {
	all, err := c.Incidents.List(c.ctx, c.actor, incident.Filter{Closed: w.Closed, Limit: 1000})
	if err != nil {
		return nil, err
	}
	return cut(all, w.Window, func(i incident.Incident) string { return i.ID }, incidentView)
}

// StatementInput is what is said of a fact.
type StatementInput struct {
	Fact   string `json:"fact" maxLength:"100" doc:"id of the dictionary, such as impact.clients"`
	State  string `json:"state,omitempty" enum:"known,unknown,under_investigation,estimated,not_applicable"`
	Value  string `json:"value,omitempty" maxLength:"8000" doc:"yes or no, a number, a text, an option, one a line, or a moment"`
	Low    string `json:"low,omitempty" maxLength:"40" doc:"of an estimate"`
	High   string `json:"high,omitempty" maxLength:"40"`
	Source string `json:"source,omitempty" maxLength:"500"`
	Since  string `json:"since,omitempty" maxLength:"40" doc:"since when it is true"`
	Known  string `json:"known,omitempty" maxLength:"40" doc:"since when it is known; empty: now"`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

func statements(list []StatementInput) []incident.Statement {
	out := make([]incident.Statement, len(list))
	for n, s := range list {
		out[n] = incident.Statement{Fact: s.Fact, State: facts.State(s.State), Text: s.Value, Low: s.Low, High: s.High, Source: s.Source, Since: s.Since, Known: s.Known, Note: s.Note}
	}
	return out
}

func (c *call) incidentCreate(in *struct {
	Body struct {
		Title    string           `json:"title" maxLength:"200"`
		Exercise bool             `json:"exercise,omitempty"`
		Facts    []StatementInput `json:"facts,omitempty" maxItems:"500"`
	}
}) (*made, error) {
	id, err := c.Incidents.Open(c.ctx, c.actor, incident.Opening{Title: in.Body.Title, Exercise: in.Body.Exercise, Statements: statements(in.Body.Facts)})
	c.woken(err)
	return madeOf(id), err
}

// woken has the runner look for what has just become due.
func (c *call) woken(err error) {
	if err == nil && c.Wake != nil {
		c.Wake()
	}
}

type knownAt struct {
	ByID
	At time.Time `query:"at" doc:"as it was known at this moment; left out: now"`
}

func (c *call) incidentGet(in *knownAt) (*one[Incident], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, in.At)
	if err != nil {
		return nil, err
	}
	return &one[Incident]{etag(sh.Version), incidentView(sh.Incident)}, nil
}

// Fact is a statement that counts.
type Fact struct {
	Fact   string    `json:"fact"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	Value  any       `json:"value,omitempty"`
	Low    float64   `json:"low,omitempty"`
	High   float64   `json:"high,omitempty"`
	Text   string    `json:"text" doc:"in words"`
	Source string    `json:"source,omitempty"`
	Known  time.Time `json:"known"`
	Note   string    `json:"note,omitempty"`
}

// Facts are the statements that count at a moment.
type Facts struct {
	At    time.Time `json:"at"`
	Facts []Fact    `json:"facts"`
}

func (c *call) incidentFacts(in *knownAt) (*one[Facts], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, in.At)
	if err != nil {
		return nil, err
	}
	return &one[Facts]{etag(sh.Version), c.factsView(sh)}, nil
}

func (c *call) factsView(sh *incident.Sheet) Facts {
	out := Facts{At: sh.At, Facts: []Fact{}}
	d := c.Incidents.Book().Dictionary
	for _, id := range sh.View.IDs() {
		r, _ := sh.View.Get(id)
		f := Fact{Fact: id, Title: d.Title(id).In(c.lang), State: string(r.State), Value: r.Value, Low: r.Low, High: r.High,
			Text: incident.FactText(r, d.Entry(id), sh.Location()).In(c.lang), Source: r.Source, Known: r.KnownAt.From, Note: r.Note}
		if m, ok := r.Value.(facts.Moment); ok {
			f.Value = m.Text
		}
		out.Facts = append(out.Facts, f)
	}
	return out
}

func (c *call) incidentState(in *struct {
	ByID
	Body struct {
		Facts []StatementInput `json:"facts" minItems:"1" maxItems:"500"`
	}
}) (*one[Facts], error) {
	sh, err := c.Incidents.State(c.ctx, c.actor, in.ID, statements(in.Body.Facts))
	if err != nil {
		return nil, err
	}
	c.woken(nil)
	return &one[Facts]{etag(sh.Version), c.factsView(sh)}, nil
}

// Clock is one report that is or may become due.
type Clock struct {
	Stage        string     `json:"stage"`
	Title        string     `json:"title"`
	State        string     `json:"state"`
	Due          *time.Time `json:"due"`
	MetAt        *time.Time `json:"met_at"`
	Left         *int       `json:"left_minutes" doc:"negative past the deadline"`
	Provisional  bool       `json:"provisional"`
	Who          string     `json:"who"`
	Recipient    string     `json:"recipient"`
	Form         string     `json:"form"`
	Verification string     `json:"verification" doc:"what the deadline rests on: verified, secondary, general or open"`
	Missing      []string   `json:"missing" doc:"facts that would settle it"`
	Reasons      []string   `json:"reasons"`
}

// Class is the outcome of one scheme.
type Class struct {
	Scheme  string   `json:"scheme"`
	Level   string   `json:"level"`
	Settled bool     `json:"settled"`
	Hinges  []string `json:"hinges" doc:"single unknown facts that could change the level"`
}

// Judged is what follows from the facts of a moment.
type Judged struct {
	At      time.Time `json:"at"`
	Next    string    `json:"next"`
	Clocks  []Clock   `json:"clocks"`
	Classes []Class   `json:"classes"`
}

func (c *call) incidentClocks(in *knownAt) (*one[Judged], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, in.At)
	if err != nil {
		return nil, err
	}
	out := Judged{At: sh.At, Clocks: []Clock{}, Classes: []Class{}}
	if k := sh.Next(); k != nil {
		out.Next = k.Stage.Key()
	}
	for n := range sh.Clocks {
		k := &sh.Clocks[n]
		v := Clock{Stage: k.Stage.Key(), Title: k.Title().In(c.lang), State: string(k.State), Due: moment(k.Due), MetAt: moment(k.MetAt), Provisional: k.Provisional, Who: k.Stage.Role().In(c.lang),
			Recipient: k.Stage.To().In(c.lang), Form: k.Stage.Form, Verification: k.Stage.Verification(), Missing: append([]string{}, k.Missing...), Reasons: []string{}}
		if left, ok := k.Left(sh.At); ok {
			minutes := int(left / time.Minute)
			v.Left = &minutes
		}
		for _, step := range k.Steps {
			v.Reasons = append(v.Reasons, step.Text(sh.Location()).In(c.lang))
		}
		out.Clocks = append(out.Clocks, v)
	}
	for _, r := range sh.Results {
		v := Class{Scheme: r.Scheme.ID, Level: r.Level.ID, Settled: r.Settled(), Hinges: []string{}}
		for _, h := range r.Hinges {
			v.Hinges = append(v.Hinges, h.Fact)
		}
		out.Classes = append(out.Classes, v)
	}
	return &one[Judged]{etag(sh.Version), out}, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Report is one report of an incident.
type Report struct {
	ID          string     `json:"id"`
	Stage       string     `json:"stage"`
	Form        string     `json:"form"`
	Recipient   string     `json:"recipient"`
	State       string     `json:"state"`
	Manner      string     `json:"manner" doc:"system, outside, phone or exercise"`
	KnownAt     *time.Time `json:"known_at" doc:"the content is what was known then"`
	SHA256      string     `json:"sha256"`
	SubmittedAt *time.Time `json:"submitted_at"`
	AcceptedAt  *time.Time `json:"accepted_at"`
	Number      *int64     `json:"number" doc:"of the receipt"`
}

func (c *call) reportView(r incident.Report) Report {
	v := Report{r.ID, r.Stage, r.Form, r.To().In(c.lang), string(r.State), r.Manner, stamp(r.KnownAt), r.SHA256, stamp(r.SubmittedAt), stamp(r.AcceptedAt), nil}
	if r.Number >= 0 {
		v.Number = &r.Number
	}
	return v
}

type listOfReports struct {
	ByID
	Window
}

func (c *call) incidentReports(in *listOfReports) (*list[Report], error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	return cut(sh.Reports, in.Window, func(r incident.Report) string { return r.ID }, c.reportView)
}

func (c *call) incidentReport(in *struct {
	ByID
	Body struct {
		Stage string `json:"stage" maxLength:"100" doc:"key of the obligation's stage, such as jp-fsa-incident/first"`
	}
}) (*made, error) {
	id, err := c.Incidents.Begin(c.ctx, c.actor, in.ID, in.Body.Stage)
	return madeOf(id), err
}

func (c *call) incidentStep(in *struct {
	ByID
	Report string `path:"report" maxLength:"100"`
	Body   struct {
		Step      string `json:"step" enum:"check,approve,return,submit,withdraw"`
		Reason    string `json:"reason,omitempty" maxLength:"2000"`
		When      string `json:"when,omitempty" maxLength:"40" doc:"of a report that went by another way: when"`
		Reference string `json:"reference,omitempty" maxLength:"200" doc:"and under which number"`
	}
}) (*one[Report], error) {
	b := in.Body
	if err := c.Incidents.Do(c.ctx, c.actor, in.ID, in.Report, incident.Step(b.Step), incident.Dispatch{Reason: b.Reason, When: b.When, Reference: b.Reference}); err != nil {
		return nil, err
	}
	c.woken(nil)
	sh, err := c.Incidents.Get(c.ctx, c.actor, in.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	r, err := sh.Report(in.Report)
	return &one[Report]{etag(r.Version), c.reportView(r)}, err
}

// Case is an incident as the recipient of its reports has it.
type Case struct {
	ID        string     `json:"id"`
	Party     string     `json:"party"`
	Code      string     `json:"code"`
	Name      i18n.Text  `json:"name"`
	Reference string     `json:"reference"`
	Title     string     `json:"title"`
	Kind      string     `json:"kind"`
	LastAt    *time.Time `json:"last_at"`
	Waiting   int64      `json:"waiting" doc:"reports to accept"`
	Questions int64      `json:"questions" doc:"not answered"`
	NextStage string     `json:"next_stage"`
	NextState string     `json:"next_state"`
	NextDue   *time.Time `json:"next_due"`
	ClosedAt  *time.Time `json:"closed_at"`
}

func caseView(k incident.Case) Case {
	return Case{k.ID, k.Party, k.Code, k.Name(), k.Reference, k.Title, k.Kind, stamp(k.LastAt), k.Waiting, k.Questions, k.NextStage, k.NextState, stamp(k.NextDue), stamp(k.ClosedAt)}
}

type caseWindow struct {
	Window
	Late   bool `query:"late" doc:"only those whose next report is late"`
	Closed bool `query:"closed" doc:"closed ones too"`
}

func (c *call) intakeList(w *caseWindow) (*list[Case], error) {
	rows, _, _, err := c.Incidents.Cases(c.ctx, c.actor, incident.CaseFilter{Late: w.Late, Closed: w.Closed, Limit: 1000})
	if err != nil {
		return nil, err
	}
	return cut(rows, w.Window, func(k incident.Case) string { return k.ID }, caseView)
}
