package peer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Where tables of different kinds speak about the same few parties, the
// attacker tries every possible truth and keeps those that could have given
// what is published.

// splits calls f with every way to part n among the cells.
func splits(n, cells int, f func([]int)) {
	at := make([]int, cells)
	var fill func(i, left int)
	fill = func(i, left int) {
		if i == cells-1 {
			at[i] = left
			f(at)
			return
		}
		for at[i] = 0; at[i] <= left; at[i]++ {
			fill(i+1, left-at[i])
		}
	}
	fill(0, n)
}

// near says whether counts could have been rounded to r.
func near(counts, r []int, base int) bool {
	for k, x := range counts {
		if r[k] != x-x%base && (x%base == 0 || r[k] != x-x%base+base) {
			return false
		}
	}
	return true
}

// lone is one group of n parties and one item.
func lone(rng *rand.Rand, n, levels int, clustered float64) Edition {
	return shape{sectors: 1, sizes: 1, minLeaf: n, maxLeaf: n, items: 1, levels: levels, clustered: clustered}.sector(rng)
}

// TestExhaustiveClusters lets each cluster use what it can conclude from the
// rounding having been accepted.
func TestExhaustiveClusters(t *testing.T) {
	pol := Default()
	cells := 0
	for seed := range uint64(150) {
		rng := seeded(4000 + seed)
		n, levels := 5+rng.IntN(4), 2+rng.IntN(2)
		e := lone(rng, n, levels, 0.5)
		cell := published(t, mustAnalyze(t, e, nil, nil, pol)).Items[0].Cells[0]
		if !cell.Shown() {
			continue
		}
		cells++
		iv := make([]interval, levels)
		for k, r := range cell.Counts {
			iv[k] = around(r, pol.Base)
		}
		var possible [][]int8
		guess := make([]int8, n)
		for {
			if near(Distribution(guess, levels, all(n)), cell.Counts, pol.Base) && withstands(iv, n, pol.Colluders, clusterAnswers(&e, guess, levels)) {
				possible = append(possible, slices.Clone(guess))
			}
			i := 0
			for ; i < n; i++ {
				if guess[i]++; int(guess[i]) < levels {
					break
				}
				guess[i] = 0
			}
			if i == n {
				break
			}
		}
		if bad := readable(&e, possible); bad != "" {
			t.Errorf("seed %d: %s", seed, bad)
		}
	}
	if cells < 50 {
		t.Errorf("only %d cells shown", cells)
	}
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// clusterAnswers counts the answers of the clusters of two or more parties.
func clusterAnswers(e *Edition, answers []int8, levels int) [][]int {
	by := map[string][]int{}
	for i, p := range e.Parties {
		if p.Group != "" {
			by[p.Group] = append(by[p.Group], i)
		}
	}
	var out [][]int
	for _, members := range by {
		if len(members) > 1 {
			out = append(out, Distribution(answers, levels, members))
		}
	}
	return out
}

// readable names a party whose answer another party's cluster can read.
func readable(e *Edition, possible [][]int8) string {
	for spy := range e.Parties {
		ours := func(i int) bool {
			return i == spy || (e.Parties[i].Group != "" && e.Parties[i].Group == e.Parties[spy].Group)
		}
		for target := range e.Parties {
			if ours(target) {
				continue
			}
			seen := map[int8]bool{}
			for _, guess := range possible {
				fits := true
				for i := range guess {
					fits = fits && (!ours(i) || guess[i] == e.Answers[0][i])
				}
				if fits {
					seen[guess[target]] = true
				}
			}
			if len(seen) < 2 {
				return fmt.Sprintf("%d reads %d of %v", spy, target, e.Answers[0])
			}
		}
	}
	return ""
}

// changeBreaches reads both years' distributions and the distribution of the
// changes between them together; the unknowns are the counts of parties by
// answer then and now.
func changeBreaches(t testing.TB, rng *rand.Rand, pol Policy) (found int) {
	levels := 2 + rng.IntN(2)
	n := 5 + rng.IntN(8-2*levels+2)
	if levels == 2 {
		n = 5 + rng.IntN(9)
	}
	then := lone(rng, n, levels, []float64{0, 0.4}[rng.IntN(2)])
	now := next(then, rng, []float64{0, 0.1, 0.4}[rng.IntN(3)])
	last := published(t, mustAnalyze(t, then, nil, nil, pol))
	rel := published(t, mustAnalyze(t, now, &then, last, pol))
	was, is, moved := last.Items[0].Cells[0], rel.Items[0].Cells[0], rel.Items[0].Change[0]
	var possible [][]int
	splits(n, levels*levels, func(y []int) {
		a, b, m := make([]int, levels), make([]int, levels), make([]int, 3)
		for i, c := range y {
			a[i/levels] += c
			b[i%levels] += c
			m[max(min(i%levels-i/levels, 1), -1)+1] += c
		}
		if (!was.Shown() || near(a, was.Counts, pol.Base)) && (!is.Shown() || near(b, is.Counts, pol.Base)) && (!moved.Shown() || near(m, moved.Counts, pol.Base)) {
			possible = append(possible, slices.Clone(y))
		}
	})
	for _, known := range pairsKnown(&then, &now, levels) {
		before, after := map[int]bool{}, map[int]bool{}
		for _, y := range possible {
			left := slices.Clone(y)
			for i := range left {
				left[i] -= known[i]
			}
			if slices.Min(left) < 0 {
				continue
			}
			for i, c := range left {
				if c > 0 {
					before[i/levels], after[i%levels] = true, true
				}
			}
		}
		if len(before) < 2 || len(after) < 2 {
			found++
		}
	}
	return found
}

// pairsKnown lists what each party or cluster answered then and now.
func pairsKnown(then, now *Edition, levels int) [][]int {
	by := map[string][]int{}
	for p, party := range then.Parties {
		name := party.Group
		if name == "" {
			name = "\x00" + party.ID
		}
		if by[name] == nil {
			by[name] = make([]int, levels*levels)
		}
		by[name][int(then.Answers[0][p])*levels+int(now.Answers[0][p])]++
	}
	var out [][]int
	for _, known := range by {
		out = append(out, known)
	}
	return out
}

func TestExhaustiveChange(t *testing.T) {
	off, bad := 0, 0
	for seed := range uint64(400) {
		if found := changeBreaches(t, seeded(5000+seed), Default()); found > 0 {
			bad++
			t.Errorf("seed %d: %d breaches", seed, found)
		}
		if seed < 50 {
			off += changeBreaches(t, seeded(5000+seed), Off())
		}
	}
	t.Logf("%d of 400 breached; %d breaches without protection", bad, off)
	if off < 10 {
		t.Errorf("only %d breaches without protection", off)
	}
}
