package screening

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/storetest"
)

type bench struct {
	*Store
	t     *testing.T
	ctx   context.Context
	clock *clock.Fake
	bank  string
	other string
}

func each(t *testing.T, run func(b *bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := &bench{t: t, ctx: context.Background(), clock: clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))}
		d := e.Open(t, ledger.Module(), org.Module(), record.Module(), Module())
		ids := id.Seeded(b.clock, 1)
		forms, err1 := form.NewLibrary(catalog.FS)
		policies, err2 := authz.New(nil)
		records, err3 := record.New(b.clock, ids, forms, bytes.Repeat([]byte{7}, 32))
		set, _ := calendar.Load(catalog.FS)
		regime, err4 := Load(catalog.FS, set)
		b.must(errors.Join(err1, err2, err3, err4))
		orgs := org.New(d, b.clock, ids, policies)
		b.Store = New(d, b.clock, policies, register.New(d, b.clock, policies, orgs, records), records, regime, i18n.Text{})
		for _, to := range []*string{&b.bank, &b.other} {
			var err error
			*to, err = orgs.Add(b.ctx, d.Common(), org.Organisation{Kind: org.Institution, NameJA: "銀行"})
			b.must(err)
		}
		run(b)
	})
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) who(role authz.Role, name string) authz.Actor {
	return authz.Actor{Person: name, Org: b.bank, Roles: []authz.Role{role}}
}

// enter stores the complete example. The function and vendors that it names are entered too.
func (b *bench) enter(a authz.Actor) string {
	b.t.Helper()
	f, err := b.registers.Form(FormID)
	b.must(err)
	answers := example(b.t, f)
	fun, err := b.registers.Change(b.ctx, a, "functions", "", "screen", 0, record.Change{Item: "fun.name", Answer: form.Answer{Value: "預金"}})
	b.must(err)
	answers["fac.function"] = form.Answer{Value: fun.ID}
	var changes []record.Change
	for item, answer := range answers {
		changes = append(changes, record.Change{Item: item, Answer: answer})
	}
	sh, err := b.registers.Change(b.ctx, a, FormID, "", "screen", 0, changes...)
	b.must(err)
	return sh.ID
}

func (b *bench) refused(kind errs.Kind, err error) {
	b.t.Helper()
	if errs.KindOf(err) != kind {
		b.t.Errorf("%v, want %v", err, kind)
	}
}

func TestTheWayOfANotification(t *testing.T) {
	each(t, func(b *bench) {
		writer, approver := b.who(authz.Respondent, "w"), b.who(authz.Approver, "a")
		both := authz.Actor{Person: "w", Org: b.bank, Roles: []authz.Role{authz.Respondent, authz.Approver}}
		n := b.enter(writer)
		do := func(a authz.Actor, m Move) error { return b.Do(b.ctx, a, n, m) }
		b.refused(errs.Conflict, do(approver, Move{Kind: Approve}))
		b.must(do(writer, Move{Kind: Request}))
		b.refused(errs.Forbidden, do(both, Move{Kind: Approve}))
		b.refused(errs.Forbidden, do(writer, Move{Kind: Approve}))
		b.refused(errs.Invalid, do(approver, Move{Kind: Return}))
		b.must(do(approver, Move{Kind: Return, Note: "再委託先を確認してください。"}))
		b.must(do(writer, Move{Kind: Request}))
		b.must(do(approver, Move{Kind: Approve}))

		// A changed answer makes the approval lapse.
		change := record.Change{Item: "fac.place", Answer: form.Answer{Value: "国内の主センター"}}
		sh, err := b.Get(b.ctx, writer, n)
		b.must(err)
		_, err = b.registers.Change(b.ctx, writer, FormID, n, "screen", sh.Version, change)
		b.must(err)
		sh, err = b.Get(b.ctx, writer, n)
		b.must(err)
		if sh.Way != Drafting || !sh.Lapsed {
			t.Errorf("%s %v", sh.Way, sh.Lapsed)
		}
		b.refused(errs.Conflict, do(writer, Move{Kind: string(Filed), Reference: "R-1"}))
		b.must(do(writer, Move{Kind: Request}))
		b.must(do(approver, Move{Kind: Approve}))
		b.refused(errs.Invalid, do(writer, Move{Kind: string(Filed)}))
		b.refused(errs.Invalid, do(writer, Move{Kind: string(Filed), Reference: "R-1", On: "2026-11-25"}))
		b.refused(errs.Invalid, do(writer, Move{Kind: string(Filed), Reference: "R-1", On: "2026-11-23"})) // it was not approved yet
		b.must(do(writer, Move{Kind: string(Filed), Reference: "R-1", On: "2026-11-24"}))
		b.must(do(writer, Move{Kind: string(Accepted), On: "2026-11-24"}))
		b.clock.Advance(48 * time.Hour)
		sh, err = b.Get(b.ctx, approver, n)
		b.must(err)
		if sh.Way != Sent || sh.Clock.State != Review || sh.Clock.Until.String() != "2026-12-23" || len(sh.Changes) != 0 {
			t.Errorf("%s %+v %v", sh.Way, sh.Clock, sh.Changes)
		}
		_, err = b.registers.Change(b.ctx, writer, FormID, n, "screen", sh.Version, record.Change{Item: "fac.start", Answer: form.Answer{Value: form.Date("2027-05-01")}})
		b.must(err)
		list, err := b.List(b.ctx, writer)
		b.must(err)
		if len(list) != 1 || list[0].Way != Drafting || Worst(list[0].Changes) != Probable || list[0].Clock.State != Review {
			t.Errorf("%+v", list)
		}
		kinds, err := db.All[string](b.ctx, b.db.Tenant(b.bank), `select kind from ledger_entry where tenant = :tenant and kind like 'screening.%' order by at, kind`, db.Args{"tenant": b.bank})
		b.must(err)
		if len(kinds) != 8 {
			t.Error(kinds)
		}
	})
}

func TestWithErrorsNothingIsPutForward(t *testing.T) {
	each(t, func(b *bench) {
		writer := b.who(authz.Respondent, "w")
		sh, err := b.registers.Change(b.ctx, writer, FormID, "", "screen", 0, record.Change{Item: "fac.title", Answer: form.Answer{Value: "件名"}})
		b.must(err)
		b.refused(errs.Invalid, b.Do(b.ctx, writer, sh.ID, Move{Kind: Request}))
		stranger := authz.Actor{Person: "x", Org: b.other, Roles: []authz.Role{authz.Respondent, authz.Approver}}
		if _, err := b.Get(b.ctx, stranger, sh.ID); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		b.refused(errs.NotFound, b.Do(b.ctx, stranger, sh.ID, Move{Kind: Request}))
		offers, err := b.Offers(b.ctx, b.who(authz.Auditor, "z"), &Sheet{Sheet: sh, Way: Drafting})
		if err != nil || len(offers) > 0 {
			t.Error(offers, err)
		}
	})
}
