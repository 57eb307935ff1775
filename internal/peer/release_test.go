package peer

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
)

var anySector = shape{sectors: 3, sizes: 3, minLeaf: 1, maxLeaf: 15, items: 6, levels: 4, missing: 0.15, clustered: 0.2, scored: true, withTarget: true}

func mustAnalyze(t testing.TB, e Edition, prev *Edition, last *Release, p Policy) *Release {
	t.Helper()
	r, err := Analyze(e, prev, last, p, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// permuted returns the edition with its parties in another order, and the new
// index of each party.
func permuted(e Edition, rng *rand.Rand) Edition {
	order := rng.Perm(len(e.Parties))
	n := e
	n.Parties, n.Answers, n.Scores, n.Overall = nil, nil, nil, nil
	for _, p := range order {
		n.Parties = append(n.Parties, e.Parties[p])
		n.Overall = append(n.Overall, e.Overall[p])
	}
	for _, row := range e.Answers {
		var out []int8
		for _, p := range order {
			out = append(out, row[p])
		}
		n.Answers = append(n.Answers, out)
	}
	for _, row := range e.Scores {
		var out []float64
		for _, p := range order {
			out = append(out, row[p])
		}
		n.Scores = append(n.Scores, out)
	}
	return n
}

func TestReleaseIsDeterministicAndBlindToOrder(t *testing.T) {
	for seed := range uint64(30) {
		rng := seeded(seed)
		before := anySector.sector(rng)
		now := next(before, rng, 0.3)
		last := mustAnalyze(t, before, nil, nil, Default())
		want := marshal(t, mustAnalyze(t, now, &before, last, Default()))
		if !bytes.Equal(want, marshal(t, mustAnalyze(t, now, &before, last, Default()))) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
		shuffled := permuted(before, rng)
		if got := marshal(t, mustAnalyze(t, permuted(now, rng), &shuffled, last, Default())); !bytes.Equal(want, got) {
			t.Fatalf("seed %d: the order of the parties shows", seed)
		}
	}
}

func TestReleaseSurvivesJSON(t *testing.T) {
	rng := seeded(1)
	before := anySector.sector(rng)
	now := next(before, rng, 0.3)
	last := mustAnalyze(t, before, nil, nil, Default())
	var back Release
	if err := json.Unmarshal(marshal(t, last), &back); err != nil {
		t.Fatal(err)
	}
	a, b := mustAnalyze(t, now, &before, last, Default()), mustAnalyze(t, now, &before, &back, Default())
	if !bytes.Equal(marshal(t, a), marshal(t, b)) {
		t.Error("a release read back gives another result")
	}
	for p := range now.Parties {
		if !bytes.Equal(marshal(t, a.Position(&now, &before, p)), marshal(t, b.Position(&now, &before, p))) {
			t.Fatalf("party %d: positions differ", p)
		}
	}
}

// membersOf lists a group's parties.
func membersOf(e *Edition, g Group) []int {
	var out []int
	for i, p := range e.Parties {
		if g.Has(p.Sector, p.Size) {
			out = append(out, i)
		}
	}
	return out
}

func TestPublishedIntervalsHoldTheTruth(t *testing.T) {
	shownCells := 0
	for seed := range uint64(120) {
		rng := seeded(seed)
		e := anySector.sector(rng)
		for _, pol := range []Policy{Default(), Sensitive(), Public()} {
			r := mustAnalyze(t, e, nil, nil, pol)
			for i, res := range r.Items {
				for g, c := range res.Cells {
					if !c.Shown() {
						continue
					}
					shownCells++
					truth := Distribution(e.Answers[i], e.Items[i].Levels, membersOf(&e, r.Groups[g]))
					checkCell(t, c, truth, pol)
				}
			}
			for g, area := range r.Weak {
				checkWeak(t, &e, r.Groups[g], area)
			}
		}
	}
	if shownCells < 1000 {
		t.Errorf("only %d cells shown", shownCells)
	}
}

func checkCell(t *testing.T, c Cell, truth []int, pol Policy) {
	t.Helper()
	n := 0
	for _, x := range truth {
		n += x
	}
	if n < pol.MinN || c.N != band(n) {
		t.Fatalf("n = %d shown as %q", n, c.N)
	}
	for k, s := range c.Shares {
		share := 100 * float64(truth[k]) / float64(n)
		if share < s.Low || share > s.High || s.Point < s.Low || s.Point > s.High {
			t.Fatalf("true share %v, published %+v", share, s)
		}
		if (s.Coding == AsBelow && share >= s.High) || (s.Coding == AsAbove && share <= s.Low) {
			t.Fatalf("true share %v, published %+v", share, s)
		}
		if c.Counts[k]%pol.Base != 0 || c.Counts[k] < 0 {
			t.Fatalf("count %d is no multiple of %d", c.Counts[k], pol.Base)
		}
		if s.High-s.Low <= 0 || s.Coding == AsPoint && (s.Point <= 0 || s.Point >= 100) {
			t.Fatalf("share %+v says too much", s)
		}
	}
}

func checkWeak(t *testing.T, e *Edition, g Group, area WeakAreas) {
	t.Helper()
	for _, w := range area.Items {
		if w.Mixed {
			continue
		}
		i := slices.IndexFunc(e.Items, func(it Item) bool { return it.ID == w.Item })
		below, n := 0, 0
		for _, p := range membersOf(e, g) {
			aim, ok := e.Items[i].Target[e.Parties[p].Tier]
			if v := e.Answers[i][p]; v >= 0 && ok {
				n++
				if int(v) < aim {
					below++
				}
			}
		}
		if share := 100 * float64(below) / float64(n); share < w.Below.Low || share > w.Below.High {
			t.Fatalf("%s in %s: %v below target, published %+v", w.Item, g.ID, share, w.Below)
		}
	}
}

// TestNoLoneHiddenChild: a shown parent never has exactly one hidden child,
// and what all hidden children of a shown parent hold together could be shown.
func TestNoLoneHiddenChild(t *testing.T) {
	hiddenPairs := 0
	for seed := range uint64(200) {
		rng := seeded(seed)
		e := anySector.sector(rng)
		r := mustAnalyze(t, e, nil, nil, Default())
		for i, res := range r.Items {
			for g, group := range r.Groups {
				if !res.Cells[g].Shown() {
					continue
				}
				var hidden []int
				held := 0
				for k, child := range r.Groups {
					if child.Parent == group.ID && !res.Cells[k].Shown() {
						hidden = append(hidden, k)
						for _, c := range Distribution(e.Answers[i], e.Items[i].Levels, membersOf(&e, child)) {
							held += c
						}
					}
				}
				if len(hidden) == 1 || (len(hidden) > 1 && held < Default().MinN) {
					t.Fatalf("seed %d, %s in %s: hidden children %v hold %d", seed, res.Item, group.ID, hidden, held)
				}
				hiddenPairs += len(hidden)
			}
		}
	}
	if hiddenPairs == 0 {
		t.Error("no cell was ever hidden: the test shows nothing")
	}
}
