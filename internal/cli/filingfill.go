package cli

import (
	"path/filepath"
	"strconv"
	"strings"

	"yagura/internal/clock"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/offline"
)

type filingFillCmd struct {
	KeyFlags
	Package string   `arg:"" help:"${cli_help_arg_package}"`
	Out     string   `short:"o" help:"${cli_help_flag_fill_out}"`
	Person  string   `env:"YAGURA_PERSON" help:"${cli_help_flag_person}"`
	Set     []string `sep:"none" help:"${cli_help_flag_set}"`
	State   []string `sep:"none" help:"${cli_help_flag_state}"`
	Comment []string `sep:"none" help:"${cli_help_flag_comment}"`
	From    string   `help:"${cli_help_flag_fill_from}"`
}

func ordinal(i int) string { return strconv.Itoa(i + 1) }

// Run fills in a package: from flags or a file where they are given, else question by
// question on the terminal.
func (c filingFillCmd) Run(r *run) error {
	p, err := r.openPackage(c.Package, c.KeyFlags)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = c.Package
	}
	if len(c.Set)+len(c.State)+len(c.Comment) == 0 && c.From == "" {
		if r.json {
			return fail("cli.filing.nothing-set")
		}
		return r.interview(p, c)
	}
	if strings.TrimSpace(c.Person) == "" {
		return fail("cli.filing.no-person")
	}
	want := form.Answers{}
	var found []finding.Finding
	if c.From != "" {
		if found, err = r.answersFrom(p, c.From, want); err != nil {
			return err
		}
	}
	found = append(found, c.flags(p, want)...)
	return c.enter(r, p, want, found)
}

// enter stores all answers in the package, or none when one has a fault.
func (c filingFillCmd) enter(r *run, p *offline.Package, want form.Answers, found []finding.Finding) error {
	at, n := clock.System().Now(), len(p.Changes())
	for _, it := range p.Form.Items() {
		a, ok := want[it.ID]
		if !ok || finding.HasErrors(found) {
			continue
		}
		more, err := p.Set(it.ID, a, c.Person, at)
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	r.report(found)
	if finding.HasErrors(found) {
		if r.json {
			return r.print(map[string]any{"findings": r.shapes(found)})
		}
		r.say("cli.filing.nothing-saved")
		return nil
	}
	if err := r.savePackage(c.Out, p); err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"findings": r.shapes(found), "changes": r.changesOf(p)})
	}
	r.say("cli.filing.filled", "name", c.Out, "n", len(want), "new", len(p.Changes())-n)
	return nil
}

// flags reads --set, --state and --comment, in this order.
func (c filingFillCmd) flags(p *offline.Package, want form.Answers) []finding.Finding {
	var found []finding.Finding
	each := func(flags []string, put func(it *form.Item, a *form.Answer, value string) error) {
		for _, flag := range flags {
			id, value, ok := strings.Cut(flag, "=")
			it := p.Form.Item(strings.TrimSpace(id))
			if it == nil || !ok {
				found = append(found, finding.New("cli.filing.flag", "cli.filing.flag", "flag", flag))
				continue
			}
			a, have := want[it.ID]
			if !have {
				a = p.Answers[it.ID]
			}
			a.Carried = false
			if err := put(it, &a, value); err != nil {
				f := finding.New(err.Error(), "sheet.bad-value", "item", it.ID)
				f.Value = value
				found = append(found, f)
				continue
			}
			want[it.ID] = a
		}
	}
	each(c.Set, setValue)
	each(c.State, setState)
	each(c.Comment, func(_ *form.Item, a *form.Answer, value string) error {
		a.Comment = value
		return nil
	})
	return found
}

// setValue gives an answer a value as people write it; an empty one takes it back.
func setValue(it *form.Item, a *form.Answer, value string) error {
	if strings.TrimSpace(value) == "" {
		*a = form.Answer{}
		return nil
	}
	v, err := it.ParseValue(value)
	if err == nil {
		*a = form.Answer{Value: v, Comment: a.Comment}
	}
	return err
}

func setState(_ *form.Item, a *form.Answer, value string) error {
	a.State = form.State(strings.TrimSpace(value))
	if !a.IsKnown() {
		a.Value = nil
	}
	return nil
}

// answersFrom takes the answers of a file that differ from the package's: a workbook, a
// long CSV, or another package of the same form. Empty cells take nothing back. What
// stands outside the scope is left out, with a warning.
func (r *run) answersFrom(p *offline.Package, path string, want form.Answers) ([]finding.Finding, error) {
	answers, found, err := r.answersIn(p, path)
	if err != nil {
		return nil, err
	}
	for _, it := range p.Form.Items() {
		a, ok := answers[it.ID]
		if !ok || a.Equal(p.Answers[it.ID]) && a.Carried == p.Answers[it.ID].Carried {
			continue
		}
		if p.Has(it.ID) {
			want[it.ID] = a
			continue
		}
		f := finding.New("offline.outside", "offline.outside", "item", it.ID)
		f.File, f.Severity = path, finding.Warning
		found = append(found, f)
	}
	return found, nil
}

func (r *run) answersIn(p *offline.Package, path string) (form.Answers, []finding.Finding, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".zip":
		other, err := r.openPackage(path, KeyFlags{})
		if err != nil {
			return nil, nil, err
		}
		if other.Manifest.FormHash != p.Manifest.FormHash {
			return nil, nil, fail("cli.filing.other-form", "name", path)
		}
		mine := form.Answers{}
		for _, ch := range other.Changes() {
			mine[ch.Item.ID] = ch.New
		}
		return mine, nil, nil
	default:
		answers, party, found, err := r.readFile(path, p.Form, p.Manifest.Code)
		if err == nil && party != "" && party != p.Manifest.Code {
			err = fail("cli.filing.other-party", "name", path, "party", party)
		}
		return answers, found, err
	}
}
