package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/sheet"
	"yagura/internal/webkit"
)

// partiesView of an import: what the file would change, before anything does.
type partiesImport struct {
	Read    bool
	Name    string // of the file
	Bond    string
	Bonds   []webkit.SelectOption
	Faults  [][]webkit.Cell
	Notes   [][]webkit.Cell // findings that don't stand in the way
	New     webkit.TableView
	Changes []webkit.Change
	Same    int
	List    string // what was read, as the CSV of sheet.WriteParties
	Digest  string // of what would change
}

// Changed counts what would be entered or changed.
func (v partiesImport) Changed() int { return len(v.New.Rows) + len(v.Changes) }

func (c *call) partiesPage() error {
	return c.showPartiesImport(http.StatusOK, partiesImport{Bond: c.usualBond()})
}

func (c *call) showPartiesImport(status int, v partiesImport) error {
	v.Bonds = c.bonds()
	p := c.page("web.party.import")
	p.Wide, p.Error, p.Crumbs = true, len(v.Faults) > 0, c.partyCrumbs()
	return c.renderStatus(status, p, partiesImportPage(v))
}

// partiesRead reads an uploaded list and shows what it would change.
func (c *call) partiesRead() error {
	data, err := c.upload("file")
	if err != nil {
		return c.refuse("/parties/import", err)
	}
	name := c.r.MultipartForm.File["file"][0].Filename
	var list []form.Org
	var found []finding.Finding
	if strings.HasSuffix(strings.ToLower(name), ".xlsx") {
		list, found = sheet.ReadPartiesBook(bytes.NewReader(data), int64(len(data)), name)
	} else {
		list, found = sheet.ReadParties(bytes.NewReader(data), name)
	}
	return c.comparePartiesWith(list, found, name, c.r.PostFormValue("bond"))
}

// comparePartiesWith shows a list beside the parties that there are.
func (c *call) comparePartiesWith(list []form.Org, found []finding.Finding, name, bond string) error {
	v := partiesImport{Read: true, Name: name, Bond: bond}
	for _, f := range found {
		cells := []webkit.Cell{{Text: f.Place(), Head: true}, {Text: f.Text(c.lang)}}
		if f.Severity == finding.Error {
			v.Faults = append(v.Faults, cells)
		} else {
			v.Notes = append(v.Notes, cells)
		}
	}
	if !slices.Contains(org.Bonds, bond) {
		return errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-bond", "bond", bond))
	}
	if len(v.Faults) > 0 {
		return c.showPartiesImport(http.StatusUnprocessableEntity, v)
	}
	if err := c.partiesDiff(&v, list); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.WriteParties(&b, list, sheet.CSVOptions{Encoding: sheet.UTF8}); err != nil {
		return err
	}
	v.List = b.String()
	return c.showPartiesImport(http.StatusOK, v)
}

// partiesDiff compares a list with the parties that there are.
func (c *call) partiesDiff(v *partiesImport, list []form.Org) error {
	have, err := c.partiesByCode()
	if err != nil {
		return err
	}
	flags, err := c.Orgs.FlagsToday(c.ctx, c.actor)
	if err != nil {
		return err
	}
	sum := sha256.New()
	v.New = webkit.TableView{Caption: i18n.T(c.lang, "web.party.import-new"), Columns: heads(c.columns("web.party.code", "web.party.name", "web.party.sector", "web.party.size", "web.party.flags"))}
	for _, o := range list {
		was, known := have[o.ID]
		if !known {
			v.New.Rows = append(v.New.Rows, []webkit.Cell{{Text: o.ID, Head: true}, {Text: o.Name}, {Text: c.sector(o.Sector)}, {Text: c.size(o.Size)}, {Text: strings.Join(o.Flags, "、")}})
			sum.Write([]byte("+" + o.ID + "\n"))
			continue
		}
		before, after := c.partyLine(was, flags[was.ID]), c.partyLine(entered(was, o, v.Bond), o.Flags)
		if o.Flags == nil {
			after = c.partyLine(entered(was, o, v.Bond), flags[was.ID])
		}
		if before == after {
			v.Same++
			continue
		}
		v.Changes = append(v.Changes, webkit.Change{Title: o.ID, Old: before, New: after})
		sum.Write([]byte(before + "\n" + after + "\n"))
	}
	v.Digest = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// entered is what a party is after a row of a list was entered (org.Store.Enter).
func entered(was org.Bound, o form.Org, bond string) org.Bound {
	now := was
	now.NameJA, now.Sector, now.Size, now.Group, now.Centre, now.Bond, now.Until = o.Name, o.Sector, o.Size, o.Group, o.Centre, bond, ""
	if o.Jurisdiction != "" {
		now.Jurisdiction = o.Jurisdiction
	}
	return now
}

// partyLine says a party in one line, for comparison.
func (c *call) partyLine(o org.Bound, flags []string) string {
	flags = slices.Sorted(slices.Values(flags))
	return strings.Join([]string{o.NameJA, c.sector(o.Sector), c.size(o.Size), o.Group, o.Centre, o.Jurisdiction, c.bond(o.Bond), o.Until, strings.Join(flags, "、")}, " / ")
}

// partiesApply enters the list that was shown: all of it or, on an error, nothing. When
// the parties have changed meanwhile, it is shown anew.
func (c *call) partiesApply() error {
	list, found := sheet.ReadParties(strings.NewReader(c.r.PostFormValue("list")), c.r.PostFormValue("name"))
	bond := c.r.PostFormValue("bond")
	v := partiesImport{Bond: bond}
	if finding.HasErrors(found) || !slices.Contains(org.Bonds, bond) {
		return c.comparePartiesWith(list, found, c.r.PostFormValue("name"), bond)
	}
	if err := c.partiesDiff(&v, list); err != nil {
		return err
	}
	if v.Digest != c.r.PostFormValue("digest") {
		return c.comparePartiesWith(list, found, c.r.PostFormValue("name"), bond)
	}
	entries := make([]org.Entry, len(list))
	for i, o := range list {
		entries[i] = org.Entry{Code: o.ID, Bond: bond, Flag: o.Flags, Organisation: org.Organisation{NameJA: o.Name, Sector: o.Sector, Size: o.Size, Group: o.Group, Centre: o.Centre, Jurisdiction: o.Jurisdiction}}
	}
	if _, err := c.Orgs.Enter(c.ctx, c.actor, entries...); err != nil {
		return c.refuseUnless(err, "/parties/import")
	}
	return c.done("/parties", "web.party.imported", "n", v.Changed())
}
