package pcm

import (
	"context"
	"testing"
)

func benchmarkFit(b *testing.B, persons, items int, lost float64, se bool) {
	d := simulate(1, persons, items, 3, 1, lost).Data
	b.ResetTimer()
	b.ReportAllocs()
	for range b.N {
		m, err := Fit(context.Background(), d, Options{SE: se})
		if err != nil || !m.Converged {
			b.Fatal(err, m)
		}
		b.ReportMetric(float64(m.Iterations), "EM-steps")
		b.ReportMetric(float64(m.Nodes), "nodes")
		b.ReportMetric(m.SD, "sd")
	}
}

func BenchmarkFit498x90(b *testing.B)             { benchmarkFit(b, 498, 90, 0, false) }
func BenchmarkFit498x90Missing(b *testing.B)      { benchmarkFit(b, 498, 90, 0.1, false) }
func BenchmarkFit20000x300(b *testing.B)          { benchmarkFit(b, 20000, 300, 0, false) }
func BenchmarkFit20000x300Missing(b *testing.B)   { benchmarkFit(b, 20000, 300, 0.1, false) }
func BenchmarkFit498x90SE(b *testing.B)           { benchmarkFit(b, 498, 90, 0.1, true) }
func BenchmarkFit20000x300SE(b *testing.B)        { benchmarkFit(b, 20000, 300, 0, true) }
func BenchmarkFit20000x300MissingSE(b *testing.B) { benchmarkFit(b, 20000, 300, 0.1, true) }

func BenchmarkPersonFit300(b *testing.B) {
	d := simulate(1, 2000, 300, 3, 1, 0).Data
	m := fit(b, d, Options{})
	x := row(d, 7)
	b.ResetTimer()
	for range b.N {
		m.PersonFit(x)
	}
}
