package chart

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Published contrast ratios: black on white is 21, #767676 on white 4.54 and
// #777777 on white 4.48 (WebAIM contrast checker).
func TestContrast(t *testing.T) {
	tests := []struct {
		a, b Color
		want float64
	}{{Black, White, 21}, {White, White, 1}, {"#767676", White, 4.54}, {"#777777", White, 4.48}, {"#0000ff", White, 8.59}}
	for _, test := range tests {
		if got := Contrast(test.a, test.b); math.Abs(got-test.want) > 0.005 {
			t.Errorf("Contrast(%s, %s) = %.3f, want %.2f", test.a, test.b, got, test.want)
		}
	}
}

func TestInkIsLegible(t *testing.T) {
	for i := range 1001 {
		ground := Shade(float64(i) / 1000)
		if c := Contrast(InkOn(ground), ground); c < MinContrast {
			t.Errorf("ink on shade %d/1000 %s: %.2f", i, ground, c)
		}
	}
	for _, c := range []Color{Ink, Muted, Own} {
		if got := Contrast(c, White); got < MinContrast {
			t.Errorf("%s on white: %.2f", c, got)
		}
	}
}

// TestShadesDarken: the palette is ordered by lightness, so it is readable in grey.
func TestShadesDarken(t *testing.T) {
	for n := 2; n <= 7; n++ {
		steps := Steps(n)
		for i := 1; i < n; i++ {
			if !(steps[i].Luminance() < steps[i-1].Luminance()) {
				t.Errorf("step %d of %d is not darker than the one before", i, n)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		v      float64
		digits int
		want   string
	}{{0, 0, "0"}, {-0.04, 1, "0.0"}, {-0.06, 1, "-0.1"}, {1234567.891, 2, "1,234,567.89"}, {999.95, 1, "1,000.0"}, {-1234, 0, "-1,234"}}
	for _, test := range tests {
		if got := Number(test.v, test.digits); got != test.want {
			t.Errorf("Number(%v, %d) = %q, want %q", test.v, test.digits, got, test.want)
		}
	}
	if got := Of(math.NaN()).Format(1); got != "－" {
		t.Errorf("a value that is not a number shows as %q", got)
	}
}

func TestTicks(t *testing.T) {
	tests := []struct {
		low, high float64
		want      []float64
	}{{0, 100, []float64{0, 20, 40, 60, 80, 100}}, {0, 4, []float64{0, 1, 2, 3, 4}}, {30, 80, []float64{30, 40, 50, 60, 70, 80}}, {5, 5, []float64{5}}}
	for _, test := range tests {
		if got := ticks(test.low, test.high, 5); !slices.Equal(got, test.want) {
			t.Errorf("ticks(%v, %v) = %v, want %v", test.low, test.high, got, test.want)
		}
	}
}

func TestSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.SliceOfN(rapid.Float64Range(0, 200), 1, 10).Draw(t, "at")
		out := spread(at, 17, 0, 200)
		sorted := slices.Sorted(slices.Values(out))
		for i := 1; i < len(sorted); i++ {
			if sorted[i]-sorted[i-1] < 17-1e-9 {
				t.Fatalf("labels %v and %v are too near in %v", sorted[i-1], sorted[i], out)
			}
		}
		if sorted[0] < -1e-9 || sorted[len(sorted)-1] > 200+1e-9 {
			t.Fatalf("%v leaves the range", out)
		}
		for i := range at {
			for k := range at {
				if at[i] < at[k] && out[i] > out[k] {
					t.Fatalf("the order of %v is not kept in %v", at, out)
				}
			}
		}
	})
}
