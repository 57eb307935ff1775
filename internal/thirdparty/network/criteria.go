package network

import (
	"cmp"
	"slices"
)

// Criteria is the source of the screen: the indicators of step 1 by which the
// European Supervisory Authorities look for critical ICT third-party providers.
const Criteria = "Delegated Regulation (EU) 2024/1502, Art 2(1), 3(1), 5(1)"

// Thresholds of step 1. The shares of criterion 1 and the counts of criterion 2
// are from Art 2 and 3. The numbers of Art 5 were not read in the text: 10 % is
// taken for criterion 4 and is unverified, as is whether a share equal to the
// threshold meets it; here it does.
const (
	shareThreshold      = 0.10 // indicators 1.1 and 1.2, in the same category
	exitThreshold       = 0.10 // indicators 4.1 and 4.2; unverified
	gsiiThreshold       = 1
	osiiThreshold       = 3
	osiiScoreThreshold  = 3000 // an O-SII of a higher score counts alone
	infraThreshold      = 1    // systemic entities of DORA Art 2(1)(g) to (j)
	otherSystemicAtOnce = 3
)

// infrastructure are the categories of DORA Art 2(1)(g) to (j): central
// securities depository, central counterparty, trading venue, trade repository.
var infrastructure = []string{"x304", "x643", "x305", "x306"}

// notFinancial are the categories of B_01.02 that are no financial entities.
var notFinancial = []string{"x317", "x318", ""}

// Population is the number of financial entities of a category and their total
// assets: the denominators, which only an authority has.
type Population struct {
	Entities int     `json:"entities"`
	Assets   float64 `json:"assets"`
}

// Systemic says that an institution is systemically important. The registers
// do not say it.
type Systemic struct {
	GSII  bool `json:"gsii"`
	OSII  bool `json:"osii"`
	Score int  `json:"score"` // of an O-SII, basis points
	Other bool `json:"other"` // an entity other than a credit institution, judged systemic
}

// Screen is a provider or group against the criteria of step 1, with every
// input. It is a screen, not a designation.
type Screen struct {
	Named
	Unit       Unit            `json:"unit"`
	Categories []CategoryShare `json:"categories"` // 1.1, 1.2, 4.1, 4.2
	Systemic   SystemicUsers   `json:"systemic"`   // 2.1, 2.2
	Criterion1 Answer          `json:"-"`
	Criterion2 Answer          `json:"-"` // Unknown when no institution is marked as systemic
	Criterion4 Answer          `json:"-"`
	Met        map[string]bool `json:"met"` // of "1", "2", "4" those that can be judged
	All        bool            `json:"all"` // all three are met
}

// CategoryShare is the use by one category of financial entities for critical or
// important functions, directly or through subcontractors.
type CategoryShare struct {
	Category       string  `json:"category"`
	Users          int     `json:"users"`
	Entities       int     `json:"entities"`
	Share          float64 `json:"share"` // indicator 1.1
	UserAssets     float64 `json:"user_assets"`
	Assets         float64 `json:"assets"`
	AssetShare     float64 `json:"asset_share"` // indicator 1.2
	NoAlternative  int     `json:"no_alternative"`
	NoAltShare     float64 `json:"no_alternative_share"` // indicator 4.1: direct users without an alternative provider
	Difficult      int     `json:"difficult"`
	DifficultShare float64 `json:"difficult_share"` // indicator 4.2: direct users for whom migrating or reintegrating is highly difficult
}

// SystemicUsers are the systemic institutions among the users.
type SystemicUsers struct {
	GSII     int `json:"gsii"`
	OSII     int `json:"osii"`
	OverOSII int `json:"osii_over_3000"`
	Infra    int `json:"infrastructure"`
	Other    int `json:"other"`
}

// screener is one worker's scratch.
type screener struct {
	inst *marks
	cats []CategoryShare
}

// Flags of an institution met by a screener.
const (
	usesCritically, lacksAlternative, isDifficult uint32 = 1, 2, 4
)

// screens judges every unit that serves a critical or important function.
// Population may be nil: the registers themselves are the denominators then.
func (g *Graph) screens(kind Unit, critical []bool, population map[string]Population, systemic map[string]Systemic) []Screen {
	u := g.units(kind)
	base := g.population(population)
	flags := make([]Systemic, len(g.Institutions.ID))
	for i, id := range g.Institutions.ID {
		flags[i] = systemic[id]
	}
	out := make([]Screen, u.n)
	parallel(u.n, func() *screener {
		return &screener{newMarks(len(g.Institutions.ID)), make([]CategoryShare, len(g.Categories))}
	}, func(sc *screener, i int32) {
		s := &out[i]
		s.Named, s.Unit = u.named(i), kind
		sc.inst.clear()
		copy(sc.cats, base)
		for _, p := range u.members(i) {
			for _, k := range g.memberOf.of(p) {
				if critical[g.Chain.Supply[k]] {
					g.screen(sc, s, k, flags)
				}
			}
		}
		s.judge(sc.cats, len(systemic) > 0)
	})
	out = slices.DeleteFunc(out, func(s Screen) bool { return len(s.Categories) == 0 })
	slices.SortStableFunc(out, func(a, b Screen) int {
		return cmp.Or(-compareBool(a.All, b.All), -cmp.Compare(a.met(), b.met()), -cmp.Compare(a.top(), b.top()), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func (s *Screen) met() (n int) {
	for _, c := range []Answer{s.Criterion1, s.Criterion2, s.Criterion4} {
		if c == Yes {
			n++
		}
	}
	return n
}

// top is the largest share of a category.
func (s *Screen) top() (x float64) {
	for _, c := range s.Categories {
		x = max(x, c.Share)
	}
	return x
}

// population is the denominators of every category.
func (g *Graph) population(given map[string]Population) []CategoryShare {
	out := make([]CategoryShare, len(g.Categories))
	for i, c := range g.Institutions.Category {
		out[c].Entities++
		out[c].Assets += g.Institutions.Assets[i]
	}
	for c, name := range g.Categories {
		out[c].Category = name
		if p, ok := given[name]; ok {
			out[c].Entities, out[c].Assets = p.Entities, p.Assets
		}
	}
	return out
}

// screen counts the institution behind chain member k.
func (g *Graph) screen(sc *screener, s *Screen, k int32, systemic []Systemic) {
	supply := g.Chain.Supply[k]
	i := g.Supplies.Institution[supply]
	c := &sc.cats[g.Institutions.Category[i]]
	flags := usesCritically
	if t := &g.Supplies; g.Chain.Rank[k] == 1 { // only direct provision is assessed in B_07.01
		if t.Alternatives[supply] == No || t.Substitutability[supply] == NotSubstitutable || t.NoAlternative[supply] {
			flags |= lacksAlternative
		}
		if t.Substitutability[supply] == HighlyComplexSubstitution || t.Reintegration[supply] == HighlyComplexReintegration || t.Migration[supply] {
			flags |= isDifficult
		}
	}
	fresh := sc.inst.set(i, flags)
	if fresh&lacksAlternative != 0 {
		c.NoAlternative++
	}
	if fresh&isDifficult != 0 {
		c.Difficult++
	}
	if fresh&usesCritically == 0 {
		return
	}
	c.Users++
	c.UserAssets += g.Institutions.Assets[i]
	x := systemic[i]
	infra := slices.Contains(infrastructure, g.Categories[g.Institutions.Category[i]])
	for _, t := range []struct {
		is bool
		n  *int
	}{{x.GSII, &s.Systemic.GSII}, {x.OSII, &s.Systemic.OSII}, {x.OSII && x.Score > osiiScoreThreshold, &s.Systemic.OverOSII},
		{x.Other && infra, &s.Systemic.Infra}, {x.Other && !infra, &s.Systemic.Other}} {
		if t.is {
			*t.n++
		}
	}
}

// judge keeps the categories with users and compares with the thresholds.
func (s *Screen) judge(cats []CategoryShare, systemicKnown bool) {
	s.Criterion1, s.Criterion2, s.Criterion4 = No, Unknown, No
	for _, c := range cats {
		if c.Users == 0 || slices.Contains(notFinancial, c.Category) {
			continue
		}
		c.Share, c.AssetShare = ratio(float64(c.Users), float64(c.Entities)), ratio(c.UserAssets, c.Assets)
		c.NoAltShare, c.DifficultShare = ratio(float64(c.NoAlternative), float64(c.Entities)), ratio(float64(c.Difficult), float64(c.Entities))
		if c.Share >= shareThreshold && c.AssetShare >= shareThreshold {
			s.Criterion1 = Yes
		}
		if c.NoAltShare >= exitThreshold || c.DifficultShare >= exitThreshold {
			s.Criterion4 = Yes
		}
		s.Categories = append(s.Categories, c)
	}
	slices.SortFunc(s.Categories, func(a, b CategoryShare) int { return cmp.Compare(a.Category, b.Category) })
	s.Met = map[string]bool{"1": s.Criterion1 == Yes, "4": s.Criterion4 == Yes}
	if systemicKnown {
		y := s.Systemic
		s.Criterion2 = No
		if y.GSII >= gsiiThreshold || y.OSII >= osiiThreshold || y.OverOSII > 0 || y.Infra >= infraThreshold || y.Other >= otherSystemicAtOnce {
			s.Criterion2 = Yes
		}
		s.Met["2"] = s.Criterion2 == Yes
	}
	s.All = s.met() == 3
}

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}
