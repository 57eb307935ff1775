package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty/roi"
)

type roiCmd struct {
	Check    roiCheckCmd    `cmd:"" help:"${cli_help_roi_check}"`
	Workbook roiWorkbookCmd `cmd:"" help:"${cli_help_roi_workbook}"`
	Build    roiBuildCmd    `cmd:"" help:"${cli_help_roi_build}"`
	Diff     roiDiffCmd     `cmd:"" help:"${cli_help_roi_diff}"`
	Gen      roiGenCmd      `cmd:"" help:"${cli_help_roi_gen}"`
}

// roiSchema loads the register's schema; its faults are ours.
func (r *run) roiSchema() (*roi.Schema, error) { return roi.LoadSchema(r.env.Catalog) }

type roiCheckCmd struct {
	Package       string `arg:"" help:"${cli_help_arg_roi_pkg}"`
	XLSX          string `name:"xlsx" help:"${cli_help_flag_roi_xlsx}"`
	Indicators    string `enum:"true,false,any" default:"true" help:"${cli_help_flag_roi_indicators}"`
	NotApplicable string `enum:"refuse,accept" default:"refuse" help:"${cli_help_flag_roi_na}"`
	Naming        string `enum:"eba,nbb" default:"eba" help:"${cli_help_flag_roi_naming}"`
	Name          string `help:"${cli_help_flag_roi_name}"`
	Max           int    `default:"100" help:"${cli_help_flag_roi_max}"`
	Today         string `help:"${cli_help_flag_roi_today}"`
}

// Run checks a package and reports every finding with its place.
func (c roiCheckCmd) Run(r *run) error {
	rep, err := r.roiCheck(c.Package, roi.Options{Name: c.Name, Today: c.Today, Indicators: c.Indicators,
		NotApplicable: c.NotApplicable == "accept", Naming: c.Naming, Max: c.Max})
	if err != nil {
		return err
	}
	r.report(rep.Findings)
	if unusable(rep) {
		if r.json {
			if err := r.print(map[string]any{"name": rep.Name, "findings": r.shapes(rep.Findings)}); err != nil {
				return err
			}
		}
		return fail("roi.unusable", "name", c.Package)
	}
	if c.XLSX != "" {
		if err := r.writeFile(c.XLSX, func(w io.Writer) error { return rep.WriteXLSX(w, r.lang) }); err != nil {
			return err
		}
	}
	if r.json {
		return r.print(map[string]any{"name": rep.Name, "entity": rep.Entity, "period": rep.Period, "rows": rep.Rows,
			"errors": rep.Errors, "warnings": rep.Warnings, "findings": r.shapes(rep.Findings), "more": rep.More})
	}
	rows := 0
	for _, n := range rep.Rows {
		rows += n.N
	}
	for _, m := range rep.More {
		column := m.Column
		if column != "" {
			column = ":" + column
		}
		fmt.Fprintln(r.env.Err, i18n.T(r.lang, "roi.more-at", "file", m.File, "column", column, "rule", m.Rule, "n", m.N))
	}
	fmt.Fprintln(r.env.Out, i18n.T(r.lang, "roi.checked", "name", rep.Name, "rows", rows, "errors", rep.Errors, "warnings", rep.Warnings))
	return nil
}

// roiCheck checks the package in a file. A package that cannot be read at all
// is unusable input.
func (r *run) roiCheck(name string, o roi.Options) (roi.Report, error) {
	s, err := r.roiSchema()
	if err != nil {
		return roi.Report{}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return roi.Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return roi.Report{}, err
	}
	if info.IsDir() {
		return roi.Report{}, fail("cli.is-dir", "name", name)
	}
	if o.Name == "" {
		o.Name = filepath.Base(name)
	}
	return roi.Check(s, f, info.Size(), o), nil
}

// unusable reports whether a package could not be opened.
func unusable(rep roi.Report) bool {
	return len(rep.Rows) == 0 && finding.HasErrors(rep.Findings)
}

type roiGenCmd struct {
	Rows   int    `default:"1000" help:"${cli_help_flag_roi_rows}"`
	Seed   uint64 `default:"1" help:"${cli_help_flag_seed}"`
	Faults string `help:"${cli_help_flag_roi_faults}"`
	Out    string `short:"o" help:"${cli_help_flag_out}"`
}

// Run writes a synthetic register, and tells where its faults are: as lines on
// stdout, or as JSON.
func (c roiGenCmd) Run(r *run) error {
	s, err := r.roiSchema()
	if err != nil {
		return err
	}
	kinds := roi.Kinds(s)
	if c.Faults == "list" {
		_, err := fmt.Fprintln(r.env.Out, strings.Join(kinds, "\n"))
		return err
	}
	if c.Rows < 10 {
		return fail("roi.small")
	}
	var want []string
	if c.Faults != "" {
		want = strings.Split(c.Faults, ",")
	}
	for _, k := range want {
		if k != "all" && !slices.Contains(kinds, k) {
			return fail("roi.unknown-fault", "kind", k, "kinds", strings.Join(kinds, ", "))
		}
	}
	if c.Out == "" {
		return fail("roi.no-out")
	}
	var name string
	var faults []roi.Fault
	// The package's own name tells its entity and date; a folder takes it.
	o := roi.GenOptions{Rows: c.Rows, Seed: c.Seed, Faults: want}
	if name, err = roi.GenName(s, o); err != nil {
		return err
	}
	out := c.Out
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		out = filepath.Join(out, name)
	}
	if err := r.writeFile(out, func(w io.Writer) error { _, faults, err = roi.Gen(w, s, o); return err }); err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"name": name, "faults": append([]roi.Fault{}, faults...)})
	}
	for _, f := range faults {
		fmt.Fprintln(r.env.Out, strings.TrimRight(fmt.Sprintf("%s\t%s\t%s\t%d\t%s", f.Kind, f.Rule, f.File, f.Row, f.Column), "\t"))
	}
	r.say("roi.generated", "name", out, "n", len(faults))
	return nil
}
