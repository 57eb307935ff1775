package pcm

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// fitted holds one fitted item's functions of θ at every node.
type fitted struct {
	logZ []float64   // log of the sum over categories of exp((k−lowest)θ − β)
	cum  [][]float64 // cum[j-1][q] = P(X ≥ cats[j] | θq)
}

func newFitted(steps, nodes int) fitted {
	f := fitted{logZ: make([]float64, nodes), cum: make([][]float64, steps)}
	for j := range f.cum {
		f.cum[j] = make([]float64, nodes)
	}
	return f
}

// fill computes the tables for steps gamma (between observed categories).
func (f *fitted) fill(it *itemDesign, gamma, theta []float64) {
	var space [128]float64
	last := it.steps()
	v := space[:last+1]
	for q, t := range theta {
		top := 0.0
		for j := 1; j <= last; j++ {
			v[j] = v[j-1] + it.width(j)*t - gamma[j-1]
			top = max(top, v[j])
		}
		sum := 0.0
		for j := last; j >= 0; j-- {
			sum += math.Exp(v[j] - top)
			if j > 0 {
				f.cum[j-1][q] = sum
			}
		}
		for j := range f.cum {
			f.cum[j][q] /= sum
		}
		f.logZ[q] = top + math.Log(sum)
	}
}

// moments returns expectation and variance of the score at node q.
func (f *fitted) moments(it *itemDesign, q int) (mean, variance float64) {
	base := float64(it.cats[0])
	mean = base
	for j := 1; j <= it.steps(); j++ {
		mean += it.width(j) * f.cum[j-1][q]
	}
	p := 1.0
	for j := 0; j <= it.steps(); j++ {
		next := 0.0
		if j < it.steps() {
			next = f.cum[j][q]
		}
		dev := float64(it.cats[j]) - mean
		variance += (p - next) * dev * dev
		p = next
	}
	return mean, variance
}

// maximize is the M-step of one item: Newton's method on the concave −Σ above·γ − Σ
// mass·logZ, starting from gamma, which it replaces. The tables are left at the last
// but one point and are scratch afterwards.
func (f *fitted) maximize(it *itemDesign, gamma, theta, mass []float64) {
	const (
		rounds  = 25
		longest = 2.0 // logits in one step, against overshooting
		enough  = 1e-5
	)
	n := it.steps()
	grad := make([]float64, n)
	hess := make([]float64, n*n)
	for range rounds {
		f.fill(it, gamma, theta)
		for j := range n {
			grad[j] = -it.above[j] + dot(mass, f.cum[j])
			for k := 0; k <= j; k++ {
				h := 0.0
				cj, ck := f.cum[j], f.cum[k]
				for q, m := range mass {
					h += m * cj[q] * (1 - ck[q])
				}
				hess[j*n+k] = h
			}
			hess[j*n+j] *= 1 + 1e-10
		}
		if !solveSPD(hess, grad, n) {
			return
		}
		size := 0.0
		for _, s := range grad {
			size = max(size, math.Abs(s))
		}
		scale := min(1, longest/max(size, 1e-300))
		for j, s := range grad {
			gamma[j] += scale * s
		}
		if size < enough {
			return
		}
	}
}

func dot(a, b []float64) float64 { return floats.Dot(a, b[:len(a)]) }

// solveSPD solves a·x = b in place (x in b) by Cholesky, using a's lower triangle,
// which it overwrites; it reports false when a is not positive definite.
func solveSPD(a, b []float64, n int) bool {
	for i := range n {
		for j := 0; j <= i; j++ {
			s := a[i*n+j] - dot(a[i*n:i*n+j], a[j*n:j*n+j])
			if i != j {
				a[i*n+j] = s / a[j*n+j]
				continue
			}
			if !(s > 0) {
				return false
			}
			a[i*n+i] = math.Sqrt(s)
		}
	}
	for i := range n {
		b[i] = (b[i] - dot(a[i*n:i*n+i], b[:i])) / a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		s := b[i]
		for k := i + 1; k < n; k++ {
			s -= a[k*n+i] * b[k]
		}
		b[i] = s / a[i*n+i]
	}
	return true
}
