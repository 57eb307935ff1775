package api

import (
	"net/http"
	"time"

	"yagura/internal/authz"
	"yagura/internal/filing"
	"yagura/internal/i18n"
)

func (s *server) filingOperations() {
	add(s, op(http.MethodGet, "/api/filings", "filing-list"), "filing.read", (*call).filingList)
	add(s, op(http.MethodGet, "/api/filings/{id}", "filing-get"), "filing.read", (*call).filingGet)
}

// own is a thing of the caller's organisation that has no id of its own.
func (c *call) own(kind string) authz.Thing { return authz.Thing{Kind: kind, Tenant: c.actor.Org} }

// Filing is a form on its way, as its own organisation has it.
type Filing struct {
	ID          string     `json:"id"`
	Campaign    string     `json:"campaign"`
	Title       i18n.Text  `json:"title"`
	Asker       i18n.Text  `json:"asker"`
	Form        string     `json:"form"`
	Edition     string     `json:"edition"`
	Code        string     `json:"code" doc:"what the asker calls the organisation"`
	Marking     string     `json:"marking" doc:"handling"`
	State       string     `json:"state"`
	DueAt       *time.Time `json:"due_at"`
	Answered    int64      `json:"answered"`
	Total       int64      `json:"total"`
	Unconfirmed int64      `json:"unconfirmed" doc:"carried answers that nobody has confirmed"`
	Revision    int64      `json:"revision" doc:"last submitted; 0 before"`
	SubmittedAt *time.Time `json:"submitted_at"`
	Number      *int64     `json:"ledger_number" doc:"of the ledger entry of the last submission"`
	Note        string     `json:"note" doc:"why it came back"`
	Trial       bool       `json:"trial"`
	Locked      bool       `json:"locked" doc:"the campaign was closed"`
	Version     int64      `json:"version"`
}

func filingView(f filing.Filing) Filing {
	v := Filing{
		ID: f.ID, Campaign: f.Campaign, Title: f.Title(), Asker: f.AskerName(), Form: f.Form, Edition: f.Edition, Code: f.Code, Marking: f.Marking,
		State: string(f.State), DueAt: stamp(f.DueAt), Answered: f.Answered, Total: f.Total, Unconfirmed: f.Unconfirmed, Revision: f.Revision,
		SubmittedAt: stamp(f.SubmittedAt), Note: f.Note, Trial: f.Trial != 0, Locked: f.Locked != 0, Version: f.Version,
	}
	if f.Number >= 0 {
		v.Number = &f.Number
	}
	return v
}

// mostFilings is how many filings of one organisation a list goes through.
const mostFilings = 10000

func (c *call) filingList(w *window) (*list[Filing], error) {
	all, err := c.Filings.List(c.ctx, c.actor, mostFilings)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(f filing.Filing) string { return f.ID }, filingView)
}

func (c *call) filingGet(p *byID) (*one[Filing], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	return &one[Filing]{etag(f.Version), filingView(f)}, nil
}

// Standing is the present answer to an item.
type Standing struct {
	Item    string     `json:"item"`
	Version int64      `json:"version"`
	Person  string     `json:"person"`
	At      *time.Time `json:"at"`
}
