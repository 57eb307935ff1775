package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/severity"
	"yagura/internal/predicate"
)

type incidentClassifyCmd struct {
	Facts  string   `arg:"" help:"${cli_help_arg_facts}"`
	Scheme string   `default:"dora" help:"${cli_help_flag_scheme}"`
	At     string   `help:"${cli_help_flag_at}"`
	With   []string `help:"${cli_help_flag_with}"`
}

// Run classifies the incident of a FACTS file by one scheme.
func (c incidentClassifyCmd) Run(r *run) error {
	in, err := r.openIncident(c.Facts, c.At)
	if err != nil {
		return err
	}
	s, err := r.scheme(in, c.Scheme)
	if err != nil {
		return err
	}
	result := s.Classify(severity.Facts(in.view, in.dict))
	again, err := c.recurring(r, in, s)
	if err != nil {
		return err
	}
	if r.json {
		return r.print(r.classified(in, result, again))
	}
	fmt.Fprintln(r.env.Out, r.head(in))
	key := "incident.level.open"
	if result.Settled() {
		key = "incident.level.settled"
	}
	fmt.Fprintln(r.env.Out, r.t(key, "scheme", s.Title, "level", result.Level.Title, "possible", join(levelTitles(result.Possible), "・", " / ")))
	if result.MaxScore > 0 {
		fmt.Fprintln(r.env.Out, r.t("incident.score", "low", fmt.Sprintf("%.1f", result.Score), "high", fmt.Sprintf("%.1f", result.MaxScore)))
	}
	for _, cr := range result.Criteria {
		r.criterion(in, cr)
	}
	switch {
	case len(result.Hinges) > 0:
		fmt.Fprintln(r.env.Out, r.t("incident.hinges"))
	case !result.Settled():
		fmt.Fprintln(r.env.Out, r.t("incident.no-hinges"))
	}
	for _, h := range result.Hinges {
		fmt.Fprintln(r.env.Out, r.t("incident.hinge", "fact", in.dict.Title(h.Fact), "id", h.Fact, "levels", join(levelTitles(h.Levels), "・", " / ")))
	}
	for _, re := range again {
		fmt.Fprintln(r.env.Out, r.t("incident.recurrence", "ids", strings.Join(ids(re), ", "), "level", re.Result.Level.Title))
	}
	return nil
}

// recurring looks for recurrence among the incident and the earlier ones.
func (c incidentClassifyCmd) recurring(r *run, in *incident, s *severity.Scheme) ([]severity.Recurrence, error) {
	if len(c.With) == 0 {
		return nil, nil
	}
	list := []severity.Past{severity.PastOf(in.base, in.view, in.dict)}
	for _, name := range c.With {
		other, err := r.openIncident(name, in.view.Known.Format(time.RFC3339))
		if err != nil {
			return nil, err
		}
		list = append(list, severity.PastOf(other.base, other.view, in.dict))
	}
	return s.Recurring(list, in.view.Known), nil
}

func ids(re severity.Recurrence) []string {
	list := []string{}
	for _, p := range re.Incidents {
		list = append(list, p.ID)
	}
	return list
}

// scheme finds a scheme by id, or reads an institution's own from a file.
func (r *run) scheme(in *incident, name string) (*severity.Scheme, error) {
	if strings.HasSuffix(name, ".yaml") {
		data, err := readInput(name)
		if err != nil {
			return nil, err
		}
		return severity.Parse(data, in.dict.Vars())
	}
	list, err := severity.Load(r.env.Catalog, in.dict.Vars())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, s := range list {
		if s.ID == name {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, fail("incident.no-scheme", "name", name, "known", strings.Join(ids, ", "))
}

// criterion prints what became of a criterion: all tests that hold or may.
func (r *run) criterion(in *incident, cr severity.CriterionResult) {
	sign := r.t("incident.verdict." + string(cr.Verdict))
	if len(cr.Criterion.Options) > 0 {
		sign = points(cr)
	}
	fmt.Fprintf(r.env.Out, "  %s %s\n", sign, cr.Criterion.Title.In(r.lang))
	for _, t := range cr.Tests {
		if t.Verdict == predicate.No {
			continue
		}
		var said []string
		for _, id := range t.Facts {
			record, _ := in.view.Get(id)
			if t.Verdict == predicate.Undetermined && !slices.Contains(t.Missing, id) {
				continue
			}
			said = append(said, in.dict.Title(id).In(r.lang)+r.t("incident.is", "value", exchange.Value(record, in.dict.Entry(id))))
		}
		fmt.Fprintf(r.env.Out, "      %s %s", r.t("incident.verdict."+string(t.Verdict)), t.Test.Title.In(r.lang))
		if len(said) > 0 {
			fmt.Fprintf(r.env.Out, " [%s]", strings.Join(said, "; "))
		}
		fmt.Fprintln(r.env.Out)
	}
}

func points(cr severity.CriterionResult) string {
	if cr.Low == cr.High {
		return fmt.Sprintf("%3.0f", cr.Low)
	}
	return fmt.Sprintf("%.0f-%.0f", cr.Low, cr.High)
}

func levelTitles(list []*severity.Level) (out []i18n.Text) {
	for _, l := range list {
		out = append(out, l.Title)
	}
	return out
}

// join joins texts in both languages.
func join(list []i18n.Text, ja, en string) i18n.Text {
	var out i18n.Text
	for i, t := range list {
		if i > 0 {
			out.JA, out.EN = out.JA+ja, out.EN+en
		}
		out.JA, out.EN = out.JA+t.JA, out.EN+t.EN
	}
	return out
}

// classified is the result as JSON.
func (r *run) classified(in *incident, result severity.Result, again []severity.Recurrence) map[string]any {
	levels := func(list []*severity.Level) (out []string) {
		for _, l := range list {
			out = append(out, l.ID)
		}
		return out
	}
	criteria, hinges := []any{}, []any{}
	for _, cr := range result.Criteria {
		tests := []any{}
		for _, t := range cr.Tests {
			tests = append(tests, map[string]any{"title": t.Test.Title.In(r.lang), "verdict": t.Verdict, "facts": append([]string{}, t.Facts...), "missing": append([]string{}, t.Missing...)})
		}
		criteria = append(criteria, map[string]any{"id": cr.Criterion.ID, "title": cr.Criterion.Title.In(r.lang), "verdict": cr.Verdict, "low": cr.Low, "high": cr.High, "tests": tests})
	}
	for _, h := range result.Hinges {
		hinges = append(hinges, map[string]any{"fact": h.Fact, "title": in.dict.Title(h.Fact).In(r.lang), "levels": levels(h.Levels)})
	}
	recurring := []any{}
	for _, re := range again {
		recurring = append(recurring, map[string]any{"incidents": ids(re), "level": re.Result.Level.ID})
	}
	return map[string]any{"incident": in.base.ID, "exercise": in.base.Exercise, "at": in.view.Known, "scheme": result.Scheme.ID, "level": result.Level.ID,
		"settled": result.Settled(), "possible": levels(result.Possible), "score": result.Score, "max_score": result.MaxScore,
		"criteria": criteria, "hinges": hinges, "recurring": recurring, "findings": r.shapes(r.told)}
}
