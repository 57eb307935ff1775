package web

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/chart"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

func (s *server) thirdpartyRoutes() []route {
	return []route{
		{"GET /thirdparty", seat, "record.read", (*call).thirdpartyOwn},
		{"GET /thirdparty/vendors/{id}", seat, "record.read", (*call).vendorPage},
		{"POST /thirdparty/vendors/{id}/party", seat, "party.manage", (*call).vendorParty},
		{"GET /thirdparty/package", seat, "record.read", (*call).roiPage},
		{"POST /thirdparty/package", seat, "record.read", (*call).roiCheck},
		{"POST /thirdparty/package/file", seat, "record.read", (*call).roiFile},
	}
}

// ownView is an institution's own dependence on third parties.
type ownView struct {
	Empty   bool
	Adrift  int
	Figures []webkit.Figure
	Map     chart.Chart
	Table   webkit.TableView // what the map shows
	Market  webkit.TableView
	Points  []string // single points of failure, in words
	Clauses webkit.TableView
	Exits   webkit.TableView
	Try     tryView
}

// tryView is a what-if of the own institution.
type tryView struct {
	Provider webkit.SelectView
	Hours    string
	Asked    bool
	Redund   bool
	Result   string // in a sentence
	Table    webkit.TableView
}

// own is the institution's registers, drawn and measured.
type own struct {
	thirdparty.Kept
	*thirdparty.Picture
	g *network.Graph
	m *network.Measures
}

func (c *call) ownRegister() (own, error) {
	k, err := thirdparty.Own(c.ctx, c.Registers, c.actor)
	if err != nil {
		return own{}, err
	}
	o := own{Kept: k, Picture: k.Picture()}
	o.g = network.Build(slices.Values([]*network.Register{&o.Register}), network.DefaultOptions())
	o.m = o.g.Measure(network.MeasureOptions{})
	return o, nil
}

func (c *call) thirdpartyOwn() error {
	o, err := c.ownRegister()
	if err != nil {
		return err
	}
	v := ownView{Empty: len(o.Picture.Services) == 0, Adrift: len(o.Adrift)}
	if !v.Empty {
		clauses := c.clauses(o)
		without := c.withoutExit(o)
		v.Map, v.Table = c.ownMap(o), c.ownTable(o)
		v.Market, v.Points = c.ownMarket(o), c.points(o)
		v.Clauses, v.Exits = clauses.table, without
		v.Figures = c.ownFigures(o, clauses, len(without.Rows))
		if v.Try, err = c.try(o); err != nil {
			return err
		}
	}
	p := c.page("webthirdparty.title")
	p.Lead, p.Wide = c.say("webthirdparty.lead"), true
	return c.render(p, thirdpartyOwn(v))
}

func shareText(x float64) string { return chart.Number(100*x, 1) + "%" }

func (c *call) ownFigures(o own, k clauseShare, without int) []webkit.Figure {
	direct := map[int32]bool{}
	for _, s := range o.Picture.Services {
		direct[s.Provider] = true
	}
	behind := map[int32]bool{}
	for _, l := range o.Links {
		behind[l.Provider] = true
	}
	tone := webkit.Success
	if without > 0 {
		tone = webkit.Warning
	}
	out := []webkit.Figure{
		{Title: c.say("webthirdparty.critical"), Value: strconv.Itoa(o.m.Size.Critical), Unit: c.say("webthirdparty.of", "n", o.m.Size.Functions)},
		{Title: c.say("webthirdparty.providers"), Value: strconv.Itoa(len(direct)), Note: c.say("webthirdparty.behind", "n", len(behind))},
		{Title: c.say("webthirdparty.points-n"), Value: strconv.Itoa(len(o.m.SinglePoints))},
		{Title: c.say("webthirdparty.no-exit-n"), Value: strconv.Itoa(without), Tone: tone},
	}
	if k.asked > 0 {
		out = append(out, webkit.Figure{Title: c.say("webthirdparty.clauses-n"), Value: strconv.Itoa(int(math.Round(100 * float64(k.there) / float64(k.asked)))), Unit: "%"})
	}
	return out
}

// basisNames are the bases of shares that an officer is shown.
var basisNames = map[network.Basis]string{network.ByUsers: "webthirdparty.by-users", network.ByFunctions: "webthirdparty.by-functions", network.ByExpense: "webthirdparty.by-expense"}

// ownMarket is the concentration of the own functions and expense on groups of providers.
func (c *call) ownMarket(o own) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webthirdparty.market"), HideCaption: true, Columns: heads(c.columns("webthirdparty.basis", "webthirdparty.groups", "webthirdparty.hhi", "webthirdparty.cr1", "webthirdparty.cr3", "webthirdparty.largest"))}
	for i := 1; i < 5; i++ {
		t.Columns[i].Numeric = true
	}
	for _, m := range o.m.Concentration {
		if m.Unit != network.ByGroup || m.Service != "" || m.Basis == network.ByUsers || m.Providers == 0 {
			continue
		}
		name := c.say(basisNames[m.Basis])
		if m.Critical {
			name = c.say("webthirdparty.of-critical", "name", name)
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: name, Head: true}, {Text: strconv.Itoa(m.Providers)}, {Text: chart.Number(m.HHI, 0)}, {Text: shareText(m.CR1)}, {Text: shareText(m.CR3)}, {Text: m.Top[0].Name}})
	}
	return t
}

// points says in words on whom alone critical functions stand.
func (c *call) points(o own) []string {
	var out []string
	for _, p := range o.m.SinglePoints {
		text := c.say("webthirdparty.point", "name", p.Name, "n", p.Functions)
		switch {
		case p.Hidden > 0:
			text += c.say("webthirdparty.point-hidden")
		case p.Sole == 0:
			text += c.say("webthirdparty.point-behind")
		}
		if p.Hard > 0 {
			text += c.say("webthirdparty.point-hard", "n", p.Hard)
		}
		out = append(out, text)
	}
	return out
}

// clauseItems are the clauses of the checklist (register ict-contracts).
var clauseItems = []string{"con.audit", "con.access", "con.information", "con.termination", "con.transition", "con.subcontract", "con.location", "con.incident"}

type clauseShare struct {
	asked, there int
	table        webkit.TableView
}

func (c *call) clauses(o own) (out clauseShare) {
	out.table = webkit.TableView{Caption: c.say("webthirdparty.clauses"), HideCaption: true, Columns: heads(c.columns("webthirdparty.clause", "webthirdparty.clause-there", "webthirdparty.clause-missing"))}
	f, err := c.Registers.Form(thirdparty.Contracts)
	if err != nil {
		return out
	}
	for _, id := range clauseItems {
		it := f.Item(id)
		if it == nil {
			continue
		}
		asked, there, lacking := 0, 0, []string{}
		for _, r := range o.Books[thirdparty.Contracts] {
			if v, ok := r.Answers[id].Value.(bool); ok {
				asked++
				if v {
					there++
				} else {
					name, _ := r.Answers["con.name"].Value.(string)
					lacking = append(lacking, name)
				}
			}
		}
		out.asked, out.there = out.asked+asked, out.there+there
		name, _, _ := strings.Cut(it.Ask.In(c.lang), map[bool]string{true: "：", false: ":"}[c.lang == "ja"])
		out.table.Rows = append(out.table.Rows, []webkit.Cell{{Text: name, Head: true}, {Text: c.say("webthirdparty.n-of", "n", there, "of", asked)}, {Text: strings.Join(lacking, c.say("webthirdparty.comma"))}})
	}
	return out
}

// withoutExit lists services that critical functions rely on and that no exit plan covers.
func (c *call) withoutExit(o own) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webthirdparty.exits"), HideCaption: true, Empty: c.say("webthirdparty.exits-none"), Columns: heads(c.columns("webthirdparty.service", "webthirdparty.provider", "webthirdparty.supports"))}
	for i, s := range o.Picture.Services {
		var names []string
		for _, u := range o.Uses {
			if f := o.Picture.Functions[u.Function]; u.Service == int32(i) && f.Critical == network.Yes && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
		if s.ExitPlan != network.Yes && len(names) > 0 {
			t.Rows = append(t.Rows, []webkit.Cell{{Text: c.named(o.Names[i]), URL: "/registers/" + thirdparty.Services + "/records/" + o.ServiceIDs[i], Head: true},
				{Text: o.Providers[s.Provider].Name}, {Text: strings.Join(names, c.say("webthirdparty.comma"))}})
		}
	}
	return t
}

// maxHours bounds what a visitor may ask for: a year.
const maxHours = 24 * 366

// number reads a whole number of the query within bounds; what is none is def.
func number(q url.Values, name string, def, low, high int) int {
	n, err := strconv.Atoi(strings.TrimSpace(q.Get(name)))
	if err != nil || n < low || n > high {
		return def
	}
	return n
}

// try lets a provider of the own register fail and lists by function what stops.
func (c *call) try(o own) (tryView, error) {
	q := c.r.URL.Query()
	hours := number(q, "hours", 48, 1, maxHours)
	v := tryView{Hours: strconv.Itoa(hours), Redund: q.Get("redundant") != "", Provider: webkit.SelectView{Name: "provider", Label: c.say("webthirdparty.fails"), Value: q.Get("provider"), Blank: c.say("webthirdparty.choose")}}
	for i, key := range o.g.Providers.Key {
		v.Provider.Options = append(v.Provider.Options, webkit.SelectOption{Value: key, Text: o.g.Providers.Name[i]})
	}
	slices.SortFunc(v.Provider.Options, func(a, b webkit.SelectOption) int { return strings.Compare(a.Text, b.Text) })
	at, known := slices.BinarySearch(o.g.Providers.Key, v.Provider.Value)
	if !known {
		v.Provider.Value = ""
		return v, nil
	}
	v.Asked = true
	stops, err := o.g.Stops(network.Scenario{Providers: []string{v.Provider.Value}, Hours: int32(hours), Rules: network.Rules{Horizon: maxHours, Redundant: v.Redund, Isolated: true}})
	if err != nil {
		return v, err
	}
	v.Table = webkit.TableView{Caption: c.say("webthirdparty.try-result"), HideCaption: true, Empty: c.say("webthirdparty.try-none"), Columns: heads(c.columns("webthirdparty.function", "webthirdparty.importance", "webthirdparty.stops", "webthirdparty.tolerance", "webthirdparty.judged"))}
	beyond := 0
	for _, s := range stops {
		f := o.Picture.Functions[s.Function]
		cell := webkit.Cell{Body: webkit.StatusTag(webkit.Success, c.say("webthirdparty.within"))}
		if s.Beyond >= 0 && f.Critical == network.Yes {
			beyond++
			cell = webkit.Cell{Body: webkit.StatusTag(webkit.Danger, c.say("webthirdparty.beyond", "n", s.Beyond))}
		} else if s.Beyond >= 0 {
			cell = webkit.Cell{Body: webkit.StatusTag(webkit.Warning, c.say("webthirdparty.beyond", "n", s.Beyond))}
		}
		tolerance := c.say("webthirdparty.hours", "n", o.g.Functions.Tol[s.Function])
		if f.Tolerance < 0 {
			tolerance = c.say("webthirdparty.assumed", "text", tolerance)
		}
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Text: f.Name, URL: "/registers/" + thirdparty.Functions + "/records/" + f.ID, Head: true}, {Text: c.importance(f.Critical)},
			{Text: c.span(s.Outage)}, {Text: tolerance}, cell})
	}
	v.Result = c.say("webthirdparty.try-say", "name", o.g.Providers.Name[at], "hours", hours, "stops", len(stops), "beyond", beyond)
	return v, nil
}

func (c *call) importance(a network.Answer) string {
	return c.say(map[network.Answer]string{network.Yes: "webthirdparty.is-critical", network.No: "webthirdparty.not-critical", network.Unknown: "webthirdparty.not-judged"}[a])
}

// span is how long something stops, from the start.
func (c *call) span(outage int32) string {
	if outage < 0 {
		return c.say("webthirdparty.from-0-on")
	}
	return c.say("webthirdparty.from-0", "n", outage)
}

// positions gives each kept key a place in the order in which it came.
func positions[T comparable](list []T) map[T]int {
	out := make(map[T]int, len(list))
	for i, v := range list {
		out[v] = i
	}
	return out
}
