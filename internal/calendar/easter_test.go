package calendar

import "testing"

// Dates from printed calendars; 2038-04-25 is the latest Easter can be.
func TestEaster(t *testing.T) {
	for year, want := range map[int]string{1961: "1961-04-02", 1999: "1999-04-04", 2000: "2000-04-23", 2008: "2008-03-23",
		2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25"} {
		if got := Easter(year).String(); got != want {
			t.Errorf("Easter %d: %s, want %s", year, got, want)
		}
	}
	for day, open := range map[Day]bool{Date(2026, 4, 2): true, Date(2026, 4, 3): false, Date(2026, 4, 6): false, Date(2026, 4, 7): true, Date(2026, 5, 1): false, Date(2026, 12, 26): false} {
		if get(t, "eu-target").Open(day) != open {
			t.Errorf("eu-target on %s: open %v", day, !open)
		}
	}
}
