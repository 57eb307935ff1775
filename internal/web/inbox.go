package web

import (
	"yagura/internal/notice"
	"yagura/internal/webkit"
)

func (s *server) inboxRoutes() []route {
	return []route{
		{"GET /inbox", seat, "", (*call).inboxPage},
		{"POST /inbox/read", seat, "", (*call).inboxRead},
		{"POST /inbox/open", seat, "", (*call).inboxOpen},
	}
}

// inboxView is a page of notices; Older is the address of the next one.
type inboxView struct {
	Items  []inboxItem
	Unread int
	Only   bool // what isn't read alone
	Older  string
}

type inboxItem struct {
	notice.Item
	When string
}

func (c *call) inboxPage() error {
	only := c.r.FormValue("show") == "unread"
	q := c.DB.Tenant(c.actor.Org)
	items, next, err := notice.Inbox(c.ctx, q, c.actor.Person, notice.Page{Before: c.r.FormValue("before"), Unread: only, Limit: 30})
	if err != nil {
		return err
	}
	v := inboxView{Only: only}
	if v.Unread, err = notice.Unread(c.ctx, q, c.actor.Person); err != nil {
		return err
	}
	for _, it := range items {
		v.Items = append(v.Items, inboxItem{it, webkit.Clock(it.At)})
	}
	if next != "" {
		v.Older = "/inbox?before=" + queryEscape(next)
		if only {
			v.Older += "&show=unread"
		}
	}
	return c.render(c.page("web.inbox.title"), inbox(v))
}

// inboxRead marks one notice, or all of them.
func (c *call) inboxRead() error {
	var ids []string
	if id := c.r.PostFormValue("id"); id != "" {
		ids = append(ids, id)
	}
	n, err := c.Notices.MarkRead(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Person, ids...)
	if err != nil {
		return err
	}
	return c.done("/inbox", "web.inbox.marked", "n", n)
}

// inboxOpen marks a notice and goes where it leads.
func (c *call) inboxOpen() error {
	if id := c.r.PostFormValue("id"); id != "" {
		if _, err := c.Notices.MarkRead(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Person, id); err != nil {
			return err
		}
	}
	c.redirect(local(c.r.PostFormValue("to")))
	return nil
}
