package pcm

import (
	"context"
	"math"
)

// start takes each step from the log ratio of its two categories' counts, widened
// because a spread of persons flattens the ratio, and sd 1.
func (e *engine) start() []float64 {
	x := make([]float64, e.ds.params+1)
	for _, it := range e.ds.items {
		atLeast := append(append([]float64{it.n}, it.above...), 0) // answers in category j or above
		for j := 1; j <= it.steps(); j++ {
			down, up := atLeast[j-1]-atLeast[j], atLeast[j]-atLeast[j+1]
			x[it.off+j-1] = 1.2 * math.Log(down/up)
		}
	}
	return x
}

// run iterates to convergence and returns the parameters, with the E-step done there.
func (e *engine) run(ctx context.Context) ([]float64, error) {
	x := e.start()
	if err := e.tables(ctx, x); err != nil {
		return nil, err
	}
	e.refine()
	for {
		var err error
		if x, err = e.climb(ctx, x); err != nil {
			return nil, err
		}
		if !e.refine() || e.iter >= e.o.MaxIter {
			break
		}
	}
	err := e.expect(ctx, x)
	e.done = e.done && e.grid.sd > minSD*1.001 && e.grid.sd < maxSD*0.999
	return x, err
}

// refine takes a finer grid when the tables show that the narrowest posterior slips
// between the nodes; it reports whether it did.
func (e *engine) refine() bool {
	if e.o.Nodes > 0 {
		return false
	}
	most := 0.0
	for q := range e.all {
		info := 0.0
		for i := range e.fit {
			_, v := e.fit[i].moments(&e.ds.items[i], q)
			info += v
		}
		most = max(most, info)
	}
	need := nodesFor(most, e.grid.sd)
	if float64(need) <= 1.1*float64(len(e.all)) {
		return false
	}
	e.allocate(need, e.grid.sd)
	return true
}

// climb runs SQUAREM cycles (scheme S3) from x until an EM step moves no parameter by
// Tol or MaxIter is reached.
func (e *engine) climb(ctx context.Context, x0 []float64) ([]float64, error) {
	const farthest = 64 // most times an EM step is stretched
	n := len(x0)
	x1, x2, leap := make([]float64, n), make([]float64, n), make([]float64, n)
	e.done = false
	if err := e.expect(ctx, x0); err != nil {
		return nil, err
	}
	for {
		if err := e.maximize(ctx, x0, x1); err != nil {
			return nil, err
		}
		if err := e.expect(ctx, x1); err != nil {
			return nil, err
		}
		floor := e.ll
		if err := e.maximize(ctx, x1, x2); err != nil {
			return nil, err
		}
		if e.done = distance(x1, x2) < e.o.Tol; e.done || e.iter >= e.o.MaxIter {
			return x2, nil
		}
		var rr, vv float64
		for i := range x0 {
			r, v := x1[i]-x0[i], x2[i]-2*x1[i]+x0[i]
			rr, vv = rr+r*r, vv+v*v
		}
		stretch := min(max(math.Sqrt(rr/vv), 1), farthest)
		for i := range x0 {
			r, v := x1[i]-x0[i], x2[i]-2*x1[i]+x0[i]
			leap[i] = x0[i] + 2*stretch*r + stretch*stretch*v
		}
		leap[n-1] = clampSD(leap[n-1])
		if err := e.expect(ctx, leap); err != nil {
			return nil, err
		}
		if !(e.ll >= floor) {
			copy(leap, x2)
			if err := e.expect(ctx, leap); err != nil {
				return nil, err
			}
		}
		x0, leap = leap, x0
	}
}

func distance(a, b []float64) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}
