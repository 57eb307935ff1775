package api

import (
	"encoding/json"
	"time"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/register"
)

// Collected is what one organisation submitted of its register.
type Collected struct {
	Filing      string          `json:"filing"`
	Code        string          `json:"code"`
	Name        i18n.Text       `json:"name"`
	Sector      string          `json:"sector"`
	Revision    int64           `json:"revision"`
	SHA256      string          `json:"sha256"`
	SubmittedAt *time.Time      `json:"submitted_at"`
	Answers     json.RawMessage `json:"answers" doc:"records and figures, as the JSON Schema of the collection form says"`
}

// gathered are the submissions of a campaign that collects a register.
func (c *call) gathered(id string, exported bool) (*form.Form, []filing.Delivered, error) {
	k, err := c.Campaigns.Get(c.ctx, c.actor, id)
	if err != nil {
		return nil, nil, err
	}
	def, err := c.Forms.Form(k.Form, k.Edition)
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.Policies.Decide(c.actor, "submission.read", c.own("campaign")); err != nil {
		return nil, nil, err
	}
	if def.Register() == nil {
		return nil, nil, errs.New(errs.NotFound, "api: the campaign collects no register")
	}
	all, err := c.Filings.Submissions(c.ctx, c.actor, id, exported)
	return def, all, err
}

func (c *call) campaignRecords(in *windowOf) (*list[Collected], error) {
	_, all, err := c.gathered(in.ID, false)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(d filing.Delivered) string { return d.ID }, func(d filing.Delivered) Collected {
		return Collected{d.ID, d.Code, d.Name(), d.Sector, d.Submission.Revision, d.Submission.SHA256, stamp(d.Submission.At), json.RawMessage(d.Submission.Doc)}
	})
}

type joinedIn struct {
	ByID
	Table  string `query:"table" maxLength:"100" default:"collected.records" doc:"item of the collection form"`
	Format string `query:"format" enum:"csv,cp932,xlsx" default:"csv"`
}

func (c *call) campaignTable(in *joinedIn) (*download, error) {
	def, all, err := c.gathered(in.ID, true)
	if err != nil {
		return nil, err
	}
	it := def.Item(in.Table)
	if it == nil || it.Type != form.TypeTable {
		return nil, errs.New(errs.NotFound, "api: no table %s", in.Table)
	}
	parts := make([]register.Part, len(all))
	for i, d := range all {
		answers, _ := def.DecodeAnswers([]byte(d.Submission.Doc)) // it was encoded by the same form
		parts[i] = register.Part{Code: d.Code, Name: d.Name().In(c.lang), Sector: d.Sector, Answers: answers}
	}
	head, rows := register.Joined(def, it.ID, parts, c.lang)
	return c.listFile(def.Register().ID, in.Format, head, rows)
}
