package pcm

import (
	"context"
	"math"
	"testing"
)

// TestExpandedInformation: on a long questionnaire where nearly every person has a
// pattern of its own, the polynomial expansion gives the exact information.
func TestExpandedInformation(t *testing.T) {
	const tolerance = 1e-4 // of the diagonal
	ctx := context.Background()
	d := simulate(11, 300, 60, 3, 1, 0.1).Data
	o := Options{}.withDefaults()
	e := newEngine(newDesign(d), o)
	x, err := e.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.itemFit(ctx, d, e.model(d, x)); err != nil {
		t.Fatal(err)
	}
	exact, expanded := e.newInformation(), e.newInformation()
	if err := exact.subtract(ctx, math.Inf(1)); err != nil {
		t.Fatal(err)
	}
	if err := expanded.subtract(ctx, 0); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for a := range exact.at {
		for b := range exact.at[a] {
			scale := math.Sqrt(exact.at[a][a] * exact.at[b][b])
			worst = max(worst, math.Abs(exact.at[a][b]-expanded.at[a][b])/scale)
		}
	}
	if worst > tolerance || worst == 0 {
		t.Errorf("expansion is off by %.1e of the diagonal", worst)
	}
	t.Logf("largest relative difference %.1e", worst)
}
