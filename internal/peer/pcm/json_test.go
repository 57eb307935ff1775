package pcm

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// TestJSON holds the whole answer for a small table with an empty category and an item
// that is not fitted. UPDATE=1 writes it anew.
func TestJSON(t *testing.T) {
	const golden = "testdata/model.json"
	d := simulate(71, 120, 4, 2, 1, 0.1).Data
	for p, x := range d.Scores[1] {
		if x == 1 {
			d.Scores[1][p] = 2
		}
		if d.Scores[3][p] > 0 {
			d.Scores[3][p] = 0
		}
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetIndent("", "  ")
	if err := enc.Encode(fit(t, d, Options{SE: true})); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%s", got.Bytes())
	}
}

// TestJSONWithoutErrors: se keeps one null per step when it was not asked for.
func TestJSONWithoutErrors(t *testing.T) {
	out, err := json.Marshal(fit(t, simulate(72, 200, 3, 2, 1, 0).Data, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out, []byte(`"se":[null,null]`)); n != 3 || !bytes.Contains(out, []byte(`"sd_se":null`)) {
		t.Errorf("%s", out)
	}
}
