package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/jobs"
	"yagura/internal/storetest"
)

// TestRate tells how many rows go through in a second, with handlers that do nothing:
// go test -v -run TestRate ./internal/jobs. It fails only when rows get lost.
func TestRate(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		h := map[string]jobs.Handler{
			"in tx":   {InTx: func(context.Context, *db.Tx, jobs.Job) error { return nil }},
			"outside": {Outside: func(context.Context, jobs.Job) error { return nil }},
		}
		const rows = 1000
		d := e.Open(t, jobs.Module())
		for _, kind := range []string{"in tx", "outside"} {
			for _, nodes := range []int{1, 3} {
				var list []jobs.Job
				for i := range rows {
					list = append(list, jobs.Job{Org: org, Kind: kind, Key: fmt.Sprint(i), Due: t0})
				}
				add(t, d, list...)
				start := clock.System().Now()
				var wg sync.WaitGroup
				for range nodes {
					r := jobs.New(d, clock.NewFake(t0), h, jobs.Options{})
					wg.Go(func() {
						if _, err := r.Tick(ctx, t0); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				took := clock.System().Now().Sub(start)
				t.Logf("%s, %d runners: %.0f rows/s", kind, nodes, rows/took.Seconds())
				if b := waiting(t, d, t0); b.Due != 0 {
					t.Errorf("%+v", b)
				}
			}
		}
	})
}
