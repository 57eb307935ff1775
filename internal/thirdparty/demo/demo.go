// Package demo makes synthetic registers of third parties for a synthetic sector: shared
// computing centres, core-banking vendors, clouds, networks and many small suppliers, with
// shares as in a market of few large and many small ones. No company in it exists: the
// names say so, and the corporate numbers lie outside those that are given.
package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"

	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// company is a provider of the synthetic market.
type company struct {
	name    string
	number  string
	country string
	parent  int // position, -1 when it has none
}

// kind is one part of the market: how many companies, what they are called, and how
// steeply their shares fall (exponent of Zipf's law).
type kind struct {
	name  string
	count int
	slope float64
}

// The parts of the market. Counts and slopes are invented.
var kinds = []kind{
	{"共同センター", 9, 0.6}, {"勘定系ベンダー", 8, 1.2}, {"クラウド", 6, 1.2}, {"通信", 6, 1.1}, {"データセンター", 12, 1.0},
	{"セキュリティ監視", 14, 1.1}, {"業務SaaS", 36, 1.0}, {"システム開発", 60, 0.7}, {"情報提供", 8, 1.3}, {"決済ネットワーク", 3, 1.5},
}

// Positions in kinds.
const (
	centres = iota
	cores
	clouds
	networks
	datacentres
	watchers
	saas
	developers
	informers
	payments
)

type market struct {
	companies []company
	from      []int       // first company of each kind
	share     [][]float64 // cumulated, by kind
	behind    []int       // of each company, who supplies it; -1 none
}

type generator struct {
	rng *rand.Rand
	m   market
}

// Registers makes the register of each party. Equal seeds and parties give equal registers.
func Registers(seed uint64, parties []form.Org) []network.Register {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x7468697264))}
	g.open()
	out := make([]network.Register, len(parties))
	centre := map[string]int{}
	for i, p := range parties {
		if _, ok := centre[p.Centre]; !ok {
			centre[p.Centre] = len(centre) % kinds[centres].count
		}
		out[i] = g.register(i, p, centre[p.Centre])
	}
	return out
}

func (g *generator) open() {
	for _, k := range kinds {
		g.m.from = append(g.m.from, len(g.m.companies))
		sum, shares := 0.0, make([]float64, k.count)
		for i := range k.count {
			sum += math.Pow(float64(i+1), -k.slope)
			shares[i] = sum
			g.m.companies = append(g.m.companies, company{name: fmt.Sprintf("架空%s%s", k.name, letters(i)), number: number(len(g.m.companies) + 1), country: "JP", parent: -1})
		}
		g.m.share = append(g.m.share, shares)
	}
	at := func(kind, i int) int { return g.m.from[kind] + i }
	for i, c := range []string{"US", "US", "JP", "US", "JP", "SG"} {
		g.m.companies[at(clouds, i)].country = c
	}
	g.m.companies[at(informers, 0)].country, g.m.companies[at(saas, 3)].country = "GB", "IN"
	for child, parent := range map[int]int{at(datacentres, 0): at(networks, 0), at(watchers, 1): at(networks, 0), at(saas, 0): at(clouds, 0),
		at(centres, 1): at(cores, 0), at(centres, 4): at(cores, 0), at(developers, 2): at(cores, 1), at(datacentres, 3): at(cores, 1)} {
		g.m.companies[child].parent = parent
	}
	for i := range g.m.companies {
		up := -1
		switch {
		case i < at(cores, 0):
			up = g.pick(datacentres)
		case i < at(clouds, 0), i >= at(datacentres, 0) && i < at(watchers, 0):
			up = g.pick(networks)
		case i >= at(watchers, 0) && i < at(developers, 0):
			up = g.pick(clouds)
		case i >= at(payments, 0):
			up = g.pick(datacentres)
		}
		g.m.behind = append(g.m.behind, up)
	}
}

// letters are A to Z, AA, AB …
func letters(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letters(i/26-1) + letters(i%26)
}

// number is a corporate number with its check digit (平成26年財務省令第70号 第2条). Numbers
// that begin with 99 behind the check digit are not given.
func number(n int) string {
	body := fmt.Sprintf("99%010d", n)
	sum := 0
	for k := 1; k <= 12; k++ {
		sum += int(body[12-k]-'0') * (2 - k%2)
	}
	return strconv.Itoa(9-sum%9) + body
}

// pick draws a company of a kind by its share.
func (g *generator) pick(kind int) int {
	s := g.m.share[kind]
	return g.m.from[kind] + min(sort.SearchFloat64s(s, g.rng.Float64()*s[len(s)-1]), len(s)-1)
}

// function is what institutions of the sector do, and how often such a one is critical.
type function struct {
	name      string
	critical  bool
	rto, bear []int32 // hours, drawn from
	sizes     string  // of institutions that have it: l, m, s
}

var functions = []function{
	{"預金・為替", true, []int32{2, 4, 6}, []int32{12, 24}, "lms"},
	{"ATM", true, []int32{2, 4, 8}, []int32{12, 24, 48}, "lms"},
	{"インターネットバンキング", true, []int32{4, 8}, []int32{12, 24, 48}, "lms"},
	{"対外決済（全銀・日銀）", true, []int32{2, 4}, []int32{8, 12, 24}, "lms"},
	{"融資の実行・管理", true, []int32{24, 48}, []int32{72, 120}, "lms"},
	{"口座開設・本人確認", false, []int32{24, 48}, []int32{120, 168}, "lm"},
	{"市場取引・有価証券", true, []int32{4, 8, 24}, []int32{24, 48}, "lm"},
	{"外国為替・海外送金", true, []int32{8, 24}, []int32{48, 72}, "l"},
	{"グループウェア・社内業務", false, []int32{24, 72}, []int32{168}, "lms"},
	{"資金洗浄対策の検知", true, []int32{24}, []int32{72, 120}, "lm"},
}
