package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
	"yagura/internal/webkit"
)

// roiView is the page that builds a package of the register of information.
type roiView struct {
	Fields  []webkit.InputView
	Selects []webkit.SelectView
	Hidden  []webkit.Hidden // what was checked, for the download
	Error   string
	Built   bool
	Errors  int
	Warn    int
	Name    string
	Rows    webkit.TableView
	Found   webkit.TableView
	More    int // findings that are not listed
}

// coverFields are the fields of the cover, in the order of the page.
var coverFields = []string{"lei", "name", "country", "authority", "receiver", "period", "currency", "assets"}

func (c *call) roiPage() error { return c.showPackage(c.cover(), roiView{}) }

// cover reads the form; what is empty is filled with what is likely.
func (c *call) cover() thirdparty.Cover {
	get := func(name, def string) string {
		if v := strings.TrimSpace(c.r.FormValue(name)); v != "" {
			return v
		}
		return def
	}
	now := c.Clock.Now().UTC()
	period := time.Date(now.Year(), time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	return thirdparty.Cover{LEI: strings.ToUpper(get("lei", "")), Name: get("name", c.actor.OrgName), Scope: get("scope", "IND"), Country: strings.ToUpper(get("country", "JP")),
		Authority: get("authority", ""), Receiver: strings.ToUpper(get("receiver", "")), Category: get("category", "x12"), Activity: get("activity", ""),
		Period: get("period", period.Format(time.DateOnly)), Created: now.Format("20060102150405") + "000", Currency: strings.ToUpper(get("currency", "JPY")), Assets: get("assets", "")}
}

// showPackage shows the form with a cover, and what came of it.
func (c *call) showPackage(k thirdparty.Cover, v roiView) error {
	values := map[string]string{"lei": k.LEI, "name": k.Name, "country": k.Country, "authority": k.Authority, "receiver": k.Receiver, "period": k.Period, "currency": k.Currency, "assets": k.Assets}
	for _, name := range coverFields {
		in := webkit.InputView{Name: name, Label: c.say("webthirdparty.cover." + name), Value: values[name], Required: true, Width: "short"}
		switch name {
		case "name", "authority", "lei":
			in.Width = ""
		case "period":
			in.Type = "date"
		case "assets":
			in.Numeric = true
		}
		if key := "webthirdparty.cover." + name + "-help"; i18n.Has(key) {
			in.Help = c.say(key)
		}
		v.Fields = append(v.Fields, in)
		v.Hidden = append(v.Hidden, webkit.Hidden{Name: name, Value: values[name]})
	}
	choose := func(name, value string, options ...string) {
		s := webkit.SelectView{Name: name, Label: c.say("webthirdparty.cover." + name), Value: value}
		for _, o := range options {
			text := o
			if key := "webthirdparty.cover." + name + "-" + strings.ToLower(o); i18n.Has(key) {
				text = c.say(key)
			}
			s.Options = append(s.Options, webkit.SelectOption{Value: o, Text: text})
		}
		v.Selects = append(v.Selects, s)
		v.Hidden = append(v.Hidden, webkit.Hidden{Name: name, Value: value})
	}
	choose("scope", k.Scope, "IND", "CON")
	choose("category", k.Category, thirdparty.Categories(c.RegisterSchema)...)
	choose("activity", k.Activity, thirdparty.Activities(c.RegisterSchema)...)
	p := c.page("webthirdparty.package")
	p.Crumbs = []webkit.Crumb{{Text: c.say("webregister.title"), URL: "/registers"}}
	status := http.StatusOK
	if p.Error = v.Error != ""; p.Error {
		status = http.StatusUnprocessableEntity
	}
	return c.renderStatus(status, p, roiBuild(v))
}

// build writes the package. Its error is one of the form's fields.
func (c *call) build(k thirdparty.Cover) ([]byte, []finding.Finding, error) {
	if !k.Valid() || !slices.Contains(thirdparty.Activities(c.RegisterSchema), k.Activity) || !slices.Contains(thirdparty.Categories(c.RegisterSchema), k.Category) {
		return nil, nil, errs.New(errs.Invalid, "%w", i18n.NewError("webthirdparty.cover-unusable"))
	}
	if n, err := strconv.ParseFloat(k.Assets, 64); err != nil || n < 0 {
		return nil, nil, errs.New(errs.Invalid, "%w", i18n.NewError("webthirdparty.cover-assets"))
	}
	own, err := thirdparty.Own(c.ctx, c.Registers, c.actor)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	lost, err := thirdparty.WritePackage(&b, c.RegisterSchema, own, k)
	return b.Bytes(), lost, err
}

// roiFound is how many findings the page lists; the rest is counted.
const roiFound = 200

func (c *call) roiCheck() error {
	k := c.cover()
	data, lost, err := c.build(k)
	if err != nil {
		if c.text(err) == "" {
			return err
		}
		return c.showPackage(k, roiView{Error: c.text(err)})
	}
	rep := roi.Check(c.RegisterSchema, bytes.NewReader(data), int64(len(data)), roi.Options{Name: k.FileName(), Today: c.today()})
	v := roiView{Built: true, Errors: rep.Errors, Warn: rep.Warnings, Name: k.FileName()}
	v.Rows = webkit.TableView{Caption: c.say("webthirdparty.package-rows"), Columns: heads(c.columns("webthirdparty.template", "webthirdparty.rows"))}
	v.Rows.Columns[1].Numeric = true
	for _, r := range rep.Rows {
		v.Rows.Rows = append(v.Rows.Rows, []webkit.Cell{{Text: r.Table, Head: true}, {Text: strconv.Itoa(r.N)}})
	}
	found := slices.Concat(lost, rep.Findings)
	slices.SortStableFunc(found, func(a, b finding.Finding) int { return gravity(b) - gravity(a) })
	v.More = max(0, len(found)-roiFound)
	v.Found = webkit.TableView{Caption: c.say("webthirdparty.package-found"), Empty: c.say("webthirdparty.package-clean"), Columns: heads(c.columns("webthirdparty.severity", "webthirdparty.place", "webthirdparty.what", "webthirdparty.remedy"))}
	for _, f := range found[:len(found)-v.More] {
		tone, word := webkit.Warning, "webthirdparty.warning"
		if f.Severity == finding.Error {
			tone, word = webkit.Danger, "webthirdparty.error"
		}
		v.Found.Rows = append(v.Found.Rows, []webkit.Cell{{Body: webkit.StatusTag(tone, c.say(word))}, {Text: strings.TrimPrefix(f.Place(), "reports/")}, {Text: f.Message.In(c.lang)}, {Text: f.Mend.In(c.lang)}})
	}
	return c.showPackage(k, v)
}

func gravity(f finding.Finding) int {
	if f.Severity == finding.Error {
		return 1
	}
	return 0
}

// roiFile is the package itself; the ledger keeps that it was taken.
func (c *call) roiFile() error {
	k := c.cover()
	data, _, err := c.build(k)
	if err != nil {
		return err
	}
	if err := c.Registers.Took(c.ctx, c.actor, "dora-roi", data); err != nil {
		return err
	}
	return webkit.Download(c.w, k.FileName(), "application/zip", data)
}
