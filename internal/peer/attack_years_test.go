package peer

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Two releases in a row, one party more or less, and an attacker who takes it
// that everybody else answered as before (which is true here).

// pairAttack is what the attacker knows of one item from two releases. The
// unknowns are the counts of the parties present in both; extra is the label
// of the party that is only in one of them.
type pairAttack struct {
	attack               // of the release without the extra party
	with   []observation // of the release with it
	extra  int
}

// program is knowing of both releases, the extra party having answered answer.
func (a *pairAttack) program(known unit, l, answer int) (*program, []int) {
	more := unit{{a.extra, answer}: 1}
	for k, v := range known {
		more[k] += v
	}
	both := attack{labels: a.labels, n: a.n, levels: a.levels, seen: append(slices.Clone(a.seen), a.with...)}
	p, column := both.knowing(known, l)
	tied := func(o observation) bool { return o.labels[0] == l || column[o.labels[0]] > 0 }
	p.rows, p.right, p.slack = nil, nil, nil
	for m, n := range a.n {
		if m != l && column[m] == 0 {
			continue
		}
		at, left := make([]int, a.levels), n
		for k := range at {
			at[k] = column[m] + k
			left -= known[[2]int{m, k}]
		}
		p.row(0, float64(left), at...)
	}
	for _, o := range a.seen {
		if tied(o) {
			p.observe(o, column, known)
		}
	}
	for _, o := range a.with {
		if tied(o) {
			p.observe(o, column, more)
		}
	}
	return p, column
}

// breaches counts how often a coalition reads the extra party's answer, or that
// of all others of a label.
func (a *pairAttack) breaches(t testing.TB, truth [][]int, answer int, coalitions []unit) (extra, others int) {
	for _, known := range coalitions {
		sure := true
		for k := 0; k < a.levels && sure; k++ {
			if k != answer {
				p, _ := a.program(known, a.extra, k)
				_, possible := p.max(t)
				sure = !possible
			}
		}
		if sure {
			extra++
		}
		for l := range a.n {
			if !a.mayDiffer(t, truth, known, l) {
				others++
			}
		}
	}
	return extra, others
}

func (a *pairAttack) mayDiffer(t testing.TB, truth [][]int, known unit, l int) bool {
	left, given := a.n[l], 0
	var rest []int
	for k := range a.levels {
		left -= known[[2]int{l, k}]
		if truth[l][k] > known[[2]int{l, k}] {
			given++
		} else {
			rest = append(rest, k)
		}
	}
	if left == 0 || given > 1 {
		return true
	}
	for answer := range a.levels {
		p, column := a.program(known, l, answer)
		var at []int
		for _, k := range rest {
			at = append(at, column[l]+k)
		}
		if most, ok := p.max(t, at...); ok && most > 1-1e-6 {
			return true
		}
	}
	return false
}

// less returns the edition without party p.
func less(e Edition, p int) Edition {
	n := e
	n.Parties = slices.Delete(slices.Clone(e.Parties), p, p+1)
	n.Answers = nil
	for _, row := range e.Answers {
		n.Answers = append(n.Answers, slices.Delete(slices.Clone(row), p, p+1))
	}
	return n
}

// yearsAttack releases a sector twice, with and without one party, and attacks.
func yearsAttack(t testing.TB, rng *rand.Rand, pol Policy, leaver bool) (extra, others int) {
	full := small(rng, 0)
	for len(full.Parties) < 6 {
		full = small(rng, 0)
	}
	who := rng.IntN(len(full.Parties))
	short := less(full, who)
	then, now := short, full
	if leaver {
		then, now = full, short
	}
	then.ID, now.ID = "2025", "2026"
	now.Items = slices.Clone(now.Items)
	for i := range now.Items {
		now.Items[i].Previous = then.Items[i].ID
	}
	last := published(t, mustAnalyze(t, then, nil, nil, pol))
	rel := published(t, mustAnalyze(t, now, &then, last, pol))
	with, without := rel, last
	if leaver {
		with, without = last, rel
	}
	labels := labelsOf(&full)
	at := slices.Index(labels, label{full.Parties[who].Sector, full.Parties[who].Size})
	for i := range full.Items[:2] {
		if full.Answers[i][who] < 0 {
			continue
		}
		truth, n := truthOf(&short, i, labels)
		a := pairAttack{attack{labels: labels, n: n, levels: full.Items[i].Levels, seen: look(without, without.Items[i].Cells, labels)},
			look(with, with.Items[i].Cells, labels), at}
		x, o := a.breaches(t, truth, int(full.Answers[i][who]), coalitionsOf(units(&short, short.Answers[i], labels, 1), 1))
		extra, others = extra+x, others+o
	}
	return extra, others
}

func TestAttackSuccessiveReleases(t *testing.T) {
	off := 0
	for seed := range uint64(200) {
		extra, others := yearsAttack(t, seeded(3000+seed), Default(), seed%2 == 1)
		if extra+others > 0 {
			t.Errorf("seed %d: %d breaches of the newcomer or leaver, %d of others", seed, extra, others)
		}
		if seed%10 == 0 {
			extra, _ = yearsAttack(t, seeded(3000+seed), Off(), false)
			off += extra
		}
	}
	if off < 10 {
		t.Errorf("only %d breaches without protection: the attack is no attack", off)
	}
}
