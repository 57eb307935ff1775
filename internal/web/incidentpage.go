package web

import (
	"slices"
	"strconv"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/severity"
	"yagura/internal/obligation"
	"yagura/internal/org"
	"yagura/internal/predicate"
	"yagura/internal/webkit"
)

// clockView is one clock of the panel.
type clockView struct {
	Title, State, Due, Left, Who, To, Stage string
	Tone                                    webkit.Tone
	Why                                     []string
	Open                                    bool
}

// incidentView is the overview of an incident.
type incidentView struct {
	incident.Incident
	Tabs      []webkit.Tab
	At        string // moment that is looked at, "" for now
	Next      *clockView
	Clocks    []clockView // of which something is due
	Maybe     []clockView // that may come
	Done      []clockView
	Classes   []classView
	Others    []classView
	Terms     []webkit.Term
	Recent    []webkit.Event
	Questions []questionView
	Moves     []webkit.SelectOption
	Gates     []string // steps that stand in the way of a later state
	Progress  []webkit.Term
	Calls     []callView
	Duties    []dutyView
	Writes    bool
	Leads     bool
	DORA      webkit.SelectView
	Asked     bool // the Union's scheme applies
}

type dutyView struct {
	Title, Action string
	Person        webkit.SelectView
}

func (c *call) incidentPage() error {
	sh, told, err := c.incidentOf()
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	log, err := c.Incidents.Log(c.ctx, c.actor, sh.Incident, 12)
	if err != nil {
		return err
	}
	v := incidentView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, ""), At: told, Recent: c.logEvents(sh.Incident, log)}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	v.Leads = c.mayIncident("incident.manage", sh.Incident)
	for i := range sh.Clocks {
		k := c.clockView(sh, &sh.Clocks[i])
		switch state := sh.Clocks[i].State; {
		case sh.Clocks[i].Open():
			v.Clocks = append(v.Clocks, k)
		case state == obligation.Conditional || state == obligation.Waiting:
			v.Maybe = append(v.Maybe, k)
		default:
			v.Done = append(v.Done, k)
		}
	}
	if k := sh.Next(); k != nil {
		next := c.clockView(sh, k)
		v.Next = &next
		slices.SortStableFunc(v.Clocks, func(a, b clockView) int { return boolTo(b.Stage == next.Stage) - boolTo(a.Stage == next.Stage) })
	}
	eu, _ := sh.View.Get("entity.eu")
	v.Asked = eu.Value == true
	for _, r := range sh.Results {
		switch k := c.classView(sh, r); {
		case r.Scheme.ID == "house":
			v.Classes = slices.Insert(v.Classes, 0, k)
		case r.Scheme.ID == "dora" && v.Asked:
			if decided, ok := sh.View.Get("severity.dora"); ok {
				k.Decided = c.in(incident.FactText(decided, c.Incidents.Book().Dictionary.Entry("severity.dora"), sh.Location()))
			}
			v.Classes = append(v.Classes, k)
		default:
			v.Others = append(v.Others, k)
		}
	}
	v.Terms = []webkit.Term{
		{Title: c.say("webincident.handling"), Body: webkit.StatusTag(handlingTone(sh.State), c.say("incident.handling."+string(sh.State)))},
		{Title: c.say("incident.duty.owner"), Text: memberName(sh.Owner, members)},
		{Title: c.say("webincident.opened"), Text: c.moment(sh.OpenedAt)},
	}
	if sh.ClosedAt != 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("incident.handling.closed"), Text: c.moment(sh.ClosedAt)})
	}
	for _, st := range incident.States {
		if st != sh.State {
			v.Moves = append(v.Moves, webkit.SelectOption{Value: string(st), Text: c.say("incident.handling." + string(st))})
		}
	}
	if err := c.incidentLead(&v, sh, members); err != nil {
		return err
	}
	if v.Asked {
		v.DORA = webkit.SelectView{Name: "level", Label: c.say("webincident.dora-level")}
		for _, l := range []string{"major", "not_major"} {
			v.DORA.Options = append(v.DORA.Options, webkit.SelectOption{Value: l, Text: c.say("incident.option." + l)})
		}
	}
	if v.Questions, err = c.incidentQuestions(sh.Incident, ""); err != nil {
		return err
	}
	return c.render(c.incidentFrame(sh.Incident), incidentShow(v))
}

// incidentLead is what the lead of an incident sees: steps that are left, and duties.
func (c *call) incidentLead(v *incidentView, sh *incident.Sheet, members []org.Member) error {
	plan, err := c.Incidents.Plan(c.ctx, c.actor, sh)
	if err != nil {
		return err
	}
	if v.Calls, err = c.callViews(sh); err != nil {
		return err
	}
	v.Gates, v.Progress = c.gates(sh, plan), c.planProgress(plan)
	for _, d := range incident.Duties {
		person := sh.Duties[d]
		if d == "owner" {
			person = sh.Owner
		}
		s := c.owners(person, members)
		s.Name, s.Of, s.Label = "person", d+"-", c.say("incident.duty."+d)
		v.Duties = append(v.Duties, dutyView{Title: s.Label, Action: "/incidents/" + sh.ID + "/duties/" + d, Person: s})
	}
	return nil
}

func boolTo(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *call) clockView(sh *incident.Sheet, k *obligation.Clock) clockView {
	zone := sh.Location()
	v := clockView{Title: c.in(k.Title()), State: c.in(incident.StateText(k.State)), Due: c.in(incident.DueText(k, zone)), Who: c.in(k.Stage.Role()), To: c.in(k.Stage.To()),
		Stage: k.Stage.Key(), Open: k.Open(), Tone: clockTone(k, sh.At)}
	if left, ok := k.Left(sh.At); ok && k.State != obligation.AtOnce {
		v.Left = c.in(incident.LeftText(left))
	}
	for _, step := range k.Steps {
		v.Why = append(v.Why, c.in(step.Text(zone)))
	}
	if mark := k.Stage.Verification(); mark != "verified" {
		v.Why = append(v.Why, c.say("incident.mark."+mark))
	}
	if !k.Aim.IsZero() && k.Open() {
		v.Why = append(v.Why, c.say("incident.aim", "at", incident.Moment(k.Aim, zone)))
	}
	if !k.MetAt.IsZero() {
		v.Due = c.in(incident.Moment(k.MetAt, zone))
	}
	if len(k.Awaits) > 0 && k.State == obligation.Waiting {
		v.Why = append(v.Why, c.say("incident.awaits", "events", c.listed(k.Awaits, obligation.EventText)))
	}
	if len(k.Missing) > 0 {
		v.Why = append(v.Why, c.say("incident.missing", "facts", c.listed(k.Missing, c.Incidents.Book().Dictionary.Title)))
	}
	return v
}

// listed joins names in the reader's language.
func (c *call) listed(ids []string, name func(string) i18n.Text) string {
	comma := map[i18n.Lang]string{i18n.JA: "、", i18n.EN: ", "}[c.lang]
	out := ""
	for n, id := range ids {
		if n > 0 {
			out += comma
		}
		out += name(firstWord(id)).In(c.lang)
	}
	return out
}

func firstWord(s string) string {
	for n, r := range s {
		if r == ' ' {
			return s[:n]
		}
	}
	return s
}

func clockTone(k *obligation.Clock, now time.Time) webkit.Tone {
	left, ok := k.Left(now)
	switch {
	case k.State == obligation.Overdue || k.State == obligation.AtOnce || k.State == obligation.MetLate:
		return webkit.Danger
	case k.State == obligation.Met:
		return webkit.Success
	case k.State == obligation.Unverified:
		return webkit.Warning
	case !k.Open():
		return webkit.Neutral
	case ok && left < 2*time.Hour:
		return webkit.Danger
	case ok && left < 24*time.Hour:
		return webkit.Warning
	}
	return webkit.Progress
}

// classView is the classification by one scheme with its reasons.
type classView struct {
	Title, Level, Possible, Basis string
	Decided                       string // by a person, where the scheme wants a decision
	Settled                       bool
	Criteria                      []criterionView
	Hinges                        []string
}

type criterionView struct {
	Sign, Title string
	Tone        webkit.Tone
	Tests       []string
}

func (c *call) classView(sh *incident.Sheet, r severity.Result) classView {
	v := classView{Title: c.in(r.Scheme.Title), Level: c.in(r.Level.Title), Basis: c.in(r.Scheme.Regulation), Settled: r.Settled()}
	for n, l := range r.Possible {
		if n > 0 {
			v.Possible += c.say("webincident.or")
		}
		v.Possible += c.in(l.Title)
	}
	d := c.Incidents.Book().Dictionary
	for _, cr := range r.Criteria {
		v.Criteria = append(v.Criteria, c.criterion(sh, cr, d))
	}
	for _, h := range r.Hinges {
		levels := ""
		for n, l := range h.Levels {
			if n > 0 {
				levels += c.say("webincident.or")
			}
			levels += c.in(l.Title)
		}
		v.Hinges = append(v.Hinges, c.say("webincident.hinge", "fact", d.Title(h.Fact), "levels", levels))
	}
	return v
}

func (c *call) criterion(sh *incident.Sheet, cr severity.CriterionResult, d *facts.Dictionary) criterionView {
	v := criterionView{Sign: c.say("webincident.verdict-" + string(cr.Verdict)), Title: c.in(cr.Criterion.Title), Tone: verdictTone(cr.Verdict)}
	if len(cr.Criterion.Options) > 0 {
		v.Sign, v.Tone = strconv.Itoa(int(cr.Low)), webkit.Neutral
		if cr.High > cr.Low {
			v.Sign += "～" + strconv.Itoa(int(cr.High))
		}
	}
	for _, t := range cr.Tests {
		if t.Verdict == predicate.No || cr.Verdict == predicate.Yes && t.Verdict != predicate.Yes {
			continue
		}
		line, said := c.in(t.Test.Title), ""
		for _, id := range t.Facts {
			r, _ := sh.View.Get(id)
			if t.Verdict == predicate.Undetermined && !slices.Contains(t.Missing, id) {
				continue
			}
			if said != "" {
				said += c.say("webincident.and")
			}
			said += c.say("webincident.said", "fact", d.Title(id), "value", incident.FactText(r, d.Entry(id), sh.Location()))
		}
		if said != "" {
			line = c.say("webincident.because", "what", line, "facts", said)
		}
		v.Tests = append(v.Tests, line)
	}
	return v
}

func verdictTone(v predicate.Verdict) webkit.Tone {
	switch v {
	case predicate.Yes:
		return webkit.Danger
	case predicate.Undetermined:
		return webkit.Warning
	}
	return webkit.Neutral
}

func (c *call) incidentMove() error {
	at := "/incidents/" + c.r.PathValue("id")
	move := c.Incidents.Move
	if c.r.PostFormValue("despite") != "" {
		move = c.Incidents.MoveDespite
	}
	if err := move(c.ctx, c.actor, c.r.PathValue("id"), incident.State(c.r.PostFormValue("state")), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.moved")
}

func (c *call) incidentClassify() error {
	at := "/incidents/" + c.r.PathValue("id")
	if err := c.Incidents.Classify(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("level"), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webincident.classified")
}

func (c *call) incidentCharge() error {
	at := "/incidents/" + c.r.PathValue("id")
	if err := c.Incidents.Charge(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("duty"), c.r.PostFormValue("person")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.charged")
}
