package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/paper"
	"yagura/internal/webkit"
)

// logEvents are lines of the log as a timeline shows them.
func (c *call) logEvents(i incident.Incident, list []incident.Entry) []webkit.Event {
	var out []webkit.Event
	for _, e := range list {
		ev := webkit.Event{At: c.moment(e.At), Who: e.Name, What: c.say("webincident.kind-"+e.Kind) + c.say("webincident.colon") + c.in(e.Body()), Tone: entryTone(e.Kind)}
		ev.Body = c.entryBody(i, e)
		out = append(out, ev)
	}
	return out
}

func entryTone(kind string) webkit.Tone {
	switch kind {
	case "decision", "classified":
		return webkit.Warning
	case "report", "question":
		return webkit.Success
	case "clock":
		return webkit.Danger
	}
	return webkit.Neutral
}

// entryBody is what stands below a line: options, reason, and what was known.
func (c *call) entryBody(i incident.Incident, e incident.Entry) templ.Component {
	var terms []webkit.Term
	if e.Options != "" {
		terms = append(terms, webkit.Term{Title: c.say("webincident.options"), Text: strings.ReplaceAll(strings.TrimSpace(e.Options), "\n", " / ")})
	}
	if e.Reason != "" {
		terms = append(terms, webkit.Term{Title: c.say("webincident.reason-" + reasonWord(e)), Text: e.Reason})
	}
	known := ""
	if e.KnownAt != 0 && (e.Kind == "decision" || e.Kind == "classified") {
		known = "/incidents/" + i.ID + "/facts?at=" + queryEscape(c.isoMoment(e.KnownAt))
	}
	if len(terms) == 0 && known == "" {
		return nil
	}
	return entryBody(terms, known)
}

// reasonWord says what the reason of a kind of line is: the facts that caused it, the
// source, or a reason that a person gave.
func reasonWord(e incident.Entry) string {
	switch {
	case e.Kind == "clock" || e.Kind == "classified" && e.KnownAt == 0:
		return "cause"
	case e.Kind == "fact":
		return "source"
	case e.Kind == "question":
		return "words"
	}
	return "given"
}

// logView is the work on an incident: tasks, and the log with its forms.
type logView struct {
	incident.Incident
	Tabs   []webkit.Tab
	Tasks  []taskView
	Events []webkit.Event
	Owners webkit.SelectView
	Writes bool
}

type taskView struct {
	incident.Task
	Owner, Due, State string
	Late              bool
}

func (c *call) incidentLog() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	log, err := c.Incidents.Log(c.ctx, c.actor, sh.Incident, 500)
	if err != nil {
		return err
	}
	tasks, err := c.Incidents.Tasks(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := logView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/log"), Events: c.logEvents(sh.Incident, log), Owners: c.owners("", members)}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	for _, t := range tasks {
		t.Title = c.in(t.Name())
		v.Tasks = append(v.Tasks, taskView{Task: t, Owner: memberName(t.Owner, members), Due: c.moment(t.DueAt), State: c.say("webincident.task-" + t.State),
			Late: t.State == "open" && t.DueAt != 0 && t.DueAt < c.Clock.Now().UnixMicro()})
	}
	return c.render(c.incidentFrame(sh.Incident), incidentLogShow(v))
}

func (c *call) incidentNote() error {
	at := "/incidents/" + c.r.PathValue("id") + "/log"
	e := incident.Entry{Kind: "note", BodyJA: c.r.PostFormValue("body")}
	if c.r.PostFormValue("kind") == "decision" {
		e.Kind, e.Options, e.Reason = "decision", c.r.PostFormValue("options"), c.r.PostFormValue("reason")
	}
	if err := c.Incidents.Write(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("when"), e); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.noted")
}

func (c *call) incidentTask() error {
	at := "/incidents/" + c.r.PathValue("id") + "/log"
	if err := c.Incidents.Assign(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("title"), c.r.PostFormValue("owner"), c.r.PostFormValue("due")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.assigned")
}

func (c *call) incidentTaskEnd() error {
	at := "/incidents/" + c.r.PathValue("id") + "/log"
	if err := c.Incidents.Finish(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("task"), c.r.PostFormValue("to"), c.r.PostFormValue("remark")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.task-ended")
}

// evidenceView is the register of evidence.
type evidenceView struct {
	incident.Incident
	Tabs   []webkit.Tab
	Items  []evidenceItem
	Writes bool
}

type evidenceItem struct {
	Title, Action string
	Terms         []webkit.Term
	Chain         webkit.TableView
}

func (c *call) incidentEvidence() error {
	sh, _, err := c.incidentOf()
	if err != nil {
		return err
	}
	list, chain, err := c.Incidents.Evidence(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return err
	}
	v := evidenceView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/evidence"), Writes: c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed}
	for _, e := range list {
		it := evidenceItem{Title: e.Title, Action: "/incidents/" + sh.ID + "/evidence/" + e.ID, Terms: []webkit.Term{
			{Title: c.say("webincident.hash"), Body: hash(e.SHA256)}, {Title: c.say("webincident.obtained"), Text: c.moment(e.ObtainedAt)},
			{Title: c.say("webincident.holder"), Text: e.Holder}, {Title: c.say("webincident.place"), Text: e.Place}}}
		if e.Size > 0 {
			it.Terms = append(it.Terms, webkit.Term{Title: c.say("webincident.size"), Text: strconv.FormatInt(e.Size, 10)})
		}
		it.Chain = webkit.TableView{Caption: c.say("webincident.chain"), Columns: heads(c.columns("webincident.at", "webincident.holder", "webincident.place", "webincident.reason", "webincident.by", "webincident.entry"))}
		for _, k := range chain[e.ID] {
			it.Chain.Rows = append(it.Chain.Rows, []webkit.Cell{{Text: c.moment(k.At), Head: true}, {Text: k.Holder}, {Text: k.Place}, {Text: k.Reason}, {Text: k.Name}, {Text: strconv.FormatInt(k.Number, 10)}})
		}
		v.Items = append(v.Items, it)
	}
	return c.render(c.incidentFrame(sh.Incident), incidentEvidence(v))
}

// incidentSecure enters evidence: of a file that is sent only its hash and size are kept.
func (c *call) incidentSecure() error {
	at := "/incidents/" + c.r.PathValue("id") + "/evidence"
	e := incident.Evidence{Title: c.r.PostFormValue("title"), SHA256: c.r.PostFormValue("sha256"), Holder: c.r.PostFormValue("holder"), Place: c.r.PostFormValue("place")}
	file, head, err := c.r.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
	case err != nil:
		return errs.New(errs.Invalid, "%w", err)
	default:
		defer func() { _ = file.Close() }()
		sum := sha256.New()
		if e.Size, err = io.Copy(sum, file); err != nil {
			return errs.New(errs.Invalid, "%w", err)
		}
		e.SHA256 = hex.EncodeToString(sum.Sum(nil))
		if strings.TrimSpace(e.Title) == "" {
			e.Title = head.Filename
		}
	}
	if err := c.Incidents.Secure(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("when"), e); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.secured")
}

func (c *call) incidentPass() error {
	at := "/incidents/" + c.r.PathValue("id") + "/evidence"
	if err := c.Incidents.Pass(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("evidence"), c.r.PostFormValue("holder"), c.r.PostFormValue("place"), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.passed")
}

// incidentContacts is the sheet of whom to call, to be printed and kept on paper.
func (c *call) incidentContacts() error {
	contacts, err := c.Incidents.Contacts(c.ctx, c.actor)
	if err != nil {
		return err
	}
	standing, err := c.Incidents.Standing(c.ctx, c.actor)
	if err != nil {
		return err
	}
	d := &paper.Document{Lang: c.lang, Title: c.say("webincident.contacts"), Subtitle: c.actor.OrgName, Date: c.moment(c.Clock.Now().UnixMicro()), Notice: c.Env, Author: c.actor.OrgName,
		Footer: c.say("webincident.contacts-footer")}
	d.Blocks = append(d.Blocks, paper.Paragraph{Text: c.say("webincident.contacts-how")})
	t := paper.Table{ID: "contacts", Caption: c.say("webincident.contacts"), Columns: []paper.Column{{Title: c.say("webincident.contact-order"), Weight: .5}, {Title: c.say("webincident.contact-duty"), Weight: 2},
		{Title: c.say("webincident.contact-who"), Weight: 2}, {Title: c.say("webincident.contact-phone"), Weight: 2}, {Title: c.say("webincident.contact-other"), Weight: 2}, {Title: c.say("webincident.contact-level"), Weight: 2}, {Title: c.say("webincident.reached"), Weight: 1.5}}}
	for _, k := range contacts {
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(strconv.FormatInt(k.Seq, 10)), paper.Text(k.Duty), paper.Text(k.Who), paper.Text(k.Phone), paper.Text(k.Other), paper.Text(c.contactLevel(k.Level))})
	}
	if len(t.Rows) > 0 {
		d.Blocks = append(d.Blocks, t)
	}
	rules := paper.Table{ID: "duties", Caption: c.say("webincident.whom"), Columns: []paper.Column{{Title: c.say("webincident.stage"), Weight: 3}, {Title: c.say("webincident.recipient"), Weight: 3}, {Title: c.say("webincident.who"), Weight: 2}}}
	for _, r := range c.Incidents.Book().Rules {
		for _, st := range r.Stages {
			rules.Rows = append(rules.Rows, []paper.Cell{paper.Text(c.stage(st.Key())), paper.Text(c.in(st.To())), paper.Text(c.in(st.Role()))})
		}
	}
	d.Blocks = append(d.Blocks, rules)
	if r, ok := standing["entity.contact_phone"]; ok {
		phone, _ := r.Value.(string)
		d.Blocks = append(d.Blocks, paper.Note{Tone: paper.Info, Text: c.say("webincident.own-phone", "phone", i18n.Text{JA: phone, EN: phone})})
	}
	return c.pdf("contacts.pdf", d)
}

// pdf answers with a document for print.
func (c *call) pdf(name string, d *paper.Document) error {
	r, err := renderer()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := r.PDF(&b, d); err != nil {
		return err
	}
	return webkit.Download(c.w, name, "application/pdf", b.Bytes())
}
