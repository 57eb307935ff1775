package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/id"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/storetest"
)

const toy = `form: toy
edition: "2026"
title: {ja: 調査票, en: Questionnaire}
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: policy, ask: {ja: 方針, en: Policy}, type: yesno}
`

type bench struct {
	*campaign.Store
	filings              *filing.Store
	db                   *db.DB
	clock                *clock.Fake
	fsa                  string
	banks                []string
	mana, anri, shin, me authz.Actor // manager, analyst, supervisor of the asker; someone elsewhere
	told                 map[string]int
	parties              []string
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		forms, err := form.NewLibrary(fstest.MapFS{"forms/toy@2026.yaml": {Data: []byte(toy)}})
		if err != nil {
			t.Fatal(err)
		}
		calendars, found := calendar.Load(catalog.FS)
		if len(found) > 0 {
			t.Fatal(found)
		}
		d := e.Open(t, ledger.Module(), jobs.Module(), org.Module(), record.Module(), filing.Module(), campaign.Module())
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		ids := id.Seeded(c, 1)
		may, err1 := authz.New(nil)
		records, err2 := record.New(c, ids, forms, make([]byte, 32))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		orgs := org.New(d, c, ids, may)
		b := &bench{db: d, clock: c, told: map[string]int{}}
		b.filings = filing.New(d, c, ids, may, orgs, records, nil)
		b.Store = campaign.New(d, c, ids, may, orgs, b.filings, forms, calendars, func(_ context.Context, _ *db.Tx, kind string, _ campaign.Campaign, parties []campaign.Party) error {
			b.told[kind] += len(parties)
			for _, p := range parties {
				b.parties = append(b.parties, fmt.Sprintf("%s %s %s %v", kind, p.Org, p.State, p.Begun))
			}
			return nil
		})
		ctx := context.Background()
		if b.fsa, err = orgs.Add(ctx, d.Common(), org.Organisation{Kind: org.Authority, NameJA: "監督当局"}); err != nil {
			t.Fatal(err)
		}
		for i, sector := range []string{"regional_bank", "shinkin", "shinkin"} {
			o, err := orgs.Add(ctx, d.Common(), org.Organisation{Kind: org.Institution, NameJA: fmt.Sprint("機関", i), Sector: sector})
			if err != nil {
				t.Fatal(err)
			}
			b.banks = append(b.banks, o)
			if err := orgs.Connect(ctx, d.Tenant(b.fsa), org.Tie{Organisation: o, Kind: "supervised", Code: fmt.Sprint("P", i), Since: "2020-01-01"}); err != nil {
				t.Fatal(err)
			}
		}
		asker := func(name string, roles ...authz.Role) authz.Actor {
			return authz.Actor{Person: name, Name: name, Org: b.fsa, Roles: roles}
		}
		b.mana, b.anri, b.shin = asker("mana", authz.Manager), asker("anri", authz.Analyst), asker("shin", authz.Supervisor)
		b.me = authz.Actor{Person: "me", Org: b.banks[0], Roles: []authz.Role{authz.Manager, authz.Analyst, authz.Supervisor}}
		f(t, b)
	})
}

func (b *bench) create(t *testing.T, population string) string {
	t.Helper()
	c, err := b.Create(context.Background(), b.mana, campaign.Campaign{TitleJA: "自己評価", Form: "toy", Population: population, DueAt: clock.Micros(b.clock.Now().Add(30 * 24 * time.Hour))})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// submit answers and submits the filing of a party of the campaign.
func (b *bench) submit(t *testing.T, party int, value bool) string {
	t.Helper()
	ctx := context.Background()
	who := func(name string, role authz.Role) authz.Actor {
		return authz.Actor{Person: name, Name: name, Org: b.banks[party], Roles: []authz.Role{role}}
	}
	anna := who("anna", authz.Respondent)
	list, err := b.filings.List(ctx, anna, 10)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	id := list[0].ID
	_, err = b.filings.Save(ctx, anna, id, "screen", record.Change{Item: "policy", Answer: form.Answer{Value: value}, Version: record.AnyVersion})
	for _, step := range []struct {
		a authz.Actor
		m filing.Move
	}{{anna, filing.Finish}, {who("chie", authz.Checker), filing.Check}, {who("aoi", authz.Approver), filing.Approve}, {anna, filing.Submit}} {
		if err == nil {
			_, err = b.filings.Do(ctx, step.a, id, step.m, "")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func refused(t *testing.T, kind errs.Kind, err error) {
	t.Helper()
	if errs.KindOf(err) != kind {
		t.Errorf("%v (%s), want %s", err, errs.KindOf(err), kind)
	}
}

// A round from opening to what every party gets back; late parties are locked out, one
// is let in again, the maker can't approve, and nobody gets another's document.
func TestRound(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.create(t, "")
		refused(t, errs.Forbidden, func() error { _, err := b.OpenNow(ctx, b.anri, id); return err }())
		if n, err := b.OpenNow(ctx, b.mana, id); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		refused(t, errs.Conflict, func() error { _, err := b.OpenNow(ctx, b.mana, id); return err }())
		first := b.submit(t, 0, true)
		b.submit(t, 1, false)
		if n, err := b.Remind(ctx, b.mana, id); n != 1 || err != nil || b.told["campaign.reminder"] != 1 {
			t.Errorf("reminded %d (%v), told %v", n, err, b.told)
		}
		board, err := b.Board(ctx, b.mana, id)
		if err != nil || len(board) != 3 {
			t.Errorf("%+v %v", board, err)
		}
		refused(t, errs.Conflict, b.Keep(ctx, b.anri, id, "{}", "{}", nil)) // still open
		if err := b.Close(ctx, b.mana, id); err != nil {
			t.Fatal(err)
		}
		late, err := b.filings.List(ctx, authz.Actor{Person: "x", Org: b.banks[2], Roles: []authz.Role{authz.Respondent}}, 1)
		if err != nil || late[0].Locked != 1 {
			t.Fatalf("%+v %v", late, err)
		}
		in, err := b.Input(ctx, b.fsa, id)
		if err != nil || len(in.Docs) != 2 || in.Orgs[1].ID != "P1" || in.Orgs[1].Sector != "shinkin" {
			t.Fatalf("%+v %v", in, err)
		}
		due := clock.Micros(b.clock.Now().Add(40 * 24 * time.Hour))
		refused(t, errs.Invalid, b.Extend(ctx, b.mana, id, late[0].ID, due, " "))
		if err := b.Extend(ctx, b.mana, id, late[0].ID, due, "システム障害"); err != nil {
			t.Fatal(err)
		}
		b.submit(t, 2, true)
		if err := b.Close(ctx, b.mana, id); err != nil {
			t.Fatal(err)
		}
		docs := []campaign.Document{{Name: "sector", Lang: "ja", Data: []byte("業界")}}
		for _, bank := range b.banks {
			docs = append(docs, campaign.Document{Name: "feedback", Lang: "ja", Party: bank, Data: []byte("還元 " + bank)})
		}
		if err := b.Keep(ctx, b.anri, id, `{"v":1}`, `{}`, docs); err != nil {
			t.Fatal(err)
		}
		self := b.shin
		self.Person = b.anri.Person
		refused(t, errs.Forbidden, b.Approve(ctx, self, id))
		refused(t, errs.Conflict, b.Publish(ctx, b.shin, id))
		if err := b.Approve(ctx, b.shin, id); err != nil {
			t.Fatal(err)
		}
		refused(t, errs.Conflict, b.Keep(ctx, b.anri, id, `{"v":2}`, `{}`, docs))
		if err := b.Publish(ctx, b.shin, id); err != nil {
			t.Fatal(err)
		}
		reader := authz.Actor{Person: "anna", Org: b.banks[0], Roles: []authz.Role{authz.Respondent}}
		got, err := b.Returns(ctx, reader)
		if err != nil || len(got) != 1 || got[0].Filing != first || got[0].ReadAt != 0 {
			t.Errorf("%+v %v", got, err)
		}
		d, err := b.Returned(ctx, reader, id, "feedback", "ja")
		if err != nil || string(d.Data) != "還元 "+b.banks[0] {
			t.Errorf("%s %v", d.Data, err)
		}
		if _, err := b.Returned(ctx, reader, id, "sector", "ja"); errs.KindOf(err) != errs.NotFound {
			t.Error("a party reads the asker's document:", err)
		}
		if b.told["release.published"] != 3 {
			t.Errorf("told %v", b.told)
		}
	})
}

// An institution sees no campaign of its asker, whatever roles it has at home.
func TestOthersSeeNoCampaign(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.create(t, `org.sector == "shinkin"`)
		if n, err := b.OpenNow(ctx, b.mana, id); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		_, err := b.Get(ctx, b.me, id)
		refused(t, errs.NotFound, err)
		_, err = b.OpenNow(ctx, b.me, id)
		refused(t, errs.NotFound, err)
		refused(t, errs.NotFound, b.Close(ctx, b.me, id))
		_, err = b.Release(ctx, b.me, id)
		refused(t, errs.NotFound, err)
		if list, err := b.List(ctx, b.me, 10); len(list) != 0 || err != nil {
			t.Errorf("%v %v", list, err)
		}
		if board, err := b.Board(ctx, b.me, id); len(board) != 0 || err != nil {
			t.Errorf("%v %v", board, err)
		}
	})
}

// A trial is asked of a few, is analysed by nobody, and leaves the campaign changeable.
func TestTrial(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.create(t, "")
		if n, err := b.OpenNow(ctx, b.mana, id, "P1"); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		b.submit(t, 1, true)
		if n, err := b.OpenNow(ctx, b.mana, id); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		if err := b.Close(ctx, b.mana, id); err != nil {
			t.Fatal(err)
		}
		if in, err := b.Input(ctx, b.fsa, id); len(in.Docs) != 0 || err != nil {
			t.Errorf("a trial is analysed: %+v %v", in, err)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		good := campaign.Campaign{TitleJA: "自己評価", Form: "toy", DueAt: clock.Micros(b.clock.Now().Add(time.Hour))}
		for name, spoil := range map[string]func(*campaign.Campaign){
			"no title": func(c *campaign.Campaign) { c.TitleJA = " " }, "no form": func(c *campaign.Campaign) { c.Form = "none" },
			"bad population": func(c *campaign.Campaign) { c.Population = "org.rating == 1" }, "past": func(c *campaign.Campaign) { c.DueAt = 1 },
		} {
			c := good
			spoil(&c)
			if _, err := b.Create(context.Background(), b.mana, c); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
