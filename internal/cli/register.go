package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// registerCmd works on the registers that a server keeps, whichever they are.
type registerCmd struct {
	List     registerListCmd     `cmd:"" help:"${cli_help_register_list}"`
	Export   registerExportCmd   `cmd:"" help:"${cli_help_register_export}"`
	Import   registerImportCmd   `cmd:"" help:"${cli_help_register_import}"`
	Schema   registerSchemaCmd   `cmd:"" help:"${cli_help_register_schema}"`
	Template registerTemplateCmd `cmd:"" help:"${cli_help_register_template}"`
	Missing  registerMissingCmd  `cmd:"" help:"${cli_help_register_missing}"`
}

type registerListCmd struct {
	remote
	Form string `arg:"" optional:"" help:"${cli_help_arg_register}"`
	Text string `help:"${cli_help_flag_register_text}"`
}

// Run lists the registers, or the records of one.
func (c registerListCmd) Run(r *run) error {
	if c.Form == "" {
		return r.listed(c.remote, "/registers", nil, func(data json.RawMessage) (string, error) {
			var v struct {
				Form, Edition       string
				Title               i18n.Text
				Records, Incomplete int
			}
			err := json.Unmarshal(data, &v)
			return i18n.T(r.lang, "cli.register.line", "form", v.Form, "title", v.Title, "n", v.Records, "incomplete", v.Incomplete), err
		})
	}
	query := url.Values{}
	if c.Text != "" {
		query.Set("text", c.Text)
	}
	return r.listed(c.remote, "/registers/"+url.PathEscape(c.Form)+"/records", query, func(data json.RawMessage) (string, error) {
		var v struct{ ID, Title string }
		err := json.Unmarshal(data, &v)
		return v.ID + "\t" + v.Title, err
	})
}

// listed prints a list of the API, one line an item, or as one JSON document.
func (r *run) listed(at remote, path string, query url.Values, line func(json.RawMessage) (string, error)) error {
	c, err := at.client(r)
	if err != nil {
		return err
	}
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", "500")
	all := []json.RawMessage{}
	err = c.pages(path, query, func(item json.RawMessage) error {
		if r.json {
			all = append(all, item)
			return nil
		}
		text, err := line(item)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(r.env.Out, text)
		return err
	})
	if err == nil && r.json {
		err = r.print(map[string]any{"items": all})
	}
	return err
}

type registerMissingCmd struct {
	remote
	Form string `arg:"" help:"${cli_help_arg_register}"`
}

// Run lists the records that lack required answers, with the items.
func (c registerMissingCmd) Run(r *run) error {
	return r.listed(c.remote, "/registers/"+url.PathEscape(c.Form)+"/missing", nil, func(data json.RawMessage) (string, error) {
		var v struct {
			ID, Title string
			Items     []string
		}
		err := json.Unmarshal(data, &v)
		return v.ID + "\t" + v.Title + "\t" + strings.Join(v.Items, " "), err
	})
}

type registerExportCmd struct {
	remote
	Form   string `arg:"" help:"${cli_help_arg_register}"`
	Out    string `short:"o" required:"" help:"${cli_help_flag_out}"`
	Format string `enum:"csv,cp932,xlsx," default:"" help:"${cli_help_flag_register_format}"`
}

// Run writes a register as a file, which import reads back.
func (c registerExportCmd) Run(r *run) error {
	return c.save(r, url.Values{})
}

func (c registerExportCmd) save(r *run, query url.Values) error {
	at, err := c.client(r)
	if err != nil {
		return err
	}
	if c.Format == "" {
		c.Format = "csv"
		if strings.EqualFold(filepath.Ext(c.Out), ".xlsx") {
			c.Format = "xlsx"
		}
	}
	query.Set("format", c.Format)
	a, err := at.ask(http.MethodGet, "/registers/"+url.PathEscape(c.Form)+"/export", query, nil)
	if err != nil {
		return err
	}
	if err := r.writeFile(c.Out, func(w io.Writer) error { _, err := w.Write(a.body); return err }); err != nil {
		return err
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

type registerTemplateCmd struct {
	remote
	Form string `arg:"" help:"${cli_help_arg_register}"`
	Out  string `short:"o" required:"" help:"${cli_help_flag_out}"`
}

// Run writes the empty list of a register: the heads, by which import reads it.
func (c registerTemplateCmd) Run(r *run) error {
	return registerExportCmd{remote: c.remote, Form: c.Form, Out: c.Out}.save(r, url.Values{"empty": {"true"}})
}

type registerSchemaCmd struct {
	remote
	Form string `arg:"" help:"${cli_help_arg_register}"`
}

// Run writes the JSON Schema of a register's records.
func (c registerSchemaCmd) Run(r *run) error {
	at, err := c.client(r)
	if err != nil {
		return err
	}
	var schema map[string]any
	if err := at.get("/registers/"+url.PathEscape(c.Form)+"/schema", nil, &schema); err != nil {
		return err
	}
	return r.print(schema)
}

type registerImportCmd struct {
	remote
	Form   string `arg:"" help:"${cli_help_arg_register}"`
	File   string `arg:"" help:"${cli_help_arg_register_file}"`
	DryRun bool   `help:"${cli_help_flag_register_dry_run}"`
}

// importPlan is what a file would change, as the API tells it.
type importPlan struct {
	Digest  string `json:"digest"`
	Applied bool   `json:"applied"`
	Same    int    `json:"same"`
	Rows    []struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		Row     int    `json:"row"`
		Changes []struct {
			Item string `json:"item"`
			Old  string `json:"old"`
			New  string `json:"new"`
		} `json:"changes"`
	} `json:"rows"`
	Flaws []struct {
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Sheet    string `json:"sheet"`
		Row      int    `json:"row"`
		Column   string `json:"column"`
		Item     string `json:"item"`
		Value    string `json:"value"`
		Message  string `json:"message"`
	} `json:"flaws"`
}

// Run shows what a file changes in a register and changes it, unless something is wrong
// with the file or it is a dry run.
func (c registerImportCmd) Run(r *run) error {
	at, err := c.client(r)
	if err != nil {
		return err
	}
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	path, query := "/registers/"+url.PathEscape(c.Form)+"/import", url.Values{"name": {filepath.Base(c.File)}}
	plan, err := at.plan(path, query, data)
	if err != nil {
		return err
	}
	r.report(plan.findings(c.File))
	if !r.found && !c.DryRun && len(plan.Rows) > 0 {
		query.Set("apply", plan.Digest)
		if plan, err = at.plan(path, query, data); err != nil {
			return err
		}
	}
	if r.json {
		return r.print(map[string]any{"applied": plan.Applied, "same": plan.Same, "rows": plan.Rows, "findings": r.shapes(r.told)})
	}
	for _, row := range plan.Rows {
		id := row.ID
		if id == "" {
			id = i18n.T(r.lang, "cli.register.new")
		}
		for _, ch := range row.Changes {
			r.line("cli.register.change", "row", row.Row, "id", id, "title", row.Title, "item", ch.Item, "old", ch.Old, "new", ch.New)
		}
	}
	switch {
	case plan.Applied:
		r.say("cli.register.applied", "n", len(plan.Rows))
	case r.found:
		r.say("cli.register.faulty")
	default:
		r.say("cli.register.planned", "n", len(plan.Rows), "same", plan.Same)
	}
	return nil
}

func (c *client) plan(path string, query url.Values, data []byte) (p importPlan, err error) {
	a, err := c.ask(http.MethodPost, path, query, data)
	if err != nil {
		return p, err
	}
	if json.Unmarshal(a.body, &p) != nil {
		return p, fail("cli.register.not-yagura", "server", c.base, "status", http.StatusOK)
	}
	return p, nil
}

// findings are the faults of a file in the shape of all commands; the server has said
// them in the language that was asked for.
func (p importPlan) findings(file string) []finding.Finding {
	out := make([]finding.Finding, len(p.Flaws))
	for i, f := range p.Flaws {
		out[i] = finding.Finding{Rule: f.Rule, Severity: finding.Severity(f.Severity), File: file, Sheet: f.Sheet, Row: f.Row, Column: f.Column, Pointer: f.Item,
			Value: f.Value, Message: i18n.Text{JA: f.Message, EN: f.Message}}
	}
	return out
}
