package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// reminders is what the board says of a campaign's plan of reminders.
type reminders struct {
	Next       string
	Steps      webkit.TableView
	Days       []string
	May        bool   // the plan may be changed
	Move       bool   // the deadline may be moved
	Date, Time string // of the deadline, in Japan
}

func planValues(p campaign.Plan) []string {
	out := make([]string, len(p))
	for i, n := range p {
		out[i] = strconv.Itoa(n)
	}
	return out
}

// planChoices are the days that may be chosen: the usual ones, and those chosen already.
func planChoices(ctx context.Context, chosen []string) []choice {
	days := slices.Clone(campaign.PlanDays)
	if p, err := campaign.ParsePlan(strings.Join(chosen, ",")); err == nil {
		days = append(days, p...)
	}
	slices.SortFunc(days, func(a, b int) int { return b - a })
	var out []choice
	for _, n := range slices.Compact(days) {
		value := strconv.Itoa(n)
		out = append(out, choice{value, planDay(n).In(webkit.Lang(ctx)), slices.Contains(chosen, value)})
	}
	return out
}

// planDay says a day of a plan in words.
func planDay(n int) i18n.Text {
	switch {
	case n == 1:
		return i18n.Both("web.campaign.remind.eve")
	case n > 0:
		return i18n.Both("web.campaign.remind.before", "n", n)
	case n == -1:
		return i18n.Both("web.campaign.remind.overdue")
	}
	return i18n.Both("web.campaign.remind.after", "n", -n)
}

func (c *call) reminders(k campaign.Campaign) (*reminders, error) {
	sent, next, err := c.Campaigns.Reminders(c.ctx, c.actor, k)
	if err != nil {
		return nil, err
	}
	due := clock.FromMicros(k.DueAt).In(calendar.Tokyo)
	v := &reminders{Days: planValues(k.Plan()), Next: i18n.T(c.lang, "web.campaign.reminders-none"), Date: due.Format(time.DateOnly), Time: due.Format("15:04")}
	v.May = k.State == campaign.Open && c.may("campaign.remind", "campaign", k.ID)
	v.Move = k.State == campaign.Open && c.may("campaign.extend", "campaign", k.ID)
	if len(k.Plan()) == 0 {
		v.Next = i18n.T(c.lang, "web.campaign.reminders-off")
	}
	if len(next) > 0 {
		v.Next = i18n.T(c.lang, "web.campaign.reminders-next", "at", c.moment(clock.Micros(next[0].At)), "step", planDay(next[0].Days), "n", next[0].Parties)
	}
	v.Steps = webkit.TableView{Caption: i18n.T(c.lang, "web.campaign.reminders-table"), HideCaption: true,
		Columns: heads(c.columns("web.campaign.reminders-at", "web.campaign.reminders-step", "web.campaign.due", "web.campaign.state", "web.campaign.reminders-parties"))}
	v.Steps.Columns[4].Numeric = true
	row := func(at int64, days int, due int64, key string, tone webkit.Tone, n int64) {
		v.Steps.Rows = append(v.Steps.Rows, []webkit.Cell{{Text: c.moment(at), Head: true}, {Text: planDay(days).In(c.lang)}, {Text: c.moment(due)},
			{Body: webkit.StatusTag(tone, i18n.T(c.lang, key))}, {Text: strconv.FormatInt(n, 10)}})
	}
	for _, s := range sent {
		row(s.At, s.Days, s.DueAt, "web.campaign.reminders-sent", webkit.Success, s.Told)
	}
	for _, u := range next {
		row(clock.Micros(u.At), u.Days, u.Due, "web.campaign.reminders-planned", webkit.Neutral, u.Parties)
	}
	return v, nil
}

// campaignReminders gives an open campaign another plan.
func (c *call) campaignReminders() error {
	id := c.r.PathValue("id")
	plan, err := campaign.ParsePlan(strings.Join(c.values("remind"), ","))
	if err == nil {
		err = c.Campaigns.SetReminders(c.ctx, c.actor, id, plan...)
	}
	if err != nil {
		return c.refuse("/campaigns/"+id, err)
	}
	if len(plan) == 0 {
		return c.done("/campaigns/"+id, "web.campaign.reminders-off")
	}
	return c.done("/campaigns/"+id, "web.campaign.reminders-saved")
}

// campaignDue moves the deadline of an open campaign.
func (c *call) campaignDue() error {
	id := c.r.PathValue("id")
	if _, err := c.campaignFor("campaign.extend"); err != nil {
		return err
	}
	due, err := dueAt(c.r.PostFormValue("date"), c.r.PostFormValue("time"))
	if err == nil {
		err = c.Campaigns.Reschedule(c.ctx, c.actor, id, due, c.r.PostFormValue("note"))
	}
	if err != nil {
		return c.refuse("/campaigns/"+id, err)
	}
	c.wake()
	return c.done("/campaigns/"+id, "web.campaign.due-moved")
}
