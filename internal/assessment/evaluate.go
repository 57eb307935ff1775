package assessment

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/peer"
)

// Evaluated is a sector's answers in numbers.
type Evaluated struct {
	Responses
	Edition  peer.Edition
	Levels   [][]int8            // [rising item][party]: level from 0, -1 none; the response model's data
	LevelIDs []string            // items of Levels
	LevelMax []int               // highest level of each
	Findings [][]finding.Finding // by party
	slots    []slot
}

// chunk is how many parties a worker takes at a time.
const chunk = 64

// Evaluate validates and scores the answers of all parties. previous gives each
// party's answers of the edition before under this edition's ids; it may be nil.
func Evaluate(r Responses, previous func(party int) form.Answers) *Evaluated {
	list, columns, levels := slots(r.Form)
	n := len(r.Parties)
	e := &Evaluated{Responses: r, Findings: make([][]finding.Finding, n), slots: list}
	e.Edition = peer.Edition{ID: r.Form.Edition, Answers: table[int8](columns, n), Scores: table[float64](len(r.Form.Sections), n), Overall: make([]float64, n)}
	e.Levels = table[int8](levels, n)
	e.describe()
	var wg sync.WaitGroup
	next := make(chan int, n/chunk+1)
	for from := 0; from < n; from += chunk {
		next <- from
	}
	close(next)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			answers := form.Answers{}
			for from := range next {
				for p := from; p < min(from+chunk, n); p++ {
					answers = r.Source.Answers(p, answers)
					e.party(p, answers, previous)
				}
			}
		})
	}
	wg.Wait()
	return e
}

func table[T any](rows, columns int) [][]T {
	flat := make([]T, rows*columns)
	out := make([][]T, rows)
	for i := range out {
		out[i] = flat[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return out
}

// describe fills what does not depend on answers: parties, sections, items.
func (e *Evaluated) describe() {
	f := e.Form
	cluster := clusters(e.Parties)
	for i, o := range e.Parties {
		e.Edition.Parties = append(e.Edition.Parties, peer.Party{ID: o.ID, Sector: o.Sector, Size: o.Size, Group: cluster[i], Tier: f.TierOf(&o)})
	}
	for _, s := range f.Sections {
		e.Edition.Sections = append(e.Edition.Sections, peer.Section{ID: s.ID, Weight: s.Weight})
	}
	for _, s := range e.slots {
		if s.column < 0 {
			continue
		}
		it := s.item
		e.Edition.Items = append(e.Edition.Items, peer.Item{
			ID: it.ID, Section: it.Section().ID, Levels: categories(it), Ordered: rising(it), Weight: it.Weight, Target: targets(f, it),
		})
		if s.options >= 0 {
			for _, o := range it.Options {
				e.Edition.Items = append(e.Edition.Items, peer.Item{ID: OptionColumn(it.ID, o.ID), Section: it.Section().ID, Levels: 2})
			}
		}
		if s.level >= 0 {
			e.LevelIDs = append(e.LevelIDs, it.ID)
			e.LevelMax = append(e.LevelMax, categories(it)-1)
		}
	}
}

// targets gives the category that reaches the target, by tier. Only where
// higher categories mean more can one be below a target.
func targets(f *form.Form, it *form.Item) map[string]int {
	if len(it.Target) == 0 || !rising(it) {
		return nil
	}
	tiers := []string{""}
	for _, t := range f.Tiers {
		tiers = append(tiers, t.ID)
	}
	out := map[string]int{}
	for _, tier := range tiers {
		target, ok := it.Target.For(tier)
		if !ok {
			continue
		}
		if it.Type == form.TypeChoice {
			out[tier] = slices.IndexFunc(it.Options, func(o *form.Option) bool { return o.ID == target })
			continue
		}
		if level, ok := it.LevelOf(target); ok {
			out[tier] = int(math.Ceil(level))
		}
	}
	return out
}

// party evaluates one party. An answer with a fault does not count.
func (e *Evaluated) party(p int, answers form.Answers, previous func(int) form.Answers) {
	var before form.Answers
	if previous != nil {
		before = previous(p)
	}
	org := &e.Parties[p]
	ev := e.Form.Evaluate(answers, before, org)
	e.Findings[p] = ev.Findings()
	if faulty := faults(e.Findings[p]); len(faulty) > 0 {
		for id := range faulty {
			delete(answers, id)
		}
		ev = e.Form.Evaluate(answers, before, org)
	}
	for i, score := range ev.Sections {
		e.Edition.Scores[i][p] = settle(score)
	}
	e.Edition.Overall[p] = settle(ev.Overall)
	for _, s := range e.slots {
		if s.column >= 0 {
			e.enter(p, s, ev, answers)
		}
	}
}

// settle takes the noise of floating-point sums off a score (0 to 100 points),
// so that equal scores are equal in ranks whatever items they come from.
func settle(score float64) float64 { return math.Round(score*1e9) / 1e9 }

// faults are the items whose own value is faulty. A missing answer is no fault
// of a value, and a check across items says nothing about which one is wrong.
func faults(found []finding.Finding) map[string]bool {
	var out map[string]bool
	for _, f := range found {
		if f.Severity != finding.Error || f.Rule == "answer.required" || !isAnswerRule(f.Rule) {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		out[itemOf(f.Pointer)] = true
	}
	return out
}

func (e *Evaluated) enter(p int, s slot, ev *form.Evaluation, answers form.Answers) {
	it := s.item
	a, answered := answers[it.ID]
	code := peer.Missing
	switch {
	case !ev.Applies[it.Index()] || a.State == form.NotApplicable:
		code = peer.NotApplicable
	case !answered:
	case a.State == form.Unknown:
		code = peer.Unknown
	case it.Type == form.TypeChoice:
		code = optionIndex(it, a.Value)
	default:
		if level := ev.Levels[it.Index()]; !math.IsNaN(level) {
			code = int8(level)
		}
	}
	e.Edition.Answers[s.column][p] = code
	if s.level >= 0 {
		e.Levels[s.level][p] = max(code, -1)
	}
	if s.options >= 0 {
		e.enterOptions(p, s, code, a)
	}
}

func (e *Evaluated) enterOptions(p int, s slot, code int8, a form.Answer) {
	chosen, _ := a.Value.([]string)
	for k, o := range s.item.Options {
		v := code
		if code >= 0 {
			v = 0
			if slices.Contains(chosen, o.ID) {
				v = 1
			}
		}
		e.Edition.Answers[s.options+k][p] = v
	}
}

func optionIndex(it *form.Item, value any) int8 {
	for k, o := range it.Options {
		if o.ID == value {
			return int8(k)
		}
	}
	return peer.Missing
}
