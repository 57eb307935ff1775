package cli

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/sheet"
)

type formWorkbookCmd struct {
	Form         string `arg:"" help:"${cli_help_arg_form}"`
	Out          string `short:"o" required:"" help:"${cli_help_flag_out}"`
	Previous     string `help:"${cli_help_flag_previous}"`
	PreviousForm string `help:"${cli_help_flag_previous_form}"`
	Party        string `help:"${cli_help_flag_party}" xor:"party"`
	Parties      string `help:"${cli_help_flag_parties_books}" xor:"party"`
}

// Run writes the workbook in which the form is answered, with last edition's
// answers beside when they are given; with --parties one for each institution.
func (c formWorkbookCmd) Run(r *run) error {
	if c.Parties == "" && c.Out != "-" && !strings.EqualFold(filepath.Ext(c.Out), ".xlsx") {
		return fail("cli.wrong-out", "want", ".xlsx")
	}
	f, err := r.openForm(c.Form)
	if err != nil {
		return err
	}
	if c.Parties != "" {
		if err := apart(c.Out, c.Form, c.Parties, c.Previous, c.PreviousForm); err != nil {
			return err
		}
		return r.writeDir(c.Out, func(dir string) error { return c.forParties(r, f, dir) })
	}
	o := sheet.WriteOptions{Lang: r.lang, Party: c.Party, Name: c.Party}
	if c.Previous != "" {
		prev, err := r.superseded(f, c.PreviousForm, c.Form)
		if err != nil {
			return err
		}
		answers, party, err := r.readOne(c.Previous, prev, c.Party)
		if err != nil {
			return err
		}
		if o.Party == "" {
			o.Party, o.Name = party, party
		}
		o.Previous = form.Translate(prev, answers, f)
	}
	if err := r.writeFile(c.Out, func(w io.Writer) error { return sheet.Write(w, f, o) }); err != nil {
		return err
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

// readOne reads the answers of one party from a workbook or a long CSV, and reports what
// is wrong with it. Without a name the file's only party is meant.
func (r *run) readOne(path string, f *form.Form, party string) (form.Answers, string, error) {
	answers, party, found, err := r.readFile(path, f, party)
	r.report(found)
	return answers, party, err
}

// readFile is readOne that leaves the findings to its caller.
func (r *run) readFile(path string, f *form.Form, party string) (form.Answers, string, []finding.Finding, error) {
	data, err := readInput(path)
	if err != nil {
		return nil, "", nil, err
	}
	if strings.EqualFold(filepath.Ext(path), ".xlsx") {
		book, found := sheet.Read(bytes.NewReader(data), int64(len(data)), f, path)
		if book == nil {
			r.report(found)
			return nil, "", nil, fail("cli.answers-unusable", "name", path)
		}
		return book.Answers, book.Party, found, nil
	}
	long, found := sheet.ReadLong(bytes.NewReader(data), f, path)
	if long == nil {
		r.report(found)
		return nil, "", nil, fail("cli.answers-unusable", "name", path)
	}
	for i, id := range long.Parties() {
		if id == party || party == "" && len(long.Parties()) == 1 {
			return long.Answers(i, nil), id, found, nil
		}
	}
	return nil, "", found, fail("cli.no-answers", "name", path+" ("+party+")")
}

type formReadCmd struct {
	File     string `arg:"" help:"${cli_help_arg_input}"`
	Form     string `required:"" help:"${cli_help_flag_form}"`
	Out      string `short:"o" help:"${cli_help_flag_out}"`
	Annotate string `help:"${cli_help_flag_annotate}"`
}

// Run reads an answered workbook or a long CSV, checks the answers, and writes
// them as JSON (one party) or CSV.
func (c formReadCmd) Run(r *run) error {
	f, err := r.openForm(c.Form)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(c.File), ".xlsx") {
		return c.readBook(r, f)
	}
	return c.readCSV(r, f)
}

func (c formReadCmd) readBook(r *run, f *form.Form) error {
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	book, found := sheet.Read(bytes.NewReader(data), int64(len(data)), f, c.File)
	if book == nil {
		r.report(found)
		return fail("cli.answers-unusable", "name", c.File)
	}
	checks := f.Validate(book.Answers, nil, nil)
	sheet.Locate(checks, book)
	found = withoutEchoes(append(found, place(c.File, checks)...))
	if c.Annotate != "" {
		if err := r.writeFile(c.Annotate, func(w io.Writer) error { return sheet.Annotate(w, data, f, found) }); err != nil {
			return err
		}
	}
	if err := c.write(r, f, []string{book.Party}, func(int) form.Answers { return book.Answers }); err != nil {
		return err
	}
	return r.finishRead(c.File, []string{book.Party}, len(book.Answers), found)
}

func (c formReadCmd) readCSV(r *run, f *form.Form) error {
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	long, found := sheet.ReadLong(bytes.NewReader(data), f, c.File)
	if long == nil {
		r.report(found)
		return fail("cli.answers-unusable", "name", c.File)
	}
	n := 0
	for i := range long.Parties() {
		answers := long.Answers(i, nil)
		n += len(answers)
		checks := f.Validate(answers, nil, nil)
		long.Locate(i, checks)
		found = append(found, place(c.File, checks)...)
	}
	found = withoutEchoes(found)
	if err := c.write(r, f, long.Parties(), func(i int) form.Answers { return long.Answers(i, nil) }); err != nil {
		return err
	}
	return r.finishRead(c.File, long.Parties(), n, found)
}

func (c formReadCmd) write(r *run, f *form.Form, parties []string, answers func(int) form.Answers) error {
	switch ext := filepath.Ext(c.Out); {
	case c.Out == "":
		return nil
	case ext == ".json" && len(parties) == 1:
		return r.writeFile(c.Out, func(w io.Writer) error {
			data, err := f.EncodeAnswers(answers(0))
			if err != nil {
				return err
			}
			_, err = w.Write(append(data, '\n'))
			return err
		})
	case ext == ".csv" || c.Out == "-" && !r.json:
		return r.writeFile(c.Out, func(w io.Writer) error { return sheet.WriteLong(w, f, parties, answers, sheet.CSVOptions{}) })
	}
	return fail("cli.wrong-out", "want", ".csv")
}

func (r *run) finishRead(file string, parties []string, answers int, found []finding.Finding) error {
	r.report(found)
	errors, warnings := count(found)
	if r.json {
		return r.print(map[string]any{"parties": parties, "answers": answers, "findings": r.shapes(found)})
	}
	who := i18n.T(r.lang, "cli.many-parties", "n", len(parties))
	switch {
	case len(parties) == 1 && parties[0] != "":
		who = parties[0]
	case len(parties) == 1:
		who = i18n.T(r.lang, "cli.no-party")
	}
	r.say("cli.read-ok", "name", file, "party", who, "answers", answers, "errors", errors, "warnings", warnings)
	return nil
}
