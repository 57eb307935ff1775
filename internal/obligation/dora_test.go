package obligation

import (
	"math/rand/v2"
	"testing"
	"time"

	"yagura/internal/predicate"
)

// easterMonday of the years that are tried, from printed calendars.
var easterMonday = map[int]string{2025: "04-21", 2026: "04-06", 2027: "03-29", 2028: "04-17", 2029: "04-02", 2030: "04-22"}

func targetClosed(day time.Time) bool {
	monday, _ := time.Parse(time.DateOnly, day.Format("2006")+"-"+easterMonday[day.Year()])
	switch day.Format("01-02") {
	case "01-01", "05-01", "12-25", "12-26", monday.Format("01-02"), monday.AddDate(0, 0, -3).Format("01-02"):
		return true
	}
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// noon is the rule on days that are closed, written out once more.
func noon(due time.Time, zone *time.Location) time.Time {
	y, m, d := due.In(zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if !targetClosed(day) {
		return due
	}
	for targetClosed(day) {
		day = day.AddDate(0, 0, 1)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone)
}

// TestDORAAgainstRegulation compares the rule of the catalog with Article 5 of
// Delegated Regulation (EU) 2025/301 written as code, which reads no rule data.
func TestDORAAgainstRegulation(t *testing.T) {
	set, _ := load(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(301, 2025))
	types := []string{"credit_institution", "ccp", "trading_venue", "payment_institution", "insurer"}
	for range 20_000 {
		aware := time.Date(2025, 2, 1, 0, 0, 0, 0, zone).Add(time.Duration(rng.IntN(5*365*24*60)) * time.Minute)
		classified := aware.Add(time.Duration(rng.IntN(40*60)) * time.Minute)
		initial := classified.Add(time.Duration(rng.IntN(600)) * time.Minute)
		first := initial.Add(time.Duration(rng.IntN(90*60)) * time.Minute)
		last := first.Add(time.Duration(rng.IntN(20*24*60)) * time.Minute)
		entity, nis2, extended := types[rng.IntN(len(types))], []string{"none", "none", "important", "essential"}[rng.IntN(4)], rng.IntN(6) == 0
		significant := entity == "credit_institution" || entity == "ccp" || entity == "trading_venue" || nis2 != "none" || extended

		due := classified.Add(4 * time.Hour)
		if day := aware.Add(24 * time.Hour); !classified.After(day) && day.Before(due) {
			due = day
		}
		next := initial.Add(72 * time.Hour)
		y, m, d := last.In(zone).Date()
		month := time.Date(y, m+1, d, last.In(zone).Hour(), last.In(zone).Minute(), 0, 0, zone)
		if end := time.Date(y, m+2, 0, 0, 0, 0, 0, zone); d > end.Day() {
			month = time.Date(y, m+1, end.Day(), last.In(zone).Hour(), last.In(zone).Minute(), 0, 0, zone)
		}
		if h := month.In(zone).Hour(); h != last.In(zone).Hour() || month.Add(-time.Hour).In(zone).Hour() == h {
			continue // a clock time that is skipped or comes twice: see the other oracle
		}
		if !significant {
			due, next = noon(due, zone), noon(next, zone)
		}
		want := map[string]time.Time{"initial": due, "intermediate": next, "final": noon(month, zone)}

		c := Case{Facts: dora(entity, predicate.Facts{"entity.nis2": predicate.Is(nis2), "entity.eu_no_roll": predicate.Is(extended)}),
			Events:  map[string]time.Time{"time.aware": aware, "severity.dora_classified": classified},
			Reports: map[string][]Report{"eu-dora-major/initial": {{Submitted: initial}}, "eu-dora-major/intermediate": {{Submitted: first}, {Submitted: last}}}}
		clocks := set.Clocks(c, last)
		for stage, at := range want {
			if k := find(clocks, "eu-dora-major/"+stage); k == nil || !k.Due.Equal(at) || k.Provisional {
				t.Fatalf("%s of a %s (NIS2 %s, extended %v): %+v\nwant %s; aware %s classified %s initial %s last %s", stage, entity, nis2, extended, k, at, aware, classified, initial, last)
			}
		}
	}
}
