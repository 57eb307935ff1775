package assessment

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"yagura/internal/form"
	"yagura/internal/peer"
)

func analyze(t *testing.T, cur Responses, prev *Responses) *Result {
	t.Helper()
	res, err := Analyze(context.Background(), cur, prev, Options{Policy: peer.Default()})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func toJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// twoYears is a sector with the same form in both years; some answers moved.
func twoYears(t *testing.T) (cur, prev Responses) {
	const n = 24
	cur, prev = sector(wideForm(t, "2026", n), 120), sector(wideForm(t, "2025", n), 120)
	rng := rand.New(rand.NewPCG(5, 6))
	for _, answers := range cur.Source.(given) {
		for id := range levels("a", make([]int, n)...) {
			if rng.IntN(4) == 0 {
				answers[id] = form.Answer{Value: "l3"}
			}
		}
	}
	return cur, prev
}

// shuffled has the same parties with the same answers in another order.
func shuffled(r Responses) Responses {
	out := Responses{Form: r.Form}
	var answers given
	for _, p := range rand.New(rand.NewPCG(3, 4)).Perm(len(r.Parties)) {
		out.Parties = append(out.Parties, r.Parties[p])
		answers = append(answers, r.Source.(given)[p])
	}
	out.Source = answers
	return out
}

func TestAnalyzeIsAFunctionOfItsInput(t *testing.T) {
	cur, prev := twoYears(t)
	first := analyze(t, cur, &prev)
	want := toJSON(t, first.Release)
	if again := analyze(t, cur, &prev); !bytes.Equal(toJSON(t, again.Release), want) || !bytes.Equal(toJSON(t, again.Model), toJSON(t, first.Model)) {
		t.Error("the same input gave another release or model")
	}
	other, before := shuffled(cur), shuffled(prev)
	if got := toJSON(t, analyze(t, other, &before).Release); !bytes.Equal(got, want) {
		t.Error("the release depends on the order of the parties")
	}
	cur.Source.(given)[7]["a.i00"] = form.Answer{Value: "l0"}
	cur.Source.(given)[7]["a.i01"] = form.Answer{Value: "l3"}
	if bytes.Equal(secret(analyze(t, cur, &prev).Current), secret(first.Current)) {
		t.Error("other answers gave the same rounding secret")
	}
}

func TestLinksOfColumns(t *testing.T) {
	cur, prev := twoYears(t)
	res := analyze(t, cur, &prev)
	for _, it := range res.Current.Edition.Items {
		if it.Previous != it.ID || it.Break {
			t.Errorf("%s continues %q, break %v", it.ID, it.Previous, it.Break)
		}
	}
	broken := Responses{Form: brokenForm(t, "2026", 24), Parties: cur.Parties, Source: given(make([]form.Answers, len(cur.Parties)))}
	for _, it := range analyze(t, broken, &prev).Current.Edition.Items {
		if it.Previous != "a"+it.ID[1:] || !it.Break {
			t.Errorf("%s continues %q, break %v", it.ID, it.Previous, it.Break)
		}
	}
}

func TestNoModelWhereNothingCanBeFitted(t *testing.T) {
	alike := sector(wideForm(t, "2026", 24), 100)
	for p := range alike.Parties {
		alike.Source.(given)[p] = levels("a", slices.Repeat([]int{1}, 24)...)
	}
	if res := analyze(t, alike, nil); res.Model != nil || len(res.NextSteps(0)) != 24 {
		t.Errorf("model %v and %d steps from answers that are all alike", res.Model, len(res.NextSteps(0)))
	}
	if res := analyze(t, sector(wideForm(t, "2026", 24), minModel-1), nil); res.Model != nil {
		t.Error("a model was fitted to too few parties")
	}
	if res := analyze(t, sector(wideForm(t, "2026", 24), minModel), nil); res.Model == nil {
		t.Error("no model was fitted")
	}
}

func TestNextSteps(t *testing.T) {
	const n = 24
	at2 := slices.Repeat([]int{2}, n)
	done := slices.Clone(at2)
	done[0], done[4], done[5] = 3, -1, 3 // two at the target, one without an answer
	for name, parties := range map[string]int{"without a model": minModel - 1, "with a model": 100} {
		t.Run(name, func(t *testing.T) {
			r := sector(wideForm(t, "2026", n), parties)
			r.Source.(given)[0] = levels("a", done...)
			res := analyze(t, r, nil)
			steps := res.NextSteps(0)
			if len(steps) != n-3 {
				t.Fatalf("%d steps, want %d", len(steps), n-3)
			}
			for k, s := range steps {
				if s.Now != 2 || s.Next != 3 || slices.Contains([]string{"a.i00", "a.i04", "a.i05"}, s.Item.ID) {
					t.Errorf("step %+v", s)
				}
				if k > 0 && before(s, steps[k-1], res.Model != nil) {
					t.Errorf("%s stands after %s", s.Item.ID, steps[k-1].Item.ID)
				}
			}
			if res.Model != nil && steps[0].Share <= steps[len(steps)-1].Share {
				t.Errorf("the first step is reached by %g of the peers, the last by %g", steps[0].Share, steps[len(steps)-1].Share)
			}
		})
	}
}

// before says whether a must stand before b: by share times weight, without a
// model by weight, then in the form's order.
func before(a, b Step, modelled bool) bool {
	x, y := a.Item.Weight, b.Item.Weight
	if modelled {
		x, y = x*a.Share, y*b.Share
	}
	return x > y || x == y && !modelled && a.Item.Index() < b.Item.Index()
}

func TestNextStepsAimAtTheTier(t *testing.T) {
	r := Responses{Form: smallForm(t), Source: given{complete(), complete()},
		Parties: []form.Org{{ID: "a", Size: "large"}, {ID: "b", Size: "small"}}}
	res := analyze(t, r, nil)
	for p, want := range [][]string{{"gov.policy", "rec.copies"}, {"rec.copies"}} {
		var got []string
		for _, s := range res.NextSteps(p) {
			got = append(got, s.Item.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", r.Parties[p].ID, got, want)
		}
	}
}

// BenchmarkEvaluate is the validating and scoring of 2,000 parties × 300 items.
func BenchmarkEvaluate(b *testing.B) {
	r := sector(wideForm(b, "2026", 300), 2000)
	for b.Loop() {
		Evaluate(r, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2000*300), "ns/answer")
}
