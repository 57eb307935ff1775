package pcm

import (
	"cmp"
	"math"
	"slices"
)

// posterior returns the weights of a person's posterior from node lo on. Scores beyond
// the fitted items, below 0 or above an item's highest count as missing.
func (m *Model) posterior(scores []int8) (lo int, w []float64) {
	nodes := len(m.logZ)
	base := make([]float64, 2*nodes)
	base, w = base[:nodes], base[nodes:]
	copy(base, m.grid.logW)
	total, answered := 0.0, 0
	for i, f := range m.where {
		if f >= 0 && m.Items[i].valid(scores, i) {
			answered++
			total += float64(int(scores[i]) - m.lowest[f])
		}
	}
	dense := 2*answered > len(m.fit) // start from all items or from none
	if dense {
		axpy(-1, m.logZ, base)
	}
	for i, f := range m.where {
		switch {
		case f < 0 || m.Items[i].valid(scores, i) == dense:
		case dense:
			axpy(1, m.fit[f].logZ, base)
		default:
			axpy(-1, m.fit[f].logZ, base)
		}
	}
	lo, hi, _ := posterior(base, m.grid.theta, total, w)
	return lo, w[lo:hi]
}

// valid reports whether scores hold an answer to item i.
func (it *Item) valid(scores []int8, i int) bool {
	return i < len(scores) && scores[i] >= 0 && int(scores[i]) <= len(it.Steps)
}

// Ability returns the mean (expected a posteriori) and standard deviation of a
// person's θ given the scores, in the order of Items; Missing or absent scores carry
// nothing. Without any answer it is the population's 0 and SD. All-lowest and
// all-highest scores have finite values.
func (m *Model) Ability(scores []int8) (eap, sd float64) {
	lo, w := m.posterior(scores)
	for q, v := range w {
		eap += v * m.grid.theta[lo+q]
	}
	for q, v := range w {
		d := m.grid.theta[lo+q] - eap
		sd += v * d * d
	}
	return eap, math.Sqrt(sd)
}

// PersonFit returns the person's infit and outfit mean squares, averaged over the
// posterior of θ like those of items, and the number of answers they rest on. Values
// far above 1 mark answers that do not follow the items' order of difficulty, values
// far below 1 answers that follow it too closely. With n = 0 both are NaN.
func (m *Model) PersonFit(scores []int8) (infit, outfit float64, n int) {
	lo, w := m.posterior(scores)
	var s meanSquare
	for i := range m.Items {
		f := m.where[i]
		if f < 0 || !m.Items[i].valid(scores, i) {
			continue
		}
		n++
		mean, variance := m.mean[f][lo:], m.variance[f][lo:]
		for q, v := range w {
			s.add(v, float64(scores[i])-mean[q], variance[q])
		}
	}
	if n == 0 {
		return math.NaN(), math.NaN(), 0
	}
	s.n = float64(n)
	return s.infit(), s.outfit(), n
}

// NextStep is one item on which a person can still move up.
type NextStep struct {
	Item     int     // place in Model.Items
	ID       string  // of the item
	Score    int     // now
	Next     int     // Score + 1
	Target   int     // the score asked for
	Share    float64 // share of persons at the same θ who score Next or more, 0…1
	Weight   float64
	Priority float64 // Share · Weight
}

// NextSteps lists the answered items below their target, most worthwhile first: by
// share of persons at the same level (the person's EAP) who are already there, times
// weight; ties by share, then by place. Nil weights mean 1 and nil targets the highest
// score; an item with a weight of 0 or less, or a target of 0 or less, is left out,
// and so is one that nobody answered in the fit. A Share above one half reads "most at
// your level already do this".
func (m *Model) NextSteps(scores []int8, weights []float64, targets []int) []NextStep {
	theta, _ := m.Ability(scores)
	var out []NextStep
	for i := range m.Items {
		it := &m.Items[i]
		if !it.valid(scores, i) || it.beta == nil {
			continue
		}
		s := NextStep{Item: i, ID: it.ID, Score: int(scores[i]), Next: int(scores[i]) + 1, Target: len(it.Steps), Weight: 1}
		if i < len(weights) {
			s.Weight = weights[i]
		}
		if i < len(targets) {
			s.Target = min(targets[i], s.Target)
		}
		if s.Score >= s.Target || !(s.Weight > 0) {
			continue
		}
		s.Share = it.Reach(s.Score, theta)
		s.Priority = s.Share * s.Weight
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b NextStep) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Share, a.Share))
	})
	return out
}
