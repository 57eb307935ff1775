package assessment

import (
	"math"
	"reflect"
	"testing"

	"yagura/internal/form"
	"yagura/internal/peer"
)

func TestSlots(t *testing.T) {
	list, columns, levels := slots(smallForm(t))
	want := map[string][3]int{ // column, first option's column, level
		"gov.officer": {0, -1, 0},
		"gov.policy":  {1, -1, 1},
		"gov.model":   {2, -1, -1}, // nominal: a distribution, but no level
		"rec.copies":  {3, -1, 2},
		"rec.media":   {4, 5, 3},
		"rec.note":    {-1, -1, -1},
	}
	for _, s := range list {
		if got := [3]int{s.column, s.options, s.level}; got != want[s.item.ID] {
			t.Errorf("%s: %v, want %v", s.item.ID, got, want[s.item.ID])
		}
	}
	if columns != 8 || levels != 4 {
		t.Errorf("%d columns and %d levels, want 8 and 4", columns, levels)
	}
}

func TestCategories(t *testing.T) {
	f := smallForm(t)
	for id, want := range map[string]int{"gov.officer": 2, "gov.policy": 3, "gov.model": 3, "rec.copies": 3, "rec.media": 3, "rec.note": 0} {
		if got := categories(f.Item(id)); got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
}

func TestTargets(t *testing.T) {
	f := smallForm(t)
	for id, want := range map[string]map[string]int{
		"gov.officer": {"": 1, "large": 1, "other": 1},
		"gov.policy":  {"large": 2, "other": 1}, // the option's place, not its score of 3
		"rec.copies":  {"": 2, "large": 2, "other": 2},
		"rec.media":   nil,
	} {
		if got := targets(f, f.Item(id)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}

func TestClusters(t *testing.T) {
	tests := []struct {
		name    string
		parties []form.Org
		same    [][]int // parties that share a cluster; the others are on their own
	}{
		{"alone", []form.Org{{ID: "a"}, {ID: "b"}}, nil},
		{"holding", []form.Org{{ID: "a", Group: "x"}, {ID: "b", Group: "x"}, {ID: "c", Group: "y"}}, [][]int{{0, 1}}},
		{"centre", []form.Org{{ID: "a", Centre: "x"}, {ID: "b"}, {ID: "c", Centre: "x"}}, [][]int{{0, 2}}},
		{"a holding and a centre of one name", []form.Org{{ID: "a", Group: "x"}, {ID: "b", Centre: "x"}}, nil},
		{"through others", []form.Org{{ID: "a", Group: "x"}, {ID: "b", Group: "x", Centre: "z"}, {ID: "c", Centre: "z"}, {ID: "d", Group: "w"}}, [][]int{{0, 1, 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := clusters(tt.parties)
			together := map[[2]int]bool{}
			for _, set := range tt.same {
				for _, i := range set {
					for _, j := range set {
						together[[2]int{i, j}] = true
					}
				}
			}
			for i := range got {
				for j := range i {
					if same := got[i] != "" && got[i] == got[j]; same != together[[2]int{i, j}] {
						t.Errorf("%s and %s: together %v", tt.parties[i].ID, tt.parties[j].ID, same)
					}
				}
			}
		})
	}
}

// complete answers the whole small form.
func complete() form.Answers {
	return form.Answers{
		"gov.officer": {Value: true}, "gov.policy": {Value: "partly"}, "gov.model": {Value: "shared"},
		"rec.copies": {Value: int64(2)}, "rec.media": {Value: []string{"tape", "other"}},
	}
}

func TestEvaluate(t *testing.T) {
	nan := math.NaN()
	with := func(id string, a *form.Answer) form.Answers {
		answers := complete()
		delete(answers, id)
		if a != nil {
			answers[id] = *a
		}
		return answers
	}
	tests := []struct {
		name     string
		answers  form.Answers
		columns  []int8 // officer, policy, model, copies, media, media/disk, media/tape, media/other
		gov, rec float64
	}{
		{"complete", complete(), []int8{1, 1, 1, 1, 1, 0, 1, 1}, 50, 50},
		{"nothing", form.Answers{}, []int8{-1, -2, -1, -1, -1, -1, -1, -1}, nan, nan},
		{"does not apply", with("gov.officer", &form.Answer{Value: false}), []int8{0, -2, 1, 1, 1, 0, 1, 1}, 0, 50},
		{"unknown counts as level 0", with("gov.policy", &form.Answer{State: form.Unknown}), []int8{1, -3, 1, 1, 1, 0, 1, 1}, 25, 50},
		{"not applicable does not count", with("gov.policy", &form.Answer{State: form.NotApplicable, Comment: "c"}), []int8{1, -2, 1, 1, 1, 0, 1, 1}, 100, 50},
		{"faulty option left out", with("gov.policy", &form.Answer{Value: "best"}), []int8{1, -1, 1, 1, 1, 0, 1, 1}, 100, 50},
		{"number out of range left out", with("rec.copies", &form.Answer{Value: int64(99)}), []int8{1, 1, 1, -1, 1, 0, 1, 1}, 50, 50},
		{"reason missing left out", with("gov.policy", &form.Answer{State: form.NotApplicable}), []int8{1, -1, 1, 1, 1, 0, 1, 1}, 100, 50},
		{"nothing chosen", with("rec.media", &form.Answer{Value: []string{}}), []int8{1, 1, 1, 1, 0, 0, 0, 0}, 50, 25},
		{"fraction of a level", with("rec.copies", &form.Answer{Value: int64(1)}), []int8{1, 1, 1, 0, 1, 0, 1, 1}, 50, 37.5},
	}
	var r Responses
	var answers given
	for _, tt := range tests {
		r.Parties = append(r.Parties, form.Org{ID: tt.name, Sector: "bank", Size: "small"})
		answers = append(answers, tt.answers)
	}
	r.Form, r.Source = smallForm(t), answers
	e := Evaluate(r, nil)
	for p, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for c, want := range tt.columns {
				if got := e.Edition.Answers[c][p]; got != want {
					t.Errorf("column %s: %d, want %d", e.Edition.Items[c].ID, got, want)
				}
			}
			for s, want := range []float64{tt.gov, tt.rec} {
				if got := e.Edition.Scores[s][p]; !alike(got, want) {
					t.Errorf("section %s: %g, want %g", e.Edition.Sections[s].ID, got, want)
				}
			}
			for i, want := range []int8{tt.columns[0], tt.columns[1], tt.columns[3], tt.columns[4]} {
				if got := e.Levels[i][p]; got != max(want, -1) {
					t.Errorf("level of %s: %d, want %d", e.LevelIDs[i], got, max(want, -1))
				}
			}
		})
	}
}

func alike(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// Two institutions with the same levels on different items have the same score
// to the last bit, whatever the order in which floating point adds them.
func TestEqualScoresTie(t *testing.T) {
	f := parse(t, `
form: fifths
edition: "1"
title: {ja: 票, en: Form}
scales:
  five: {options: [{id: a, score: 0, ja: 零, en: "0"}, {id: b, score: 1, ja: 一, en: "1"}, {id: c, score: 2, ja: 二, en: "2"}, {id: d, score: 3, ja: 三, en: "3"}, {id: e, score: 5, ja: 五, en: "5"}]}
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: s.a, ask: {ja: 問, en: Ask}, type: choice, scale: ordered, use: five}
      - {id: s.b, ask: {ja: 問, en: Ask}, type: choice, scale: ordered, use: five}
      - {id: s.c, ask: {ja: 問, en: Ask}, type: choice, scale: ordered, use: five}
`)
	answers := func(a, b, c string) form.Answers {
		return form.Answers{"s.a": {Value: a}, "s.b": {Value: b}, "s.c": {Value: c}}
	}
	all := given{answers("b", "c", "d"), answers("d", "c", "b"), answers("c", "b", "d"), answers("c", "d", "b")}
	r := Responses{Form: f, Source: all, Parties: []form.Org{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4"}}}
	e := Evaluate(r, nil)
	for p := range all {
		if e.Edition.Scores[0][p] != e.Edition.Scores[0][0] || e.Edition.Overall[p] != e.Edition.Overall[0] {
			t.Errorf("party %d: %v, party 0: %v", p, e.Edition.Scores[0][p], e.Edition.Scores[0][0])
		}
	}
}

func TestFaultsAreThoseOfOneValue(t *testing.T) {
	answers := complete()
	answers["rec.media"] = form.Answer{Value: []string{}}  // contradicts the copies: no fault of a value
	answers["gov.policy"] = form.Answer{Value: "best"}     // a fault
	answers["rec.other"] = form.Answer{Value: "who knows"} // a fault of an item that does not exist
	delete(answers, "rec.copies")                          // missing: none
	r := Responses{Form: smallForm(t), Source: given{answers}, Parties: []form.Org{{ID: "a"}}}
	e := Evaluate(r, nil)
	want := map[string]bool{"gov.policy": true, "rec.other": true}
	if got := faults(e.Findings[0]); !reflect.DeepEqual(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	if e.Edition.Answers[4][0] != 0 || e.Edition.Answers[3][0] != peer.Missing {
		t.Error("a check across items or a missing answer changed another answer")
	}
}
