package web

import (
	"time"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
)

func (s *server) feedRoutes() []route {
	return []route{{"GET /calendar/{token}", public, "", (*call).feed}}
}

// feedRows bounds a feed: the deadlines that come first.
const feedRows = 500

// feed is the calendar of a person's deadlines. It shows what the person may read
// today, as the organisation's member that the token was made for.
func (c *call) feed() error {
	tenant, who, err := c.Notices.Feed(c.ctx, c.r.PathValue("token"))
	if err != nil {
		return err
	}
	a, err := c.Orgs.Actor(c.ctx, who, tenant, c.lang)
	if errs.KindOf(err) == errs.Forbidden { // left the organisation since
		return errs.New(errs.NotFound, "web: the feed's person is no member")
	}
	if err != nil {
		return err
	}
	p, err := c.Orgs.Person(c.ctx, who)
	if err != nil {
		return err
	}
	var list []notice.Deadline
	if a.Has(authz.Respondent, authz.Checker, authz.Approver, authz.Auditor, authz.Administrator) {
		if list, err = c.deadlines(a); err != nil {
			return err
		}
	}
	c.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	c.w.Header().Set("Cache-Control", "private, no-cache")
	_, err = c.w.Write(notice.Calendar(list, p.Lang))
	return err
}

func (c *call) deadlines(a authz.Actor) ([]notice.Deadline, error) {
	filings, err := c.Filings.List(c.ctx, a, feedRows)
	if err != nil {
		return nil, err
	}
	var out []notice.Deadline
	for _, f := range filings {
		if !outstanding(f.State) || f.DueAt == 0 {
			continue
		}
		out = append(out, notice.Deadline{UID: f.ID, Due: clock.FromMicros(f.DueAt), Title: f.Title(), Note: f.AskerName(), Link: c.Base + "/filings/" + f.ID,
			Alarm: 24 * time.Hour, Changed: clock.FromMicros(f.CreatedAt)})
	}
	actions, err := c.Actions.List(c.ctx, a, action.Filter{Open: true, Limit: feedRows})
	if err != nil {
		return nil, err
	}
	for _, it := range actions {
		day, err := time.ParseInLocation(time.DateOnly, it.Due, calendar.Tokyo)
		if err != nil { // without a date
			continue
		}
		out = append(out, notice.Deadline{UID: it.ID, Due: day.Add(17 * time.Hour), Title: i18n.Text{JA: it.Title, EN: it.Title}, Link: c.Base + "/actions/" + it.ID, Alarm: 24 * time.Hour, Changed: day})
	}
	return out, nil
}
