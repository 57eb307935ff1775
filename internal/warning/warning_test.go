package warning_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/storetest"
	"yagura/internal/warning"
)

// desk is a store with an authority, a bank that reported, and two that share its vendor.
type desk struct {
	*warning.Store
	t                *testing.T
	clock            *clock.Fake
	db               *db.DB
	told             []warning.Event
	authority        string
	banks            [3]string
	anri, shin, mana authz.Actor // analyst, supervisor, manager of the authority
}

func open(t *testing.T, e storetest.Engine) *desk {
	t.Helper()
	ctx := context.Background()
	c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	d := e.Open(t, ledger.Module(), org.Module(), jobs.Module(), warning.Module())
	p, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := id.Seeded(c, 1)
	orgs := org.New(d, c, ids, p)
	k := &desk{t: t, clock: c, db: d}
	k.Store = warning.New(d, c, ids, p, orgs, func(_ context.Context, _ *db.Tx, e warning.Event) error {
		k.told = append(k.told, e)
		return nil
	})
	err = d.System("a desk for tests").Tx(ctx, func(tx *db.Tx) error {
		var err error
		for n, name := range []string{"第一銀行", "第二銀行", "第三銀行"} {
			if k.banks[n], err = orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: name, NameEN: name}); err != nil {
				return err
			}
		}
		k.authority, err = orgs.Add(ctx, tx, org.Organisation{Kind: org.Authority, NameJA: "当局", NameEN: "Authority"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	actor := func(r authz.Role) authz.Actor {
		return authz.Actor{Person: string(r), Name: string(r), Org: k.authority, Roles: []authz.Role{r}}
	}
	k.anri, k.shin, k.mana = actor(authz.Analyst), actor(authz.Supervisor), actor(authz.Manager)
	return k
}

func (k *desk) proposal() warning.Proposal {
	return warning.Proposal{Provider: "lei:X", Vendor: "共同センター",
		Text:    warning.Text{TLP: "amber", Title: "共同センターの障害", Body: "接続を確認してください。", Due: k.clock.Now().Add(4 * time.Hour)},
		Sources: []warning.Source{{Incident: "I1", Organisation: k.banks[0], NameJA: "株式会社第一銀行", NameEN: "First Bank, Inc.", Reference: "INC-2026-0001"}},
		Parties: []warning.Party{{Organisation: k.banks[0], NameJA: "第一銀行"}, {Organisation: k.banks[1], Code: "2", NameJA: "第二銀行", Reach: 1, Functions: 2}, {Organisation: k.banks[2], Code: "3", NameJA: "第三銀行", Reach: 2}}}
}

func (k *desk) bank(n int) authz.Actor {
	return authz.Actor{Person: "anna", Org: k.banks[n], Roles: []authz.Role{authz.Respondent}}
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) refused(err error, kind errs.Kind) {
	k.t.Helper()
	if errs.KindOf(err) != kind {
		k.t.Errorf("want %s, have %v", kind, err)
	}
}

// One drafts, another approves; the recipients answer and the sender sees how far they are.
func TestWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		id, err := k.Propose(ctx, k.anri, k.proposal())
		k.must(err)
		_, err = k.Propose(ctx, k.mana, k.proposal())
		k.refused(err, errs.Forbidden)
		k.refused(k.Approve(ctx, k.anri, id, ""), errs.Forbidden)
		if list, err := k.Inbox(ctx, k.bank(1), 10); err != nil || len(list) != 0 {
			t.Errorf("before it is approved: %v %v", list, err)
		}
		k.told = nil
		k.must(k.Approve(ctx, k.mana, id, ""))
		k.refused(k.Approve(ctx, k.mana, id, ""), errs.Conflict)
		k.refused(k.Rewrite(ctx, k.anri, id, k.proposal().Text), errs.Conflict)
		if len(k.told) != 2 || k.told[0].Org != k.banks[1] || k.told[1].Org != k.banks[2] {
			t.Errorf("told %+v", k.told)
		}
		if list, err := k.Inbox(ctx, k.bank(0), 10); err != nil || len(list) != 0 {
			t.Errorf("the reporter is warned: %v %v", list, err)
		}
		k.must(k.Answer(ctx, k.bank(1), id, "", ""))
		k.must(k.Answer(ctx, k.bank(1), id, "checking", "調査中"))
		k.must(k.Answer(ctx, k.bank(1), id, "affected", "照会系に影響"))
		k.refused(k.Answer(ctx, k.bank(1), id, "maybe", ""), errs.Invalid)
		k.refused(k.Answer(ctx, k.bank(0), id, "affected", ""), errs.NotFound)
		list, err := k.List(ctx, k.shin)
		k.must(err)
		if p := list[0]; len(list) != 1 || p.Parties != 2 || p.Seen != 1 || p.Affected != 1 || p.Checking != 0 || p.State != warning.Sent || p.Number < 0 {
			t.Errorf("%+v", p)
		}
		f, err := k.Get(ctx, k.shin, id)
		k.must(err)
		if f.Parties[0].Note != "照会系に影響" || f.Parties[1].Answer != "" {
			t.Errorf("%+v", f.Parties)
		}
		k.due(id)
	})
}

// due lets the time to answer come: who answered finally is left alone. A recall marks
// what recipients have, and nothing more is answered.
func (k *desk) due(id string) {
	ctx, t := context.Background(), k.t
	r := jobs.New(k.db, k.clock, k.Handlers(), jobs.Options{Report: func(err error) { t.Error(err) }})
	k.told = nil
	k.clock.Advance(5 * time.Hour)
	if _, err := r.Tick(ctx, k.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if len(k.told) != 2 || k.told[0].Kind != "warning.due" || k.told[0].Org != k.banks[2] || k.told[1].Kind != "warning.unanswered" || k.told[1].Args["n"].JA != "1" {
		t.Errorf("told %+v", k.told)
	}
	k.refused(k.Withdraw(ctx, k.shin, id, " "), errs.Invalid)
	k.must(k.Withdraw(ctx, k.shin, id, "誤報のため"))
	got, err := k.Read(ctx, k.bank(2), id)
	k.must(err)
	if got.RecalledAt == 0 || got.Reason != "誤報のため" || got.Open() {
		t.Errorf("%+v", got)
	}
	k.refused(k.Answer(ctx, k.bank(2), id, "affected", ""), errs.Conflict)
}

// An exercise goes the whole way, and reaches nobody.
func TestExerciseReachesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		p := k.proposal()
		p.Exercise = true
		id, err := k.Propose(ctx, k.anri, p)
		k.must(err)
		k.told = nil
		k.must(k.Approve(ctx, k.mana, id, ""))
		n, err := db.One[int](ctx, k.db.System("a test counts"), `select count(*) from warning_received`, nil)
		if err != nil || n != 0 || len(k.told) != 0 {
			t.Errorf("%d received, told %v, %v", n, k.told, err)
		}
		f, err := k.Get(ctx, k.shin, id)
		if err != nil || f.State != warning.Sent || !strings.HasPrefix(f.Reference, "EX-") {
			t.Errorf("%+v %v", f, err)
		}
		k.must(k.Withdraw(ctx, k.shin, id, "終了"))
	})
}

// A text that names the reporter is not sent without a reason, and nothing that the
// recipient has names it or its report.
func TestReporterIsNotNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		p := k.proposal()
		p.Body = "第 一 銀 行で障害"
		id, err := k.Propose(ctx, k.anri, p)
		k.must(err)
		k.refused(k.Approve(ctx, k.mana, id, " "), errs.Conflict)
		p.Body = "障害が報告されました。"
		k.must(k.Rewrite(ctx, k.shin, id, p.Text))
		k.refused(k.Approve(ctx, k.shin, id, ""), errs.Forbidden)
		k.must(k.Approve(ctx, k.mana, id, ""))
		row, err := k.Read(ctx, k.bank(1), id)
		k.must(err)
		if named := warning.Named(p.Sources, row.Title, row.Body, row.Vendor, row.Reference, row.SenderJA, row.SenderEN); len(named) != 0 {
			t.Error(named)
		}
		p.Body = "第一銀行が公表した障害"
		id, err = k.Propose(ctx, k.anri, p)
		k.must(err)
		k.must(k.Approve(ctx, k.mana, id, "当該機関が公表済みのため"))
	})
}

func TestNamed(t *testing.T) {
	sources := []warning.Source{{NameJA: "株式会社みなと銀行（架空）", NameEN: "Minato Bank, Ltd.", Reference: "INC-2026-0007"}, {NameJA: "甲"}}
	for text, n := range map[string]int{
		"他の金融機関で障害がありました。": 0, "みなと 銀行(架空)で": 1, "ＭＩＮＡＴＯ　ＢＡＮＫ，　ＬＴＤ．": 1, "整理番号ＩＮＣ－２０２６－０００７": 1,
		"みなと銀行（架空）（Minato Bank, Ltd.）INC-2026-0007": 3, "甲": 0, "minatobank": 0,
	} {
		if got := warning.Named(sources, text); len(got) != n {
			t.Errorf("%q: %v, want %d", text, got, n)
		}
	}
}

func TestFaults(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		for name, spoil := range map[string]func(*warning.Proposal){
			"no title": func(p *warning.Proposal) { p.Title = " " }, "no body": func(p *warning.Proposal) { p.Body = "" }, "no label": func(p *warning.Proposal) { p.TLP = "white" },
			"past": func(p *warning.Proposal) { p.Due = k.clock.Now() }, "only the reporter": func(p *warning.Proposal) { p.Parties = p.Parties[:1] },
		} {
			p := k.proposal()
			spoil(&p)
			if _, err := k.Propose(ctx, k.anri, p); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		id, err := k.Propose(ctx, k.anri, k.proposal())
		k.must(err)
		k.clock.Advance(5 * time.Hour)
		k.refused(k.Approve(ctx, k.mana, id, ""), errs.Invalid)
		k.must(k.Withdraw(ctx, k.anri, id, "不要"))
		k.refused(k.Withdraw(ctx, k.anri, id, "不要"), errs.Conflict)
	})
}
