package sheet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"yagura/internal/form"
)

// wideForm is a form of n items: nine in ten on an ordered scale, the others numbers.
func wideForm(t testing.TB, n int) *form.Form {
	t.Helper()
	var b strings.Builder
	b.WriteString("form: wide\nedition: \"1\"\ntitle: {ja: 広い様式, en: A wide form}\nscales: {practice: {options: [")
	for i, o := range []string{"none", "plan", "partly", "mostly", "all"} {
		fmt.Fprintf(&b, "{id: %s, score: %d, ja: 選択肢%d, en: Option %d}, ", o, i, i, i)
	}
	b.WriteString("]}}\nsections:\n  - id: one\n    title: {ja: 区分, en: Section}\n    items:\n")
	for i := range n {
		kind := "type: choice, scale: ordered, use: practice"
		if i%10 == 9 {
			kind = "type: integer, min: 0"
		}
		fmt.Fprintf(&b, "      - {id: area%02d.item%03d, ask: {ja: 設問%d, en: Question %d}, %s}\n", i/10, i, i, i, kind)
	}
	f, found := form.Parse("wide.yaml", []byte(b.String()))
	if f == nil {
		t.Fatal(found)
	}
	return f
}

// longCSV makes the long CSV of n parties, sorted by party.
func longCSV(f *form.Form, n int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("party,item,value,state,comment\n")
	for p := range n {
		for _, it := range f.Items() {
			value := fmt.Sprint(rnd.IntN(500))
			if it.Type == form.TypeChoice {
				value = it.Options[rnd.IntN(len(it.Options))].ID
			}
			comment := ""
			if rnd.IntN(50) == 0 {
				comment = "規程を改定中"
			}
			fmt.Fprintf(&b, "B%05d,%s,%s,,%s\n", p, it.ID, value, comment)
		}
	}
	return b.Bytes()
}

// BenchmarkReadLong reads 600,000 rows, or with YAGURA_BENCH_PARTIES=20000 the
// 6,000,000 of a sector of 20,000 parties × 300 items.
func BenchmarkReadLong(b *testing.B) {
	f := wideForm(b, 300)
	parties := 2000
	if s := os.Getenv("YAGURA_BENCH_PARTIES"); s != "" {
		if _, err := fmt.Sscan(s, &parties); err != nil {
			b.Fatal(err)
		}
	}
	data := longCSV(f, parties)
	b.SetBytes(int64(len(data)))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var long *Long
	for b.Loop() {
		long, _ = ReadLong(bytes.NewReader(data), f, "bench.csv")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(data)
	b.ReportMetric(float64(long.Rows), "rows")
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/1e6, "MB-kept")
	runtime.KeepAlive(long)
}

// BenchmarkLongAnswers fills the answers of every party into one map.
func BenchmarkLongAnswers(b *testing.B) {
	f := wideForm(b, 300)
	long, _ := ReadLong(bytes.NewReader(longCSV(f, 2000)), f, "bench.csv")
	var into form.Answers
	for b.Loop() {
		for p := range long.Parties() {
			into = long.Answers(p, into)
		}
	}
}

// filled is a form of n items with an answer to each.
func filled(b *testing.B, n int) (*form.Form, form.Answers) {
	f := wideForm(b, n)
	answers := form.Answers{}
	for i, it := range f.Items() {
		answers[it.ID] = form.Answer{Value: int64(i)}
		if it.Type == form.TypeChoice {
			answers[it.ID] = form.Answer{Value: it.Options[i%len(it.Options)].ID, Comment: "規程を改定中のため、10月の経営会議で承認予定"}
		}
	}
	return f, answers
}

func BenchmarkTemplate(b *testing.B) {
	f, _ := filled(b, 90)
	for b.Loop() {
		if _, err := NewTemplate(f, "ja", true); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteWorkbook(b *testing.B) {
	f, answers := filled(b, 90)
	t, err := NewTemplate(f, "ja", true)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var out bytes.Buffer
		if err := t.Write(&out, WriteOptions{Party: "0001", Answers: answers, Previous: answers}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadWorkbook(b *testing.B) {
	f, answers := filled(b, 90)
	var out bytes.Buffer
	if err := Write(&out, f, WriteOptions{Party: "0001", Answers: answers, Previous: answers}); err != nil {
		b.Fatal(err)
	}
	data := out.Bytes()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		book, found := Read(bytes.NewReader(data), int64(len(data)), f, "bench.xlsx")
		if len(found) > 0 || len(book.Answers) != 90 {
			b.Fatal(found)
		}
	}
}
