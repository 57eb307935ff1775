package peer

// interval is what a published count says about the true one.
type interval struct{ low, high int }

// around returns the true counts that random rounding to base can turn into r.
func around(r, base int) interval { return interval{max(0, r-base+1), r + base - 1} }

// withstands is the audit of one atom. Its input is only what an attacker has:
// the intervals of the categories' counts, their exact sum n, and for each
// cluster of several parties what these parties answered themselves.
//
// For every coalition of colluders clusters and every category it demands that
// one more party than the coalition's may have answered it. One equation over
// intervals is solved exactly: the largest feasible count of category j is
// min(high_j, n − Σ_{k≠j} low_k), with low_k at least what the coalition holds.
// Where each of two or more categories may be some other party's answer, no
// category can be forced to hold all the rest.
func withstands(iv []interval, n, colluders int, known [][]int) bool {
	sumLow := 0
	for _, v := range iv {
		sumLow += v.low
	}
	// Colluders on their own, whatever they answered: the worst case is that
	// their answers raise the lower ends of the others by one each.
	for _, v := range iv {
		if v.high < colluders+1 || n-(sumLow-v.low) < colluders+1 {
			return false
		}
	}
	if colluders == 0 || len(known) == 0 {
		return true
	}
	return withstandsClusters(iv, n, colluders, known)
}

// withstandsClusters audits coalitions in which at least one cluster has
// several parties, with what they really answered. The rounding depends on
// these answers only through acceptance.
func withstandsClusters(iv []interval, n, colluders int, known [][]int) bool {
	sum := make([]int, len(iv))
	for a, first := range known {
		if colluders == 1 {
			if !open(iv, n, first) {
				return false
			}
			continue
		}
		for _, second := range known[a+1:] {
			for k := range sum {
				sum[k] = first[k] + second[k]
			}
			if !open(iv, n, sum) {
				return false
			}
		}
		for alone := range iv {
			copy(sum, first)
			sum[alone]++
			if sum[alone] <= iv[alone].high && !open(iv, n, sum) {
				return false
			}
		}
	}
	return true
}

// open says whether every category may be the answer of a party outside a
// coalition that holds the known counts. A coalition that the published counts
// contradict does not exist.
func open(iv []interval, n int, known []int) bool {
	sum := 0
	for k, v := range iv {
		sum += max(v.low, known[k])
	}
	if sum > n {
		return true
	}
	for j, v := range iv {
		if min(v.high, n-sum+max(v.low, known[j])) < known[j]+1 {
			return false
		}
	}
	return true
}
