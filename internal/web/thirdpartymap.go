package web

import (
	"cmp"
	"slices"
	"strings"

	"yagura/internal/chart"
	"yagura/internal/thirdparty/network"
	"yagura/internal/webkit"
)

// stand is a box of the map: a provider in a column (2 is the direct one).
type stand struct {
	column   int
	provider int32
}

// mapping is the own map on its way: which boxes are where, and what joins them.
type mapping struct {
	o         own
	functions []int32
	services  []int32
	critical  []bool // services that a critical function relies on
}

// maxRanks bounds the columns of subcontractors that the map shows; the table has all.
const maxRanks = 3

// ownMap draws functions, services, providers and subcontractors. Boxes stand near those
// that they are joined to (barycentres, column by column).
func (c *call) ownMap(o own) chart.Chart {
	m := mapping{o: o, critical: make([]bool, len(o.Picture.Services))}
	l := chart.Layers{Label: c.say("webthirdparty.map-alt", "functions", len(o.Picture.Functions), "services", len(o.Picture.Services), "providers", len(o.Providers)), Key: c.say("webthirdparty.map-key")}
	for i := range o.Picture.Functions {
		m.functions = append(m.functions, int32(i))
	}
	slices.SortStableFunc(m.functions, func(a, b int32) int {
		return -cmp.Compare(o.Picture.Functions[a].Critical, o.Picture.Functions[b].Critical)
	})
	at := positions(m.functions)
	weight := make([]float64, len(o.Picture.Services))
	count := make([]float64, len(o.Picture.Services))
	for _, u := range o.Uses {
		weight[u.Service] += float64(at[u.Function])
		count[u.Service]++
		m.critical[u.Service] = m.critical[u.Service] || o.Picture.Functions[u.Function].Critical == network.Yes
	}
	for i := range o.Picture.Services {
		m.services = append(m.services, int32(i))
	}
	slices.SortStableFunc(m.services, func(a, b int32) int {
		return cmp.Compare(weight[a]/max(count[a], 1), weight[b]/max(count[b], 1))
	})
	l.Columns = append(l.Columns, chart.LayerColumn{Title: c.say("webthirdparty.function")}, chart.LayerColumn{Title: c.say("webthirdparty.service")}, chart.LayerColumn{Title: c.say("webthirdparty.provider")})
	for _, f := range m.functions {
		fn := o.Picture.Functions[f]
		l.Columns[0].Boxes = append(l.Columns[0].Boxes, chart.LayerBox{Label: fn.Name, Note: c.toleranceNote(fn), Marked: fn.Critical == network.Yes})
	}
	for _, s := range m.services {
		l.Columns[1].Boxes = append(l.Columns[1].Boxes, chart.LayerBox{Label: c.named(o.Names[s]), Marked: m.critical[s]})
	}
	c.mapUses(&m, &l)
	c.mapProviders(&m, &l)
	return l
}

func (c *call) toleranceNote(f network.Function) string {
	if f.Tolerance < 0 {
		return ""
	}
	return c.say("webthirdparty.tolerance-note", "n", f.Tolerance)
}

func (c *call) mapUses(m *mapping, l *chart.Layers) {
	fn, sv := positions(m.functions), positions(m.services)
	seen := map[[2]int32]bool{}
	for _, u := range m.o.Uses {
		if k := [2]int32{u.Function, u.Service}; !seen[k] {
			seen[k] = true
			strong := m.o.Picture.Functions[u.Function].Critical == network.Yes && (u.Reliance == 0 || u.Reliance >= network.MaterialReliance)
			l.Links = append(l.Links, chart.LayerLink{Column: 0, Box: fn[u.Function], ToColumn: 1, ToBox: sv[u.Service], Strong: strong})
		}
	}
}

// mapProviders adds the columns of providers by rank, with the lines to them.
func (c *call) mapProviders(m *mapping, l *chart.Layers) {
	o, box := m.o, map[stand]int{}
	put := func(s stand) int {
		i, ok := box[s]
		if !ok {
			for len(l.Columns) <= s.column {
				l.Columns = append(l.Columns, chart.LayerColumn{Title: c.say("webthirdparty.rank", "n", len(l.Columns)-1)})
			}
			i = len(l.Columns[s.column].Boxes)
			box[s] = i
			l.Columns[s.column].Boxes = append(l.Columns[s.column].Boxes, chart.LayerBox{Label: o.Providers[s.provider].Name, Note: o.Providers[s.provider].Country.String()})
		}
		return i
	}
	seen := map[chart.LayerLink]int{}
	join := func(k chart.LayerLink, strong bool) {
		if at, ok := seen[k]; ok {
			l.Links[at].Strong = l.Links[at].Strong || strong
			return
		}
		seen[k] = len(l.Links)
		k.Strong = strong
		l.Links = append(l.Links, k)
	}
	for i, s := range m.services {
		p := o.Picture.Services[s].Provider
		join(chart.LayerLink{Column: 1, Box: i, ToColumn: 2, ToBox: put(stand{2, p})}, m.critical[s])
	}
	links := slices.Clone(o.Links)
	slices.SortStableFunc(links, func(a, b network.Link) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, k := range links {
		from := stand{int(k.Rank), k.Recipient} // the recipient of rank 2 stands in column 2
		if k.Recipient == o.Picture.Services[k.Service].Provider {
			from.column = 2
		}
		if at, ok := box[from]; ok && k.Rank <= maxRanks+1 {
			join(chart.LayerLink{Column: from.column, Box: at, ToColumn: int(k.Rank) + 1, ToBox: put(stand{int(k.Rank) + 1, k.Provider})}, m.critical[k.Service])
		}
	}
	for col := 2; col < len(l.Columns); col++ { // who stands behind a critical function
		for _, k := range l.Links {
			if k.ToColumn == col && k.Strong {
				l.Columns[col].Boxes[k.ToBox].Marked = true
			}
		}
	}
}

// ownTable is the content of the map, one line for each use of a service by a function.
func (c *call) ownTable(o own) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webthirdparty.map-table"), HideCaption: true, Columns: heads(c.columns("webthirdparty.function", "webthirdparty.importance", "webthirdparty.service", "webthirdparty.provider", "webthirdparty.chain"))}
	chain := make([][]string, len(o.Picture.Services))
	for _, l := range o.Links {
		chain[l.Service] = append(chain[l.Service], c.say("webthirdparty.chain-step", "name", o.Providers[l.Provider].Name, "rank", l.Rank, "of", o.Providers[l.Recipient].Name))
	}
	seen := map[[2]int32]bool{}
	for f, fn := range o.Picture.Functions {
		some := false
		for _, u := range o.Uses {
			k := [2]int32{u.Function, u.Service}
			if u.Function != int32(f) || seen[k] {
				continue
			}
			seen[k], some = true, true
			t.Rows = append(t.Rows, []webkit.Cell{{Text: fn.Name, Head: true}, {Text: c.importance(fn.Critical)}, {Text: o.Names[u.Service]},
				c.vendorCell(o, o.Picture.Services[u.Service].Provider), {Text: strings.Join(chain[u.Service], c.say("webthirdparty.comma"))}})
		}
		if !some {
			t.Rows = append(t.Rows, []webkit.Cell{{Text: fn.Name, Head: true}, {Text: c.importance(fn.Critical)}, {Text: c.say("webthirdparty.no-service")}, {}, {}})
		}
	}
	return t
}
