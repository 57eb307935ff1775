package pcm

import (
	"math"
	"testing"
)

// TestRecovery draws 200 tables of 500 persons on 10 items with three steps, a tenth
// of the answers lost, from one set of true values. Over all steps the mean error must
// be below 0.01 logits in size, the mean error of any one step below 0.04 (its
// standard error over the 200 tables is about 0.012), and the 95 % intervals must
// cover between 94 % and 96 % of the true steps. For sd (true 1.2): bias below 0.015
// (its standard error is about 0.004), coverage 91 % to 98 %.
func TestRecovery(t *testing.T) {
	const tables, sd = 200, 1.2
	truth := simulate(7, 1, 10, 3, sd, 0).steps
	bias := make([]float64, 30)
	var covered, total, sdBias, sdCovered float64
	for r := range tables {
		m := fit(t, redraw(uint64(r), truth, 500, sd, 0.1), Options{SE: true})
		for i, it := range m.Items {
			for j, d := range it.Steps {
				off := d - truth[i][j]
				bias[3*i+j] += off / tables
				total++
				if math.Abs(off) < 1.959964*it.SE[j] {
					covered++
				}
			}
		}
		sdBias += (m.SD - sd) / tables
		if math.Abs(m.SD-sd) < 1.959964*m.SDSE {
			sdCovered += 1.0 / tables
		}
	}
	worst := 0.0
	for _, b := range bias {
		worst = max(worst, math.Abs(b))
	}
	t.Logf("bias: steps %.4f (worst %.4f), sd %.4f; coverage: steps %.3f, sd %.3f", average(bias), worst, sdBias, covered/total, sdCovered)
	if math.Abs(average(bias)) > 0.01 || worst > 0.04 {
		t.Errorf("steps are biased by %.4f on average, %.4f at worst", average(bias), worst)
	}
	if c := covered / total; c < 0.94 || c > 0.96 {
		t.Errorf("95 %% intervals of steps cover %.3f", c)
	}
	if math.Abs(sdBias) > 0.015 || sdCovered < 0.91 || sdCovered > 0.98 {
		t.Errorf("sd: bias %.4f, coverage %.3f", sdBias, sdCovered)
	}
}

// TestMeanSquaresNearOne: on data that follow the model the mean squares of items and
// persons scatter around 1; on persons who answer at random they exceed it.
func TestMeanSquaresNearOne(t *testing.T) {
	tr := simulate(3, 2000, 20, 3, 1, 0.05)
	m := fit(t, tr.Data, Options{})
	var in, out []float64
	for _, it := range m.Items {
		in, out = append(in, it.Infit), append(out, it.Outfit)
	}
	if math.Abs(average(in)-1) > 0.01 || math.Abs(average(out)-1) > 0.02 {
		t.Errorf("items: mean infit %.3f, outfit %.3f", average(in), average(out))
	}
	in, out = nil, nil
	for p := range tr.theta {
		i, o, _ := m.PersonFit(row(tr.Data, p))
		in, out = append(in, i), append(out, o)
	}
	if math.Abs(average(in)-1) > 0.02 || math.Abs(average(out)-1) > 0.02 {
		t.Errorf("persons: mean infit %.3f, outfit %.3f", average(in), average(out))
	}
	odd := make([]int8, 20) // top score where few have it, lowest where most have more
	for i, it := range m.Items {
		if average(it.Steps) > 0 {
			odd[i] = 3
		}
	}
	if i, o, n := m.PersonFit(odd); i < 1.5 || o < 1.5 || n != 20 {
		t.Errorf("a person against the order of difficulty: infit %.2f, outfit %.2f, n %d", i, o, n)
	}
}

// TestMisfittingItem: an item answered at random stands out by infit and outfit.
func TestMisfittingItem(t *testing.T) {
	tr := simulate(5, 1000, 15, 3, 1.3, 0)
	noise := simulate(6, 1000, 1, 3, 1.3, 0)
	tr.Scores[4] = noise.Scores[0]
	m := fit(t, tr.Data, Options{})
	for i, it := range m.Items {
		if odd := it.Infit > 1.2 && it.Outfit > 1.2; odd != (i == 4) {
			t.Errorf("%s: infit %.2f, outfit %.2f", it.ID, it.Infit, it.Outfit)
		}
	}
}

func row(d Data, p int) []int8 {
	out := make([]int8, len(d.Items))
	for i := range out {
		out[i] = d.Scores[i][p]
	}
	return out
}
