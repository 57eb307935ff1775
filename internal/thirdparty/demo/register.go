package demo

import (
	"fmt"
	"strings"

	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// drawing is one register on its way.
type drawing struct {
	g    *generator
	r    network.Register
	mine map[int]int32 // company → provider of this register
	fn   map[string]int32
}

// assets are the middle of the total assets by sector and size, billions of yen; invented.
var assets = map[string]map[string]float64{
	"regional_bank": {"large": 9000, "medium": 3800, "small": 1500},
	"shinkin":       {"large": 1800, "medium": 600, "small": 220},
	"credit_coop":   {"large": 600, "medium": 180, "small": 60},
}

// register is one of a party: core system, payments, channels, clouds, and what its size adds.
func (g *generator) register(i int, p form.Org, centre int) network.Register {
	d := &drawing{g: g, mine: map[int]int32{}, fn: map[string]int32{}}
	worth := assets[p.Sector][p.Size]
	if worth == 0 {
		worth = 100
	}
	d.r.Institution = network.Institution{ID: p.ID, Name: p.Name, Category: p.Sector, Country: network.CountryOf("JP"), Assets: worth * 1e9 * (0.6 + 0.8*g.rng.Float64())}
	d.functions(p.Size)
	d.services(i, p.Size, centre)
	return d.r
}

func (d *drawing) functions(size string) {
	for _, f := range functions {
		if size != "" && !strings.Contains(f.sizes, size[:1]) {
			continue
		}
		critical := network.No
		if f.critical {
			critical = network.Yes
		}
		d.fn[f.name] = int32(len(d.r.Functions))
		d.r.Functions = append(d.r.Functions, network.Function{ID: fmt.Sprintf("F%d", len(d.r.Functions)+1), Name: f.name, Activity: f.name, Critical: critical,
			RTO: one(d.g, f.rto), RPO: one(d.g, []int32{0, 1, 4}), Tolerance: one(d.g, f.bear)})
	}
}

func one(g *generator, list []int32) int32 { return list[g.rng.IntN(len(list))] }

// provider enters a company; a few registers lack its number or write its name otherwise.
func (d *drawing) provider(i int) int32 {
	if at, ok := d.mine[i]; ok {
		return at
	}
	c := d.g.m.companies[i]
	p := network.Provider{Name: c.name, Country: network.CountryOf(c.country), Parent: -1, ID: network.Ident{Scheme: network.Corporate, Value: c.number}}
	switch d.g.rng.IntN(150) {
	case 0:
		p.ID = network.Ident{Scheme: network.Local, Value: fmt.Sprintf("V-%03d", len(d.r.Providers)+1)}
	case 1:
		p.Name = "株式会社" + c.name
	case 2:
		p.Name = c.name + "㈱"
	}
	at := int32(len(d.r.Providers))
	d.mine[i] = at
	d.r.Providers = append(d.r.Providers, p)
	if c.parent >= 0 {
		up := d.provider(c.parent)
		d.r.Providers[at].Parent = up
	}
	return at
}

// serve enters a contract with one service for some functions.
func (d *drawing) serve(company int, typ string, expense float64, reliance network.Level, uses ...string) {
	g := d.g
	s := network.Service{Contract: int32(len(d.r.Contracts)), Provider: d.provider(company), Type: typ, Hours: network.NoHours,
		ExitPlan: network.No, Alternatives: network.Unknown, Substitutability: network.Level(1 + g.rng.IntN(3))}
	if reliance == network.FullReliance {
		s.Substitutability = network.Level(2 + g.rng.IntN(3))
	}
	if g.rng.IntN(3) > 0 {
		s.ExitPlan = network.Yes
	}
	s.NoAlternative = s.Substitutability == network.NotSubstitutable
	s.Migration = s.Substitutability == network.HighlyComplexSubstitution
	if s.NoAlternative {
		s.Alternatives = network.No
	} else if g.rng.IntN(2) == 0 {
		s.Alternatives = network.Yes
	}
	at := int32(len(d.r.Services))
	d.r.Contracts = append(d.r.Contracts, network.Contract{Ref: fmt.Sprintf("K-%03d", len(d.r.Contracts)+1), Expense: expense * (0.5 + g.rng.Float64())})
	d.r.Services = append(d.r.Services, s)
	country := network.CountryOf(g.m.companies[company].country)
	if g.rng.IntN(4) > 0 {
		country = network.CountryOf("JP")
	}
	for _, name := range uses {
		if f, ok := d.fn[name]; ok {
			d.r.Uses = append(d.r.Uses, network.Use{Service: at, Function: f, Storage: country, Processing: country, Stored: network.Yes, Sensitivity: network.Level(1 + g.rng.IntN(3)), Reliance: reliance})
		}
	}
	recipient, rank := company, int32(2)
	for up := g.m.behind[company]; up >= 0 && rank <= 4; up = g.m.behind[up] {
		if up != recipient {
			instead := network.NoHours
			if up >= g.m.from[networks] && up < g.m.from[datacentres] {
				instead = 6 // lines of a second carrier
			}
			d.r.Links = append(d.r.Links, network.Link{Service: at, Provider: d.provider(up), Recipient: d.provider(recipient), Rank: rank, Hours: instead})
			recipient = up
			rank++
		}
	}
}

// services enters what an institution of a size buys. Every eighth runs its core system
// itself with a vendor, the others in a shared centre.
func (d *drawing) services(i int, size string, centre int) {
	g, scale := d.g, map[string]float64{"large": 10, "medium": 3, "small": 1}[size]
	scale = max(scale, 1) * 1e7
	full, partly := network.FullReliance, network.MaterialReliance
	core := g.m.from[centres] + centre
	if i%8 == 5 {
		core = g.pick(cores)
	}
	d.serve(core, "S07", 20*scale, full, "預金・為替", "ATM", "融資の実行・管理", "対外決済（全銀・日銀）")
	d.serve(g.pick(payments), "S10", 4*scale, full, "対外決済（全銀・日銀）", "ATM")
	d.serve(g.pick(networks), "S10", 3*scale, full, "ATM", "インターネットバンキング")
	d.serve(g.pick(cores), "S19", 6*scale, full, "インターネットバンキング")
	d.serve(g.pick(watchers), "S04", 2*scale, network.LowReliance, "インターネットバンキング", "グループウェア・社内業務")
	d.serve(g.pick(clouds), "S19", 2*scale, partly, "グループウェア・社内業務")
	d.serve(g.pick(saas), "S19", 2*scale, partly, "口座開設・本人確認", "融資の実行・管理")
	d.serve(g.pick(informers), "S05", scale, partly, "市場取引・有価証券", "資金洗浄対策の検知")
	if size != "small" {
		d.serve(g.pick(clouds), "S17", 5*scale, full, "口座開設・本人確認", "資金洗浄対策の検知")
		d.serve(g.pick(saas), "S19", 2*scale, partly, "資金洗浄対策の検知")
		d.serve(g.pick(datacentres), "S07", 3*scale, partly, "市場取引・有価証券")
	}
	if size == "large" {
		d.serve(g.pick(clouds), "S18", 4*scale, partly, "市場取引・有価証券", "外国為替・海外送金")
		d.serve(g.pick(saas), "S19", 2*scale, partly, "外国為替・海外送金")
	}
	for range map[string]int{"large": 6, "medium": 3, "small": 1}[size] {
		d.serve(g.pick(developers), "S02", scale, network.LowReliance, functions[g.rng.IntN(len(functions))].name)
	}
}
