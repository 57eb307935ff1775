package assessment

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/peer"
	"yagura/internal/peer/pcm"
)

// Result is the analysis of a campaign: what both reports are made from.
type Result struct {
	Current  *Evaluated
	Previous *Evaluated // nil without a previous edition
	Links    []form.Link
	Release  *peer.Release
	Model    *pcm.Model // nil when nothing could be fitted
	pair     []int      // party's place in Previous, -1 without
	form     *form.Form
}

// Options steer an analysis.
type Options struct {
	Policy peer.Policy
	Last   *peer.Release // last year's frozen release, or nil
}

// minModel is the number of parties below which no response model is fitted:
// with fewer, its parameters are too uncertain to advise anyone.
const minModel = 30

// Analyze runs the whole analysis of cur, with prev (nil without) for the
// change since last year. The same input gives the same Result, and the Release
// does not depend on the order of the parties.
func Analyze(ctx context.Context, cur Responses, prev *Responses, o Options) (*Result, error) {
	res := &Result{form: cur.Form}
	var before func(int) form.Answers
	if prev != nil {
		res.Previous = Evaluate(*prev, nil)
		res.Links, _ = form.Lineage(prev.Form, cur.Form)
		res.pair = pairs(cur.Parties, prev.Parties)
		before = res.lastYear
	}
	res.Current = Evaluate(cur, before)
	if prev != nil {
		res.link()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var then *peer.Edition
	if res.Previous != nil {
		then = &res.Previous.Edition
	}
	var err error
	if res.Release, err = peer.Analyze(res.Current.Edition, then, o.Last, o.Policy, secret(res.Current)); err != nil {
		return nil, err
	}
	return res, res.fit(ctx)
}

// pairs finds each party's place in the previous edition.
func pairs(cur, prev []form.Org) []int {
	place := make(map[string]int, len(prev))
	for i, p := range prev {
		place[p.ID] = i
	}
	out := make([]int, len(cur))
	for i, p := range cur {
		out[i] = -1
		if j, ok := place[p.ID]; ok {
			out[i] = j
		}
	}
	return out
}

// lastYear is a party's previous answers under this edition's ids.
func (r *Result) lastYear(p int) form.Answers {
	if r.pair[p] < 0 {
		return nil
	}
	prev := r.Previous
	return form.Translate(prev.Form, prev.Source.Answers(r.pair[p], form.Answers{}), r.form)
}

// link tells the peer statistics which columns continue which.
func (r *Result) link() {
	for i := range r.Current.Edition.Items {
		item := &r.Current.Edition.Items[i]
		id, option, isOption := cutColumn(item.ID)
		it := r.Current.Form.Item(id)
		l := r.Links[it.Index()]
		if l.From == "" {
			continue
		}
		old := r.Previous.Form.Item(l.From)
		if old == nil {
			continue
		}
		item.Break = l.Kind == form.LinkSeriesBreak || !sameOptions(it, old)
		item.Previous = l.From
		if isOption {
			item.Previous = OptionColumn(l.From, option)
		}
	}
}

// sameOptions reports whether two items have the same ladder, so that their
// categories mean the same.
func sameOptions(a, b *form.Item) bool {
	return categories(a) == categories(b) && a.Type == b.Type &&
		slices.EqualFunc(a.Options, b.Options, func(x, y *form.Option) bool { return x.ID == y.ID })
}

// secret keys the random rounding. It is made from every answer, in a domain
// of its own, so that nobody who lacks the answers can repeat the rounding
// (internal/peer says why that matters). The parties are taken in the order of
// their ids, whatever order they came in.
func secret(e *Evaluated) []byte {
	mac := hmac.New(sha256.New, []byte("yagura rounding secret, version 1"))
	order := make([]int, len(e.Parties))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(e.Parties[a].ID, e.Parties[b].ID) })
	row := make([]byte, len(order))
	for _, column := range e.Edition.Answers {
		for i, p := range order {
			row[i] = byte(column[p])
		}
		mac.Write(row)
	}
	scores := make([]float64, len(order))
	for _, section := range e.Edition.Scores {
		for i, p := range order {
			scores[i] = section[p]
		}
		fmt.Fprint(mac, scores)
	}
	return mac.Sum(nil)
}

// fit fits the response model to the items whose levels rise.
func (r *Result) fit(ctx context.Context) error {
	e := r.Current
	if len(e.Parties) < minModel || len(e.LevelIDs) == 0 {
		return nil
	}
	m, err := pcm.Fit(ctx, pcm.Data{Items: e.LevelIDs, Max: e.LevelMax, Scores: e.Levels}, pcm.Options{})
	switch {
	case errs.KindOf(err) == errs.Invalid:
		return nil // the answers do not differ enough to fit anything: advice goes by weight
	case err != nil:
		return fmt.Errorf("fit the response model: %w", err)
	}
	r.Model = m
	return nil
}

// Qualities judges the answers of every party.
func (r *Result) Qualities() []Quality {
	out := make([]Quality, len(r.Current.Parties))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for p := w; p < len(out); p += workers {
				out[p] = r.quality(p)
			}
		})
	}
	wg.Wait()
	return out
}

func (r *Result) quality(p int) Quality {
	pair := -1
	if r.pair != nil {
		pair = r.pair[p]
	}
	return r.Current.quality(p, r.Previous, pair, r.Links, func(p int) (float64, float64, int) {
		if r.Model == nil {
			return 0, 0, 0
		}
		return r.Model.PersonFit(r.levels(p))
	})
}

// levels are a party's levels in the model's order.
func (r *Result) levels(p int) []int8 {
	out := make([]int8, len(r.Current.Levels))
	for i, row := range r.Current.Levels {
		out[i] = row[p]
	}
	return out
}
