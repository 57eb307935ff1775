package web

import (
	"context"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/offline"
	"yagura/internal/webkit"
)

const zipType = "application/zip"

// packageView is the page of a filing's offline packages: to download one, to read one
// in, what it would change, and those that were issued.
type packageView struct {
	Base      string
	Sections  []*form.Section
	Key       string // public, of the server
	Issued    webkit.TableView
	Read      bool
	SHA256    string
	Digest    string
	Faults    [][]webkit.Cell
	Changes   []webkit.Change
	Conflicts []packageConflict
	Same      int
	Work      [][]webkit.Cell
}

// packageConflict is an item that was changed in the package and on the server.
type packageConflict struct {
	Item, Ask, Base, Now, New string
	NowBy, NewBy              string // who and when
}

// takenField begins the name of the field that says whose answer of a conflict holds.
const takenField = "take."

func (c *call) packagePage() error {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showPackages(sh, packageView{})
}

func (c *call) showPackages(sh filing.Sheet, v packageView) error {
	list, err := c.Filings.Parcels(c.ctx, c.actor, sh.ID)
	if err != nil {
		return err
	}
	v.Base, v.Sections, v.Key = "/filings/"+sh.ID+"/package", sh.FormDef.Sections, c.Ledger.PublicKey()
	title := i18n.T(c.lang, "web.package.issued")
	v.Issued = webkit.TableView{Caption: title, HideCaption: true, Columns: heads(c.columns("web.package.at", "web.package.by", "web.package.scope", "web.package.state"))}
	for _, p := range list {
		v.Issued.Rows = append(v.Issued.Rows, []webkit.Cell{{Text: c.moment(p.IssuedAt), Head: true}, {Text: p.Name}, {Text: c.scopeText(sh.FormDef, p)}, {Text: c.backText(sh.FormDef, p)}})
	}
	page := c.page("web.package.title")
	page.Marking, page.Error = sh.Marking, len(v.Faults) > 0
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}, {Text: sh.Title().In(c.lang), URL: "/filings/" + sh.ID}}
	return c.render(page, packageShow(v))
}

func (c *call) scopeText(def *form.Form, p filing.Parcel) string {
	var names []string
	for _, id := range p.Sections() {
		for _, sec := range def.Sections {
			if sec.ID == id {
				names = append(names, sec.Title.In(c.lang))
			}
		}
	}
	if names == nil {
		return i18n.T(c.lang, "web.package.all")
	}
	return strings.Join(names, i18n.T(c.lang, "web.package.list"))
}

func (c *call) backText(def *form.Form, p filing.Parcel) string {
	back, all := p.Back(def)
	if back == 0 {
		return i18n.T(c.lang, "web.package.out")
	}
	return i18n.T(c.lang, "web.package.back", "n", back, "of", all, "name", p.ReturnedBy, "at", c.moment(p.ReturnedAt))
}

// packageIssue answers with a new package of the sections that were chosen.
func (c *call) packageIssue() error {
	id := c.r.PathValue("id")
	sh, data, err := c.Filings.Issue(c.ctx, c.actor, id, offline.Scope{Sections: c.posted("section")}, c.Ledger)
	if err != nil {
		return c.refuseUnless(err, "/filings/"+id+"/package")
	}
	return webkit.Download(c.w, sh.PackageName(), zipType, data)
}

// packageRead keeps a package that comes back as evidence and shows what it would
// change; nothing is changed yet.
func (c *call) packageRead() error {
	id := c.r.PathValue("id")
	back := "/filings/" + id + "/package"
	data, err := c.upload("file")
	if err != nil {
		return c.refuse(back, err)
	}
	ref, err := c.Filings.Attach(c.ctx, c.actor, id, filing.Package, c.r.MultipartForm.File["file"][0].Filename, []string{"zip"}, data)
	if err != nil {
		return c.refuseUnless(err, back)
	}
	r, err := c.Filings.Unpack(c.ctx, c.actor, id, data, c.Ledger)
	if err != nil {
		return c.refuseUnless(err, back)
	}
	return c.showReturn(r, ref.SHA256)
}

func (c *call) showReturn(r filing.Return, sum string) error {
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	sh := r.Sheet
	v := packageView{Read: true, SHA256: sum, Digest: r.Plan.Digest(), Same: r.Plan.Same}
	for _, f := range r.Plan.Faults {
		place := f.Place()
		if it := sh.FormDef.Item(pointed(f)); it != nil {
			place = it.Ask.In(c.lang)
		}
		v.Faults = append(v.Faults, []webkit.Cell{{Text: place, Head: true}, {Text: f.Text(c.lang)}})
	}
	for _, ch := range r.Plan.Changes {
		who, _ := r.Package.By(ch.Item.ID)
		v.Changes = append(v.Changes, webkit.Change{Title: ch.Item.Ask.In(c.lang), Old: c.inWords(ch.Item, ch.Now, nil), New: c.inWords(ch.Item, ch.New, nil), Note: who})
	}
	for _, ch := range r.Plan.Conflicts {
		id := ch.Item.ID
		who, at := r.Package.By(id)
		v.Conflicts = append(v.Conflicts, packageConflict{Item: id, Ask: ch.Item.Ask.In(c.lang), Base: c.inWords(ch.Item, ch.Base, nil), Now: c.inWords(ch.Item, ch.Now, nil), New: c.inWords(ch.Item, ch.New, nil),
			NowBy: i18n.T(c.lang, "web.package.who", "name", memberName(sh.Draft.Persons[id], members), "at", c.moment(sh.Draft.At[id])),
			NewBy: i18n.T(c.lang, "web.package.who", "name", who, "at", webkit.Clock(at))})
	}
	for _, e := range r.Package.Work.Entries {
		v.Work = append(v.Work, []webkit.Cell{{Text: e.Person, Head: true}, {Text: webkit.Clock(e.From)}, {Text: webkit.Clock(e.Until)}, {Text: strconv.Itoa(len(e.Items))}})
	}
	return c.showPackages(sh, v)
}

// packageApply takes over what the package that was shown changed, and of the conflicts
// those for which the package's answer was chosen.
func (c *call) packageApply() error {
	id := c.r.PathValue("id")
	_, data, err := c.Filings.OpenFile(c.ctx, c.actor, id, c.r.PathValue("sum"))
	if err != nil {
		return err
	}
	take := map[string]bool{}
	c.posted("digest") // reads the form
	for name, values := range c.r.PostForm {
		if item, ok := strings.CutPrefix(name, takenField); ok && len(values) == 1 {
			take[item] = values[0] == "package"
		}
	}
	sh, n, err := c.Filings.TakeIn(c.ctx, c.actor, id, data, c.Ledger, c.r.PostFormValue("digest"), take)
	if errs.KindOf(err) == errs.Conflict {
		if r, again := c.Filings.Unpack(c.ctx, c.actor, id, data, c.Ledger); again == nil {
			return c.showReturn(r, c.r.PathValue("sum")) // as it is by now
		}
	}
	if err != nil {
		return c.refuseUnless(err, "/filings/"+id+"/package")
	}
	return c.done("/filings/"+sh.ID, "web.package.applied", "n", n)
}

// answerOr is an answer in words, or that there is none.
func answerOr(ctx context.Context, text string) string {
	if text == "" {
		return webkit.T(ctx, "webkit.answer.none")
	}
	return text
}
