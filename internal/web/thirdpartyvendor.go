package web

import (
	"slices"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/org"
	"yagura/internal/thirdparty"
	"yagura/internal/webkit"
)

// diligenceForm is the questionnaire of the due diligence of vendors.
const diligenceForm = "vendor-due-diligence"

// vendorView is one third party of an institution: what it supports, and what it answered.
type vendorView struct {
	Record  string
	Terms   []webkit.Term
	Uses    webkit.TableView
	Answers []vendorAnswers
	Enter   *webkit.ConfirmView
}

// vendorAnswers is one submission of a questionnaire.
type vendorAnswers struct {
	Title    string
	Sections []webkit.FormView
}

// vendorCell leads from a provider's name to its page, when it has a record.
func (c *call) vendorCell(o own, provider int32) webkit.Cell {
	cell := webkit.Cell{Text: o.Providers[provider].Name}
	if id := o.VendorIDs[provider]; id != "" {
		cell.URL = "/thirdparty/vendors/" + id
	}
	return cell
}

// vendor finds a record of the register of third parties.
func (o own) vendor(id string) (thirdparty.Record, int32, error) {
	at := slices.IndexFunc(o.Books[thirdparty.Vendors], func(r thirdparty.Record) bool { return r.ID == id })
	provider := slices.Index(o.VendorIDs, id)
	if at < 0 || provider < 0 {
		return thirdparty.Record{}, 0, errs.New(errs.NotFound, "web: no such third party")
	}
	return o.Books[thirdparty.Vendors][at], int32(provider), nil
}

func wordOf(a form.Answers, item string) string {
	s, _ := a[item].Value.(string)
	return s
}

func (c *call) vendorPage() error {
	o, err := c.ownRegister()
	if err != nil {
		return err
	}
	r, provider, err := o.vendor(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	name := o.Providers[provider].Name
	v := vendorView{Record: "/registers/" + thirdparty.Vendors + "/records/" + r.ID, Uses: c.vendorUses(o, provider)}
	def, err := c.Forms.Form(thirdparty.Vendors, "")
	if err != nil {
		return err
	}
	for _, id := range []string{"ven.kind", "ven.corporate_number", "ven.lei", "ven.country", "ven.risk", "ven.substitute", "ven.reviewed"} {
		if it := def.Item(id); r.Answers[id].Value != nil {
			text := it.FormatValue(r.Answers[id].Value)
			for _, option := range it.Options {
				if option.ID == text {
					text = option.Label().In(c.lang)
				}
			}
			v.Terms = append(v.Terms, webkit.Term{Title: it.Ask.In(c.lang), Text: text})
		}
	}
	if v.Answers, err = c.vendorAnswers(r, name); err != nil {
		return err
	}
	if len(v.Answers) == 0 && c.may("party.manage", "party", "") {
		v.Enter = &webkit.ConfirmView{Title: c.say("webthirdparty.enter-party"), Text: c.say("webthirdparty.enter-party-text"), Button: c.say("webthirdparty.enter-party"), Action: "/thirdparty/vendors/" + r.ID + "/party"}
	}
	p := c.titled(name)
	p.Lead, p.Crumbs = c.say("webthirdparty.vendor-lead"), []webkit.Crumb{{Text: c.say("webthirdparty.title"), URL: "/thirdparty"}}
	return c.render(p, vendorShow(v))
}

// vendorUses lists the functions that a provider's services support.
func (c *call) vendorUses(o own, provider int32) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webthirdparty.vendor-uses"), HideCaption: true, Empty: c.say("webthirdparty.vendor-uses-none"),
		Columns: heads(c.columns("webthirdparty.function", "webthirdparty.importance", "webthirdparty.service"))}
	seen := map[[2]int32]bool{}
	for _, u := range o.Uses {
		if k := [2]int32{u.Function, u.Service}; o.Picture.Services[u.Service].Provider == provider && !seen[k] {
			seen[k] = true
			f := o.Picture.Functions[u.Function]
			t.Rows = append(t.Rows, []webkit.Cell{{Text: f.Name, Head: true}, {Text: c.importance(f.Critical)}, {Text: o.Names[u.Service]}})
		}
	}
	return t
}

// vendorAnswers are the submissions of the party that is this third party: its code or name
// is the number, LEI or name in the register.
func (c *call) vendorAnswers(r thirdparty.Record, name string) ([]vendorAnswers, error) {
	if !c.may("diligence.read", "submission", "") {
		return nil, nil
	}
	codes := []string{r.ID, wordOf(r.Answers, "ven.corporate_number"), wordOf(r.Answers, "ven.lei")}
	held, err := c.Filings.Held(c.ctx, c.actor, diligenceForm, func(f filing.Received) bool { return slices.Contains(codes, f.Code) || f.NameJA == name })
	var out []vendorAnswers
	for _, d := range held {
		def, err := c.Forms.Form(d.Form, d.Edition)
		if err != nil {
			return nil, err
		}
		answers, _ := def.DecodeAnswers([]byte(d.Submission.Doc))
		a := vendorAnswers{Title: c.say("webthirdparty.diligence-at", "at", c.moment(d.Submission.At), "n", d.Submission.Revision)}
		for _, sec := range def.Sections {
			a.Sections = append(a.Sections, webkit.FormView{Form: def, Section: sec, Answers: answers, Quiet: true, Applies: func(it *form.Item) bool { _, ok := answers[it.ID]; return ok }})
		}
		out = append(out, a)
	}
	return out, err
}

// vendorParty enters a third party among those whom the organisation asks.
func (c *call) vendorParty() error {
	o, err := c.ownRegister()
	if err != nil {
		return err
	}
	r, provider, err := o.vendor(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	e := org.Entry{Organisation: org.Organisation{NameJA: o.Providers[provider].Name, Jurisdiction: o.Providers[provider].Country.String()}, Code: r.ID, Bond: "vendor"}
	for _, item := range []string{"ven.lei", "ven.corporate_number"} {
		if code := wordOf(r.Answers, item); code != "" {
			e.Code = code
		}
	}
	ids, err := c.Orgs.Enter(c.ctx, c.actor, e)
	if err != nil {
		return c.refuseUnless(err, "/thirdparty/vendors/"+r.ID)
	}
	c.redirect("/parties/" + ids[0])
	return nil
}
