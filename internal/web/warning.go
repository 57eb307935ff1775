package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
	"yagura/internal/thirdparty"
	"yagura/internal/warning"
	"yagura/internal/webkit"
)

func (s *server) warningRoutes() []route {
	const of = "/intake/warnings"
	return []route{
		{"GET " + of, seat, "warning.read", (*call).warningList},
		{"GET " + of + "/new", seat, "warning.write", (*call).warningNew},
		{"POST " + of, seat, "warning.write", (*call).warningPropose},
		{"GET " + of + "/{warning}", seat, "warning.read", (*call).warningPage},
		{"POST " + of + "/{warning}", seat, "warning.write", (*call).warningRewrite},
		{"POST " + of + "/{warning}/approve", seat, "warning.approve", (*call).warningApprove},
		{"POST " + of + "/{warning}/withdraw", seat, "warning.write", (*call).warningWithdraw},
		{"GET /warnings", seat, "warning.receive", (*call).warningInbox},
		{"GET /warnings/{id}", seat, "warning.receive", (*call).warningRead},
		{"POST /warnings/{id}", seat, "warning.answer", (*call).warningAnswer},
	}
}

// warningCrumbs lead back to the intake board and its warnings.
func (c *call) warningCrumbs() []webkit.Crumb {
	return []webkit.Crumb{{Text: c.say("webintake.title"), URL: "/intake"}, {Text: c.say("webwarning.title"), URL: "/intake/warnings"}}
}

type warningListView struct {
	Table  webkit.TableView
	Writes bool
}

func (c *call) warningList() error {
	list, err := c.Warnings.List(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := warningListView{Writes: c.may("warning.write", "warning", "")}
	v.Table = webkit.TableView{Caption: c.say("webwarning.title"), HideCaption: true, Empty: c.say("webwarning.none"), Columns: heads(c.columns("webincident.reference", "webwarning.subject",
		"webincident.state", "webwarning.due", "webwarning.parties", "webwarning.seen", "warning.answer.affected", "warning.answer.not_affected", "warning.answer.checking"))}
	for n := 4; n <= 8; n++ {
		v.Table.Columns[n].Numeric = true
	}
	for _, w := range list {
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Body: refLink(w.Reference, "/intake/warnings/"+w.ID), Head: true}, {Body: incidentTitle(w.Title, w.Exercise == 1)},
			{Body: webkit.StatusTag(warningTone(w.State), c.say("warning.state."+string(w.State)))}, {Text: c.moment(w.DueAt)}, {Text: decimal(w.Parties)}, {Text: decimal(w.Seen)},
			{Text: decimal(w.Affected)}, {Text: decimal(w.Clear)}, {Text: decimal(w.Checking)}})
	}
	p := c.page("webwarning.title")
	p.Lead, p.Wide, p.Crumbs = c.say("webwarning.lead"), true, c.warningCrumbs()[:1]
	return c.render(p, warningListShow(v))
}

func warningTone(s warning.State) webkit.Tone {
	switch s {
	case warning.Draft:
		return webkit.Progress
	case warning.Sent:
		return webkit.Success
	}
	return webkit.Neutral
}

// warningNewView is the drafting of a warning: first which third party, then to whom.
type warningNewView struct {
	Cases    []incident.Case
	Related  []relatedView
	Vendor   string
	Hits     []hitView
	Searched bool
	Chosen   []string // keys of providers
	Parties  webkit.TableView
	Count    int
	Left     string // who is left out for having reported
	Text     warningTextView
}

type relatedView struct {
	incident.Relation
	Name, Title string
	Why         string
	On          bool
}

type hitView struct {
	thirdparty.Hit
	On bool
}

type warningTextView struct {
	TLP              webkit.SelectView
	Title, Body, Due string
}

// warningCases are the received cases that the query names, with what their reports say.
func (c *call) warningCases(ids []string) (cases []incident.Case, told map[string]string, err error) {
	told = map[string]string{}
	for _, id := range ids {
		k, err := c.Incidents.Case(c.ctx, c.actor, id)
		if err != nil {
			return nil, nil, err
		}
		cases = append(cases, k.Case)
		fields, err := k.Told()
		if err != nil {
			return nil, nil, err
		}
		for _, f := range fields {
			told[f.Fact] = strings.TrimSpace(told[f.Fact] + "\n" + f.Text.JA)
		}
	}
	return cases, told, nil
}

func (c *call) warningNew() error {
	q := c.r.URL.Query()
	sector, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := warningNewView{Vendor: strings.TrimSpace(q.Get("vendor")), Chosen: q["provider"], Searched: q.Has("vendor")}
	var told map[string]string
	if v.Cases, told, err = c.warningCases(q["case"]); err != nil {
		return err
	}
	if v.Related, err = c.relatedOf(v.Cases); err != nil {
		return err
	}
	for _, h := range c.warningHits(sector, v.Vendor, told, v.Searched) {
		v.Hits = append(v.Hits, hitView{h, slices.Contains(v.Chosen, h.Key)})
	}
	if !v.Searched {
		v.Vendor = told["cause.third_party"]
	}
	if len(v.Chosen) > 0 {
		if err := c.warningRecipients(sector, &v); err != nil {
			return err
		}
		v.Text = c.warningText(warning.Text{TLP: "amber", Title: c.say("webwarning.title-of", "vendor", v.Vendor), Body: c.say("webwarning.body-of", "vendor", v.Vendor),
			Due: c.Clock.Now().Add(24 * time.Hour).Truncate(time.Hour)})
	}
	p := c.page("webwarning.new")
	p.Lead, p.Wide, p.Crumbs = c.say("webwarning.new-lead"), true, c.warningCrumbs()
	return c.render(p, warningNewShow(v))
}

// mostHits is how many third parties of fitting names are offered.
const mostHits = 20

// warningHits are the third parties that fit what was searched for, or those that the
// reports name.
func (c *call) warningHits(s *thirdparty.Sector, vendor string, told map[string]string, searched bool) []thirdparty.Hit {
	if searched {
		return s.Find(vendor, mostHits)
	}
	var out []thirdparty.Hit
	for _, fact := range []string{"cause.third_party", "cause.text", "event.description", "impact.infrastructure_text", "response.first_measures"} {
		for _, h := range s.Find(told[fact], mostHits) {
			if !slices.ContainsFunc(out, func(o thirdparty.Hit) bool { return o.Key == h.Key }) {
				out = append(out, h)
			}
		}
	}
	return out[:min(mostHits, len(out))]
}

// relatedOf are the cases that may belong together with those that are chosen.
func (c *call) relatedOf(cases []incident.Case) ([]relatedView, error) {
	var out []relatedView
	seen := map[string]bool{}
	for _, k := range cases {
		seen[k.ID] = true
	}
	for _, k := range cases {
		list, err := c.Incidents.Related(c.ctx, c.actor, k.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, c.relation(r))
			}
		}
	}
	return out, nil
}

func (c *call) relation(r incident.Relation) relatedView {
	v := relatedView{Relation: r, Name: c.in(r.Case.Name()), Title: r.Title}
	for _, e := range r.Evidence {
		if e.Bits > 0 && e.Text != "" {
			if v.Why != "" {
				v.Why += c.say("webthirdparty.comma")
			}
			v.Why += c.say("webwarning.because", "field", c.say("incident.correlate.field."+string(e.Field)), "text", e.Text)
		}
	}
	return v
}

// warningRecipients fills in who depends on the chosen third parties, without those that
// reported.
func (c *call) warningRecipients(s *thirdparty.Sector, v *warningNewView) error {
	list, err := s.Reaches(v.Chosen)
	if err != nil {
		return err
	}
	if v.Vendor == "" || !v.Searched {
		v.Vendor = c.vendorName(v)
	}
	v.Parties = webkit.TableView{Caption: c.say("webwarning.to"), HideCaption: true, Empty: c.say("webwarning.nobody"),
		Columns: heads(c.columns("webwarning.choose", "websector.institution", "web.party.sector", "websector.size", "webwarning.rank", "webwarning.functions"))}
	v.Parties.Columns[5].Numeric = true
	var left []string
	for _, x := range list {
		m := s.Members[x.Member]
		if slices.ContainsFunc(v.Cases, func(k incident.Case) bool { return k.Party == m.Organisation }) {
			left = append(left, c.in(m.Name()))
			continue
		}
		v.Count++
		v.Parties.Rows = append(v.Parties.Rows, []webkit.Cell{{Body: partyBox(m.Organisation, c.in(m.Name()))}, {Text: c.in(m.Name()), Head: true}, {Text: c.sector(m.Sector)}, {Text: c.sizeName(m.Size)},
			{Text: c.reachText(int64(x.Rank))}, {Text: decimal(int64(x.Functions))}})
	}
	v.Left = strings.Join(left, c.say("webthirdparty.comma"))
	return nil
}

func (c *call) vendorName(v *warningNewView) string {
	for _, h := range v.Hits {
		if h.On {
			return h.Name
		}
	}
	return v.Vendor
}

func (c *call) reachText(rank int64) string {
	if rank <= 1 {
		return c.say("websector.way-direct")
	}
	return c.say("webwarning.behind", "rank", rank)
}

func (c *call) warningText(t warning.Text) warningTextView {
	v := warningTextView{Title: t.Title, Body: t.Body, Due: t.Due.In(calendar.Tokyo).Format("2006-01-02T15:04")}
	v.TLP = webkit.SelectView{Name: "tlp", Label: c.say("webwarning.tlp"), Value: t.TLP}
	for _, l := range warning.TLPs {
		v.TLP.Options = append(v.TLP.Options, webkit.SelectOption{Value: l, Text: c.tlp(l)})
	}
	return v
}

// tlp names a label of the Traffic Light Protocol and its circle.
func (c *call) tlp(label string) string {
	return "TLP:" + strings.ToUpper(label) + " " + c.say("webwarning.tlp-"+strings.ReplaceAll(label, "+", "-"))
}

// warningPosted reads the text of a warning as it was sent.
func (c *call) warningPosted() (warning.Text, error) {
	t := warning.Text{TLP: c.r.PostFormValue("tlp"), Title: c.r.PostFormValue("title"), Body: c.r.PostFormValue("body")}
	m, err := facts.ParseMoment(c.r.PostFormValue("due"), incident.Zone)
	if err != nil {
		return t, errs.New(errs.Invalid, "%w", i18n.NewError("warning.bad-due"))
	}
	t.Due = m.From
	return t, nil
}

func (c *call) warningPropose() error {
	back := "/intake/warnings/new?" + url.Values{"case": c.posted("case"), "provider": c.posted("provider"), "vendor": c.posted("vendor")}.Encode()
	p := warning.Proposal{Exercise: c.r.PostFormValue("exercise") == "1", Provider: strings.Join(c.posted("provider"), "\n"), Vendor: strings.TrimSpace(c.r.PostFormValue("vendor"))}
	sector, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	if p.Text, err = c.warningPosted(); err != nil {
		return c.refuseUnless(err, back)
	}
	cases, _, err := c.warningCases(c.posted("case"))
	if err != nil {
		return err
	}
	for _, k := range cases {
		p.Sources = append(p.Sources, warning.Source{Incident: k.ID, Organisation: k.Party, Code: k.Code, NameJA: k.NameJA, NameEN: k.NameEN, Reference: k.Reference})
	}
	list, err := sector.Reaches(c.posted("provider"))
	if err != nil {
		return err
	}
	// Who may be warned is what the registers say now: the browser only leaves some out.
	for _, x := range list {
		if m := sector.Members[x.Member]; slices.Contains(c.posted("party"), m.Organisation) {
			p.Parties = append(p.Parties, warning.Party{Organisation: m.Organisation, Code: m.Code, NameJA: m.NameJA, NameEN: m.NameEN, Reach: int64(x.Rank), Functions: int64(x.Functions)})
		}
	}
	id, err := c.Warnings.Propose(c.ctx, c.actor, p)
	if err != nil {
		return c.refuseUnless(err, back)
	}
	c.wake()
	return c.done("/intake/warnings/"+id, "webwarning.proposed")
}

// late marks what has no final answer after its time.
func (c *call) warningLate(w warning.Warning, p warning.Party) bool {
	return w.State == warning.Sent && w.Exercise == 0 && !p.Final() && w.DueAt < clock.Micros(c.Clock.Now())
}
