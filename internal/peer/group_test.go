package peer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// partiesOf builds parties from "sector size n cluster" lines.
func partiesOf(lines ...string) []Party {
	var out []Party
	for _, l := range lines {
		var sector, size, cluster string
		var n int
		fmt.Sscan(l, &sector, &size, &n, &cluster)
		for range n {
			p := Party{ID: fmt.Sprint(len(out)), Sector: sector, Size: size, Group: cluster}
			out = append(out, p)
		}
	}
	return out
}

func TestGroupsCollapse(t *testing.T) {
	for name, c := range map[string]struct {
		parties []Party
		want    string
	}{
		"all large enough":      {partiesOf("A l 5", "A s 6", "B l 7"), "all sector:A sector:A/size:l sector:A/size:s sector:B"},
		"small size merged":     {partiesOf("A l 2", "A m 6", "A s 9", "B s 9"), "all sector:A sector:A/size:l+m sector:A/size:s sector:B"},
		"with the smallest":     {partiesOf("A l 2", "A m 9", "A s 6"), "all sector:A sector:A/size:l+s sector:A/size:m"},
		"down to the sector":    {partiesOf("A l 2", "A m 6", "B s 9"), "all sector:A sector:B"},
		"two small ones":        {partiesOf("A l 2", "A m 3", "A s 9"), "all sector:A sector:A/size:l+m sector:A/size:s"},
		"small sector":          {partiesOf("A l 3", "B l 9", "C l 8"), "all sector:A+C sector:B"},
		"one cluster":           {partiesOf("A l 9 h", "A s 9", "A t 20"), "all sector:A sector:A/size:l+s sector:A/size:t"},
		"holding of most of it": {partiesOf("A l 5 h", "A l 2", "A s 9", "A t 20"), "all sector:A sector:A/size:l+s sector:A/size:t"},
		"nothing to show":       {partiesOf("A l 3"), "all sector:A"},
	} {
		var ids []string
		for _, g := range enrol(c.parties, Default()).groups {
			ids = append(ids, g.ID)
			if merged := strings.Contains(g.ID[strings.LastIndex(g.ID, ":")+1:], "+"); merged != g.Merged {
				t.Errorf("%s: %s has Merged %v", name, g.ID, g.Merged)
			}
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestPrimaryRule(t *testing.T) {
	for _, c := range []struct {
		n, single int
		sizes     []int
		want      Reason
	}{
		{4, 4, nil, TooFew},
		{5, 5, nil, ""},
		{5, 0, []int{2, 3}, TooFewGroups},
		{5, 2, []int{3}, Coalition}, // the three know all but two
		{7, 4, []int{3}, ""},
		{250, 10, []int{240}, ""},
	} {
		if got := Default().primary(c.n, c.single, slices.Clone(c.sizes)); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
	if got := Sensitive().primary(8, 2, []int{3, 3}); got != Coalition {
		t.Errorf("two holdings of three in eight: got %q", got)
	}
}

func TestBadInputIsRefused(t *testing.T) {
	good := lone(seeded(1), 6, 3, 0)
	for name, spoil := range map[string]func(*Edition, *Policy, *[]byte){
		"short secret":        func(_ *Edition, _ *Policy, s *[]byte) { *s = (*s)[:15] },
		"base too small":      func(_ *Edition, p *Policy, _ *[]byte) { p.Base = 2 },
		"three colluders":     func(_ *Edition, p *Policy, _ *[]byte) { p.Colluders = 3 },
		"threshold too small": func(_ *Edition, p *Policy, _ *[]byte) { p.MinN = 3 },
		"category too high":   func(e *Edition, _ *Policy, _ *[]byte) { e.Answers[0][0] = 3 },
		"unknown code":        func(e *Edition, _ *Policy, _ *[]byte) { e.Answers[0][0] = -4 },
		"row too short":       func(e *Edition, _ *Policy, _ *[]byte) { e.Answers[0] = e.Answers[0][1:] },
		"same party twice":    func(e *Edition, _ *Policy, _ *[]byte) { e.Parties[1].ID = e.Parties[0].ID },
		"score above 100":     func(e *Edition, _ *Policy, _ *[]byte) { e.Overall = []float64{101, 1, 1, 1, 1, 1} },
		"one category":        func(e *Edition, _ *Policy, _ *[]byte) { e.Items[0].Levels = 1 },
	} {
		e, p, s := good, Default(), slices.Clone(testSecret)
		e.Parties, e.Items = slices.Clone(good.Parties), slices.Clone(good.Items)
		e.Answers = [][]int8{slices.Clone(good.Answers[0])}
		spoil(&e, &p, &s)
		if _, err := Analyze(e, nil, nil, p, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
