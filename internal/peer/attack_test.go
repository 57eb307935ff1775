package peer

import (
	"math/rand/v2"
	"testing"
)

// breaches counts the (coalition, label) pairs of an edition in which the
// coalition reads the others' answers.
func breaches(t testing.TB, e *Edition, pol Policy, colluders int) int {
	t.Helper()
	r := published(t, mustAnalyze(t, *e, nil, nil, pol))
	labels := labelsOf(e)
	found := 0
	for i, it := range e.Items {
		truth, n := truthOf(e, i, labels)
		a := attack{labels: labels, n: n, levels: it.Levels, seen: look(r, r.Items[i].Cells, labels)}
		for _, known := range coalitionsOf(units(e, e.Answers[i], labels, colluders), colluders) {
			found += len(a.determined(t, truth, known))
		}
	}
	return found
}

// small is a random sector of the attack tests.
func small(rng *rand.Rand, clustered float64) Edition {
	return shape{sectors: 1 + rng.IntN(2), sizes: 1 + rng.IntN(3), minLeaf: 1, maxLeaf: 15, items: 3,
		levels: 2 + rng.IntN(3), missing: 0.1, clustered: clustered}.sector(rng)
}

func TestAttackOneColluder(t *testing.T) {
	off := 0
	for seed := range uint64(150) {
		e := small(seeded(seed), 0)
		if found := breaches(t, &e, Default(), 1); found > 0 {
			t.Errorf("seed %d: %d breaches", seed, found)
		}
		off += breaches(t, &e, Off(), 1)
	}
	if off < 100 {
		t.Errorf("only %d breaches without protection: the attack is no attack", off)
	}
	t.Logf("%d breaches without protection", off)
}

func TestAttackTwoColluders(t *testing.T) {
	off, weaker := 0, 0
	for seed := range uint64(100) {
		e := small(seeded(1000+seed), 0)
		for _, pol := range []Policy{Sensitive(), Public()} {
			if found := breaches(t, &e, pol, 2); found > 0 {
				t.Errorf("seed %d: %d breaches under %s", seed, found, pol.ID)
			}
		}
		if seed%4 == 0 {
			off += breaches(t, &e, Off(), 2)
			weaker += breaches(t, &e, Default(), 2)
		}
	}
	if off < 100 {
		t.Errorf("only %d breaches without protection: the attack is no attack", off)
	}
	t.Logf("%d breaches without protection, %d by two under the policy against one", off, weaker)
}

func TestAttackClusters(t *testing.T) {
	off := 0
	for seed := range uint64(100) {
		e := small(seeded(2000+seed), 0.4)
		if found := breaches(t, &e, Default(), 1); found > 0 {
			t.Errorf("seed %d: %d breaches by one cluster", seed, found)
		}
		if seed%4 == 0 {
			if found := breaches(t, &e, Sensitive(), 2); found > 0 {
				t.Errorf("seed %d: %d breaches by two clusters", seed, found)
			}
		}
		off += breaches(t, &e, Off(), 1)
	}
	if off < 100 {
		t.Errorf("only %d breaches without protection: the attack is no attack", off)
	}
}
