package peer

import (
	"math"
	"slices"
)

// quantiles makes one cell of scores. The p-quantile (type 7) lies between the
// order statistics at p(n−1); the floor of that, slots, is how many parties
// below it (and, by symmetry, above the opposite one) it says nothing of but
// that they are on that side. There must be more of them than a coalition can
// fill with its own, so that anybody else may still be one: at n = 12 two whole
// places lie beyond the interpolated one, three from n = 13 on (n = 30 and 31
// for the tails). Whether a quantile shows depends on n and on who belongs to
// which cluster, never on the scores: hiding it only where all are alike would
// say that they are.
func (r *roster) quantiles(p Policy, margin float64, scores []float64, members []int32) ScoreCell {
	n := len(members)
	by := map[int32]int{}
	single := n
	for _, m := range members {
		if pr := r.pairOf[m]; pr >= 0 {
			by[r.pairs[pr].cluster]++
			single--
		}
	}
	sizes := make([]int, 0, len(by))
	for _, s := range by {
		sizes = append(sizes, s)
	}
	if reason := p.primary(n, single, sizes); reason != "" {
		return ScoreCell{Reason: reason}
	}
	cell := ScoreCell{N: band(n)}
	fill := p.pool(sizes)
	if n < p.QuartilesN || (p.Protect && slots(0.25, n) <= fill) {
		cell.Reason = TooFewScores
		return cell
	}
	if p.Protect && margin > maxMargin {
		cell.Reason = TooFewItems
		return cell
	}
	values := make([]float64, n)
	for i, m := range members {
		values[i] = scores[m]
	}
	slices.Sort(values)
	step := p.step(n)
	at := func(q float64) *float64 {
		v := min(max(roundTo(Quantile(values, q), step), margin), 100-margin)
		return &v
	}
	cell.P25, cell.Median, cell.P75 = at(0.25), at(0.5), at(0.75)
	if n >= p.TailsN && (!p.Protect || slots(0.1, n) > fill) {
		cell.P10, cell.P90 = at(0.1), at(0.9)
	}
	return cell
}

// pool is the most parties a coalition may know of: the Colluders largest
// clusters, of which one larger than Pool counts as a single party.
func (p Policy) pool(sizes []int) int {
	var list []int
	for _, s := range sizes {
		if s <= p.Pool {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return b - a })
	sum := 0
	for i := range p.Colluders {
		if i < len(list) {
			sum += list[i]
		} else {
			sum++
		}
	}
	return sum
}

// slots is the number of order statistics wholly below the p-quantile.
func slots(p float64, n int) int { return int(math.Floor(p*float64(n-1) + 1e-9)) }

// marginStep is what margins are multiples of, maxMargin the largest under
// which quantiles still say something; both in points. The score of fewer than
// fewestItems ordered items is nearly an answer, and its margin is everything.
const (
	marginStep  = 5
	maxMargin   = 25
	fewestItems = 3
)

// margin is how far from 0 and 100 points a section's quantiles stay ("" for
// the overall score). A score at the end of the scale says what every item's
// answer is, so that a quantile there is an exact bound on the items' counts,
// and such a bound on a group together with rounded counts in its parts can
// settle an answer. The margin is the most that one item answered one category
// off the end takes away, if scores are weighted means of evenly spaced
// categories, rounded up to marginStep: "90 or more" then leaves each item at
// least two categories.
func (p Policy) margin(e *Edition, section string) float64 {
	if !p.Protect {
		return 0
	}
	largest := 0.0
	total := 0.0
	for _, s := range e.Sections {
		total += s.Weight
	}
	for _, s := range e.Sections {
		part := 1.0
		if section == "" {
			part = 1 / float64(len(e.Sections))
			if total > 0 {
				part = s.Weight / total
			}
		} else if s.ID != section {
			continue
		}
		swing, few := itemSwing(e.Items, s.ID)
		if few && part == 1 {
			return 100
		}
		largest = max(largest, part*swing)
	}
	return max(marginStep, math.Ceil(largest/marginStep-1e-9)*marginStep)
}

// itemSwing is the most points of a section that one category of one ordered
// item is worth; few says that there are fewer than fewestItems.
func itemSwing(items []Item, section string) (swing float64, few bool) {
	weight, n := 0.0, 0
	for _, it := range items {
		if it.Section == section && it.Ordered {
			weight += it.Weight
			n++
		}
	}
	for _, it := range items {
		if it.Section != section || !it.Ordered {
			continue
		}
		share := 1 / float64(n)
		if weight > 0 {
			share = it.Weight / weight
		}
		swing = max(swing, 100*share/float64(it.Levels-1))
	}
	return swing, n < fewestItems
}
