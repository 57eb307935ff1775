package peer

import (
	"fmt"
	"math"
	"math/rand/v2"
)

var testSecret = []byte("a secret of the tests, 32 bytes.")

// shape says what a random sector looks like.
type shape struct {
	sectors, sizes     int
	minLeaf, maxLeaf   int // parties per sector and size
	items, levels      int
	missing            float64 // share of answers that are none
	clustered          float64 // share of parties in a cluster
	scored, withTarget bool
}

// sector makes a random edition: some items unanimous, some skewed, some even.
func (s shape) sector(rng *rand.Rand) Edition {
	e := Edition{ID: "2026"}
	for a := range s.sectors {
		for z := range s.sizes {
			for range s.minLeaf + rng.IntN(s.maxLeaf-s.minLeaf+1) {
				p := Party{ID: fmt.Sprintf("p%03d", len(e.Parties)), Sector: string(rune('A' + a)), Size: fmt.Sprint("s", z), Tier: fmt.Sprint("t", z)}
				if rng.Float64() < s.clustered {
					p.Group = fmt.Sprint("g", rng.IntN(4))
				}
				e.Parties = append(e.Parties, p)
			}
		}
	}
	e.Sections = []Section{{ID: "S", Weight: 1}}
	for i := range s.items {
		it := Item{ID: fmt.Sprint("q", i), Section: "S", Levels: s.levels, Ordered: true, Weight: 1}
		if s.withTarget {
			it.Target = map[string]int{"t0": s.levels - 1, "t1": s.levels / 2}
		}
		e.Items = append(e.Items, it)
		skew := []float64{1, 0.95, 0.8, 0.3}[rng.IntN(4)]
		mode := rng.IntN(s.levels)
		row := make([]int8, len(e.Parties))
		for p := range row {
			switch {
			case rng.Float64() < s.missing:
				row[p] = Missing - int8(rng.IntN(3))
			case rng.Float64() < skew:
				row[p] = int8(mode)
			default:
				row[p] = int8(rng.IntN(s.levels))
			}
		}
		e.Answers = append(e.Answers, row)
	}
	if s.scored {
		e.score()
	}
	return e
}

// score sets the scores of section S and the overall ones to the items' mean.
func (e *Edition) score() {
	row := make([]float64, len(e.Parties))
	for p := range row {
		sum, n := 0.0, 0
		for i, it := range e.Items {
			if v := e.Answers[i][p]; v >= 0 {
				sum += 100 * float64(v) / float64(it.Levels-1)
				n++
			}
		}
		row[p] = math.NaN()
		if n > 0 {
			row[p] = sum / float64(n)
		}
	}
	e.Scores, e.Overall = [][]float64{row}, append([]float64(nil), row...)
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// next makes a later edition: the same items, each answer changed with
// probability move.
func next(e Edition, rng *rand.Rand, move float64) Edition {
	n := e
	n.ID = e.ID + "+1"
	n.Items = append([]Item(nil), e.Items...)
	n.Answers = nil
	for i := range n.Items {
		n.Items[i].Previous = e.Items[i].ID
		row := append([]int8(nil), e.Answers[i]...)
		for p := range row {
			if rng.Float64() < move {
				row[p] = int8(rng.IntN(n.Items[i].Levels))
			}
		}
		n.Answers = append(n.Answers, row)
	}
	if e.Scores != nil {
		n.score()
	}
	return n
}
