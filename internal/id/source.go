package id

import (
	crand "crypto/rand"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"

	"yagura/internal/clock"
)

// Source makes ids: the time from a clock, the random bits from a reader. It
// may be used by several goroutines at once.
type Source struct {
	clock  clock.Clock
	mu     sync.Mutex
	random io.Reader // never fails: see NewSource and Seeded
}

// NewSource makes ids that nobody can foretell, from the random numbers of the
// operating system.
func NewSource(c clock.Clock) *Source { return &Source{clock: c, random: crand.Reader} }

// Seeded makes the same ids in every run for the same seed and clock, for
// stories and synthetic data. Its ids can be foretold.
func Seeded(c clock.Clock, seed uint64) *Source {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &Source{clock: c, random: rand.NewChaCha8(key)}
}

// New makes one id.
func (s *Source) New() ID {
	var random [10]byte
	s.mu.Lock()
	_, err := io.ReadFull(s.random, random[:])
	s.mu.Unlock()
	if err != nil {
		panic(err) // crypto/rand ends the program itself rather than fail; ChaCha8 cannot
	}
	return Make(s.clock.Now(), random)
}
