package web

import (
	"errors"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/webkit"
)

// itemView is what happened to one item of a filing: changes, evidence, comments.
type itemView struct {
	Filing, URL string
	Item        *form.Item
	Events      []webkit.Event
	Files       []record.File
	Comments    []commentView
	Questions   []threadView     // of the asker
	Past        webkit.TableView // actions from earlier feedback about it
	Answer      bool
	Comment     bool
	MaxMB       int
}

type commentView struct {
	ID, Who, At, Body string
	Resolved          bool
}

func (c *call) itemPage() error {
	id := c.r.PathValue("id")
	sh, err := c.Filings.Sheet(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	it := sh.FormDef.Item(c.r.PathValue("item"))
	if it == nil {
		return errs.New(errs.NotFound, "web: no such item")
	}
	past, err1 := c.Filings.History(c.ctx, c.actor, sh.Filing, it.ID, 100)
	files, err2 := c.Filings.Files(c.ctx, c.actor, sh.Filing)
	comments, err3 := c.Filings.Comments(c.ctx, c.actor, sh.Filing)
	members, err4 := c.Orgs.Members(c.ctx, c.actor.Org)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	v := itemView{Filing: id, URL: "/filings/" + id + "/items/" + it.ID, Item: it, Answer: c.Filings.CanAnswer(c.actor, sh.Filing),
		Comment: c.Filings.May(c.actor, "filing.comment", sh.Filing), MaxMB: record.MaxFile >> 20}
	if v.Questions, _, err = c.filingQuestions(sh, it.ID); err != nil {
		return err
	}
	earlier, err := c.pastActions(sh.Filing, sh.FormDef)
	if err != nil {
		return err
	}
	v.Past = c.pastTable(earlier, it.ID)
	for _, p := range past {
		what := i18n.T(c.lang, "web.filing.item-cleared")
		if p.Answer != "" {
			what = c.answerText(it, p.Value(sh.FormDef))
		}
		v.Events = append(v.Events, webkit.Event{At: c.moment(p.At), Who: c.aside(memberName(p.Person, members), i18n.T(c.lang, "web.filing.via."+p.Via)), What: what})
	}
	for _, f := range files {
		if f.Item == it.ID {
			v.Files = append(v.Files, f)
		}
	}
	for _, m := range comments {
		if m.Item == it.ID {
			v.Comments = append(v.Comments, commentView{m.ID, memberName(m.Person, members), c.moment(m.At), m.Body, m.ResolvedAt != 0})
		}
	}
	page := c.page("web.filing.item-title")
	page.Marking = sh.Marking
	page.Crumbs = []webkit.Crumb{{Text: sh.Title().In(c.lang), URL: "/filings/" + id}, {Text: it.Section().Title.In(c.lang), URL: "/filings/" + id + "/sections/" + it.Section().ID}}
	return c.render(page, itemShow(v))
}

// answerText is an answer in words: its value, or its state where there is none.
func (c *call) answerText(it *form.Item, a form.Answer) string {
	text := ""
	if a.Value != nil {
		text = webkit.AnswerText(c.ctx, it, a, nil)
	} else if a.State != "" {
		text = webkit.StateText(a.State).In(c.lang)
	}
	return c.aside(text, a.Comment)
}

func (c *call) itemComment() error {
	id, item := c.r.PathValue("id"), c.r.PathValue("item")
	back := "/filings/" + id + "/items/" + item + "#comments"
	if comment := c.r.PostFormValue("resolve"); comment != "" {
		if err := c.Filings.Resolve(c.ctx, c.actor, id, comment); err != nil {
			return c.refuseUnless(err, back)
		}
		c.redirect(back)
		return nil
	}
	if err := c.Filings.Comment(c.ctx, c.actor, id, item, c.r.PostFormValue("body")); err != nil {
		return c.refuseUnless(err, back)
	}
	return c.done(back, "web.filing.item-commented")
}

func (c *call) itemAttach() error {
	id, item := c.r.PathValue("id"), c.r.PathValue("item")
	back := "/filings/" + id + "/items/" + item
	data, err := c.upload("file")
	if err != nil {
		return c.refuse(back, err)
	}
	if _, err := c.Filings.Attach(c.ctx, c.actor, id, item, c.r.MultipartForm.File["file"][0].Filename, nil, data); err != nil {
		return c.refuseUnless(err, back)
	}
	return c.done(back, "web.filing.item-attached")
}

// filingFile answers with an attached file, always to be saved and never shown: its
// content is someone else's.
func (c *call) filingFile() error {
	f, data, err := c.Filings.OpenFile(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("sum"))
	if err != nil {
		return err
	}
	return webkit.Download(c.w, f.Name, "application/octet-stream", data)
}
