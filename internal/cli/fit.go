package cli

import (
	"fmt"
	"math"
	"os"
	"text/tabwriter"

	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/peer/pcm"
	"yagura/internal/sheet"
)

type assessFitCmd struct {
	Answers string `required:"" help:"${cli_help_flag_answers}"`
}

// Run fits the partial-credit model to a CSV of ordered scores (party, item, value).
func (c assessFitCmd) Run(r *run) error {
	file, err := os.Open(c.Answers)
	if err != nil {
		return err
	}
	defer file.Close()
	scores, found := sheet.ReadScores(file, c.Answers)
	r.report(found)
	if scores == nil || finding.HasErrors(found) {
		return fail("cli.answers-unusable", "name", c.Answers)
	}
	m, err := pcm.Fit(r.ctx, pcm.Data{Items: scores.Items, Max: scores.Max, Scores: scores.Scores}, pcm.Options{SE: true})
	if err != nil {
		return err
	}
	if !m.Converged {
		r.say("cli.fit.not-converged", "n", m.Iterations)
	}
	if r.json {
		return r.print(m)
	}
	return r.printFit(m)
}

func (r *run) printFit(m *pcm.Model) error {
	w := tabwriter.NewWriter(r.env.Out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\tk\tstep\tse\tinfit\toutfit\t\n", i18n.T(r.lang, "cli.fit.items"))
	for _, it := range m.Items {
		for k, step := range it.Steps {
			se := math.NaN()
			if k < len(it.SE) {
				se = it.SE[k]
			}
			name, infit, outfit := "", "", ""
			if k == 0 {
				name, infit, outfit = it.ID, decimal(it.Infit, 2), decimal(it.Outfit, 2)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", name, k+1, decimal(step, 3), decimal(se, 3), infit, outfit)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.fit.population", "mean", decimal(m.Mean, 3), "sd", decimal(m.SD, 3)))
	return err
}

// decimal writes a number, or a dash where there is none.
func decimal(x float64, digits int) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, x)
}
