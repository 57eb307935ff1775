package cli

import (
	"slices"

	"yagura/internal/finding"
	"yagura/internal/form"
)

type formCmd struct {
	Check    formCheckCmd    `cmd:"" help:"${cli_help_form_check}"`
	Workbook formWorkbookCmd `cmd:"" help:"${cli_help_form_workbook}"`
	Read     formReadCmd     `cmd:"" help:"${cli_help_form_read}"`
	Import   formImportCmd   `cmd:"" help:"${cli_help_form_import}"`
	Export   formExportCmd   `cmd:"" help:"${cli_help_form_export}"`
	Schema   formSchemaCmd   `cmd:"" help:"${cli_help_form_schema}"`
}

type formCheckCmd struct {
	Files []string `arg:"" help:"${cli_help_arg_files}"`
}

// Run checks every named form and its succession.
func (c formCheckCmd) Run(r *run) error {
	all := []finding.Finding{}
	for _, name := range c.Files {
		found, err := r.checkForm(name)
		if err != nil {
			return err
		}
		r.report(found)
		all = append(all, found...)
		if !finding.HasErrors(found) && !r.json {
			f, err := r.openForm(name)
			if err != nil {
				return err
			}
			r.say("cli.form-ok", "name", name, "sections", len(f.Sections), "items", len(f.Items()))
		}
	}
	if r.json {
		return r.print(map[string]any{"findings": r.shapes(all)})
	}
	return nil
}

type formSchemaCmd struct {
	Form string `arg:"" help:"${cli_help_arg_form}"`
}

// Run writes the JSON Schema of the form's answers.
func (c formSchemaCmd) Run(r *run) error {
	f, err := r.openForm(c.Form)
	if err != nil {
		return err
	}
	return r.print(f.JSONSchema(r.lang))
}

// count counts findings by severity.
func count(found []finding.Finding) (errors, warnings int) {
	for _, f := range found {
		switch f.Severity {
		case finding.Error:
			errors++
		case finding.Warning:
			warnings++
		}
	}
	return errors, warnings
}

// superseded finds the previous edition's form: the named one, or the
// predecessor of f.
func (r *run) superseded(f *form.Form, name, file string) (*form.Form, error) {
	if name != "" {
		return r.openForm(name)
	}
	if prev := r.predecessor(f, file); prev != nil {
		return prev, nil
	}
	return nil, fail("cli.no-previous-form")
}

// place puts a file name before findings that have none.
func place(file string, found []finding.Finding) []finding.Finding {
	for i := range found {
		if found[i].File == "" {
			found[i].File = file
		}
	}
	return found
}

// withoutEchoes drops "not answered" where the answer that stands there could
// not be read: one fault, one finding.
func withoutEchoes(found []finding.Finding) []finding.Finding {
	unread := map[string]bool{}
	for _, f := range found {
		if f.Rule != "answer.required" && f.Severity == finding.Error {
			unread[f.Place()+f.Pointer] = true
		}
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return f.Rule == "answer.required" && f.Row > 0 && unread[f.Place()+f.Pointer]
	})
}
