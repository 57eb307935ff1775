package clock

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMicrosAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-62135596800000000, 253402300799999999).Draw(t, "µs") // years 1 to 9999
		if got := Micros(FromMicros(n)); got != n {
			t.Fatalf("%d became %d", n, got)
		}
		m := FromMicros(n).Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "ns")))
		if got := Micros(m.In(time.FixedZone("", 9*3600))); got != n {
			t.Fatalf("%v: fractions must be dropped towards the past: %d, want %d", m, got, n)
		}
	})
}

func TestSystemIsNowInUTC(t *testing.T) {
	before := time.Now()
	now := System().Now()
	if now.Location() != time.UTC || now != now.Round(0) || now.Nanosecond()%1000 != 0 {
		t.Errorf("%v: not UTC in whole microseconds without a monotonic reading", now)
	}
	if now.Before(before.Add(-time.Microsecond)) || now.After(time.Now()) {
		t.Errorf("%v is not now (%v)", now, before)
	}
}

func TestFakeMovesOnlyWhenTold(t *testing.T) {
	f := NewFake(time.Date(2026, 12, 25, 17, 0, 0, 1999, time.FixedZone("JST", 9*3600)))
	var c Clock = f
	want := time.Date(2026, 12, 25, 8, 0, 0, 1000, time.UTC)
	for range 2 {
		if got := c.Now(); got != want {
			t.Errorf("stands at %v, want %v", got, want)
		}
	}
	if got := f.Advance(36 * time.Hour); got != want.Add(36*time.Hour) || c.Now() != got {
		t.Errorf("advanced to %v", got)
	}
	f.Set(want)
	if f.Advance(-time.Second); c.Now() != want.Add(-time.Second) {
		t.Errorf("set back to %v", c.Now())
	}
}
