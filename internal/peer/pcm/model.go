package pcm

import "math"

// model turns the engine's state at parameters x into a Model.
func (e *engine) model(d Data, x []float64) *Model {
	m := &Model{
		SD: e.grid.sd, SDSE: math.NaN(), LogLik: e.ll, N: e.ds.n,
		Iterations: e.iter, Converged: e.done, Nodes: len(e.all),
		Items: make([]Item, len(d.Items)),
		grid:  e.grid, fit: e.fit, logZ: e.all, where: make([]int, len(d.Items)),
	}
	for i := range d.Items {
		m.where[i] = -1
		m.Items[i] = newItem(d.Items[i], countScores(d.Scores[i], d.Max[i]))
	}
	for f := range e.ds.items {
		it := &e.ds.items[f]
		m.where[it.src] = f
		m.lowest = append(m.lowest, it.cats[0])
		m.Items[it.src].setSteps(it, x[it.off:it.off+it.steps()])
	}
	return m
}

// newItem is an item before its steps are known: at most one answer has mass.
func newItem(id string, counts []int) Item {
	top := len(counts) - 1
	it := Item{ID: id, Steps: nans(top), Infit: math.NaN(), Outfit: math.NaN(), Counts: counts}
	for _, c := range counts {
		it.N += c
	}
	if it.N == 0 {
		return it
	}
	it.beta = make([]float64, top+1)
	for k, c := range counts {
		if c == 0 {
			it.beta[k] = math.Inf(1)
		}
	}
	return it
}

func (it *Item) setSteps(ds *itemDesign, gamma []float64) {
	sum := 0.0
	for j, g := range gamma {
		sum += g
		it.beta[ds.cats[j+1]] = sum
		if ds.cats[j+1] == ds.cats[j]+1 {
			it.Steps[ds.cats[j]] = g
		}
	}
}

func nans(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// Prob returns P(X = k | theta) for k = 0…Max in dst, which is grown as needed. A
// score nobody had gets 0; without any answer every entry is 0.
func (it Item) Prob(theta float64, dst []float64) []float64 {
	dst = dst[:0]
	if it.beta == nil {
		for range len(it.Steps) + 1 {
			dst = append(dst, 0)
		}
		return dst
	}
	top, sum := math.Inf(-1), 0.0
	for k, b := range it.beta {
		dst = append(dst, float64(k)*theta-b)
		top = max(top, dst[k])
	}
	for k := range dst {
		dst[k] = math.Exp(dst[k] - top)
		sum += dst[k]
	}
	for k := range dst {
		dst[k] /= sum
	}
	return dst
}

// Reach returns P(X > level | theta): the share of persons at theta that score at
// least level+1 on the item. It is 1 below level 0 (when the item has answers) and 0
// at the top.
func (it Item) Reach(level int, theta float64) float64 {
	var space [128]float64
	sum := 0.0
	for k, p := range it.Prob(theta, space[:0]) {
		if k > level {
			sum += p
		}
	}
	return min(sum, 1)
}
