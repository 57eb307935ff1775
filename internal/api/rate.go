package api

import (
	"math"
	"net/http"
	"sync"
	"time"

	"yagura/internal/clock"
)

// Rate is how many requests a token (or a session's person) may make.
type Rate struct {
	PerSecond float64 // in the long run
	Burst     float64 // at once, after a pause
}

// DefaultRate is a setting of Yagura: a program that collects a sector's 500 filings
// one by one takes 20 seconds.
var DefaultRate = Rate{PerSecond: 20, Burst: 100}

// most is how many buckets are kept before those that are full again are dropped.
const mostBuckets = 10000

// rates are token buckets in the memory of this node: with three nodes a token has
// three times the rate.
type rates struct {
	Rate
	now clock.Clock
	mu  sync.Mutex
	by  map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newRates(r Rate, c clock.Clock) *rates { return &rates{Rate: r, now: c, by: map[string]bucket{}} }

// take takes one request out of a bucket, or tells how long to wait for one.
func (r *rates) take(who string) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now.Now()
	b, ok := r.by[who]
	if !ok {
		if len(r.by) >= mostBuckets {
			r.sweep(now)
		}
		b = bucket{r.Burst, now}
	}
	if past := now.Sub(b.at).Seconds(); past > 0 { // a clock that jumps back takes nothing away
		b.left = math.Min(r.Burst, b.left+past*r.PerSecond)
	}
	b.at = now
	if b.left < 1 {
		r.by[who] = b
		return time.Duration((1 - b.left) / r.PerSecond * float64(time.Second))
	}
	b.left--
	r.by[who] = b
	return 0
}

func (r *rates) sweep(now time.Time) {
	for who, b := range r.by {
		if b.left+now.Sub(b.at).Seconds()*r.PerSecond >= r.Burst {
			delete(r.by, who)
		}
	}
}

// limited holds every token to its rate.
func (s *server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := s.rates.take(callOf(r.Context()).sender()); wait > 0 {
			refuse(w, r, &fault{kind: tooMany, wait: wait})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sender is whose the request is: a token's, or a person's in an organisation.
func (c *call) sender() string {
	if c.actor.Token != "" {
		return c.actor.Token
	}
	return c.actor.Person + "/" + c.actor.Org
}
