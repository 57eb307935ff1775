package pcm

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
)

// exactWork is the number of multiplications up to which every posterior covariance is
// summed over all nodes; above it those of rare patterns are expanded in polynomials.
const exactWork = 4e9

// information is the observed information matrix of the marginal likelihood by Louis
// (1982, J. R. Stat. Soc. B 44): for each person the expected information of the
// complete data less the posterior covariance of its score. The complete score for
// step j of an item is P(X ≥ j | θ) − [x ≥ j] and for sd it is (z² − 1)/sd with z =
// θ/sd; only the parts that depend on θ have covariance.
type information struct {
	e     *engine
	basis [][]float64 // θ-dependent part of each parameter's score, by node
	at    [][]float64 // lower triangle of the matrix
}

// standardErrors fills Item.SE and SDSE; they stay NaN when the information is
// singular, that is when the data do not identify the parameters.
func (e *engine) standardErrors(ctx context.Context, m *Model) error {
	for i := range m.Items {
		m.Items[i].SE = nans(len(m.Items[i].Steps))
	}
	inf := e.newInformation()
	if err := inf.subtract(ctx, exactWork); err != nil {
		return err
	}
	n := e.ds.params + 1
	sym := mat.NewSymDense(n, nil)
	for a, row := range inf.at {
		for b, v := range row {
			sym.SetSym(a, b, v)
		}
	}
	var chol mat.Cholesky
	var inverse mat.SymDense
	if !chol.Factorize(sym) || chol.InverseTo(&inverse) != nil {
		return nil
	}
	for i := range e.ds.items {
		it := &e.ds.items[i]
		for j := 1; j <= it.steps(); j++ {
			if it.width(j) == 1 {
				a := it.off + j - 1
				m.Items[it.src].SE[it.cats[j-1]] = math.Sqrt(inverse.At(a, a))
			}
		}
	}
	if m.SD > minSD*1.001 {
		m.SDSE = math.Sqrt(inverse.At(n-1, n-1))
	}
	return nil
}

// newInformation holds the complete-data part, which is block diagonal.
func (e *engine) newInformation() *information {
	last, sd := e.ds.params, e.grid.sd
	inf := &information{e: e}
	for a := range last + 1 {
		inf.at = append(inf.at, make([]float64, a+1))
	}
	nodes := len(e.all)
	mass := make([]float64, nodes)
	for i := range e.ds.items {
		it := &e.ds.items[i]
		e.itemMass(i, mass)
		inf.basis = append(inf.basis, e.fit[i].cum...)
		for j, cj := range e.fit[i].cum {
			for k, ck := range e.fit[i].cum[:j+1] {
				for q, w := range mass {
					inf.at[it.off+j][it.off+k] += w * cj[q] * (1 - ck[q])
				}
			}
		}
	}
	spread := make([]float64, nodes)
	for p := range e.ds.patterns {
		lo := e.from[p]
		for q, w := range e.mass[p*nodes+lo : p*nodes+e.to[p]] {
			z := e.grid.z[lo+q]
			inf.at[last][last] += w * (3*z*z - 1) / (sd * sd)
		}
	}
	for q, z := range e.grid.z {
		spread[q] = (z*z - 1) / sd
	}
	inf.basis = append(inf.basis, spread)
	return inf
}

// rows lists the parameters that pattern p's persons inform.
func (inf *information) rows(p *pattern) []int {
	out := make([]int, 0, inf.e.ds.params+1)
	for i, yes := range p.answers(len(inf.e.ds.items)) {
		if yes {
			it := &inf.e.ds.items[i]
			for j := range it.steps() {
				out = append(out, it.off+j)
			}
		}
	}
	return append(out, inf.e.ds.params)
}

// subtract takes the posterior covariances away, with at most about limit
// multiplications spent on exact sums for rare patterns.
func (inf *information) subtract(ctx context.Context, limit float64) error {
	e := inf.e
	work := make([]float64, len(e.ds.patterns))
	total := 0.0
	for i := range work {
		rows := float64(len(inf.rows(&e.ds.patterns[i])))
		width := float64(e.to[i] - e.from[i])
		work[i] = rows*width*width + rows*rows*width/2
		total += work[i]
	}
	var rare []int
	for i := range work {
		p := &e.ds.patterns[i]
		if total > limit && 2*terms*(p.hi-p.lo) < e.to[i]-e.from[i] {
			rare = append(rare, i)
			continue
		}
		if err := inf.subtractExact(ctx, i); err != nil {
			return err
		}
	}
	return inf.subtractExpanded(ctx, rare)
}

// subtractExact handles one pattern: Σ over its groups of basis·(diag w − w·wᵀ)·basisᵀ.
func (inf *information) subtractExact(ctx context.Context, i int) error {
	e := inf.e
	p := &e.ds.patterns[i]
	lo, width := e.from[i], e.to[i]-e.from[i]
	kernel := make([]float64, width*width)
	for q, w := range e.mass[i*len(e.all)+lo : i*len(e.all)+e.to[i]] {
		kernel[q*width+q] = w
	}
	for g := p.lo; g < p.hi; g++ {
		post := e.post[g]
		shift := post.lo - lo
		for q, w := range post.w {
			row := kernel[(shift+q)*width+shift:]
			axpy(-e.ds.groups[g].count*w, post.w, row[:len(post.w)])
		}
	}
	rows := inf.rows(p)
	return each(ctx, e.o.Workers, len(rows), func(r int) {
		a := rows[r]
		left := make([]float64, width)
		for q, c := range inf.basis[a][lo : lo+width] {
			axpy(c, kernel[q*width:(q+1)*width], left)
		}
		for _, b := range rows[:r+1] {
			inf.at[a][b] -= dot(left, inf.basis[b][lo:lo+width])
		}
	})
}
