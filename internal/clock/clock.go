// Package clock is the one wall between the program and time: whoever needs to
// know what time it is takes a Clock, and only System reads the machine's.
// Everything that depends on the time can so be run at any moment of a story.
//
// Moments are UTC and whole microseconds, which is what the database keeps
// (Micros, FromMicros): what was read back equals what was written.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	// Now is the present moment in UTC, in whole microseconds.
	Now() time.Time
}

type system struct{}

// System is the clock of the machine. It can be set back; what must be ordered
// is ordered by a sequence, not by this clock.
func System() Clock { return system{} }

func (system) Now() time.Time { return whole(time.Now()) }

// whole drops what is not stored: the zone, the monotonic reading and
// fractions of a microsecond (towards the past).
func whole(t time.Time) time.Time { return FromMicros(Micros(t)) }

// Fake is a clock that moves only when it is told to. It may be used by
// several goroutines at once.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake is a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: whole(t)} }

// Now is the moment at which the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d, back when d is negative, and returns the new
// moment. Fractions of a microsecond are dropped.
func (f *Fake) Advance(d time.Duration) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = whole(f.now.Add(d))
	return f.now
}

// Set moves the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = whole(t)
}

// Micros is t as it is stored: microseconds since 1970-01-01T00:00:00Z,
// negative before it. Fractions are dropped towards the past, so that the order
// of moments is kept. Exact for the years −290307 to 294246.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros is the moment that Micros made n of, in UTC.
func FromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }
