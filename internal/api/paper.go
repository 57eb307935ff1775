package api

import (
	"mime"
	"net/http"
	"time"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/record"
)

func (s *server) paperOperations() {
	add(s, op(http.MethodGet, "/api/filings/{id}/comments", "filing-comments"), "filing.read", (*call).comments)
	add(s, op(http.MethodPost, "/api/filings/{id}/comments", "filing-comment"), "filing.comment", (*call).comment)
	add(s, op(http.MethodPost, "/api/filings/{id}/comments/{comment}/resolve", "filing-resolve"), "filing.comment", (*call).resolve)
	add(s, op(http.MethodGet, "/api/filings/{id}/files", "filing-files"), "filing.read", (*call).files)
	up := op(http.MethodPost, "/api/filings/{id}/files", "filing-attach")
	up.MaxBodyBytes, up.BodyReadTimeout = record.MaxFile+1, 2*time.Minute
	add(s, up, "filing.answer", (*call).attach)
	add(s, op(http.MethodGet, "/api/filings/{id}/files/{sha256}", "filing-file"), "filing.read", (*call).file)
}

// Comment is a remark or question on an item, or on the whole filing.
type Comment struct {
	ID         string     `json:"id"`
	Item       string     `json:"item"`
	Body       string     `json:"body"`
	At         *time.Time `json:"at"`
	Person     string     `json:"person"`
	ResolvedAt *time.Time `json:"resolved_at"`
}

func (c *call) comments(in *windowOf) (*list[Comment], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := c.Filings.Comments(c.ctx, c.actor, f)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(m record.Comment) string { return m.ID }, func(m record.Comment) Comment {
		return Comment{m.ID, m.Item, m.Body, stamp(m.At), m.Person, stamp(m.ResolvedAt)}
	})
}

type commentIn struct {
	ByID
	Body struct {
		Item string `json:"item,omitempty" maxLength:"100"`
		Body string `json:"body" maxLength:"4000"`
	}
}

func (c *call) comment(in *commentIn) (*nothing, error) {
	return nil, c.Filings.Comment(c.ctx, c.actor, in.ID, in.Body.Item, in.Body.Body)
}

type commentPath struct {
	ByID
	Comment string `path:"comment" maxLength:"100"`
}

func (c *call) resolve(p *commentPath) (*nothing, error) {
	return nil, c.Filings.Resolve(c.ctx, c.actor, p.ID, p.Comment)
}

// File is an attached file.
type File struct {
	Item   string     `json:"item"`
	SHA256 string     `json:"sha256"`
	Name   string     `json:"name"`
	Type   string     `json:"type"`
	Size   int64      `json:"size"`
	At     *time.Time `json:"at"`
}

func (c *call) files(in *windowOf) (*list[File], error) {
	f, err := c.Filings.Get(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := c.Filings.Files(c.ctx, c.actor, f)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(m record.File) string { return m.Item + "/" + m.SHA256 }, func(m record.File) File {
		return File{m.Item, m.SHA256, m.Name, m.Type, m.Size, stamp(m.At)}
	})
}

type attachIn struct {
	ByID
	Item    string `query:"item" maxLength:"100" doc:"to which the file belongs; empty for the whole"`
	Name    string `query:"name" required:"true" maxLength:"255" doc:"with its extension"`
	RawBody []byte
}

func (c *call) attach(in *attachIn) (*one[form.FileRef], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	var accept []string
	if in.Item != "" {
		it := sh.FormDef.Item(in.Item)
		if it == nil {
			return nil, errs.New(errs.NotFound, "api: no item %s", in.Item)
		}
		accept = it.Accept
	}
	ref, err := c.Filings.Attach(c.ctx, c.actor, in.ID, in.Item, in.Name, accept, in.RawBody)
	return &one[form.FileRef]{Body: ref}, err
}

type filePath struct {
	ByID
	SHA256 string `path:"sha256" pattern:"^[0-9a-f]{64}$"`
}

// download is a file as it is.
type download struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte `contentType:"application/octet-stream"`
}

func saved(name, contentType string, data []byte) *download {
	return &download{contentType, mime.FormatMediaType("attachment", map[string]string{"filename": name}), data}
}

func (c *call) file(p *filePath) (*download, error) {
	f, data, err := c.Filings.OpenFile(c.ctx, c.actor, p.ID, p.SHA256)
	if err != nil {
		return nil, err
	}
	return saved(f.Name, f.Type, data), nil
}
