package peer

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestRoundingIsUnbiasedAndAdjacent(t *testing.T) {
	for _, base := range []int{3, 4, 5} {
		d := dice{testSecret, "test", base}
		counts := make([]int, 20) // more categories than one block has coins
		for k := range counts {
			counts[k] = k
		}
		const throws = 6000
		sum := make([]int, len(counts))
		out := make([]int, len(counts))
		for i := range throws {
			d.round("atom", fmt.Sprint(i), 0, counts, out)
			if !near(counts, out, base) {
				t.Fatalf("base %d: %v rounded to %v", base, counts, out)
			}
			for k, v := range out {
				sum[k] += v
			}
		}
		for k, s := range sum {
			mean, sd := float64(s)/throws, float64(base)/2/math.Sqrt(throws)
			if math.Abs(mean-float64(k)) > 4.5*sd {
				t.Errorf("base %d: %d rounds to %v in the mean", base, k, mean)
			}
		}
	}
}

func TestCoinsDependOnEverythingNamed(t *testing.T) {
	counts := slices.Repeat([]int{1}, 16)
	throw := func(secret, prefix, atom, row string, n int) string {
		out := make([]int, len(counts))
		dice{[]byte(secret), prefix, 2}.round(atom, row, n, counts, out)
		return fmt.Sprint(out)
	}
	seen := map[string]bool{}
	for _, s := range []string{
		throw("s", "p", "a", "r", 0), throw("t", "p", "a", "r", 0), throw("s", "q", "a", "r", 0),
		throw("s", "p", "b", "r", 0), throw("s", "p", "a", "s", 0), throw("s", "p", "a", "r", 1),
	} {
		seen[s] = true
	}
	if len(seen) < 6 {
		t.Errorf("only %d different throws of 6", len(seen))
	}
	if first, again := throw("s", "p", "a", "r", 0), throw("s", "p", "a", "r", 0); first != again {
		t.Error("the same coins fell differently")
	}
}

// TestWithstandsExactly holds the audit's closed form against counting every
// case: all counts the intervals allow, all answers of the colluders.
func TestWithstandsExactly(t *testing.T) {
	for n := 5; n <= 9; n++ {
		for _, base := range []int{3, 4} {
			colluders := base - 2
			splits(n, 3, func(truth []int) {
				out := make([]int, 3)
				dice{testSecret, "test", base}.round("atom", fmt.Sprint(truth), n, truth, out)
				iv := make([]interval, 3)
				for k, r := range out {
					iv[k] = around(r, base)
				}
				if !withstands(iv, n, colluders, nil) {
					return
				}
				for _, known := range coalitions(3, colluders) {
					most := make([]int, 3)
					splits(n, 3, func(x []int) {
						for k := range x {
							if !near(x, out, base) || x[0] < known[0] || x[1] < known[1] || x[2] < known[2] {
								return
							}
							most[k] = max(most[k], x[k]-known[k])
						}
					})
					if sum := most[0] + most[1] + most[2]; sum > 0 && slices.Min(most) < 1 {
						t.Fatalf("n %d, %v rounded to %v: colluders with %v rule an answer out: %v", n, truth, out, known, most)
					}
				}
			})
		}
	}
}

func TestSharesAreCodedAtTheEnds(t *testing.T) {
	got := shares([]int{12, 0}, 12, 2, 5)
	want := []Share{{100, 80, 100, AsAbove}, {0, 0, 20, AsBelow}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := shares([]int{3, 1}, 4, 0, 0); got[0] != (Share{75, 75, 75, AsPoint}) {
		t.Errorf("without rounding: %+v", got[0])
	}
}
