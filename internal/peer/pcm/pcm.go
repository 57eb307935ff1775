// Package pcm fits the partial-credit model of Masters (1982) to ordered scores and
// reads persons, items and next steps from it.
//
// Model. For an item with steps d1…dm and a person at θ,
//
//	P(X = k | θ) ∝ exp( k·θ − (d1 + … + dk) ),  k = 0…m
//
// (Masters 1982, Psychometrika 47). Every slope is 1, so with m = 1 this is the Rasch
// model and d1 the item's difficulty.
//
// Identification. Persons are a sample of N(0, sd²): the mean is fixed to 0, sd and
// every step are free. All values are in logits.
//
// Estimation is marginal maximum likelihood by EM (Bock & Aitkin 1981, Psychometrika
// 46), made fast in three ways that do not move the maximum: the raw score is
// sufficient for θ, so persons with the same score on the same items share one
// posterior; the mean is freed inside the M-step and moved into the steps afterwards
// (PX-EM; Liu, Rubin & Wu 1998, Biometrika 85); and the EM map is extrapolated by
// SQUAREM (Varadhan & Roland 2008, Scand. J. Stat. 35, S3), kept only where the
// likelihood does not fall.
//
// Answers that carry no information about a step. A category nobody chose has
// probability 0 under the maximum (Wilson & Masters 1993, Psychometrika 58, "null
// categories"); the categories around it keep their scores, and the two steps that
// touch it are not estimable. An item with one distinct answer, or none, is left out
// of the fit and has no estimable step. A person without an answer on a fitted item is
// left out of N. What is not estimable is NaN in Go and null in JSON.
package pcm

import (
	"context"

	"yagura/internal/errs"
)

// Missing marks an unanswered item in Data.Scores and in a person's scores.
const Missing = -1

// Data is one table of ordered scores, stored item by item.
type Data struct {
	Items  []string // names, one per item
	Max    []int    // highest score of each item, 1…127
	Scores [][]int8 // [item][person], 0…Max or Missing
}

// Options steer a fit; the zero value is right for most uses.
type Options struct {
	Nodes   int     // quadrature nodes; 0 chooses them from the test's information
	Tol     float64 // largest change of a parameter in one EM step at convergence; 0 means 1e-6
	MaxIter int     // most EM steps; 0 means 1000
	SE      bool    // compute standard errors
	Workers int     // goroutines; 0 means 2. The result does not depend on it.
}

func (o Options) withDefaults() Options {
	if o.Tol <= 0 {
		o.Tol = 1e-6
	}
	if o.MaxIter <= 0 {
		o.MaxIter = 1000
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	return o
}

// Model is a fitted model. It is immutable; its methods may be called from several
// goroutines.
type Model struct {
	Items      []Item  // in the order of Data.Items
	Mean       float64 // always 0, by identification
	SD         float64 // of the person distribution
	SDSE       float64 // its standard error; NaN when not computed or not estimable
	LogLik     float64 // marginal log likelihood at the estimates
	N          int     // persons with at least one answer on a fitted item
	Iterations int     // EM steps used
	Converged  bool
	Nodes      int // quadrature nodes of the last grid

	grid     grid
	where    []int       // item -> fitted item, -1 when not fitted
	lowest   []int       // [fitted item] lowest observed score
	fit      []fitted    // [fitted item] tables by node
	logZ     []float64   // sum over fitted items, by node
	mean     [][]float64 // [fitted item][node] expected score
	variance [][]float64 // [fitted item][node] its variance
}

// Item is one item of a fitted model.
type Item struct {
	ID     string
	Steps  []float64 // d1…dm; NaN when not estimable
	SE     []float64 // of Steps; nil when not asked for, NaN when not estimable
	Infit  float64   // information-weighted mean square, expectation 1; NaN when not fitted
	Outfit float64   // unweighted mean square, expectation 1; NaN when not fitted
	N      int       // answers
	Counts []int     // answers by score 0…Max

	beta []float64 // d1+…+dk up to a constant; +Inf for a score nobody has; nil without answers
}

// Fit estimates the model. It returns an errs.Invalid error when the table is
// malformed (lengths, scores out of range) or carries too little to fit: fewer than
// two items with two different answers. It returns ctx's error when ctx ends first. A
// fit that used up MaxIter, or whose sd ran to its bounds (0.01 and 30 logits: persons
// do not differ, or differ without limit), comes back with Converged false.
func Fit(ctx context.Context, d Data, o Options) (*Model, error) {
	o = o.withDefaults()
	if err := check(d); err != nil {
		return nil, err
	}
	ds := newDesign(d)
	if len(ds.items) < 2 {
		return nil, errs.New(errs.Invalid,
			"partial-credit model: %d item(s) have two different answers, two are needed", len(ds.items))
	}
	e := newEngine(ds, o)
	x, err := e.run(ctx)
	if err != nil {
		return nil, err
	}
	m := e.model(d, x)
	if err := e.itemFit(ctx, d, m); err != nil {
		return nil, err
	}
	if o.SE {
		if err := e.standardErrors(ctx, m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func check(d Data) error {
	if len(d.Items) != len(d.Max) || len(d.Items) != len(d.Scores) {
		return errs.New(errs.Invalid, "partial-credit model: %d items, %d maxima, %d score columns",
			len(d.Items), len(d.Max), len(d.Scores))
	}
	for i, col := range d.Scores {
		if d.Max[i] < 1 || d.Max[i] > 127 {
			return errs.New(errs.Invalid, "item %s: highest score %d is outside 1 to 127", d.Items[i], d.Max[i])
		}
		if len(col) != len(d.Scores[0]) {
			return errs.New(errs.Invalid, "item %s: %d scores, the first item has %d", d.Items[i], len(col), len(d.Scores[0]))
		}
		for p, x := range col {
			if x < Missing || int(x) > d.Max[i] {
				return errs.New(errs.Invalid, "item %s, row %d: score %d is outside 0 to %d", d.Items[i], p+1, x, d.Max[i])
			}
		}
	}
	return nil
}
