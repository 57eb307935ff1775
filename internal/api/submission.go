package api

import (
	"encoding/json"
	"net/http"
	"time"

	"yagura/internal/filing"
)

func (s *server) submissionOperations() {
	const path = "/api/submissions/{id}"
	add(s, op(http.MethodGet, path, "submission-get"), "submission.read", (*call).submission)
	add(s, op(http.MethodPost, path+"/accept", "submission-accept"), "submission.accept", (*call).accept)
	add(s, op(http.MethodPost, path+"/return", "submission-return"), "submission.return", (*call).giveBack)
}

// Submission is a submitted revision in the hands of its asker.
type Submission struct {
	Received
	Campaign string          `json:"campaign"`
	SHA256   string          `json:"sha256"`
	At       *time.Time      `json:"at"`
	Number   int64           `json:"ledger_number"`
	Document string          `json:"document" doc:"the answers as they were hashed"`
	Answers  json.RawMessage `json:"answers"`
}

func (c *call) submission(p *ByID) (*one[Submission], error) {
	r, err := c.Filings.ReceivedOne(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	s, err := c.Filings.Submission(c.ctx, c.actor, p.ID, r.Revision)
	if err != nil {
		return nil, err
	}
	return &one[Submission]{Body: Submission{receivedView(r), s.Campaign, s.SHA256, stamp(s.At), s.Number, s.Doc, json.RawMessage(s.Doc)}}, nil
}

func (c *call) accept(p *ByID) (*nothing, error) {
	err := c.Filings.Answer(c.ctx, c.actor, p.ID, filing.Accept, "")
	c.wake()
	return nil, err
}

type returnIn struct {
	ByID
	Body struct {
		Note string `json:"note" maxLength:"4000" doc:"the reason, which the organisation reads"`
	}
}

func (c *call) giveBack(in *returnIn) (*nothing, error) {
	err := c.Filings.Answer(c.ctx, c.actor, in.ID, filing.GiveBack, in.Body.Note)
	c.wake()
	return nil, err
}
