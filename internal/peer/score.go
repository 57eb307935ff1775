package peer

import (
	"math"
	"slices"
)

// scores fills the sections' results and the overall one.
func (a *analysis) scores(rel *Release) {
	rel.Sections = []ScoreResult{}
	for s, section := range a.cur.Sections {
		var now, then []float64
		if a.cur.Scores != nil {
			now = a.cur.Scores[s]
		}
		if a.prev != nil && a.prev.Scores != nil {
			if at := slices.IndexFunc(a.prev.Sections, func(x Section) bool { return x.ID == section.ID }); at >= 0 {
				then = a.prev.Scores[at]
			}
		}
		res := a.score(section.ID, a.policy.margin(a.cur, section.ID), now, then)
		if a.last != nil {
			if at := slices.IndexFunc(a.last.Sections, func(x ScoreResult) bool { return x.Section == section.ID }); at >= 0 {
				res.Last = lastScores(a.last, a.last.Sections[at], rel.Groups)
			}
		}
		rel.Sections = append(rel.Sections, res)
	}
	var then []float64
	if a.prev != nil {
		then = a.prev.Overall
	}
	rel.Overall = a.score("", a.policy.margin(a.cur, ""), a.cur.Overall, then)
	if a.last != nil {
		rel.Overall.Last = lastScores(a.last, a.last.Overall, rel.Groups)
	}
}

func lastScores(last *Release, r ScoreResult, groups []Group) []ScoreCell {
	out := make([]ScoreCell, len(groups))
	for g, group := range groups {
		out[g] = ScoreCell{Reason: NoPrevious}
		if at := last.GroupIndex(group.ID); at >= 0 && at < len(r.Cells) {
			out[g] = r.Cells[at]
		}
	}
	return out
}

// score computes one score's result; now and then may be nil.
func (a *analysis) score(id string, margin float64, now, then []float64) ScoreResult {
	res := ScoreResult{Section: id, Margin: margin, Cells: make([]ScoreCell, len(a.r.groups))}
	byLeaf := make([][]int32, len(a.r.leaves)) // parties that have a score
	for p, v := range now {
		if !math.IsNaN(v) {
			byLeaf[a.r.leafOf[p]] = append(byLeaf[a.r.leafOf[p]], int32(p))
		}
	}
	for g := range a.r.groups {
		var members []int32
		for _, l := range a.r.leavesOf(g) {
			members = append(members, byLeaf[l]...)
		}
		res.Cells[g] = a.r.quantiles(a.policy, margin, now, members)
	}
	if now != nil && then != nil {
		c := &counter{r: a.r}
		if t, err := c.count(a.scoreMoves(now, then), 3); err == nil { // moves are always in range
			res.Change = a.cells(a.press(TableScoreChange).layout(t, id))
		}
	}
	return res
}

// leavesOf returns the leaves below a group.
func (t *tree) leavesOf(group int) []int {
	var out []int
	for l, x := range t.leaves {
		if group == 0 || x.group == group || t.sectors[x.sector].group == group {
			out = append(out, l)
		}
	}
	return out
}
