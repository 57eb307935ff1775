package org_test

import (
	"context"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/org"
)

func (b bench) manager(t *testing.T, kind org.Kind) authz.Actor {
	t.Helper()
	return authz.Actor{Person: "mana", Org: b.add(t, org.Organisation{Kind: kind, NameJA: "依頼元"}), Roles: []authz.Role{authz.Manager}}
}

func entry(code, name, sector string, flags ...string) org.Entry {
	return org.Entry{Code: code, Bond: "vendor", Flag: flags, Organisation: org.Organisation{NameJA: name, Sector: sector}}
}

// Entering brings known codes up to date and makes the others, all or nothing; lists are
// filtered, sorted and cut by the database.
func TestEnter(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx, a := context.Background(), b.manager(t, org.Institution)
		ids := must(b.Enter(ctx, a, entry("V1", "委託先一", "it", "critical"), entry("V2", "100%_社", "")))(t)
		if _, err := b.Enter(ctx, a, entry("V3", "委託先三", ""), entry("V4", "", "")); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		again := must(b.Enter(ctx, a, entry("V1", "委託先壱", "cloud", "listed")))(t)
		if again[0] != ids[0] {
			t.Error("a known code made another organisation")
		}
		flags := must(b.FlagsToday(ctx, a))(t)
		if got := flags[ids[0]]; len(got) != 1 || got[0] != "listed" {
			t.Errorf("flags %v", got)
		}
		for _, c := range []struct {
			f     org.PartyFilter
			total int
			first string
		}{
			{org.PartyFilter{}, 2, "V1"}, {org.PartyFilter{Desc: true, Limit: 1}, 2, "V2"}, {org.PartyFilter{Limit: 1, Offset: 1}, 2, "V2"}, {org.PartyFilter{Text: "壱"}, 1, "V1"},
			{org.PartyFilter{Text: "v2"}, 1, "V2"}, {org.PartyFilter{Text: "0%_"}, 1, "V2"}, {org.PartyFilter{Text: "%"}, 1, "V2"}, {org.PartyFilter{Sector: "cloud"}, 1, "V1"},
			{org.PartyFilter{Bond: "member"}, 0, ""}, {org.PartyFilter{Ended: true}, 0, ""},
		} {
			rows, total, err := b.PartyPage(ctx, a, c.f)
			if err != nil || total != c.total || c.first != "" && (len(rows) == 0 || rows[0].Code != c.first) {
				t.Errorf("%+v: %v, %d (%v)", c.f, rows, total, err)
			}
		}
		if err := b.EndTie(ctx, a, ids[1], "2026-11-24"); err != nil {
			t.Fatal(err)
		}
		if _, total, _ := b.PartyPage(ctx, a, org.PartyFilter{Ended: true}); total != 1 {
			t.Error("an ended tie is not listed as such")
		}
		kinds := must(db.All[string](ctx, b.db.Tenant(a.Org), `select kind from ledger_entry where tenant = :tenant order by number`, nil))(t)
		if len(kinds) != 3 || kinds[2] != "party.ended" {
			t.Errorf("ledger: %v", kinds)
		}
	})
}

// Another asker's parties are not there, and what two askers share neither can change.
func TestPartiesOfOthers(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx, a, other := context.Background(), b.manager(t, org.Authority), b.manager(t, org.Community)
		id := must(b.Enter(ctx, a, entry("V1", "組織", "")))(t)[0]
		for name, err := range map[string]error{
			"read": func() error { _, err := b.Bound(ctx, other, id); return err }(), "end": b.EndTie(ctx, other, id, "2026-12-01"),
			"flag": b.Designate(ctx, other, org.Flag{Organisation: id, Flag: "x", Since: "2026-01-01"}), "invite": b.Introduce(ctx, other, id, "a@example.jp"),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Connect(ctx, b.db.Tenant(other.Org), org.Tie{Organisation: id, Kind: "member", Code: "M", Since: "2020-01-01"}); err != nil {
			t.Fatal(err)
		}
		_, change := b.Enter(ctx, a, entry("V1", "別名", ""))
		_, same := b.Enter(ctx, a, entry("V1", "組織", ""))
		flag, invite := b.Designate(ctx, a, org.Flag{Organisation: id, Flag: "x", Since: "2026-01-01"}), b.Introduce(ctx, a, id, "a@example.jp")
		if same != nil || errs.KindOf(change) != errs.Conflict || errs.KindOf(flag) != errs.Conflict || errs.KindOf(invite) != errs.Conflict {
			t.Errorf("of a shared party: same %v, change %v, flag %v, invite %v", same, change, flag, invite)
		}
		auditor := a
		auditor.Roles = []authz.Role{authz.Auditor}
		if _, err := b.Enter(ctx, auditor, entry("V9", "x", "")); errs.KindOf(err) != errs.Forbidden {
			t.Error(err)
		}
	})
}

// An asker may bring in a party's first person and nobody after.
func TestIntroduce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx, a := context.Background(), b.manager(t, org.Institution)
		id := must(b.Enter(ctx, a, entry("V1", "委託先", "")))(t)[0]
		if ok := must(b.Unmanned(ctx, a, id))(t); !ok {
			t.Error("a new vendor's first person can't be invited")
		}
		if err := b.Introduce(ctx, a, id, "a@example.jp"); err != nil {
			t.Fatal(err)
		}
		who := must(b.AddPerson(ctx, b.db.Common(), org.Person{Email: "a@example.jp"}))(t)
		err := b.db.Tenant(id).Tx(ctx, func(tx *db.Tx) error {
			return b.Grant(ctx, tx, authz.Actor{Person: "system"}, "", id, who, "", []authz.Role{authz.Administrator})
		})
		if err != nil {
			t.Fatal(err)
		}
		if ok := must(b.Unmanned(ctx, a, id))(t); ok {
			t.Error("a second person could be invited by the asker")
		}
		if err := b.Introduce(ctx, a, id, "b@example.jp"); errs.KindOf(err) != errs.Conflict {
			t.Error(err)
		}
	})
}
