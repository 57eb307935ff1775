package web

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

// factGroupView is what is known of one group of facts.
type factGroupView struct {
	Title, Edit string
	Table       webkit.TableView
}

// factsView is what is known of an incident at a moment.
type factsView struct {
	incident.Incident
	Tabs    []webkit.Tab
	At      string
	Moments webkit.SelectView
	Groups  []factGroupView
	Unsaid  []webkit.Link // groups of which nothing is stated
	Writes  bool
}

func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (c *call) incidentFacts() error {
	sh, told, err := c.incidentOf()
	if err != nil {
		return err
	}
	v := factsView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/facts"), At: told}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed && told == ""
	v.Moments = webkit.SelectView{Name: "at", Label: c.say("webincident.as-known"), Blank: c.say("webincident.now"), Value: told}
	moments := sh.Base.Moments()
	for n := len(moments) - 1; n >= 0; n-- {
		if !moments[n].After(c.Clock.Now()) {
			text := facts.At(moments[n].In(sh.Location())).Text
			v.Moments.Options = append(v.Moments.Options, webkit.SelectOption{Value: text, Text: c.in(incident.Moment(moments[n], sh.Location()))})
		}
	}
	for _, g := range c.Incidents.Book().Groups() {
		view := factGroupView{Title: c.say("webincident.group." + g), Edit: "/incidents/" + sh.ID + "/facts/" + g}
		view.Table = webkit.TableView{Caption: view.Title, HideCaption: true, Columns: heads(c.columns("webincident.fact", "webincident.value", "webincident.state", "webincident.known", "webincident.source"))}
		for _, e := range c.Incidents.Book().Dictionary.Entries() {
			if r, ok := sh.View.Get(e.ID); ok && incident.Group(e.ID) == g {
				view.Table.Rows = append(view.Table.Rows, c.factRow(sh, e, r))
			}
		}
		if len(view.Table.Rows) > 0 {
			v.Groups = append(v.Groups, view)
		} else {
			v.Unsaid = append(v.Unsaid, webkit.Link{Text: view.Title, URL: view.Edit})
		}
	}
	return c.render(c.incidentFrame(sh.Incident), incidentFactsShow(v))
}

func (c *call) factRow(sh *incident.Sheet, e *facts.Entry, r facts.Record) []webkit.Cell {
	value := incident.FactText(r, e, sh.Location()).In(c.lang)
	if r.State != facts.Known && r.State != facts.Estimated {
		value = ""
	}
	return []webkit.Cell{{Text: e.Title.In(c.lang), Head: true}, {Text: value}, {Body: webkit.StatusTag(factTone(r.State), facts.StateText(r.State).In(c.lang))},
		{Text: c.in(incident.Moment(r.KnownAt.From, sh.Location()))}, {Text: r.Source}}
}

func factTone(s facts.State) webkit.Tone {
	switch s {
	case facts.Known:
		return webkit.Success
	case facts.Estimated:
		return webkit.Info
	case facts.Investigating:
		return webkit.Warning
	case facts.Unknown:
		return webkit.Danger
	}
	return webkit.Neutral
}

// groupView is the form of one group of facts.
type groupView struct {
	incident.Incident
	Title, Action, Source, Known, Error string
	Fields                              []factField
}

func (c *call) incidentGroup() error { return c.showGroup(nil) }

func (c *call) showGroup(fault error) error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	group := c.r.PathValue("group")
	v := groupView{Incident: sh.Incident, Action: "/incidents/" + sh.ID + "/facts/" + group, Source: c.r.PostFormValue("source"), Known: c.r.PostFormValue("known")}
	for _, e := range c.Incidents.Book().Dictionary.Entries() {
		if incident.Group(e.ID) != group {
			continue
		}
		r, _ := sh.View.Get(e.ID)
		f := c.factFieldOf(e, r)
		if fault != nil {
			f.Text, f.State = c.r.PostFormValue(e.ID), c.r.PostFormValue(e.ID+":state")
		}
		v.Fields = append(v.Fields, f)
	}
	if len(v.Fields) == 0 {
		return errs.New(errs.NotFound, "web: no facts %s", group)
	}
	v.Title = c.say("webincident.group." + group)
	status, p := 200, c.incidentFrame(sh.Incident)
	p.Title, p.Lead, p.Wide = v.Title, sh.Reference+" "+sh.Title, false
	p.Crumbs = append(p.Crumbs, webkit.Crumb{Text: sh.Reference, URL: "/incidents/" + sh.ID}, webkit.Crumb{Text: c.say("webincident.tab-facts"), URL: "/incidents/" + sh.ID + "/facts"})
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, p.Error = webkit.Status(fault), true
	}
	return c.renderStatus(status, p, incidentGroup(v))
}

// incidentState stores what was changed on the form of a group. What stands as it is known
// already is no new statement.
func (c *call) incidentState() error {
	id, group := c.r.PathValue("id"), c.r.PathValue("group")
	var list []incident.Statement
	for _, e := range c.Incidents.Book().Dictionary.Entries() {
		if incident.Group(e.ID) != group {
			continue
		}
		if st, ok := c.statement(e); ok {
			st.Source, st.Known = c.r.PostFormValue("source"), c.r.PostFormValue("known")
			list = append(list, st)
		}
	}
	if _, err := c.Incidents.State(c.ctx, c.actor, id, list); err != nil {
		return c.showGroup(err)
	}
	c.wake()
	return c.done("/incidents/"+id+"/facts", "webincident.stated")
}

// incidentFile is everything that was ever stated, as the command line reads it.
func (c *call) incidentFile() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := facts.Write(&b, sh.Base); err != nil {
		return err
	}
	return webkit.Download(c.w, sh.Reference+".yaml", "application/yaml", b.Bytes())
}

// incidentExport writes an incident in a format of exchange: stix, veris or dora.
func (c *call) incidentExport() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	format := c.r.PathValue("format")
	doc, err := c.Incidents.Document(sh, format)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return errs.New(errs.Internal, "web: %w", err)
	}
	return webkit.Download(c.w, sh.Reference+"-"+format+".json", "application/json", append(data, '\n'))
}

// readyFacts are what an organisation keeps ready of itself.
var readyFacts = []string{"entity.name", "entity.contact_name", "entity.contact_phone", "entity.contact_email", "entity.lei", "entity.jp_supervised", "entity.special_core", "entity.listed",
	"entity.sec_registrant", "entity.eu", "entity.eu_type"}

// contactRows is how many lines of contacts the form has.
const contactRows = 10

// readyView is what is kept ready: the organisation's own facts, and whom to call.
type readyView struct {
	Fields   []factField
	Contacts []incident.Contact
	Levels   []webkit.SelectOption
	Members  []webkit.SelectOption
	Table    webkit.TableView
	Terms    []webkit.Term
	Writes   bool
	Error    string
}

func (c *call) incidentReady() error { return c.showReady(nil) }

func (c *call) showReady(fault error) error {
	standing, err := c.Incidents.Standing(c.ctx, c.actor)
	if err != nil {
		return err
	}
	contacts, err := c.Incidents.Contacts(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := readyView{Writes: c.Incidents.May(c.actor, "incident.write", incident.Incident{})}
	for _, id := range readyFacts {
		e := c.Incidents.Book().Dictionary.Entry(id)
		f := c.factFieldOf(e, standing[id])
		f.States = nil
		v.Fields = append(v.Fields, f)
		v.Terms = append(v.Terms, webkit.Term{Title: f.Title, Text: f.Now})
	}
	for _, l := range c.Incidents.Book().Scheme("house").Levels {
		v.Levels = append(v.Levels, webkit.SelectOption{Value: l.ID, Text: l.Title.In(c.lang)})
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Table, v.Members = c.contactTable(contacts, members), memberOptions(members)
	for len(contacts) < contactRows {
		contacts = append(contacts, incident.Contact{Seq: int64(len(contacts) + 1)})
	}
	v.Contacts = contacts
	status, p := 200, c.page("webincident.ready")
	p.Lead, p.Crumbs = c.say("webincident.ready-lead"), []webkit.Crumb{{Text: c.say("webincident.title"), URL: "/incidents"}}
	if fault != nil {
		if v.Error = c.text(fault); v.Error == "" {
			return fault
		}
		status, p.Error = webkit.Status(fault), true
	}
	return c.renderStatus(status, p, incidentReady(v))
}

func (c *call) contactTable(list []incident.Contact, members []org.Member) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webincident.contacts"), HideCaption: true, Empty: c.say("webincident.no-contacts"),
		Columns: heads(c.columns("webincident.contact-order", "webincident.contact-duty", "webincident.contact-who", "webincident.contact-phone", "webincident.contact-other", "webincident.contact-level", "webincident.contact-person", "webincident.contact-minutes"))}
	for _, k := range list {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: strconv.FormatInt(k.Seq, 10)}, {Text: k.Duty, Head: true}, {Text: k.Who}, {Text: k.Phone}, {Text: k.Other}, {Text: c.contactLevel(k.Level)}, {Text: memberName(k.Person, members)}, {Text: minutesText(k.Minutes)}})
	}
	return t
}

func (c *call) contactLevel(level string) string {
	if level == "" {
		return c.say("webincident.always")
	}
	return c.say("webincident.from-level", "level", c.houseLevel(level))
}

func (c *call) incidentPrepare() error {
	var list []incident.Statement
	for _, id := range readyFacts {
		st, _ := c.statement(c.Incidents.Book().Dictionary.Entry(id))
		list = append(list, st)
	}
	contacts := []incident.Contact{}
	duty, who, phone, other, level := c.posted("duty"), c.posted("who"), c.posted("phone"), c.posted("other"), c.posted("level")
	person, minutes := c.posted("person"), c.posted("minutes")
	for n := range duty {
		if n < len(who) && n < len(phone) && n < len(other) && n < len(level) {
			k := incident.Contact{Duty: duty[n], Who: who[n], Phone: phone[n], Other: other[n], Level: level[n]}
			if n < len(person) && n < len(minutes) {
				k.Person = person[n]
				limit, err := strconv.ParseInt(form.Normalise(minutes[n]), 10, 64)
				if err != nil && strings.TrimSpace(minutes[n]) != "" || limit < 0 || limit > incident.MaxMinutes {
					return c.showReady(errs.New(errs.Invalid, "%w", i18n.NewError("webincident.bad-minutes", "value", minutes[n], "max", incident.MaxMinutes)))
				}
				k.Minutes = limit
			}
			contacts = append(contacts, k)
		}
	}
	if err := c.Incidents.Prepare(c.ctx, c.actor, list, contacts); err != nil {
		return c.showReady(err)
	}
	return c.done("/incidents/ready", "webincident.prepared")
}
