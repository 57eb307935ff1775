package pcm

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sample(t testing.TB) (truth, *Model) {
	tr := simulate(51, 800, 25, 3, 1.2, 0.05)
	return tr, fit(t, tr.Data, Options{})
}

// TestAbility: EAPs follow the raw score, are unbiased on the population, and their sd
// describes the error; without answers the population comes back.
func TestAbility(t *testing.T) {
	tr, m := sample(t)
	var error2, sd2, sum float64
	for p, theta := range tr.theta {
		eap, sd := m.Ability(row(tr.Data, p))
		error2 += (eap - theta) * (eap - theta)
		sd2 += sd * sd
		sum += eap
	}
	if ratio := error2 / sd2; ratio < 0.9 || ratio > 1.1 {
		t.Errorf("squared error is %.2f of what the posterior states", ratio)
	}
	if mean := sum / 800; math.Abs(mean) > 1e-4 {
		t.Errorf("mean EAP %.5f, want the population mean", mean)
	}
	for _, none := range [][]int8{nil, slices.Repeat([]int8{Missing}, 25), slices.Repeat([]int8{9}, 25)} {
		if eap, sd := m.Ability(none); math.Abs(eap) > 1e-9 || math.Abs(sd-m.SD) > 1e-6 {
			t.Errorf("no answers: %g ± %g, want 0 ± %g", eap, sd, m.SD)
		}
	}
	low, _ := m.Ability(make([]int8, 25))
	high, _ := m.Ability(slices.Repeat([]int8{3}, 25))
	if math.IsInf(low, 0) || math.IsInf(high, 0) || low > -2 || high < 2 {
		t.Errorf("all lowest %g, all highest %g", low, high)
	}
}

// TestAbilityMonotone: raising one answer raises the ability.
func TestAbilityMonotone(t *testing.T) {
	_, m := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Int8Range(-1, 3), 25, 25).Draw(t, "scores")
		i := rapid.IntRange(0, 24).Draw(t, "item")
		if x[i] < 0 || x[i] == 3 {
			return
		}
		before, _ := m.Ability(x)
		x[i]++
		if after, _ := m.Ability(x); !(after > before) {
			t.Fatalf("from %g to %g", before, after)
		}
	})
}

func TestProbMatchesSteps(t *testing.T) {
	_, m := sample(t)
	it := m.Items[3]
	p := it.Prob(0.7, make([]float64, 0, 4))
	for k := 1; k <= 3; k++ {
		if got, want := math.Log(p[k]/p[k-1]), 0.7-it.Steps[k-1]; math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: log odds %g, want %g", k, got, want)
		}
	}
	if got, want := it.Reach(1, 0.7), p[2]+p[3]; math.Abs(got-want) > 1e-12 {
		t.Errorf("Reach(1) = %g, want %g", got, want)
	}
	if math.Abs(it.Reach(-1, 0.7)-1) > 1e-12 || it.Reach(3, 0.7) != 0 {
		t.Errorf("Reach(-1) = %g, Reach(3) = %g", it.Reach(-1, 0.7), it.Reach(3, 0.7))
	}
}

func TestNextSteps(t *testing.T) {
	_, m := sample(t)
	x := slices.Repeat([]int8{1}, 25)
	x[0], x[1], x[2] = 3, Missing, 0
	theta, _ := m.Ability(x)
	steps := m.NextSteps(x, nil, nil)
	if len(steps) != 23 {
		t.Fatalf("%d steps, want 23: the item at the top and the unanswered one are closed", len(steps))
	}
	for i, s := range steps {
		if want := m.Items[s.Item].Reach(s.Score, theta); s.Share != want || s.Priority != want || s.Next != s.Score+1 {
			t.Errorf("step %+v, want share %g", s, want)
		}
		if i > 0 && s.Priority > steps[i-1].Priority {
			t.Errorf("step %d is above step %d", i, i-1)
		}
	}

	weights, targets := slices.Repeat([]float64{1}, 25), slices.Repeat([]int{1}, 25)
	weights[5], weights[6] = 50, 0
	targets[2], targets[5], targets[6], targets[7] = 9, 2, 3, 3
	steps = m.NextSteps(x, weights, targets)
	var order []int
	for _, s := range steps {
		order = append(order, s.Item)
	}
	slices.Sort(order[1:])
	if !slices.Equal(order, []int{5, 2, 7}) {
		t.Errorf("items %v, want 5 first and 2 and 7 after it", order)
	}
	if steps[0].Target != 2 || steps[0].Weight != 50 {
		t.Errorf("first step %+v", steps[0])
	}
}

// TestNextStepsTies: equal items keep their order.
func TestNextStepsTies(t *testing.T) {
	d := simulate(61, 200, 3, 2, 1, 0).Data
	for range 3 {
		d.Items = append(d.Items, d.Items[0])
		d.Max = append(d.Max, 2)
		d.Scores = append(d.Scores, d.Scores[0])
	}
	d.Scores[1], d.Scores[2] = d.Scores[0], d.Scores[0]
	m, err := Fit(t.Context(), d, Options{MaxIter: 20}) // six copies: sd has no finite maximum
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range m.NextSteps(make([]int8, 6), nil, nil) {
		if s.Item != i {
			t.Errorf("place %d: item %d", i, s.Item)
		}
	}
}
