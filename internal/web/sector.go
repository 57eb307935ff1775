package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"yagura/internal/chart"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

const sectorBase = "/sector/thirdparties"

func (s *server) sectorRoutes() []route {
	return []route{
		{"GET " + sectorBase, seat, "sector.read", (*call).sectorOverview},
		{"GET " + sectorBase + "/provider", seat, "sector.read", (*call).sectorProvider},
		{"GET " + sectorBase + "/failure", seat, "sector.read", (*call).sectorFailure},
		{"GET " + sectorBase + "/ranking", seat, "sector.read", (*call).sectorRanking},
		{"GET " + sectorBase + "/review", seat, "sector.read", (*call).sectorReview},
	}
}

// sectorView is the overview of a sector's dependence on third parties.
type sectorView struct {
	Tabs    []webkit.Tab
	Empty   bool
	Figures []webkit.Figure
	Top     chart.Chart
	Heat    chart.Chart
	Shares  webkit.TableView // what the two pictures show
	Market  webkit.TableView
	Units   []webkit.Tab
	Table   webkit.TableView
}

func (c *call) sectorTabs(v *thirdparty.Sector, at string) []webkit.Tab {
	return []webkit.Tab{{Text: c.say("websector.tab-overview"), URL: sectorBase, Current: at == ""},
		{Text: c.say("websector.tab-failure"), URL: sectorBase + "/failure", Current: at == "failure"},
		{Text: c.say("websector.tab-ranking"), URL: sectorBase + "/ranking", Current: at == "ranking"},
		{Text: c.say("websector.tab-review"), URL: sectorBase + "/review", Current: at == "review", Count: len(v.Graph.Review)}}
}

func (c *call) sectorPage(title, lead string) webkit.Page {
	p := c.page(title)
	p.Wide = true
	p.Lead = c.say(lead)
	if title != "websector.title" {
		p.Crumbs = []webkit.Crumb{{Text: c.say("websector.title"), URL: sectorBase}}
	}
	return p
}

// unit reads which units a page is about: groups of companies unless single ones are asked for.
func unit(q url.Values) network.Unit {
	if network.Unit(q.Get("unit")) == network.ByProvider {
		return network.ByProvider
	}
	return network.ByGroup
}

func (c *call) unitTabs(path string, now network.Unit) []webkit.Tab {
	return []webkit.Tab{{Text: c.say("websector.by-group"), URL: path, Current: now == network.ByGroup}, {Text: c.say("websector.by-provider"), URL: path + "?unit=provider", Current: now == network.ByProvider}}
}

func providerURL(key string, u network.Unit) string {
	return sectorBase + "/provider?" + url.Values{"key": {key}, "unit": {string(u)}}.Encode()
}

func (c *call) sectorOverview() error {
	v, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	u := unit(q)
	list := v.Measures.Groups
	if u == network.ByProvider {
		list = v.Measures.Providers
	}
	columns := c.columns("websector.name", "websector.country", "websector.direct", "websector.any", "websector.share", "websector.assets", "websector.functions", "websector.deepest")
	if q.Get("format") != "" {
		return c.export("third-parties", columns, c.dependenceRows(v, list))
	}
	paging := webkit.ParsePaging(q)
	s := sectorView{Tabs: c.sectorTabs(v, ""), Empty: len(v.Members) == 0, Figures: c.sectorFigures(v), Market: c.sectorMarket(v), Units: c.unitTabs(sectorBase, u)}
	s.Top, s.Heat, s.Shares = c.sectorPictures(v)
	s.Table = webkit.TableView{Caption: c.say("websector.providers"), HideCaption: true, Columns: heads(columns), Downloads: c.exports(sectorBase, q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(list)}}
	for i := 2; i < len(columns); i++ {
		s.Table.Columns[i].Numeric = true
	}
	from := min((paging.Page-1)*paging.Size, len(list))
	for _, d := range list[from:min(from+paging.Size, len(list))] {
		s.Table.Rows = append(s.Table.Rows, []webkit.Cell{{Text: c.unitName(d.Named), URL: providerURL(d.Key, u), Head: true}, {Text: d.Country.String()},
			{Text: strconv.Itoa(d.Direct.CriticalUsers)}, {Text: strconv.Itoa(d.Any.CriticalUsers)}, {Text: percentOf(d.Any.CriticalUsers, len(v.Members))},
			{Text: shareText(share(d.Any.CriticalAssets, v.Measures.Size.Assets))}, {Text: strconv.Itoa(d.Any.Functions)}, {Text: strconv.Itoa(d.Rank)}})
	}
	return c.render(c.sectorPage("websector.title", "websector.lead"), sectorOverview(s))
}

func percentOf(n, of int) string { return shareText(share(float64(n), float64(of))) }

func share(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// unitName calls a group by its head, with the number of its companies.
func (c *call) unitName(n network.Named) string {
	name := n.Name
	if name == "" {
		name = n.Key
	}
	if n.Members > 1 {
		return c.say("websector.group-of", "name", name, "n", n.Members)
	}
	return name
}

func (c *call) dependenceRows(v *thirdparty.Sector, list []network.Dependence) (rows [][]any) {
	for _, d := range list {
		rows = append(rows, []any{c.unitName(d.Named), d.Country.String(), int64(d.Direct.CriticalUsers), int64(d.Any.CriticalUsers), share(float64(d.Any.CriticalUsers), float64(len(v.Members))),
			share(d.Any.CriticalAssets, v.Measures.Size.Assets), int64(d.Any.Functions), int64(d.Rank)})
	}
	return rows
}

func (c *call) sectorFigures(v *thirdparty.Sector) []webkit.Figure {
	z := v.Measures.Size
	last := int64(0)
	for _, m := range v.Members {
		last = max(last, m.At)
	}
	out := []webkit.Figure{{Title: c.say("websector.members"), Value: strconv.Itoa(z.Institutions), Note: c.say("websector.received-at", "at", c.moment(last))},
		{Title: c.say("websector.critical"), Value: strconv.Itoa(z.Critical), Unit: c.say("webthirdparty.of", "n", z.Functions)},
		{Title: c.say("websector.providers-n"), Value: strconv.Itoa(z.Providers), Note: c.say("websector.groups-n", "n", z.Groups)},
		{Title: c.say("websector.review-n"), Value: strconv.Itoa(z.Review), URL: sectorBase + "/review", Tone: webkit.Warning}}
	if len(v.Ranking) > 0 {
		w := v.Ranking[0]
		out = append(out, webkit.Figure{Title: c.say("websector.worst"), Value: shareText(share(w.Assets, z.Assets)), Note: c.say("websector.worst-note", "name", w.Name, "n", w.Institutions), URL: sectorBase + "/ranking", Tone: webkit.Danger})
	}
	return out
}

// serviceName is a type of service in words, with its code of the register.
func (c *call) serviceName(code string) string {
	if code == "" {
		return c.say("thirdparty.all")
	}
	if key := "websector.service." + code; i18n.Has(key) {
		return c.say(key)
	}
	return code
}

// sectorMarket is the concentration on groups by type of service, for critical functions.
func (c *call) sectorMarket(v *thirdparty.Sector) webkit.TableView {
	t := webkit.TableView{Caption: c.say("websector.market"), HideCaption: true, Columns: heads(c.columns("webthirdparty.service-type", "webthirdparty.groups", "webthirdparty.hhi", "webthirdparty.cr1", "webthirdparty.cr3", "webthirdparty.largest"))}
	for i := 1; i < 5; i++ {
		t.Columns[i].Numeric = true
	}
	for _, m := range v.Measures.Concentration {
		if m.Unit != network.ByGroup || m.Basis != network.ByUsers || !m.Critical || m.Providers == 0 {
			continue
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.serviceName(m.Service), Head: true}, {Text: strconv.Itoa(m.Providers)}, {Text: chart.Number(m.HHI, 0)}, {Text: shareText(m.CR1)}, {Text: shareText(m.CR3)},
			{Text: m.Top[0].Name, URL: providerURL(m.Top[0].Key, network.ByGroup)}})
	}
	return t
}

// mapped is how many groups the picture of a sector shows.
const mapped = 20

// sectorPictures show the groups on which most institutions depend for critical functions,
// and how far each part of the sector does.
func (c *call) sectorPictures(v *thirdparty.Sector) (chart.Chart, chart.Chart, webkit.TableView) {
	list := v.Measures.Groups[:min(mapped, len(v.Measures.Groups))]
	bars := chart.Bars{Lang: c.lang, Label: c.say("websector.top-alt", "n", len(list)), Max: 100, Digits: 1, Unit: "%", MarkName: c.say("websector.top-mark")}
	heat := chart.Heat{Lang: c.lang, Label: c.say("websector.heat-alt"), Min: 0, Max: 100}
	t := webkit.TableView{Caption: c.say("websector.shares"), HideCaption: true, Columns: heads(append(c.columns("websector.name", "websector.direct", "websector.any"), c.sectorNames(v)...))}
	for _, s := range v.Sectors {
		heat.Columns = append(heat.Columns, c.sector(s))
	}
	for _, d := range list {
		n := len(v.Members)
		bars.Rows = append(bars.Rows, chart.Bar{Label: d.Name, Value: chart.Of(100 * share(float64(d.Any.CriticalUsers), float64(n))), Mark: chart.Of(100 * share(float64(d.Direct.CriticalUsers), float64(n)))})
		row, cells := chart.HeatRow{Label: d.Name}, []webkit.Cell{{Text: c.unitName(d.Named), Head: true}, {Text: percentOf(d.Direct.CriticalUsers, n)}, {Text: percentOf(d.Any.CriticalUsers, n)}}
		dependents, err := v.Graph.Dependents(network.ByGroup, d.Key)
		if err != nil {
			continue // a key of the graph's own
		}
		have, of := v.BySector(critical(dependents))
		for i := range v.Sectors {
			x := share(float64(have[i]), float64(of[i]))
			row.Cells = append(row.Cells, chart.Of(100*x))
			cells = append(cells, webkit.Cell{Text: shareText(x)})
		}
		heat.Rows = append(heat.Rows, row)
		t.Rows = append(t.Rows, cells)
	}
	for i := 1; i < len(t.Columns); i++ {
		t.Columns[i].Numeric = true
	}
	return bars, heat, t
}

func (c *call) sectorNames(v *thirdparty.Sector) []string {
	out := make([]string, len(v.Sectors))
	for i, s := range v.Sectors {
		out[i] = c.sector(s)
	}
	return out
}

// critical keeps those that depend for a critical or important function.
func critical(list []network.Dependent) []network.Dependent {
	return slices.DeleteFunc(slices.Clone(list), func(d network.Dependent) bool { return len(d.Functions) == 0 })
}

func (c *call) sectorReview() error {
	v, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	list := slices.Clone(v.Graph.Review)
	slices.SortStableFunc(list, func(a, b network.Review) int { return cmp.Compare(reviewOrder(a), reviewOrder(b)) })
	q := c.r.URL.Query()
	columns := c.columns("websector.review-kind", "websector.review-key", "websector.name", "websector.country", "websector.review-registers")
	if q.Get("format") != "" {
		var rows [][]any
		for _, r := range list {
			for _, it := range r.Items {
				rows = append(rows, []any{c.reviewKind(r), it.Key, it.Name, it.Country.String(), int64(it.Registers)})
			}
		}
		return c.export("third-party-review", columns, rows)
	}
	paging := webkit.ParsePaging(q)
	t := webkit.TableView{Caption: c.say("websector.tab-review"), HideCaption: true, Empty: c.say("websector.review-none"), Columns: heads(columns), Downloads: c.exports(sectorBase+"/review", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(list)}}
	t.Columns[4].Numeric = true
	from := min((paging.Page-1)*paging.Size, len(list))
	for _, r := range list[from:min(from+paging.Size, len(list))] {
		for i, it := range r.Items {
			kind := webkit.Cell{}
			if i == 0 {
				kind = webkit.Cell{Text: c.reviewKind(r), Head: true}
			}
			t.Rows = append(t.Rows, []webkit.Cell{kind, {Text: it.Key}, {Text: it.Name}, {Text: it.Country.String()}, {Text: strconv.Itoa(it.Registers)}})
		}
	}
	return c.render(c.sectorPage("websector.tab-review", "websector.review-lead"), sectorList(sectorListView{Tabs: c.sectorTabs(v, "review"), Table: t}))
}

// reviewOrder puts first what is likely the same.
func reviewOrder(r network.Review) int {
	if r.Likely {
		return 0
	}
	return 1
}

func (c *call) reviewKind(r network.Review) string {
	if r.Likely {
		return c.say("websector.review-likely")
	}
	return c.say("websector.review." + string(r.Kind))
}
