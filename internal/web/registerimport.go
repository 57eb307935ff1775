package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/webkit"
)

// registerImportView is a register's import: the file, what is wrong with it, what it
// would change.
type registerImportView struct {
	Base     string
	Read     bool
	Name     string
	Content  string // of the file, in base64: what is applied is what was looked at
	Digest   string // of the changes shown
	Errors   bool
	Faults   webkit.TableView
	New, Old int // records that are entered, changed
	Same     int
	Diffs    []registerDiff
	More     int // records that are not shown
}

type registerDiff struct {
	Caption string
	Changes []webkit.Change
}

// diffsShown is how many records a comparison shows.
const diffsShown = 100

func (c *call) registerImport() error {
	f, err := c.Registers.Form(c.r.PathValue("form"))
	if err != nil {
		return err
	}
	return c.showRegisterImport(http.StatusOK, f, registerImportView{})
}

func (c *call) showRegisterImport(status int, f *form.Form, v registerImportView) error {
	v.Base = "/registers/" + f.ID
	p := c.page("webregister.import")
	p.Crumbs, p.Error = c.registerCrumbs(f), v.Errors
	return c.renderStatus(status, p, registerImport(v))
}

// registerRead shows what an uploaded file would change; nothing is changed or kept.
func (c *call) registerRead() error {
	data, err := c.upload("file")
	if err != nil {
		return c.refuse(c.r.URL.Path, err)
	}
	return c.compare(http.StatusOK, record.CleanName(c.r.MultipartForm.File["file"][0].Filename), data)
}

func (c *call) compare(status int, name string, data []byte) error {
	id := c.r.PathValue("form")
	plan, err := c.Registers.Read(c.ctx, c.actor, id, name, data)
	if err != nil {
		return err
	}
	to, err := c.Registers.References(c.ctx, c.actor, plan.Form)
	if err != nil {
		return err
	}
	v := registerImportView{Read: true, Name: name, Same: plan.Same, Errors: finding.HasErrors(plan.Findings), Digest: plan.Digest()}
	if !v.Errors {
		v.Content = base64.StdEncoding.EncodeToString(data)
	}
	v.Faults = webkit.TableView{Caption: c.say("webregister.faults"), HideCaption: true, Columns: heads(c.columns("web.filing.import-place", "webregister.value", "web.filing.import-what"))}
	for _, f := range plan.Findings {
		v.Faults.Rows = append(v.Faults.Rows, []webkit.Cell{{Text: c.placeOf(plan.Form, f), Head: true}, {Text: f.Value}, {Text: f.Text(c.lang)}})
	}
	options := refOptions(to)
	for i, row := range plan.Rows {
		if row.ID == "" {
			v.New++
		} else {
			v.Old++
		}
		if i >= diffsShown {
			v.More++
			continue
		}
		d := registerDiff{Caption: c.say("webregister.diff-old", "title", c.named(row.Title), "row", row.Row)}
		if row.ID == "" {
			d.Caption = c.say("webregister.diff-new", "title", c.named(row.Title), "row", row.Row)
		}
		for _, ch := range row.Changes {
			d.Changes = append(d.Changes, webkit.Change{Title: ch.Item.Ask.In(c.lang), Old: c.inWords(ch.Item, ch.Old, options), New: c.inWords(ch.Item, ch.New, options)})
		}
		v.Diffs = append(v.Diffs, d)
	}
	return c.showRegisterImport(status, plan.Form, v)
}

// placeOf says where in a file a finding is, with the item's name where it is known.
func (c *call) placeOf(f *form.Form, fd finding.Finding) string {
	fd.File = ""
	if it := f.Item(pointed(fd)); it != nil && fd.Row > 0 {
		return c.say("webregister.place", "place", fd.Place(), "row", fd.Row, "item", it.Ask)
	}
	return fd.Place()
}

// inWords is an answer with its comment, "" for none.
func (c *call) inWords(it *form.Item, a form.Answer, options map[string][]webkit.RefOption) string {
	if a.Equal(form.Answer{}) {
		return ""
	}
	return c.aside(webkit.AnswerText(c.ctx, it, a, options[it.ID]), a.Comment)
}

// registerApply takes over the file that was shown, if it still changes the same.
func (c *call) registerApply() error {
	name := record.CleanName(c.r.PostFormValue("name"))
	data, err := base64.StdEncoding.DecodeString(c.r.PostFormValue("content"))
	base := "/registers/" + c.r.PathValue("form")
	if err != nil || len(data) == 0 {
		return c.refuse(base+"/import", errs.New(errs.Invalid, "%w", i18n.NewError("web.filing.no-file")))
	}
	plan, err := c.Registers.Read(c.ctx, c.actor, c.r.PathValue("form"), name, data)
	if err != nil {
		return err
	}
	if plan.Digest() != c.r.PostFormValue("digest") || finding.HasErrors(plan.Findings) {
		return c.compare(http.StatusConflict, name, data)
	}
	via := "csv"
	if strings.HasPrefix(string(data), "PK") {
		via = "excel"
	}
	if err := c.Registers.Apply(c.ctx, c.actor, via, plan); err != nil {
		if errs.KindOf(err) == errs.Conflict {
			return c.compare(http.StatusConflict, name, data)
		}
		return err
	}
	return c.done(base, "webregister.imported", "n", len(plan.Rows))
}

// pointed is the id of the item that a finding is about.
func pointed(f finding.Finding) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
	return id
}
