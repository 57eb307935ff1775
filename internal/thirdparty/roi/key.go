package roi

import (
	"encoding/binary"
	"hash/maphash"
)

// key stands for a tuple of cells: 96 bits of two independently seeded hashes.
// Among ten million keys two different ones meet with a probability below
// 10⁻¹⁵, and as the seeds are drawn anew in each run, nobody can prepare such
// a pair; so keys are compared without the cells themselves.
type key struct {
	h uint64
	f uint32
}

// hasher makes keys; each goroutine has its own, of the same seeds.
type hasher struct {
	a, b maphash.Seed
	buf  []byte
}

func (h *hasher) key(cells ...[]byte) key {
	h.buf = h.buf[:0]
	for _, c := range cells {
		h.buf = append(binary.AppendUvarint(h.buf, uint64(len(c))), c...)
	}
	return key{maphash.Bytes(h.a, h.buf), uint32(maphash.Bytes(h.b, h.buf))}
}

// keySet maps keys to a number above 0. It is cut into shards that grow one at
// a time, so that growing never holds two copies of the whole; each shard is
// an open-addressed table with linear probing.
type keySet struct {
	shards [shards]shard
	n      int
}

const shards = 256

type shard struct {
	slots []slot
	n     int
}

type slot struct {
	key
	v uint32 // 0: free
}

// get returns the number of k, 0 when k is not in the set. A nil set is empty.
func (s *keySet) get(k key) uint32 {
	if s == nil {
		return 0
	}
	sh := &s.shards[k.h>>56]
	if len(sh.slots) == 0 {
		return 0
	}
	return sh.find(k).v
}

// put enters k with v unless it is there already, and returns the number that
// was there, or 0.
func (s *keySet) put(k key, v uint32) uint32 {
	sh := &s.shards[k.h>>56]
	if sh.n*3 >= len(sh.slots)*2 {
		sh.grow()
	}
	at := sh.find(k)
	if at.v != 0 {
		return at.v
	}
	*at = slot{k, v}
	sh.n++
	s.n++
	return 0
}

func (sh *shard) find(k key) *slot {
	mask := uint64(len(sh.slots) - 1)
	for i := k.h & mask; ; i = (i + 1) & mask {
		if at := &sh.slots[i]; at.v == 0 || at.key == k {
			return at
		}
	}
}

func (sh *shard) grow() {
	old := sh.slots
	sh.slots = make([]slot, max(8, 2*len(old)))
	for _, sl := range old {
		if sl.v != 0 {
			*sh.find(sl.key) = sl
		}
	}
}
