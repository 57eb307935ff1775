package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/jobs"
	"yagura/internal/storetest"
)

// TestRate tells how many rows go through in a second with handlers that do nothing,
// beside the durable single-row transactions that the same database takes in the same
// run: go test -v -run TestRate ./internal/jobs. It fails only when rows get lost.
func TestRate(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		const rows = 200
		h := map[string]jobs.Handler{
			"in tx":   {InTx: func(context.Context, *db.Tx, jobs.Job) error { return nil }},
			"outside": {Outside: func(context.Context, jobs.Job) error { return nil }},
		}
		d := e.Open(t, jobs.Module())
		bare := rate(rows, func() {
			for i := range rows {
				add(t, d, jobs.Job{Org: org, Kind: "in tx", Key: fmt.Sprint("bare-", i), Due: t0.AddDate(1, 0, 0)})
			}
		})
		t.Logf("bare: %.0f rows/s", bare)
		for _, kind := range []string{"in tx", "outside"} {
			for _, nodes := range []int{1, 3} {
				var list []jobs.Job
				for i := range rows {
					list = append(list, jobs.Job{Org: org, Kind: kind, Key: fmt.Sprint(i), Due: t0})
				}
				add(t, d, list...)
				got := rate(rows, func() {
					var wg sync.WaitGroup
					for range nodes {
						wg.Go(func() {
							if _, err := jobs.New(d, clock.NewFake(t0), h, jobs.Options{}).Tick(ctx, t0); err != nil {
								t.Error(err)
							}
						})
					}
					wg.Wait()
				})
				t.Logf("%s, %d runners: %.0f rows/s, %.2f of bare", kind, nodes, got, got/bare)
				if b := waiting(t, d, t0); b.Due != 0 {
					t.Errorf("%+v", b)
				}
			}
		}
	})
}

func rate(rows int, fn func()) float64 {
	start := clock.System().Now()
	fn()
	return float64(rows) / max(clock.System().Now().Sub(start), time.Microsecond).Seconds()
}
