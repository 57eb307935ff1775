package web

import (
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/webkit"
)

// earlyFacts are asked by an early report. With the title seven of them are needed; what is
// not known is answered by saying so.
var earlyFacts = []struct {
	id       string
	required bool
	help     string
}{
	{"event.kind", true, ""}, {"time.detected", true, "webincident.help-occurred"}, {"time.aware", true, ""}, {"event.description", true, ""},
	{"impact.customers_or_business", true, "webincident.help-impact"}, {"impact.substituted_at_once", true, "webincident.help-substituted"},
	{"response.first_measures", false, ""}, {"entity.contact_phone", false, ""},
}

// factField is the field of a fact: its value, or the state that stands in its place.
type factField struct {
	ID, Title, Unit, Help string
	Type                  facts.Type
	Text                  string // as it is filled in
	State                 string // of a fact that is typed in: unknown …, "" for a value
	Options               []webkit.SelectOption
	States                []webkit.SelectOption
	Required              bool
	Now                   string // what is known, in words
}

// states are what may stand in the place of a value.
var states = []facts.State{facts.Unknown, facts.Investigating, facts.NotApplicable}

// stateMark begins the value of an option that is a state.
const stateMark = "~"

func (f factField) chosen() bool {
	return f.Type == facts.Bool || f.Type == facts.Choice
}

// factFieldOf is the field of a fact with what is known of it.
func (c *call) factFieldOf(e *facts.Entry, r facts.Record) factField {
	f := factField{ID: e.ID, Title: e.Title.In(c.lang), Unit: e.Unit, Type: e.Type}
	if e.Type == facts.Hours {
		f.Unit = c.say("webincident.hours")
	}
	mark := ""
	switch {
	case e.Type == facts.Bool:
		f.Options = []webkit.SelectOption{{Value: "yes", Text: c.say("facts.yes")}, {Value: "no", Text: c.say("facts.no")}}
	case e.Type == facts.Choice:
		for _, o := range e.Options {
			f.Options = append(f.Options, webkit.SelectOption{Value: o, Text: incident.OptionText(e, o).In(c.lang)})
		}
	}
	if f.chosen() {
		mark = stateMark
	}
	for _, s := range states {
		f.States = append(f.States, webkit.SelectOption{Value: mark + string(s), Text: facts.StateText(s).In(c.lang)})
	}
	switch e.Type {
	case facts.List:
		f.Help = c.say("webincident.help-list")
	case facts.Number, facts.Hours:
		f.Help = c.say("webincident.help-number")
	}
	if r.State == "" {
		return f
	}
	f.Now = incident.FactText(r, e, calendar.Tokyo).In(c.lang)
	switch {
	case r.State == facts.Known:
		f.Text = typed(r.Value)
	case r.State == facts.Estimated:
		f.Text = plainNumber(r.Low) + "～" + plainNumber(r.High)
	case f.chosen():
		f.Text = stateMark + string(r.State)
	default:
		f.State = string(r.State)
	}
	return f
}

// typed is a value as it is typed in.
func typed(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return plainNumber(v)
	case string:
		return v
	case []string:
		return strings.Join(v, "\n")
	case facts.Moment:
		if v.Precision == facts.Minute || v.Precision == facts.Second {
			return v.From.In(calendar.Tokyo).Format("2006-01-02T15:04")
		}
		return v.Text
	}
	return ""
}

// statement reads the field of a fact from what was posted; false when nothing is said.
func (c *call) statement(e *facts.Entry) (incident.Statement, bool) {
	text, state := strings.TrimSpace(c.r.PostFormValue(e.ID)), c.r.PostFormValue(e.ID+":state")
	if mark, ok := strings.CutPrefix(text, stateMark); ok && (e.Type == facts.Bool || e.Type == facts.Choice) {
		text, state = "", mark
	}
	st := incident.Statement{Fact: e.ID, Text: text, State: facts.State(state)}
	if state != "" {
		st.Text = "" // the state was chosen in place of what stood there
		return st, true
	}
	if e.Type == facts.Number || e.Type == facts.Hours {
		if low, high, ok := strings.Cut(strings.NewReplacer("～", "~", "〜", "~").Replace(text), "~"); ok {
			st.Text, st.State, st.Low, st.High = "", facts.Estimated, low, high
		}
	}
	return st, text != ""
}

// incidentNewView is the early report.
type incidentNewView struct {
	Title    string
	Exercise bool
	Fields   []factField
	Error    string
}

func (c *call) incidentNew() error { return c.earlyReport(nil) }

// earlyReport shows the form, with what was posted after a fault.
func (c *call) earlyReport(fault error) error {
	standing, err := c.Incidents.Standing(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := incidentNewView{Title: c.r.PostFormValue("title"), Exercise: c.r.PostFormValue("exercise") != ""}
	for _, early := range earlyFacts {
		e := c.Incidents.Book().Dictionary.Entry(early.id)
		r := standing[early.id]
		if early.id == "time.aware" {
			r = facts.Record{State: facts.Known, Value: facts.At(c.Clock.Now())}
		}
		f := c.factFieldOf(e, r)
		f.Required = early.required
		if early.help != "" {
			f.Help = c.say(early.help)
		}
		if fault != nil {
			f.Text, f.State = c.r.PostFormValue(e.ID), c.r.PostFormValue(e.ID+":state")
		}
		v.Fields = append(v.Fields, f)
	}
	status, p := 200, c.page("webincident.new")
	p.Crumbs = []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}}
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, p.Error = webkit.Status(fault), true
	}
	return c.renderStatus(status, p, incidentNew(v))
}

func (c *call) incidentOpen() error {
	o := incident.Opening{Title: c.r.PostFormValue("title"), Exercise: c.r.PostFormValue("exercise") != ""}
	for _, early := range earlyFacts {
		e := c.Incidents.Book().Dictionary.Entry(early.id)
		st, ok := c.statement(e)
		switch {
		case ok:
			o.Statements = append(o.Statements, st)
		case early.required:
			return c.earlyReport(errs.New(errs.Invalid, "%w", i18n.NewError("webincident.needed", "fact", e.Title)))
		}
	}
	id, err := c.Incidents.Open(c.ctx, c.actor, o)
	if err != nil {
		return c.earlyReport(err)
	}
	c.wake()
	sh, err := c.Incidents.Get(c.ctx, c.actor, id, c.Clock.Now())
	if err != nil {
		return err
	}
	if k := sh.Next(); k != nil {
		report, err := c.Incidents.Begin(c.ctx, c.actor, id, k.Stage.Key())
		if err != nil {
			return err
		}
		return c.done("/incidents/"+id+"/reports/"+report, "webincident.opened-draft")
	}
	return c.done("/incidents/"+id, "webincident.opened-plain")
}
