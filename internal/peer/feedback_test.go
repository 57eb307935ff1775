package peer

import (
	"math"
	"slices"
	"testing"
)

// fixed is a sector of 60 in which everything can be counted by hand: party p
// answers p/20 to the one compared item, and moved up from 0 if p < 30.
func fixed() (now, then Edition) {
	then = Edition{ID: "2025", Sections: []Section{{"S", 1}}}
	for _, id := range []string{"old", "gone", "broken"} {
		then.Items = append(then.Items, Item{ID: id, Section: "S", Levels: 3, Ordered: true, Weight: 1})
		then.Answers = append(then.Answers, make([]int8, 60))
	}
	then.Parties = partiesOf("A l 60")
	now = then
	now.ID = "2026"
	now.Items = []Item{
		{ID: "kept", Section: "S", Levels: 3, Ordered: true, Weight: 1, Previous: "old", Target: map[string]int{"": 2}},
		{ID: "new", Section: "S", Levels: 3, Ordered: true, Weight: 1},
		{ID: "redone", Section: "S", Levels: 3, Ordered: true, Weight: 1, Previous: "broken", Break: true},
	}
	now.Answers = [][]int8{make([]int8, 60), make([]int8, 60), make([]int8, 60)}
	for p := range 60 {
		now.Answers[0][p] = int8(p / 20)
		then.Answers[0][p] = int8(p / 20)
		if p >= 20 && p < 30 {
			then.Answers[0][p] = 0
		}
	}
	then.score()
	now.score()
	return now, then
}

func TestChangesBreaksAndWeakAreas(t *testing.T) {
	now, then := fixed()
	last := mustAnalyze(t, then, nil, nil, Default())
	off := mustAnalyze(t, now, &then, nil, Off())
	if got := off.Items[0].Change[0].Counts; !slices.Equal(got, []int{0, 50, 10}) {
		t.Errorf("changes without protection: %v", got)
	}
	r := mustAnalyze(t, now, &then, last, Default())
	if c := r.Items[0].Change[0]; !c.Shown() || !near([]int{0, 50, 10}, c.Counts, 3) {
		t.Errorf("changes: %+v", c)
	}
	if r.Items[1].Change != nil || r.Items[2].Change != nil {
		t.Error("a new item or one after a break is compared")
	}
	if !slices.Equal(r.Breaks, []Break{{"redone", "broken"}}) {
		t.Errorf("breaks: %v", r.Breaks)
	}
	if len(r.Items[0].Last) != len(r.Groups) || !slices.Equal(r.Items[0].Last[0].Counts, last.Items[0].Cells[0].Counts) || r.Items[1].Last != nil {
		t.Error("the last release does not stand beside the kept item, and only there")
	}
	if w := r.Weak[0].Items; len(w) != 1 || w[0].Below.Low > 66 || w[0].Below.High < 67 || w[0].Mixed {
		t.Errorf("weak areas: %+v", w)
	}
	if w := off.Weak[0]; math.Abs(w.Items[0].Below.Point-200.0/3) > 1e-9 || len(w.Sections) != 1 || w.Sections[0].Below != 66.7 {
		t.Errorf("weak areas without protection: %+v", w)
	}
	if r.Heat.Cells[0][0].Median == nil || *r.Heat.Cells[0][0].Median != *r.Sections[0].Cells[0].Median {
		t.Error("the heat map and the section differ")
	}
}

func TestWeakestFirstTiesById(t *testing.T) {
	rng := seeded(3)
	for _, area := range mustAnalyze(t, anySector.sector(rng), nil, nil, Default()).Weak {
		for i := 1; i < len(area.Items); i++ {
			a, b := area.Items[i-1], area.Items[i]
			if a.Below.Point < b.Below.Point || (a.Below.Point == b.Below.Point && a.Item >= b.Item) {
				t.Fatalf("%s: %v before %v", area.Group, a, b)
			}
		}
	}
}

func TestPosition(t *testing.T) {
	now, then := fixed()
	r := mustAnalyze(t, now, &then, nil, Default())
	pos := r.Position(&now, &then, 25)
	kept := pos.Items[0]
	if kept.Own != 1 || kept.Previous != 0 || kept.Moved != MovedImproved || kept.Target != 2 {
		t.Errorf("own answer: %+v", kept)
	}
	if pos.Items[2].Previous != Missing || pos.Items[2].Moved != "" {
		t.Errorf("after a break: %+v", pos.Items[2])
	}
	if !slices.Equal(pos.Groups, []string{"all", "sector:A"}) {
		t.Errorf("groups: %v", pos.Groups)
	}
	if len(pos.Sections[0].Ranks) != 2 || pos.Sections[0].Moved != MovedImproved {
		t.Errorf("section: %+v", pos.Sections[0])
	}
}

// TestPeersWithoutMe: the peers' interval holds the true share of the others,
// and the peers' shares are a function of the release and the own answer alone.
func TestPeersWithoutMe(t *testing.T) {
	for seed := range uint64(40) {
		e := anySector.sector(seeded(seed))
		r := mustAnalyze(t, e, nil, nil, Default())
		for p := range e.Parties {
			for i, item := range r.Position(&e, nil, p).Items {
				for _, peers := range item.Peers {
					if peers.Reason != "" {
						continue
					}
					others := slices.DeleteFunc(membersOf(&e, r.Groups[r.GroupIndex(peers.Group)]), func(m int) bool { return m == p })
					truth := Distribution(e.Answers[i], e.Items[i].Levels, others)
					n := 0
					for _, c := range truth {
						n += c
					}
					for k, s := range peers.Shares {
						if v := 100 * float64(truth[k]) / float64(n); v < s.Low || v > s.High {
							t.Fatalf("seed %d party %d item %d in %s: %v of the peers, published %+v", seed, p, i, peers.Group, v, s)
						}
					}
				}
			}
		}
	}
}

func TestRankBandsAreWideEnough(t *testing.T) {
	for _, pol := range []Policy{Default(), Sensitive(), Public()} {
		for n := 1; n < 200; n++ {
			holds := map[[2]float64]int{}
			for twice := 0; twice <= 2*n; twice++ {
				low, high, ok := pol.rank(twice, n, 50, 5)
				if !ok {
					if n >= max(pol.QuartilesN, 4*(pol.Colluders+2)) {
						t.Fatalf("%s: no band among %d peers", pol.ID, n)
					}
					continue
				}
				mid := 50 * float64(twice) / float64(n)
				if mid < low || mid > high {
					t.Fatalf("%s: mid-rank %v of %d in band %v to %v", pol.ID, mid, n, low, high)
				}
				holds[[2]float64{low, high}]++
			}
			for band, halves := range holds {
				if peers := (band[1] - band[0]) / 100 * float64(n); peers < float64(pol.Colluders+2)-1e-9 || halves < 2*(pol.Colluders+2)-1 {
					t.Fatalf("%s: band %v holds %v of %d peers", pol.ID, band, peers, n)
				}
			}
		}
	}
}

// TestTiesDoNotShow: whoever has the lowest, a middle or the highest score
// among peers that all have the same sees what is seen with some that do not.
func TestTiesDoNotShow(t *testing.T) {
	for n := 12; n < 150; n++ {
		for _, own := range []float64{0, 40, 100} {
			low, high, _ := Default().rank(n, n, own, 5) // all tied
			for others := 1; others <= 2; others++ {
				twice := n - others // others below me become others above me
				if own == 100 {
					twice = n + others
				}
				if l, h, _ := Default().rank(twice, n, own, 5); l != low || h != high {
					t.Fatalf("n %d own %v: %v-%v if all are tied, %v-%v if %d are not", n, own, low, high, l, h, others)
				}
			}
		}
	}
}
