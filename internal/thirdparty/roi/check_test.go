package roi

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"yagura/internal/i18n"
)

func generate(t testing.TB, s *Schema, o GenOptions) ([]byte, string, []Fault) {
	t.Helper()
	var buf bytes.Buffer
	m, faults, err := Gen(&buf, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), m, faults
}

func check(s *Schema, data []byte, o Options) Report {
	return Check(s, bytes.NewReader(data), int64(len(data)), o)
}

func TestCleanPackages(t *testing.T) {
	s := schema(t)
	for seed := range uint64(6) {
		for _, rows := range []int{10, 333, 4000} {
			data, m, _ := generate(t, s, GenOptions{Rows: rows, Seed: seed})
			r := check(s, data, Options{Name: m, Today: "2026-03-01"})
			if len(r.Findings) != 0 {
				t.Errorf("seed %d, %d rows: %d findings: %s", seed, rows, r.Errors+r.Warnings, r.Findings[0].Line(i18n.EN))
			}
			if r.Rows[4].N != rows || r.Entity != "rs:"+m[:20]+".CON" || r.Period != "2025-12-31" {
				t.Errorf("seed %d: %+v", seed, r)
			}
		}
	}
}

// TestSamplePackage: EBA's sample has random values; see docs/guide/roi.md.
func TestSamplePackage(t *testing.T) {
	files, _ := filepath.Glob("testdata/DUMMY*.zip")
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	r := check(schema(t), data, Options{Name: files[0], Today: "2026-03-01"})
	var got bytes.Buffer
	for _, f := range r.Findings {
		fmt.Fprintln(&got, f.Severity, f.Line(i18n.EN))
	}
	golden(t, "testdata/sample.golden", got.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s differs (%v); got:\n%s", name, err, got)
	}
}

func TestEveryRuleHasItsMessage(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Code] {
			t.Errorf("%s is listed twice", r.Code)
		}
		seen[r.Code] = true
		if len(i18n.Keys("roi."+r.Code)) == 0 {
			t.Errorf("%s has no message", r.Code)
		}
	}
}

func TestColumnsAreNumberedByTens(t *testing.T) {
	for _, table := range schema(t).Tables {
		for i, c := range table.Columns {
			if want := fmt.Sprintf("c%03d", i+1); c.Code[:4] != want {
				t.Errorf("%s: column %d is %s", table.ID, i, c.Code)
			}
		}
	}
}
