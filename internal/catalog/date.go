package catalog

import "time"

// Date is a calendar date as precise as it is known: YYYY, YYYY-MM or
// YYYY-MM-DD.
type Date string

var dateLayouts = map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}

// Valid reports whether the date exists.
func (d Date) Valid() bool {
	layout, ok := dateLayouts[len(d)]
	if !ok {
		return false
	}
	_, err := time.Parse(layout, string(d))
	return err == nil
}

// Before reports whether d is certainly earlier than e: they are compared to
// the precision that both have.
func (d Date) Before(e Date) bool {
	n := min(len(d), len(e))
	return d[:n] < e[:n]
}
