package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"yagura/internal/campaign"
	"yagura/internal/i18n"
)

func (s *server) releaseOperations() {
	const path = "/api/campaigns/{id}/release"
	add(s, op(http.MethodPost, path, "release-make"), "release.make", (*call).releaseMake)
	add(s, op(http.MethodGet, path, "release-get"), "release.read", (*call).releaseGet)
	add(s, op(http.MethodPost, path+"/approve", "release-approve"), "release.approve", (*call).releaseApprove)
	add(s, op(http.MethodPost, path+"/publish", "release-publish"), "release.publish", (*call).releasePublish)
	add(s, op(http.MethodGet, path+"/documents/{name}", "release-document"), "release.read", (*call).releaseDocument)
	add(s, op(http.MethodGet, "/api/returns", "return-list"), "return.read", (*call).returns)
	add(s, op(http.MethodGet, "/api/returns/{id}/documents/{name}", "return-document"), "return.read", (*call).returned)
}

// Release is the frozen outcome of a campaign.
type Release struct {
	Campaign    string          `json:"campaign"`
	State       string          `json:"state"`
	MadeBy      string          `json:"made_by"`
	MadeAt      *time.Time      `json:"made_at"`
	ApprovedBy  string          `json:"approved_by,omitempty"`
	ApprovedAt  *time.Time      `json:"approved_at"`
	PublishedAt *time.Time      `json:"published_at"`
	Record      json.RawMessage `json:"record" doc:"what it was made from and how, and the hashes of its documents"`
}

func (c *call) releaseMake(p *ByID) (*nothing, error) {
	// Asked before the analysis, which takes a while; keeping the release asks again.
	if _, err := c.Policies.Decide(c.actor, "release.make", c.own("release")); err != nil {
		return nil, err
	}
	return nil, c.Feedback.Make(c.ctx, c.actor, p.ID, func(float64) {})
}

func (c *call) releaseGet(p *ByID) (*one[Release], error) {
	r, err := c.Campaigns.Release(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	return &one[Release]{Body: Release{r.Campaign, string(r.State), r.MadeBy, stamp(r.MadeAt), r.ApprovedBy, stamp(r.ApprovedAt), stamp(r.PublishedAt), json.RawMessage(r.Record)}}, nil
}

func (c *call) releaseApprove(p *ByID) (*nothing, error) {
	return nil, c.Campaigns.Approve(c.ctx, c.actor, p.ID)
}

func (c *call) releasePublish(p *ByID) (*nothing, error) {
	err := c.Campaigns.Publish(c.ctx, c.actor, p.ID)
	c.wake()
	return nil, err
}

// DocumentPath names a document and how it is written.
type DocumentPath struct {
	ByID
	Name   string `path:"name" maxLength:"100" doc:"sector, public, feedback …"`
	Lang   string `query:"language" enum:"ja,en" default:"ja"`
	Format string `query:"format" enum:"html,pdf,xlsx" default:"pdf"`
}

var documentTypes = map[string]string{
	"html": "text/html; charset=utf-8", "pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

func (c *call) document(p *DocumentPath, d campaign.Document) (*download, error) {
	var b bytes.Buffer
	if err := c.Feedback.Write(&b, d.Data, p.Format); err != nil {
		return nil, err
	}
	return saved(p.Name+"-"+p.Lang+"."+p.Format, documentTypes[p.Format], b.Bytes()), nil
}

type releaseDocumentPath struct {
	DocumentPath
	Party string `query:"party" maxLength:"100" doc:"id of the party whose document it is; empty for the asker's own"`
}

func (c *call) releaseDocument(p *releaseDocumentPath) (*download, error) {
	d, err := c.Campaigns.Document(c.ctx, c.actor, p.ID, p.Name, p.Lang, p.Party)
	if err != nil {
		return nil, err
	}
	return c.document(&p.DocumentPath, d)
}

// Return is what an organisation got back from a campaign.
type Return struct {
	Campaign    string     `json:"campaign"`
	Filing      string     `json:"filing"`
	Title       i18n.Text  `json:"title"`
	Asker       i18n.Text  `json:"asker"`
	PublishedAt *time.Time `json:"published_at"`
	ReadAt      *time.Time `json:"read_at"`
}

func (c *call) returns(w *Window) (*list[Return], error) {
	all, err := c.Campaigns.Returns(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(r campaign.Return) string { return r.Campaign }, func(r campaign.Return) Return {
		return Return{r.Campaign, r.Filing, r.Title(), r.Asker(), stamp(r.PublishedAt), stamp(r.ReadAt)}
	})
}

func (c *call) returned(p *DocumentPath) (*download, error) {
	d, err := c.Campaigns.Returned(c.ctx, c.actor, p.ID, p.Name, p.Lang)
	if err != nil {
		return nil, err
	}
	return c.document(p, d)
}
