package campaign

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// OpenNow gives every party of the population its filing. With trial codes the
// campaign is tried with those parties only, and stays changeable.
func (s *Store) OpenNow(ctx context.Context, a authz.Actor, id string, trial ...string) (parties int, err error) {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return 0, err
	}
	basis, err := s.may.Decide(a, "campaign.open", c.thing())
	if err != nil {
		return 0, err
	}
	if c.State != Draft && c.State != Trial {
		return 0, elsewhere(c.State)
	}
	asked, orgs, err := s.population(ctx, a.Org, c)
	if err != nil {
		return 0, err
	}
	asker, err := s.orgs.Organisation(ctx, a.Org)
	if err != nil {
		return 0, err
	}
	def, err := s.forms.Form(c.Form, c.Edition)
	if err != nil {
		return 0, err
	}
	was := c.State
	c.State, c.OpenedAt = Open, clock.Micros(s.now.Now())
	if len(trial) > 0 {
		c.State = Trial
	}
	ask := filing.Ask{Asker: asker, Campaign: c.ID, TitleJA: c.TitleJA, TitleEN: c.TitleEN, Form: def, Marking: c.Marking, DueAt: c.DueAt, Trial: len(trial) > 0}
	err = s.db.System("a campaign opens: its parties get their filings").Tx(ctx, func(tx *db.Tx) error {
		var told []Party
		for i, p := range asked {
			if len(trial) > 0 && !slices.Contains(trial, p.Code) {
				continue
			}
			f, err := s.filings.Assign(ctx, tx, ask, p, orgs[i])
			if err != nil {
				return err
			}
			told = append(told, Party{Org: p.ID, Filing: f.ID, State: f.State})
		}
		if len(told) == 0 {
			return errs.New(errs.Invalid, "%w", i18n.NewError("campaign.nobody"))
		}
		parties = len(told)
		if err := s.tell(ctx, tx, "campaign.opened", c, told); err != nil {
			return err
		}
		if c.State == Open {
			if err := s.planned(ctx, tx, c, c.DueAt); err != nil {
				return err
			}
		}
		return s.step(ctx, tx, a, basis, c, was, "campaign.opened")
	})
	return parties, err
}

// step stores a campaign's new state and enters it in the ledger.
func (s *Store) step(ctx context.Context, tx *db.Tx, a authz.Actor, basis string, c Campaign, was State, kind string) error {
	n, err := tx.Exec(ctx, `update campaign_head set state = :state, opened_at = :opened_at, closed_at = :closed_at, version = version + 1
		where tenant = :tenant and id = :id and state = :was`, stepped{c, was})
	if err != nil {
		return err
	}
	if n == 0 {
		return elsewhere(was)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{
		At: clock.Micros(s.now.Now()), Org: c.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind, ObjectKind: "campaign", ObjectID: c.ID,
		Revision: c.Version + 1, Basis: basis, Payload: ledger.HashPayload(payload),
	})
	return err
}

type stepped struct {
	Campaign
	Was State `db:"was"`
}

func elsewhere(state State) error {
	return errs.New(errs.Conflict, "%w", i18n.NewError("campaign.elsewhere", "state", i18n.Both("campaign.state."+string(state))))
}

// Count is one cell of the board: how many filings of a sector are in a state.
type Count struct {
	Sector string       `db:"sector"`
	State  filing.State `db:"state"`
	N      int64        `db:"n"`
	Late   int64        `db:"late"` // past their deadline and not submitted
}

// Board counts the filings of a campaign by sector and state: those of the test run
// while it is on trial, else the others.
func (s *Store) Board(ctx context.Context, a authz.Actor, id string) ([]Count, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", ID: id, Tenant: a.Org}); err != nil {
		return nil, err
	}
	return db.All[Count](ctx, s.db.Tenant(a.Org), `select sector, state, count(*) as n,
		sum(case when due_at < :now and (revision = 0 or state = 'returned') then 1 else 0 end) as late
		from filing_received where tenant = :tenant and campaign = :campaign
		and trial = (select case when state = 'trial' then 1 else 0 end from campaign_head where tenant = :tenant and id = :campaign) group by sector, state order by sector, state`,
		db.Args{"campaign": id, "now": clock.Micros(s.now.Now())})
}

// Remind tells the parties of the given filings (none given: all that have not
// submitted) that their answers are awaited, and returns how many were told.
func (s *Store) Remind(ctx context.Context, a authz.Actor, id string, filings ...string) (int, error) {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return 0, err
	}
	if _, err := s.may.Decide(a, "campaign.remind", c.thing()); err != nil {
		return 0, err
	}
	if c.State != Open && c.State != Trial {
		return 0, elsewhere(c.State)
	}
	return s.remind(ctx, c, filings)
}

func (s *Store) remind(ctx context.Context, c Campaign, filings []string) (n int, err error) {
	err = s.db.System("an asker reminds its parties").Tx(ctx, func(tx *db.Tx) error {
		rows, err := s.filings.ReceivedOf(ctx, tx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(r filing.Received) bool { return r.Done() || len(filings) > 0 && !slices.Contains(filings, r.ID) })
		if n = len(rows); n == 0 {
			return nil
		}
		return s.told(ctx, tx, "campaign.reminder", c, rows)
	})
	return n, err
}

// Extend gives one party until a later moment, or opens its filing again after the
// closing; the reason is seen by both sides.
func (s *Store) Extend(ctx context.Context, a authz.Actor, id, filingID string, dueAt int64, reason string) error {
	c, basis, err := s.postponed(ctx, a, id, dueAt, reason, Trial, Open, Closed)
	if err != nil {
		return err
	}
	return s.db.System("an asker extends a party's deadline").Tx(ctx, func(tx *db.Tx) error {
		rows, err := s.filings.ReceivedOf(ctx, tx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r filing.Received) bool { return r.ID == filingID })
		if i < 0 {
			return errs.New(errs.NotFound, "campaign: no filing %s", filingID)
		}
		if err := s.filings.Unlock(ctx, tx, rows[i], dueAt, reason); err != nil {
			return err
		}
		if err := s.planned(ctx, tx, c, dueAt); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, "filing.extended", c, []Party{{Org: rows[i].Party, Filing: filingID, DueAt: dueAt, Note: reason, State: rows[i].State}}); err != nil {
			return err
		}
		_, err = ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: c.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "filing.extended", ObjectKind: "filing",
			ObjectID: filingID, Basis: basis, Payload: ledger.HashPayload([]byte(reason))})
		return err
	})
}

// postponed is a campaign in one of some states whose deadline, or that of one of its
// parties, the actor may move, for a reason, to a moment that is still to come.
func (s *Store) postponed(ctx context.Context, a authz.Actor, id string, dueAt int64, reason string, in ...State) (Campaign, string, error) {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return c, "", err
	}
	basis, err := s.may.Decide(a, "campaign.extend", c.thing())
	switch {
	case err != nil:
		return c, "", err
	case strings.TrimSpace(reason) == "":
		return c, "", errs.New(errs.Invalid, "%w", i18n.NewError("filing.reason-missing"))
	case dueAt <= clock.Micros(s.now.Now()):
		return c, "", errs.New(errs.Invalid, "%w", i18n.NewError("campaign.due-past"))
	case !slices.Contains(in, c.State):
		return c, "", elsewhere(c.State)
	}
	return c, basis, nil
}

// Frozen is a submission that an analysis takes.
type Frozen struct {
	Filing   string `db:"filing"`
	Party    string `db:"party"`
	Code     string `db:"code"`
	Revision int64  `db:"revision"`
	SHA256   string `db:"sha256"`
	Org      string `db:"org"` // form.Org as JSON, as the party was at the closing
}

// Close ends the answering: the last submission of every party is what is analysed,
// however the campaign goes on. Closing again after a party was reopened freezes anew.
func (s *Store) Close(ctx context.Context, a authz.Actor, id string) error {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	basis, err := s.may.Decide(a, "campaign.close", c.thing())
	if err != nil {
		return err
	}
	if c.State != Open && c.State != Closed {
		return elsewhere(c.State)
	}
	was := c.State
	c.State, c.ClosedAt = Closed, clock.Micros(s.now.Now())
	return s.db.System("a campaign closes: its filings are locked").Tx(ctx, func(tx *db.Tx) error {
		if err := s.filings.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.unplanned(ctx, tx, c); err != nil {
			return err
		}
		rows, err := s.filings.ReceivedOf(ctx, tx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from campaign_frozen where tenant = :tenant and campaign = :id`, c); err != nil {
			return err
		}
		sums := map[string]string{}
		err = s.filings.Latest(ctx, tx, c.Tenant, c.ID, func(sub filing.Submission) error { sums[sub.ID] = sub.SHA256; return nil })
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Revision == 0 || r.Trial != 0 {
				continue
			}
			if err := s.freeze(ctx, tx, c, r, sums[r.ID]); err != nil {
				return err
			}
		}
		return s.step(ctx, tx, a, basis, c, was, "campaign.closed")
	})
}

func (s *Store) freeze(ctx context.Context, tx *db.Tx, c Campaign, r filing.Received, sum string) error {
	o, err := s.orgs.Form(ctx, tx, r.Party, r.Code)
	if err != nil {
		return err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into campaign_frozen (tenant, campaign, filing, party, code, revision, sha256, org)
		values (:tenant, :campaign, :filing, :party, :code, :revision, :sha256, :org)`,
		db.Args{"tenant": c.Tenant, "campaign": c.ID, "filing": r.ID, "party": r.Party, "code": r.Code, "revision": r.Revision, "sha256": sum, "org": string(text)})
	return err
}

// Input is what an analysis of a closed campaign is made from, by the parties' codes.
type Input struct {
	Form   *form.Form
	Frozen []Frozen
	Orgs   []form.Org
	Docs   []string // the submitted answers (form.EncodeAnswers)
}

// Input reads the frozen submissions of a campaign of asker.
func (s *Store) Input(ctx context.Context, asker, id string) (Input, error) {
	var in Input
	err := s.db.Tenant(asker).Read(ctx, func(tx *db.Tx) error {
		c, err := get(ctx, tx, asker, id)
		if err != nil {
			return err
		}
		if in.Form, err = s.forms.Form(c.Form, c.Edition); err != nil {
			return err
		}
		type row struct {
			Frozen
			Doc string `db:"doc"`
		}
		rows, err := db.All[row](ctx, tx, `select z.filing, z.party, z.code, z.revision, z.sha256, z.org, s.doc from campaign_frozen z
			join filing_submission s on s.tenant = :tenant and s.id = z.filing and s.revision = z.revision
			where z.tenant = :tenant and z.campaign = :id`, db.Args{"id": id})
		if err != nil {
			return err
		}
		slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Code, b.Code) })
		in.Frozen, in.Orgs, in.Docs = make([]Frozen, len(rows)), make([]form.Org, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			in.Frozen[i], in.Docs[i] = r.Frozen, r.Doc
			if err := json.Unmarshal([]byte(r.Org), &in.Orgs[i]); err != nil {
				return errs.New(errs.Internal, "campaign: %w", err)
			}
			if ledger.HashPayload([]byte(r.Doc)) != r.SHA256 {
				return errs.New(errs.Internal, "campaign: the submission of %s was changed after it was frozen", r.Code)
			}
		}
		return nil
	})
	return in, err
}

// Before is the campaign of the same asker with the edition that c's form supersedes,
// the last that was closed; NotFound when there is none.
func (s *Store) Before(ctx context.Context, c Campaign) (Campaign, error) {
	def, err := s.forms.Form(c.Form, c.Edition)
	if err != nil {
		return Campaign{}, err
	}
	return db.One[Campaign](ctx, s.db.Tenant(c.Tenant), `select `+columns+` from campaign_head where tenant = :tenant and form = :form and edition = :edition
		and state in ('closed', 'released') and id <> :id order by closed_at desc`, db.Args{"form": def.ID, "edition": def.Supersedes, "id": c.ID})
}
