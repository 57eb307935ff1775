package peer

import "testing"

// BenchmarkAnalyze is 20,000 parties × 300 items of five categories in three
// sectors of four sizes: 6 M answers.
func BenchmarkAnalyze(b *testing.B) {
	big := shape{sectors: 3, sizes: 4, minLeaf: 1666, maxLeaf: 1667, items: 300, levels: 5, missing: 0.05, clustered: 0, scored: true, withTarget: true}
	rng := seeded(1)
	e := big.sector(rng)
	for i := range e.Parties {
		if i%5 == 0 {
			e.Parties[i].Group = "g" + string(rune('a'+i%26)) + string(rune('a'+i/26%26))
		}
	}
	b.ReportMetric(float64(len(e.Parties)*len(e.Items)), "answers")
	for b.Loop() {
		mustAnalyze(b, e, nil, nil, Default())
	}
}

// BenchmarkAnalyzeYears is a sector of about 498 with last year's release.
func BenchmarkAnalyzeYears(b *testing.B) {
	s := shape{sectors: 3, sizes: 4, minLeaf: 35, maxLeaf: 48, items: 90, levels: 5, missing: 0.05, clustered: 0.05, scored: true, withTarget: true}
	rng := seeded(1)
	before := s.sector(rng)
	now := next(before, rng, 0.3)
	last := mustAnalyze(b, before, nil, nil, Default())
	for b.Loop() {
		mustAnalyze(b, now, &before, last, Default())
	}
}

// BenchmarkPosition is all the positions of that sector.
func BenchmarkPosition(b *testing.B) {
	s := shape{sectors: 3, sizes: 4, minLeaf: 35, maxLeaf: 48, items: 90, levels: 5, missing: 0.05, clustered: 0.05, scored: true, withTarget: true}
	e := s.sector(seeded(1))
	r := mustAnalyze(b, e, nil, nil, Default())
	for b.Loop() {
		for p := range e.Parties {
			r.Position(&e, nil, p)
		}
	}
}
