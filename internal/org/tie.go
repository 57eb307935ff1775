package org

import (
	"context"

	"yagura/internal/calendar"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Tie says that its tenant may ask the organisation, which it calls by Code:
// an authority its supervised institutions, a community its members, an institution
// its vendors.
type Tie struct {
	Organisation string `db:"organisation"`
	Kind         string `db:"kind"` // supervised, member or vendor
	Code         string `db:"code"` // unique for the tenant
	Since        string `db:"since"`
	Until        string `db:"until"` // ISO date from which it no longer holds; "" when open
}

// Party is an organisation that its asker has a tie with.
type Party struct {
	Organisation
	Code string `db:"code"`
	Bond string `db:"bond"` // Tie.Kind
}

// Connect enters or renews a tie of the handle's tenant.
func (s *Store) Connect(ctx context.Context, q db.Querier, t Tie) error {
	return s.ConnectIn(ctx, q, "", t)
}

// ConnectIn is Connect in a transaction of the system, for the tenant that is named.
func (s *Store) ConnectIn(ctx context.Context, q db.Querier, tenant string, t Tie) error {
	_, err := q.Exec(ctx, `insert into tie (tenant, organisation, kind, code, since, until) values (:tenant, :organisation, :kind, :code, :since, :until)
		on conflict (tenant, organisation) do update set kind = excluded.kind, code = excluded.code, until = excluded.until`,
		db.Args{"tenant": tenant, "organisation": t.Organisation, "kind": t.Kind, "code": t.Code, "since": t.Since, "until": t.Until})
	return err
}

const partyColumns = `o.id, o.kind, o.name_ja, o.name_en, o.sector, o.size, o.grp, o.centre, o.jurisdiction, o.version, o.created_at, o.ended_on, t.code, t.kind as bond`

// Parties lists the organisations that asker has a tie with today, by code.
func (s *Store) Parties(ctx context.Context, asker string) ([]Party, error) {
	return db.All[Party](ctx, s.db.Tenant(asker), `select `+partyColumns+` from tie t join organisation o on o.id = t.organisation
		where t.tenant = :tenant and t.since <= :today and (t.until = '' or t.until > :today) and o.ended_on = '' order by t.code`, db.Args{"today": s.today()})
}

// Party is one of them by its id.
func (s *Store) Party(ctx context.Context, asker, id string) (Party, error) {
	return db.One[Party](ctx, s.db.Tenant(asker), `select `+partyColumns+` from tie t join organisation o on o.id = t.organisation
		where t.tenant = :tenant and o.id = :id`, db.Args{"id": id})
}

// Population lists the asker's parties for which a condition holds, by code. The
// form.Org of each is what forms and statistics see of it.
func (s *Store) Population(ctx context.Context, asker string, p *form.Population, lang i18n.Lang) ([]Party, []form.Org, error) {
	parties, err := s.Parties(ctx, asker)
	if err != nil {
		return nil, nil, err
	}
	flags, err := s.flagsOf(ctx, asker)
	if err != nil {
		return nil, nil, err
	}
	kept := parties[:0]
	var orgs []form.Org
	for _, party := range parties {
		o := party.Form(party.Code, flags[party.ID], s.today(), lang)
		if p.Holds(&o) {
			kept, orgs = append(kept, party), append(orgs, o)
		}
	}
	return kept, orgs, nil
}

func (s *Store) flagsOf(ctx context.Context, asker string) (map[string][]Flag, error) {
	rows, err := db.All[Flag](ctx, s.db.Tenant(asker), `select f.organisation, f.flag, f.since, f.until from tie t
		join organisation_flag f on f.organisation = t.organisation where t.tenant = :tenant order by f.flag, f.since`, nil)
	out := map[string][]Flag{}
	for _, f := range rows {
		out[f.Organisation] = append(out[f.Organisation], f)
	}
	return out, err
}

// today is the date in Japan, by which ties and flags hold.
func (s *Store) today() string { return s.now.Now().In(calendar.Tokyo).Format("2006-01-02") }
