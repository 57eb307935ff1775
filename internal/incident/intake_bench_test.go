package incident

import (
	"context"
	"fmt"
	"testing"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/storetest"
)

// crowd fills the authority's board with open cases, each with what its row shows.
func (k *desk) crowd(t testing.TB, n int) {
	t.Helper()
	at := clock.Micros(k.clock.Now())
	err := k.db.System("a bench fills the board").Tx(context.Background(), func(tx *db.Tx) error {
		for i := range n {
			if _, err := tx.Exec(context.Background(), `insert into intake_case (`+caseColumns+`) values (:to, :id, :party, :code, :name, :name, :ref, :title, 'ransomware', :at, :at, 1, :waiting, :questions,
				'jp-fsa-incident/month', 'running', :due, 2, 0)`, db.Args{"to": k.authority, "id": fmt.Sprintf("C%08d", i), "party": fmt.Sprintf("P%04d", i%500), "code": fmt.Sprintf("B%04d", i%500),
				"name": fmt.Sprintf("銀行%04d", i%500), "ref": fmt.Sprintf("INC-2026-%04d", i), "title": fmt.Sprintf("障害%d", i), "at": at - int64(i)*60e6, "waiting": i % 3, "questions": i % 2,
				"due": at + int64(i%2000-500)*3600e6}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkIntakeBoard is the server's part of the board of 20,000 open cases: a page of
// 50 of them, their number, and the figures above it.
func BenchmarkIntakeBoard(b *testing.B) {
	storetest.EachBench(b, func(b *testing.B, e storetest.Engine) {
		k := open(b, e)
		k.crowd(b, 20000)
		for _, f := range []CaseFilter{{Limit: 50}, {Limit: 50, Late: true}, {Limit: 50, Text: "銀行0123"}} {
			b.Run(fmt.Sprintf("late=%v,text=%v", f.Late, f.Text != ""), func(b *testing.B) {
				for b.Loop() {
					rows, total, _, err := k.Cases(context.Background(), k.shin, f)
					if err != nil || len(rows) == 0 || total < len(rows) {
						b.Fatal(len(rows), total, err)
					}
				}
			})
		}
	})
}

// The board takes as many statements for 2,000 cases as for none.
func TestIntakeBoardStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k := open(t, e)
		count := func() int {
			ctx, c := db.WithCounter(context.Background())
			if _, _, _, err := k.Cases(ctx, k.shin, CaseFilter{Limit: 50}); err != nil {
				t.Fatal(err)
			}
			return c.N()
		}
		none := count()
		k.crowd(t, 2000)
		if many := count(); many != none || many > 5 {
			t.Errorf("%d statements for 2,000 cases, %d for none", many, none)
		}
	})
}
