package web

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/paper"
	"yagura/internal/record"
	"yagura/internal/webkit"
)

type receiptView struct {
	Filing string
	Terms  []webkit.Term
}

// submitted is a filing with its last submitted revision; NotFound before there is one.
func (c *call) submitted() (filing.Filing, record.Revision, error) {
	f, err := c.Filings.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return f, record.Revision{}, err
	}
	if f.Number < 0 {
		return f, record.Revision{}, errs.New(errs.NotFound, "web: nothing was submitted")
	}
	rev, err := c.Filings.Revision(c.ctx, c.actor, f, f.Revision)
	return f, rev, err
}

func (c *call) receiptPage() error {
	f, rev, err := c.submitted()
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := receiptView{Filing: f.ID, Terms: []webkit.Term{
		{Title: i18n.T(c.lang, "web.filing.receipt-number"), Text: strconv.FormatInt(f.Number, 10)},
		{Title: i18n.T(c.lang, "web.filing.receipt-time"), Text: c.moment(rev.At)},
		{Title: i18n.T(c.lang, "web.filing.receipt-by"), Text: memberName(rev.Person, members)},
		{Title: i18n.T(c.lang, "web.filing.receipt-revision"), Text: strconv.FormatInt(rev.Revision, 10)},
		{Title: i18n.T(c.lang, "web.filing.receipt-hash"), Text: rev.SHA256},
	}}
	page := c.page("web.filing.receipt-title")
	page.Lead, page.Marking = f.Title().In(c.lang), f.Marking
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}, {Text: f.Title().In(c.lang), URL: "/filings/" + f.ID}}
	return c.render(page, receiptShow(v))
}

func (c *call) receiptFile() error {
	f, _, err := c.submitted()
	if err != nil {
		return err
	}
	receipt, err := c.Ledger.Receipt(c.ctx, c.actor.Org, f.Number)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(receipt, "", " ")
	if err != nil {
		return errs.New(errs.Internal, "web: %w", err)
	}
	return webkit.Download(c.w, "receipt-"+strconv.FormatInt(f.Number, 10)+".json", "application/json", append(data, '\n'))
}

var renderer = sync.OnceValues(paper.NewRenderer)

// submissionPDF is what was submitted, with the line of the receipt on every sheet.
func (c *call) submissionPDF() error {
	f, rev, err := c.submitted()
	if err != nil {
		return err
	}
	def, err := c.Filings.Form(f)
	if err != nil {
		return err
	}
	answers, _ := def.DecodeAnswers([]byte(rev.Doc))
	r, err := renderer()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := r.PDF(&b, c.submissionDocument(f, rev, def, answers)); err != nil {
		return err
	}
	return webkit.Download(c.w, f.Code+"-"+f.Form+"-"+f.Edition+".pdf", "application/pdf", b.Bytes())
}

func (c *call) submissionDocument(f filing.Filing, rev record.Revision, def *form.Form, answers form.Answers) *paper.Document {
	d := &paper.Document{
		Lang: c.lang, Title: f.Title().In(c.lang), Subtitle: c.actor.OrgName, Marking: f.Marking, Notice: c.Env, Author: c.actor.OrgName, Date: c.moment(rev.At),
		Footer: i18n.T(c.lang, "web.filing.receipt-line", "number", f.Number, "time", c.moment(rev.At), "hash", rev.SHA256[:16]),
	}
	for _, sec := range def.Sections {
		t := paper.Table{ID: sec.ID, Columns: []paper.Column{{Title: i18n.T(c.lang, "web.filing.receipt-question"), Weight: 3}, {Title: i18n.T(c.lang, "web.filing.receipt-answer"), Weight: 2}}}
		for _, it := range sec.Items {
			if a, ok := answers[it.ID]; ok {
				t.Rows = append(t.Rows, []paper.Cell{paper.Text(it.Ask.In(c.lang)), paper.Text(c.answerText(it, a))})
			}
		}
		if len(t.Rows) > 0 {
			d.Blocks = append(d.Blocks, paper.Heading{Level: 1, Text: sec.Title.In(c.lang)}, t)
		}
	}
	return d
}
