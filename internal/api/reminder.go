package api

import (
	"time"

	"yagura/internal/clock"
)

// Reminders is a campaign's plan of reminders, what went out and what is to come.
type Reminders struct {
	Plan []int          `json:"plan" doc:"business days before the deadline, negative after it"`
	Sent []ReminderStep `json:"sent"`
	Next []ReminderStep `json:"next"`
}

// ReminderStep is one day of a plan for the parties that have one deadline.
type ReminderStep struct {
	Days    int       `json:"days"`
	At      time.Time `json:"at"`
	DueAt   time.Time `json:"due_at"`
	Parties int64     `json:"parties" doc:"that were told, or would be told today"`
}

func (c *call) campaignReminders(p *ByID) (*one[Reminders], error) {
	k, err := c.Campaigns.Get(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	sent, next, err := c.Campaigns.Reminders(c.ctx, c.actor, k)
	v := Reminders{Plan: append([]int{}, k.Plan()...), Sent: []ReminderStep{}, Next: []ReminderStep{}}
	for _, s := range sent {
		v.Sent = append(v.Sent, ReminderStep{s.Days, clock.FromMicros(s.At).UTC(), clock.FromMicros(s.DueAt).UTC(), s.Told})
	}
	for _, u := range next {
		v.Next = append(v.Next, ReminderStep{u.Days, u.At.UTC(), clock.FromMicros(u.Due).UTC(), u.Parties})
	}
	return &one[Reminders]{etag(k.Version), v}, err
}

type planIn struct {
	ByID
	Body struct {
		Plan []int `json:"plan" maxItems:"10" doc:"empty: nobody is reminded"`
	}
}

func (c *call) campaignPlan(in *planIn) (*one[Reminders], error) {
	if err := c.Campaigns.SetReminders(c.ctx, c.actor, in.ID, in.Body.Plan...); err != nil {
		return nil, err
	}
	return c.campaignReminders(&in.ByID)
}

type rescheduleIn struct {
	ByID
	Body struct {
		DueAt  time.Time `json:"due_at"`
		Reason string    `json:"reason" maxLength:"4000"`
	}
}

func (c *call) campaignReschedule(in *rescheduleIn) (*one[Campaign], error) {
	if err := c.Campaigns.Reschedule(c.ctx, c.actor, in.ID, clock.Micros(in.Body.DueAt), in.Body.Reason); err != nil {
		return nil, err
	}
	c.wake()
	return c.campaignGet(&in.ByID)
}
