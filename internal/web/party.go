package web

import (
	"net/http"
	"slices"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func (s *server) partyRoutes() []route {
	return []route{
		{"GET /parties", seat, "party.read", (*call).partyList},
		{"GET /parties/new", seat, "party.manage", (*call).partyNew},
		{"POST /parties/new", seat, "party.manage", (*call).partyEnter},
		{"GET /parties/import", seat, "party.manage", (*call).partiesPage},
		{"POST /parties/import", seat, "party.manage", (*call).partiesRead},
		{"POST /parties/import/apply", seat, "party.manage", (*call).partiesApply},
		{"GET /parties/{id}", seat, "party.read", (*call).partyPage},
		{"POST /parties/{id}", seat, "party.manage", (*call).partyChange},
		{"POST /parties/{id}/end", seat, "party.manage", (*call).partyEnd},
		{"POST /parties/{id}/flags", seat, "party.manage", (*call).partyFlag},
		{"POST /parties/{id}/invite", seat, "party.manage", (*call).partyInvite},
	}
}

// partiesView is the list of the organisations that the asker may ask.
type partiesView struct {
	Filter              webkit.FilterView
	Text                string
	Sector, Bond, Ended webkit.SelectView
	Table               webkit.TableView
	Manage              bool
}

func (c *call) partyList() error {
	q := c.r.URL.Query()
	paging := webkit.ParsePaging(q, org.PartySorts...)
	f := org.PartyFilter{Text: q.Get("text"), Sector: q.Get("sector"), Bond: q.Get("bond"), Ended: q.Get("ended") != "", Sort: paging.Sort, Desc: paging.Desc}
	if q.Get("format") == "" {
		f.Limit, f.Offset = paging.Size, paging.Offset()
	}
	rows, total, err := c.Orgs.PartyPage(c.ctx, c.actor, f)
	if err != nil {
		return err
	}
	columns := c.columns("web.party.code", "web.party.name", "web.party.sector", "web.party.size", "web.party.bond", "web.party.since", "web.party.until")
	if q.Get("format") != "" {
		out := make([][]any, len(rows))
		for i, o := range rows {
			out[i] = []any{o.Code, o.Name().In(c.lang), c.sector(o.Sector), c.size(o.Size), c.bond(o.Bond), o.Since, o.Until}
		}
		return c.export("parties", columns, out)
	}
	v := partiesView{Text: f.Text, Filter: webkit.FilterView{Action: "/parties", Reset: "/parties"}, Manage: c.may("party.manage", "organisation", c.actor.Org)}
	if v.Sector, v.Bond, v.Ended, err = c.partyFilters(f); err != nil {
		return err
	}
	v.Table = webkit.TableView{Caption: i18n.T(c.lang, "web.party.title"), HideCaption: true, Columns: heads(columns), Empty: i18n.T(c.lang, "web.party.none"), Downloads: c.exports("/parties", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: total}}
	for i, key := range org.PartySorts {
		v.Table.Columns[i] = paging.Column(c.r.URL.RequestURI(), key, columns[i])
	}
	for _, o := range rows {
		v.Table.Rows = append(v.Table.Rows, append(c.partyCells(o.Party), webkit.Cell{Text: c.bond(o.Bond)}, webkit.Cell{Text: o.Since}, webkit.Cell{Text: o.Until}))
	}
	p := c.page("web.party.title")
	p.Wide = true
	return c.render(p, partyList(v))
}

func (c *call) partyFilters(f org.PartyFilter) (sector, bond, ended webkit.SelectView, err error) {
	all := i18n.T(c.lang, "web.received.all")
	sectors, _, err := c.Orgs.Classes(c.ctx, c.actor.Org)
	sector = webkit.SelectView{Name: "sector", Label: i18n.T(c.lang, "web.party.sector"), Blank: all, Value: f.Sector}
	for _, s := range sectors {
		sector.Options = append(sector.Options, webkit.SelectOption{Value: s, Text: c.sector(s)})
	}
	bond = webkit.SelectView{Name: "bond", Label: i18n.T(c.lang, "web.party.bond"), Blank: all, Value: f.Bond, Options: c.bonds()}
	ended = webkit.SelectView{Name: "ended", Label: i18n.T(c.lang, "web.party.tie"), Blank: i18n.T(c.lang, "web.party.current"), Options: []webkit.SelectOption{{Value: "1", Text: i18n.T(c.lang, "web.party.ended")}}}
	if f.Ended {
		ended.Value = "1"
	}
	return
}

// bond names a kind of tie.
func (c *call) bond(kind string) string { return i18n.T(c.lang, "web.party.bond."+kind) }

func (c *call) bonds() []webkit.SelectOption {
	var out []webkit.SelectOption
	for _, b := range org.Bonds {
		out = append(out, webkit.SelectOption{Value: b, Text: c.bond(b)})
	}
	return out
}

// usualBond is the tie that the actor's kind of organisation usually has with those it asks.
func (c *call) usualBond() string {
	switch org.Kind(c.actor.OrgKind) {
	case org.Authority:
		return "supervised"
	case org.Community:
		return "member"
	}
	return "vendor"
}

// partyForm is what an asker writes of a party.
type partyForm struct {
	org.Entry
	ID    string // "" while it is new
	Fault string
	Bonds []webkit.SelectOption
}

func (v partyForm) address() string {
	if v.ID == "" {
		return "/parties/new"
	}
	return "/parties/" + v.ID
}

func (c *call) partyNew() error {
	return c.partyForm(http.StatusOK, partyForm{Entry: org.Entry{Bond: c.usualBond()}})
}

func (c *call) partyForm(status int, v partyForm) error {
	v.Bonds = c.bonds()
	p := c.page("web.party.new")
	p.Error, p.Crumbs = v.Fault != "", c.partyCrumbs()
	return c.renderStatus(status, p, partyNewPage(v))
}

func (c *call) partyCrumbs() []webkit.Crumb {
	return []webkit.Crumb{{Text: i18n.T(c.lang, "web.party.title"), URL: "/parties"}}
}

// partyPosted is the entry that was sent.
func (c *call) partyPosted() org.Entry {
	f := c.r.PostFormValue
	return org.Entry{Code: f("code"), Bond: f("bond"), Organisation: org.Organisation{NameJA: f("name_ja"), NameEN: f("name_en"), Sector: f("sector"), Size: f("size"),
		Group: f("group"), Centre: f("centre"), Jurisdiction: f("jurisdiction")}}
}

// partyEnter enters one new party; a code that is taken is no way to change another.
func (c *call) partyEnter() error {
	e := c.partyPosted()
	have, err := c.partiesByCode()
	if err != nil {
		return err
	}
	var ids []string
	if _, taken := have[e.Code]; taken {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("web.party.code-taken", "code", e.Code))
	} else {
		ids, err = c.Orgs.Enter(c.ctx, c.actor, e)
	}
	if text := c.text(err); text != "" && errs.KindOf(err) != errs.Forbidden {
		return c.partyForm(http.StatusUnprocessableEntity, partyForm{Entry: e, Fault: text})
	} else if err != nil {
		return err
	}
	return c.done("/parties/"+ids[0], "web.party.entered")
}

// partiesByCode are all parties of the asker, those whose tie has ended as well.
func (c *call) partiesByCode() (map[string]org.Bound, error) {
	have := map[string]org.Bound{}
	for _, ended := range []bool{true, false} {
		rows, _, err := c.Orgs.PartyPage(c.ctx, c.actor, org.PartyFilter{Ended: ended})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			have[r.Code] = r
		}
	}
	return have, nil
}

// partyView is one party with what it filed.
type partyView struct {
	org.Bound
	Terms   []webkit.Term
	Flags   []org.Flag
	Filings webkit.TableView
	Form    partyForm
	Manage  bool
	Invite  bool
	Today   string
}

func (c *call) partyPage() error {
	o, err := c.Orgs.Bound(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := partyView{Bound: o, Manage: c.may("party.manage", "organisation", c.actor.Org), Today: c.today(), Terms: []webkit.Term{
		{Title: i18n.T(c.lang, "web.party.code"), Text: o.Code}, {Title: i18n.T(c.lang, "web.party.bond"), Text: c.bond(o.Bond)},
		{Title: i18n.T(c.lang, "web.party.since"), Text: o.Since}, {Title: i18n.T(c.lang, "web.party.until"), Text: o.Until},
		{Title: i18n.T(c.lang, "web.party.sector"), Text: c.sector(o.Sector)}, {Title: i18n.T(c.lang, "web.party.size"), Text: c.size(o.Size)},
		{Title: i18n.T(c.lang, "web.party.group"), Text: o.Group}, {Title: i18n.T(c.lang, "web.party.centre"), Text: o.Centre}, {Title: i18n.T(c.lang, "web.party.jurisdiction"), Text: o.Jurisdiction},
	}}
	if v.Flags, err = c.Orgs.Flags(c.ctx, o.ID); err != nil {
		return err
	}
	if v.Invite, err = c.Orgs.Unmanned(c.ctx, c.actor, o.ID); err != nil {
		return err
	}
	if v.Filings, err = c.partyFilings(o.ID); err != nil {
		return err
	}
	v.Form = partyForm{ID: o.ID, Entry: org.Entry{Organisation: o.Organisation, Code: o.Code, Bond: o.Bond}, Bonds: c.bonds()}
	p := c.titled(o.Name().In(c.lang))
	p.Crumbs = c.partyCrumbs()
	return c.render(p, partyShow(v))
}

// partyFilings lists what a party filed to this asker over the years, newest first.
func (c *call) partyFilings(party string) (webkit.TableView, error) {
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.party.filings"), Empty: i18n.T(c.lang, "web.party.no-filings"),
		Columns: heads(c.columns("web.campaign.title", "web.received.state", "web.received.progress", "web.received.submitted", "web.received.due"))}
	rows, _, err := c.Filings.ReceivedPage(c.ctx, c.actor, filing.Filter{Party: party, Sort: "due", Desc: true, Limit: campaignsShown})
	if err != nil {
		return t, err
	}
	campaigns, err := c.Campaigns.List(c.ctx, c.actor, campaignsShown)
	if err != nil {
		return t, err
	}
	titles := map[string]string{}
	for _, k := range campaigns {
		titles[k.ID] = k.Title().In(c.lang)
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: titles[r.Campaign], URL: "/campaigns/" + r.Campaign + "/filings/" + r.ID, Head: true},
			{Body: webkit.StatusTag(stateTone(r.State), i18n.T(c.lang, "filing.state."+string(r.State)))},
			{Body: webkit.ProgressBar(int(r.Answered), int(r.Total), r.Name().In(c.lang))}, {Text: c.moment(r.SubmittedAt)}, {Text: c.moment(r.DueAt)}})
	}
	return t, nil
}

// partyOf is the party of the address, for someone who manages parties.
func (c *call) partyOf() (org.Bound, error) {
	if err := c.allow("party.manage", "organisation", c.actor.Org); err != nil {
		return org.Bound{}, err
	}
	return c.Orgs.Bound(c.ctx, c.actor, c.r.PathValue("id"))
}

func (c *call) partyChange() error {
	o, err := c.partyOf()
	if err != nil {
		return err
	}
	e := c.partyPosted()
	e.Code = o.Code
	if !slices.Contains(org.Bonds, e.Bond) {
		e.Bond = o.Bond
	}
	if _, err := c.Orgs.Enter(c.ctx, c.actor, e); err != nil {
		return c.refuseUnless(err, "/parties/"+o.ID)
	}
	return c.done("/parties/"+o.ID, "web.party.changed")
}

func (c *call) partyEnd() error {
	o, err := c.partyOf()
	if err != nil {
		return err
	}
	if err := c.Orgs.EndTie(c.ctx, c.actor, o.ID, c.r.PostFormValue("until")); err != nil {
		return c.refuseUnless(err, "/parties/"+o.ID)
	}
	return c.done("/parties/"+o.ID, "web.party.tie-changed")
}

func (c *call) partyFlag() error {
	o, err := c.partyOf()
	if err != nil {
		return err
	}
	f := org.Flag{Organisation: o.ID, Flag: c.r.PostFormValue("flag"), Since: c.r.PostFormValue("since"), Until: c.r.PostFormValue("until")}
	if err := c.Orgs.Designate(c.ctx, c.actor, f); err != nil {
		return c.refuseUnless(err, "/parties/"+o.ID)
	}
	return c.done("/parties/"+o.ID, "web.party.flag-changed")
}

// until is the day that is offered as the end of the tie.
func (v partyView) until() string {
	if v.Bound.Until != "" {
		return v.Bound.Until
	}
	return v.Today
}

func crumb(text, address string) webkit.Crumb { return webkit.Crumb{Text: text, URL: address} }
