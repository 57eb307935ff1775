package filing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
)

// What a move read before its transaction is not submitted when the filing was changed
// in between, not even when it stands in the same state again.
func TestSubmitsWhatStandsWhenItWrites(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		b.save(t, b.anna, f.ID, form.Answers{"policy": yes(false), "note": yes("early")})
		b.do(t, b.anna, f.ID, filing.Finish)
		b.do(t, b.chie, f.ID, filing.Check)
		b.do(t, b.aoi, f.ID, filing.Approve)
		done := make(chan error, 1)
		err := b.db.System("test").Tx(ctx, func(tx *db.Tx) error {
			args := db.Args{"tenant": b.bank, "id": f.ID, "record": f.Record}
			if _, err := tx.Exec(ctx, `update filing_own set version = version + 3 where tenant = :tenant and id = :id`, args); err != nil {
				return err
			}
			go func() {
				_, err := b.Do(ctx, b.anna, f.ID, filing.Submit, "")
				done <- err
			}()
			time.Sleep(300 * time.Millisecond) // it has read, and waits for this transaction
			_, err := tx.Exec(ctx, `update record_answer set answer = replace(answer, 'early', 'later') where tenant = :tenant and record = :record and item = 'note'`, args)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		sub, err := b.Submission(ctx, b.asker, f.ID, 1)
		if err != nil || !strings.Contains(sub.Doc, "later") || strings.Contains(sub.Doc, "early") {
			t.Errorf("%s was submitted: %v", sub.Doc, err)
		}
	})
}
