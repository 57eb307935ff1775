package assessment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"yagura/internal/form"
)

// given are answers by party index; each call hands out a copy, as a reader of files does.
type given []form.Answers

func (g given) Answers(party int, into form.Answers) form.Answers {
	if into == nil {
		into = form.Answers{}
	}
	clear(into)
	for id, a := range g[party] {
		into[id] = a
	}
	return into
}

func parse(tb testing.TB, src string) *form.Form {
	tb.Helper()
	f, found := form.Parse("test.yaml", []byte(src))
	if f == nil {
		tb.Fatal(found)
	}
	return f
}

func smallForm(tb testing.TB) *form.Form {
	tb.Helper()
	src, err := os.ReadFile("testdata/small@2026.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return parse(tb, string(src))
}

// wideForm has n ordered items of four levels in two sections, a.i00 to a.iNN.
// Every item has the highest level as its target; item k has weight 1 + k%3.
func wideForm(tb testing.TB, edition string, n int) *form.Form {
	tb.Helper()
	return laid(tb, edition, "a", n, func(int) string { return "" })
}

// brokenForm continues the items of a wide form as b.i00 …, each with a series break.
func brokenForm(tb testing.TB, edition string, n int) *form.Form {
	tb.Helper()
	return laid(tb, edition, "b", n, func(i int) string { return fmt.Sprintf(", successor_of: a.i%02d, series_break: true", i) })
}

func laid(tb testing.TB, edition, prefix string, n int, more func(i int) string) *form.Form {
	tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "form: wide\nedition: %q\ntitle: {ja: 点検票, en: Questionnaire}\nscales: {s: {options: [", edition)
	for k := range 4 {
		fmt.Fprintf(&b, "{id: l%d, score: %d, ja: 段階%d, en: Level %d},", k, k, k, k)
	}
	b.WriteString("]}}\nsections:\n")
	for i := range n {
		if i%(n/2) == 0 && i < n-1 {
			fmt.Fprintf(&b, "  - id: s%d\n    title: {ja: 区分, en: Section}\n    items:\n", i)
		}
		fmt.Fprintf(&b, "      - {id: %s.i%02d, ask: {ja: 設問, en: Question}, type: choice, scale: ordered, use: s, target: l3, weight: %d%s}\n", prefix, i, 1+i%3, more(i))
	}
	return parse(tb, b.String())
}

// levels answers a wide form's items by level; -1 leaves an item out.
func levels(prefix string, of ...int) form.Answers {
	a := form.Answers{}
	for i, v := range of {
		if v >= 0 {
			a[fmt.Sprintf("%s.i%02d", prefix, i)] = form.Answer{Value: fmt.Sprintf("l%d", v)}
		}
	}
	return a
}

// sector is n parties that answer a wide form about as a partial-credit model
// has it, the later items being harder; in two sectors of two sizes.
func sector(f *form.Form, n int) Responses {
	rng := rand.New(rand.NewPCG(1, 2))
	r := Responses{Form: f}
	var answers given
	for p := range n {
		r.Parties = append(r.Parties, form.Org{ID: fmt.Sprintf("P%03d", p), Sector: []string{"bank", "shinkin"}[p%2], Size: []string{"large", "small"}[p/2%2]})
		theta := rng.NormFloat64()
		of := make([]int, len(f.Items()))
		for i := range of {
			hard := 3*float64(i)/float64(len(of)) - 1.5
			of[i] = min(max(int(math.Round(1.5+theta-hard+rng.NormFloat64()*0.7)), 0), 3)
		}
		answers = append(answers, levels("a", of...))
	}
	r.Source = answers
	return r
}
