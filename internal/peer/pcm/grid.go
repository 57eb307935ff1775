package pcm

import "math"

// span is the half width of the grid in standard deviations: wide enough for the
// posterior of a person who scores nothing on a long questionnaire.
const span = 8

const (
	minNodes = 41
	maxNodes = 801
)

// grid is an equally spaced quadrature on θ = sd·z, z from −span to span. On a normal
// density times an analytic likelihood the trapezoidal rule converges geometrically in
// the spacing (Trefethen & Weideman 2014, SIAM Review 56), and unlike Gauss–Hermite
// nodes its nodes stay dense where a long questionnaire's narrow posteriors lie.
type grid struct {
	sd    float64
	z     []float64
	theta []float64
	logW  []float64 // log prior mass of each node
}

func newGrid(nodes int, sd float64) grid {
	g := grid{z: make([]float64, nodes), theta: make([]float64, nodes), logW: make([]float64, nodes)}
	sum := 0.0
	for q := range g.z {
		g.z[q] = span * (2*float64(q)/float64(nodes-1) - 1)
		sum += math.Exp(-g.z[q] * g.z[q] / 2)
	}
	for q, z := range g.z {
		g.logW[q] = -z*z/2 - math.Log(sum)
	}
	g.rescale(sd)
	return g
}

func (g *grid) rescale(sd float64) {
	g.sd = sd
	for q, z := range g.z {
		g.theta[q] = sd * z
	}
}

// nodesFor is how many nodes resolve the narrowest posterior: the spacing is four
// fifths of its standard deviation, at which the trapezoidal rule errs by about
// 2·exp(−2π²/0.64), below 1e-13, on a normal posterior.
func nodesFor(information, sd float64) int {
	const spacing = 0.8
	width := spacing / math.Sqrt(information+1/(sd*sd))
	n := int(math.Ceil(2*span*sd/width)) + 1
	n += 1 - n%2 // odd, so that 0 is a node
	return min(max(n, minNodes), maxNodes)
}
