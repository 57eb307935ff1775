package demo

import (
	"math"
	"slices"
	"time"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// year answers a whole edition for all parties. shift moves every item's
// difficulty: a year earlier, less was in place. Where an item has figures of several
// years, the latest one holds in the latest edition and the earliest in the other.
func (g *generator) year(f *form.Form, trait []float64, shift float64, latest bool) []form.Answers {
	out := make([]form.Answers, len(g.parties))
	for i := range out {
		out[i] = form.Answers{}
	}
	for _, it := range f.Items() {
		ask := g.asked(f, it, out)
		lineage := it.ID
		if it.SuccessorOf != "" && !it.SeriesBreak {
			lineage = it.SuccessorOf
		}
		noise := g.itemNoise(lineage)
		lean := make([]float64, len(trait))
		for i := range lean {
			lean[i] = 0.7*trait[i] + 0.7*noise[i]
		}
		g.answer(f, it, ask, lean, g.difficulty(lineage)+shift, g.figuresOf(it, latest), out)
		g.states(it, ask, out)
	}
	return out
}

// asked lists the parties to which the item applies, given their answers so far.
func (g *generator) asked(f *form.Form, it *form.Item, out []form.Answers) []int {
	var ask []int
	for i := range out {
		if it.Applies == "" || f.Evaluate(out[i], nil, &g.parties[i]).Applies[it.Index()] {
			ask = append(ask, i)
		}
	}
	return ask
}

// difficulty is how far the sector is with an item, from its id alone, so that
// both years and every seed agree on what is hard. Range -1 to 1.
func (g *generator) difficulty(id string) float64 {
	h := uint32(2166136261)
	for _, b := range []byte(id) {
		h = (h ^ uint32(b)) * 16777619
	}
	return float64(h%2001)/1000 - 1
}

func (g *generator) answer(f *form.Form, it *form.Item, ask []int, lean []float64, ease float64, figures []target, out []form.Answers) {
	switch it.Type {
	case form.TypeChoice:
		shares := rake(it, figures, ladder(len(it.Options), ease))
		for k, members := range quotas(ask, lean, shares) {
			for _, i := range members {
				out[i][it.ID] = form.Answer{Value: it.Options[k].ID}
			}
		}
	case form.TypeMulti:
		g.multi(it, ask, lean, ease, figures, out)
	case form.TypeYesNo:
		shares := ladder(2, ease)
		for k, members := range quotas(ask, lean, shares) {
			for _, i := range members {
				out[i][it.ID] = form.Answer{Value: k == 1}
			}
		}
	default:
		if it.Optional && it.Type == form.TypeText {
			return
		}
		for _, i := range ask {
			u := 1 / (1 + math.Exp(-1.6*(lean[i]+ease)))
			if v := plain(f, it, u, g.lang); v != nil {
				out[i][it.ID] = form.Answer{Value: v}
			}
		}
	}
}

// ladder is a distribution over n rising options: a logistic population cut at
// equally spaced thresholds, moved by ease.
func ladder(n int, ease float64) []float64 {
	shares := make([]float64, n)
	above := 1.0
	for k := range n {
		next := 0.0
		if k+1 < n {
			next = 1 / (1 + math.Exp(1.1*(float64(k)-float64(n-2)/2)-1.2*ease-0.3))
		}
		shares[k] = above - next
		above = next
	}
	return shares
}

// target is a share that the answers among options shall have.
type target struct {
	options []string
	share   float64
}

// figuresOf are the published figures that hold for an item in one of the two years.
func (g *generator) figuresOf(it *form.Item, latest bool) []target {
	year := 0
	for _, ref := range it.References {
		if f, ok := g.figures[ref.Series]; ok && (year == 0 || latest == (f.FY > year)) {
			year = f.FY
		}
	}
	var out []target
	for _, ref := range it.References {
		if f, ok := g.figures[ref.Series]; ok && f.FY == year {
			out = append(out, target{ref.Options, f.Share})
		}
	}
	return out
}

// rake scales a distribution until the figures hold (iterative proportional
// fitting, Deming and Stephan 1940).
func rake(it *form.Item, figures []target, shares []float64) []float64 {
	for range 60 {
		for _, t := range figures {
			have := 0.0
			for k, o := range it.Options {
				if slices.Contains(t.options, o.ID) {
					have += shares[k]
				}
			}
			for k, o := range it.Options {
				if slices.Contains(t.options, o.ID) {
					shares[k] *= t.share / have
				} else {
					shares[k] *= (1 - t.share) / (1 - have)
				}
			}
		}
	}
	return shares
}

// quotas deals the parties, sorted by lean, to the options in rising order so
// that every share is met to the nearest party.
func quotas(ask []int, lean []float64, shares []float64) [][]int {
	order := slices.Clone(ask)
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case lean[a] < lean[b]:
			return -1
		case lean[a] > lean[b]:
			return 1
		}
		return a - b
	})
	out := make([][]int, len(shares))
	sum, from := 0.0, 0
	for k, s := range shares {
		sum += s
		to := int(math.Round(sum * float64(len(order))))
		if k == len(shares)-1 {
			to = len(order)
		}
		out[k] = order[from:to]
		from = to
	}
	return out
}

// multi deals each option on its own; who has none takes the option without score.
func (g *generator) multi(it *form.Item, ask []int, lean []float64, ease float64, figures []target, out []form.Answers) {
	chosen := make(map[int][]string, len(ask))
	for _, o := range it.Options {
		if o.Score == nil || *o.Score <= 0 {
			continue
		}
		share := ladder(2, ease+0.6*g.difficulty(o.ID))[1]
		for _, t := range figures {
			if len(t.options) == 1 && t.options[0] == o.ID {
				share = t.share
			}
		}
		own := make([]float64, len(lean))
		for i := range own {
			own[i] = 0.8*lean[i] + 0.6*g.rng.NormFloat64()
		}
		for _, i := range quotas(ask, own, []float64{1 - share, share})[1] {
			chosen[i] = append(chosen[i], o.ID)
		}
	}
	for _, i := range ask {
		ids := chosen[i]
		if len(ids) == 0 {
			ids = []string{}
			if o := it.Options[0]; o.Score != nil && *o.Score == 0 {
				ids = append(ids, o.ID)
			}
		}
		out[i][it.ID] = form.Answer{Value: ids}
	}
}

// plain is a value of the types without options; u in (0,1) rises with the
// party's standing.
func plain(f *form.Form, it *form.Item, u float64, lang i18n.Lang) any {
	switch it.Type {
	case form.TypeInteger:
		return int64(math.Round(number(it, u)))
	case form.TypeDecimal, form.TypePercent:
		return math.Round(number(it, u))
	case form.TypeMoney:
		return form.Money{Minor: int64(math.Round(number(it, u))), Currency: it.Currency}
	case form.TypeDate:
		day, err := time.Parse(time.DateOnly, string(f.Effective))
		if err != nil {
			return nil
		}
		return form.Date(day.AddDate(0, 0, -20-int(700*(1-u))).Format(time.DateOnly))
	case form.TypeDuration:
		return time.Duration(1+math.Round(71*(1-u))) * time.Hour
	case form.TypeText:
		return i18n.T(lang, "demo.text")
	}
	return nil
}

// number spreads u over the item's range: evenly up to 100, by magnitude above.
func number(it *form.Item, u float64) float64 {
	lo, hi := it.Bounds()
	low, high := 0.0, 5.0
	if lo != nil {
		low = *lo
	}
	if hi != nil && (it.Type == form.TypePercent || *hi > 100 || *hi < high) {
		high = *hi
	}
	if high > 100 && low >= 0 {
		return max(low, math.Pow(high, u)-1)
	}
	return low + (high-low)*u
}
