package web

import (
	"bytes"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/sheet"
	"yagura/internal/webkit"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// filingWorkbook is the form as a workbook with the present answers in it and last
// year's beside.
func (c *call) filingWorkbook() error {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, sh.FormDef, sheet.WriteOptions{Lang: c.lang, Party: sh.Code, Name: c.actor.OrgName, Answers: sh.Draft.Answers, Previous: sh.Previous}); err != nil {
		return err
	}
	return webkit.Download(c.w, sh.Code+"-"+sh.FormDef.ID+"-"+sh.FormDef.Edition+".xlsx", xlsxType, b.Bytes())
}

type importView struct {
	Filing, SHA256 string
	Read           bool
	Faults         [][]webkit.Cell
	Changes        []webkit.Change
}

func (c *call) importPage() error {
	f, err := c.Filings.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showImport(f, importView{Filing: f.ID})
}

func (c *call) showImport(f filing.Filing, v importView) error {
	page := c.page("web.filing.import-title")
	page.Marking, page.Error = f.Marking, len(v.Faults) > 0
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}, {Text: f.Title().In(c.lang), URL: "/filings/" + f.ID}}
	return c.render(page, importShow(v))
}

// importRead keeps an uploaded workbook as evidence and shows what it would change;
// nothing is changed yet.
func (c *call) importRead() error {
	id := c.r.PathValue("id")
	data, err := c.upload("file")
	if err != nil {
		return c.refuse("/filings/"+id+"/import", err)
	}
	ref, err := c.Filings.Attach(c.ctx, c.actor, id, filing.Workbook, c.r.MultipartForm.File["file"][0].Filename, []string{"xlsx"}, data)
	if err != nil {
		return c.refuseUnless(err, "/filings/"+id+"/import")
	}
	sh, err := c.Filings.Sheet(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	v := importView{Filing: id, SHA256: ref.SHA256, Read: true}
	book, found := sheet.Read(bytes.NewReader(data), int64(len(data)), sh.FormDef, ref.Name)
	if book != nil && book.Party != "" && book.Party != sh.Code {
		found = append(found, finding.New("web.filing.foreign-book", "web.filing.foreign-book", "party", book.Party))
	}
	for _, f := range found {
		if f.Severity == finding.Error {
			v.Faults = append(v.Faults, []webkit.Cell{{Text: f.Place(), Head: true}, {Text: f.Text(c.lang)}})
		}
	}
	if book != nil {
		for _, it := range changed(sh, book.Answers) {
			v.Changes = append(v.Changes, webkit.Change{Title: it.Ask.In(c.lang), Old: c.answerText(it, sh.Draft.Answers[it.ID]), New: c.answerText(it, book.Answers[it.ID])})
		}
	}
	return c.showImport(sh.Filing, v)
}

// changed lists the items whose answer in a workbook differs from the present one. A
// cell that was left empty takes nothing back.
func changed(sh filing.Sheet, answers form.Answers) []*form.Item {
	var out []*form.Item
	for _, it := range sh.FormDef.Items() {
		if a, ok := answers[it.ID]; ok && !a.Equal(sh.Draft.Answers[it.ID]) {
			out = append(out, it)
		}
	}
	return out
}

// importApply takes over the answers of the workbook that was shown.
func (c *call) importApply() error {
	id := c.r.PathValue("id")
	f, data, err := c.Filings.OpenFile(c.ctx, c.actor, id, c.r.PathValue("sum"))
	if err != nil {
		return err
	}
	sh, err := c.Filings.Sheet(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	book, found := sheet.Read(bytes.NewReader(data), int64(len(data)), sh.FormDef, f.Name)
	if book == nil || finding.HasErrors(found) || book.Party != "" && book.Party != sh.Code {
		return errs.New(errs.Invalid, "%w", i18n.NewError("web.filing.import-errors"))
	}
	n := len(changed(sh, book.Answers))
	_, err = c.Filings.Import(c.ctx, c.actor, id, "excel", book.Answers)
	if err != nil {
		return c.refuseUnless(err, "/filings/"+id+"/import")
	}
	return c.done("/filings/"+id, "web.filing.imported", "n", n)
}
