package correlate

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestGroupsOfOracle compares with testdata/oracle/groups.py, which writes the
// formulas down once more and takes connected components from networkx.
func TestGroupsOfOracle(t *testing.T) {
	data, err := os.ReadFile("testdata/oracle/groups.json")
	if err != nil {
		t.Fatal(err)
	}
	var sectors []struct {
		Reports []struct {
			ID        string
			Day, Span float64
			Values    map[Field][]string
		}
		Groups [][2]any
	}
	if err := json.Unmarshal(data, &sectors); err != nil || len(sectors) < 10 {
		t.Fatal(len(sectors), err)
	}
	for n, s := range sectors {
		var all []Report
		for _, line := range s.Reports {
			r := Report{ID: line.ID, At: start.Add(time.Duration(line.Day * float64(day))), Span: time.Duration(line.Span * float64(day))}
			for f, texts := range line.Values {
				for _, text := range texts {
					r.add(f, text)
				}
			}
			r.sort()
			all = append(all, r)
		}
		got := [][2]any{}
		for _, g := range Correlate(all, Defaults()).Groups() {
			var ids []any
			for _, m := range g.Reports {
				ids = append(ids, m.ID)
			}
			slices.SortFunc(ids, byText)
			got = append(got, [2]any{ids, float64(g.Incidents)})
		}
		slices.SortFunc(got, func(a, b [2]any) int { return byText(a[0].([]any)[0], b[0].([]any)[0]) })
		if diff := cmp.Diff(s.Groups, got); diff != "" {
			t.Errorf("sector %d (-networkx, +ours): %s", n, diff)
		}
	}
}

func byText(a, b any) int {
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}
