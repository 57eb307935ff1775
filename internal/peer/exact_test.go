package peer

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

func TestExactAgainstOracle(t *testing.T) {
	raw, err := os.ReadFile("testdata/oracle/exact.json")
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		Cases []struct {
			Values              []float64
			Quantiles, Midranks [][2]float64
		}
	}
	if err := json.Unmarshal(raw, &oracle); err != nil {
		t.Fatal(err)
	}
	if len(oracle.Cases) < 20 {
		t.Fatalf("only %d cases", len(oracle.Cases))
	}
	for i, c := range oracle.Cases {
		for _, q := range c.Quantiles {
			if got := Quantile(c.Values, q[0]); math.Abs(got-q[1]) > 1e-9 {
				t.Errorf("case %d: quantile %v is %v, want %v", i, q[0], got, q[1])
			}
		}
		for _, m := range c.Midranks {
			if got := MidRank(c.Values, m[0]); math.Abs(got-m[1]) > 1e-9 {
				t.Errorf("case %d: mid-rank of %v is %v, want %v", i, m[0], got, m[1])
			}
		}
	}
}

func TestExactOfNothing(t *testing.T) {
	if !math.IsNaN(Quantile(nil, 0.5)) || !math.IsNaN(MidRank(nil, 3)) {
		t.Error("want NaN for no values")
	}
}

func TestDistribution(t *testing.T) {
	got := Distribution([]int8{0, 2, Missing, 2, Unknown, 1, NotApplicable}, 3, []int{0, 1, 2, 3, 4, 6})
	if want := []int{1, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
