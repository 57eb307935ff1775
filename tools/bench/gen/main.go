// Command gen writes the input of the large benchmarks: a questionnaire of any
// number of items (form.yaml), a sector that answers it (parties.csv) and its
// answers as a long CSV (answers.csv). Equal arguments give equal files.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

func main() {
	parties := flag.Int("parties", 20_000, "number of institutions")
	items := flag.Int("items", 300, "number of items")
	out := flag.String("out", "", "folder to write to; it must exist")
	flag.Parse()
	s := survey{items: make([]item, *items), rng: rand.New(rand.NewPCG(1, 300))}
	s.lay()
	err := errors.Join(
		write(*out, "form.yaml", s.form),
		write(*out, "levels.csv", s.levels),
		write(*out, "parties.csv", func(w io.Writer) { s.parties(w, *parties) }),
		write(*out, "answers.csv", func(w io.Writer) { s.answers(w, *parties) }),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write keeps the first error in the buffered writer, so that the writing
// functions need not ask after every line.
func write(dir, name string, fill func(io.Writer)) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fill(w)
	return errors.Join(w.Flush(), f.Close())
}

// survey is the questionnaire and the dice that answer it.
type survey struct {
	items []item
	rng   *rand.Rand
}

// item has 4 or 5 options. Its difficulty shifts the answers; gate is the item
// (an index) whose lowest option makes this one not apply, -1 for none.
type item struct {
	id, scale  string
	options    []string
	difficulty float64
	gate       int
}

const (
	perSection = 20   // items
	gateEvery  = 15   // one item in so many depends on the one before
	checks     = 10   // rules across two items
	notApply   = 0.02 // share of answers "not applicable", with a reason
)

var scales = map[string][]string{
	"practice": {"none", "plan", "partly", "mostly", "all"},
	"coverage": {"no", "some", "most", "every"},
}

// lay decides ids, scales, difficulties and conditions.
func (s *survey) lay() {
	for i := range s.items {
		it := &s.items[i]
		it.id = fmt.Sprintf("area%02d.item%03d", i/perSection, i)
		it.scale = "practice"
		if i%4 == 3 {
			it.scale = "coverage"
		}
		it.options = scales[it.scale]
		it.difficulty = s.rng.NormFloat64()
		it.gate = -1
		if i%gateEvery == gateEvery-1 {
			it.gate = i - 1
			s.items[i-1].difficulty = -1 // few stand at the lowest option
		}
	}
}

func (s *survey) form(w io.Writer) {
	fmt.Fprint(w, "form: bench\nedition: \"1\"\ntitle: {ja: 計測用の点検票, en: A questionnaire to measure with}\n",
		"tiers:\n  - {id: large, title: {ja: 大規模, en: Large}, when: org.size == \"large\"}\n  - {id: other, title: {ja: その他, en: Other}}\nscales:\n")
	for _, name := range []string{"practice", "coverage"} {
		fmt.Fprintf(w, "  %s:\n    options:\n", name)
		for k, o := range scales[name] {
			fmt.Fprintf(w, "      - {id: %q, score: %d, ja: 段階%d, en: Level %d}\n", o, k, k, k)
		}
	}
	fmt.Fprintln(w, "sections:")
	for i, it := range s.items {
		if i%perSection == 0 {
			fmt.Fprintf(w, "  - id: area%02d\n    title: {ja: 分野%d, en: Area %d}\n    items:\n", i/perSection, i/perSection, i/perSection)
		}
		fmt.Fprintf(w, "      - {id: %s, ask: {ja: 設問%d, en: Question %d}, type: choice, scale: ordered, use: %s, states: [known, not_applicable], target: {large: %q, other: %q}",
			it.id, i, i, it.scale, it.options[3], it.options[2])
		if it.gate >= 0 {
			fmt.Fprintf(w, ", applies: 'answers[%q] != %q'", s.items[it.gate].id, s.items[it.gate].options[0])
		}
		fmt.Fprintln(w, "}")
	}
	fmt.Fprintln(w, "checks:")
	for k := range checks {
		a, b := s.items[k*len(s.items)/checks], s.items[k*len(s.items)/checks+1]
		fmt.Fprintf(w, "  - {id: rule%d, kind: contradiction, severity: warning, when: 'answers[%q] == %q && scores[%q] >= 3.0', say: {ja: 回答が両立しません。, en: The answers contradict each other.}}\n",
			k, a.id, a.options[0], b.id)
	}
}

// levels is the score of every option and the highest of its item.
func (s *survey) levels(w io.Writer) {
	fmt.Fprintln(w, "item,section,value,level,max")
	for i, it := range s.items {
		for k, o := range it.options {
			fmt.Fprintf(w, "%s,area%02d,%s,%d,%d\n", it.id, i/perSection, o, k, len(it.options)-1)
		}
	}
}

var sectors = []string{"regional_bank", "shinkin", "credit_coop", "securities", "insurance", "payment"}

// parties: six sectors of three sizes; one institution in twenty belongs to a
// holding, one in three to a shared-system centre.
func (s *survey) parties(w io.Writer, n int) {
	fmt.Fprintln(w, "id,name,sector,size,group,centre,jurisdiction,flags")
	for p := range n {
		group, centre := "", ""
		if s.rng.IntN(20) == 0 {
			group = fmt.Sprintf("group%04d", s.rng.IntN(n/40+1))
		} else if s.rng.IntN(3) == 0 {
			centre = fmt.Sprintf("centre%02d", s.rng.IntN(60))
		}
		fmt.Fprintf(w, "P%05d,Institution %d,%s,%s,%s,%s,JP,\n", p, p, sectors[p%len(sectors)], []string{"small", "medium", "large"}[p/len(sectors)%3], group, centre)
	}
}

// answers gives every party a level of its own around which its answers vary.
func (s *survey) answers(w io.Writer, n int) {
	fmt.Fprintln(w, "party,item,value,state,comment")
	place := make([]int, len(s.items))
	for p := range n {
		trait := s.rng.NormFloat64()
		for i, it := range s.items {
			place[i] = -1
			switch {
			case it.gate >= 0 && place[it.gate] <= 0:
				continue
			case it.gate < 0 && s.rng.Float64() < notApply:
				fmt.Fprintf(w, "P%05d,%s,,not_applicable,not used here\n", p, it.id)
				continue
			}
			middle := float64(len(it.options)-1) / 2
			k := int(middle + 0.5 + 0.8*(trait-it.difficulty) + s.rng.NormFloat64())
			place[i] = min(max(k, 0), len(it.options)-1)
			fmt.Fprintf(w, "P%05d,%s,%s,,\n", p, it.id, it.options[place[i]])
		}
	}
}
