package exchange

import (
	"yagura/internal/incident/facts"
	"yagura/internal/incident/severity"
	"yagura/internal/predicate"
)

// DeriveDORA adds what the DORA report asks for and other facts already say,
// where it is not stated: the criteria that are met (field 2.5), and whether
// numbers are actual or estimates (field 3.12). The result is known since the
// view's moment.
func DeriveDORA(b facts.Base, v facts.View, r severity.Result) facts.Base {
	stated := func(id string) bool { _, ok := v.Get(id); return ok }
	add := func(id string, list []string) {
		if len(list) > 0 && !stated(id) {
			b = b.With(facts.Record{Fact: id, State: facts.Known, Value: list, KnownAt: facts.At(v.Known), Source: r.Scheme.ID})
		}
	}
	var met []string
	for _, c := range r.Criteria {
		if c.Criterion.Code != "" && c.Verdict == predicate.Yes {
			met = append(met, c.Criterion.Code)
		}
	}
	add("severity.dora_criteria", met)
	add("impact.figures", figures(v))
	return b
}

// figures are the codes of field 3.12: one for clients, counterparts and
// transactions each, where something is stated of their number.
func figures(v facts.View) []string {
	var list []string
	for _, part := range []struct{ fact, code string }{
		{"impact.clients", "clients"}, {"impact.counterparties", "financial_counterparts"}, {"impact.transactions", "transactions"},
	} {
		r, ok := v.Get(part.fact)
		switch {
		case !ok:
		case r.State == facts.Estimated:
			list = append(list, "estimates_for_"+part.code+"_affected")
		case r.State == facts.Known && r.Value == 0.0:
			list = append(list, "no_impact_on_"+part.code)
		case r.State == facts.Known:
			list = append(list, "actual_figures_for_"+part.code+"_affected")
		}
	}
	return list
}

// DORAStage is the report that is due next by those already submitted: initial,
// intermediate, then final.
func DORAStage(b facts.Base, v facts.View) string {
	stage := "initial"
	for _, r := range b.Reports {
		if r.Submitted.From.After(v.Known) {
			continue
		}
		switch r.Stage {
		case "eu-dora-major/initial":
			stage = "intermediate"
		case "eu-dora-major/intermediate", "eu-dora-major/final":
			stage = "final"
		}
	}
	return stage
}
