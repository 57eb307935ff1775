package network

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do for 0 to n-1 on all processors; make gives each worker its
// own scratch. What do writes must belong to i alone, so that the outcome does
// not depend on the number of workers.
func parallel[S any](n int, make func() S, do func(scratch S, i int32)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			s := make()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(s, int32(i))
			}
		})
	}
	wg.Wait()
}

// marks are flags per node that are cleared all at once.
type marks struct {
	epoch uint32
	at    []uint32 // epoch<<8 | flags
}

func newMarks(n int) *marks { return &marks{at: make([]uint32, n)} }

// clear forgets all flags.
func (m *marks) clear() {
	if m.epoch++; m.epoch == 1<<24 {
		clear(m.at)
		m.epoch = 1
	}
}

// set adds flags to node i and returns those that are new.
func (m *marks) set(i int32, flags uint32) uint32 {
	have := uint32(0)
	if m.at[i]>>8 == m.epoch {
		have = m.at[i] & 0xff
	}
	m.at[i] = m.epoch<<8 | have | flags
	return flags &^ have
}

func (m *marks) has(i int32) uint32 {
	if m.at[i]>>8 != m.epoch {
		return 0
	}
	return m.at[i] & 0xff
}
