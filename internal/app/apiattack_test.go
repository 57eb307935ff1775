package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/internal/api"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/org"
	"yagura/internal/signin"
	"yagura/internal/storetest"
)

// TestAPIStaysWithinTheOrganisation tries every id of one organisation on every
// operation, with a token of another whose person has every role: nothing is there,
// nothing is said, and nothing of the first organisation changes.
func TestAPIStaysWithinTheOrganisation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		for _, pair := range [][2]house{{s.banks[0], s.banks[1]}, {s.askers[0], s.askers[1]}, {s.banks[0], s.askers[1]}} {
			s.attack(pair[0], pair[1])
		}
	})
}

func (s *twins) attack(victim, attacker house) {
	token := s.mighty(attacker)
	rows := matrix(s.t, "api")
	targets := s.idsOf(victim)
	before := s.footprint(victim.id)
	for _, o := range api.Operations() {
		if !strings.Contains(strings.ReplaceAll(o.Path, "{form}", ""), "{") || strings.HasPrefix(o.Path, "/api/forms/") {
			continue // a form belongs to nobody; a register under its name is the asking house's own
		}
		for _, id := range targets {
			path := pathValue.ReplaceAllStringFunc(o.Path, func(m string) string {
				if v := rows[o.ID].Path[strings.Trim(m, "{}")]; v != "" && m != "{id}" && m != "{number}" {
					return v
				}
				return id
			})
			s.clock.Advance(50 * time.Millisecond)
			r := s.ask(o.Method, path+rows[o.ID].Query, token, strings.ReplaceAll(rows[o.ID].Send, "FILING", victim.filing), "If-Match: *")
			if r.status != http.StatusNotFound && r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "甲") {
				s.t.Errorf("%s %s: %d %s", o.Method, path, r.status, r.body)
			}
		}
	}
	for _, c := range [][2]string{ // the attacker's own thing, another's id in the body
		{"/api/campaigns/" + attacker.campaign + "/extend", `{"filing":"` + victim.filing + `","due_at":"2027-01-29T08:00:00Z","reason":"x"}`},
		{"/api/campaigns/" + attacker.campaign + "/remind", `{"filings":["` + victim.filing + `"]}`},
		{"/api/inbox/read", `{}`},
	} {
		s.clock.Advance(50 * time.Millisecond)
		s.ask(http.MethodPost, c[0], token, c[1])
	}
	if after := s.footprint(victim.id); !slices.Equal(before, after) {
		s.t.Errorf("something changed: %v, before %v", after, before)
	}
}

// mighty is a token of someone who has every role of a house.
func (s *twins) mighty(h house) string {
	s.t.Helper()
	ctx := context.Background()
	var secret string
	err := s.DB.System("a site for tests").Tx(ctx, func(tx *db.Tx) error {
		id, err := s.Orgs.AddPerson(ctx, tx, org.Person{Email: "all@" + strings.ToLower(h.id) + ".example", Name: "all"})
		if err != nil {
			return err
		}
		return s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", h.id, id, "", authz.Roles)
	})
	if err == nil {
		var p org.Person
		if p, err = s.Orgs.PersonByEmail(ctx, "all@"+h.id+".example"); err == nil {
			secret, err = s.Signin.Mint(ctx, signin.Token{Person: p.ID, Org: h.id, Name: "all", Scopes: []string{"all"}, Expires: s.clock.Now().Add(24 * time.Hour)})
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// idsOf lists the ids of an organisation's things, and the numbers of its ledger entries.
func (s *twins) idsOf(h house) []string {
	s.t.Helper()
	out := []string{h.id, h.filing, h.campaign, h.action}
	for _, r := range authz.Roles {
		out = append(out, h.persons[r])
	}
	for _, text := range []string{
		`select id from record_head where tenant = :tenant`,
		`select id from notice_inbox where tenant = :tenant`,
		`select cast(number as text) from ledger_entry where tenant = :tenant`,
	} {
		ids, err := db.All[string](context.Background(), s.DB.Tenant(h.id), text, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, ids...)
	}
	return out
}

// footprint tells whether anything of a tenant was changed: the rows of every tenant
// table, and what counts up with every change.
func (s *twins) footprint(tenant string) []int64 {
	s.t.Helper()
	var texts []string
	for _, m := range modules() {
		for _, table := range m.Tenant {
			texts = append(texts, `select count(*) from `+table+` where tenant = :tenant`)
		}
	}
	texts = append(texts,
		`select cast(coalesce(sum(version + due_at), 0) as bigint) from filing_own where tenant = :tenant`,
		`select cast(coalesce(sum(due_at + reminded_at), 0) as bigint) from filing_received where tenant = :tenant`,
		`select cast(coalesce(sum(version), 0) as bigint) from action_plan where tenant = :tenant`,
		`select cast(coalesce(sum(version), 0) as bigint) from campaign_head where tenant = :tenant`,
		`select cast(coalesce(sum(version), 0) as bigint) from membership where tenant = :tenant`)
	out := make([]int64, len(texts))
	for i, text := range texts {
		var err error
		if out[i], err = db.One[int64](context.Background(), s.DB.Tenant(tenant), text, nil); err != nil {
			s.t.Fatal(text, err)
		}
	}
	return out
}
