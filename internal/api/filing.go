package api

import (
	"encoding/json"
	"net/http"
	"time"

	"yagura/internal/authz"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

func (s *server) filingOperations() {
	add(s, op(http.MethodGet, "/api/filings", "filing-list"), "filing.read", (*call).filingList)
	add(s, op(http.MethodGet, "/api/filings/{id}", "filing-get"), "filing.read", (*call).filingGet)
	add(s, op(http.MethodGet, "/api/filings/{id}/check", "filing-check"), "filing.read", (*call).filingCheck)
	add(s, op(http.MethodPost, "/api/filings/{id}/moves", "filing-move"), "", (*call).filingMove)
	add(s, op(http.MethodGet, "/api/filings/{id}/steps", "filing-steps"), "filing.read", (*call).filingSteps)
	add(s, op(http.MethodGet, "/api/filings/{id}/receipt", "filing-receipt"), "filing.read", (*call).filingReceipt)
	add(s, op(http.MethodGet, "/api/filings/{id}/revisions/{revision}", "filing-revision"), "receipt.read", (*call).filingRevision)
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

func (c *call) filingList(w *Window) (*list[Filing], error) {
	all, err := c.Filings.List(c.ctx, c.actor, mostFilings)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(f filing.Filing) string { return f.ID }, filingView)
}

func (c *call) filingGet(p *ByID) (*one[Filing], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	return &one[Filing]{etag(f.Version), filingView(f)}, nil
}

// Check is what is wrong with the present answers.
type Check struct {
	Errors      []Flaw   `json:"errors" doc:"these keep the filing from being finished"`
	Warnings    []Flaw   `json:"warnings"`
	Unconfirmed []string `json:"unconfirmed" doc:"items whose carried answer nobody has confirmed"`
	Moves       []string `json:"moves" doc:"that the caller may make from here"`
}

func (c *call) filingCheck(p *ByID) (*one[Check], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	out := Check{Errors: []Flaw{}, Warnings: []Flaw{}, Unconfirmed: append([]string{}, sh.Carried()...), Moves: []string{}}
	for _, f := range sh.Eval.Findings() {
		flaw := Flaw{f.Pointer, f.Message.In(c.lang)}
		if f.Severity == finding.Error {
			out.Errors = append(out.Errors, flaw)
		} else {
			out.Warnings = append(out.Warnings, flaw)
		}
	}
	for _, m := range c.Filings.Moves(c.actor, sh) {
		out.Moves = append(out.Moves, string(m))
	}
	return &one[Check]{etag(sh.Version), out}, nil
}

type moveIn struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    struct {
		Move string `json:"move" enum:"finish,check,approve,send-back,submit,correct"`
		Note string `json:"note,omitempty" maxLength:"4000" doc:"the reason; send-back and correct need one"`
	}
}

func (c *call) filingMove(in *moveIn) (*one[Filing], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	if err := match(in.IfMatch, f.Version, false, filingView(f)); err != nil {
		return nil, err
	}
	if _, err := c.Filings.Do(c.ctx, c.actor, in.ID, filing.Move(in.Body.Move), in.Body.Note); err != nil {
		return nil, err
	}
	c.wake()
	return c.filingGet(&in.ByID)
}

// Step is a move that was made.
type Step struct {
	Kind       string     `json:"kind"`
	At         *time.Time `json:"at"`
	Name       string     `json:"name"`
	OnBehalfOf string     `json:"on_behalf_of,omitempty"`
	Note       string     `json:"note,omitempty"`
	Revision   int64      `json:"revision"`
	Number     int64      `json:"ledger_number"`
}

type windowOf struct {
	ByID
	Window
}

func (c *call) filingSteps(in *windowOf) (*list[Step], error) {
	if _, err := c.Filings.Get(c.ctx, c.actor, in.ID); err != nil {
		return nil, err
	}
	all, err := c.Filings.Steps(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(s filing.Step) string { return decimal(s.Seq) }, func(s filing.Step) Step {
		return Step{s.Kind, stamp(s.At), s.Name, s.OnBehalfOf, s.Note, s.Revision, s.Number}
	})
}

func (c *call) filingReceipt(p *ByID) (*one[ledger.Receipt], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	if f.Number < 0 {
		return nil, &fault{kind: notFound}
	}
	r, err := c.Ledger.Receipt(c.ctx, c.actor.Org, f.Number)
	return &one[ledger.Receipt]{Body: r}, err
}

// Revision is a submitted revision; its answers are the bytes whose hash the ledger has.
type Revision struct {
	Revision int64           `json:"revision"`
	SHA256   string          `json:"sha256"`
	At       *time.Time      `json:"at"`
	Document string          `json:"document" doc:"the answers as they were hashed"`
	Answers  json.RawMessage `json:"answers"`
}

type revisionPath struct {
	ByID
	Revision int64 `path:"revision" minimum:"1"`
}

func (c *call) filingRevision(p *revisionPath) (*one[Revision], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	r, err := c.Filings.Revision(c.ctx, c.actor, f, p.Revision)
	if err != nil {
		return nil, err
	}
	return &one[Revision]{Body: Revision{r.Revision, r.SHA256, stamp(r.At), r.Doc, json.RawMessage(r.Doc)}}, nil
}
