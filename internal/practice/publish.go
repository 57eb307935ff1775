package practice

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
)

// Shown is a published practice as one who may read it has it. It says nothing of who
// offered it, nor when.
type Shown struct {
	Tenant   string `db:"tenant"`
	ID       string `db:"id"`
	Campaign string `db:"campaign"`
	AskerJA  string `db:"asker_ja"`
	AskerEN  string `db:"asker_en"`
	TitleJA  string `db:"title_ja"` // of the campaign
	TitleEN  string `db:"title_en"`
	Place
	Title  string `db:"title"`
	Body   string `db:"body"`
	Effect string `db:"effect"`
}

// CampaignTitle is the title of the campaign.
func (p Shown) CampaignTitle() i18n.Text { return i18n.Text{JA: p.TitleJA, EN: p.TitleEN} }

// AskerName is the name of the asker that published it.
func (p Shown) AskerName() i18n.Text { return i18n.Text{JA: p.AskerJA, EN: p.AskerEN} }

const shownColumns = `tenant, id, campaign, asker_ja, asker_en, title_ja, title_en, form, edition, section, item, title, body, effect`

// Publish hands the edited version to all who are asked in the campaign, under an id of
// its own. The actor is neither an editor nor, with traces of the party left in the
// text (Traces), silent about them: despite says that they were looked at. Errors:
// Forbidden, Conflict when it stands elsewhere or another version was looked at,
// Invalid for traces.
func (s *Store) Publish(ctx context.Context, a authz.Actor, id string, version int64, despite bool) error {
	r, err := s.ReceivedOne(ctx, a, id)
	if err != nil {
		return err
	}
	about := thing(a.Org, id)
	about.Answerers = r.EditorList()
	basis, err := s.may.Decide(a, "practice.publish", about)
	if err != nil {
		return err
	}
	if r.State != Proposed {
		return elsewhere(r.State)
	}
	traces, err := s.Traces(ctx, a, r)
	if err != nil {
		return err
	}
	if len(traces) > 0 && !despite {
		return errs.New(errs.Invalid, "%w", i18n.NewError("practice.traces", "n", len(traces)))
	}
	return s.db.System("a good practice is handed to those who are asked").Tx(ctx, func(tx *db.Tx) error {
		o, err := own(ctx, tx, r.Party, id)
		if err != nil {
			return err
		}
		r.Shown, r.PublishedBy, r.PublishedName, r.PublishedAt, r.Version = string(s.ids.New()), a.Person, a.Name, clock.Micros(s.now.Now()), version
		if err := tx.Update(ctx, `update practice_received set state = 'published', note = '', shown = :shown, published_by = :published_by, published_name = :published_name,
			published_at = :published_at, version = version + 1 where tenant = :tenant and id = :id and version = :version and state = 'proposed'`, r); err != nil {
			return err
		}
		o.Shown, o.ShownTitle, o.ShownBody, o.ShownEffect, o.MovedAt = r.Shown, r.EditedTitle, r.EditedBody, r.EditedEffect, r.PublishedAt
		if _, err := tx.Exec(ctx, `update practice_own set state = 'published', note = '', shown = :shown, shown_title = :shown_title, shown_body = :shown_body,
			shown_effect = :shown_effect, moved_at = :moved_at where tenant = :tenant and id = :id`, o); err != nil {
			return err
		}
		if err := s.spread(ctx, tx, a, o, r); err != nil {
			return err
		}
		if err := s.log(ctx, tx, a, basis, r.Party, "practice.published", id, r.Edited()); err != nil {
			return err
		}
		return s.log(ctx, tx, a, basis, a.Org, "practice.published", id, r.Edited())
	})
}

// spread gives every party of the campaign its copy, and tells them and the one who offered it.
func (s *Store) spread(ctx context.Context, tx *db.Tx, a authz.Actor, o Own, r Received) error {
	parties, err := s.filings.ReceivedOf(ctx, tx, a.Org, r.Campaign)
	if err != nil {
		return err
	}
	p := Shown{ID: r.Shown, Campaign: r.Campaign, AskerJA: o.AskerJA, AskerEN: o.AskerEN, TitleJA: o.TitleJA, TitleEN: o.TitleEN, Place: r.Place,
		Title: r.EditedTitle, Body: r.EditedBody, Effect: r.EditedEffect}
	for _, party := range parties {
		if party.Trial != 0 {
			continue
		}
		p.Tenant = party.Party
		if _, err := tx.Exec(ctx, `insert into practice_shown (`+shownColumns+`) values (:tenant, :id, :campaign, :asker_ja, :asker_en, :title_ja, :title_en,
			:form, :edition, :section, :item, :title, :body, :effect)`, p); err != nil {
			return err
		}
		e := Event{Kind: "practice.shown", Org: p.Tenant, By: a, ID: p.ID, Campaign: p.Campaign, Title: p.CampaignTitle(), Asker: p.AskerName(), Name: p.Title}
		if p.Tenant == r.Party {
			e.Kind, e.ID, e.Name = "practice.published", o.ID, o.Title
		}
		if err := s.tell(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// Traces looks for what still tells who offered a practice in its edited version. What
// persons the party has isn't known to the asker: only names that the offer held are
// looked for.
func (s *Store) Traces(ctx context.Context, a authz.Actor, r Received) ([]Trace, error) {
	parties, err := s.orgs.Parties(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	w := Who{Names: []string{r.NameJA, r.NameEN}, Code: r.Code, Persons: lines(r.Persons)}
	for _, p := range parties {
		if p.ID != r.Party {
			w.Others = append(w.Others, wholeNames(p.Organisation)...)
		}
	}
	return w.Traces(r.Edited()), nil
}

func wholeNames(o org.Organisation) []string { return []string{o.NameJA, o.NameEN} }

// Find lists the published practices that the actor's organisation may read, by their
// place in the form. Words narrow the list: each must occur in a practice's text or
// place; campaign "" means all.
func (s *Store) Find(ctx context.Context, a authz.Actor, campaign, words string) ([]Shown, error) {
	if _, err := s.may.Decide(a, "practice.read", thing(a.Org, "")); err != nil {
		return nil, err
	}
	list, err := db.All[Shown](ctx, s.db.Tenant(a.Org), `select `+shownColumns+` from practice_shown where tenant = :tenant and (:campaign = '' or campaign = :campaign)
		order by campaign desc, title, id limit 1000`, db.Args{"campaign": campaign})
	if err != nil {
		return nil, err
	}
	return s.inOrder(s.matching(list, words)), nil
}

// Shown is one of them, or NotFound.
func (s *Store) Shown(ctx context.Context, a authz.Actor, id string) (Shown, error) {
	if _, err := s.may.Decide(a, "practice.read", thing(a.Org, id)); err != nil {
		return Shown{}, err
	}
	return db.One[Shown](ctx, s.db.Tenant(a.Org), `select `+shownColumns+` from practice_shown where tenant = :tenant and id = :id`, db.Args{"id": id})
}

// On picks the practices about an item: those of its section as a whole come last.
func On(list []Shown, it *form.Item) []Shown {
	var exact, broad []Shown
	for _, p := range list {
		switch {
		case p.Item == it.ID:
			exact = append(exact, p)
		case p.Item == "" && it.Section() != nil && p.Section == it.Section().ID:
			broad = append(broad, p)
		}
	}
	return append(exact, broad...)
}
