package roi

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAgainstPython: the numbers of broken values, keys and foreign keys per file
// and column are those that testdata/oracle/keys.py counts.
func TestAgainstPython(t *testing.T) {
	raw, err := os.ReadFile("testdata/oracle/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]int
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	s := schema(t)
	for file, counts := range want {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, f := range check(s, data, Options{Max: 1 << 20}).Findings {
			if strings.Contains(" 305 330 331 333 503 805 806 807 ", " "+f.Rule+" ") && strings.HasSuffix(f.File, ".csv") && !strings.HasSuffix(f.File, "parameters.csv") {
				got[fmt.Sprintf("%s %s %s", f.Rule, f.File, f.Column)]++
			}
		}
		for k, n := range counts {
			if got[k] != n {
				t.Errorf("%s: %s: %d, Python %d", file, k, got[k], n)
			}
		}
		for k, n := range got {
			if counts[k] == 0 {
				t.Errorf("%s: %s: %d, Python none", file, k, n)
			}
		}
		if len(counts) < 20 {
			t.Errorf("%s: only %d kinds of findings", file, len(counts))
		}
	}
}
