package cli

import (
	"path/filepath"
	"strings"

	"yagura/internal/offline"
)

type filingSplitCmd struct {
	KeyFlags
	Package string   `arg:"" help:"${cli_help_arg_package}"`
	Section []string `help:"${cli_help_flag_section}"`
	Item    []string `help:"${cli_help_flag_item}"`
	Out     string   `short:"o" required:"" help:"${cli_help_flag_out}"`
}

// Run writes the part of a package that a unit answers.
func (c filingSplitCmd) Run(r *run) error {
	if err := apart(c.Out, c.Package); err != nil {
		return err
	}
	p, err := r.openPackage(c.Package, c.KeyFlags)
	if err != nil {
		return err
	}
	if len(c.Section)+len(c.Item) == 0 {
		var all []string
		for _, s := range r.standings(p) {
			all = append(all, s.Section)
		}
		return fail("cli.filing.no-scope", "sections", strings.Join(all, ", "))
	}
	part, err := p.Split(offline.Scope{Sections: c.Section, Items: c.Item})
	if err != nil {
		return err
	}
	if err := r.savePackage(c.Out, part); err != nil {
		return err
	}
	r.say("cli.filing.split", "name", c.Out, "n", len(part.Items()), "of", len(p.Items()))
	return nil
}

type filingMergeCmd struct {
	KeyFlags
	Packages []string `arg:"" help:"${cli_help_arg_parts}"`
	Out      string   `short:"o" required:"" help:"${cli_help_flag_out}"`
	Take     []string `sep:"none" help:"${cli_help_flag_take}"`
}

// shownConflict is a conflict as --json prints it.
type shownConflict struct {
	Item   string       `json:"item"`
	Ask    string       `json:"ask"`
	Base   string       `json:"base"`
	Values []shownValue `json:"values"`
}

type shownValue struct {
	File   string `json:"file"`
	Answer string `json:"answer"`
	By     string `json:"by"`
}

// Run puts parts of one package together. Items that were answered differently are
// shown, and nothing is written until --take says for each whose answer holds.
func (c filingMergeCmd) Run(r *run) error {
	var parts []*offline.Package
	for _, name := range c.Packages {
		p, err := r.openPackage(name, c.KeyFlags)
		if err != nil {
			return fail("cli.filing.in-file", "name", name, "why", message(r.lang, err))
		}
		parts = append(parts, p)
	}
	choose, err := c.choices()
	if err != nil {
		return err
	}
	whole, conflicts, err := offline.Merge(choose, parts...)
	if err != nil {
		return err
	}
	if len(conflicts) > 0 {
		return c.clash(r, conflicts)
	}
	if err := r.savePackage(c.Out, whole); err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"conflicts": []shownConflict{}, "scope": whole.Work.Scope, "changes": r.changesOf(whole)})
	}
	r.say("cli.filing.merged", "name", c.Out, "n", len(parts), "changes", len(whole.Changes()))
	return nil
}

// choices reads --take ITEM=FILE: the file is named as in the arguments, by its base
// name, or by its place from 1.
func (c filingMergeCmd) choices() (map[string]int, error) {
	out := map[string]int{}
	for _, t := range c.Take {
		item, name, ok := strings.Cut(t, "=")
		place := -1
		for i, file := range c.Packages {
			if name == file || name == filepath.Base(file) || name == ordinal(i) {
				place = i
				break
			}
		}
		if !ok || place < 0 {
			return nil, fail("cli.filing.take", "take", t)
		}
		out[item] = place
	}
	return out, nil
}

// clash shows the conflicts. That is a finding (exit code 1), not a fault.
func (c filingMergeCmd) clash(r *run, conflicts []offline.Conflict) error {
	r.found = true
	shown := make([]shownConflict, len(conflicts))
	for i, x := range conflicts {
		shown[i] = shownConflict{Item: x.Item.ID, Ask: x.Item.Ask.In(r.lang), Base: r.words(x.Item, x.Base)}
		for _, v := range x.Values {
			shown[i].Values = append(shown[i].Values, shownValue{c.Packages[v.Part], r.words(x.Item, v.Answer), v.Person})
		}
	}
	if r.json {
		return r.print(map[string]any{"conflicts": shown})
	}
	for _, x := range shown {
		r.legibly("cli.filing.conflict", "item", x.Item, "ask", x.Ask)
		r.legibly("cli.filing.conflict-base", "answer", r.orNone(x.Base))
		for _, v := range x.Values {
			r.legibly("cli.filing.conflict-value", "file", v.File, "answer", r.orNone(v.Answer), "by", v.By)
		}
	}
	r.say("cli.filing.conflicts", "n", len(conflicts), "item", shown[0].Item, "file", filepath.Base(shown[0].Values[0].File))
	return nil
}
