package assessment

import (
	"context"
	"slices"
	"testing"

	"yagura/internal/form"
	"yagura/internal/peer"
)

// steps are n levels that use all four steps of the wide form.
func steps(n, shift int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = (i + shift) % 4
	}
	return out
}

func TestQualityFlags(t *testing.T) {
	const n = 24
	cur, prev := wideForm(t, "2026", n), wideForm(t, "2025", n)
	same := slices.Repeat([]int{2}, n)
	almost := slices.Clone(same)
	almost[0], almost[1], almost[2], almost[3] = 0, 1, 3, 0 // 20 of 24 alike is below the limit
	gap := steps(n, 0)
	gap[5] = -1
	faulty := levels("a", steps(n, 0)...)
	faulty["a.i03"] = form.Answer{Value: "l9"}
	tests := []struct {
		id        string
		now, then form.Answers
		want      []string
	}{
		{"plain", levels("a", steps(n, 0)...), levels("a", steps(n, 1)...), nil},
		{"straight", levels("a", same...), levels("a", steps(n, 0)...), []string{"straight"}},
		{"nearly straight", levels("a", almost...), levels("a", steps(n, 3)...), nil},
		{"unchanged", levels("a", steps(n, 0)...), levels("a", steps(n, 0)...), []string{"unchanged"}},
		{"few answers", levels("a", slices.Repeat([]int{2}, minItems-1)...), levels("a", slices.Repeat([]int{2}, n)...), []string{"missing"}},
		{"missing", levels("a", gap...), levels("a", steps(n, 1)...), []string{"missing"}},
		{"fault", faulty, levels("a", steps(n, 1)...), []string{"fault", "missing"}},
	}
	now, then := Responses{Form: cur}, Responses{Form: prev}
	var given1, given2 given
	for _, tt := range tests {
		now.Parties = append(now.Parties, form.Org{ID: tt.id})
		given1, given2 = append(given1, tt.now), append(given2, tt.then)
	}
	now.Source, then.Source, then.Parties = given1, given2, now.Parties
	res, err := Analyze(context.Background(), now, &then, Options{Policy: peer.Default()})
	if err != nil {
		t.Fatal(err)
	}
	for p, q := range res.Qualities() {
		if got := q.Flags(); !slices.Equal(got, tests[p].want) {
			t.Errorf("%s: %v, want %v (%+v)", tests[p].id, got, tests[p].want, q)
		}
	}
}

// Answers count as unchanged where the item kept its meaning, not across a series break.
func TestUnchangedFollowsTheSuccession(t *testing.T) {
	const n = 24
	prev := wideForm(t, "2025", n)
	for _, tt := range []struct {
		prefix string
		cur    *form.Form
		want   float64
	}{{"a", wideForm(t, "2026", n), 1}, {"b", brokenForm(t, "2026", n), 0}} {
		parties := []form.Org{{ID: "p"}}
		now := Responses{Form: tt.cur, Parties: parties, Source: given{levels(tt.prefix, steps(n, 0)...)}}
		then := Responses{Form: prev, Parties: parties, Source: given{levels("a", steps(n, 0)...)}}
		res, err := Analyze(context.Background(), now, &then, Options{Policy: peer.Default()})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Qualities()[0].Unchanged; got != tt.want {
			t.Errorf("%s: %g, want %g", tt.prefix, got, tt.want)
		}
	}
}

func TestContradictionsAreNotFaults(t *testing.T) {
	answers := complete()
	answers["rec.media"] = form.Answer{Value: []string{}}
	delete(answers, "gov.model") // a finding of kind rule, and an item that may stay open
	r := Responses{Form: smallForm(t), Source: given{answers}, Parties: []form.Org{{ID: "p"}}}
	res, err := Analyze(context.Background(), r, nil, Options{Policy: peer.Default()})
	if err != nil {
		t.Fatal(err)
	}
	q := res.Qualities()[0]
	if got := q.Flags(); !slices.Equal(got, []string{"contradiction"}) {
		t.Errorf("flags %v", got)
	}
	if len(q.Contradictions) != 1 || q.Contradictions[0].Rule != "copies-without-media" {
		t.Errorf("contradictions %v", q.Contradictions)
	}
	if q.Answered != 4 || q.Missing != 0 || q.Faults != 0 {
		t.Errorf("%+v", q)
	}
}

// Whoever claims the hard items and not the easy ones does not fit.
func TestMisfit(t *testing.T) {
	const n, parties = 24, 100
	r := sector(wideForm(t, "2026", n), parties)
	backwards := make([]int, n)
	for i := range backwards {
		backwards[i] = i * 4 / n // later items are harder
	}
	r.Source.(given)[0] = levels("a", backwards...)
	res, err := Analyze(context.Background(), r, nil, Options{Policy: peer.Default()})
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	for p, q := range res.Qualities() {
		switch misfit := slices.Contains(q.Flags(), "misfit"); {
		case p == 0 && !misfit:
			t.Errorf("the backward answers fit: outfit %g", q.Outfit)
		case p > 0 && misfit:
			others++
		}
	}
	if others > parties/20 {
		t.Errorf("%d of %d others do not fit", others, parties)
	}
}
