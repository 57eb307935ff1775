package severity

import (
	"math"
	"slices"

	"yagura/internal/predicate"
)

// Result is the classification of one incident by one scheme.
type Result struct {
	Scheme *Scheme
	// Level is the level by what is established: what is undetermined counts as
	// not met and gives the least points that it can.
	Level    *Level
	Possible []*Level // levels that what is unknown still allows, gravest first
	Criteria []CriterionResult
	Score    float64 // of what is established, 0 to 100; 0 in schemes without points
	MaxScore float64 // that it can still become
	Hinges   []Hinge
}

// Settled reports whether nothing that is unknown can change the level.
func (r *Result) Settled() bool { return len(r.Possible) == 1 }

// CriterionResult is what became of one criterion.
type CriterionResult struct {
	Criterion *Criterion
	Verdict   predicate.Verdict // of criteria with tests
	Tests     []TestResult      // all tests; of options those that hold or may
	Low, High float64           // points, of criteria with options
}

// TestResult is what became of one test.
type TestResult struct {
	Test    *Test
	Verdict predicate.Verdict
	Facts   []string // facts that the test reads
	Missing []string // those of them that are unknown or a range
}

// Hinge is a fact that is not known and by itself, all other unknowns left out
// of account, could bring about other levels than the present one.
type Hinge struct {
	Fact   string
	Levels []*Level // gravest first
}

// Classify classifies by what is known.
func (s *Scheme) Classify(facts predicate.Facts) Result {
	r := s.evaluate(facts)
	for _, id := range s.missing(facts) {
		if levels := s.swing(id, facts, r.Level); len(levels) > 0 {
			r.Hinges = append(r.Hinges, Hinge{id, levels})
		}
	}
	return r
}

// evaluate is Classify without hinges.
func (s *Scheme) evaluate(facts predicate.Facts) Result {
	r := Result{Scheme: s}
	certain, possible := predicate.Facts{}, predicate.Facts{}
	var low, high float64
	for _, c := range s.Criteria {
		cr := c.evaluate(facts)
		r.Criteria = append(r.Criteria, cr)
		low, high = low+c.Weight*cr.Low, high+c.Weight*cr.High
		certain[c.ID] = predicate.Is(cr.Verdict == predicate.Yes)
		if cr.Verdict != predicate.Undetermined {
			possible[c.ID] = predicate.Is(cr.Verdict == predicate.Yes)
		}
	}
	if s.weights > 0 {
		r.Score, r.MaxScore = low/s.weights, high/s.weights
	}
	certain[scoreVar], possible[scoreVar] = predicate.Is(r.Score), predicate.Between(r.Score, r.MaxScore)
	for name, ids := range s.Counts {
		met, may := count(r.Criteria, ids)
		certain[name], possible[name] = predicate.Is(met), predicate.Between(met, may)
	}
	for _, l := range s.Levels {
		if r.Level == nil && l.when.Decide(certain) == predicate.Yes {
			r.Level = l
		}
	}
	for _, l := range s.Levels {
		v := l.when.Decide(possible)
		if v != predicate.No {
			r.Possible = append(r.Possible, l)
		}
		if v == predicate.Yes {
			break
		}
	}
	return r
}

// count is how many of the criteria are met, and how many may be.
func count(list []CriterionResult, ids []string) (met, may float64) {
	for _, c := range list {
		if !slices.Contains(ids, c.Criterion.ID) {
			continue
		}
		switch c.Verdict {
		case predicate.Yes:
			met, may = met+1, may+1
		case predicate.Undetermined:
			may++
		}
	}
	return met, may
}

func (c *Criterion) evaluate(facts predicate.Facts) CriterionResult {
	r := CriterionResult{Criterion: c, Verdict: predicate.No}
	for _, t := range c.Tests {
		v := t.when.Decide(facts)
		r.Tests = append(r.Tests, TestResult{t, v, t.when.Reads(), t.when.Missing(facts)})
		if v == predicate.Yes || v == predicate.Undetermined && r.Verdict == predicate.No {
			r.Verdict = v
		}
	}
	r.Low, r.High = math.Inf(1), math.Inf(-1)
	for _, t := range c.Options {
		v := t.when.Decide(facts)
		if v == predicate.No {
			continue
		}
		r.Tests = append(r.Tests, TestResult{t, v, t.when.Reads(), t.when.Missing(facts)})
		r.Low, r.High = min(r.Low, t.Score), max(r.High, t.Score)
		if v == predicate.Yes {
			break
		}
	}
	if len(c.Options) == 0 {
		r.Low, r.High = 0, 0
	}
	return r
}

// missing lists the facts that the scheme reads and that are not known.
func (s *Scheme) missing(facts predicate.Facts) []string {
	var ids []string
	for _, id := range s.Reads() {
		if v, ok := facts[id]; !ok || v.One == nil && v.Low != v.High {
			ids = append(ids, id)
		}
	}
	return ids
}

// swing is the levels other than the present one that a fact alone can bring
// about. Every test that reads it contributes the values that decide it.
func (s *Scheme) swing(id string, facts predicate.Facts, now *Level) []*Level {
	reached := map[*Level]bool{}
	trial := make(predicate.Facts, len(facts)+1)
	for k, v := range facts {
		trial[k] = v
	}
	for _, c := range s.Criteria {
		for _, t := range append(slices.Clone(c.Tests), c.Options...) {
			if !slices.Contains(t.when.Reads(), id) {
				continue
			}
			for _, v := range t.when.Candidates(id, facts[id]) {
				trial[id] = v
				if l := s.evaluate(trial).Level; l != now {
					reached[l] = true
				}
			}
		}
	}
	var out []*Level
	for _, l := range s.Levels {
		if reached[l] {
			out = append(out, l)
		}
	}
	return out
}
