package web

import (
	"strconv"
	"strings"
	"time"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/figure"
	"yagura/internal/org"
	"yagura/internal/paper"
	"yagura/internal/webkit"
)

func (s *server) incidentLetterRoutes() []route {
	const of = "/incidents/{id}/letters"
	return []route{
		{"GET " + of, seat, "incident.read", (*call).letterList},
		{"POST " + of, seat, "incident.write", (*call).letterCompose},
		{"GET " + of + "/{letter}", seat, "incident.read", (*call).letterPage},
		{"POST " + of + "/{letter}", seat, "incident.write", (*call).letterRewrite},
		{"POST " + of + "/{letter}/approve", seat, "incident.read", (*call).letterApprove},
		{"POST " + of + "/{letter}/revise", seat, "incident.write", (*call).letterRevise},
		{"GET " + of + "/{letter}/file/{format}", seat, "incident.read", (*call).letterFile},
	}
}

// lettersView lists what is told of an incident.
type lettersView struct {
	incident.Incident
	Tabs      []webkit.Tab
	Table     webkit.TableView
	Templates webkit.SelectView
	Langs     webkit.SelectView
	Writes    bool
}

// letterView is one text with the verdicts on its figures.
type letterView struct {
	incident.Letter
	Tabs     []webkit.Tab
	Exercise bool
	Terms    []webkit.Term
	Pieces   []piece
	Figures  webkit.TableView
	Differs  bool
	Action   string
	Writes   bool
	Approves bool
}

// piece is a stretch of the text: a figure with its verdict, or what is between.
type piece struct{ Text, Class, Title string }

func (c *call) letterList() error {
	sh, err := c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), time.Time{})
	if err != nil {
		return err
	}
	list, err := c.Incidents.Letters(c.ctx, c.actor, sh.Incident)
	if err != nil {
		return err
	}
	v := lettersView{Incident: sh.Incident, Tabs: c.incidentTabs(sh.Incident, "/letters")}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	v.Table = webkit.TableView{Caption: c.say("webincident.letters"), HideCaption: true, Empty: c.say("webincident.no-letters"),
		Columns: heads(c.columns("webincident.letter-title", "webincident.audience", "webincident.state", "webincident.letter-check", "webincident.changed"))}
	for _, l := range list {
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Body: refLink(l.Title, "/incidents/"+sh.ID+"/letters/"+l.ID), Head: true}, {Text: c.say("incident.audience." + l.Audience)},
			{Body: webkit.StatusTag(letterTone(l.State), c.say("webincident.letter-"+l.State))}, {Text: c.checkedText(c.Incidents.Figures(sh, l.Body))}, {Text: c.moment(l.ChangedAt)}})
	}
	v.Templates = webkit.SelectView{Name: "template", Label: c.say("webincident.template")}
	for _, t := range c.Incidents.Book().Letters {
		v.Templates.Options = append(v.Templates.Options, webkit.SelectOption{Value: t.Name(), Text: c.say("incident.audience."+t.Audience) + c.say("webincident.colon") + c.in(t.Title)})
	}
	v.Langs = webkit.SelectView{Name: "lang", Label: c.say("webincident.letter-lang"), Value: string(c.lang), Options: []webkit.SelectOption{{Value: "ja", Text: "日本語"}, {Value: "en", Text: "English"}}}
	return c.render(c.incidentFrame(sh.Incident), letterListShow(v))
}

func letterTone(state string) webkit.Tone {
	switch state {
	case "draft":
		return webkit.Progress
	case "approved":
		return webkit.Success
	}
	return webkit.Neutral
}

// checkedText counts the figures that differ and those that nothing is known of.
func (c *call) checkedText(list []incident.Comparison) string {
	differs, absent := 0, 0
	for _, f := range list {
		switch {
		case f.Verdict == figure.Differs || f.Report == figure.Differs:
			differs++
		case f.Verdict == figure.Absent:
			absent++
		}
	}
	return c.say("webincident.letter-counts", "all", len(list), "differs", differs, "absent", absent)
}

func (c *call) letterCompose() error {
	at := "/incidents/" + c.r.PathValue("id") + "/letters"
	id, err := c.Incidents.Compose(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("template"), i18n.Lang(c.r.PostFormValue("lang")))
	if err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at+"/"+id, "webincident.composed")
}

func (c *call) letterOf() (*incident.Sheet, incident.Letter, error) {
	sh, err := c.Incidents.Get(c.ctx, c.actor, c.r.PathValue("id"), time.Time{})
	if err != nil {
		return nil, incident.Letter{}, err
	}
	l, err := c.Incidents.Letter(c.ctx, c.actor, sh.Incident, c.r.PathValue("letter"))
	return sh, l, err
}

func (c *call) letterPage() error {
	sh, l, err := c.letterOf()
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := letterView{Letter: l, Tabs: c.incidentTabs(sh.Incident, "/letters"), Exercise: sh.Exercise == 1, Action: "/incidents/" + sh.ID + "/letters/" + l.ID}
	v.Writes = c.mayIncident("incident.write", sh.Incident) && sh.State != incident.Closed
	v.Approves = c.Incidents.MayApprove(c.actor, sh.Incident, l)
	list := c.Incidents.Figures(sh, l.Body)
	v.Pieces, v.Figures = c.pieces(l.Body, list), c.figureTable(sh, l.Body, list)
	for _, f := range list {
		v.Differs = v.Differs || f.Verdict == figure.Differs || f.Report == figure.Differs
	}
	v.Terms = c.letterTerms(l, members)
	return c.render(c.incidentFrame(sh.Incident), letterShow(v))
}

func (c *call) letterTerms(l incident.Letter, members []org.Member) []webkit.Term {
	var authors []string
	for _, p := range strings.Split(l.Authors, "\n") {
		authors = append(authors, memberName(p, members))
	}
	out := []webkit.Term{
		{Title: c.say("webincident.state"), Body: webkit.StatusTag(letterTone(l.State), c.say("webincident.letter-"+l.State))},
		{Title: c.say("webincident.audience"), Text: c.say("incident.audience." + l.Audience)},
		{Title: c.say("webincident.letter-version"), Text: strconv.FormatInt(l.Seq, 10)},
		{Title: c.say("webincident.authors"), Text: strings.Join(authors, "　")},
	}
	if l.ApprovedBy != "" {
		out = append(out, webkit.Term{Title: c.say("webincident.approved-by"), Text: joined(memberName(l.ApprovedBy, members), c.moment(l.ApprovedAt))},
			webkit.Term{Title: c.say("webincident.hash"), Body: hash(l.SHA256)}, webkit.Term{Title: c.say("webincident.entry"), Text: strconv.FormatInt(l.Number, 10)})
	}
	if l.Reason != "" {
		out = append(out, webkit.Term{Title: c.say("webincident.reason"), Text: l.Reason})
	}
	return out
}

// pieces cut a text at its figures.
func (c *call) pieces(text string, list []incident.Comparison) []piece {
	var out []piece
	at := 0
	for _, f := range list {
		verdict, _ := c.figureVerdict(f)
		out = append(out, piece{Text: text[at:f.Start]}, piece{f.Text, "figure-" + string(worse(f)), verdict})
		at = f.End
	}
	return append(out, piece{Text: text[at:]})
}

// worse is the graver of the verdicts by the facts and by the report.
func worse(f incident.Comparison) figure.Verdict {
	if f.Report == figure.Differs {
		return figure.Differs
	}
	return f.Verdict
}

func (c *call) figureVerdict(f incident.Comparison) (string, webkit.Tone) {
	switch {
	case f.Verdict == figure.Differs:
		return c.say("webincident.figure-differs"), webkit.Danger
	case f.Report == figure.Differs:
		return c.say("webincident.figure-report"), webkit.Danger
	case f.Verdict == figure.Absent:
		return c.say("webincident.figure-absent"), webkit.Warning
	}
	return c.say("webincident.figure-consistent"), webkit.Success
}

// figureTable says of each figure where it stands and what it was compared with.
func (c *call) figureTable(sh *incident.Sheet, text string, list []incident.Comparison) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webincident.letter-check"), Empty: c.say("webincident.no-figures"),
		Columns: heads(c.columns("webincident.figure", "webincident.figure-line", "webincident.figure-verdict", "webincident.figure-fact", "webincident.figure-reported"))}
	d := c.Incidents.Book().Dictionary
	for _, f := range list {
		verdict, tone := c.figureVerdict(f)
		fact, reported := "", ""
		if r, ok := sh.View.Get(f.Fact); ok {
			fact = c.say("webincident.said", "fact", d.Title(f.Fact), "value", incident.FactText(r, d.Entry(f.Fact), sh.Location()))
		}
		if f.Fact == "today" || f.Fact == "reference" {
			fact = c.say("webincident.figure-" + f.Fact)
		}
		if f.Report != figure.Absent {
			reported = c.say("webincident.figure-" + string(f.Report))
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: f.Text, Head: true}, {Text: strconv.Itoa(1 + strings.Count(text[:f.Start], "\n"))}, {Body: webkit.StatusTag(tone, verdict)}, {Text: fact}, {Text: reported}})
	}
	return t
}

func (c *call) letterRewrite() error {
	at := "/incidents/" + c.r.PathValue("id") + "/letters/" + c.r.PathValue("letter")
	version, err := strconv.ParseInt(c.r.PostFormValue("version"), 10, 64)
	if err != nil {
		version = 0 // no version is 0: the text counts as changed meanwhile
	}
	if err := c.Incidents.Rewrite(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("letter"), version, c.r.PostFormValue("title"), c.r.PostFormValue("body")); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webincident.rewritten")
}

func (c *call) letterApprove() error {
	at := "/incidents/" + c.r.PathValue("id") + "/letters/" + c.r.PathValue("letter")
	if err := c.Incidents.Release(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("letter"), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webincident.letter-released")
}

func (c *call) letterRevise() error {
	at := "/incidents/" + c.r.PathValue("id") + "/letters"
	id, err := c.Incidents.Revise(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("letter"))
	if err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at+"/"+id, "webincident.revised")
}

// letterFile gives a text as plain text or as a sheet for print; a draft says that it is one.
func (c *call) letterFile() error {
	sh, l, err := c.letterOf()
	if err != nil {
		return err
	}
	name := sh.Reference + "-" + strconv.FormatInt(l.Seq, 10)
	note := ""
	if l.State != "approved" {
		note = i18n.T(l.Lang, "webincident.letter-unapproved")
	}
	switch c.r.PathValue("format") {
	case "txt":
		text := l.Title + "\n\n" + l.Body + "\n"
		if note != "" {
			text = note + "\n\n" + text
		}
		return webkit.Download(c.w, name+".txt", "text/plain; charset=utf-8", []byte(text))
	case "pdf":
		d := &paper.Document{Lang: l.Lang, Title: l.Title, Subtitle: c.actor.OrgName, Date: c.moment(max(l.ApprovedAt, l.ChangedAt)), Marking: note, Notice: c.Env, Author: c.actor.OrgName, Footer: l.SHA256}
		if sh.Exercise == 1 {
			d.Notice = i18n.T(l.Lang, "incident.sheet.exercise")
		}
		for _, p := range strings.Split(l.Body, "\n\n") {
			d.Blocks = append(d.Blocks, paper.Paragraph{Text: p})
		}
		return c.pdf(name+".pdf", d)
	}
	return errs.New(errs.NotFound, "web: no format %s", c.r.PathValue("format"))
}
