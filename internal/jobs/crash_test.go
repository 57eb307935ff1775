package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/jobs"
	"yagura/internal/storetest"
)

const killed = 7 // exit code of a child that a row has killed

var crashOptions = jobs.Options{Workers: 1, Batch: 8, Attempts: 2}

// TestChild is no test of its own: it is the node that dies, run by the tests below.
// It fires what is due at the given moment; row 03 ends the process without a word.
func TestChild(t *testing.T) {
	dsn := os.Getenv("JOBS_CHILD_DSN")
	if dsn == "" {
		t.Skip("only as a child")
	}
	micros, err := strconv.ParseInt(os.Getenv("JOBS_CHILD_NOW"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(ctx, dsn, jobs.Module())
	if err != nil {
		t.Fatal(err)
	}
	now := clock.FromMicros(micros)
	r := jobs.New(d, clock.NewFake(now), outside(func(j jobs.Job) error {
		if j.Key == "03" {
			os.Exit(killed)
		}
		return nil
	}), crashOptions)
	if _, err := r.Tick(ctx, now); err != nil {
		t.Fatal(err)
	}
}

func child(t *testing.T, e storetest.Engine, now time.Time, want int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "JOBS_CHILD_DSN="+e.DSN, fmt.Sprint("JOBS_CHILD_NOW=", clock.Micros(now)))
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		t.Fatalf("the child ended with %v, want %d\n%s", err, want, out)
	}
}

func tenRows(t *testing.T, d *db.DB) {
	for i := range 10 {
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: fmt.Sprintf("%02d", i), Due: t0})
	}
}

func TestRowsOfANodeThatDiedAreRunAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		tenRows(t, d)
		child(t, e, t0, killed) // claims 00 to 07, has done 00 to 02
		var rec recorder
		r := jobs.New(d, clock.NewFake(t0), outside(func(j jobs.Job) error { rec.note(j); return nil }), crashOptions)
		tick(t, r, t0, 2) // nobody had claimed 08 and 09
		tick(t, r, t0.Add(r.Lease()-time.Microsecond), 0)
		tick(t, r, t0.Add(r.Lease()), 5)
		for i := range 10 {
			want := 1
			if i < 3 {
				want = 0 // by the child
			}
			if key := fmt.Sprintf("%02d", i); rec.runs[key] != want {
				t.Errorf("row %s: %d runs, want %d", key, rec.runs[key], want)
			}
		}
	})
}

func TestARowThatKillsItsNodeDies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		tenRows(t, d)
		lease := jobs.New(d, clock.NewFake(t0), nil, crashOptions).Lease()
		child(t, e, t0, killed)
		child(t, e, t0.Add(lease), killed)
		child(t, e, t0.Add(2*lease), 0) // has tried twice and doesn't do it again
		dead, err := jobs.DeadOnes(ctx, d.System("test"), 100)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, x := range dead {
			found = found || x.Key == "03" && x.Fault != ""
		}
		if !found {
			t.Errorf("row 03 isn't dead: %+v", dead)
		}
		t.Logf("%d rows died with it at 2 attempts", len(dead)-1)
	})
}

// With the attempts of every day, what was claimed together with a deadly row gets its turn.
func TestAnOrdinaryRowOutlivesADeadlyOne(t *testing.T) {
	pos := map[int]bool{}
	for attempt := 2; attempt < 25; attempt++ {
		pos[jobs.Position("03", 8, attempt)] = true
	}
	if len(pos) < 5 || !pos[0] && !pos[1] || !pos[7] && !pos[6] {
		t.Errorf("the deadly row stands only at %v of 8", pos)
	}
}

func TestClockSetBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		var rec recorder
		fails := true
		r := jobs.New(d, clock.NewFake(t0), outside(func(j jobs.Job) error {
			rec.note(j)
			if fails {
				return errors.New("not now")
			}
			return nil
		}), jobs.Options{})
		ahead := t0.AddDate(10, 0, 0)
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "early", Due: t0}, jobs.Job{Org: org, Kind: "k", Key: "late", Due: t0.Add(time.Hour)})
		tick(t, r, ahead, 0) // both fail; their pauses end in ten years
		fails = false
		tick(t, r, t0, 2) // set right again: they don't wait ten years
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "future", Due: ahead})
		tick(t, r, t0.Add(-time.Hour), 0) // back by an hour: nothing runs early or again
		tick(t, r, t0.Add(48*time.Hour), 0)
		tick(t, r, ahead, 1)
		if rec.runs["early"] != 2 || rec.runs["late"] != 2 || rec.runs["future"] != 1 {
			t.Errorf("%v", rec.runs)
		}
	})
}

func TestALeaseOfAClockThatWasAhead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		tenRows(t, d)
		child(t, e, t0.AddDate(10, 0, 0), killed)
		var rec recorder
		r := jobs.New(d, clock.NewFake(t0), outside(func(j jobs.Job) error { rec.note(j); return nil }), crashOptions)
		tick(t, r, t0, 7) // a runner that starts takes them over at once
	})
}

func TestRunFiresWhenWokenAndGivesBackWhenItStops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		started, saw := make(chan struct{}), make(chan struct{})
		h := map[string]jobs.Handler{"k": {Outside: func(ctx context.Context, _ jobs.Job) error {
			close(started)
			<-ctx.Done()
			close(saw)
			return ctx.Err()
		}}}
		r := jobs.New(d, clock.NewFake(t0), h, jobs.Options{Every: time.Hour, Report: func(err error) { t.Error(err) }})
		stopping, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { r.Run(stopping); close(ended) }()
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: t0})
		r.Wake()
		<-started
		stop()
		<-saw
		<-ended
		if b := waiting(t, d, t0); b.Due != 1 || b.Dead != 0 || r.Failed.Load() != 0 {
			t.Errorf("the row wasn't given back: %+v", b)
		}
	})
}

func TestACancelledRowIsNotFiredAndNotKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		r := jobs.New(d, clock.NewFake(t0), outside(func(j jobs.Job) error {
			return d.Tenant(org).Tx(ctx, func(tx *db.Tx) error { // while it runs
				_, err := jobs.Cancel(ctx, tx, org, "k", j.Key)
				return err
			})
		}), jobs.Options{})
		add(t, d, jobs.Job{Org: org, Kind: "k", Key: "1", Due: t0})
		tick(t, r, t0, 0)
		if b := waiting(t, d, t0.AddDate(1, 0, 0)); b.Due != 0 || r.Lost.Load() != 1 {
			t.Errorf("%+v, lost %d", b, r.Lost.Load())
		}
	})
}

// A kind whose handler hangs doesn't keep the others from their work.
func TestAHangingKindDelaysNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := e.Open(t, jobs.Module())
		hangs, others := make(chan struct{}), make(chan string, 2)
		h := map[string]jobs.Handler{
			"a-hook": {Outside: func(ctx context.Context, _ jobs.Job) error { close(hangs); <-ctx.Done(); return ctx.Err() }},
			"b-mail": {Outside: func(context.Context, jobs.Job) error { others <- "mail"; return nil }},
			"c-tx":   {InTx: func(context.Context, *db.Tx, jobs.Job) error { others <- "tx"; return nil }},
		}
		r := jobs.New(d, clock.NewFake(t0), h, jobs.Options{Every: time.Hour, Workers: 1})
		add(t, d, jobs.Job{Org: org, Kind: "a-hook", Key: "1", Due: t0})
		stopping, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { r.Run(stopping); close(ended) }()
		<-hangs
		add(t, d, jobs.Job{Org: org, Kind: "b-mail", Key: "1", Due: t0}, jobs.Job{Org: org, Kind: "c-tx", Key: "1", Due: t0})
		r.Wake()
		<-others
		<-others
		stop()
		<-ended
	})
}
