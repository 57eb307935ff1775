package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/paper"
	"yagura/internal/screening"
)

type screeningCmd struct {
	Check screeningCheckCmd `cmd:"" help:"${cli_help_screening_check}"`
	Rules screeningRulesCmd `cmd:"" help:"${cli_help_screening_rules}"`
}

type screeningCheckCmd struct {
	File  string `arg:"" help:"${cli_help_arg_screening}"`
	Today string `help:"${cli_help_flag_screening_today}"`
	PDF   string `name:"pdf" help:"${cli_help_flag_screening_pdf}"`
	XLSX  string `name:"xlsx" help:"${cli_help_flag_screening_xlsx}"`
}

// Run checks a notification in a file, tells where its review stands, and writes it as a
// document if asked.
func (c screeningCheckCmd) Run(r *run) error {
	regime, today, err := r.regime(c.Today)
	if err != nil {
		return err
	}
	x, f, answers, err := r.notification(c.File)
	if err != nil {
		return err
	}
	events, err := x.Review()
	if err != nil {
		return err
	}
	at := today
	for _, ev := range events {
		if ev.Kind == screening.Filed {
			at = ev.On
		}
	}
	if start := screening.Of(answers).Start; len(events) == 0 && start > today {
		at = start
	}
	e := regime.On(at)
	found := e.Check(f, answers, nil, today)
	for i := range found {
		found[i].File = c.File
	}
	r.report(found)
	k, err := e.Clock(events, today)
	if err != nil {
		return err
	}
	if err := c.write(r, screening.Paper{Form: f, Answers: answers, Regime: regime, Edition: e, Lang: r.lang, Date: today.Text().In(r.lang)}); err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"edition": e.ID, "state": k.State, "accepted": isoDay(k.Accepted), "until": isoDay(k.Until), "first": isoDay(k.First), "first_business_day": isoDay(k.FirstOpen),
			"latest": isoDay(k.Latest), "days_left": k.Left, "business_days_left": k.Business, "answer_by": isoDay(k.AnswerBy), "findings": r.shapes(found)})
	}
	errors, warnings := 0, 0
	for _, fd := range found {
		switch fd.Severity {
		case finding.Error:
			errors++
		case finding.Warning:
			warnings++
		}
	}
	fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.screening.checked", "name", filepath.Base(c.File), "edition", e.ID, "errors", errors, "warnings", warnings))
	fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.screening.state", "state", i18n.Both("screening.state-"+string(k.State))))
	if k.Until != 0 {
		fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.screening.until", "until", k.Until.Long(), "first", k.FirstOpen.Long(), "left", k.Left, "business", k.Business, "latest", k.Latest.Long()))
	}
	if k.State == screening.Advised {
		fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.screening.answer", "by", k.AnswerBy.Long(), "business", k.AnswerOpen))
	}
	return nil
}

func (c screeningCheckCmd) write(r *run, p screening.Paper) error {
	d := screening.Document(p)
	if c.PDF != "" {
		if err := r.writeFile(c.PDF, func(w io.Writer) error { return paper.PDF(w, d) }); err != nil {
			return err
		}
	}
	if c.XLSX == "" {
		return nil
	}
	return r.writeFile(c.XLSX, func(w io.Writer) error { return paper.XLSX(w, d) })
}

// notification reads a file. Faults of its outline make it unusable; faults of its
// answers are reported and the rest is returned.
func (r *run) notification(name string) (*screening.File, *form.Form, form.Answers, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, nil, fail("cli.is-dir", "name", name)
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(in, screening.MaxFile+1))
	if err := errors.Join(err, in.Close()); err != nil {
		return nil, nil, nil, err
	}
	x, found := screening.Decode(name, data)
	if x == nil {
		r.report(found)
		return nil, nil, nil, fail("cli.screening.unusable", "name", name)
	}
	library, err := form.NewLibrary(r.env.Catalog)
	if err != nil {
		return nil, nil, nil, err
	}
	id, edition, _ := strings.Cut(x.Form, "@")
	f, err := library.Form(id, edition)
	if err != nil || id != screening.FormID {
		return nil, nil, nil, fail("cli.screening.form", "form", x.Form, "want", screening.FormID)
	}
	answers, found := x.Answers(name, f)
	r.report(found)
	return x, f, answers, nil
}

// regime loads the rules; today is a day as ISO date, empty for the machine's.
func (r *run) regime(today string) (*screening.Regime, calendar.Day, error) {
	calendars, found := calendar.Load(r.env.Catalog)
	r.report(found)
	regime, err := screening.Load(r.env.Catalog, calendars)
	if err != nil {
		return nil, 0, err
	}
	if today == "" {
		return regime, calendar.DayOf(clock.System().Now(), calendar.Tokyo), nil
	}
	d, err := calendar.ParseDay(today)
	if err != nil {
		return nil, 0, fail("screening.bad-day")
	}
	return regime, d, nil
}

func isoDay(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

type screeningRulesCmd struct {
	Today string `help:"${cli_help_flag_screening_today}"`
}

// Run prints the rules of an edition with what they rest on.
func (c screeningRulesCmd) Run(r *run) error {
	regime, today, err := r.regime(c.Today)
	if err != nil {
		return err
	}
	e := regime.On(today)
	if r.json {
		var rules []map[string]any
		for _, rule := range e.Rules() {
			rules = append(rules, map[string]any{"text": rule.Text.In(r.lang), "mark": rule.Mark})
		}
		return r.print(map[string]any{"law": regime.Law.In(r.lang), "edition": e.ID, "effective": e.Effective, "status": e.Status, "source": e.Source, "unverified": e.Unverified.In(r.lang), "rules": rules})
	}
	fmt.Fprintln(r.env.Out, regime.Law.In(r.lang), e.ID, e.Effective)
	if e.Unverified.JA != "" {
		fmt.Fprintln(r.env.Out, e.Unverified.In(r.lang))
	}
	for _, rule := range e.Rules() {
		fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.screening.rule", "text", rule.Text, "mark", i18n.Both("screening.mark-"+rule.Mark)))
	}
	return nil
}
