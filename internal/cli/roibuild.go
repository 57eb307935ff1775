package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty/roi"
)

type roiWorkbookCmd struct {
	Out string `short:"o" required:"" help:"${cli_help_flag_out}"`
}

// Run writes the empty workbook of all templates.
func (c roiWorkbookCmd) Run(r *run) error {
	s, err := r.roiSchema()
	if err != nil {
		return err
	}
	if err := r.writeFile(c.Out, func(w io.Writer) error { return roi.WriteWorkbook(w, s, r.lang) }); err != nil {
		return err
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

type roiBuildCmd struct {
	Workbook string `arg:"" optional:"" help:"${cli_help_arg_input}"`
	Out      string `short:"o" required:"" help:"${cli_help_flag_dir}"`
	registersOf
}

// Run makes a package from a filled workbook, or from the registers in a database, into a
// folder, under its proper name, and checks it. A package with findings is written all the
// same: the findings say what to mend.
func (c roiBuildCmd) Run(r *run) error {
	s, err := r.roiSchema()
	if err != nil {
		return err
	}
	if c.Workbook == "" {
		return c.fromDatabase(r, s, c.Out)
	}
	data, err := readInput(c.Workbook)
	if err != nil {
		return err
	}
	meta, tables, found := roi.ReadWorkbook(bytes.NewReader(data), s)
	found = place(c.Workbook, found)
	if tables == nil || !meta.Valid() {
		r.report(found)
		return fail("roi.cover-unusable", "name", meta.Name())
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	name := filepath.Join(c.Out, meta.Name()+".zip")
	if err := r.writeFile(name, func(w io.Writer) error { return roi.Write(w, s, meta, tables) }); err != nil {
		return err
	}
	return r.built(name, found)
}

// built checks a package that was made, and reports that with what was found before.
func (r *run) built(name string, found []finding.Finding) error {
	rep, err := r.roiCheck(name, roi.Options{})
	if err != nil {
		return err
	}
	found = append(found, rep.Findings...)
	r.report(found)
	if r.json {
		return r.print(map[string]any{"name": name, "rows": rep.Rows, "errors": rep.Errors, "warnings": rep.Warnings, "findings": r.shapes(found), "more": rep.More})
	}
	r.say("cli.wrote", "name", name)
	return nil
}

type roiDiffCmd struct {
	A string `arg:"" help:"${cli_help_arg_roi_a}"`
	B string `arg:"" help:"${cli_help_arg_roi_b}"`
}

// Run shows added, removed and changed rows.
func (c roiDiffCmd) Run(r *run) error {
	s, err := r.roiSchema()
	if err != nil {
		return err
	}
	var files [2]*os.File
	var sizes [2]int64
	for i, name := range []string{c.A, c.B} {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		files[i], sizes[i] = f, info.Size()
	}
	changes, err := roi.Diff(s, files[0], files[1], sizes[0], sizes[1])
	if err != nil {
		return errs.New(errs.Invalid, "%w", err)
	}
	counts := map[string]int{}
	for _, x := range changes {
		counts[x.Kind]++
		if !r.json {
			r.printChange(x)
		}
	}
	if r.json {
		return r.print(map[string]any{"changes": changes})
	}
	r.say("roi.diff.summary", "added", counts["added"], "removed", counts["removed"], "changed", counts["changed"])
	return nil
}

func (r *run) printChange(x roi.Change) {
	fmt.Fprintf(r.env.Out, "%s\t%s\t%s\n", x.Table, i18n.T(r.lang, "roi.diff."+x.Kind), strings.Join(x.Key, " / "))
	for _, c := range x.Cells {
		fmt.Fprintf(r.env.Out, "\t%s\t%s → %s\n", c.Column, c.A, c.B)
	}
}
