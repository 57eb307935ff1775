package peer

import "yagura/internal/errs"

// newTally makes an empty tally of a table's row.
func (r *roster) newTally(levels int) *tally {
	t := &tally{levels: levels, leaf: make([][]int, len(r.leaves)), pair: make([][]int, len(r.pairs))}
	flat := make([]int, levels*(len(r.leaves)+len(r.pairs)))
	for i := range t.leaf {
		t.leaf[i], flat = flat[:levels:levels], flat[levels:]
	}
	for i := range t.pair {
		t.pair[i], flat = flat[:levels:levels], flat[levels:]
	}
	return t
}

// count tallies one item's answers in one pass; values below 0 are no answer.
// The result is valid until the next call. A category outside the item's is an
// error.
type counter struct {
	r     *roster
	cells []int32
}

// unanswered is how many values below 0 an answer may have.
const unanswered = 3

func (c *counter) count(answers []int8, levels int) (*tally, error) {
	stride := levels + unanswered
	need := stride * len(c.r.leaves)
	if cap(c.cells) < need {
		c.cells = make([]int32, need)
	}
	cells := c.cells[:need]
	clear(cells)
	for p, a := range answers {
		at := int(a) + unanswered
		if uint(at) >= uint(stride) {
			return nil, errs.New(errs.Invalid, "party %d has answer %d of %d categories", p, a, levels)
		}
		cells[int(c.r.leafOf[p])*stride+at]++
	}
	t := c.r.newTally(levels)
	for l, row := range t.leaf {
		for k := range row {
			row[k] = int(cells[l*stride+unanswered+k])
		}
	}
	for _, p := range c.r.multi {
		if a := answers[p]; a >= 0 {
			t.pair[c.r.pairOf[p]][a]++
		}
	}
	return t, nil
}
