package roi

import (
	"archive/zip"
	"bufio"
	"bytes"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"yagura/internal/finding"
)

// pack writes a package in which one template's text is replaced.
func pack(t *testing.T, s *Schema, file string, write func(w *bufio.Writer)) []byte {
	t.Helper()
	b := newBreaker(newWorld(s, GenOptions{Rows: 10}))
	if err := b.put(nil); err != nil {
		t.Fatal(err)
	}
	for i := range b.list {
		if tab := s.byFile[strings.TrimPrefix(b.list[i].path, "reports/")]; tab != nil {
			src := b.source(tab.ID)
			b.list[i].write = func(w *bufio.Writer) { writeTable(w, tab, src, nil) }
		}
		if b.list[i].path == file {
			b.list[i].write = write
		}
	}
	var buf bytes.Buffer
	if err := writeParts(&buf, b.name, b.list); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func wantRule(t *testing.T, r Report, rule, file string) finding.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Rule == rule && f.File == file {
			return f
		}
	}
	t.Errorf("no finding of rule %s in %s: %v", rule, file, r.Findings)
	return finding.Finding{}
}

// heapAfter runs f and reports by how much it made the heap's peak grow, roughly.
func heapAfter(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.HeapSys - min(after.HeapSys, before.HeapSys)
}

func TestHugeCell(t *testing.T) {
	s := schema(t)
	if testing.Short() {
		t.Skip("writes a cell of 1 GB")
	}
	block := strings.Repeat("x", 1<<20)
	data := pack(t, s, "reports/b_99.01.csv", func(w *bufio.Writer) {
		w.WriteString("c0010,c0020\r\n")
		for range 1 << 10 { // 1 GB
			w.WriteString(block)
		}
		w.WriteString(",y\r\n")
	})
	for ratio, rule := range map[int64]string{0: "limit", 1 << 20: "limit"} {
		var r Report
		grown := heapAfter(func() { r = check(s, data, Options{Limits: Limits{Ratio: ratio}}) })
		f := wantRule(t, r, rule, "reports/b_99.01.csv")
		if f.Row != 2 || grown > 100<<20 {
			t.Errorf("row %d, heap grew by %d MB", f.Row, grown>>20)
		}
	}
}

func TestManyRowsOfOneKey(t *testing.T) {
	s := schema(t)
	n := 10_000_000
	if testing.Short() {
		n = 100_000
	}
	data := pack(t, s, "reports/b_03.01.csv", func(w *bufio.Writer) {
		w.WriteString("c0010,c0020,c0030\r\n")
		for range n {
			w.WriteString("CA-0000001,X,true\r\n")
		}
	})
	var r Report
	grown := heapAfter(func() { r = check(s, data, Options{Limits: Limits{Ratio: 5000}}) })
	if f := wantRule(t, r, "806", "reports/b_03.01.csv"); f.Row != 3 || grown > 100<<20 {
		t.Errorf("row %d, heap grew by %d MB", f.Row, grown>>20)
	}
	for _, m := range r.More {
		if m.Rule == "806" && m.N != n-1-100 {
			t.Errorf("%d more, want %d", m.N, n-101)
		}
	}
	if r.Rows[6].N != n {
		t.Errorf("%d rows", r.Rows[6].N)
	}
}

func TestLimits(t *testing.T) {
	s := schema(t)
	bomb := pack(t, s, "reports/b_99.01.csv", func(w *bufio.Writer) {
		w.WriteString("c0010\r\n")
		for range 20 << 20 / 8 {
			w.WriteString("aaaaaa\r\n")
		}
	})
	wantRule(t, check(s, bomb, Options{}), "limit", "reports/b_99.01.csv")
	wantRule(t, check(s, bomb, Options{Limits: Limits{Bytes: 1 << 20}}), "limit", "reports/b_99.01.csv")
	wantRule(t, check(s, bomb, Options{Limits: Limits{Entries: 3}}), "limit", "")
}

func TestDamagedBytes(t *testing.T) {
	s := schema(t)
	data, name, _ := generate(t, s, GenOptions{Rows: 500, Seed: 1})
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		bad := bytes.Clone(data)
		for range 1 + rng.IntN(8) {
			bad[rng.IntN(len(bad))] = byte(rng.Uint32())
		}
		if rng.IntN(4) == 0 {
			bad = bad[:rng.IntN(len(bad))]
		}
		check(s, bad, Options{Name: name}) // must not panic; a damaged timestamp is no finding
	}
}

func TestOptions(t *testing.T) {
	s := schema(t)
	data, name, _ := generate(t, s, GenOptions{Rows: 100, Faults: []string{"empty-false"}})
	for indicators, want := range map[string]int{"": 1, "true": 1, "false": 0, "any": 0} {
		if r := check(s, data, Options{Name: name, Indicators: indicators}); r.Errors != want {
			t.Errorf("indicators %q: %d errors, want %d", indicators, r.Errors, want)
		}
	}
	b := newBreaker(newWorld(s, GenOptions{Rows: 100}))
	b.change("B_02.01", c0030, nil, func(r []string) { r[c0030] = notApplicable })
	var buf bytes.Buffer
	if err := b.write(&buf); err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[bool]int{false: 1, true: 0} {
		if r := check(s, buf.Bytes(), Options{NotApplicable: accept}); r.Errors != want {
			t.Errorf("Not Applicable accepted %v: %d errors", accept, r.Errors)
		}
	}
	if r := check(s, buf.Bytes(), Options{NotApplicable: true, Naming: "nbb", Name: "LEI_YGRE0000000000000144.CON_ECB_DOR_DORA_ROI.zip"}); r.Errors != 1 {
		wantRule(t, r, "105", "") // the root folder alone is named otherwise
	}
	if r := check(s, buf.Bytes(), Options{Naming: "nbb", Name: name}); r.Errors == 0 {
		t.Error("EBA's name passes as one of OneGate")
	}
}

// FuzzCheck: whatever the bytes of a template and of a package, no panic.
func FuzzCheck(f *testing.F) {
	s := schema(f)
	data, _, _ := generate(f, s, GenOptions{Rows: 10})
	f.Add([]byte("c0010,c0020\r\na,b\r\n"), false)
	f.Add([]byte("\xef\xbb\xbfc0010,c0050\n\"x\n,-\n"), false)
	f.Add(data, true)
	f.Fuzz(func(t *testing.T, in []byte, whole bool) {
		if whole {
			check(s, in, Options{})
			return
		}
		for _, table := range []string{"b_05.02.csv", "b_02.01.csv", "FilingIndicators.csv"} {
			var buf bytes.Buffer
			zw := zip.NewWriter(&buf)
			w, _ := zw.Create("x/reports/" + table)
			w.Write(in)
			zw.Close()
			check(s, buf.Bytes(), Options{})
		}
	})
}
