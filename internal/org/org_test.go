package org_test

import (
	"context"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/storetest"
)

type bench struct {
	*org.Store
	db    *db.DB
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, b bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, ledger.Module(), org.Module())
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		may, err := authz.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		f(t, bench{org.New(d, c, id.Seeded(c, 1), may), d, c})
	})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (b bench) add(t *testing.T, o org.Organisation) string {
	t.Helper()
	return must(b.Add(context.Background(), b.db.Common(), o))(t)
}

// An asker sees those it has a tie with, on the days the tie holds, and no others.
func TestPopulation(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		fsa := b.add(t, org.Organisation{Kind: org.Authority, NameJA: "監督当局"})
		other := b.add(t, org.Organisation{Kind: org.Community, NameJA: "共助組織"})
		bank := b.add(t, org.Organisation{Kind: org.Institution, NameJA: "第一銀行", Sector: "regional_bank", Size: "large"})
		shinkin := b.add(t, org.Organisation{Kind: org.Institution, NameJA: "第二信用金庫", Sector: "shinkin"})
		b.add(t, org.Organisation{Kind: org.Institution, NameJA: "無関係", Sector: "shinkin"})
		ended := b.add(t, org.Organisation{Kind: org.Institution, NameJA: "終了", Sector: "shinkin", EndedOn: "2026-03-31"})
		for i, tie := range []org.Tie{
			{Organisation: shinkin, Kind: "supervised", Code: "S01", Since: "2020-04-01"},
			{Organisation: bank, Kind: "supervised", Code: "B01", Since: "2020-04-01"},
			{Organisation: ended, Kind: "supervised", Code: "S02", Since: "2020-04-01"},
		} {
			if err := b.Connect(ctx, b.db.Tenant(fsa), tie); err != nil {
				t.Fatal(i, err)
			}
		}
		if err := b.Connect(ctx, b.db.Tenant(other), org.Tie{Organisation: bank, Kind: "member", Code: "M1", Since: "2026-12-01"}); err != nil {
			t.Fatal(err)
		}
		if err := b.SetFlag(ctx, b.db.Common(), org.Flag{Organisation: bank, Flag: "critical", Since: "2026-11-01", Until: "2026-12-01"}); err != nil {
			t.Fatal(err)
		}
		codes := func(asker, condition string) (out string) {
			p, found := form.ParsePopulation(condition)
			if found != nil {
				t.Fatal(found)
			}
			_, orgs, err := b.Population(ctx, asker, p, i18n.JA)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range orgs {
				out += o.ID + " "
			}
			return out
		}
		for _, c := range []struct{ asker, condition, want string }{
			{fsa, "", "B01 S01 "}, {fsa, `org.sector == "shinkin"`, "S01 "}, {fsa, `"critical" in org.flags`, "B01 "}, {other, "", ""},
		} {
			if got := codes(c.asker, c.condition); got != c.want {
				t.Errorf("%s: %q, want %q", c.condition, got, c.want)
			}
		}
		b.clock.Set(time.Date(2026, 11, 30, 15, 30, 0, 0, time.UTC)) // 1 December in Japan
		if got := codes(other, ""); got != "M1 " {
			t.Errorf("after its start the tie gives %q", got)
		}
		if got := codes(fsa, `"critical" in org.flags`); got != "" {
			t.Errorf("after its end the flag gives %q", got)
		}
	})
}

func TestPeople(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		bank := b.add(t, org.Organisation{Kind: org.Institution, NameJA: "銀行"})
		other := b.add(t, org.Organisation{Kind: org.Institution, NameJA: "他行"})
		person := must(b.AddPerson(ctx, b.db.Common(), org.Person{Email: " Respondent@bank.example ", Name: "回答担当"}))(t)
		if again := must(b.AddPerson(ctx, b.db.Common(), org.Person{Email: "respondent@BANK.example", Name: "別名"}))(t); again != person {
			t.Error("one address, two persons")
		}
		if _, err := b.AddPerson(ctx, b.db.Common(), org.Person{Email: "a@b\r\nBcc: c@d"}); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		admin := authz.Actor{Person: "root", Org: bank, Roles: []authz.Role{authz.Administrator}}
		if err := b.SetRoles(ctx, admin, person, "", []authz.Role{authz.Checker, authz.Respondent}); err != nil {
			t.Fatal(err)
		}
		a := must(b.Actor(ctx, person, bank, i18n.JA))(t)
		if !a.Has(authz.Respondent) || !a.Has(authz.Checker) || a.Has(authz.Approver) || a.OrgName != "銀行" {
			t.Errorf("%+v", a)
		}
		if _, err := b.Actor(ctx, person, other, i18n.JA); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a seat in another organisation: %v", err)
		}
		if err := b.SetRoles(ctx, a, person, "", []authz.Role{authz.Administrator}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a respondent made himself administrator: %v", err)
		}
		if err := b.SetRoles(ctx, admin, person, "", []authz.Role{"king"}); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if seats := must(b.Seats(ctx, person))(t); len(seats) != 1 || seats[0].Org != bank {
			t.Errorf("%+v", seats)
		}
		if err := b.SetRoles(ctx, admin, person, "", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Actor(ctx, person, bank, i18n.JA); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("who left may still act: %v", err)
		}
		kinds := must(db.All[string](ctx, b.db.Tenant(bank), `select kind from ledger_entry where tenant = :tenant order by number`, nil))(t)
		if len(kinds) != 2 || kinds[0] != "role.changed" {
			t.Errorf("ledger: %v", kinds)
		}
	})
}
