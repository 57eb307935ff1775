// Package peer computes what a sector learns from its self-assessments: option
// distributions, score quantiles, changes and weak areas by peer group, under
// disclosure control, so that nobody can read one institution's answer out of
// what everybody is given.
//
// Everything published derives from one kind of measurement: the counts of
// disjoint sets of parties (atoms), each randomly rounded once and audited.
// Counts of larger groups are sums of rounded atoms, never a second rounding,
// so the hierarchy of groups cannot be played off against itself. The
// reasoning is in docs/decisions/0002-disclosure-control.md.
package peer

import (
	"math"

	"yagura/internal/errs"
)

// The values of an answer that are no category.
const (
	Missing       int8 = -1 // not answered
	NotApplicable int8 = -2 // the item does not apply to the party
	Unknown       int8 = -3 // the party says it does not know
)

// Party is an institution that answers. Sector and Size place it in the
// hierarchy of peer groups; Tier selects its targets.
type Party struct {
	ID, Sector, Size string
	// Group names the cluster of parties that are not independent of each
	// other (one holding, one shared-system centre); empty: independent.
	Group string
	Tier  string
}

// Item is a question with Levels categories (2..20), numbered from 0; where
// Ordered, a higher number is a higher level. Weight (≥ 0) is the item's part
// in its section. Previous is the id of last edition's item with the same
// meaning, empty for none; Break marks a series break: the two are named
// together and not compared. Target maps a tier to the category aimed at.
type Item struct {
	ID, Section string
	Levels      int
	Ordered     bool
	Weight      float64
	Previous    string
	Break       bool
	Target      map[string]int
}

// Section groups items; Weight (≥ 0) is its part in the whole.
type Section struct {
	ID     string
	Weight float64
}

// Edition is one round of answers. Answers[item][party] is a category or
// Missing, NotApplicable, Unknown; Scores[section][party] and Overall[party]
// are 0..100 points, NaN for none. Scores or Overall may be nil.
type Edition struct {
	ID       string
	Sections []Section
	Items    []Item
	Parties  []Party
	Answers  [][]int8
	Scores   [][]float64
	Overall  []float64
}

// check reports the first fault in the shape of an edition. The answers'
// range is checked while they are counted.
func (e *Edition) check() error {
	if len(e.Answers) != len(e.Items) {
		return errs.New(errs.Invalid, "edition %s: %d items but %d rows of answers", e.ID, len(e.Items), len(e.Answers))
	}
	items := make(map[string]bool, len(e.Items))
	for i, it := range e.Items {
		if items[it.ID] {
			return errs.New(errs.Invalid, "edition %s: item %s is there twice", e.ID, it.ID)
		}
		items[it.ID] = true
		if it.Levels < 2 || it.Levels > 20 {
			return errs.New(errs.Invalid, "item %s: %d categories, want 2 to 20", it.ID, it.Levels)
		}
		if len(e.Answers[i]) != len(e.Parties) {
			return errs.New(errs.Invalid, "item %s: %d answers for %d parties", it.ID, len(e.Answers[i]), len(e.Parties))
		}
	}
	if e.Scores != nil && len(e.Scores) != len(e.Sections) {
		return errs.New(errs.Invalid, "edition %s: %d sections but %d rows of scores", e.ID, len(e.Sections), len(e.Scores))
	}
	for s, row := range e.Scores {
		if err := e.checkScores(e.Sections[s].ID, row); err != nil {
			return err
		}
	}
	if e.Overall != nil {
		if err := e.checkScores("overall", e.Overall); err != nil {
			return err
		}
	}
	seen := make(map[string]bool, len(e.Parties))
	for _, p := range e.Parties {
		if seen[p.ID] {
			return errs.New(errs.Invalid, "edition %s: party %s is there twice", e.ID, p.ID)
		}
		seen[p.ID] = true
	}
	return nil
}

func (e *Edition) checkScores(what string, row []float64) error {
	if len(row) != len(e.Parties) {
		return errs.New(errs.Invalid, "%s: %d scores for %d parties", what, len(row), len(e.Parties))
	}
	for p, v := range row {
		if !math.IsNaN(v) && (v < 0 || v > 100) {
			return errs.New(errs.Invalid, "%s: party %s has score %v, want 0 to 100", what, e.Parties[p].ID, v)
		}
	}
	return nil
}
