package api

import (
	"net/http"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/notice"
)

func (s *server) inboxOperations() {
	add(s, op(http.MethodGet, "/api/inbox", "inbox-list"), "work.read", (*call).inbox)
	add(s, op(http.MethodPost, "/api/inbox/read", "inbox-read"), "work.read", (*call).inboxRead)
}

// Notice is what the caller was told.
type Notice struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind"`
	Subject i18n.Text  `json:"subject"`
	Body    i18n.Text  `json:"body"`
	Link    string     `json:"link"`
	At      *time.Time `json:"at"`
	ReadAt  *time.Time `json:"read_at"`
}

type inboxIn struct {
	After  string `query:"after" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Unread bool   `query:"unread"`
}

func (c *call) inbox(in *inboxIn) (*list[Notice], error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	items, next, err := notice.Inbox(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Person, notice.Page{Before: in.After, Limit: in.Limit, Unread: in.Unread})
	if err != nil {
		return nil, err
	}
	out := &list[Notice]{}
	out.Body.Items, out.Body.Next = make([]Notice, len(items)), next
	for i, it := range items {
		n := Notice{ID: it.ID, Kind: it.Kind, Subject: it.Subject(), Body: it.Body(), Link: it.Link, At: &it.At}
		if !it.ReadAt.IsZero() {
			n.ReadAt = &it.ReadAt
		}
		out.Body.Items[i] = n
	}
	return out, nil
}

type readIn struct {
	Body struct {
		IDs []string `json:"ids,omitempty" maxItems:"200" doc:"all, when empty"`
	}
}

func (c *call) inboxRead(in *readIn) (*one[Count], error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	n, err := c.Notices.MarkRead(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Person, in.Body.IDs...)
	return &one[Count]{Body: Count{int(n)}}, err
}
