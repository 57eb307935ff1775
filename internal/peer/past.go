package peer

import "slices"

// Two releases in a row are read together: if one party joined or left and an
// attacker takes it that all others answered as before, both years' rounded
// counts speak about the same people. past holds what the last release says
// about one row of a table, so that the audit can look at both.

// past works on labels, the pairs of sector and size that parties of either
// year have; each label is in at most one leaf now and one atom then.
type past struct {
	labelLeaf []int32 // by label, −1 for none
	labelPart []int32 // by label, −1 for none
	parts     [][]interval
	then, now []int // answering parties by label
	stay      []int // those of them answering under the same label in both years
}

// before is what the last release says about an atom of this one.
type before struct {
	iv []interval
	n  int
}

// find puts together the earlier atoms that make up the leaves; nil if they do
// not, or if more than one party differs. torn says that an earlier atom holds
// other leaves too while at most one party of all these differs: shown apart,
// the leaves would be a second, finer look at the same parties.
func (p past) find(leaves []int) (b *before, torn bool) {
	if len(p.parts) == 0 {
		return nil, false
	}
	inside := func(label int) bool { return slices.Contains(leaves, int(p.labelLeaf[label])) }
	used := make([]bool, len(p.parts))
	for label, part := range p.labelPart {
		if !inside(label) || p.then[label] == 0 {
			continue
		}
		if part < 0 {
			return nil, false
		}
		used[part] = true
	}
	n, differ := 0, 0
	for label, part := range p.labelPart {
		in, linked := inside(label), part >= 0 && used[part]
		if !in && !linked {
			continue
		}
		torn = torn || !in && p.then[label]+p.now[label] > 0
		n += p.then[label]
		differ += p.then[label] + p.now[label] - 2*p.stay[label]
	}
	if differ > 1 || torn || n == 0 {
		return nil, torn && differ <= 1
	}
	b = &before{n: n}
	for part, iv := range p.parts {
		if !used[part] {
			continue
		}
		if b.iv == nil {
			b.iv = make([]interval, len(iv))
		}
		for k, v := range iv {
			b.iv[k] = interval{b.iv[k].low + v.low, b.iv[k].high + v.high}
		}
	}
	return b, false
}

// withstands audits this year's intervals together with last year's under the
// assumption that nobody present in both years changed the answer. If the
// figures refute the assumption nothing follows from it.
func (b *before) withstands(iv []interval, n, colluders int) bool {
	if b == nil {
		return true
	}
	small, large, fewer := b.iv, iv, b.n
	if n < b.n {
		small, large, fewer = iv, b.iv, n
	}
	merged := make([]interval, len(iv))
	for _, known := range coalitions(len(iv), colluders) {
		if n == b.n {
			meet(merged, small, large, -1)
			if possible(merged, n, known) && !open(merged, n, known) {
				return false
			}
			continue
		}
		if !newcomerHidden(merged, small, large, fewer, known) {
			return false
		}
	}
	return true
}

// newcomerHidden says whether the one party that is only in the larger atom
// may have answered at least two categories, and whether every category may be
// the answer of somebody else in the smaller.
func newcomerHidden(merged, small, large []interval, n int, known []int) bool {
	may := 0
	most := make([]int, len(merged))
	for answer := range merged {
		meet(merged, small, large, answer)
		if !possible(merged, n, known) {
			continue
		}
		may++
		sum := 0
		for k, v := range merged {
			sum += max(v.low, known[k])
		}
		for j, v := range merged {
			most[j] = max(most[j], min(v.high, n-sum+max(v.low, known[j]))-known[j])
		}
	}
	if may == 0 {
		return true
	}
	for _, m := range most {
		if m < 1 {
			return false
		}
	}
	return may > 1
}

// meet intersects the intervals of the smaller atom with those of the larger
// less one party that answered answer (−1: nobody).
func meet(out, small, large []interval, answer int) {
	for k := range out {
		l := large[k]
		if k == answer {
			l.low, l.high = l.low-1, l.high-1
		}
		out[k] = interval{max(small[k].low, l.low), min(small[k].high, l.high)}
	}
}

// possible says whether counts within the intervals, at least known, add to n.
func possible(iv []interval, n int, known []int) bool {
	low, high := 0, 0
	for k, v := range iv {
		l := max(v.low, known[k])
		if l > v.high {
			return false
		}
		low += l
		high += v.high
	}
	return low <= n && n <= high
}

// coalitions lists the answers that size parties may hold, as counts.
func coalitions(levels, size int) [][]int {
	out := [][]int{make([]int, levels)}
	for range size {
		var next [][]int
		for _, held := range out {
			last := 0
			for k, c := range held {
				if c > 0 {
					last = k
				}
			}
			for k := last; k < levels; k++ {
				more := append([]int(nil), held...)
				more[k]++
				next = append(next, more)
			}
		}
		out = next
	}
	return out
}
