package filing_test

import (
	"context"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/filing"
)

// The database filters, sorts and cuts; LIKE's own signs are taken literally.
func TestReceivedPage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		for _, c := range []struct {
			filter filing.Filter
			total  int
		}{
			{filing.Filter{Campaign: "c2026"}, 1}, {filing.Filter{Campaign: "c2025"}, 0}, {filing.Filter{Campaign: "c2026", Trial: true}, 0}, {filing.Filter{Party: b.bank}, 1},
			{filing.Filter{Text: "b0"}, 1}, {filing.Filter{Text: "INSTI"}, 1}, {filing.Filter{Text: "%"}, 0}, {filing.Filter{Text: "_"}, 0}, {filing.Filter{Text: `\`}, 0}, {filing.Filter{Text: "!"}, 0},
			{filing.Filter{State: filing.Assigned}, 1}, {filing.Filter{State: filing.Submitted}, 0}, {filing.Filter{Open: true}, 1}, {filing.Filter{Done: true}, 0}, {filing.Filter{Late: true}, 1},
			{filing.Filter{Sector: "x"}, 0}, {filing.Filter{Limit: 1, Offset: 1}, 1},
		} {
			for _, sort := range append([]string{"nonsense"}, filing.Sorts...) {
				c.filter.Sort, c.filter.Desc = sort, !c.filter.Desc
				rows, total, err := b.ReceivedPage(ctx, b.asker, c.filter)
				if err != nil || total != c.total || len(rows) != max(0, min(total, total-c.filter.Offset)) {
					t.Errorf("%+v: %d rows of %d, want %d (%v)", c.filter, len(rows), total, c.total, err)
				}
				for _, r := range rows {
					if r.ID != f.ID {
						t.Errorf("%+v", r)
					}
				}
			}
		}
		if rows, total, err := b.ReceivedPage(ctx, b.spy, filing.Filter{}); err == nil || errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a respondent elsewhere reads %v, %d (%v)", rows, total, err)
		}
	})
}
