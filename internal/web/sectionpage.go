package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// standing are the facts beside the reason why a filing waits.
func (v hubView) standing(ctx context.Context) []webkit.Term {
	terms := []webkit.Term{{Title: webkit.T(ctx, "web.filing.deadline"), Text: v.Deadline}}
	turn, ok := v.Turn()
	if !ok || turn.Roles == nil || v.Locked != 0 {
		return terms
	}
	who := strings.Join(v.Who, "、")
	if who == "" {
		who = webkit.T(ctx, "web.filing.who-nobody")
	}
	return append(terms, webkit.Term{Title: webkit.T(ctx, "web.filing.who"), Text: who})
}

// sectionShown is a section's page around its form.
type sectionShown struct {
	Sheet         filing.Sheet
	Section       string
	At, Of        int
	Before, After string // the neighbouring sections
	Answer        bool
	Body          templ.Component
	Delegate      *webkit.SelectView // nil: the actor may not
	Due           string
}

func (c *call) showSection(status int, sh filing.Sheet, sec *form.Section, i int, body templ.Component, fv webkit.FormView) error {
	v := sectionShown{Sheet: sh, Section: sec.ID, At: i, Of: len(sh.FormDef.Sections), Answer: c.Filings.CanAnswer(c.actor, sh.Filing), Body: body}
	base := "/filings/" + sh.ID + "/sections/"
	if i > 0 {
		v.Before = base + sh.FormDef.Sections[i-1].ID
	}
	if i+1 < len(sh.FormDef.Sections) {
		v.After = base + sh.FormDef.Sections[i+1].ID
	}
	if v.Answer && c.Filings.May(c.actor, "filing.assign", sh.Filing) && status == http.StatusOK {
		if err := c.delegates(&v); err != nil {
			return err
		}
	}
	page := c.titled(sec.Title.In(c.lang))
	page.Error = status != http.StatusOK && len(fv.Faults(webkit.WithLang(c.ctx, c.lang))) > 0
	page.Marking = sh.Marking
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}, {Text: sh.Title().In(c.lang), URL: "/filings/" + sh.ID}}
	return c.renderStatus(status, page, sectionShow(v))
}

// delegates offers the units and people to whom the section can be given.
func (c *call) delegates(v *sectionShown) error {
	shares, err1 := c.Filings.Shares(c.ctx, c.actor, v.Sheet.ID)
	members, err2 := c.Orgs.Members(c.ctx, c.actor.Org)
	units, err3 := c.Orgs.Units(c.ctx, c.actor.Org)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	share := shares[v.Section]
	s := webkit.SelectView{Name: "to", Label: i18n.T(c.lang, "web.filing.delegate-to"), Value: ""}
	s.Options = []webkit.SelectOption{{Value: "", Text: i18n.T(c.lang, "web.filing.delegate-nobody")}}
	for _, u := range units {
		s.Options = append(s.Options, webkit.SelectOption{Value: "unit:" + u.ID, Text: u.Name().In(c.lang)})
	}
	for _, m := range members {
		s.Options = append(s.Options, webkit.SelectOption{Value: "person:" + m.Person, Text: m.Name})
	}
	switch {
	case share.Unit != "":
		s.Value = "unit:" + share.Unit
	case share.Person != "":
		s.Value = "person:" + share.Person
	}
	v.Delegate, v.Due = &s, share.Due
	return nil
}

// checkView is the whole sheet to be read and printed.
type checkView struct {
	Faults   []webkit.Fault
	Sections []webkit.FormView
}

func (c *call) filingCheck() error {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	var v checkView
	answer := c.Filings.CanAnswer(c.actor, sh.Filing)
	for _, sec := range sh.FormDef.Sections {
		fv := c.sectionView(sh, sec, nil)
		fv.Quiet, fv.Findings = true, findingsOf(sh, sec, true)
		if answer {
			fv.EditURL = "/filings/" + sh.ID + "/sections/" + sec.ID
		}
		for _, f := range fv.Faults(c.ctx) {
			f.Href = "/filings/" + sh.ID + "/sections/" + sec.ID + "?all=1" + f.Href
			f.Text = sec.Title.In(c.lang) + "　" + f.Text
			v.Faults = append(v.Faults, f)
		}
		v.Sections = append(v.Sections, fv)
	}
	page := c.page("web.filing.check-title")
	page.Marking, page.Lead = sh.Marking, sh.Title().In(c.lang)
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}, {Text: sh.Title().In(c.lang), URL: "/filings/" + sh.ID}}
	return c.render(page, filingCheck(v))
}
