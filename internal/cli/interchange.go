package cli

import (
	"io"
	"time"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/ciso"
	"yagura/internal/form/draft"
	"yagura/internal/form/oscal"
	"yagura/internal/form/xlsform"
)

type formImportCmd struct {
	From    string `required:"" enum:"oscal,ciso,xlsform" help:"${cli_help_flag_from}"`
	File    string `arg:"" help:"${cli_help_arg_input}"`
	Out     string `short:"o" default:"-" help:"${cli_help_flag_out}"`
	Form    string `help:"${cli_help_flag_form_id}"`
	Edition string `help:"${cli_help_flag_edition}"`
}

// importers turn a foreign source into a form definition.
var importers = map[string]func([]byte, draft.Options) ([]byte, []finding.Finding){
	"oscal":   oscal.Import,
	"ciso":    ciso.Import,
	"xlsform": xlsform.Import,
}

// Run writes the definition drawn up from the source; what could not be taken
// over is told as findings.
func (c formImportCmd) Run(r *run) error {
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	yaml, found := importers[c.From](data, draft.Options{File: c.File, Form: c.Form, Edition: c.Edition})
	r.report(found)
	if yaml == nil {
		return fail("cli.import-failed", "name", c.File)
	}
	if err := r.writeFile(c.Out, func(w io.Writer) error { _, err := w.Write(yaml); return err }); err != nil {
		return err
	}
	f, problems := form.Parse(c.Out, yaml)
	r.report(problems)
	if f == nil {
		return fail("cli.form-unusable", "name", c.Out)
	}
	if r.json && c.Out != "-" {
		return r.print(map[string]any{"form": f.Name(), "sections": len(f.Sections), "items": len(f.Items()), "findings": r.shapes(append(found, problems...))})
	}
	r.say("cli.imported", "name", c.Out, "sections", len(f.Sections), "items", len(f.Items()))
	return nil
}

type formExportCmd struct {
	Form    string `arg:"" help:"${cli_help_arg_form}"`
	To      string `required:"" enum:"oscal" help:"${cli_help_flag_to}"`
	Answers string `help:"${cli_help_flag_export_answers}"`
	Party   string `help:"${cli_help_flag_party}"`
	Start   string `help:"${cli_help_flag_start}"`
	Out     string `short:"o" default:"-" help:"${cli_help_flag_out}"`
}

// Run writes the form as an OSCAL catalog, or one party's answers as OSCAL
// assessment results.
func (c formExportCmd) Run(r *run) error {
	f, err := r.openForm(c.Form)
	if err != nil {
		return err
	}
	var data []byte
	if c.Answers == "" {
		data, err = oscal.ExportCatalog(f, oscal.CatalogOptions{Lang: r.lang})
	} else {
		data, err = c.results(r, f)
	}
	if err != nil {
		return err
	}
	if err := r.writeFile(c.Out, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
		return err
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

func (c formExportCmd) results(r *run, f *form.Form) ([]byte, error) {
	answers, party, err := r.readOne(c.Answers, f, c.Party)
	if err != nil {
		return nil, err
	}
	start, err := time.Parse(time.RFC3339, c.Start)
	if err != nil {
		if start, err = time.Parse(time.DateOnly, c.Start); err != nil {
			return nil, fail("cli.bad-start", "value", c.Start)
		}
	}
	return oscal.ExportResults(f, answers, oscal.ResultsOptions{Org: &form.Org{ID: party, Name: party}, Start: start, Lang: r.lang})
}
