package api

import (
	"bytes"
	"errors"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/sheet"
)

type exportIn struct {
	ByForm
	Format string `query:"format" enum:"csv,cp932,xlsx" default:"csv" doc:"csv is UTF-8 with a mark, cp932 for older programs"`
	Empty  bool   `query:"empty" doc:"only the heads, to be filled in"`
}

func (c *call) registerExport(in *exportIn) (*download, error) {
	if in.Empty {
		head, err := c.Registers.Template(c.actor, in.Form, c.lang)
		if err != nil {
			return nil, err
		}
		return c.listFile(in.Form, in.Format, head, nil)
	}
	head, rows, err := c.Registers.Export(c.ctx, c.actor, in.Form, c.lang)
	if err != nil {
		return nil, err
	}
	return c.listFile(in.Form, in.Format, head, rows)
}

// listFile is a list as a file of a format.
func (c *call) listFile(name, format string, head []string, rows [][]any) (*download, error) {
	var b bytes.Buffer
	var err error
	media, ext := "text/csv; charset=utf-8", ".csv"
	switch format {
	case "xlsx":
		media, ext = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"
		err = sheet.WriteListXLSX(&b, head, rows)
	case "cp932":
		media = "text/csv; charset=shift_jis"
		err = sheet.WriteList(&b, head, rows, sheet.CSVOptions{Encoding: sheet.CP932})
	default:
		err = sheet.WriteList(&b, head, rows, sheet.CSVOptions{})
	}
	var lacks *sheet.Unencodable
	if errors.As(err, &lacks) {
		return nil, &fault{kind: invalid, flaws: flaws(lacks.Findings, c.lang)}
	}
	day := c.Clock.Now().In(calendar.Tokyo).Format("20060102")
	return saved(name+"_"+day+ext, media, b.Bytes()), err
}

// ImportPlan is what a file would change in a register, or has changed.
type ImportPlan struct {
	Digest  string       `json:"digest" doc:"stands for the changes; send it back to have them made"`
	Applied bool         `json:"applied"`
	Same    int          `json:"same" doc:"rows that say what is stored"`
	Rows    []ImportRow  `json:"rows"`
	Flaws   []ImportFlaw `json:"flaws"`
}

// ImportRow is a record that a file enters or changes.
type ImportRow struct {
	ID      string         `json:"id" doc:"empty for a new record"`
	Title   string         `json:"title"`
	Row     int            `json:"row" doc:"of the file, the head is row 1"`
	Changes []ImportChange `json:"changes"`
}

// ImportChange is an answer that a file changes, as text.
type ImportChange struct {
	Item string `json:"item"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// ImportFlaw is what is wrong with a cell.
type ImportFlaw struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Sheet    string `json:"sheet,omitempty"`
	Row      int    `json:"row,omitempty"`
	Column   string `json:"column,omitempty"`
	Item     string `json:"item,omitempty"`
	Value    string `json:"value,omitempty"`
	Message  string `json:"message"`
}

type importIn struct {
	ByForm
	Name    string `query:"name" maxLength:"255" default:"register.csv" doc:"of the file, with its extension"`
	Apply   string `query:"apply" maxLength:"64" doc:"digest of the plan that is to be carried out; empty only shows the plan"`
	RawBody []byte
}

func (c *call) registerImport(in *importIn) (*one[ImportPlan], error) {
	plan, err := c.Registers.Read(c.ctx, c.actor, in.Form, record.CleanName(in.Name), in.RawBody)
	if err != nil {
		return nil, err
	}
	view := c.planView(plan)
	if in.Apply == "" {
		return &one[ImportPlan]{Body: view}, nil
	}
	switch {
	case finding.HasErrors(plan.Findings):
		return nil, &fault{kind: invalid, flaws: flaws(plan.Findings, c.lang), current: view}
	case in.Apply != view.Digest:
		return nil, &fault{kind: conflict, current: view}
	}
	via := "csv"
	if bytes.HasPrefix(in.RawBody, []byte("PK")) {
		via = "excel"
	}
	if err := c.Registers.Apply(c.ctx, c.actor, via, plan); err != nil {
		return nil, err
	}
	view.Applied = true
	return &one[ImportPlan]{Body: view}, nil
}

func (c *call) planView(p register.Plan) ImportPlan {
	v := ImportPlan{Digest: p.Digest(), Same: p.Same, Rows: []ImportRow{}, Flaws: []ImportFlaw{}}
	for _, r := range p.Rows {
		row := ImportRow{r.ID, r.Title, r.Row, []ImportChange{}}
		for _, ch := range r.Changes {
			row.Changes = append(row.Changes, ImportChange{ch.Item.ID, text(ch.Item, ch.Old), text(ch.Item, ch.New)})
		}
		v.Rows = append(v.Rows, row)
	}
	for _, f := range p.Findings {
		v.Flaws = append(v.Flaws, ImportFlaw{f.Rule, string(f.Severity), f.Sheet, f.Row, f.Column, f.Pointer, f.Value, f.Message.In(c.lang)})
	}
	return v
}

// text is an answer as one text: its value, or the state that stands for one.
func text(it *form.Item, a form.Answer) string {
	if a.Value == nil {
		return string(a.State)
	}
	return it.FormatValue(a.Value)
}

type recordAttachIn struct {
	ByRecord
	Item    string `query:"item" required:"true" maxLength:"100" doc:"to which the file belongs; its answer is then to be changed"`
	Name    string `query:"name" required:"true" maxLength:"255" doc:"with its extension"`
	RawBody []byte
}

func (c *call) recordAttach(in *recordAttachIn) (*one[form.FileRef], error) {
	ref, err := c.Registers.Attach(c.ctx, c.actor, in.Form, in.ID, in.Item, in.Name, in.RawBody)
	return &one[form.FileRef]{Body: ref}, err
}

type recordFilePath struct {
	ByRecord
	SHA256 string `path:"sha256" pattern:"^[0-9a-f]{64}$"`
}

func (c *call) recordFile(p *recordFilePath) (*download, error) {
	f, data, err := c.Registers.File(c.ctx, c.actor, p.Form, p.ID, p.SHA256)
	if err != nil {
		return nil, err
	}
	return saved(f.Name, "application/octet-stream", data), nil
}
