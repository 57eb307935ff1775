package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/register"
)

// registerOperations are the same for every register: which it is, the path says, and what
// its records hold, the form's JSON Schema.
func (s *server) registerOperations() {
	const of = "/api/registers/{form}"
	const at = of + "/records/{id}"
	add(s, op(http.MethodGet, "/api/registers", "register-list"), "record.read", (*call).registerList)
	add(s, op(http.MethodGet, of, "register-get"), "record.read", (*call).registerGet)
	add(s, op(http.MethodGet, of+"/schema", "register-schema"), "record.read", (*call).registerSchema)
	add(s, op(http.MethodGet, of+"/missing", "register-missing"), "record.read", (*call).registerMissing)
	add(s, op(http.MethodGet, of+"/removed", "register-removed"), "record.read", (*call).registerRemoved)
	add(s, op(http.MethodGet, of+"/export", "register-export"), "record.read", (*call).registerExport)
	plan := op(http.MethodPost, of+"/import", "register-import")
	plan.MaxBodyBytes, plan.BodyReadTimeout = register.MaxFile+1, 2*time.Minute
	add(s, plan, "record.write", (*call).registerImport)
	add(s, op(http.MethodGet, of+"/records", "register-records"), "record.read", (*call).records)
	enter := op(http.MethodPost, of+"/records", "register-enter")
	enter.MaxBodyBytes = maxAnswers
	add(s, enter, "record.write", (*call).recordEnter)
	add(s, op(http.MethodGet, at, "register-record"), "record.read", (*call).recordGet)
	put, patch := op(http.MethodPut, at, "register-replace"), op(http.MethodPatch, at, "register-change")
	put.MaxBodyBytes, patch.MaxBodyBytes = maxAnswers, maxAnswers
	add(s, put, "record.write", (*call).recordReplace)
	add(s, patch, "record.write", (*call).recordChange)
	add(s, op(http.MethodGet, at+"/history", "register-history"), "record.read", (*call).recordHistory)
	up := op(http.MethodPost, at+"/files", "register-attach")
	up.MaxBodyBytes, up.BodyReadTimeout = record.MaxFile+1, 2*time.Minute
	add(s, up, "record.write", (*call).recordAttach)
	add(s, op(http.MethodGet, at+"/files/{sha256}", "register-file"), "record.read", (*call).recordFile)
	add(s, op(http.MethodDelete, at, "register-remove"), "record.write", (*call).recordRemove)
	add(s, op(http.MethodPost, at+"/restore", "register-restore"), "record.write", (*call).recordRestore)
	s.describeRegisters()
}

// describeRegisters puts the JSON Schema of each register's records among the components
// of the description, and names them where records are read and written.
func (s *server) describeRegisters() {
	if s.Forms == nil {
		return
	}
	var of []*huma.Schema
	all := s.huma.OpenAPI().Components.Schemas.Map()
	for _, f := range s.Forms.Registers() {
		text := f.JSONSchema(s.lang)
		delete(text, "$schema") // of the document that holds it
		delete(text, "$id")     // would move the base of its references
		all["register."+f.ID] = &huma.Schema{Extensions: text}
		of = append(of, &huma.Schema{Ref: "#/components/schemas/register." + f.ID})
	}
	if answers := all["RegisterRecord"].Properties["answers"]; len(of) > 0 {
		answers.AnyOf = of
	}
	for _, name := range []string{"RecordAnswers", "RecordPatch"} { // a request's parts are described, and judged by the form itself
		all[name].Properties["answers"].Extensions = map[string]any{"x-schemas": "#/components/schemas/register.*"}
	}
}

// ByForm is the path of a register.
type ByForm struct {
	Form string `path:"form" maxLength:"100"`
}

// Register is the state of a register.
type Register struct {
	Form       string    `json:"form"`
	Edition    string    `json:"edition"`
	Title      i18n.Text `json:"title"`
	Schema     string    `json:"schema" doc:"address of the JSON Schema of a record's answers"`
	Lists      []string  `json:"lists" doc:"items that a list shows; the first names a record"`
	Records    int       `json:"records"`
	Incomplete int       `json:"incomplete" doc:"records that lack a required answer"`
	Missing    int       `json:"missing" doc:"required answers that are lacking"`
}

func registerView(s register.Summary) Register {
	return Register{s.Form.ID, s.Form.Edition, s.Form.Title, "/api/registers/" + s.Form.ID + "/schema", s.Form.Lists, s.Records, s.Incomplete, s.Missing}
}

func (c *call) registerList(w *Window) (*list[Register], error) {
	all, err := c.Registers.Overview(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return cut(all, *w, func(s register.Summary) string { return s.Form.ID }, registerView)
}

func (c *call) registerGet(p *ByForm) (*one[Register], error) {
	sum, err := c.Registers.Summary(c.ctx, c.actor, p.Form)
	if err != nil {
		return nil, err
	}
	return &one[Register]{Body: registerView(sum)}, nil
}

func (c *call) registerSchema(p *ByForm) (*schemaOut, error) {
	if _, err := c.Policies.Decide(c.actor, "record.read", c.own("record")); err != nil {
		return nil, err
	}
	f, err := c.Registers.Form(p.Form)
	if err != nil {
		return nil, err
	}
	return &schemaOut{Body: f.JSONSchema(c.lang)}, nil
}

// Lacking is a record that lacks required answers.
type Lacking struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Items []string `json:"items"`
}

// FormWindow is a part of a list of a register.
type FormWindow struct {
	ByForm
	Window
}

func (c *call) registerMissing(in *FormWindow) (*list[Lacking], error) {
	all, err := c.Registers.Missing(c.ctx, c.actor, in.Form)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(l register.Lacking) string { return l.ID }, func(l register.Lacking) Lacking {
		v := Lacking{l.ID, l.Title, []string{}}
		for _, it := range l.Items {
			v.Items = append(v.Items, it.ID)
		}
		return v
	})
}

// RemovedRecord is a record that was taken out of its register.
type RemovedRecord struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	RemovedAt *time.Time `json:"removed_at"`
}

func (c *call) registerRemoved(in *FormWindow) (*list[RemovedRecord], error) {
	all, err := c.Registers.Removed(c.ctx, c.actor, in.Form)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(r record.Record) string { return r.ID }, func(r record.Record) RemovedRecord {
		return RemovedRecord{r.ID, r.Title, stamp(r.RemovedAt)}
	})
}

// RegisterRow is a record in a list, with the items that its form lists.
type RegisterRow struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Version   int64             `json:"version"`
	UpdatedAt *time.Time        `json:"updated_at"`
	Cells     map[string]string `json:"cells" doc:"answers as text, by item"`
}

type recordsIn struct {
	FormWindow
	Text string `query:"text" maxLength:"200" doc:"must occur in a title or an answer"`
}

func (c *call) records(in *recordsIn) (*list[RegisterRow], error) {
	all, err := c.Registers.List(c.ctx, c.actor, in.Form, register.Query{Text: in.Text, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &list[RegisterRow]{}
	out.Body.Items, out.Body.Next = make([]RegisterRow, len(all.Rows)), all.Next
	for i, r := range all.Rows {
		out.Body.Items[i] = RegisterRow{r.ID, r.Title, r.Version, stamp(r.UpdatedAt), r.Cells}
	}
	return out, nil
}

// answersOf reads answers that were sent, by the form.
func (c *call) answersOf(f *form.Form, sent map[string]any) (form.Answers, error) {
	text, err := encodeMap(sent)
	if err != nil {
		return nil, &fault{kind: malformed}
	}
	answers, found := f.DecodeAnswers(text)
	if len(found) > 0 {
		return nil, &fault{kind: invalid, flaws: flaws(found, c.lang)}
	}
	return answers, nil
}
