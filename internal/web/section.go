package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/webkit"
)

// seenField begins the hidden fields with the versions of the answers that a page was made from.
const seenField = "_seen."

// sectionOf is a section of a filing and its place.
func (c *call) sectionOf(sh filing.Sheet) (*form.Section, int, error) {
	i := slices.IndexFunc(sh.FormDef.Sections, func(s *form.Section) bool { return s.ID == c.r.PathValue("section") })
	if i < 0 {
		return nil, 0, errs.New(errs.NotFound, "web: no such section")
	}
	return sh.FormDef.Sections[i], i, nil
}

// sectionView is the form of a section as the filing stands.
func (c *call) sectionView(sh filing.Sheet, sec *form.Section, counts map[string]int) webkit.FormView {
	base := "/filings/" + sh.ID
	to, err := c.Registers.References(c.ctx, c.actor, sh.FormDef)
	if err != nil {
		to = nil // ids are typed, and shown as they are
	}
	v := webkit.FormView{
		Form: sh.FormDef, Section: sec, Answers: sh.Draft.Answers, Previous: sh.Previous, Version: sh.Version, Options: refOptions(to),
		Applies: func(it *form.Item) bool { return sh.Eval.Applies[it.Index()] },
		Action:  base + "/sections/" + sec.ID, Autosave: base + "/sections/" + sec.ID + "/autosave", Links: map[string]webkit.ItemLinks{},
	}
	for _, it := range sec.Items {
		v.Links[it.ID] = webkit.ItemLinks{History: base + "/items/" + it.ID, Comments: base + "/items/" + it.ID + "#comments", Count: counts[it.ID]}
		if n := sh.Draft.Versions[it.ID]; n > 0 {
			v.Hidden = append(v.Hidden, webkit.Hidden{Name: seenField + it.ID, Value: strconv.FormatInt(n, 10)})
		}
	}
	v.Findings = findingsOf(sh, sec, c.r.FormValue("all") != "")
	return v
}

// findingsOf are the faults of a section's answers; those of items without an answer
// only when all are wanted, since a page that is being filled in needn't be told.
func findingsOf(sh filing.Sheet, sec *form.Section, all bool) []finding.Finding {
	var out []finding.Finding
	for _, f := range sh.Eval.Findings() {
		id, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		it := sh.FormDef.Item(id)
		if it == nil || it.Section() != sec {
			continue
		}
		if _, have := sh.Draft.Answers[id]; have || all {
			out = append(out, f)
		}
	}
	return out
}

func (c *call) sectionPage() error {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	sec, i, err := c.sectionOf(sh)
	if err != nil {
		return err
	}
	comments, err := c.Filings.Comments(c.ctx, c.actor, sh.Filing)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, m := range comments {
		if m.ResolvedAt == 0 {
			counts[m.Item]++
		}
	}
	v := c.sectionView(sh, sec, counts)
	if !c.Filings.CanAnswer(c.actor, sh.Filing) {
		return c.showSection(http.StatusOK, sh, sec, i, webkit.FormReadOnly(v), v)
	}
	return c.showSection(http.StatusOK, sh, sec, i, webkit.FormSection(v), v)
}

func (c *call) sectionSave() error {
	sh, values, pressed, err := c.sectionPosted(true)
	if err != nil {
		return err
	}
	sec, i, err := c.sectionOf(sh)
	if err != nil {
		return err
	}
	decoded, fields, found := webkit.DecodeForm(sh.FormDef, sec.ID, values)
	if pressed != "" { // a row more, last year's answer …: shown, not stored yet
		v := c.sectionView(sh, sec, nil)
		v.Fields, v.Findings = fields, nil
		return c.showSection(http.StatusOK, sh, sec, i, webkit.FormSection(v), v)
	}
	after, clash, err := c.write(sh, values, decoded, found)
	if err != nil {
		return c.refuseUnless(err, "/filings/"+sh.ID)
	}
	if len(clash) > 0 || len(found) > 0 {
		v := c.sectionView(after, sec, nil)
		v.Fields, v.Findings, v.Conflicts = fields, append(found, v.Findings...), c.conflicts(clash)
		status := http.StatusUnprocessableEntity
		if len(clash) > 0 {
			status = http.StatusConflict
		}
		return c.showSection(status, after, sec, i, webkit.FormSection(v), v)
	}
	next := "/filings/" + sh.ID
	if values.Get("_save") == "stay" {
		next += "/sections/" + sec.ID
	} else if i+1 < len(sh.FormDef.Sections) {
		next += "/sections/" + sh.FormDef.Sections[i+1].ID
	}
	return c.done(next, "web.filing.saved", "section", sec.Title)
}

// sectionAutosave stores what can be read while the page is being filled in.
func (c *call) sectionAutosave() error {
	sh, values, _, err := c.sectionPosted(false)
	if err != nil {
		return err
	}
	sec, _, err := c.sectionOf(sh)
	if err != nil {
		return err
	}
	decoded, _, found := webkit.DecodeForm(sh.FormDef, sec.ID, values)
	after, clash, err := c.write(sh, values, decoded, found)
	if err != nil {
		return err
	}
	if len(clash) > 0 {
		webkit.Fragment(c.w, c.r, http.StatusConflict, webkit.SaveConflict())
		return nil
	}
	webkit.Fragment(c.w, c.r, http.StatusOK, webkit.SaveStatus(after.Version, webkit.Clock(c.Clock.Now())))
	return nil
}

// sectionPosted reads a section's fields, stores uploaded files, and does what the section's
// own buttons ask, if one may have been pressed.
func (c *call) sectionPosted(buttons bool) (filing.Sheet, url.Values, string, error) {
	if err := c.readForm(); err != nil {
		return filing.Sheet{}, nil, "", err
	}
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return sh, nil, "", err
	}
	section := c.r.PathValue("section")
	posted := c.r.PostForm
	if !buttons {
		posted = webkit.Unpressed(posted)
	}
	values, pressed := webkit.Edit(sh.FormDef, section, posted, sh.Previous, sh.Draft.Answers, c.lang)
	if c.r.MultipartForm == nil {
		return sh, values, pressed, nil
	}
	for _, it := range sh.FormDef.Items() {
		headers := c.r.MultipartForm.File[it.ID+"~upload"]
		if it.Section().ID != section || len(headers) == 0 || headers[0].Size == 0 {
			continue
		}
		data, err := c.upload(it.ID + "~upload")
		if err != nil {
			return sh, nil, "", err
		}
		ref, err := c.Filings.Attach(c.ctx, c.actor, sh.ID, it.ID, headers[0].Filename, it.Accept, data)
		if err != nil {
			return sh, nil, "", err
		}
		values.Set(it.ID, it.FormatValue(ref))
	}
	return sh, values, pressed, nil
}

// formMemory is how many bytes of a form with files are held in memory; the rest waits on the disk.
const formMemory = 8 << 20

// readForm reads a posted form that may have files. A body beyond the limit keeps its
// own error, which has its own page.
func (c *call) readForm() error {
	err := c.r.ParseMultipartForm(formMemory)
	var large *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, http.ErrNotMultipart):
		return nil
	case errors.As(err, &large):
		return err
	}
	return errs.New(errs.Invalid, "%w", i18n.NewError("web.filing.bad-form"))
}

// upload reads an uploaded file, up to what may be attached.
func (c *call) upload(field string) ([]byte, error) {
	if err := c.readForm(); err != nil {
		return nil, err
	}
	file, _, err := c.r.FormFile(field)
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", i18n.NewError("web.filing.no-file"))
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, record.MaxFile+1))
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", i18n.NewError("web.filing.no-file"))
	}
	return data, nil
}

// write stores the items that the page showed and that could be read.
func (c *call) write(sh filing.Sheet, values url.Values, decoded form.Answers, found []finding.Finding) (filing.Sheet, map[string]*record.Conflict, error) {
	unread := map[string]bool{}
	for _, f := range found {
		id, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		unread[id] = true
	}
	p := record.Page{Answers: decoded, Seen: map[string]int64{}}
	for _, id := range webkit.Shown(values) {
		if unread[id] {
			continue
		}
		p.Shown = append(p.Shown, id)
		if n, err := strconv.ParseInt(values.Get(seenField+id), 10, 64); err == nil {
			p.Seen[id] = n
		}
	}
	return c.Filings.Write(c.ctx, c.actor, sh.ID, "screen", p)
}

func (c *call) conflicts(clash map[string]*record.Conflict) map[string]webkit.Conflict {
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		members = nil // the conflict is shown without a name
	}
	out := map[string]webkit.Conflict{}
	for item, k := range clash {
		out[item] = webkit.Conflict{Theirs: k.Theirs, By: memberName(k.Person, members), At: c.moment(k.At)}
	}
	return out
}

// refuseUnless shows an error's own text on the page it leads to; others are shown as pages.
func (c *call) refuseUnless(err error, to string) error {
	if kind := errs.KindOf(err); kind == errs.NotFound || kind == errs.Internal {
		return err
	}
	return c.refuse(to, err)
}

// sectionDelegate gives a section to a unit or a person.
func (c *call) sectionDelegate() error {
	id, back := c.r.PathValue("id"), "/filings/"+c.r.PathValue("id")+"/sections/"+c.r.PathValue("section")
	share := filing.Share{Section: c.r.PathValue("section"), Due: c.r.PostFormValue("due")}
	kind, who, _ := strings.Cut(c.r.PostFormValue("to"), ":")
	switch kind {
	case "unit":
		share.Unit = who
	case "person":
		share.Person = who
	}
	if share.Due != "" {
		d, err := form.ParseDate(form.Normalise(share.Due))
		if err != nil {
			return c.refuse(back, errs.New(errs.Invalid, "%w", i18n.NewError("action.bad-date", "value", share.Due)))
		}
		share.Due = string(d.(form.Date))
	}
	if err := c.Filings.Delegate(c.ctx, c.actor, id, share); err != nil {
		return c.refuseUnless(err, back)
	}
	return c.done(back, "web.filing.delegated")
}
