package peer

import (
	"math"
	"slices"
)

// Quantile returns the p-quantile (0 ≤ p ≤ 1) of the sorted values by linear
// interpolation of order statistics at h = p(n−1): definition 7 of Hyndman and
// Fan, "Sample Quantiles in Statistical Packages", The American Statistician
// 50 (1996) 361–365, the default of R and NumPy. NaN for no values.
//
// It is exact: a release holds only protected quantiles.
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	h := min(max(p, 0), 1) * float64(len(sorted)-1)
	low := int(h)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (h-float64(low))*(sorted[low+1]-sorted[low])
}

// MidRank returns the percentile (0..100) of own among the sorted peers, own
// not being one of them: those below plus half of those equal, over all
// (scipy.stats.percentileofscore, kind "mean"). NaN for no peers.
//
// It is exact and is never given to a recipient: see Rank.
func MidRank(peers []float64, own float64) float64 {
	if len(peers) == 0 {
		return math.NaN()
	}
	below, found := slices.BinarySearch(peers, own)
	upTo := below
	if found {
		upTo, _ = slices.BinarySearchFunc(peers, own, func(v, target float64) int {
			if v <= target {
				return -1
			}
			return 1
		})
	}
	return 50 * float64(below+upTo) / float64(len(peers))
}

// Distribution counts the answers of the members in each of levels categories;
// values that are no category are left out.
func Distribution(answers []int8, levels int, members []int) []int {
	counts := make([]int, levels)
	for _, p := range members {
		if a := answers[p]; a >= 0 && int(a) < levels {
			counts[a]++
		}
	}
	return counts
}
