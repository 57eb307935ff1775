package pcm

import "context"

// sparse is the part of a posterior that has weight.
type sparse struct {
	lo int
	w  []float64
}

// posteriors computes every group's posterior at the tables' parameters.
func (e *engine) posteriors(ctx context.Context) ([]sparse, error) {
	out := make([]sparse, len(e.ds.groups))
	nodes := len(e.all)
	err := e.blocks(ctx, len(e.ds.patterns), func(i int, buf []float64) {
		p := &e.ds.patterns[i]
		base, w := buf[:nodes], buf[nodes:]
		e.base(p, 0, nodes, base)
		for g := p.lo; g < p.hi; g++ {
			lo, hi, _ := posterior(base, e.grid.theta, e.ds.groups[g].score, w)
			out[g] = sparse{lo, append([]float64(nil), w[lo:hi]...)}
		}
	})
	return out, err
}

// meanSquare adds up squared residuals of answers averaged over the posterior of θ.
// Infit is Σ(x−E)²/ΣV and outfit the mean of (x−E)²/V (Wright & Masters 1982, Rating
// Scale Analysis, ch. 5). Averaging over the posterior instead of putting in one
// estimate of θ makes the expectation of numerator and denominator equal under the
// model, because (x, θ) then has the joint distribution it was assumed to have.
type meanSquare struct{ residual, variance, standardized, n float64 }

// add takes weight·count persons at one node with residual x−E and variance v.
func (s *meanSquare) add(weight, residual, v float64) {
	const flat = 1e-12 // a variance below this is rounding
	sq := residual * residual
	s.residual += weight * sq
	s.variance += weight * v
	s.standardized += weight * sq / max(v, flat)
}

func (s *meanSquare) infit() float64  { return s.residual / s.variance }
func (s *meanSquare) outfit() float64 { return s.standardized / s.n }

// itemFit fills the model's moment tables and every fitted item's mean squares.
func (e *engine) itemFit(ctx context.Context, d Data, m *Model) error {
	post, err := e.posteriors(ctx)
	if err != nil {
		return err
	}
	e.post = post
	nodes := len(e.all)
	m.mean, m.variance = make([][]float64, len(e.fit)), make([][]float64, len(e.fit))
	return each(ctx, e.o.Workers, len(e.fit), func(f int) {
		it := &e.ds.items[f]
		m.mean[f], m.variance[f] = make([]float64, nodes), make([]float64, nodes)
		for q := range nodes {
			m.mean[f][q], m.variance[f][q] = e.fit[f].moments(it, q)
		}
		item := &m.Items[it.src]
		s := meanSquare{n: float64(item.N)}
		for k, mass := range e.byScore(d.Scores[it.src], len(item.Counts)) {
			for q, w := range mass {
				if w > 0 {
					s.add(w, float64(k)-m.mean[f][q], m.variance[f][q])
				}
			}
		}
		item.Infit, item.Outfit = s.infit(), s.outfit()
	})
}

// byScore is the expected number of persons at each node, by their score on one item.
func (e *engine) byScore(col []int8, scores int) [][]float64 {
	counts := make([]int32, len(e.post)*scores)
	for p, x := range col {
		if x >= 0 {
			counts[int(e.ds.person[p])*scores+int(x)]++
		}
	}
	out := make([][]float64, scores)
	for k := range out {
		out[k] = make([]float64, len(e.all))
	}
	for i, c := range counts {
		if c > 0 {
			g := e.post[i/scores]
			axpy(float64(c), g.w, out[i%scores][g.lo:g.lo+len(g.w)])
		}
	}
	return out
}
