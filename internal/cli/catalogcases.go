package cli

import (
	"fmt"
	"slices"
	"strings"

	"yagura/internal/catalog"
)

type catalogCasesCmd struct{}

// Run lists the case library: incidents by month with the numbers of each year,
// and rankings of threats.
func (catalogCasesCmd) Run(r *run) error {
	c, err := r.openCatalog()
	if err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"casebooks": c.Casebooks()})
	}
	for i, b := range c.Casebooks() {
		if i > 0 {
			fmt.Fprintln(r.env.Out)
		}
		fmt.Fprintln(r.env.Out, b.Title.In(r.lang))
		r.line("cli.catalog.source", "authority", b.Authority, "document", b.Document, "place", b.Place, "mark", b.Mark)
		r.cases(b)
		r.threats(b)
		fmt.Fprintln(r.env.Out, b.Notes.In(r.lang))
	}
	return nil
}

func (r *run) cases(b *catalog.Casebook) {
	years := map[string][]*catalog.Case{}
	for _, c := range b.Cases {
		month := string(c.Month)
		years[month[:4]] = append(years[month[:4]], c)
		if c.Onwards {
			month += r.t("cli.catalog.onwards")
		}
		var told []string
		for _, e := range c.Effects {
			told = append(told, r.word("cli.case.effect.", e))
		}
		for _, f := range c.Figures {
			told = append(told, r.t("cli.case.unit."+f.Unit, "n", grouped(f.Value)))
		}
		fmt.Fprintf(r.env.Out, "  %s  %s  %s [%s]\n", pad(month, 9), c.Who.In(r.lang), c.What.In(r.lang), strings.Join(told, ", "))
	}
	var order []string
	for year := range years {
		order = append(order, year)
	}
	slices.Sort(order)
	for _, year := range order {
		var told []string
		for _, e := range catalog.CaseEffects {
			n := 0
			for _, c := range years[year] {
				if slices.Contains(c.Effects, e) {
					n++
				}
			}
			if n > 0 {
				told = append(told, r.t("cli.case.count", "effect", r.word("cli.case.effect.", e), "n", n))
			}
		}
		r.line("cli.case.trend", "year", year, "n", len(years[year]), "effects", strings.Join(told, ", "))
	}
}

func (r *run) threats(b *catalog.Casebook) {
	target := ""
	for _, t := range b.Threats {
		if t.Target != target {
			target = t.Target
			fmt.Fprintln(r.env.Out, r.word("cli.case.target.", target))
		}
		key := "cli.catalog.rank"
		if t.Previous == 0 {
			key = "cli.catalog.rank.new"
		}
		fmt.Fprintf(r.env.Out, "  %s  %s\n", pad(r.t(key, "rank", t.Rank, "previous", t.Previous), 18), t.Title.In(r.lang))
	}
}

// grouped writes a number with a comma after every three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
