package form

import (
	"fmt"
	"math"

	"yagura/internal/finding"
)

// Evaluation is what a form says of one organisation's answers. Slices are
// indexed by Item.Index.
type Evaluation struct {
	// Applies tells which items apply. An item whose condition needs an answer
	// that is not there does not apply (yet).
	Applies []bool
	// Levels are the levels reached, from 0 to Item.MaxLevel. NaN: the item does
	// not score, does not apply, is unanswered or not applicable. A value
	// answered as unknown counts as level 0: what nobody can tell is not in place.
	Levels []float64
	// Sections are the sections' scores, 0 to 100, in form order: the weighted
	// mean of level ÷ maximum over the items that have a level. NaN: none has.
	Sections []float64
	// Overall is the weighted mean of the sections' scores, 0 to 100 or NaN.
	Overall float64

	scope scope
}

// Evaluate decides applicability and computes the scores of answers. previous
// (last edition's answers under this edition's ids) and org may be nil.
func (f *Form) Evaluate(answers, previous Answers, org *Org) *Evaluation {
	if org == nil {
		org = &Org{}
	}
	n := len(f.order)
	e := &Evaluation{Applies: make([]bool, n), Levels: make([]float64, n)}
	e.scope = scope{form: f, answers: answers, previous: previous, org: org, eval: e}
	for i := range e.Levels {
		e.Levels[i] = math.NaN()
	}
	for i, s := range f.Sections {
		for j, it := range s.Items {
			ex := f.itemExpr(i, j, it)
			e.Applies[it.index] = ex.applies == nil || ex.applies.decide(&e.scope) == yes
			if e.Applies[it.index] {
				e.Levels[it.index] = e.levelOf(it, ex.score)
			}
		}
	}
	e.sections()
	return e
}

// Score is the part of Evaluate that most callers want: the sections' scores in
// form order and the overall score, 0 to 100 or NaN.
func (f *Form) Score(answers, previous Answers, org *Org) (sections []float64, overall float64) {
	e := f.Evaluate(answers, previous, org)
	return e.Sections, e.Overall
}

// itemExprs are the compiled expressions of one item.
type itemExprs struct{ applies, score *expr }

func (f *Form) itemExpr(i, j int, it *Item) itemExprs {
	if it.Applies == "" && it.Score == "" {
		return itemExprs{}
	}
	at := fmt.Sprintf("/sections/%d/items/%d", i, j)
	return itemExprs{f.exprs[at+"/applies"], f.exprs[at+"/score"]}
}

func (e *Evaluation) levelOf(it *Item, score *expr) float64 {
	a, ok := e.scope.answers[it.ID]
	if !ok || it.maxLvl == 0 || a.State == NotApplicable {
		return math.NaN()
	}
	if a.State == Unknown {
		return 0
	}
	switch v := a.Value.(type) {
	case string:
		if o := it.byID[v]; o != nil && o.Score != nil {
			return *o.Score
		}
	case bool:
		if v {
			return it.maxLvl
		}
		return 0
	case []string:
		return multiLevel(it, v)
	}
	if score != nil {
		if level, ok := score.number(&e.scope); ok {
			return min(max(level, 0), it.maxLvl)
		}
	}
	return math.NaN()
}

func multiLevel(it *Item, chosen []string) float64 {
	sum := 0.0
	for _, id := range chosen {
		if o := it.byID[id]; o != nil && o.Score != nil {
			sum += *o.Score
		}
	}
	return min(max(sum, 0), it.maxLvl)
}

// level is the level for expressions: -1 when there is none.
func (e *Evaluation) level(it *Item) float64 {
	if v := e.Levels[it.index]; !math.IsNaN(v) {
		return v
	}
	return -1
}

func (e *Evaluation) sections() {
	f := e.scope.form
	e.Sections = make([]float64, len(f.Sections))
	var total, totalWeight float64
	for i, s := range f.Sections {
		var sum, weight float64
		for _, it := range s.Items {
			if level := e.Levels[it.index]; !math.IsNaN(level) {
				sum += it.Weight * level / it.maxLvl
				weight += it.Weight
			}
		}
		e.Sections[i] = math.NaN()
		if weight > 0 {
			e.Sections[i] = 100 * sum / weight
			total += s.Weight * e.Sections[i]
			totalWeight += s.Weight
		}
	}
	e.Overall = math.NaN()
	if totalWeight > 0 {
		e.Overall = total / totalWeight
	}
}

// InAudience reports whether the form is meant for the organisation.
func (f *Form) InAudience(org *Org) bool {
	ex := f.exprs["/audience"]
	return ex == nil || ex.decide(&scope{form: f, org: org}) == yes
}

// TierOf returns the id of the organisation's tier, "" when the form has none.
func (f *Form) TierOf(org *Org) string {
	for i, t := range f.Tiers {
		ex := f.exprs[fmt.Sprintf("/tiers/%d/when", i)]
		if ex == nil || ex.decide(&scope{form: f, org: org}) == yes {
			return t.ID
		}
	}
	return ""
}

// checks runs the cross-item checks; one that is too costly says so.
func (e *Evaluation) checks() []finding.Finding {
	var out []finding.Finding
	f := e.scope.form
	for i, c := range f.Checks {
		v := f.exprs[fmt.Sprintf("/checks/%d/when", i)].decide(&e.scope)
		if v != yes && v != tooCostly {
			continue
		}
		fd := finding.Finding{Rule: c.ID, Severity: finding.Severity(c.Severity), Message: c.Say}
		if v == tooCostly {
			fd = finding.New("form.check-too-costly", "form.check-too-costly", "id", c.ID)
		}
		if len(c.Items) > 0 {
			fd.Pointer = "/" + c.Items[0]
		}
		out = append(out, fd)
	}
	return out
}
