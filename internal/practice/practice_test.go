package practice_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/practice"
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
      - {id: drill, ask: {ja: 訓練, en: Drill}, type: yesno}
  - id: t
    title: {ja: 委託, en: Suppliers}
    items:
      - {id: list, ask: {ja: 台帳, en: List}, type: yesno}
`

// Two banks that an authority asks, one of which offers, and an authority that asks nobody.
type bench struct {
	*practice.Store
	db                     *db.DB
	filings                *filing.Store
	orgs                   *org.Store
	forms                  *form.Library
	fsa, other             string
	banks                  []string
	of                     []string // filing of each bank
	anna, mana, anri, shin authz.Actor
	spy                    authz.Actor // every role of the other authority
	told                   []string
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		f(t, newBench(t, e))
	})
}

func newBench(t *testing.T, e storetest.Engine) *bench {
	t.Helper()
	ctx := context.Background()
	forms, err := form.NewLibrary(fstest.MapFS{"forms/toy@2026.yaml": {Data: []byte(toy)}})
	if err != nil {
		t.Fatal(err)
	}
	d := e.Open(t, ledger.Module(), org.Module(), record.Module(), filing.Module(), practice.Module())
	c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	ids := id.Seeded(c, 1)
	may, err1 := authz.New(nil)
	records, err2 := record.New(c, ids, forms, make([]byte, 32))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	b := &bench{db: d, forms: forms, orgs: org.New(d, c, ids, may)}
	b.filings = filing.New(d, c, ids, may, b.orgs, records, nil)
	b.Store = practice.New(d, c, ids, may, b.orgs, b.filings, forms, func(_ context.Context, _ *db.Tx, e practice.Event) error {
		b.told = append(b.told, e.Kind+" "+b.name(e.Org))
		return nil
	})
	add := func(kind org.Kind, name string) string {
		id, err := b.orgs.Add(ctx, d.Common(), org.Organisation{Kind: kind, NameJA: name})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	b.fsa, b.other = add(org.Authority, "監督当局"), add(org.Authority, "別の当局")
	for i := range 2 {
		b.banks = append(b.banks, add(org.Institution, []string{"青空銀行", "大海銀行"}[i]))
		b.of = append(b.of, b.ask(t, i, false))
	}
	actor := func(name, tenant string, roles ...authz.Role) authz.Actor {
		return authz.Actor{Person: name, Name: name, Org: tenant, Roles: roles}
	}
	b.anna = actor("anna", b.banks[0], authz.Respondent)
	b.mana, b.anri, b.shin = actor("mana", b.fsa, authz.Manager), actor("anri", b.fsa, authz.Analyst), actor("shin", b.fsa, authz.Supervisor)
	b.spy = actor("spy", b.other, authz.Roles...)
	err = d.System("test").Tx(ctx, func(tx *db.Tx) error {
		p, err := b.orgs.AddPerson(ctx, tx, org.Person{Email: "a@b.example", Name: "山田 花子"})
		return errors.Join(err, b.orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", b.banks[0], p, "", []authz.Role{authz.Respondent}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) name(id string) string {
	switch id {
	case b.fsa:
		return "fsa"
	case b.banks[0]:
		return "offering"
	}
	return "other"
}

// ask assigns bank i a filing and returns its id.
func (b *bench) ask(t *testing.T, i int, trial bool) string {
	t.Helper()
	ctx := context.Background()
	def, err := b.forms.Form("toy", "")
	if err != nil {
		t.Fatal(err)
	}
	asker, err1 := b.orgs.Organisation(ctx, b.fsa)
	err2 := b.orgs.Connect(ctx, b.db.Tenant(b.fsa), org.Tie{Organisation: b.banks[i], Kind: "supervised", Code: fmt.Sprint("B00", i), Since: "2020-01-01"})
	party, err3 := b.orgs.Party(ctx, b.fsa, b.banks[i])
	var f filing.Filing
	err4 := b.db.System("test").Tx(ctx, func(tx *db.Tx) error {
		o, err := b.orgs.Form(ctx, tx, b.banks[i], party.Code)
		if err != nil {
			return err
		}
		f, err = b.filings.Assign(ctx, tx, filing.Ask{Asker: asker, Campaign: "c", TitleJA: "点検", Form: def, Trial: trial}, party, o)
		return err
	})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

func kind(t *testing.T, want errs.Kind, err error) {
	t.Helper()
	if errs.KindOf(err) != want {
		t.Errorf("%v, want %q", err, want)
	}
}

var said = practice.Text{Title: "訓練の工夫", Body: "青空銀行では、山田が台本を作る。", Effect: "所要時間が半分になった。"}

func (b *bench) offer(t *testing.T) string {
	t.Helper()
	id, err := b.Offer(context.Background(), b.anna, practice.Offer{Filing: b.of[0], Item: "drill", Text: said, AskBack: true})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// publish takes an offer to its publication under a clean text.
func (b *bench) publish(t *testing.T, id string) practice.Received {
	t.Helper()
	ctx := context.Background()
	r, err := b.ReceivedOne(ctx, b.anri, id)
	if err != nil {
		t.Fatal(err)
	}
	err1 := b.Edit(ctx, b.anri, id, r.Version, practice.Text{Title: "訓練の工夫", Body: "担当者が台本を作る。", Effect: said.Effect})
	err2 := b.Propose(ctx, b.anri, id, r.Version+1)
	err3 := b.Publish(ctx, b.shin, id, r.Version+2, false)
	r, err4 := b.ReceivedOne(ctx, b.shin, id)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return r
}

// An offer goes to the asker, its edited version to everybody who is asked, and the two
// stay apart; nothing that the others get tells who offered it or when.
func TestLife(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.offer(t)
		r, err := b.ReceivedOne(ctx, b.mana, id)
		if err != nil || r.Text() != said || r.NameJA != "青空銀行" || r.Section != "s" || r.AskBack != 1 || r.Persons != "山田" || r.State != practice.Offered {
			t.Fatalf("%+v %v", r, err)
		}
		other := authz.Actor{Person: "o", Org: b.banks[1], Roles: []authz.Role{authz.Respondent}}
		if list, err := b.Find(ctx, other, "", ""); len(list) != 0 || err != nil {
			t.Fatal(list, err)
		}
		r = b.publish(t, id)
		o, err := b.Own(ctx, b.anna, id)
		if err != nil || o.State != practice.Published || o.Text() != said || o.Published() != r.Edited() || r.Text() != said || r.State != practice.Published {
			t.Errorf("%+v %+v %v", o, r, err)
		}
		list, err := b.Find(ctx, other, "c", "台本 ＤＲＩＬＬ")
		if err != nil || len(list) != 1 || list[0].Body != "担当者が台本を作る。" || list[0].Item != "drill" || list[0].ID == id || list[0].ID != r.Shown {
			t.Fatalf("%+v %v", list, err)
		}
		secret := []string{"青空", "山田", b.banks[0], b.of[0], "B000", id, fmt.Sprint(o.OfferedAt), "anna"}
		text := fmt.Sprintf("%+v", list[0])
		for _, s := range secret {
			if strings.Contains(text, s) {
				t.Errorf("%s tells %s", text, s)
			}
		}
		for f := range reflect.TypeFor[practice.Shown]().Fields() {
			if f.Type.Kind() != reflect.String && !f.Anonymous {
				t.Errorf("a reader gets %s, which may be a date or a number", f.Name)
			}
		}
		if list, err := b.Find(ctx, other, "", "棚卸し"); len(list) != 0 || err != nil {
			t.Error(list, err)
		}
		kind(t, "", b.Retract(ctx, b.anri, id, "提供者の申出"))
		if list, err := b.Find(ctx, other, "", ""); len(list) != 0 || err != nil {
			t.Error(list, err)
		}
		if o, err = b.Own(ctx, b.anna, id); err != nil || o.State != practice.Retracted || o.Note != "提供者の申出" {
			t.Errorf("%+v %v", o, err)
		}
		again := b.publish(t, id)
		if list, _ := b.Find(ctx, other, "", ""); len(list) != 1 || again.Shown == r.Shown || list[0].ID != again.Shown {
			t.Errorf("published anew: %+v", list)
		}
		kind(t, "", b.Withdraw(ctx, b.anna, id, ""))
		if list, _ := b.Find(ctx, other, "", ""); len(list) != 0 {
			t.Errorf("withdrawn, and yet %+v", list)
		}
		once := []string{"practice.proposed fsa", "practice.published offering", "practice.shown other"}
		want := slices.Concat([]string{"practice.offered fsa"}, once, []string{"practice.retracted offering"}, once, []string{"practice.withdrawn fsa"})
		if !slices.Equal(b.told, want) {
			t.Errorf("told %q, want %q", b.told, want)
		}
		b.entries(t, map[string]int{"practice.offered": 1, "practice.published": 4, "practice.retracted": 2, "practice.withdrawn": 1})
	})
}

// entries counts the entries of the ledger.
func (b *bench) entries(t *testing.T, want map[string]int) {
	t.Helper()
	kinds, err := db.All[string](context.Background(), b.db.System("test"), `select kind from ledger_entry where object_kind = 'practice'`, nil)
	got := map[string]int{}
	for _, k := range kinds {
		got[k]++
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the ledger has %v, want %v (%v)", got, want, err)
	}
}

func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		try := func(want errs.Kind, o practice.Offer) {
			t.Helper()
			_, err := b.Offer(ctx, b.anna, o)
			kind(t, want, err)
		}
		try(errs.Invalid, practice.Offer{Filing: b.of[0], Item: "none", Text: said})
		try(errs.Invalid, practice.Offer{Filing: b.of[0], Text: said})
		try(errs.Invalid, practice.Offer{Filing: b.of[0], Section: "s", Text: practice.Text{Title: " ", Body: "x"}})
		try(errs.Invalid, practice.Offer{Filing: b.of[0], Section: "s", Text: practice.Text{Title: "x", Body: strings.Repeat("あ", 4001)}})
		try(errs.NotFound, practice.Offer{Filing: b.of[1], Section: "s", Text: said})
		try(errs.Conflict, practice.Offer{Filing: b.ask(t, 0, true), Section: "s", Text: said})
		try("", practice.Offer{Filing: b.of[0], Section: "t", Text: said})
		checker := b.anna
		checker.Roles = []authz.Role{authz.Checker}
		_, err := b.Offer(ctx, checker, practice.Offer{Filing: b.of[0], Section: "s", Text: said})
		kind(t, errs.Forbidden, err)

		id := b.offer(t)
		kind(t, errs.NotFound, b.Withdraw(ctx, b.spy, id, ""))
		kind(t, errs.NotFound, b.Edit(ctx, b.spy, id, 1, said))
		kind(t, errs.NotFound, b.Publish(ctx, b.spy, id, 1, true))
		kind(t, errs.NotFound, b.Decline(ctx, b.spy, id, "x"))
		_, err = b.Own(ctx, b.spy, id)
		kind(t, errs.NotFound, err)
		kind(t, errs.Conflict, b.Propose(ctx, b.anri, id, 1)) // nothing is edited yet
		kind(t, "", b.Edit(ctx, b.mana, id, 1, said))
		kind(t, errs.Conflict, b.Edit(ctx, b.anri, id, 1, said)) // the version that was read is gone
		kind(t, errs.Conflict, b.Publish(ctx, b.shin, id, 2, true))
		kind(t, "", b.Propose(ctx, b.anri, id, 2))
		both := b.shin
		for _, editor := range []string{"mana", "anri"} { // both had their hands in it
			both.Person = editor
			kind(t, errs.Forbidden, b.Publish(ctx, both, id, 3, true))
		}
		kind(t, errs.Forbidden, b.Publish(ctx, b.anri, id, 3, true))
		kind(t, errs.Invalid, b.Publish(ctx, b.shin, id, 3, false)) // the names are still in it
		kind(t, errs.Conflict, b.Publish(ctx, b.shin, id, 2, true)) // not what was looked at
		r, err := b.ReceivedOne(ctx, b.shin, id)
		traces, err1 := b.Traces(ctx, b.shin, r)
		if err != nil || err1 != nil || len(traces) != 2 || traces[0] != (practice.Trace{Kind: practice.NameTrace, Text: "青空銀行"}) || traces[1].Kind != practice.PersonTrace {
			t.Errorf("%+v %v %v", traces, err, err1)
		}
		kind(t, errs.Conflict, b.Retract(ctx, b.shin, id, "x"))
		kind(t, errs.Invalid, b.Decline(ctx, b.anri, id, " "))
		kind(t, "", b.Decline(ctx, b.anri, id, "既に公表した事例と同じため"))
		kind(t, errs.Conflict, b.Withdraw(ctx, b.anna, id, ""))
		kind(t, errs.Conflict, b.Publish(ctx, b.shin, id, 4, true))
	})
}

// Whatever is done in whatever order: who is asked reads exactly what the asker has as
// published, and both sides agree on it.
func TestBothSidesAgree(t *testing.T) {
	b := newBench(t, storetest.Engine{Kind: db.SQLite, DSN: t.TempDir() + "/y.db"})
	ctx := context.Background()
	reached := map[practice.State]int{}
	steps := rapid.SliceOfN(rapid.SampledFrom([]string{"edit", "propose", "publish", "publish", "decline", "retract", "withdraw"}), 1, 12)
	for run := range 25 { // of durable transactions: rapid's hundred would take long
		id, err := b.Offer(ctx, b.anna, practice.Offer{Filing: b.of[0], Item: "list", Text: said})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range append([]string{"edit", "propose", "publish"}[:run%4], steps.Example(run)...) {
			r, err := b.ReceivedOne(ctx, b.anri, id)
			if err != nil {
				t.Fatal(err)
			}
			switch step {
			case "edit":
				err = b.Edit(ctx, b.anri, id, r.Version, practice.Text{Title: id, Body: "x"})
			case "propose":
				err = b.Propose(ctx, b.mana, id, r.Version)
			case "publish":
				err = b.Publish(ctx, b.shin, id, r.Version, true)
			case "decline":
				err = b.Decline(ctx, b.mana, id, "x")
			case "retract":
				err = b.Retract(ctx, b.shin, id, "x")
			case "withdraw":
				err = b.Withdraw(ctx, b.anna, id, "x")
			}
			if k := errs.KindOf(err); err != nil && k != errs.Conflict {
				t.Fatal(err)
			}
		}
		r, err1 := b.ReceivedOne(ctx, b.anri, id)
		o, err2 := b.Own(ctx, b.anna, id)
		n, err3 := db.One[int64](ctx, b.db.System("test"), `select count(*) from practice_shown where title = :title`, db.Args{"title": id})
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		hidden := r.State == practice.Offered || r.State == practice.Edited || r.State == practice.Proposed
		if hidden && (o.State == practice.Published || o.State == practice.Withdrawn) || !hidden && o.State != r.State {
			t.Fatalf("the asker has it as %s, who offered it as %s", r.State, o.State)
		}
		if published := r.State == practice.Published; published != (n == 2) || !published && n != 0 {
			t.Fatalf("%s, and %d read it", r.State, n)
		}
		reached[r.State]++
	}
	if len(reached) < 5 || reached[practice.Published] < 3 {
		t.Errorf("the runs end in %v: too few states for a proof", reached)
	}
}
