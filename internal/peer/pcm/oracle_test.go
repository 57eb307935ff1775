package pcm

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// fromRows reads a table stored as one string of digits per person, '.' missing.
func fromRows(rows []string) Data {
	d := Data{}
	for i := range rows[0] {
		col, top := make([]int8, len(rows)), 1
		for p, row := range rows {
			col[p] = Missing
			if row[i] != '.' {
				col[p] = int8(row[i] - '0')
				top = max(top, int(col[p]))
			}
		}
		d.Items = append(d.Items, fmt.Sprintf("i%d", i+1))
		d.Max = append(d.Max, top)
		d.Scores = append(d.Scores, col)
	}
	return d
}

func fit(t testing.TB, d Data, o Options) *Model {
	t.Helper()
	m, err := Fit(context.Background(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Converged {
		t.Fatalf("not converged after %d steps, sd %g", m.Iterations, m.SD)
	}
	return m
}

func load(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/oracle/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type mmlOracle struct {
	Rows  []string
	Items []struct{ Steps, SE []*float64 }
	SD    float64
	SDSE  float64 `json:"sd_se"`
	Log   float64 `json:"loglik"`
}

// TestDirectMaximum compares with a direct maximisation of the same likelihood and the
// standard errors of its Hessian (testdata/oracle/mml.py).
func TestDirectMaximum(t *testing.T) {
	const tolerance, tolerableSE = 2e-5, 1e-3 // logits; share of the standard error
	var oracle map[string]mmlOracle
	load(t, "mml.json", &oracle)
	if len(oracle) != 3 {
		t.Fatalf("%d tables, want 3", len(oracle))
	}
	for name, want := range oracle {
		t.Run(name, func(t *testing.T) {
			m := fit(t, fromRows(want.Rows), Options{SE: true})
			var worst, worstSE float64
			compare := func(what string, got, se float64, want, wantSE *float64) {
				if want == nil {
					if !math.IsNaN(got) || !math.IsNaN(se) {
						t.Errorf("%s: %g ± %g, want not estimable", what, got, se)
					}
					return
				}
				worst = max(worst, math.Abs(got-*want))
				worstSE = max(worstSE, math.Abs(se / *wantSE - 1))
				if !(math.Abs(got-*want) <= tolerance) {
					t.Errorf("%s: %g, want %g", what, got, *want)
				}
				if !(math.Abs(se / *wantSE - 1) <= tolerableSE) {
					t.Errorf("%s: standard error %g, want %g", what, se, *wantSE)
				}
			}
			for i, item := range want.Items {
				for j := range item.Steps {
					compare(fmt.Sprintf("%s step %d", m.Items[i].ID, j+1), m.Items[i].Steps[j], m.Items[i].SE[j], item.Steps[j], item.SE[j])
				}
			}
			compare("sd", m.SD, m.SDSE, &want.SD, &want.SDSE)
			if math.Abs(m.LogLik-want.Log) > 1e-5 {
				t.Errorf("log likelihood %.7f, want %.7f", m.LogLik, want.Log)
			}
			t.Logf("largest difference: parameters %.1e, standard errors %.1e; %d EM steps, %d nodes", worst, worstSE, m.Iterations, m.Nodes)
		})
	}
}

// TestLSAT6 holds the solution that the R package ltm (Rizopoulos 2006, J. Stat.
// Softw. 17(5)) publishes for section 6 of the Law School Admission Test, to the
// digits printed. ltm fixes sd to 1 and frees the common slope: its slope is our sd
// and its difficulties are our steps over sd.
func TestLSAT6(t *testing.T) {
	var oracle map[string]mmlOracle
	load(t, "mml.json", &oracle)
	m := fit(t, fromRows(oracle["lsat6"].Rows), Options{SE: true})
	for i, want := range []float64{-3.6153, -1.3224, -0.3176, -1.7301, -2.7802} {
		if got := m.Items[i].Steps[0] / m.SD; math.Abs(got-want) > 0.0002 {
			t.Errorf("item %d: %.4f, published %.4f", i+1, got, want)
		}
	}
	if math.Abs(m.SD-0.7551) > 0.0001 || math.Abs(m.SDSE-0.0694) > 0.0001 || math.Abs(m.LogLik+2466.938) > 0.001 {
		t.Errorf("sd %.4f ± %.4f, log likelihood %.4f", m.SD, m.SDSE, m.LogLik)
	}
}

// TestConditional compares with conditional maximum likelihood of two R packages
// (testdata/oracle/cml.R) after taking off the mean of the steps.
func TestConditional(t *testing.T) {
	const tolerance = 0.03 // logits; the standard errors are 0.06 to 0.10
	var oracle struct {
		Rows        []string
		Psychotools []float64
		ERm         []float64 `json:"eRm"`
	}
	load(t, "cml.json", &oracle)
	m := fit(t, fromRows(oracle.Rows), Options{SE: true})
	var got []float64
	for _, it := range m.Items {
		got = append(got, it.Steps...)
	}
	for name, want := range map[string][]float64{"psychotools": oracle.Psychotools, "eRm": oracle.ERm} {
		if len(want) != len(got) {
			t.Fatalf("%s: %d steps, want %d", name, len(want), len(got))
		}
		worst := 0.0
		for i := range got {
			d := math.Abs(got[i] - average(got) - want[i] + average(want))
			worst = max(worst, d)
			if d > tolerance {
				t.Errorf("%s: step %d differs by %.4f", name, i+1, d)
			}
		}
		t.Logf("%s: largest difference %.4f", name, worst)
	}
}

func average(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
