package web

import (
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/webkit"
)

func (s *server) webhookRoutes() []route {
	return []route{
		{"GET /webhooks", seat, "webhook.manage", (*call).webhooks},
		{"POST /webhooks", seat, "webhook.manage", (*call).webhookAdd},
		{"POST /webhooks/remove", seat, "webhook.manage", (*call).webhookRemove},
	}
}

// deliveriesShown is how many of the latest deliveries of an endpoint the page lists.
const deliveriesShown = 20

type webhookView struct {
	notice.Endpoint
	Deliveries []notice.Delivery
}

func (c *call) hooks() error {
	_, err := c.Policies.Decide(c.actor, "webhook.manage", authz.Thing{Kind: "organisation", ID: c.actor.Org, Tenant: c.actor.Org})
	return err
}

func (c *call) webhooks() error {
	if err := c.hooks(); err != nil {
		return err
	}
	q := c.DB.Tenant(c.actor.Org)
	list, err := notice.Endpoints(c.ctx, q)
	if err != nil {
		return err
	}
	views := make([]webhookView, len(list))
	for i, e := range list {
		views[i].Endpoint = e
		if views[i].Deliveries, err = notice.Deliveries(c.ctx, q, e.ID, deliveriesShown); err != nil {
			return err
		}
	}
	p := c.page("web.settings.webhooks")
	p.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.people.title"), URL: "/people"}}
	return c.render(p, webhookList(views))
}

// webhookAdd shows the secret of a new endpoint once.
func (c *call) webhookAdd() error {
	if err := c.hooks(); err != nil {
		return err
	}
	address := strings.TrimSpace(c.r.PostFormValue("url"))
	if !strings.HasPrefix(address, "https://") {
		return c.refuse("/webhooks", i18n.NewError("web.settings.webhook-url-bad"))
	}
	var secret string
	err := c.DB.Tenant(c.actor.Org).Tx(c.ctx, func(tx *db.Tx) (err error) {
		_, secret, err = c.Notices.AddEndpoint(c.ctx, tx, c.actor.Org, address)
		return err
	})
	if err != nil {
		return c.refuse("/webhooks", err)
	}
	return c.once("web.settings.webhook-made", "web.settings.webhook-once", []string{secret}, "/webhooks")
}

func (c *call) webhookRemove() error {
	if err := c.hooks(); err != nil {
		return err
	}
	err := c.DB.Tenant(c.actor.Org).Tx(c.ctx, func(tx *db.Tx) error {
		return notice.RemoveEndpoint(c.ctx, tx, c.r.PostFormValue("id"))
	})
	if err != nil {
		return err
	}
	return c.done("/webhooks", "web.settings.webhook-removed")
}
