package facts

import (
	"fmt"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/calendar"
	"yagura/internal/obligation"
)

// BenchmarkClocksOf20000 computes, for 20,000 open incidents of 30 statements
// each, what is known now and every clock that follows.
func BenchmarkClocksOf20000(b *testing.B) {
	d := dictionary(b)
	calendars, _ := calendar.Load(catalog.FS)
	rules, found := obligation.Load(catalog.FS, calendars)
	if len(found) > 0 {
		b.Fatal(found)
	}
	var bases []Base
	for i := range 20_000 {
		aware := At(calendar.Date(2026, 1, 1+i%300).At(i%24, i%60, calendar.Tokyo))
		base := Base{ID: fmt.Sprint(i), Zone: "Asia/Tokyo"}
		for id, v := range map[string]any{"time.aware": aware, "privacy.aware": aware, "severity.dora_classified": aware, "entity.eu": true, "entity.eu_type": "payment_institution",
			"entity.nis2": "none", "entity.eu_no_roll": false, "severity.dora": "major", "entity.jp_supervised": true, "impact.customers_or_business": true,
			"impact.substituted_at_once": false, "privacy.leak": i%2 == 0, "privacy.exempt": false, "privacy.persons": float64(i), "entity.special_core": true,
			"act.infringement": true, "entity.listed": true, "impact.material": false, "entity.sec_registrant": false, "event.description": "x"} {
			base = base.With(Record{Fact: id, State: Known, Value: v, KnownAt: aware})
		}
		for j := range 10 {
			base = base.With(Record{Fact: "impact.clients", State: Estimated, Low: float64(j), High: 20, KnownAt: aware})
		}
		bases = append(bases, base)
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b.ResetTimer()
	for b.Loop() {
		for i := range bases {
			rules.Clocks(bases[i].At(now).Case(d), now)
		}
	}
}
