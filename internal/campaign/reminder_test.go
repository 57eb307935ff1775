package campaign_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/jobs"
	"yagura/internal/record"
)

func jst(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, calendar.Tokyo)
}

// reminded opens a campaign with the usual plan, due on Friday 25 December 2026, 17:00.
func (b *bench) reminded(t *testing.T) string {
	t.Helper()
	id, err := b.Create(context.Background(), b.mana, campaign.Campaign{TitleJA: "自己評価", Form: "toy", DueAt: clock.Micros(jst(time.December, 25, 17)), Reminders: campaign.UsualPlan.String()})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.OpenNow(context.Background(), b.mana, id); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	return id
}

// pass lets the time pass from hour to hour, as a server that runs through it.
func (b *bench) pass(t *testing.T, until time.Time) {
	t.Helper()
	r := jobs.New(b.db, b.clock, b.Handlers(), jobs.Options{})
	for b.clock.Now().Before(until) {
		b.clock.Advance(time.Hour)
		if _, err := r.Tick(context.Background(), b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) sent(t *testing.T, id string) (at []string, told []int64) {
	t.Helper()
	c, err := b.Get(context.Background(), b.mana, id)
	if err != nil {
		t.Fatal(err)
	}
	sent, _, err := b.Reminders(context.Background(), b.mana, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sent {
		at, told = append(at, clock.FromMicros(s.At).In(calendar.Tokyo).Format("01-02 15:04")), append(told, s.Told)
	}
	return at, told
}

// Reminders go out at nine on the business days of the plan, to those who have not
// submitted, each saying where the filing stands.
func TestRemindersByCalendar(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.reminded(t)
		c, err := b.Get(ctx, b.mana, id)
		if err != nil {
			t.Fatal(err)
		}
		_, next, err := b.Reminders(ctx, b.mana, c)
		if err != nil || len(next) != 4 || next[0].Days != 10 || next[0].Parties != 3 || !next[0].At.Equal(jst(time.December, 11, 9)) {
			t.Fatalf("%+v %v", next, err)
		}
		b.submit(t, 0, true)
		b.pass(t, jst(time.December, 12, 0))
		anna := authz.Actor{Person: "anna", Name: "anna", Org: b.banks[1], Roles: []authz.Role{authz.Respondent}}
		list, err := b.filings.List(ctx, anna, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = b.filings.Save(ctx, anna, list[0].ID, "screen", record.Change{Item: "policy", Answer: form.Answer{Value: true}, Version: record.AnyVersion}); err == nil {
			_, err = b.filings.Do(ctx, anna, list[0].ID, filing.Finish, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		b.parties = nil
		b.pass(t, jst(time.December, 30, 0))
		at, told := b.sent(t, id)
		// 10 and 3 business days before, the business day before, the Monday after.
		if want := []string{"12-11 09:00", "12-22 09:00", "12-24 09:00", "12-28 09:00"}; !slices.Equal(at, want) || !slices.Equal(told, []int64{2, 2, 2, 2}) {
			t.Errorf("sent %v to %v, want %v", at, told, want)
		}
		if want := "campaign.reminder " + b.banks[1] + " answered true"; !slices.Contains(b.parties, want) {
			t.Errorf("%v, want %s", b.parties, want)
		}
		if want := "campaign.overdue " + b.banks[2] + " assigned false"; !slices.Contains(b.parties, want) {
			t.Errorf("%v, want %s", b.parties, want)
		}
	})
}

// A step is told once, however often its row is put again.
func TestReminderIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.reminded(t)
		b.pass(t, jst(time.December, 11, 10))
		told := b.told["campaign.reminder"]
		c, err := b.Get(ctx, b.mana, id)
		if err != nil || told != 3 {
			t.Fatal(told, err)
		}
		// A clock that is set back, and the plan stored again: the row of the step comes back.
		b.clock.Set(jst(time.December, 11, 8))
		if err := b.SetReminders(ctx, b.mana, id, c.Plan()...); err != nil {
			t.Fatal(err)
		}
		b.pass(t, jst(time.December, 11, 12))
		if b.told["campaign.reminder"] != told {
			t.Errorf("told %d, then %d", told, b.told["campaign.reminder"])
		}
		wait, err := jobs.Waiting(ctx, b.db.System("test"), jst(time.December, 31, 0))
		if err != nil || wait.Due != 3 {
			t.Errorf("%+v %v", wait, err)
		}
	})
}

// An extension, another deadline, another plan and the closing move the rows.
func TestRemindersArePlannedAnew(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		id := b.reminded(t)
		rows, err := b.filings.Received(ctx, b.mana, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Extend(ctx, b.mana, id, rows[0].ID, clock.Micros(time.Date(2027, 1, 20, 17, 0, 0, 0, calendar.Tokyo)), "障害"); err != nil {
			t.Fatal(err)
		}
		refused(t, errs.Invalid, b.Reschedule(ctx, b.mana, id, clock.Micros(jst(time.December, 28, 17)), " "))
		refused(t, errs.Forbidden, b.Reschedule(ctx, b.anri, id, clock.Micros(jst(time.December, 28, 17)), "祝日"))
		refused(t, errs.NotFound, b.Reschedule(ctx, b.me, id, clock.Micros(jst(time.December, 28, 17)), "祝日"))
		if err := b.Reschedule(ctx, b.mana, id, clock.Micros(jst(time.December, 28, 17)), "様式の訂正"); err != nil {
			t.Fatal(err)
		}
		if b.told["filing.extended"] != 3 { // one alone, then the two others
			t.Errorf("%v", b.told)
		}
		refused(t, errs.Invalid, b.SetReminders(ctx, b.mana, id, 0))
		if err := b.SetReminders(ctx, b.mana, id, 1, -1); err != nil {
			t.Fatal(err)
		}
		b.pass(t, jst(time.December, 29, 12))
		if at, told := b.sent(t, id); !slices.Equal(at, []string{"12-25 09:00", "12-29 09:00"}) || !slices.Equal(told, []int64{2, 2}) {
			t.Errorf("sent %v to %v", at, told)
		}
		if err := b.Close(ctx, b.mana, id); err != nil {
			t.Fatal(err)
		}
		left, err := db.All[string](ctx, b.db.System("test"), `select name from job`, nil)
		if err != nil || len(left) != 0 {
			t.Errorf("after the closing %v wait (%v)", left, err)
		}
		refused(t, errs.Conflict, b.SetReminders(ctx, b.mana, id, 3))
	})
}

func TestPlan(t *testing.T) {
	for in, want := range map[string]string{"": "", "1, 10,3,3,-1": "10,3,1,-1"} {
		if p, err := campaign.ParsePlan(in); err != nil || p.String() != want {
			t.Errorf("%q: %v %v", in, p, err)
		}
	}
	for _, in := range []string{"0", "x", "61", "-61", "1,2,3,4,5,6,7,8,9,10,11"} {
		if p, err := campaign.ParsePlan(in); err == nil {
			t.Errorf("%q was read as %v", in, p)
		}
	}
}
