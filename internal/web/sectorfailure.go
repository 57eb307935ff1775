package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/chart"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

// failureView is the what-if of a sector.
type failureView struct {
	Tabs      []webkit.Tab
	Providers []webkit.SelectView
	Country   webkit.SelectView
	Unit      webkit.SelectView
	Hours     string
	Redund    bool
	Sector    bool
	Isolated  bool
	Asked     bool
	Say       string
	Figures   []webkit.Figure
	Curve     chart.Chart
	Course    webkit.TableView // the curve in numbers
	Hour      int
	Horizon   int
	Keep      []webkit.Hidden // the scenario, beside the hour
	AtSay     string
	Table     webkit.TableView
}

// failing is how many providers may be chosen to fail together.
const failing = 3

func failureQuery(u network.Unit, key, hours string) string {
	return url.Values{"provider": {key}, "unit": {string(u)}, "hours": {hours}}.Encode()
}

// scenario reads what fails and by which rules.
func (c *call) scenario(g *network.Graph, q url.Values) (s network.Scenario, asked bool) {
	s.Rules = network.Rules{Horizon: thirdparty.DefaultRules.Horizon, Redundant: q.Get("redundant") != "", Sector: q.Get("sector") != "", Isolated: q.Get("isolated") != ""}
	s.Hours = int32(number(q, "hours", 72, 0, maxHours))
	for _, key := range q["provider"] {
		if _, known := slices.BinarySearch(g.Providers.Key, key); !known || len(s.Providers)+len(s.Groups) == failing {
			continue
		}
		if unit(q) == network.ByGroup {
			s.Groups = append(s.Groups, key)
		} else {
			s.Providers = append(s.Providers, key)
		}
	}
	if land := network.CountryOf(q.Get("country")); slices.Contains(g.Countries, land) && land != (network.Country{}) {
		s.Offices, s.Locations = []network.Country{land}, []network.Country{land}
	}
	return s, len(s.Providers)+len(s.Groups)+len(s.Offices) > 0
}

func (c *call) sectorFailure() error {
	v, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	s, asked := c.scenario(v.Graph, q)
	f := failureView{Tabs: c.sectorTabs(v, "failure"), Hours: strconv.Itoa(int(s.Hours)), Redund: s.Redundant, Sector: s.Sector, Isolated: s.Isolated, Asked: asked, Horizon: int(s.Horizon)}
	c.failureForm(&f, v, q)
	if asked {
		o, err := v.Graph.Fail(s)
		if err != nil {
			return err
		}
		if q.Get("format") != "" {
			return c.export("failure", c.hitColumns(), c.hitRows(v, o))
		}
		c.failureResult(&f, v, s, o, q)
	}
	return c.render(c.sectorPage("websector.tab-failure", "websector.failure-lead"), sectorFailure(f))
}

// failureForm offers what may fail, the companies with most dependents first.
func (c *call) failureForm(f *failureView, v *thirdparty.Sector, q url.Values) {
	var options []webkit.SelectOption
	for _, d := range v.Measures.Providers {
		options = append(options, webkit.SelectOption{Value: d.Key, Text: c.say("websector.option", "name", d.Name, "n", d.Any.CriticalUsers)})
	}
	chosen := slices.DeleteFunc(slices.Clone(q["provider"]), func(k string) bool { return k == "" })
	for i := range failing {
		s := webkit.SelectView{Name: "provider", Label: c.say("websector.fails-n", "n", i+1), Options: options, Blank: c.say("websector.nobody")}
		if i < len(chosen) {
			s.Value = chosen[i]
		}
		f.Providers = append(f.Providers, s)
	}
	f.Country = webkit.SelectView{Name: "country", Label: c.say("websector.fails-country"), Value: q.Get("country"), Blank: c.say("websector.nobody")}
	codes := []string{}
	for _, land := range v.Graph.Countries {
		if land != (network.Country{}) {
			codes = append(codes, land.String())
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		f.Country.Options = append(f.Country.Options, webkit.SelectOption{Value: code, Text: code})
	}
	f.Unit = webkit.SelectView{Name: "unit", Label: c.say("websector.reach"), Value: string(unit(q)), Options: []webkit.SelectOption{{Value: "group", Text: c.say("websector.whole-group")}, {Value: "provider", Text: c.say("websector.one-company")}}}
}

// shownHours are the hours at which the curve is drawn.
var shownHours = []int32{0, 2, 4, 8, 12, 24, 36, 48, 72, 96, 120, 168, 240, 336, 480, 720}

func (c *call) failureResult(f *failureView, v *thirdparty.Sector, s network.Scenario, o *network.Outcome, q url.Values) {
	z := v.Measures.Size
	first := c.say("websector.never")
	if o.First >= 0 {
		first = c.say("websector.after", "n", o.First)
	}
	f.Say = c.say("websector.failure-say", "providers", o.Providers, "interrupted", o.Interrupted, "institutions", o.Institutions, "functions", o.Functions)
	f.Figures = []webkit.Figure{
		{Title: c.say("websector.hit"), Value: strconv.Itoa(o.Institutions), Unit: percentOf(o.Institutions, z.Institutions), Tone: webkit.Danger},
		{Title: c.say("websector.hit-functions"), Value: strconv.Itoa(o.Functions), Unit: percentOf(o.Functions, z.Critical), Tone: webkit.Danger},
		{Title: c.say("websector.hit-assets"), Value: shareText(share(o.Assets, z.Assets)), Tone: webkit.Danger},
		{Title: c.say("websector.first"), Value: first}}
	trend := chart.Trend{Lang: c.lang, Label: c.say("websector.curve-alt"), Min: 0, Max: 100}
	series := []chart.Series{{Label: c.say("websector.curve-institutions"), Own: true}, {Label: c.say("websector.curve-functions")}, {Label: c.say("websector.curve-assets")}}
	f.Course = webkit.TableView{Caption: c.say("websector.course"), HideCaption: true, Columns: heads(c.columns("websector.hour", "websector.hit", "websector.hit-functions", "websector.hit-assets"))}
	for i := range f.Course.Columns {
		f.Course.Columns[i].Numeric = true
	}
	top := 1.0
	for _, h := range shownHours {
		at := o.At(h)
		values := []float64{100 * share(float64(at.Institutions), float64(z.Institutions)), 100 * share(float64(at.Functions), float64(z.Critical)), 100 * share(at.Assets, z.Assets)}
		for i, x := range values {
			series[i].Values = append(series[i].Values, chart.Of(x))
			top = max(top, x)
		}
		trend.Times = append(trend.Times, strconv.Itoa(int(h)))
		f.Course.Rows = append(f.Course.Rows, []webkit.Cell{{Text: strconv.Itoa(int(h)), Head: true}, {Text: strconv.Itoa(at.Institutions)}, {Text: strconv.Itoa(at.Functions)}, {Text: shareText(values[2] / 100)}})
	}
	trend.Series = series
	for trend.Max = 100; trend.Max/2 >= top && trend.Max > 5; {
		trend.Max /= 2
	}
	f.Curve = trend
	f.Hour = number(q, "hour", peak(o), 0, f.Horizon)
	c.failureAt(f, v, o, q)
}

// peak is the hour at which most institutions are beyond tolerance.
func peak(o *network.Outcome) int {
	best := network.Step{}
	for _, s := range o.Curve {
		if s.Institutions > best.Institutions {
			best = s
		}
	}
	return int(best.Hour)
}

// failureAt is the state at the chosen hour.
func (c *call) failureAt(f *failureView, v *thirdparty.Sector, o *network.Outcome, q url.Values) {
	at := o.At(int32(f.Hour))
	f.AtSay = c.say("websector.at-say", "hour", f.Hour, "institutions", at.Institutions, "functions", at.Functions, "assets", shareText(share(at.Assets, v.Measures.Size.Assets)))
	for name, values := range q {
		for _, x := range values {
			if name != "hour" && name != "page" && name != "format" && x != "" {
				f.Keep = append(f.Keep, webkit.Hidden{Name: name, Value: x})
			}
		}
	}
	slices.SortFunc(f.Keep, func(a, b webkit.Hidden) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	})
	var now []network.Hit
	for _, h := range o.Hit {
		h.Functions = slices.DeleteFunc(slices.Clone(h.Functions), func(s network.Stop) bool {
			return s.Tolerance > int32(f.Hour) || s.Outage >= 0 && s.Outage <= int32(f.Hour)
		})
		if len(h.Functions) > 0 {
			now = append(now, h)
		}
	}
	slices.SortStableFunc(now, func(a, b network.Hit) int { return -cmp.Compare(a.Assets, b.Assets) })
	paging := webkit.ParsePaging(q)
	f.Table = webkit.TableView{Caption: c.say("websector.hit-now"), HideCaption: true, Empty: c.say("websector.hit-none"), Columns: heads(c.hitColumns()), Downloads: c.exports(sectorBase+"/failure", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(now)}}
	from := min((paging.Page-1)*paging.Size, len(now))
	for _, row := range c.hitRows(v, &network.Outcome{Hit: now[from:min(from+paging.Size, len(now))]}) {
		cells := make([]webkit.Cell, len(row))
		for i, x := range row {
			cells[i].Text, _ = x.(string)
			cells[i].Head = i == 0
		}
		f.Table.Rows = append(f.Table.Rows, cells)
	}
}

func (c *call) hitColumns() []string {
	return c.columns("websector.institution", "web.party.sector", "websector.size", "websector.from", "websector.until", "websector.functions-beyond")
}

func (c *call) hitRows(v *thirdparty.Sector, o *network.Outcome) (rows [][]any) {
	member := make(map[string]thirdparty.Received, len(v.Members))
	for _, m := range v.Members {
		member[m.Organisation] = m
	}
	for _, h := range o.Hit {
		m := member[h.ID]
		until := c.say("websector.not-within")
		if h.To >= 0 {
			until = c.say("websector.after", "n", h.To)
		}
		var names []string
		for _, s := range h.Functions {
			names = append(names, c.say("websector.function-beyond", "name", s.Name, "tolerance", s.Tolerance))
		}
		rows = append(rows, []any{m.Name().In(c.lang), c.sector(m.Sector), c.sizeName(m.Size), c.say("websector.after", "n", h.From), until, strings.Join(names, c.say("webthirdparty.comma"))})
	}
	return rows
}

// sectorListView is a page of one table.
type sectorListView struct {
	Tabs  []webkit.Tab
	Units []webkit.Tab
	Note  string
	Table webkit.TableView
}

func (c *call) sectorRanking() error {
	v, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	u, list := unit(q), v.Ranking
	if u == network.ByProvider {
		list = v.Graph.RankFailures(network.ByProvider, 0, thirdparty.DefaultRules)
	}
	columns := c.columns("websector.name", "websector.hit", "websector.hit-functions", "websector.hit-assets", "websector.first", "websector.interrupted")
	z := v.Measures.Size
	if q.Get("format") != "" {
		var rows [][]any
		for _, f := range list {
			rows = append(rows, []any{c.unitName(f.Named), int64(f.Institutions), int64(f.Functions), share(f.Assets, z.Assets), int64(f.First), int64(f.Interrupted)})
		}
		return c.export("failures", columns, rows)
	}
	paging := webkit.ParsePaging(q)
	t := webkit.TableView{Caption: c.say("websector.tab-ranking"), HideCaption: true, Columns: heads(columns), Downloads: c.exports(sectorBase+"/ranking", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(list)}}
	for i := 1; i < len(columns); i++ {
		t.Columns[i].Numeric = true
	}
	from := min((paging.Page-1)*paging.Size, len(list))
	for _, f := range list[from:min(from+paging.Size, len(list))] {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.unitName(f.Named), URL: sectorBase + "/failure?" + failureQuery(u, f.Key, "0"), Head: true}, {Text: strconv.Itoa(f.Institutions)}, {Text: strconv.Itoa(f.Functions)},
			{Text: shareText(share(f.Assets, z.Assets))}, {Text: c.say("websector.after", "n", f.First)}, {Text: strconv.Itoa(f.Interrupted)}})
	}
	return c.render(c.sectorPage("websector.tab-ranking", "websector.ranking-lead"), sectorList(sectorListView{Tabs: c.sectorTabs(v, "ranking"), Units: c.unitTabs(sectorBase+"/ranking", u), Table: t}))
}
