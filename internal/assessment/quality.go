package assessment

import (
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/peer"
)

// The thresholds of the answer-quality page. They prompt a second look; they
// prove nothing. The mean-square limit is the usual one for a survey (Wright
// and Linacre 1994: above 2 distorts); the others are ours.
const (
	straightShare  = 0.85 // of rising items answered at one and the same position
	unchangedShare = 0.95 // of paired answers equal to last year's
	misfitLimit    = 2.0  // outfit mean square of a party's answers
	minItems       = 20   // below this many items the three say nothing
)

// Quality is what one party's answers say about themselves.
type Quality struct {
	Answered, Unknown, NotApplicable, Missing int // applicable items by what was given

	Straight       float64 // share of rising items at the most frequent relative position; 0 when too few
	Unchanged      float64 // share of paired answers equal to last year's; 0 when too few
	Infit, Outfit  float64 // mean squares of the response model; 0 when too few
	Contradictions []finding.Finding
	Faults         int // answers left out because of an error
}

// Flags are the ids of what stands out: "straight", "unchanged", "misfit",
// "contradiction", "missing", "fault".
func (q Quality) Flags() []string {
	var out []string
	for _, f := range []struct {
		id string
		on bool
	}{
		{"fault", q.Faults > 0}, {"missing", q.Missing > 0}, {"contradiction", len(q.Contradictions) > 0},
		{"unchanged", q.Unchanged >= unchangedShare}, {"straight", q.Straight >= straightShare}, {"misfit", q.Outfit >= misfitLimit},
	} {
		if f.on {
			out = append(out, f.id)
		}
	}
	return out
}

// quality judges the answers of party p. fit gives the response model's mean squares.
func (e *Evaluated) quality(p int, prev *Evaluated, pair int, links []form.Link, fit func(p int) (infit, outfit float64, n int)) Quality {
	var q Quality
	for _, s := range e.slots {
		if s.column < 0 {
			continue
		}
		switch e.Edition.Answers[s.column][p] {
		case peer.Missing:
			if !s.item.Optional {
				q.Missing++
			}
		case peer.NotApplicable:
			q.NotApplicable++
		case peer.Unknown:
			q.Unknown++
		default:
			q.Answered++
		}
	}
	q.Straight = e.straight(p)
	if prev != nil && pair >= 0 {
		q.Unchanged = e.unchanged(p, prev, pair, links)
	}
	if infit, outfit, n := fit(p); n >= minItems {
		q.Infit, q.Outfit = infit, outfit
	}
	for _, f := range e.Findings[p] {
		switch {
		case !isAnswerRule(f.Rule):
			if e.isContradiction(f.Rule) {
				q.Contradictions = append(q.Contradictions, f)
			}
		case f.Severity == finding.Error && f.Rule != "answer.required":
			q.Faults++
		}
	}
	return q
}

func isAnswerRule(rule string) bool {
	return strings.HasPrefix(rule, "answer.") || strings.HasPrefix(rule, "value.") || strings.HasPrefix(rule, "form.")
}

// itemOf is the item that a finding's pointer names.
func itemOf(pointer string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return id
}

func (e *Evaluated) isContradiction(rule string) bool {
	return slices.ContainsFunc(e.Form.Checks, func(c *form.Check) bool { return c.ID == rule && c.Kind == "contradiction" })
}

// straight is the share of the most frequent relative position (lowest, middle,
// highest and between, in fifths) among the party's rising items with three or
// more levels.
func (e *Evaluated) straight(p int) float64 {
	var count [5]int
	n := 0
	for i, levels := range e.Levels {
		if v := levels[p]; v >= 0 && e.LevelMax[i] >= 2 {
			count[min(int(v)*5/(e.LevelMax[i]+1), 4)]++
			n++
		}
	}
	if n < minItems {
		return 0
	}
	return float64(slices.Max(count[:])) / float64(n)
}

// unchanged is the share of answers equal to last year's among items that kept
// their meaning and were answered in both years.
func (e *Evaluated) unchanged(p int, prev *Evaluated, pair int, links []form.Link) float64 {
	same, n := 0, 0
	for _, s := range e.slots {
		if s.column < 0 {
			continue
		}
		link := links[s.item.Index()]
		if link.From == "" || link.Kind == form.LinkSeriesBreak {
			continue
		}
		old := prev.Form.Item(link.From)
		if old == nil || !sameOptions(s.item, old) {
			continue
		}
		before := prev.slots[old.Index()]
		if before.column < 0 {
			continue
		}
		now, then := e.Edition.Answers[s.column][p], prev.Edition.Answers[before.column][pair]
		if now < 0 || then < 0 {
			continue
		}
		n++
		if now == then {
			same++
		}
	}
	if n < minItems {
		return 0
	}
	return float64(same) / float64(n)
}
