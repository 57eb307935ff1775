package web

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/webkit"
)

// sheetOf is the record that the address names.
func (c *call) sheetOf() (register.Sheet, error) {
	return c.Registers.Get(c.ctx, c.actor, c.r.PathValue("form"), c.r.PathValue("id"))
}

func recordURL(sh register.Sheet) string { return "/registers/" + sh.Form + "/records/" + sh.ID }

// recordView is a record to be read.
type recordView struct {
	register.Sheet
	URL      string
	Writes   bool
	Facts    []webkit.Term
	Missing  []webkit.Fault
	Sections []webkit.FormView
	Uses     webkit.TableView
}

func (c *call) recordPage() error {
	sh, err := c.sheetOf()
	if err != nil {
		return err
	}
	to, err1 := c.Registers.References(c.ctx, c.actor, sh.FormDef)
	uses, err2 := c.Registers.Uses(c.ctx, c.actor, sh)
	members, err3 := c.Orgs.Members(c.ctx, c.actor.Org)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	v := recordView{Sheet: sh, URL: recordURL(sh), Writes: c.Registers.May(c.actor, "record.write")}
	v.Facts = []webkit.Term{{Title: c.say("webregister.updated"), Text: c.moment(sh.UpdatedAt) + "　" + memberName(sh.UpdatedBy, members)}}
	for i, sec := range sh.FormDef.Sections {
		if score := sh.Eval.Sections[i]; !math.IsNaN(score) {
			v.Facts = append(v.Facts, webkit.Term{Title: c.say("webregister.covered", "section", sec.Title), Text: strconv.Itoa(int(math.Round(score))) + "%"})
		}
		fv := c.recordSectionView(sh, sec, to)
		fv.Quiet = true
		if v.Writes && sh.RemovedAt == 0 {
			fv.EditURL = v.URL + "/sections/" + sec.ID
		}
		v.Sections = append(v.Sections, fv)
		v.Missing = append(v.Missing, c.missingOf(sh, fv)...)
	}
	v.Uses = webkit.TableView{Caption: c.say("webregister.uses"), HideCaption: true, Columns: heads(c.columns("webregister.register", "webregister.record", "webregister.item"))}
	for _, u := range uses {
		v.Uses.Rows = append(v.Uses.Rows, []webkit.Cell{{Text: u.Form.Title.In(c.lang)}, {Text: c.named(u.Title), URL: "/registers/" + u.Form.ID + "/records/" + u.ID, Head: true}, {Text: u.Item.Ask.In(c.lang)}})
	}
	p := c.titled(c.named(sh.Title))
	p.Crumbs = c.registerCrumbs(sh.FormDef)
	return c.render(p, recordShow(v))
}

// missingOf are the lines that lead to what a section of a record lacks.
func (c *call) missingOf(sh register.Sheet, fv webkit.FormView) []webkit.Fault {
	fv.Findings = nil
	for _, it := range sh.Missing() {
		if it.Section() == fv.Section {
			fv.Findings = append(fv.Findings, finding.Finding{Severity: finding.Error, Pointer: "/" + it.ID, Message: it.Ask})
		}
	}
	out := fv.Faults(webkit.WithLang(c.ctx, c.lang))
	for i := range out {
		out[i].Href = fv.EditURL + out[i].Href
		if fv.EditURL == "" {
			out[i].Href = ""
		}
		out[i].Text = fv.Section.Title.In(c.lang) + "　" + out[i].Text
	}
	return out
}

// recordSectionView is one section of a record. Of what is missing only required marks
// tell while it is filled in; faults of answers stand at them.
func (c *call) recordSectionView(sh register.Sheet, sec *form.Section, to register.References) webkit.FormView {
	v := webkit.FormView{Form: sh.FormDef, Section: sec, Answers: sh.Draft.Answers, Options: refOptions(to), Version: sh.Version,
		Applies: func(it *form.Item) bool { return sh.Eval.Applies[it.Index()] }, Next: c.say("webregister.save-next")}
	if sec == sh.FormDef.Sections[len(sh.FormDef.Sections)-1] {
		v.Next = c.say("webregister.save-done")
	}
	if sh.ID == "" {
		v.Action = "/registers/" + sh.Form + "/new"
	} else {
		v.Action = recordURL(sh) + "/sections/" + sec.ID
	}
	for _, it := range sec.Items {
		if n := sh.Draft.Versions[it.ID]; n > 0 {
			v.Hidden = append(v.Hidden, webkit.Hidden{Name: seenField + it.ID, Value: strconv.FormatInt(n, 10)})
		}
	}
	for _, f := range sh.Eval.Findings() {
		if it := sh.FormDef.Item(pointed(f)); it != nil && it.Section() == sec && !sh.Draft.Answers[it.ID].Equal(form.Answer{}) {
			v.Findings = append(v.Findings, f)
		}
	}
	return v
}

func (c *call) recordNew() error {
	sh, err := c.Registers.Blank(c.ctx, c.actor, c.r.PathValue("form"))
	if err != nil {
		return err
	}
	return c.showRecord(http.StatusOK, sh, sh.FormDef.Sections[0], nil)
}

func (c *call) recordSection() error {
	sh, err := c.sheetOf()
	if err != nil {
		return err
	}
	sec, err := sectionNamed(sh.FormDef, c.r.PathValue("section"))
	if err != nil {
		return err
	}
	return c.showRecord(http.StatusOK, sh, sec, nil)
}

func sectionNamed(f *form.Form, id string) (*form.Section, error) {
	i := slices.IndexFunc(f.Sections, func(s *form.Section) bool { return s.ID == id })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "web: no such section")
	}
	return f.Sections[i], nil
}

// recordForm is a section of a record to be filled in.
type recordForm struct {
	Tabs []webkit.Tab // of a record that is entered
	Back string
	Form webkit.FormView
}

// showRecord shows a section to be filled in; change adds what was typed.
func (c *call) showRecord(status int, sh register.Sheet, sec *form.Section, change func(*webkit.FormView)) error {
	to, err := c.Registers.References(c.ctx, c.actor, sh.FormDef)
	if err != nil {
		return err
	}
	v := recordForm{Form: c.recordSectionView(sh, sec, to), Back: "/registers/" + sh.Form}
	p := c.page("webregister.new", "register", sh.FormDef.Title)
	p.Crumbs = c.registerCrumbs(sh.FormDef)
	if sh.ID != "" {
		v.Back = recordURL(sh)
		p = c.titled(sec.Title.In(c.lang))
		p.Crumbs = append(c.registerCrumbs(sh.FormDef), webkit.Crumb{Text: c.named(sh.Title), URL: v.Back})
		for _, s := range sh.FormDef.Sections {
			v.Tabs = append(v.Tabs, webkit.Tab{Text: s.Title.In(c.lang), URL: v.Back + "/sections/" + s.ID, Current: s == sec, Count: lacking(sh, s)})
		}
	}
	if change != nil {
		change(&v.Form)
	}
	p.Error = status != http.StatusOK && len(v.Form.Faults(webkit.WithLang(c.ctx, c.lang))) > 0
	return c.renderStatus(status, p, recordEdit(v))
}

// lacking counts what a section of a record lacks.
func lacking(sh register.Sheet, sec *form.Section) int {
	n := 0
	for _, it := range sh.Missing() {
		if it.Section() == sec {
			n++
		}
	}
	return n
}

func (c *call) recordEnter() error {
	sh, err := c.Registers.Blank(c.ctx, c.actor, c.r.PathValue("form"))
	if err != nil {
		return err
	}
	return c.saveRecord(sh, sh.FormDef.Sections[0])
}

func (c *call) recordSave() error {
	sh, err := c.sheetOf()
	if err != nil {
		return err
	}
	sec, err := sectionNamed(sh.FormDef, c.r.PathValue("section"))
	if err != nil {
		return err
	}
	return c.saveRecord(sh, sec)
}

func (c *call) saveRecord(sh register.Sheet, sec *form.Section) error {
	if err := c.readForm(); err != nil {
		return err
	}
	values, pressed := webkit.Edit(sh.FormDef, sec.ID, c.r.PostForm, nil, sh.Draft.Answers, c.lang)
	if err := c.attachAll(sh, sec, values); err != nil {
		return c.refuseUnless(err, c.r.URL.Path)
	}
	decoded, fields, found := webkit.DecodeForm(sh.FormDef, sec.ID, values)
	typed := func(found []finding.Finding, clash map[string]*record.Conflict) func(*webkit.FormView) {
		return func(v *webkit.FormView) { v.Fields, v.Findings, v.Conflicts = fields, found, c.conflicts(clash) }
	}
	if pressed != "" {
		return c.showRecord(http.StatusOK, sh, sec, typed(nil, nil))
	}
	if len(found) > 0 {
		return c.showRecord(http.StatusUnprocessableEntity, sh, sec, typed(found, nil))
	}
	p := record.Page{Shown: webkit.Shown(values), Answers: decoded, Seen: map[string]int64{}}
	for _, id := range p.Shown {
		if n, err := strconv.ParseInt(values.Get(seenField+id), 10, 64); err == nil {
			p.Seen[id] = n
		}
	}
	after, clash, err := c.Registers.Save(c.ctx, c.actor, sh.Form, sh.ID, "screen", p)
	var unfit *register.Unfit
	switch {
	case errors.As(err, &unfit):
		return c.showRecord(http.StatusUnprocessableEntity, sh, sec, typed(unfit.Findings, nil))
	case err != nil:
		return c.refuseUnless(err, c.r.URL.Path)
	case len(clash) > 0:
		return c.showRecord(http.StatusConflict, after, sec, typed(nil, clash))
	}
	return c.done(nextSection(after, sec, values), "webregister.saved", "section", sec.Title)
}

// nextSection is where saving leads: to the section behind, at the end to the record.
func nextSection(sh register.Sheet, sec *form.Section, values url.Values) string {
	i := slices.Index(sh.FormDef.Sections, sec)
	if values.Get("_save") == "stay" {
		return recordURL(sh) + "/sections/" + sec.ID
	}
	if i+1 < len(sh.FormDef.Sections) {
		return recordURL(sh) + "/sections/" + sh.FormDef.Sections[i+1].ID
	}
	return recordURL(sh)
}

// attachAll stores the files that a section's page sent. A record that is not entered
// yet has nowhere to put them.
func (c *call) attachAll(sh register.Sheet, sec *form.Section, values url.Values) error {
	if c.r.MultipartForm == nil || sh.ID == "" {
		return nil
	}
	for _, it := range sec.Items {
		headers := c.r.MultipartForm.File[it.ID+"~upload"]
		if it.Type != form.TypeFile || len(headers) == 0 || headers[0].Size == 0 {
			continue
		}
		data, err := c.upload(it.ID + "~upload")
		if err != nil {
			return err
		}
		ref, err := c.Registers.Attach(c.ctx, c.actor, sh.Form, sh.ID, it.ID, headers[0].Filename, data)
		if err != nil {
			return err
		}
		values.Set(it.ID, it.FormatValue(ref))
	}
	return nil
}

func (c *call) recordFile() error {
	f, data, err := c.Registers.File(c.ctx, c.actor, c.r.PathValue("form"), c.r.PathValue("id"), c.r.PathValue("sum"))
	if err != nil {
		return err
	}
	return webkit.Download(c.w, f.Name, "application/octet-stream", data)
}

// historyShown is how many changes of a record are listed.
const historyShown = 500

func (c *call) recordHistory() error {
	sh, err := c.sheetOf()
	if err != nil {
		return err
	}
	past, err1 := c.Registers.History(c.ctx, c.actor, sh, historyShown)
	members, err2 := c.Orgs.Members(c.ctx, c.actor.Org)
	to, err3 := c.Registers.References(c.ctx, c.actor, sh.FormDef)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	p := c.page("webregister.history")
	p.Crumbs = append(c.registerCrumbs(sh.FormDef), webkit.Crumb{Text: c.named(sh.Title), URL: recordURL(sh)})
	return c.render(p, webkit.Timeline(c.recordEvents(sh, past, members, to)))
}

// recordEvents are a record's changes; those that one person made at one moment stand together.
func (c *call) recordEvents(sh register.Sheet, past []record.Past, members []org.Member, to register.References) []webkit.Event {
	options := refOptions(to)
	var out []webkit.Event
	var lines [][]webkit.Term
	past = slices.Clone(past)
	slices.SortStableFunc(past, func(a, b record.Past) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(place(sh.FormDef, a.Item), place(sh.FormDef, b.Item)))
	})
	for i, p := range past {
		if i == 0 || p.At != past[i-1].At || p.Person != past[i-1].Person || p.Via != past[i-1].Via {
			out = append(out, webkit.Event{At: c.moment(p.At), Who: memberName(p.Person, members), What: c.say("web.filing.via." + p.Via)})
			lines = append(lines, nil)
		}
		it := sh.FormDef.Item(p.Item)
		if it == nil {
			continue // an item of an earlier edition
		}
		text := c.say("web.filing.item-cleared")
		if p.Answer != "" {
			text = c.inWords(it, p.Value(sh.FormDef), options)
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], webkit.Term{Title: it.Ask.In(c.lang), Text: text})
	}
	for i := range out {
		out[i].Body = webkit.DescriptionList(lines[i])
	}
	return out
}

// place is where an item stands in its form, -1 when this edition has it no more.
func place(f *form.Form, item string) int {
	if it := f.Item(item); it != nil {
		return it.Index()
	}
	return -1
}

func (c *call) recordRemove() error {
	to := "/registers/" + c.r.PathValue("form")
	if err := c.Registers.Remove(c.ctx, c.actor, c.r.PathValue("form"), c.r.PathValue("id")); err != nil {
		return c.refuseUnless(err, to+"/records/"+c.r.PathValue("id"))
	}
	return c.done(to, "webregister.is-removed")
}

func (c *call) recordRestore() error {
	to := "/registers/" + c.r.PathValue("form") + "/records/" + c.r.PathValue("id")
	if err := c.Registers.Restore(c.ctx, c.actor, c.r.PathValue("form"), c.r.PathValue("id")); err != nil {
		return c.refuseUnless(err, to)
	}
	return c.done(to, "webregister.is-restored")
}
