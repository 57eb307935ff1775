package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"yagura/internal/assessment"
	"yagura/internal/assessment/report"
	"yagura/internal/form"
	"yagura/internal/peer"
)

type assessCmd struct {
	Analyze assessAnalyzeCmd `cmd:"" help:"${cli_help_assess_analyze}"`
	Fit     assessFitCmd     `cmd:"" help:"${cli_help_assess_fit}"`
}

type assessAnalyzeCmd struct {
	Form         string   `required:"" help:"${cli_help_flag_form}"`
	Parties      string   `required:"" help:"${cli_help_flag_parties}"`
	Answers      string   `required:"" help:"${cli_help_flag_answers}"`
	Previous     string   `help:"${cli_help_flag_previous}"`
	PreviousForm string   `help:"${cli_help_flag_previous_form}"`
	Out          string   `required:"" help:"${cli_help_flag_dir}"`
	Colluders    int      `default:"1" enum:"1,2" help:"${cli_help_flag_colluders}"`
	Public       bool     `help:"${cli_help_flag_public}"`
	Last         string   `help:"${cli_help_flag_last}"`
	NoReports    bool     `help:"${cli_help_flag_no_reports}"`
	NoFeedback   bool     `help:"${cli_help_flag_no_feedback}"`
	Only         []string `placeholder:"ID" help:"${cli_help_flag_only}"`
	Marking      string   `help:"${cli_help_flag_marking}"`
	Notice       string   `help:"${cli_help_flag_notice}"`
	From         string   `help:"${cli_help_flag_sender}"`
	Date         string   `help:"${cli_help_flag_date}"`
}

// Run analyses a sector's answers and writes the sector report, the feedback
// and the release's record into a folder.
func (c assessAnalyzeCmd) Run(r *run) error {
	if err := apart(c.Out, c.Form, c.Parties, c.Answers, c.Previous, c.PreviousForm, c.Last); err != nil {
		return err
	}
	return r.writeDir(c.Out, func(dir string) error { return c.into(r, dir) })
}

// into does the work in a folder that is not yet visible under its final name.
func (c assessAnalyzeCmd) into(r *run, dir string) error {
	res, rec, err := c.analyze(r)
	if err != nil {
		return err
	}
	recipients, err := c.recipients(res.Current.Parties)
	if err != nil {
		return err
	}
	out := &outputs{run: r, dir: dir, res: res, rec: rec}
	if err := out.statistics(); err != nil {
		return err
	}
	if !c.NoReports {
		cat, err := r.openCatalog()
		if err != nil {
			return err
		}
		maker := report.New(res, cat, report.Options{Lang: r.lang, Marking: c.Marking, Notice: c.Notice, From: c.From, Date: c.Date, Release: rec.line()})
		if err := out.reports(maker, recipients); err != nil {
			return err
		}
	}
	if err := out.release(); err != nil {
		return err
	}
	r.say("cli.analyzed", "parties", len(res.Current.Parties), "items", len(res.Current.Form.Items()))
	if r.json {
		return r.print(rec)
	}
	r.say("cli.done", "dir", c.Out)
	return nil
}

// analyze reads the inputs, reports their findings and runs the analysis.
func (c assessAnalyzeCmd) analyze(r *run) (*assessment.Result, *record, error) {
	f, err := r.openForm(c.Form)
	if err != nil {
		return nil, nil, err
	}
	parties, partiesInput, err := r.readParties(c.Parties)
	if err != nil {
		return nil, nil, err
	}
	cur, err := r.gather("answers", c.Answers, f, parties)
	if err != nil {
		return nil, nil, err
	}
	rec := &record{Form: f.ID, Edition: f.Edition, FormSHA256: f.Hash(), Inputs: append([]input{partiesInput}, cur.inputs...), books: cur.books}
	prev, err := c.previous(r, f, parties, rec)
	if err != nil {
		return nil, nil, err
	}
	o := assessment.Options{Policy: c.policy()}
	if c.Last != "" {
		last, in, err := readRelease(c.Last)
		if err != nil {
			return nil, nil, err
		}
		o.Last, rec.Inputs = last, append(rec.Inputs, in)
	}
	res, err := assessment.Analyze(r.ctx, cur.Responses, prev, o)
	if err != nil {
		return nil, nil, err
	}
	rec.Policy = o.Policy
	rec.found = append(rec.found, cur.located(res.Current)...)
	r.reportSome(rec.found)
	return res, rec, nil
}

// previous reads last edition's answers when they are given.
func (c assessAnalyzeCmd) previous(r *run, f *form.Form, parties []form.Org, rec *record) (*assessment.Responses, error) {
	if c.Previous == "" {
		return nil, nil
	}
	form, err := r.superseded(f, c.PreviousForm, c.Form)
	if err != nil {
		return nil, err
	}
	g, err := r.gather("previous", c.Previous, form, parties)
	if err != nil {
		return nil, err
	}
	rec.PreviousEdition, rec.PreviousFormSHA256 = form.Edition, form.Hash()
	rec.Inputs, rec.books = append(rec.Inputs, g.inputs...), append(rec.books, g.books...)
	rec.found = append(rec.found, g.found...)
	return &g.Responses, nil
}

// recipients are the places of the parties that get feedback: all that
// answered, unless some are named or there is to be none.
func (c assessAnalyzeCmd) recipients(parties []form.Org) ([]int, error) {
	var list []int
	for p := range parties {
		if !c.NoFeedback && (len(c.Only) == 0 || slices.Contains(c.Only, parties[p].ID)) {
			list = append(list, p)
		}
	}
	for _, id := range c.Only {
		if !slices.ContainsFunc(parties, func(p form.Org) bool { return p.ID == id }) {
			return nil, fail("cli.no-recipient", "party", id)
		}
	}
	return list, nil
}

func (c assessAnalyzeCmd) policy() peer.Policy {
	switch {
	case c.Public:
		return peer.Public()
	case c.Colluders == 2:
		return peer.Sensitive()
	}
	return peer.Default()
}

func readRelease(path string) (*peer.Release, input, error) {
	data, err := readInput(path)
	if err != nil {
		return nil, input{}, err
	}
	var rel peer.Release
	if err := json.Unmarshal(data, &rel); err != nil || rel.Edition == "" {
		return nil, input{}, fail("cli.not-release", "name", path)
	}
	sum := sha256.Sum256(data)
	return &rel, input{"last", filepath.Base(path), hex.EncodeToString(sum[:])}, nil
}

// path joins a name to the output folder.
func (o *outputs) path(name string) string { return filepath.Join(o.dir, name) }

func (o *outputs) json(name string, v any) error {
	return o.write(name, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}
