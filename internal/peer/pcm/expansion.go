package pcm

import (
	"context"
	"math"
)

// terms is how many polynomials an expanded posterior covariance keeps.
const terms = 2

// subtractExpanded handles patterns of few persons on a long questionnaire, where the
// exact sum over nodes would cost minutes. Over a posterior w with orthonormal
// polynomials p0 = 1, p1, p2, …,
//
//	Cov(f, g) = Σ_{t≥1} ⟨f, pt⟩⟨g, pt⟩
//
// (Parseval). After two terms the rest is of the order of the sixth power of the
// posterior's width.
func (inf *information) subtractExpanded(ctx context.Context, patterns []int) error {
	const batch = 64
	e := inf.e
	var groups []int
	for _, p := range patterns {
		for g := e.ds.patterns[p].lo; g < e.ds.patterns[p].hi; g++ {
			groups = append(groups, g)
		}
	}
	coefs := make([][]float64, len(inf.basis)) // [parameter][group in batch · terms]
	for a := range coefs {
		coefs[a] = make([]float64, batch*terms)
	}
	for start := 0; start < len(groups); start += batch {
		part := groups[start:min(start+batch, len(groups))]
		for a := range coefs {
			clear(coefs[a])
		}
		err := each(ctx, e.o.Workers, len(part), func(g int) { inf.expand(part[g], g, coefs) })
		if err != nil {
			return err
		}
		const tile = 8 // parameters sharing one pass over the coefficients
		err = each(ctx, e.o.Workers, (len(coefs)+tile-1)/tile, func(t int) {
			last := min((t+1)*tile, len(coefs))
			for b := range last {
				for a := max(t*tile, b); a < last; a++ {
					inf.at[a][b] -= dot(coefs[a], coefs[b])
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// expand writes the coefficients of group g, times the root of its count, into place slot.
func (inf *information) expand(g, slot int, coefs [][]float64) {
	e := inf.e
	post := e.post[g]
	poly := polynomials(post.w, e.grid.z[post.lo:])
	root := math.Sqrt(e.ds.groups[g].count)
	for _, a := range inf.rows(&e.ds.patterns[e.ds.groups[g].pattern]) {
		f := inf.basis[a][post.lo:]
		for t := range terms {
			coefs[a][slot*terms+t] = root * dot(poly[t], f)
		}
	}
}

// polynomials returns w·p1 and w·p2 for the orthonormal polynomials of weights w on
// points z, by Gram–Schmidt.
func polynomials(w, z []float64) [terms][]float64 {
	var m1, m2, m3 float64
	for q, v := range w {
		m1 += v * z[q]
	}
	for q, v := range w {
		d := z[q] - m1
		m2 += v * d * d
		m3 += v * d * d * d
	}
	p1, p2 := make([]float64, len(w)), make([]float64, len(w))
	norm := 0.0
	for q := range w {
		d := z[q] - m1
		p1[q] = d / math.Sqrt(m2)
		p2[q] = d*d - m2 - m3/m2*d
		norm += w[q] * p2[q] * p2[q]
	}
	for q, v := range w {
		p1[q] *= v
		p2[q] *= v / math.Sqrt(norm)
	}
	return [terms][]float64{p1, p2}
}
