package web

import (
	"errors"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// moveView is a move that the actor may make, with its question.
func (c *call) moveView(f filing.Filing, m filing.Move) webkit.ConfirmView {
	key := "web.filing.move-" + string(m)
	return webkit.ConfirmView{
		Title: i18n.T(c.lang, key), Text: i18n.T(c.lang, key+"-text", "asker", f.AskerName()), Button: i18n.T(c.lang, key),
		Action: "/filings/" + f.ID + "/moves/" + string(m), Danger: m == filing.SendBack || m == filing.Correct,
	}
}

// filingMove makes a move; one that can't be made yet leads to the page that says why.
func (c *call) filingMove() error {
	id, move := c.r.PathValue("id"), filing.Move(c.r.PathValue("move"))
	if _, ok := filing.Rules[move]; !ok || move == filing.Accept || move == filing.GiveBack {
		return errs.New(errs.NotFound, "web: no move %s", move)
	}
	hub := "/filings/" + id
	_, err := c.Filings.Do(c.ctx, c.actor, id, move, c.r.PostFormValue("note"))
	var unfit *filing.Unfit
	switch {
	case errors.As(err, &unfit):
		c.Kit.SetFlash(c.w, webkit.Flash{Tone: webkit.Danger, Text: i18n.T(c.lang, "web.filing.unfit", "faults", len(unfit.Findings), "unconfirmed", len(unfit.Unconfirmed))})
		c.redirect(hub + "/check?all=1")
		return nil
	case errs.KindOf(err) == errs.NotFound:
		return err
	case err != nil:
		return c.refuse(hub, err)
	}
	c.wake()
	if move == filing.Submit {
		return c.done(hub+"/receipt", "web.filing.moved-submit")
	}
	return c.done(hub, "web.filing.moved-"+string(move))
}

// filingCarry takes over last year's answers to everything that is not answered yet.
// Each has to be confirmed afterwards.
func (c *call) filingCarry() error {
	id := c.r.PathValue("id")
	sh, err := c.Filings.Sheet(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	var items []string
	for _, it := range sh.FormDef.Items() {
		if _, ok := sh.Previous[it.ID]; ok {
			items = append(items, it.ID)
		}
	}
	after, err := c.Filings.Carry(c.ctx, c.actor, id, items...)
	if err != nil {
		return c.refuse("/filings/"+id, err)
	}
	return c.done("/filings/"+id, "web.filing.carried", "n", after.Unconfirmed-sh.Unconfirmed)
}

// reusable are the submissions to other askers whose answers could serve a filing.
func (c *call) reusable(f filing.Filing) (webkit.SelectView, error) {
	v := webkit.SelectView{Name: "from", Label: i18n.T(c.lang, "web.filing.reuse-from")}
	list, err := c.Filings.Reusable(c.ctx, c.actor, f)
	for _, o := range list {
		v.Options = append(v.Options, webkit.SelectOption{Value: o.ID, Text: i18n.T(c.lang, "web.filing.reuse-option", "asker", o.AskerName(), "at", c.moment(o.SubmittedAt))})
	}
	return v, err
}

// filingReuse copies an answer that was submitted to another asker, with consent.
func (c *call) filingReuse() error {
	hub := "/filings/" + c.r.PathValue("id")
	if _, err := c.Filings.Reuse(c.ctx, c.actor, c.r.PathValue("id"), c.r.PostFormValue("from"), c.r.PostFormValue("consent") == "yes"); err != nil {
		if errs.KindOf(err) == errs.NotFound {
			return err
		}
		return c.refuse(hub, err)
	}
	return c.done(hub, "web.filing.reused")
}
