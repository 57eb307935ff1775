package filing_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/storetest"
)

const edition = `form: toy
edition: "%"
title: {ja: 調査票, en: Questionnaire}
#supersedes: "2025"
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: policy, ask: {ja: 方針, en: Policy}, type: yesno, states: [known, not_applicable]}
      - {id: n, ask: {ja: 数, en: Number}, type: integer, max: 9, applies: 'answers["policy"] == "yes"'}
      - {id: note, ask: {ja: 備考, en: Note}, type: text, optional: true}
`

// A bank (b1) that answers what the authority (fsa) asks, and a bank that is not asked.
type bench struct {
	*filing.Store
	db                          *db.DB
	orgs                        *org.Store
	forms                       *form.Library
	fsa, bank, other            string
	anna, chie, aoi, asker, spy authz.Actor // respondent, checker, approver; the asker's manager; respondent of another bank
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		forms, err := form.NewLibrary(fstest.MapFS{
			"forms/toy@2025.yaml": {Data: bytes.Replace([]byte(edition), []byte("%"), []byte("2025"), 1)},
			"forms/toy@2026.yaml": {Data: bytes.Replace(bytes.Replace([]byte(edition), []byte("%"), []byte("2026"), 1), []byte("#sup"), []byte("sup"), 1)},
		})
		if err != nil {
			t.Fatal(err)
		}
		d := e.Open(t, ledger.Module(), org.Module(), record.Module(), filing.Module())
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		ids := id.Seeded(c, 1)
		may, err := authz.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		records, err := record.New(c, ids, forms, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{db: d, forms: forms, orgs: org.New(d, c, ids, may)}
		b.Store = filing.New(d, c, ids, may, b.orgs, records, nil)
		ctx := context.Background()
		for kind, into := range map[org.Kind]*string{org.Authority: &b.fsa, org.Institution: &b.bank, org.Vendor: &b.other} {
			if *into, err = b.orgs.Add(ctx, d.Common(), org.Organisation{Kind: kind, NameJA: string(kind)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.orgs.Connect(ctx, d.Tenant(b.fsa), org.Tie{Organisation: b.bank, Kind: "supervised", Code: "B01", Since: "2020-01-01"}); err != nil {
			t.Fatal(err)
		}
		person := func(name, tenant string, roles ...authz.Role) authz.Actor {
			return authz.Actor{Person: name, Name: name, Org: tenant, Roles: roles}
		}
		b.anna, b.chie, b.aoi = person("anna", b.bank, authz.Respondent, authz.Checker), person("chie", b.bank, authz.Checker), person("aoi", b.bank, authz.Approver)
		b.asker, b.spy = person("mana", b.fsa, authz.Manager, authz.Supervisor), person("spy", b.other, authz.Respondent, authz.Checker, authz.Approver)
		f(t, b)
	})
}

// assign asks the bank for an edition.
func (b *bench) assign(t *testing.T, edition string) filing.Filing {
	t.Helper()
	ctx := context.Background()
	def, err := b.forms.Form("toy", edition)
	if err != nil {
		t.Fatal(err)
	}
	asker, err1 := b.orgs.Organisation(ctx, b.fsa)
	party, err2 := b.orgs.Party(ctx, b.fsa, b.bank)
	var f filing.Filing
	err3 := b.db.System("test").Tx(ctx, func(tx *db.Tx) error {
		o, err := b.orgs.Form(ctx, tx, b.bank, party.Code)
		if err != nil {
			return err
		}
		f, err = b.Assign(ctx, tx, filing.Ask{Asker: asker, Campaign: "c" + edition, TitleJA: "点検", Form: def}, party, o)
		return err
	})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return f
}

func (b *bench) save(t *testing.T, a authz.Actor, id string, answers form.Answers) filing.Sheet {
	t.Helper()
	var changes []record.Change
	for item, v := range answers {
		changes = append(changes, record.Change{Item: item, Answer: v, Version: record.AnyVersion})
	}
	sh, err := b.Save(context.Background(), a, id, "screen", changes...)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

func (b *bench) do(t *testing.T, a authz.Actor, id string, moves ...filing.Move) (f filing.Filing) {
	t.Helper()
	for _, m := range moves {
		var err error
		if f, err = b.Do(context.Background(), a, id, m, "理由"); err != nil {
			t.Fatalf("%s: %v", m, err)
		}
	}
	return f
}

func (b *bench) refused(t *testing.T, kind errs.Kind, err error) {
	t.Helper()
	if errs.KindOf(err) != kind {
		t.Errorf("%v (%s), want %s", err, errs.KindOf(err), kind)
	}
}

func yes(v any) form.Answer { return form.Answer{Value: v} }

// The whole way of one filing: answered, checked and approved by others, submitted,
// returned, corrected, submitted again, accepted; both revisions stay.
func TestTheWay(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		if f.Total != 1 || f.Answered != 0 {
			t.Errorf("at first %d of %d", f.Answered, f.Total)
		}
		_, err := b.Do(ctx, b.anna, f.ID, filing.Finish, "")
		var unfit *filing.Unfit
		if !errors.As(err, &unfit) || len(unfit.Findings) != 1 {
			t.Errorf("an empty filing was finished: %v", err)
		}
		if sh := b.save(t, b.anna, f.ID, form.Answers{"policy": yes(true)}); sh.Answered != 1 || sh.Total != 2 {
			t.Errorf("%d of %d", sh.Answered, sh.Total)
		}
		b.save(t, b.anna, f.ID, form.Answers{"n": yes(int64(3))})
		b.do(t, b.anna, f.ID, filing.Finish)
		_, err = b.Save(ctx, b.anna, f.ID, "screen", record.Change{Item: "n", Answer: yes(int64(4)), Version: record.AnyVersion})
		b.refused(t, errs.Conflict, err)
		_, err = b.Do(ctx, b.anna, f.ID, filing.Check, "") // a checker, but of her own answers
		b.refused(t, errs.Forbidden, err)
		_, err = b.Do(ctx, b.aoi, f.ID, filing.Approve, "") // not checked yet
		b.refused(t, errs.Conflict, err)
		b.do(t, b.chie, f.ID, filing.Check)
		b.do(t, b.aoi, f.ID, filing.Approve)
		sent := b.do(t, b.anna, f.ID, filing.Submit)
		if sent.Revision != 1 || sent.Number < 0 || sent.State != filing.Submitted {
			t.Errorf("%+v", sent)
		}
		first, err := b.Submission(ctx, b.asker, f.ID, 1)
		if err != nil || first.Number != sent.Number {
			t.Fatalf("%+v %v", first, err)
		}

		b.refused(t, errs.Invalid, b.Answer(ctx, b.asker, f.ID, filing.GiveBack, "")) // no reason
		if err := b.Answer(ctx, b.asker, f.ID, filing.GiveBack, "数を確認してください"); err != nil {
			t.Fatal(err)
		}
		b.save(t, b.anna, f.ID, form.Answers{"n": yes(int64(5))})
		b.do(t, b.anna, f.ID, filing.Finish)
		b.do(t, b.chie, f.ID, filing.Check)
		b.do(t, b.aoi, f.ID, filing.Approve)
		b.do(t, b.anna, f.ID, filing.Submit)
		if err := b.Answer(ctx, b.asker, f.ID, filing.Accept, ""); err != nil {
			t.Fatal(err)
		}
		second, err := b.Submission(ctx, b.asker, f.ID, 2)
		again, err1 := b.Submission(ctx, b.asker, f.ID, 1)
		if err != nil || err1 != nil || again != first || second.SHA256 == first.SHA256 {
			t.Errorf("revisions: %+v %+v", again, second)
		}
		rows, err := b.Received(ctx, b.asker, "c2026")
		if err != nil || len(rows) != 1 || rows[0].State != filing.Accepted || rows[0].Revision != 2 || rows[0].Percent() != 100 {
			t.Errorf("the asker sees %+v %v", rows, err)
		}
		steps, err := b.Steps(ctx, b.anna, f.ID)
		var kinds string
		for _, s := range steps {
			kinds += s.Kind[len("filing."):] + " "
		}
		if want := "answered checked approved submitted returned answered checked approved submitted accepted "; kinds != want || err != nil {
			t.Errorf("%s, want %s", kinds, want)
		}
	})
}

// Nobody of another organisation reads, writes or moves a filing, and the asker
// sees nothing of it before it is submitted.
func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		b.save(t, b.anna, f.ID, form.Answers{"policy": yes(false)})
		for _, a := range []authz.Actor{b.spy, b.asker} {
			_, err := b.Get(ctx, a, f.ID)
			b.refused(t, errs.NotFound, err)
			_, err = b.Sheet(ctx, a, f.ID)
			b.refused(t, errs.NotFound, err)
			_, err = b.Save(ctx, a, f.ID, "screen", record.Change{Item: "policy", Answer: yes(true)})
			b.refused(t, errs.NotFound, err)
			_, err = b.Do(ctx, a, f.ID, filing.Finish, "")
			b.refused(t, errs.NotFound, err)
		}
		_, err := b.Submission(ctx, b.asker, f.ID, 1)
		b.refused(t, errs.NotFound, err)
		b.refused(t, errs.Conflict, b.Answer(ctx, b.asker, f.ID, filing.Accept, ""))
		b.refused(t, errs.NotFound, b.Answer(ctx, authz.Actor{Person: "x", Org: b.other, Roles: []authz.Role{authz.Manager}}, f.ID, filing.Accept, ""))
		if _, err := b.Received(ctx, b.spy, "c2026"); errs.KindOf(err) != errs.Forbidden {
			t.Error(err)
		}
	})
}

// Last year's submission stands beside; taken over it has to be confirmed.
func TestCarry(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		last := b.assign(t, "2025")
		b.save(t, b.anna, last.ID, form.Answers{"policy": yes(true), "n": yes(int64(7))})
		b.do(t, b.anna, last.ID, filing.Finish)
		b.do(t, b.chie, last.ID, filing.Check)
		b.do(t, b.aoi, last.ID, filing.Approve)
		b.do(t, b.anna, last.ID, filing.Submit)
		f := b.assign(t, "2026")
		sh, err := b.Carry(ctx, b.anna, f.ID, "policy", "n", "note")
		if err != nil || sh.Unconfirmed != 2 || sh.Draft.Answers["n"].Value != int64(7) {
			t.Fatalf("%+v %v", sh.Filing, err)
		}
		var unfit *filing.Unfit
		if _, err := b.Do(ctx, b.anna, f.ID, filing.Finish, ""); !errors.As(err, &unfit) || len(unfit.Unconfirmed) != 2 {
			t.Errorf("finished with unconfirmed answers: %v", err)
		}
		if sh, err = b.Confirm(ctx, b.anna, f.ID, "policy", "n"); err != nil || sh.Unconfirmed != 0 {
			t.Errorf("%+v %v", sh.Filing, err)
		}
		b.do(t, b.anna, f.ID, filing.Finish)
	})
}

func TestSections(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		if err := b.Delegate(ctx, b.anna, f.ID, filing.Share{Section: "s", Unit: "it", Due: "2026-12-01"}); err != nil {
			t.Fatal(err)
		}
		b.refused(t, errs.NotFound, b.Delegate(ctx, b.anna, f.ID, filing.Share{Section: "none"}))
		b.refused(t, errs.NotFound, b.Delegate(ctx, b.spy, f.ID, filing.Share{Section: "s"}))
		if err := b.SectionDone(ctx, b.anna, f.ID, "s", true); err != nil {
			t.Fatal(err)
		}
		shares, err := b.Shares(ctx, b.anna, f.ID)
		if err != nil || shares["s"].Unit != "it" || shares["s"].DoneBy != "anna" || shares["s"].DoneAt == 0 {
			t.Errorf("%+v %v", shares, err)
		}
		b.refused(t, errs.NotFound, b.SectionDone(ctx, b.anna, f.ID, "none", true))
		b.refused(t, errs.NotFound, b.SectionDone(ctx, b.spy, f.ID, "s", true))
		b.save(t, b.anna, f.ID, form.Answers{"policy": yes(false)})
		b.do(t, b.anna, f.ID, filing.Finish)
		b.refused(t, errs.Conflict, b.SectionDone(ctx, b.anna, f.ID, "s", false)) // it waits for the check
		if again, err := b.Shares(ctx, b.anna, f.ID); err != nil || again["s"] != shares["s"] {
			t.Errorf("refused, and yet %+v %v", again, err)
		}
	})
}
