package campaign

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
)

// reminderKind is the due row of one step: for those parties of a campaign that have
// one deadline. An extension makes rows of its own; the rows of the deadline before
// find nobody any more who still has it.
const reminderKind = "campaign-remind"

// reminderBatch is how many parties one run of a due row tells.
const reminderBatch = 500

type reminderRow struct {
	Campaign string `json:"campaign"`
	Due      int64  `json:"due"`
	Days     int    `json:"days"`
}

func (r reminderRow) key() string {
	return r.Campaign + "/" + strconv.FormatInt(r.Due, 10) + "/" + strconv.Itoa(r.Days)
}

// Handlers are for the runner of due rows.
func (s *Store) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{reminderKind: {InTx: s.remindDue, System: true}}
}

// Plan is the campaign's plan of reminders.
func (c Campaign) Plan() Plan {
	p, _ := ParsePlan(c.Reminders) // checked when it was stored
	return p
}

// planned puts the due rows of a campaign's plan for some deadlines.
func (s *Store) planned(ctx context.Context, tx *db.Tx, c Campaign, dues ...int64) error {
	cal, err := s.calendars.Get(c.Calendar)
	if err != nil {
		return nil // without a calendar there are no business days: the asker reminds by hand
	}
	for _, st := range c.Plan().Steps(cal, s.now.Now(), dues...) {
		row := reminderRow{c.ID, st.Due, st.Days}
		payload, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, jobs.Job{Org: c.Tenant, Kind: reminderKind, Key: row.key(), Due: st.At, Payload: payload}); err != nil {
			return err
		}
	}
	return nil
}

// unplanned takes the due rows of a campaign's plan away.
func (s *Store) unplanned(ctx context.Context, tx *db.Tx, c Campaign) error {
	dues, err := s.dues(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, due := range dues {
		for _, days := range c.Plan() {
			if _, err := jobs.Cancel(ctx, tx, c.Tenant, reminderKind, reminderRow{c.ID, due, days}.key()); err != nil {
				return err
			}
		}
	}
	return nil
}

// dues lists the deadlines that parties of a campaign have.
func (s *Store) dues(ctx context.Context, q db.Querier, c Campaign) ([]int64, error) {
	dues, err := db.All[int64](ctx, q, `select distinct due_at from filing_received where tenant = :tenant and campaign = :campaign and trial = 0 order by due_at`,
		db.Args{"tenant": c.Tenant, "campaign": c.ID})
	if !slices.Contains(dues, c.DueAt) {
		dues = append(dues, c.DueAt)
	}
	return dues, err
}

// SetReminders gives a campaign another plan, also while it is open: rows of the plan
// before go, those of the new one come.
func (s *Store) SetReminders(ctx context.Context, a authz.Actor, id string, days ...int) error {
	plan, err := NewPlan(days...)
	if err != nil {
		return err
	}
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	basis, err := s.may.Decide(a, "campaign.remind", c.thing())
	if err != nil {
		return err
	}
	if c.State == Closed || c.State == Released {
		return elsewhere(c.State)
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		if err := s.unplanned(ctx, tx, c); err != nil {
			return err
		}
		c.Reminders = plan.String()
		if err := tx.Update(ctx, `update campaign_head set reminders = :reminders, version = version + 1 where tenant = :tenant and id = :id and version = :version`, c); err != nil {
			return err
		}
		if c.State == Open {
			dues, err := s.dues(ctx, tx, c)
			if err != nil {
				return err
			}
			if err := s.planned(ctx, tx, c, dues...); err != nil {
				return err
			}
		}
		_, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: c.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "campaign.reminders",
			ObjectKind: "campaign", ObjectID: c.ID, Revision: c.Version + 1, Basis: basis, Payload: ledger.HashPayload([]byte(c.Reminders))})
		return err
	})
}

// remindDue tells those who have the row's deadline and have not submitted, each batch
// in one transaction with the mark of how far it came: nobody is told twice of a step.
func (s *Store) remindDue(ctx context.Context, tx *db.Tx, j jobs.Job) error {
	var row reminderRow
	if err := json.Unmarshal(j.Payload, &row); err != nil {
		return jobs.Permanent(err)
	}
	c, err := get(ctx, tx, j.Org, row.Campaign)
	if err != nil {
		return err
	}
	now := s.now.Now()
	if c.State != Open && c.State != Closed || row.Days > 0 && now.After(clock.FromMicros(row.Due)) {
		return nil // ended, or so late that the step after the deadline says it better
	}
	args := db.Args{"tenant": c.Tenant, "campaign": c.ID, "due": row.Due, "days": row.Days, "at": clock.Micros(now)}
	if _, err := tx.Exec(ctx, `insert into campaign_reminder (tenant, campaign, due_at, days, at, told, reached) values (:tenant, :campaign, :due, :days, :at, 0, '')
		on conflict (tenant, campaign, due_at, days) do nothing`, args); err != nil {
		return err
	}
	if args["reached"], err = db.One[string](ctx, tx, `select reached from campaign_reminder where tenant = :tenant and campaign = :campaign and due_at = :due and days = :days`, args); err != nil {
		return err
	}
	rows, err := s.filings.Awaited(ctx, tx, c.Tenant, c.ID, row.Due, args["reached"].(string), reminderBatch)
	if err != nil || len(rows) == 0 {
		return err
	}
	args["reached"], args["n"] = rows[len(rows)-1].Code, len(rows)
	if _, err := tx.Exec(ctx, `update campaign_reminder set told = told + :n, reached = :reached where tenant = :tenant and campaign = :campaign and due_at = :due and days = :days`, args); err != nil {
		return err
	}
	kind := "campaign.reminder"
	if now.After(clock.FromMicros(row.Due)) {
		kind = "campaign.overdue"
	}
	if err := s.told(ctx, tx, kind, c, rows); err != nil {
		return err
	}
	if len(rows) == reminderBatch {
		if err := jobs.Add(ctx, tx, jobs.Job{Org: j.Org, Kind: j.Kind, Key: j.Key, Due: now, Payload: j.Payload}); err != nil {
			return err
		}
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(now), Org: c.Tenant, Actor: "system", Kind: "campaign.reminded", ObjectKind: "campaign", ObjectID: c.ID,
		Basis: "reminder-plan", Payload: ledger.HashPayload([]byte(row.key()))})
	return err
}

// told passes a reminder on to parties and notes when they were reminded last.
func (s *Store) told(ctx context.Context, tx *db.Tx, kind string, c Campaign, rows []filing.Received) error {
	parties, ids := make([]Party, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		parties[i], ids[i] = Party{Org: r.Party, Filing: r.ID, DueAt: r.DueAt, State: r.State, Begun: r.Answered > 0}, r.ID
	}
	if _, err := tx.Exec(ctx, `update filing_received set reminded_at = :at where tenant = :tenant and id in (:ids)`,
		db.Args{"tenant": c.Tenant, "ids": ids, "at": clock.Micros(s.now.Now())}); err != nil {
		return err
	}
	return s.tell(ctx, tx, kind, c, parties)
}

// Sent is a step of the plan that went out.
type Sent struct {
	DueAt int64 `db:"due_at"`
	Days  int   `db:"days"`
	At    int64 `db:"at"`
	Told  int64 `db:"told"` // parties
}

// Upcoming is a step that is still to come, and how many parties it would tell today.
type Upcoming struct {
	Step
	Parties int64
}

// Reminders tells which steps of a campaign's plan went out, and which are to come,
// both in the order of their time.
func (s *Store) Reminders(ctx context.Context, a authz.Actor, c Campaign) (sent []Sent, next []Upcoming, err error) {
	if _, err := s.may.Decide(a, "campaign.read", c.thing()); err != nil {
		return nil, nil, err
	}
	q, args := s.db.Tenant(a.Org), db.Args{"campaign": c.ID}
	sent, err = db.All[Sent](ctx, q, `select due_at, days, at, told from campaign_reminder where tenant = :tenant and campaign = :campaign order by at, due_at, days`, args)
	if err != nil || c.State != Open && c.State != Closed {
		return sent, nil, err
	}
	type group struct {
		DueAt int64 `db:"due_at"`
		N     int64 `db:"n"`
	}
	open, err := db.All[group](ctx, q, `select due_at, count(*) as n from filing_received where tenant = :tenant and campaign = :campaign and trial = 0
		and (revision = 0 or state = 'returned') group by due_at order by due_at`, args)
	if err != nil {
		return sent, nil, err
	}
	cal, err := s.calendars.Get(c.Calendar)
	if err != nil {
		return sent, nil, nil
	}
	for _, g := range open {
		if c.State == Closed && g.DueAt == c.DueAt {
			continue // the closing ended their reminders; who was reopened has a deadline of its own
		}
		for _, st := range c.Plan().Steps(cal, s.now.Now(), g.DueAt) {
			next = append(next, Upcoming{st, g.N})
		}
	}
	slices.SortStableFunc(next, func(a, b Upcoming) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Due, b.Due)) })
	return sent, next, nil
}

// Reschedule moves the deadline of an open campaign for all that have no extension of
// their own, with the reason that they see, and plans their reminders anew.
func (s *Store) Reschedule(ctx context.Context, a authz.Actor, id string, dueAt int64, reason string) error {
	c, basis, err := s.postponed(ctx, a, id, dueAt, reason, Open)
	if err != nil {
		return err
	}
	return s.db.System("an asker moves a campaign's deadline").Tx(ctx, func(tx *db.Tx) error {
		if err := s.unplanned(ctx, tx, c); err != nil {
			return err
		}
		moved, err := s.filings.Reschedule(ctx, tx, c.Tenant, c.ID, c.DueAt, dueAt, reason)
		if err != nil {
			return err
		}
		c.DueAt = dueAt
		if err := tx.Update(ctx, `update campaign_head set due_at = :due_at, version = version + 1 where tenant = :tenant and id = :id and version = :version and state = 'open'`, c); err != nil {
			return err
		}
		dues, err := s.dues(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.planned(ctx, tx, c, dues...); err != nil {
			return err
		}
		told := make([]Party, len(moved))
		for i, r := range moved {
			told[i] = Party{Org: r.Party, Filing: r.ID, DueAt: dueAt, Note: reason, State: r.State}
		}
		if err := s.tell(ctx, tx, "filing.extended", c, told); err != nil {
			return err
		}
		_, err = ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: c.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "campaign.rescheduled",
			ObjectKind: "campaign", ObjectID: c.ID, Revision: c.Version + 1, Basis: basis, Payload: ledger.HashPayload([]byte(strconv.FormatInt(dueAt, 10) + "\n" + reason))})
		return err
	})
}
