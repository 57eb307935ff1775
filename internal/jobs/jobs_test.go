package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
	"yagura/internal/storetest"
)

var (
	ctx = context.Background()
	t0  = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
)

const org = "ORG-A"

func add(t testing.TB, d *db.DB, list ...jobs.Job) {
	t.Helper()
	err := d.System("test").Tx(ctx, func(tx *db.Tx) error {
		for _, j := range list {
			if err := jobs.Add(ctx, tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func tick(t testing.TB, r *jobs.Runner, now time.Time, want int) {
	t.Helper()
	n, err := r.Tick(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	if n != want {
		t.Fatalf("tick at %s ran %d, want %d", now.Format(time.RFC3339), n, want)
	}
}

func waiting(t testing.TB, d *db.DB, now time.Time) jobs.Backlog {
	t.Helper()
	b, err := jobs.Waiting(ctx, d.System("test"), now)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// recorder is a handler that counts runs by key.
type recorder struct {
	mu   sync.Mutex
	runs map[string]int
}

func (r *recorder) note(j jobs.Job) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs == nil {
		r.runs = map[string]int{}
	}
	r.runs[j.Key]++
	return r.runs[j.Key]
}

func outside(fn func(j jobs.Job) error) map[string]jobs.Handler {
	return map[string]jobs.Handler{"k": {Outside: func(_ context.Context, j jobs.Job) error { return fn(j) }}}
}

func TestARowIsFiredWhenItIsDueAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		var got []jobs.Job
		r := jobs.New(d, clock.NewFake(t0), outside(func(j jobs.Job) error { got = append(got, j); return nil }), jobs.Options{Workers: 1})
		due := t0.Add(time.Hour)
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: due, Payload: []byte(`{"a":1}`)})
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: t0, Payload: []byte(`{"a":2}`)}) // the first one stays
		add(t, d, jobs.Job{Org: org, Kind: "unknown here", Key: "1", Due: t0})
		tick(t, r, due.Add(-time.Microsecond), 0)
		tick(t, r, due, 1)
		tick(t, r, due.Add(time.Hour), 0)
		if len(got) != 1 || got[0].Org != org || string(got[0].Payload) != `{"a":1}` || !got[0].Due.Equal(due) || got[0].Attempt != 1 {
			t.Errorf("%+v", got)
		}
		if b := waiting(t, d, due); b.Due != 1 || b.Oldest != clock.Micros(t0) || b.Dead != 0 {
			t.Errorf("the row nobody knows should wait: %+v", b)
		}
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: due}) // done is gone
		tick(t, r, due, 1)
	})
}

func TestAddIsOfTheFactAndOfTheTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		fail := errors.New("the fact failed")
		err := d.Tenant(org).Tx(ctx, func(tx *db.Tx) error {
			if err := jobs.Add(ctx, tx, jobs.Job{Kind: "k", Key: "1", Due: t0}); err != nil {
				return err
			}
			return fail
		})
		if !errors.Is(err, fail) || waiting(t, d, t0).Due != 0 {
			t.Fatal("a row outlived its fact", err)
		}
		for _, c := range []struct {
			job  jobs.Job
			want errs.Kind
		}{
			{jobs.Job{Key: "1", Due: t0}, errs.Invalid},
			{jobs.Job{Kind: "k", Due: t0}, errs.Invalid},
			{jobs.Job{Kind: "k", Key: "1"}, errs.Invalid},
			{jobs.Job{Org: "ORG-B", Kind: "k", Key: "1", Due: t0}, errs.Forbidden},
			{jobs.Job{Kind: "k", Key: "1", Due: t0}, ""},
		} {
			err := d.Tenant(org).Tx(ctx, func(tx *db.Tx) error { return jobs.Add(ctx, tx, c.job) })
			if errs.KindOf(err) != c.want {
				t.Errorf("%+v: %v", c.job, err)
			}
		}
		cancel := func(who string) (had bool) {
			err := d.Tenant(who).Tx(ctx, func(tx *db.Tx) error {
				var err error
				had, err = jobs.Cancel(ctx, tx, who, "k", "1")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return had
		}
		if cancel("ORG-B") || !cancel(org) || cancel(org) {
			t.Error("cancel takes away one's own row, once")
		}
	})
}

func TestAFailureIsRepeatedAfterGrowingPausesAndThenDead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		runs := 0
		r := jobs.New(d, clock.NewFake(t0), outside(func(jobs.Job) error { runs++; panic("no answer") }),
			jobs.Options{Attempts: 4, Pause: time.Minute, MaxPause: 3 * time.Minute})
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: t0})
		now := t0
		for i, base := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute} { // the third would be four
			tick(t, r, now, 0)
			tick(t, r, now.Add(base*3/4-1000), 0)
			if runs != i+1 {
				t.Fatalf("%d runs before pause %d has ended", runs, i+1)
			}
			now = now.Add(base * 5 / 4)
		}
		tick(t, r, now, 0)
		tick(t, r, now.Add(1000*time.Hour), 0)
		dead, err := jobs.DeadOnes(ctx, d.System("test"), 10)
		if err != nil || runs != 4 || len(dead) != 1 || dead[0].Attempts != 4 || dead[0].Fault[:16] != "panic: no answer" {
			t.Fatalf("%d runs, %+v, %v", runs, dead, err)
		}
		if r.Failed.Load() != 3 || r.Died.Load() != 1 {
			t.Errorf("failed %d, died %d", r.Failed.Load(), r.Died.Load())
		}
		revive := func() error {
			return d.System("test").Tx(ctx, func(tx *db.Tx) error { return jobs.Revive(ctx, tx, org, "k", "1", now) })
		}
		if err := revive(); err != nil {
			t.Fatal(err)
		}
		if err := revive(); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a living row was revived: %v", err)
		}
		tick(t, r, now, 0)
		if runs != 5 {
			t.Error("the revived row wasn't run")
		}
	})
}

func TestAPermanentFailureIsDeadAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		r := jobs.New(d, clock.NewFake(t0), outside(func(jobs.Job) error { return jobs.Permanent(errors.New("no such address")) }), jobs.Options{})
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: t0})
		tick(t, r, t0, 0)
		if b := waiting(t, d, t0); b.Dead != 1 {
			t.Errorf("%+v", b)
		}
	})
}

// A handler in the transaction of its row has its effect once, and may go on with the
// same key; one that fails has none.
func TestInTxIsOneWithItsRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		fails := true
		r := jobs.New(d, clock.NewFake(t0), map[string]jobs.Handler{"k": {InTx: func(ctx context.Context, tx *db.Tx, j jobs.Job) error {
			if err := jobs.Add(ctx, tx, jobs.Job{Kind: "effect", Key: fmt.Sprint(j.Attempt), Due: t0}); err != nil {
				return err
			}
			if err := jobs.Add(ctx, tx, jobs.Job{Org: org, Kind: "k", Key: j.Key, Due: j.Due.Add(24 * time.Hour)}); err != nil {
				return err
			}
			if fails {
				return errors.New("not yet")
			}
			return nil
		}}}, jobs.Options{})
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "daily", Due: t0})
		tick(t, r, t0, 0)
		if b := waiting(t, d, t0); b.Due != 0 {
			t.Fatalf("a failed handler left something: %+v", b)
		}
		fails = false
		tick(t, r, t0.Add(time.Minute), 1)
		if b := waiting(t, d, t0.Add(time.Minute)); b.Due != 1 {
			t.Fatalf("the effect isn't there once: %+v", b)
		}
		tick(t, r, t0.Add(23*time.Hour), 0)
		tick(t, r, t0.Add(24*time.Hour), 1)
	})
}

func TestRunnersShareTheRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		const rows, nodes = 500, 3
		var rec recorder
		var runners [nodes]*jobs.Runner
		for i := range runners {
			d := e.Open(t, jobs.Module()) // each node has its own connections
			h := map[string]jobs.Handler{
				"k":  {Outside: func(_ context.Context, j jobs.Job) error { rec.note(j); return nil }},
				"tx": {InTx: func(_ context.Context, _ *db.Tx, j jobs.Job) error { rec.note(j); return nil }},
			}
			runners[i] = jobs.New(d, clock.NewFake(t0), h, jobs.Options{Workers: 4, Batch: 16})
			if i == 0 {
				var list []jobs.Job
				for n := range rows {
					list = append(list, jobs.Job{Org: fmt.Sprint("ORG-", n%7), Kind: []string{"k", "tx"}[n%2], Key: fmt.Sprint(n), Due: t0})
				}
				add(t, d, list...)
			}
		}
		var total atomic.Int64
		var wg sync.WaitGroup
		for _, r := range runners {
			wg.Go(func() {
				n, err := r.Tick(ctx, t0)
				if err != nil {
					t.Error(err)
				}
				total.Add(int64(n))
			})
		}
		wg.Wait()
		if total.Load() != rows || len(rec.runs) != rows {
			t.Errorf("%d runs of %d rows, want %d", total.Load(), len(rec.runs), rows)
		}
		for key, n := range rec.runs {
			if n != 1 {
				t.Errorf("row %s ran %d times", key, n)
			}
		}
		var shares []int64
		for _, r := range runners {
			shares = append(shares, r.Done.Load())
		}
		t.Logf("shares of the nodes: %v", shares)
	})
}
