package assessment

import (
	"cmp"
	"slices"

	"yagura/internal/form"
	"yagura/internal/peer/pcm"
)

// Step is one piece of advice: the next level of an item.
type Step struct {
	Item *form.Item
	Now  int // category reached
	Next int // category to reach
	// Share (0 to 1) of institutions at the same overall standing who are at Next or beyond,
	// by the response model.
	Share float64
}

// NextSteps lists what party p could do next: items below its tier's target,
// those first that institutions of the same standing have mostly reached and
// that weigh more. Without a response model they come by weight and form order.
func (r *Result) NextSteps(p int) []Step {
	e := r.Current
	tier := e.Edition.Parties[p].Tier
	weights, goals := make([]float64, len(e.LevelIDs)), make([]int, len(e.LevelIDs))
	for i, id := range e.LevelIDs {
		it := e.Form.Item(id)
		weights[i], goals[i] = it.Weight, 0
		if t := targets(e.Form, it); t != nil {
			goals[i] = t[tier]
		}
	}
	model := r.Model
	if model == nil {
		return r.stepsByWeight(p, weights, goals)
	}
	var out []Step
	for _, s := range model.NextSteps(r.levels(p), weights, goals) {
		out = append(out, step(e, s))
	}
	return out
}

func step(e *Evaluated, s pcm.NextStep) Step {
	return Step{Item: e.Form.Item(s.ID), Now: s.Score, Next: s.Next, Share: s.Share}
}

func (r *Result) stepsByWeight(p int, weights []float64, goals []int) []Step {
	e := r.Current
	var out []Step
	for i, id := range e.LevelIDs {
		if now := int(e.Levels[i][p]); now >= 0 && now < goals[i] {
			out = append(out, Step{Item: e.Form.Item(id), Now: now, Next: now + 1})
		}
	}
	sortSteps(out)
	return out
}

func sortSteps(steps []Step) {
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(b.Item.Weight, a.Item.Weight) })
}
