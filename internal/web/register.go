package web

import (
	"bytes"
	"encoding/json"
	"math"
	"net/url"
	"strconv"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/register"
	"yagura/internal/sheet"
	"yagura/internal/webkit"
)

func (s *server) registerRoutes() []route {
	const of = "/registers/{form}"
	return []route{
		{"GET /registers", seat, "record.read", (*call).registerOverview},
		{"GET " + of, seat, "record.read", (*call).registerList},
		{"GET " + of + "/new", seat, "record.write", (*call).recordNew},
		{"POST " + of + "/new", seat, "record.write", (*call).recordEnter},
		{"GET " + of + "/import", seat, "record.write", (*call).registerImport},
		{"POST " + of + "/import", seat, "record.write", (*call).registerRead},
		{"POST " + of + "/import/apply", seat, "record.write", (*call).registerApply},
		{"GET " + of + "/removed", seat, "record.read", (*call).registerRemoved},
		{"GET " + of + "/schema.json", seat, "record.read", (*call).registerSchema},
		{"GET " + of + "/records/{id}", seat, "record.read", (*call).recordPage},
		{"GET " + of + "/records/{id}/history", seat, "record.read", (*call).recordHistory},
		{"GET " + of + "/records/{id}/workbook.xlsx", seat, "record.read", (*call).recordWorkbook},
		{"GET " + of + "/records/{id}/sections/{section}", seat, "record.write", (*call).recordSection},
		{"POST " + of + "/records/{id}/sections/{section}", seat, "record.write", (*call).recordSave},
		{"GET " + of + "/records/{id}/files/{sum}", seat, "record.read", (*call).recordFile},
		{"POST " + of + "/records/{id}/remove", seat, "record.write", (*call).recordRemove},
		{"POST " + of + "/records/{id}/restore", seat, "record.write", (*call).recordRestore},
	}
}

// registerCard is one register on the page of all.
type registerCard struct {
	Title, Summary, URL string
	Figures             []webkit.Figure
}

func (c *call) registerOverview() error {
	list, err := c.Registers.Overview(c.ctx, c.actor)
	if err != nil {
		return err
	}
	cards := make([]registerCard, len(list))
	for i, s := range list {
		cards[i] = registerCard{s.Form.Title.In(c.lang), s.Form.Summary.In(c.lang), "/registers/" + s.Form.ID, c.registerFigures(s)}
	}
	return c.render(c.page("webregister.title"), registerOverview(cards))
}

// registerFigures tell how many records a register has, what they lack, and how much of
// what its form scores is there.
func (c *call) registerFigures(s register.Summary) []webkit.Figure {
	tone := webkit.Success
	if s.Incomplete > 0 {
		tone = webkit.Warning
	}
	out := []webkit.Figure{{Title: c.say("webregister.records"), Value: strconv.Itoa(s.Records), Unit: c.say("webregister.unit")}}
	if s.Records > 0 {
		out = append(out, webkit.Figure{Title: c.say("webregister.incomplete"), Value: strconv.Itoa(s.Incomplete), Unit: c.say("webregister.unit"), Tone: tone,
			Note: c.say("webregister.missing-items", "n", s.Missing)})
	}
	if !math.IsNaN(s.Score) {
		out = append(out, webkit.Figure{Title: c.say("webregister.score"), Value: strconv.Itoa(int(math.Round(s.Score))), Unit: "%"})
	}
	return out
}

func (c *call) say(key string, args ...any) string { return i18n.T(c.lang, key, args...) }

// aside is a text with a note in brackets after it, if there is a note.
func (c *call) aside(text, note string) string {
	if note == "" {
		return text
	}
	return c.say("web.aside", "text", text, "note", note)
}

// listView is a page of one register.
type listView struct {
	Base    string
	Total   int64
	Text    string
	First   bool // no page before
	Next    string
	Writes  bool
	Figures []webkit.Figure
	Table   webkit.TableView
	Filter  webkit.FilterView
}

// recordsShown is how many records a page lists.
const recordsShown = 50

func (c *call) registerList() error {
	f, err := c.Registers.Form(c.r.PathValue("form"))
	if err != nil {
		return err
	}
	base := "/registers/" + f.ID
	if c.r.FormValue("format") != "" {
		head, rows, err := c.Registers.Export(c.ctx, c.actor, f.ID, c.lang)
		if err != nil {
			return err
		}
		return c.export(f.ID, head, rows)
	}
	text := c.r.FormValue("text")
	list, err := c.Registers.List(c.ctx, c.actor, f.ID, register.Query{Text: text, After: c.r.FormValue("after"), Limit: recordsShown})
	if err != nil {
		return err
	}
	sum, err := c.Registers.Summary(c.ctx, c.actor, f.ID)
	if err != nil {
		return err
	}
	to, err := c.Registers.References(c.ctx, c.actor, f)
	if err != nil {
		return err
	}
	v := listView{Base: base, Total: list.Total, Text: text, First: c.r.FormValue("after") == "", Writes: c.Registers.May(c.actor, "record.write"), Figures: c.registerFigures(sum)}
	v.Filter = webkit.FilterView{Action: base}
	if text != "" {
		v.Filter.Reset = base
	}
	if list.Next != "" {
		v.Next = base + "?" + url.Values{"text": {text}, "after": {list.Next}}.Encode()
	}
	v.Table = c.recordTable(f, list, sum, to)
	p := c.titled(f.Title.In(c.lang))
	p.Lead, p.Wide = f.Summary.In(c.lang), true
	p.Crumbs = []webkit.Crumb{{Text: c.say("webregister.title"), URL: "/registers"}}
	return c.render(p, registerList(v))
}

func (c *call) recordTable(f *form.Form, list register.Listing, sum register.Summary, to register.References) webkit.TableView {
	base := "/registers/" + f.ID
	t := webkit.TableView{Caption: f.Title.In(c.lang), HideCaption: true, Empty: c.say("webregister.empty"), Downloads: c.exports(base, nil)}
	if c.r.FormValue("text") != "" {
		t.Empty = c.say("webregister.none-found")
	}
	for _, id := range f.Lists {
		it := f.Item(id)
		t.Columns = append(t.Columns, webkit.Column{Title: it.Ask.In(c.lang), Numeric: it.Type == form.TypeInteger || it.Type == form.TypeMoney || it.Type == form.TypeDecimal || it.Type == form.TypePercent})
	}
	t.Columns = append(t.Columns, webkit.Column{Title: c.say("webregister.entry")})
	options := refOptions(to)
	for _, r := range list.Rows {
		var row []webkit.Cell
		for i, id := range f.Lists {
			it, text := f.Item(id), ""
			if a, ok := sum.Answers[r.ID][id]; ok {
				text = webkit.AnswerText(c.ctx, it, a, options[id])
			}
			cell := webkit.Cell{Text: text}
			if i == 0 {
				cell = webkit.Cell{Text: c.named(text), URL: base + "/records/" + r.ID, Head: true}
			}
			row = append(row, cell)
		}
		if n := sum.Lacking[r.ID]; n > 0 {
			row = append(row, webkit.Cell{Body: webkit.StatusTag(webkit.Warning, c.say("webregister.lacks", "n", n))})
		} else {
			row = append(row, webkit.Cell{Body: webkit.StatusTag(webkit.Success, c.say("webregister.complete"))})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// named is a record's title, or words for one that has none yet.
func (c *call) named(title string) string {
	if title == "" {
		return c.say("webregister.untitled")
	}
	return title
}

// refOptions are references as forms and texts of answers take them.
func refOptions(to register.References) map[string][]webkit.RefOption {
	out := map[string][]webkit.RefOption{}
	for key, list := range to {
		for _, o := range list {
			out[key] = append(out[key], webkit.RefOption{ID: o.ID, Text: o.Text})
		}
	}
	return out
}

func (c *call) registerRemoved() error {
	f, err := c.Registers.Form(c.r.PathValue("form"))
	if err != nil {
		return err
	}
	list, err := c.Registers.Removed(c.ctx, c.actor, f.ID)
	if err != nil {
		return err
	}
	p := c.page("webregister.removed")
	p.Crumbs = c.registerCrumbs(f)
	t := webkit.TableView{Caption: p.Title, HideCaption: true, Empty: c.say("webregister.none-removed"), Columns: heads(c.columns("webregister.record", "webregister.removed-at"))}
	for _, r := range list {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.named(r.Title), URL: "/registers/" + f.ID + "/records/" + r.ID, Head: true}, {Text: c.moment(r.RemovedAt)}})
	}
	return c.render(p, webkit.Table(t))
}

func (c *call) registerCrumbs(f *form.Form) []webkit.Crumb {
	return []webkit.Crumb{{Text: c.say("webregister.title"), URL: "/registers"}, {Text: f.Title.In(c.lang), URL: "/registers/" + f.ID}}
}

// registerSchema is the JSON Schema of a record's answers.
func (c *call) registerSchema() error {
	f, err := c.Registers.Form(c.r.PathValue("form"))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(f.JSONSchema(c.lang), "", "  ")
	if err != nil {
		return err
	}
	return webkit.Download(c.w, f.ID+"-"+f.Edition+".schema.json", "application/schema+json", data)
}

// recordWorkbook is the form as a workbook with one record's answers in it, tables too.
func (c *call) recordWorkbook() error {
	sh, err := c.sheetOf()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, sh.FormDef, sheet.WriteOptions{Lang: c.lang, Name: c.actor.OrgName, Answers: sh.Draft.Answers}); err != nil {
		return err
	}
	return webkit.Download(c.w, sh.Form+"-"+sh.ID+".xlsx", xlsxType, b.Bytes())
}
