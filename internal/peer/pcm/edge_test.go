package pcm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"yagura/internal/errs"

	"pgregory.net/rapid"
)

func TestRefusals(t *testing.T) {
	good := func() Data { return fromRows([]string{"01", "10", "11", "00"}) }
	for name, spoil := range map[string]func(*Data){
		"no items":         func(d *Data) { *d = Data{} },
		"missing maximum":  func(d *Data) { d.Max = d.Max[:1] },
		"ragged columns":   func(d *Data) { d.Scores[1] = d.Scores[1][:3] },
		"score too high":   func(d *Data) { d.Scores[0][2] = 2 },
		"score too low":    func(d *Data) { d.Scores[0][2] = -2 },
		"maximum 0":        func(d *Data) { d.Max[0] = 0 },
		"nobody":           func(d *Data) { d.Scores = [][]int8{{}, {}} },
		"all the same":     func(d *Data) { d.Scores[0] = []int8{1, 1, 1, 1}; d.Scores[1] = []int8{0, 0, 0, 0} },
		"one item varies":  func(d *Data) { d.Scores[1] = []int8{1, 1, 1, 1} },
		"nothing answered": func(d *Data) { d.Scores = [][]int8{{-1, -1, -1, -1}, {-1, -1, -1, -1}} },
	} {
		t.Run(name, func(t *testing.T) {
			d := good()
			spoil(&d)
			if _, err := Fit(context.Background(), d, Options{}); errs.KindOf(err) != errs.Invalid {
				t.Errorf("error %v, want one of kind invalid", err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Fit(ctx, simulate(1, 50, 5, 2, 1, 0).Data, Options{}); err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestGaps: categories nobody has, an item with one answer, an item and a person with none.
func TestGaps(t *testing.T) {
	base := simulate(21, 400, 8, 3, 1, 0).Data
	d := Data{Items: slices.Clone(base.Items), Max: slices.Clone(base.Max)}
	for _, col := range base.Scores {
		d.Scores = append(d.Scores, append(slices.Clone(col), Missing))
	}
	persons := len(d.Scores[0])
	for p := range persons {
		if d.Scores[0][p] == 2 {
			d.Scores[0][p] = 3 // an empty middle
		}
		if d.Scores[1][p] == 0 {
			d.Scores[1][p] = 1 // an empty bottom
		}
	}
	d.Max[2] = 5 // an empty top
	d.Items = append(d.Items, "constant", "empty")
	d.Max = append(d.Max, 2, 2)
	d.Scores = append(d.Scores, slices.Repeat([]int8{1}, persons), slices.Repeat([]int8{Missing}, persons))

	m := fit(t, d, Options{SE: true})
	if m.N != 400 {
		t.Errorf("N = %d, want 400: the person without answers carries nothing", m.N)
	}
	estimable := map[int]string{0: "100", 1: "011", 2: "11100", 3: "111", 8: "00", 9: "00"}
	for i, want := range estimable {
		got := ""
		for j, s := range m.Items[i].Steps {
			if math.IsNaN(s) != math.IsNaN(m.Items[i].SE[j]) {
				t.Errorf("%s step %d: %g ± %g", m.Items[i].ID, j+1, s, m.Items[i].SE[j])
			}
			got += map[bool]string{true: "0", false: "1"}[math.IsNaN(s)]
		}
		if got != want {
			t.Errorf("%s: estimable steps %s, want %s", m.Items[i].ID, got, want)
		}
	}
	if p := m.Items[0].Prob(0.3, nil); p[2] != 0 || math.Abs(p[0]+p[1]+p[3]-1) > 1e-12 {
		t.Errorf("empty middle: %v", p)
	}
	if p := m.Items[8].Prob(0.3, nil); p[1] != 1 {
		t.Errorf("constant item: %v", p)
	}
	if p := m.Items[9].Prob(0.3, nil); !slices.Equal(p, []float64{0, 0, 0}) {
		t.Errorf("empty item: %v", p)
	}
	out, err := json.Marshal(m)
	if err != nil || bytes.Contains(out, []byte("NaN")) || !bytes.Contains(out, []byte(`"steps":[null,null]`)) {
		t.Errorf("json %v: %s", err, out)
	}
}

// TestObservedFrequencies: at the maximum every category's expected frequency over the
// fitted population is the observed one (the likelihood equations), with complete
// data.
func TestObservedFrequencies(t *testing.T) {
	d := simulate(31, 700, 6, 3, 1.4, 0).Data
	m := fit(t, d, Options{})
	for i, it := range m.Items {
		expected := make([]float64, len(it.Counts))
		for p := range d.Scores[i] {
			lo, w := m.posterior(row(d, p))
			for q, v := range w {
				for k, pr := range it.Prob(m.grid.theta[lo+q], nil) {
					expected[k] += v * pr
				}
			}
		}
		for k, c := range it.Counts {
			if math.Abs(expected[k]-float64(c)) > 1e-3 {
				t.Errorf("item %d score %d: expected %.5f, observed %d", i+1, k, expected[k], c)
			}
		}
	}
}

// TestWorkersAndOrder: the result is the same for any number of workers and any order of persons.
func TestWorkersAndOrder(t *testing.T) {
	d := simulate(41, 300, 30, 3, 1, 0.2).Data
	var want []byte
	for _, workers := range []int{1, 2, 7} {
		got, err := json.Marshal(fit(t, d, Options{SE: true, Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d workers change the result", workers)
		}
		for _, col := range d.Scores {
			slices.Reverse(col)
		}
	}
}

// TestAnyTable: whatever the answers, a fit gives an Invalid error or finite
// probabilities, abilities and JSON without NaN.
func TestAnyTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, persons := rapid.IntRange(1, 6).Draw(t, "items"), rapid.IntRange(0, 25).Draw(t, "persons")
		d := Data{}
		for i := range items {
			top := rapid.IntRange(1, 5).Draw(t, "top")
			d.Items, d.Max = append(d.Items, fmt.Sprint(i)), append(d.Max, top)
			d.Scores = append(d.Scores, rapid.SliceOfN(rapid.Int8Range(-1, int8(top)), persons, persons).Draw(t, "scores"))
		}
		m, err := Fit(context.Background(), d, Options{SE: true, MaxIter: 200})
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		out, err := json.Marshal(m)
		if err != nil || strings.Contains(string(out), "NaN") {
			t.Fatalf("%v: %s", err, out)
		}
		if math.IsNaN(m.LogLik) || !(m.SD >= minSD && m.SD <= maxSD) {
			t.Fatalf("log likelihood %g, sd %g", m.LogLik, m.SD)
		}
		for p := range persons {
			x := row(d, p)
			eap, sd := m.Ability(x)
			infit, outfit, n := m.PersonFit(x)
			if math.IsNaN(eap) || !(sd > 0) || n > 0 && (math.IsNaN(infit) || math.IsNaN(outfit)) {
				t.Fatalf("person %v: %g ± %g, infit %g, outfit %g", x, eap, sd, infit, outfit)
			}
		}
		for i, it := range m.Items {
			sum := 0.0
			for _, pr := range it.Prob(rapid.Float64Range(-8, 8).Draw(t, "theta"), nil) {
				sum += pr
			}
			if it.N > 0 && math.Abs(sum-1) > 1e-9 {
				t.Fatalf("item %d: probabilities add up to %g", i, sum)
			}
		}
	})
}
