package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// ReleaseState is where a release stands.
type ReleaseState string

// The states of a release: it is made by one person, approved by another, published.
const (
	Made      ReleaseState = "made"
	Approved  ReleaseState = "approved"
	Published ReleaseState = "published"
)

// Release is the frozen outcome of a campaign.
type Release struct {
	Campaign    string       `db:"campaign"`
	State       ReleaseState `db:"state"`
	Record      string       `db:"record"` // release.json: what it was made from and how, and the hashes of its documents
	Result      string       `db:"result"` // of the analysis, JSON: what may be shown
	MadeBy      string       `db:"made_by"`
	MadeAt      int64        `db:"made_at"`
	ApprovedBy  string       `db:"approved_by"`
	ApprovedAt  int64        `db:"approved_at"`
	PublishedAt int64        `db:"published_at"`
}

// Document is one document of a release in one language. Data is opaque here: who
// makes the release also reads it.
type Document struct {
	Name   string `db:"name"`  // sector, public, feedback …
	Lang   string `db:"lang"`  // ja or en
	Party  string `db:"party"` // to whom it goes; "" stays with the asker
	Data   []byte `db:"data"`
	SHA256 string `db:"sha256"`
}

// Keep stores a release that was made from the frozen submissions, instead of one that
// was made before and not approved.
func (s *Store) Keep(ctx context.Context, a authz.Actor, id, record, result string, docs []Document) error {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	basis, err := s.may.Decide(a, "release.make", authz.Thing{Kind: "release", ID: id, Tenant: a.Org})
	if err != nil {
		return err
	}
	if c.State != Closed {
		return elsewhere(c.State)
	}
	at := clock.Micros(s.now.Now())
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `insert into campaign_release (tenant, campaign, state, record, result, made_by, made_at, approved_by, approved_at, published_at)
			values (:tenant, :id, 'made', :record, :result, :person, :at, '', 0, 0)
			on conflict (tenant, campaign) do update set record = excluded.record, result = excluded.result, made_by = excluded.made_by, made_at = excluded.made_at
			where campaign_release.state = 'made'`, db.Args{"id": id, "record": record, "result": result, "person": a.Person, "at": at})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("campaign.release-approved"))
		}
		if _, err := tx.Exec(ctx, `delete from campaign_document where tenant = :tenant and campaign = :id`, db.Args{"id": id}); err != nil {
			return err
		}
		for _, d := range docs {
			name := d.Name
			if d.Party != "" {
				name += "/" + d.Party
			}
			sum := sha256.Sum256(d.Data)
			if _, err := tx.Exec(ctx, `insert into campaign_document (tenant, campaign, name, lang, party, sha256, data) values (:tenant, :id, :name, :lang, :party, :sha256, :data)`,
				db.Args{"id": id, "name": name, "lang": d.Lang, "party": d.Party, "sha256": hex.EncodeToString(sum[:]), "data": d.Data}); err != nil {
				return err
			}
		}
		return s.log(ctx, tx, a, basis, a.Org, "release.made", id, record)
	})
}

func (s *Store) log(ctx context.Context, tx *db.Tx, a authz.Actor, basis, tenant, kind, id, payload string) error {
	_, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: "release", ObjectID: id, Basis: basis, Payload: ledger.HashPayload([]byte(payload))})
	return err
}

// Release is the release of a campaign of the actor's organisation, or NotFound.
func (s *Store) Release(ctx context.Context, a authz.Actor, id string) (Release, error) {
	if _, err := s.may.Decide(a, "release.read", authz.Thing{Kind: "release", ID: id, Tenant: a.Org}); err != nil {
		return Release{}, err
	}
	return s.release(ctx, s.db.Tenant(a.Org), a.Org, id)
}

func (s *Store) release(ctx context.Context, q db.Querier, tenant, id string) (Release, error) {
	return db.One[Release](ctx, q, `select campaign, state, record, result, made_by, made_at, approved_by, approved_at, published_at
		from campaign_release where tenant = :tenant and campaign = :id`, db.Args{"tenant": tenant, "id": id})
}

// ReleaseOf is Release for a campaign whose result another campaign of the same asker
// compares with, for callers that have asked the policies.
func (s *Store) ReleaseOf(ctx context.Context, c Campaign) (Release, error) {
	return s.release(ctx, s.db.Tenant(c.Tenant), c.Tenant, c.ID)
}

// Document is a document of a release of the actor's organisation; party "" is the
// asker's own.
func (s *Store) Document(ctx context.Context, a authz.Actor, id, name, lang, party string) (Document, error) {
	if _, err := s.may.Decide(a, "release.read", authz.Thing{Kind: "release", ID: id, Tenant: a.Org}); err != nil {
		return Document{}, err
	}
	if party != "" {
		name += "/" + party
	}
	return db.One[Document](ctx, s.db.Tenant(a.Org), `select name, lang, party, sha256, data from campaign_document
		where tenant = :tenant and campaign = :id and name = :name and lang = :lang`, db.Args{"id": id, "name": name, "lang": lang})
}

// Approve is the second person's word that a release may be published.
func (s *Store) Approve(ctx context.Context, a authz.Actor, id string) error {
	r, err := s.Release(ctx, a, id)
	if err != nil {
		return err
	}
	basis, err := s.may.Decide(a, "release.approve", authz.Thing{Kind: "release", ID: id, Tenant: a.Org, Maker: r.MadeBy})
	if err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update campaign_release set state = 'approved', approved_by = :person, approved_at = :at
			where tenant = :tenant and campaign = :id and state = 'made' and made_at = :made`,
			db.Args{"id": id, "person": a.Person, "at": clock.Micros(s.now.Now()), "made": r.MadeAt})
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "%w", i18n.NewError("campaign.release-approved"))
		}
		if err != nil {
			return err
		}
		return s.log(ctx, tx, a, basis, a.Org, "release.approved", id, r.Record)
	})
}

// Publish hands every party its own documents and ends the campaign.
func (s *Store) Publish(ctx context.Context, a authz.Actor, id string) error {
	c, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	basis, err := s.may.Decide(a, "release.publish", authz.Thing{Kind: "release", ID: id, Tenant: a.Org})
	if err != nil {
		return err
	}
	asker, err := s.orgs.Organisation(ctx, a.Org)
	if err != nil {
		return err
	}
	at := clock.Micros(s.now.Now())
	return s.db.System("a release is handed to its parties").Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update campaign_release set state = 'published', published_at = :at where tenant = :tenant and campaign = :id and state = 'approved'`,
			db.Args{"tenant": a.Org, "id": id, "at": at})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("campaign.release-not-approved"))
		}
		frozen, err := db.All[Frozen](ctx, tx, `select filing, party, code, revision, sha256, org from campaign_frozen where tenant = :tenant and campaign = :id order by code`, c)
		if err != nil {
			return err
		}
		var told []Party
		for _, f := range frozen {
			given, err := s.give(ctx, tx, a, basis, c, asker.NameJA, asker.NameEN, f, at)
			if err != nil {
				return err
			}
			if given {
				told = append(told, Party{Org: f.Party, Filing: f.Filing})
			}
		}
		if err := s.tell(ctx, tx, "release.published", c, told); err != nil {
			return err
		}
		was := c.State
		c.State = Released
		return s.step(ctx, tx, a, basis, c, was, "release.published")
	})
}

// give hands one party its documents; false when the release has none for it.
func (s *Store) give(ctx context.Context, tx *db.Tx, a authz.Actor, basis string, c Campaign, askerJA, askerEN string, f Frozen, at int64) (bool, error) {
	docs, err := db.All[Document](ctx, tx, `select name, lang, party, sha256, data from campaign_document
		where tenant = :tenant and campaign = :id and party = :party order by name, lang`, db.Args{"tenant": c.Tenant, "id": c.ID, "party": f.Party})
	if err != nil || len(docs) == 0 {
		return false, err
	}
	sums := ""
	for _, d := range docs {
		name := d.Name[:len(d.Name)-len(f.Party)-1]
		if _, err := tx.Exec(ctx, `insert into campaign_return (tenant, campaign, filing, name, lang, title_ja, title_en, asker_ja, asker_en, sha256, data, published_at, read_at)
			values (:tenant, :id, :filing, :name, :lang, :title_ja, :title_en, :asker_ja, :asker_en, :sha256, :data, :at, 0)`,
			db.Args{"tenant": f.Party, "id": c.ID, "filing": f.Filing, "name": name, "lang": d.Lang, "title_ja": c.TitleJA, "title_en": c.TitleEN,
				"asker_ja": askerJA, "asker_en": askerEN, "sha256": d.SHA256, "data": d.Data, "at": at}); err != nil {
			return false, err
		}
		sums += d.SHA256 + "\n"
	}
	return true, s.log(ctx, tx, a, basis, f.Party, "return.given", c.ID, sums)
}

// Return is what an organisation got back from a campaign.
type Return struct {
	Campaign    string `db:"campaign"`
	Filing      string `db:"filing"`
	TitleJA     string `db:"title_ja"`
	TitleEN     string `db:"title_en"`
	AskerJA     string `db:"asker_ja"`
	AskerEN     string `db:"asker_en"`
	PublishedAt int64  `db:"published_at"`
	ReadAt      int64  `db:"read_at"` // by anyone of the organisation, first; 0 before
}

// Title is the campaign's title.
func (r Return) Title() i18n.Text { return i18n.Text{JA: r.TitleJA, EN: r.TitleEN} }

// Asker is the asker's name.
func (r Return) Asker() i18n.Text { return i18n.Text{JA: r.AskerJA, EN: r.AskerEN} }

// Returns lists what the actor's organisation got back, newest first.
func (s *Store) Returns(ctx context.Context, a authz.Actor) ([]Return, error) {
	if _, err := s.may.Decide(a, "return.read", authz.Thing{Kind: "return", Tenant: a.Org}); err != nil {
		return nil, err
	}
	return db.All[Return](ctx, s.db.Tenant(a.Org), `select campaign, filing, title_ja, title_en, asker_ja, asker_en, max(published_at) as published_at, max(read_at) as read_at
		from campaign_return where tenant = :tenant group by campaign, filing, title_ja, title_en, asker_ja, asker_en order by max(published_at) desc, campaign`, nil)
}

// Returned is one document that the actor's organisation got back; it counts as read.
func (s *Store) Returned(ctx context.Context, a authz.Actor, id, name, lang string) (Document, error) {
	if _, err := s.may.Decide(a, "return.read", authz.Thing{Kind: "return", ID: id, Tenant: a.Org}); err != nil {
		return Document{}, err
	}
	args := db.Args{"id": id, "name": name, "lang": lang, "at": clock.Micros(s.now.Now())}
	d, err := db.One[Document](ctx, s.db.Tenant(a.Org), `select name, lang, tenant as party, sha256, data from campaign_return
		where tenant = :tenant and campaign = :id and name = :name and lang = :lang`, args)
	if err != nil {
		return d, err
	}
	_, err = s.db.Tenant(a.Org).Exec(ctx, `update campaign_return set read_at = :at where tenant = :tenant and campaign = :id and name = :name and read_at = 0`, args)
	return d, err
}
