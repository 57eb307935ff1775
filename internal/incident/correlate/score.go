package correlate

import (
	"cmp"
	"slices"
)

// Evidence is what one value, or the lack of any shared one, contributes.
type Evidence struct {
	Field     Field   `json:"field"`
	Text      string  `json:"text,omitempty"` // shared value as it was written; empty: none is shared
	Bits      float64 `json:"bits"`           // log2 of the likelihood ratio; below 0 it speaks against
	Frequency float64 `json:"frequency"`      // of the value in the background, 0 to 1; 0: not a value
}

// Link is a pair of reports that belong together.
type Link struct {
	A        string     `json:"a"` // the earlier
	B        string     `json:"b"`
	Kind     Kind       `json:"kind"`
	Bits     float64    `json:"bits"`   // log2 of the odds, sum of the evidence
	Chance   float64    `json:"chance"` // the same as a probability under the model
	Evidence []Evidence `json:"evidence"`
}

func strongest(a, b Link) int {
	return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
}

// score is the sum over the fields of a pair.
type score struct {
	m               *Model
	bits            float64
	identified      bool
	sameInstitution bool
}

// pair adds what two reports share, by the sorted keys of both and the weights
// of the first's. tell, where given, hears each contribution with the position
// of the value in the first, −1 where none is shared. Values of one field are
// not independent of each other, so the strongest counts in full, the next half,
// the next a quarter, and so on.
func (s *score) pair(a, b []uint32, w []float64, tell func(f Field, at int, bits float64)) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		fa, fb := a[i]>>24, b[j]>>24
		if fa != fb {
			if fa < fb {
				i++
			} else {
				j++
			}
			continue
		}
		var buffer [16]int
		shared := buffer[:0]
		for i < len(a) && j < len(b) && a[i]>>24 == fa && b[j]>>24 == fa {
			switch {
			case a[i] < b[j]:
				i++
			case a[i] > b[j]:
				j++
			default:
				shared = append(shared, i)
				i, j = i+1, j+1
			}
		}
		for ; i < len(a) && a[i]>>24 == fa; i++ {
		}
		for ; j < len(b) && b[j]>>24 == fa; j++ {
		}
		s.field(Fields[fa], shared, w, tell)
	}
}

func (s *score) field(f Field, shared []int, w []float64, tell func(Field, int, float64)) {
	if f == Institution && len(shared) > 0 {
		s.sameInstitution = true
	}
	weights := s.m.Fields[f]
	if weights.Agree == 0 {
		return
	}
	if len(shared) == 0 {
		if d := weights.different(); d != 0 {
			s.bits += d
			if tell != nil {
				tell(f, -1, d)
			}
		}
		return
	}
	s.identified = s.identified || weights.Identifies
	if len(shared) > 1 {
		slices.SortStableFunc(shared, func(p, q int) int { return cmp.Compare(w[q], w[p]) })
	}
	part := 1.0
	for _, at := range shared {
		s.bits += part * w[at]
		if tell != nil {
			tell(f, at, part*w[at])
		}
		part /= 2
	}
}

// link tells a link with its evidence, strongest first.
func (x *Index) link(l link) Link {
	a, b := &x.entries[l.later], &x.entries[l.earlier]
	m := &x.s.Campaign
	if l.kind == Duplicate {
		m = &x.s.Duplicate
	}
	out := Link{A: b.ID, B: a.ID, Kind: l.kind, Bits: l.bits, Chance: chance(l.bits)}
	if a.At.Equal(b.At) && a.ID < b.ID {
		out.A, out.B = a.ID, b.ID
	}
	out.Evidence = []Evidence{{Field: Prior, Bits: m.Prior}}
	if t := x.time(a, b, m); t != 0 {
		out.Evidence = append(out.Evidence, Evidence{Field: Time, Bits: t})
	}
	w := make([]float64, len(a.keys))
	for k, key := range a.keys {
		if weights := m.Fields[Fields[key>>24]]; weights.Agree > 0 {
			w[k] = weights.shared(a.frequency[k])
		}
	}
	s := score{m: m}
	s.pair(a.keys, b.keys, w, func(f Field, at int, bits float64) {
		e := Evidence{Field: f, Bits: bits}
		if at >= 0 {
			v := x.values[a.keys[at]&0xffffff]
			e.Text, e.Frequency = x.shown(a, b, v), a.frequency[at]
		}
		out.Evidence = append(out.Evidence, e)
	})
	slices.SortStableFunc(out.Evidence, func(p, q Evidence) int {
		return cmp.Or(cmp.Compare(q.Bits, p.Bits), cmp.Compare(p.Field, q.Field), cmp.Compare(p.Text, q.Text))
	})
	return out
}

// shown is a value as one of the two reports wrote it: the smaller writing, so
// that their order does not matter.
func (x *Index) shown(a, b *entry, v Value) string {
	p, q := a.Shown[v], b.Shown[v]
	if p == "" || q != "" && q < p {
		p = q
	}
	if p == "" {
		return v.Text
	}
	return p
}
