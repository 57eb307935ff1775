package practice

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Own is a practice as the organisation that offered it has it. Times are microseconds UTC.
type Own struct {
	Tenant   string `db:"tenant"`
	ID       string `db:"id"`
	Filing   string `db:"filing"`
	Campaign string `db:"campaign"`
	Asker    string `db:"asker"`
	AskerJA  string `db:"asker_ja"`
	AskerEN  string `db:"asker_en"`
	TitleJA  string `db:"title_ja"` // of the campaign
	TitleEN  string `db:"title_en"`
	Place
	Title       string `db:"title"`
	Body        string `db:"body"`
	Effect      string `db:"effect"`
	AskBack     int64  `db:"ask_back"` // 1: the asker may come back with questions
	State       State  `db:"state"`
	Note        string `db:"note"`  // why it was declined, retracted or withdrawn
	Shown       string `db:"shown"` // id of what was published; "" before
	ShownTitle  string `db:"shown_title"`
	ShownBody   string `db:"shown_body"`
	ShownEffect string `db:"shown_effect"`
	OfferedAt   int64  `db:"offered_at"`
	OfferedBy   string `db:"offered_by"`
	OfferedName string `db:"offered_name"`
	MovedAt     int64  `db:"moved_at"` // last change of the state
}

// Text is what was offered.
func (o Own) Text() Text { return Text{o.Title, o.Body, o.Effect} }

// Published is what was published of it; empty before.
func (o Own) Published() Text { return Text{o.ShownTitle, o.ShownBody, o.ShownEffect} }

// CampaignTitle is the title of the campaign that asked.
func (o Own) CampaignTitle() i18n.Text { return i18n.Text{JA: o.TitleJA, EN: o.TitleEN} }

// AskerName is the asker's name.
func (o Own) AskerName() i18n.Text { return i18n.Text{JA: o.AskerJA, EN: o.AskerEN} }

// Open reports whether the offer can be withdrawn.
func (o Own) Open() bool { return o.State == Offered || o.State == Published || o.State == Retracted }

const ownColumns = `tenant, id, filing, campaign, asker, asker_ja, asker_en, title_ja, title_en, form, edition, section, item, title, body, effect,
	ask_back, state, note, shown, shown_title, shown_body, shown_effect, offered_at, offered_by, offered_name, moved_at`

const insertOwn = `insert into practice_own (` + ownColumns + `) values (:tenant, :id, :filing, :campaign, :asker, :asker_ja, :asker_en, :title_ja, :title_en,
	:form, :edition, :section, :item, :title, :body, :effect, :ask_back, :state, :note, :shown, :shown_title, :shown_body, :shown_effect,
	:offered_at, :offered_by, :offered_name, :moved_at)`

// Offer is what an organisation offers.
type Offer struct {
	Filing  string // of the campaign that it is about
	Section string // of its form; with Item "" the practice is about the whole section
	Item    string
	Text
	AskBack bool
}

// Offer hands a good practice over to the asker of a filing and returns its id. The
// asker learns who offers it, but no person's name. Errors: Invalid for texts of no or
// too great length or a place that the form doesn't have, NotFound for another's filing,
// Conflict for a filing of a test run.
func (s *Store) Offer(ctx context.Context, a authz.Actor, o Offer) (string, error) {
	f, err := s.filings.Get(ctx, a, o.Filing)
	if err != nil {
		return "", err
	}
	basis, err := s.may.Decide(a, "practice.offer", thing(f.Tenant, ""))
	if err != nil {
		return "", err
	}
	if f.Trial != 0 {
		return "", errs.New(errs.Conflict, "%w", i18n.NewError("practice.of-trial"))
	}
	def, err := s.filings.Form(f)
	if err != nil {
		return "", err
	}
	at, where := clock.Micros(s.now.Now()), Place{Section: o.Section, Item: o.Item}
	if err := where.settle(def); err != nil {
		return "", err
	}
	if err := o.check(); err != nil {
		return "", err
	}
	own := Own{Tenant: f.Tenant, ID: string(s.ids.New()), Filing: f.ID, Campaign: f.Campaign, Asker: f.Asker, AskerJA: f.AskerJA, AskerEN: f.AskerEN,
		TitleJA: f.TitleJA, TitleEN: f.TitleEN, Place: where, Title: o.Title, Body: o.Body, Effect: o.Effect, State: Offered,
		OfferedAt: at, OfferedBy: a.Person, OfferedName: a.Name, MovedAt: at}
	if o.AskBack {
		own.AskBack = 1
	}
	return own.ID, s.db.System("a good practice is handed to the asker").Tx(ctx, func(tx *db.Tx) error {
		return s.offer(ctx, tx, a, basis, own, f.Code)
	})
}

func (s *Store) offer(ctx context.Context, tx *db.Tx, a authz.Actor, basis string, own Own, code string) error {
	party, err := s.orgs.OrganisationIn(ctx, tx, own.Tenant)
	if err != nil {
		return err
	}
	members, err := s.orgs.MembersIn(ctx, tx, own.Tenant)
	if err != nil {
		return err
	}
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
	}
	if _, err := tx.Exec(ctx, insertOwn, own); err != nil {
		return err
	}
	r := Received{Tenant: own.Asker, ID: own.ID, Filing: own.Filing, Campaign: own.Campaign, Party: own.Tenant, Code: code, NameJA: party.NameJA, NameEN: party.NameEN,
		Place: own.Place, Title: own.Title, Body: own.Body, Effect: own.Effect, AskBack: own.AskBack, Persons: strings.Join(named(own.Text(), names), "\n"),
		State: Offered, OfferedAt: own.OfferedAt, Version: 1}
	if _, err := tx.Exec(ctx, insertReceived, r); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, Event{Kind: "practice.offered", Org: own.Asker, By: a, ID: own.ID, Campaign: own.Campaign,
		Title: own.CampaignTitle(), Asker: own.AskerName(), Name: own.Title}); err != nil {
		return err
	}
	return s.log(ctx, tx, a, basis, own.Tenant, "practice.offered", own.ID, own.Text())
}

// Offers lists what the actor's organisation offered, newest first.
func (s *Store) Offers(ctx context.Context, a authz.Actor) ([]Own, error) {
	if _, err := s.may.Decide(a, "practice.read", thing(a.Org, "")); err != nil {
		return nil, err
	}
	return db.All[Own](ctx, s.db.Tenant(a.Org), `select `+ownColumns+` from practice_own where tenant = :tenant order by offered_at desc, id limit 1000`, nil)
}

// Own is a practice that the actor's organisation offered, or NotFound.
func (s *Store) Own(ctx context.Context, a authz.Actor, id string) (Own, error) {
	if _, err := s.may.Decide(a, "practice.read", thing(a.Org, id)); err != nil {
		return Own{}, err
	}
	return own(ctx, s.db.Tenant(a.Org), a.Org, id)
}

func own(ctx context.Context, q db.Querier, tenant, id string) (Own, error) {
	return db.One[Own](ctx, q, `select `+ownColumns+` from practice_own where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Withdraw takes an offer back, with a reason that may be empty; what was published of
// it is taken from all who read it. The asker keeps the offer as withdrawn.
func (s *Store) Withdraw(ctx context.Context, a authz.Actor, id, reason string) error {
	basis, err := s.may.Decide(a, "practice.offer", thing(a.Org, id))
	if err != nil {
		return err
	}
	if reason, err = note(reason, false); err != nil {
		return err
	}
	return s.db.System("a good practice is withdrawn").Tx(ctx, func(tx *db.Tx) error {
		o, err := own(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if !o.Open() {
			return elsewhere(o.State)
		}
		if err := s.settle(ctx, tx, o, Withdrawn, reason); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: "practice.withdrawn", Org: o.Asker, By: a, ID: o.ID, Campaign: o.Campaign,
			Title: o.CampaignTitle(), Asker: o.AskerName(), Name: o.Title, Note: reason}); err != nil {
			return err
		}
		return s.log(ctx, tx, a, basis, o.Tenant, "practice.withdrawn", o.ID, o.Text())
	})
}

// settle brings both sides of a practice to a state at which nothing of it is published.
func (s *Store) settle(ctx context.Context, tx *db.Tx, o Own, to State, reason string) error {
	args := db.Args{"tenant": o.Tenant, "asker": o.Asker, "id": o.ID, "shown": o.Shown, "to": to, "note": reason, "at": clock.Micros(s.now.Now())}
	for _, text := range []string{
		`update practice_own set state = :to, note = :note, moved_at = :at where tenant = :tenant and id = :id`,
		`update practice_received set state = :to, note = :note, version = version + 1 where tenant = :asker and id = :id`,
		`delete from practice_shown where id = :shown`,
	} {
		if _, err := tx.Exec(ctx, text, args); err != nil {
			return err
		}
	}
	return nil
}
