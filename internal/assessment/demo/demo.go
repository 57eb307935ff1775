// Package demo makes a synthetic sector: 498 institutions in the numbers of the
// published self-assessment, with size tiers, shared-system centres and two
// years of answers whose marginals match the published figures. Nothing in it
// is about a real institution.
package demo

import (
	"fmt"
	"math/rand/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Sector is a synthetic population with its answers, by party index.
type Sector struct {
	Parties  []form.Org
	Current  []form.Answers
	Previous []form.Answers
}

// Figure is a published share.
type Figure struct {
	FY    int     // fiscal year of the survey
	Share float64 // 0 to 1
}

// Figures are published shares by reference series id.
type Figures map[string]Figure

// sector is one part of the population: how many institutions of each size,
// and how they stand (means of the latent trait, in standard deviations).
type sector struct {
	id     string
	sizes  []sized
	mean   float64
	groups int // holdings, each of two or three institutions
	centre int // shared-system centres that serve the sector
}

type sized struct {
	id    string
	count int
	shift float64
}

// The counts by sector are those of the published self-assessment (99 regional
// banks, 254 shinkin banks, 145 credit cooperatives); sizes, groups and centres are invented.
var sectors = []sector{
	{id: "regional_bank", mean: 0.7, groups: 12, centre: 9,
		sizes: []sized{{"large", 32, 0.4}, {"medium", 45, 0}, {"small", 22, -0.3}}},
	{id: "shinkin", mean: 0, centre: 11,
		sizes: []sized{{"large", 38, 0.5}, {"medium", 104, 0}, {"small", 112, -0.3}}},
	{id: "credit_coop", mean: -0.5, centre: 6,
		sizes: []sized{{"large", 9, 0.6}, {"medium", 38, 0.1}, {"small", 98, -0.2}}},
}

// Generate makes the sector of a seed: equal seeds and forms give equal
// sectors. Names and free texts are in lang. prev is the superseded edition of cur.
func Generate(seed uint64, lang i18n.Lang, cur, prev *form.Form, figures Figures) Sector {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x59616775726121)), figures: figures, lang: lang}
	g.population()
	now, before := g.traits()
	s := Sector{Parties: g.parties}
	s.Current = g.year(cur, now, 0, true)
	s.Previous = g.year(prev, before, -0.35, false)
	g.reconcile(&s, cur, prev)
	g.oddities(&s, cur, prev)
	return s
}

type generator struct {
	rng     *rand.Rand
	figures Figures
	lang    i18n.Lang
	parties []form.Org
	base    []float64            // expected trait of each party
	noise   map[string][]float64 // by item lineage, so that years are alike
}

func (g *generator) population() {
	for si, s := range sectors {
		var members []int
		number := 0
		for _, z := range s.sizes {
			for range z.count {
				number++
				members = append(members, len(g.parties))
				g.parties = append(g.parties, form.Org{
					ID:   fmt.Sprintf("%c%03d", "BSC"[si], number),
					Name: i18n.T(g.lang, "demo.name."+s.id, "n", fmt.Sprintf("%03d", number)), Sector: s.id, Size: z.id, Jurisdiction: "JP",
				})
				g.base = append(g.base, s.mean+z.shift)
			}
		}
		g.cluster(s, members)
	}
}

// cluster gives members their shared-system centres, and some a holding. A
// centre moves all its members alike.
func (g *generator) cluster(s sector, members []int) {
	effect := make([]float64, s.centre)
	for i := range effect {
		effect[i] = 0.25 * g.rng.NormFloat64()
	}
	for _, i := range members {
		c := min(int(float64(s.centre)*g.rng.Float64()*(0.4+0.6*g.rng.Float64())), s.centre-1)
		g.parties[i].Centre = fmt.Sprintf("%s-centre-%02d", s.id, c+1)
		g.base[i] += effect[c]
	}
	order := g.rng.Perm(len(members))
	for h := range s.groups {
		first := members[order[h*3]]
		for k := range 2 + h%2 {
			p := &g.parties[members[order[h*3+k]]]
			p.Group = fmt.Sprintf("%s-group-%02d", s.id, h+1)
			p.Centre = g.parties[first].Centre // a holding runs one system
		}
	}
}

// traits draws where each party stands this year and the year before.
func (g *generator) traits() (now, before []float64) {
	now, before = make([]float64, len(g.base)), make([]float64, len(g.base))
	for i, b := range g.base {
		common := 0.75 * g.rng.NormFloat64()
		now[i] = b + common + 0.25*g.rng.NormFloat64()
		before[i] = b + common + 0.25*g.rng.NormFloat64()
	}
	g.noise = map[string][]float64{}
	return now, before
}

// itemNoise is each party's own leaning on an item. The two years' leanings
// correlate: institutions change slowly.
func (g *generator) itemNoise(lineage string) []float64 {
	kept, ok := g.noise[lineage]
	if !ok {
		kept = make([]float64, len(g.base))
		for i := range kept {
			kept[i] = g.rng.NormFloat64()
		}
		g.noise[lineage] = kept
	}
	out := make([]float64, len(kept))
	for i, k := range kept {
		out[i] = 0.95*k + 0.31*g.rng.NormFloat64()
	}
	return out
}
