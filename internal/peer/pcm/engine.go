package pcm

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
)

// Bounds of sd in logits: below the first persons do not differ, above the second no
// finite sd explains how much they differ.
const (
	minSD = 0.01
	maxSD = 30
)

// engine holds the working tables of one fit. Parameters are a vector: the steps of
// all fitted items, then log sd.
type engine struct {
	ds    *design
	o     Options
	grid  grid
	fit   []fitted
	all   []float64 // logZ summed over items, by node
	mass  []float64 // [pattern][node] expected persons
	dense []float64 // mass of the dense patterns together, by node
	from  []int     // [pattern] first node with mass
	to    []int     // [pattern] node after the last with mass
	part  []float64 // log likelihood by pattern
	post  []sparse  // [group], once the fit is done
	iter  int
	ll    float64
	done  bool
}

func newEngine(ds *design, o Options) *engine {
	e := &engine{ds: ds, o: o, part: make([]float64, len(ds.patterns))}
	nodes := o.Nodes
	if nodes <= 0 {
		nodes = minNodes
	}
	e.allocate(max(nodes, 3), 1)
	return e
}

func (e *engine) allocate(nodes int, sd float64) {
	e.grid = newGrid(nodes, sd)
	e.fit = make([]fitted, len(e.ds.items))
	for i := range e.fit {
		e.fit[i] = newFitted(e.ds.items[i].steps(), nodes)
	}
	e.all = make([]float64, nodes)
	e.dense = make([]float64, nodes)
	e.mass = make([]float64, nodes*len(e.ds.patterns))
	e.from = make([]int, len(e.ds.patterns))
	e.to = make([]int, len(e.ds.patterns))
	for p := range e.to {
		e.to[p] = nodes // until the first E-step knows better
	}
}

// each runs work(0…n−1) on the workers. Every index writes its own place, so the
// outcome does not depend on who does what.
func each(ctx context.Context, workers, n int, work func(i int)) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// blocks is each over runs of neighbouring indices, with a scratch buffer of one value
// per node for each run.
func (e *engine) blocks(ctx context.Context, n int, work func(i int, buf []float64)) error {
	const size = 64
	return each(ctx, e.o.Workers, (n+size-1)/size, func(b int) {
		buf := make([]float64, 2*len(e.all))
		for i := b * size; i < min(n, (b+1)*size); i++ {
			work(i, buf)
		}
	})
}

// tables fills the item tables for parameters x.
func (e *engine) tables(ctx context.Context, x []float64) error {
	e.grid.rescale(min(max(math.Exp(x[e.ds.params]), minSD), maxSD))
	err := each(ctx, e.o.Workers, len(e.fit), func(i int) {
		it := &e.ds.items[i]
		e.fit[i].fill(it, x[it.off:it.off+it.steps()], e.grid.theta)
	})
	clear(e.all)
	for i := range e.fit {
		axpy(1, e.fit[i].logZ, e.all)
	}
	return err
}

// axpy adds a·x to y.
func axpy(a float64, x, y []float64) { floats.AddScaled(y, a, x) }

// base writes log prior − Σ logZ over the items that pattern p answers, for nodes lo
// to hi.
func (e *engine) base(p *pattern, lo, hi int, out []float64) {
	out = out[:hi-lo]
	copy(out, e.grid.logW[lo:hi])
	sign := -1.0
	if p.dense {
		sign = 1
		axpy(-1, e.all[lo:hi], out)
	}
	for _, i := range p.list {
		axpy(sign, e.fit[i].logZ[lo:hi], out)
	}
}

// posterior writes the posterior weights of a raw score into w[lo:hi] and returns the
// log of the likelihood. The log posterior is concave in θ, so the nodes that matter
// (down to e^-34 of the top) are one run.
func posterior(base, theta []float64, score float64, w []float64) (lo, hi int, logLik float64) {
	const deep = 34
	top, at := math.Inf(-1), 0
	theta, w = theta[:len(base)], w[:len(base)]
	for q, b := range base {
		v := b + score*theta[q]
		w[q] = v
		if v > top {
			top, at = v, q
		}
	}
	for lo = at; lo > 0 && w[lo-1] > top-deep; lo-- {
	}
	for hi = at + 1; hi < len(w) && w[hi] > top-deep; hi++ {
	}
	sum := 0.0
	for q := lo; q < hi; q++ {
		w[q] = math.Exp(w[q] - top)
		sum += w[q]
	}
	for q := lo; q < hi; q++ {
		w[q] /= sum
	}
	return lo, hi, top + math.Log(sum)
}

// expect is the E-step: it fills mass for parameters x and sets ll.
func (e *engine) expect(ctx context.Context, x []float64) error {
	if err := e.tables(ctx, x); err != nil {
		return err
	}
	ds, nodes := e.ds, len(e.all)
	err := e.blocks(ctx, len(ds.patterns), func(i int, buf []float64) {
		const margin = 12 // nodes by which a posterior may move unnoticed
		lo, hi := max(e.from[i]-margin, 0), min(e.to[i]+margin, nodes)
		clear(e.mass[i*nodes+e.from[i] : i*nodes+e.to[i]])
		if !e.expectPattern(i, lo, hi, buf) {
			e.expectPattern(i, 0, nodes, buf)
		}
	})
	clear(e.dense)
	e.ll = 0
	for i, l := range e.part {
		e.ll += l
		if ds.patterns[i].dense {
			e.addMass(1, i, e.dense)
		}
	}
	for _, it := range ds.items {
		e.ll -= dot(it.above, x[it.off:])
	}
	return err
}

// expectPattern fills one pattern's mass, empty before, looking only at nodes lo to
// hi. It reports false, and leaves the mass empty, when a posterior reaches the edge
// of that window.
func (e *engine) expectPattern(i, lo, hi int, buf []float64) bool {
	nodes := len(e.all)
	p := &e.ds.patterns[i]
	base, w := buf[:hi-lo], buf[nodes:nodes+hi-lo]
	mass := e.mass[i*nodes+lo : i*nodes+hi]
	e.base(p, lo, hi, base)
	sum, from, to := 0.0, nodes, 0
	for _, g := range e.ds.groups[p.lo:p.hi] {
		first, last, l := posterior(base, e.grid.theta[lo:hi], g.score, w)
		if first == 0 && lo > 0 || last == hi-lo && hi < nodes {
			clear(mass)
			return false
		}
		axpy(g.count, w[first:last], mass[first:last])
		sum, from, to = sum+g.count*l, min(from, lo+first), max(to, lo+last)
	}
	e.part[i], e.from[i], e.to[i] = sum, from, to
	return true
}

// addMass adds a·mass of pattern p to out.
func (e *engine) addMass(a float64, p int, out []float64) {
	lo, hi := e.from[p], e.to[p]
	axpy(a, e.mass[p*len(e.all)+lo:p*len(e.all)+hi], out[lo:hi])
}

// itemMass writes the expected number of persons at each node who answered item i.
func (e *engine) itemMass(i int, out []float64) {
	copy(out, e.dense)
	for _, p := range e.ds.byItem[i] {
		sign := 1.0
		if e.ds.patterns[p].dense {
			sign = -1
		}
		e.addMass(sign, int(p), out)
	}
	for q := range out {
		out[q] = max(out[q], 0) // a difference of sums may fall a rounding error below
	}
}

// maximize is the M-step of the expanded model, whose mean is free; the mean then
// moves into the steps: a step from score k to k+w falls by w·mean. It reads x and
// mass, writes to out.
func (e *engine) maximize(ctx context.Context, x, out []float64) error {
	e.iter++
	copy(out, x)
	var n, m1, m2 float64
	nodes := len(e.all)
	total := make([]float64, nodes)
	for p := range e.ds.patterns {
		e.addMass(1, p, total)
	}
	for q, t := range e.grid.theta {
		n, m1, m2 = n+total[q], m1+total[q]*t, m2+total[q]*t*t
	}
	mean := m1 / n
	variance := max(m2/n-mean*mean, 0)
	out[e.ds.params] = clampSD(math.Log(variance) / 2)
	return each(ctx, e.o.Workers, len(e.fit), func(i int) {
		it := &e.ds.items[i]
		gamma := out[it.off : it.off+it.steps()]
		mass := make([]float64, nodes)
		e.itemMass(i, mass)
		e.fit[i].maximize(it, gamma, e.grid.theta, mass)
		for j := range gamma {
			gamma[j] -= it.width(j+1) * mean
		}
	})
}

func clampSD(logSD float64) float64 {
	return min(max(logSD, math.Log(minSD)), math.Log(maxSD))
}
