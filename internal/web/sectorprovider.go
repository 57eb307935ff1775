package web

import (
	"slices"
	"strconv"
	"strings"

	"yagura/internal/chart"
	"yagura/internal/errs"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

// providerView is one provider or group as the sector depends on it.
type providerView struct {
	Tabs     []webkit.Tab
	Facts    []webkit.Term
	Figures  []webkit.Figure
	Tiers    webkit.TableView
	Table    webkit.TableView
	Criteria webkit.TableView
	Systemic string
	Source   string
	Verdicts []string
	FailURL  string
}

func (c *call) sectorProvider() error {
	v, err := c.ThirdParties.Sector(c.ctx, c.actor)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	u, key := unit(q), q.Get("key")
	list, err := v.Graph.Dependents(u, key)
	if err != nil {
		return err
	}
	columns := c.columns("websector.institution", "web.party.sector", "websector.size", "websector.way", "websector.functions-named")
	if q.Get("format") != "" {
		var rows [][]any
		for _, d := range list {
			m := v.Members[d.Institution]
			rows = append(rows, []any{m.Name().In(c.lang), c.sector(m.Sector), c.sizeName(m.Size), c.way(v, d), c.functionNames(v, d)})
		}
		return c.export("dependents", columns, rows)
	}
	d, screen := find(v, u, key)
	if d == nil {
		return errs.New(errs.NotFound, "web: %q has no dependents", key)
	}
	p := providerView{Tabs: c.sectorTabs(v, "-"), Facts: c.providerFacts(v, u, key, list), Tiers: c.tiers(v, list), FailURL: sectorBase + "/failure?" + failureQuery(u, key, "72")}
	p.Figures = []webkit.Figure{
		{Title: c.say("websector.any"), Value: strconv.Itoa(d.Any.CriticalUsers), Unit: percentOf(d.Any.CriticalUsers, len(v.Members)), Note: c.say("websector.of-direct", "n", d.Direct.CriticalUsers)},
		{Title: c.say("websector.assets"), Value: shareText(share(d.Any.CriticalAssets, v.Measures.Size.Assets))},
		{Title: c.say("websector.functions"), Value: strconv.Itoa(d.Any.Functions)}}
	paging := webkit.ParsePaging(q)
	p.Table = webkit.TableView{Caption: c.say("websector.dependents"), HideCaption: true, Columns: heads(columns), Downloads: c.exports(sectorBase+"/provider", q),
		Pager: &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: len(list)}}
	from := min((paging.Page-1)*paging.Size, len(list))
	for _, x := range list[from:min(from+paging.Size, len(list))] {
		m := v.Members[x.Institution]
		p.Table.Rows = append(p.Table.Rows, []webkit.Cell{{Text: m.Name().In(c.lang), Head: true}, {Text: c.sector(m.Sector)}, {Text: c.sizeName(m.Size)}, {Text: c.way(v, x)}, {Text: c.functionNames(v, x)}})
	}
	c.criteria(&p, screen)
	page := c.sectorPage("websector.title", "websector.provider-lead")
	page.Title = c.unitName(d.Named)
	page.Crumbs = []webkit.Crumb{{Text: c.say("websector.title"), URL: sectorBase}}
	return c.render(page, sectorProvider(p))
}

// find is what the measures say of a unit; a group is found by any of its companies.
func find(v *thirdparty.Sector, u network.Unit, key string) (*network.Dependence, *network.Screen) {
	list, screens := v.Measures.Providers, v.Measures.ProviderScreen
	if u == network.ByGroup {
		list, screens = v.Measures.Groups, v.Measures.Screens
		if at, ok := slices.BinarySearch(v.Graph.Providers.Key, key); ok {
			key = v.Graph.Providers.Key[v.Graph.Groups.Parent[v.Graph.Providers.Group[at]]]
		}
	}
	var d *network.Dependence
	var s *network.Screen
	if i := slices.IndexFunc(list, func(x network.Dependence) bool { return x.Key == key }); i >= 0 {
		d = &list[i]
	}
	if i := slices.IndexFunc(screens, func(x network.Screen) bool { return x.Key == key }); i >= 0 {
		s = &screens[i]
	}
	return d, s
}

func (c *call) sizeName(size string) string {
	switch size {
	case "large", "medium", "small":
		return c.say("report.size." + size)
	}
	return size
}

// way says how an institution depends: by contract, or behind whom.
func (c *call) way(v *thirdparty.Sector, d network.Dependent) string {
	if d.Rank == 1 {
		return c.say("websector.way-direct")
	}
	var names []string
	for _, p := range d.Through {
		names = append(names, v.Graph.Providers.Name[p])
	}
	slices.Sort(names)
	return c.say("websector.way-through", "rank", d.Rank, "names", strings.Join(names, c.say("webthirdparty.comma")))
}

func (c *call) functionNames(v *thirdparty.Sector, d network.Dependent) string {
	var names []string
	for _, f := range d.Functions {
		names = append(names, v.Graph.Functions.Name[f])
	}
	return strings.Join(names, c.say("webthirdparty.comma"))
}

// providerFacts tell who the provider is: identifier, country, group, what it supplies.
func (c *call) providerFacts(v *thirdparty.Sector, u network.Unit, key string, list []network.Dependent) []webkit.Term {
	g := v.Graph
	at, _ := slices.BinarySearch(g.Providers.Key, key)
	var services, group []string
	seen := map[int32]bool{}
	for _, d := range list {
		for _, s := range d.Services {
			if !seen[s] {
				seen[s] = true
				services = append(services, c.serviceName(g.Services[s]))
			}
		}
	}
	slices.Sort(services)
	team := g.Groups.Members[g.Groups.MemStart[g.Providers.Group[at]]:g.Groups.MemStart[g.Providers.Group[at]+1]]
	countries := []string{}
	for _, m := range team {
		group = append(group, g.Providers.Name[m])
		if code := g.Countries[g.Providers.Country[m]].String(); code != "" && !slices.Contains(countries, code) && (u == network.ByGroup || int(m) == at) {
			countries = append(countries, code)
		}
	}
	comma := c.say("webthirdparty.comma")
	out := []webkit.Term{{Title: c.say("websector.review-key"), Text: key}, {Title: c.say("websector.country"), Text: strings.Join(countries, comma)}, {Title: c.say("websector.supplies"), Text: strings.Join(services, comma)}}
	if len(team) > 1 {
		out = append(out, webkit.Term{Title: c.say("websector.group"), Text: strings.Join(group, comma), Action: &webkit.Link{Text: c.say("websector.see-group"), URL: providerURL(key, network.ByGroup)}})
	}
	return out
}

// tiers count the dependents by sector and size.
func (c *call) tiers(v *thirdparty.Sector, list []network.Dependent) webkit.TableView {
	type tier struct{ sector, size string }
	var order []tier
	of, direct, behind := map[tier]int{}, map[tier]int{}, map[tier]int{}
	for _, m := range v.Members {
		k := tier{m.Sector, m.Size}
		if of[k] == 0 {
			order = append(order, k)
		}
		of[k]++
	}
	for _, d := range critical(list) {
		k := tier{v.Members[d.Institution].Sector, v.Members[d.Institution].Size}
		if d.Rank == 1 {
			direct[k]++
		} else {
			behind[k]++
		}
	}
	t := webkit.TableView{Caption: c.say("websector.tiers"), HideCaption: true, Columns: heads(c.columns("web.party.sector", "websector.size", "websector.way-direct", "websector.behind-only", "websector.members", "websector.share"))}
	for i := 2; i < 6; i++ {
		t.Columns[i].Numeric = true
	}
	for _, k := range order {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.sector(k.sector), Head: true}, {Text: c.sizeName(k.size)}, {Text: strconv.Itoa(direct[k])}, {Text: strconv.Itoa(behind[k])}, {Text: strconv.Itoa(of[k])}, {Text: percentOf(direct[k]+behind[k], of[k])}})
	}
	return t
}

// criteria shows the screen of step 1 with each input.
func (c *call) criteria(p *providerView, s *network.Screen) {
	p.Source = network.Criteria
	if s == nil {
		return
	}
	t := webkit.TableView{Caption: c.say("websector.criteria"), HideCaption: true, Columns: heads(c.columns("web.party.sector", "websector.c11", "websector.c12", "websector.c41", "websector.c42"))}
	for _, x := range s.Categories {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: c.sector(x.Category), Head: true}, {Text: c.ratioText(x.Users, x.Entities, x.Share)},
			{Text: c.say("websector.assets-of", "share", shareText(x.AssetShare), "n", chart.Number(x.UserAssets/1e8, 0), "of", chart.Number(x.Assets/1e8, 0))},
			{Text: c.ratioText(x.NoAlternative, x.Entities, x.NoAltShare)}, {Text: c.ratioText(x.Difficult, x.Entities, x.DifficultShare)}})
	}
	p.Criteria = t
	for _, k := range []struct {
		key string
		a   network.Answer
	}{{"websector.criterion1", s.Criterion1}, {"websector.criterion2", s.Criterion2}, {"websector.criterion4", s.Criterion4}} {
		word := map[network.Answer]string{network.Yes: "websector.met", network.No: "websector.not-met", network.Unknown: "websector.not-judged"}[k.a]
		p.Verdicts = append(p.Verdicts, c.say("websector.verdict", "criterion", c.say(k.key), "verdict", c.say(word)))
	}
}

func (c *call) ratioText(n, of int, x float64) string {
	return c.say("websector.ratio", "share", shareText(x), "n", n, "of", of)
}
