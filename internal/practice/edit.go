package practice

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Received is a practice as its asker has it: what was offered, and the edited version
// beside it. Times are microseconds UTC.
type Received struct {
	Tenant   string `db:"tenant"` // the asker
	ID       string `db:"id"`
	Filing   string `db:"filing"`
	Campaign string `db:"campaign"`
	Party    string `db:"party"`
	Code     string `db:"code"` // what the asker calls the party
	NameJA   string `db:"name_ja"`
	NameEN   string `db:"name_en"`
	Place
	Title         string `db:"title"`
	Body          string `db:"body"`
	Effect        string `db:"effect"`
	AskBack       int64  `db:"ask_back"`
	Persons       string `db:"persons"` // names of the party's members that the offer holds, one a line
	State         State  `db:"state"`
	Note          string `db:"note"`
	EditedTitle   string `db:"edited_title"`
	EditedBody    string `db:"edited_body"`
	EditedEffect  string `db:"edited_effect"`
	Editors       string `db:"editors"`     // persons who worked on the edited version, one a line
	EditedName    string `db:"edited_name"` // of the last of them
	EditedAt      int64  `db:"edited_at"`
	Shown         string `db:"shown"` // id of what was published last; "" before
	PublishedBy   string `db:"published_by"`
	PublishedName string `db:"published_name"`
	PublishedAt   int64  `db:"published_at"`
	OfferedAt     int64  `db:"offered_at"`
	Version       int64  `db:"version"`
}

// Text is what was offered.
func (r Received) Text() Text { return Text{r.Title, r.Body, r.Effect} }

// Edited is the edited version; empty before.
func (r Received) Edited() Text { return Text{r.EditedTitle, r.EditedBody, r.EditedEffect} }

// Name is the party's name.
func (r Received) Name() i18n.Text { return i18n.Text{JA: r.NameJA, EN: r.NameEN} }

// Editable reports whether the edited version may be changed.
func (r Received) Editable() bool {
	s := r.State
	return s == Offered || s == Edited || s == Proposed || s == Declined || s == Retracted
}

const receivedColumns = `tenant, id, filing, campaign, party, code, name_ja, name_en, form, edition, section, item, title, body, effect, ask_back, persons,
	state, note, edited_title, edited_body, edited_effect, editors, edited_name, edited_at, shown, published_by, published_name, published_at, offered_at, version`

const insertReceived = `insert into practice_received (` + receivedColumns + `) values (:tenant, :id, :filing, :campaign, :party, :code, :name_ja, :name_en,
	:form, :edition, :section, :item, :title, :body, :effect, :ask_back, :persons, :state, :note, :edited_title, :edited_body, :edited_effect, :editors,
	:edited_name, :edited_at, :shown, :published_by, :published_name, :published_at, :offered_at, :version)`

// Received lists the practices that were offered in a campaign of the actor's
// organisation, newest first; campaign "" means all.
func (s *Store) Received(ctx context.Context, a authz.Actor, campaign string) ([]Received, error) {
	if _, err := s.may.Decide(a, "practice.receive", thing(a.Org, "")); err != nil {
		return nil, err
	}
	return db.All[Received](ctx, s.db.Tenant(a.Org), `select `+receivedColumns+` from practice_received where tenant = :tenant and (:campaign = '' or campaign = :campaign)
		order by offered_at desc, id limit 1000`, db.Args{"campaign": campaign})
}

// ReceivedOne is one of them, or NotFound.
func (s *Store) ReceivedOne(ctx context.Context, a authz.Actor, id string) (Received, error) {
	if _, err := s.may.Decide(a, "practice.receive", thing(a.Org, id)); err != nil {
		return Received{}, err
	}
	return received(ctx, s.db.Tenant(a.Org), a.Org, id)
}

func received(ctx context.Context, q db.Querier, tenant, id string) (Received, error) {
	return db.One[Received](ctx, q, `select `+receivedColumns+` from practice_received where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Edit stores another text of the edited version, under the version that was read. A
// version that waits for approval has to be proposed again. Errors: Conflict, Invalid.
func (s *Store) Edit(ctx context.Context, a authz.Actor, id string, version int64, t Text) error {
	if err := t.check(); err != nil {
		return err
	}
	return s.work(ctx, a, id, func(tx *db.Tx, r *Received) error {
		if !r.Editable() {
			return elsewhere(r.State)
		}
		r.EditedTitle, r.EditedBody, r.EditedEffect, r.State, r.Note, r.Version = t.Title, t.Body, t.Effect, Edited, "", version
		return nil
	})
}

// Propose puts the edited version before a second person.
func (s *Store) Propose(ctx context.Context, a authz.Actor, id string, version int64) error {
	return s.work(ctx, a, id, func(tx *db.Tx, r *Received) error {
		if r.State != Edited {
			return elsewhere(r.State)
		}
		r.State, r.Version = Proposed, version
		return s.tell(ctx, tx, Event{Kind: "practice.proposed", Org: a.Org, By: a, ID: r.ID, Campaign: r.Campaign, Name: r.EditedTitle})
	})
}

// work changes a practice in the hands of the actor, who becomes one of its editors.
func (s *Store) work(ctx context.Context, a authz.Actor, id string, do func(*db.Tx, *Received) error) error {
	if _, err := s.may.Decide(a, "practice.edit", thing(a.Org, id)); err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		r, err := received(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if err := do(tx, &r); err != nil {
			return err
		}
		if who := r.EditorList(); !slices.Contains(who, a.Person) {
			r.Editors = strings.Join(append(who, a.Person), "\n")
		}
		r.EditedName, r.EditedAt = a.Name, clock.Micros(s.now.Now())
		return tx.Update(ctx, `update practice_received set edited_title = :edited_title, edited_body = :edited_body, edited_effect = :edited_effect, state = :state, note = :note,
			editors = :editors, edited_name = :edited_name, edited_at = :edited_at, version = version + 1 where tenant = :tenant and id = :id and version = :version`, r)
	})
}

// EditorList lists the persons who worked on the edited version.
func (r Received) EditorList() []string { return strings.Fields(r.Editors) }

// Decline says that a practice will not be published, with a reason that the one who
// offered it reads.
func (s *Store) Decline(ctx context.Context, a authz.Actor, id, reason string) error {
	return s.close(ctx, a, id, reason, Declined, "practice.edit", "practice.declined", func(st State) bool { return st == Offered || st == Edited || st == Proposed })
}

// Retract takes a published practice from all who read it, with a reason that the one
// who offered it reads. It can be edited and published anew.
func (s *Store) Retract(ctx context.Context, a authz.Actor, id, reason string) error {
	return s.close(ctx, a, id, reason, Retracted, "practice.retract", "practice.retracted", func(st State) bool { return st == Published })
}

func (s *Store) close(ctx context.Context, a authz.Actor, id, reason string, to State, action, kind string, from func(State) bool) error {
	basis, err := s.may.Decide(a, action, thing(a.Org, id))
	if err != nil {
		return err
	}
	if reason, err = note(reason, true); err != nil {
		return err
	}
	return s.db.System("an asker answers the offer of a good practice").Tx(ctx, func(tx *db.Tx) error {
		r, err := received(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if !from(r.State) {
			return elsewhere(r.State)
		}
		o, err := own(ctx, tx, r.Party, id)
		if err != nil {
			return err
		}
		if err := s.settle(ctx, tx, o, to, reason); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: kind, Org: r.Party, By: a, ID: id, Campaign: r.Campaign, Title: o.CampaignTitle(), Asker: o.AskerName(), Name: o.Title, Note: reason}); err != nil {
			return err
		}
		if err := s.log(ctx, tx, a, basis, r.Party, kind, id, o.Text()); err != nil {
			return err
		}
		return s.log(ctx, tx, a, basis, a.Org, kind, id, r.Edited())
	})
}

// note is a reason, trimmed; where it is wanted it must not be empty.
func note(text string, wanted bool) (string, error) {
	text = strings.TrimSpace(text)
	if wanted && text == "" || utf8.RuneCountInString(text) > MaxTitle {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("practice.reason", "max", MaxTitle))
	}
	return text, nil
}
