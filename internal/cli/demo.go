package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"yagura/internal/assessment/demo"
	"yagura/internal/form"
	"yagura/internal/sheet"
)

// demoForm is the questionnaire of the synthetic sector.
const demoForm = "regional-self-assessment"

type demoCmd struct {
	All    demoAllCmd    `cmd:"" default:"withargs" hidden:"" help:"${cli_help_demo_all}"`
	Sector demoSectorCmd `cmd:"" help:"${cli_help_demo_sector}"`
}

type demoSectorCmd struct {
	Seed uint64 `default:"1" help:"${cli_help_flag_seed}"`
	Out  string `required:"" help:"${cli_help_flag_dir}"`
}

// Run writes the synthetic sector: parties.csv, two years of answers, and three
// parties' answers as filled workbooks.
func (c demoSectorCmd) Run(r *run) error {
	return r.writeDir(c.Out, func(dir string) error { return r.demoSector(dir, c.Out, c.Seed) })
}

func (r *run) demoSector(dir, shown string, seed uint64) error {
	cur, err := r.openForm(demoForm)
	if err != nil {
		return err
	}
	prev, err := r.superseded(cur, "", demoForm)
	if err != nil {
		return err
	}
	cat, err := r.openCatalog()
	if err != nil {
		return err
	}
	figures := demo.Figures{}
	for _, ref := range cat.References() {
		low, high := ref.Range()
		figures[ref.ID] = demo.Figure{FY: ref.FY, Share: (low + high) / 200}
	}
	s := demo.Generate(seed, r.lang, cur, prev, figures)
	err = errors.Join(
		r.writeFile(filepath.Join(dir, "parties.csv"), func(w io.Writer) error { return sheet.WriteParties(w, s.Parties, sheet.CSVOptions{}) }),
		r.demoAnswers(filepath.Join(dir, "answers-"+cur.Edition+".csv"), cur, s.Parties, s.Current),
		r.demoAnswers(filepath.Join(dir, "answers-"+prev.Edition+".csv"), prev, s.Parties, s.Previous),
		r.demoBooks(filepath.Join(dir, "workbooks"), cur, prev, s),
	)
	if err == nil {
		r.say("cli.demo.made", "parties", len(s.Parties), "dir", shown)
	}
	return err
}

func (r *run) demoAnswers(path string, f *form.Form, parties []form.Org, answers []form.Answers) error {
	ids := make([]string, len(parties))
	for i := range parties {
		ids[i] = parties[i].ID
	}
	return r.writeFile(path, func(w io.Writer) error {
		return sheet.WriteLong(w, f, ids, func(i int) form.Answers { return answers[i] }, sheet.CSVOptions{})
	})
}

// demoBooks writes the first institution of each sector as a filled workbook.
func (r *run) demoBooks(dir string, cur, prev *form.Form, s demo.Sector) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, p := range s.Parties {
		if seen[p.Sector] {
			continue
		}
		seen[p.Sector] = true
		o := sheet.WriteOptions{Lang: r.lang, Party: p.ID, Name: p.Name, Answers: s.Current[i], Previous: form.Translate(prev, s.Previous[i], cur)}
		if err := r.writeFile(filepath.Join(dir, p.ID+".xlsx"), func(w io.Writer) error { return sheet.Write(w, cur, o) }); err != nil {
			return err
		}
	}
	return nil
}

type demoAllCmd struct {
	Seed  uint64 `default:"1" help:"${cli_help_flag_seed}"`
	Out   string `default:"demo-out" help:"${cli_help_flag_dir}"`
	Serve bool   `help:"${cli_help_flag_demo_serve}"`
	Addr  string `default:"127.0.0.1:8080" help:"${cli_help_flag_addr}"`
	Data  string `default:"demo-data" help:"${cli_help_flag_data}"`
}

// Run makes the synthetic sector and everything that is returned to it.
func (c demoAllCmd) Run(r *run) error {
	if c.Serve {
		return r.serve(ServeOptions{Addr: c.Addr, Data: c.Data, Demo: true, Seed: c.Seed})
	}
	err := r.writeDir(c.Out, func(dir string) error {
		data := filepath.Join(dir, "sector")
		reports := filepath.Join(dir, "reports")
		if err := errors.Join(os.Mkdir(data, 0o755), os.Mkdir(reports, 0o755)); err != nil {
			return err
		}
		if err := r.demoSector(data, filepath.Join(c.Out, "sector"), c.Seed); err != nil {
			return err
		}
		return r.demoReports(data, reports)
	})
	if err == nil {
		r.say("cli.demo.open", "dir", c.Out)
	}
	return err
}

func (r *run) demoReports(data, reports string) error {
	f, err := r.openForm(demoForm)
	if err != nil {
		return err
	}
	quiet := *r
	quiet.quiet = true // the oddities of the synthetic answers are of no concern here
	return assessAnalyzeCmd{
		Form: demoForm, Parties: filepath.Join(data, "parties.csv"), Answers: filepath.Join(data, "answers-"+f.Edition+".csv"),
		Previous: filepath.Join(data, "answers-"+f.Supersedes+".csv"), Out: reports, Colluders: 1, Notice: r.notice(),
	}.into(&quiet, reports)
}
