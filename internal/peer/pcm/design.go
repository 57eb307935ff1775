package pcm

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// design is the table reduced to what the likelihood needs: for each set of answered
// items (a pattern), how many persons have which raw score.
type design struct {
	items    []itemDesign
	patterns []pattern
	groups   []group   // sorted by pattern, then score
	byItem   [][]int32 // fitted item -> patterns that list it
	person   []int32   // person -> group, -1 when nothing is answered
	params   int       // number of steps between observed categories
	n        int
}

// itemDesign is one fitted item. Step j leads from cats[j-1] to cats[j].
type itemDesign struct {
	src   int       // index in Data
	cats  []int     // observed scores, ascending; at least two
	n     float64   // answers
	above []float64 // above[j-1]: answers with a score of cats[j] or more
	off   int       // place of its first step among the parameters
}

func (it *itemDesign) steps() int { return len(it.cats) - 1 }

// width is how many score points step j (1-based) spans: 1 unless a category is empty.
func (it *itemDesign) width(j int) float64 { return float64(it.cats[j] - it.cats[j-1]) }

// pattern is a set of answered items, held as the shorter of two lists.
type pattern struct {
	dense  bool    // list holds the items not answered; otherwise those answered
	list   []int32 // fitted items
	lo, hi int     // its groups
}

// group is the persons of one pattern with one raw score. Scores count from each
// item's lowest observed category, as the item tables do.
type group struct {
	pattern int32
	score   float64
	count   float64
}

func newDesign(d Data) *design {
	ds := &design{}
	for i, col := range d.Scores {
		counts := countScores(col, d.Max[i])
		it := itemDesign{src: i, off: ds.params}
		for k, c := range counts {
			if c > 0 {
				it.cats = append(it.cats, k)
			}
		}
		if len(it.cats) < 2 {
			continue
		}
		it.above = make([]float64, it.steps())
		sum := 0
		for j := it.steps(); j >= 1; j-- {
			sum += counts[it.cats[j]]
			it.above[j-1] = float64(sum)
		}
		it.n = float64(sum + counts[it.cats[0]])
		ds.items = append(ds.items, it)
		ds.params += it.steps()
	}
	ds.group(d)
	ds.byItem = make([][]int32, len(ds.items))
	for p := range ds.patterns {
		for _, i := range ds.patterns[p].list {
			ds.byItem[i] = append(ds.byItem[i], int32(p))
		}
	}
	return ds
}

func countScores(col []int8, top int) []int {
	counts := make([]int, top+1)
	for _, x := range col {
		if x >= 0 {
			counts[x]++
		}
	}
	return counts
}

// answerKey is what the likelihood knows of a person: which fitted items are answered
// (one bit each, as bytes) and the raw score.
type answerKey struct {
	answered string
	score    int32
}

// group sorts persons into patterns and groups. The order depends on the answers
// alone, not on the order of persons.
func (ds *design) group(d Data) {
	keys := ds.keys(d)
	counts := map[answerKey]int{}
	for _, k := range keys {
		if strings.Trim(k.answered, "\x00") != "" {
			counts[k]++
			ds.n++
		}
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b answerKey) int {
		return cmp.Or(strings.Compare(a.answered, b.answered), cmp.Compare(a.score, b.score))
	})
	place := make(map[answerKey]int32, len(order))
	for g, k := range order {
		if g == 0 || order[g-1].answered != k.answered {
			ds.patterns = append(ds.patterns, newPattern(k.answered, len(ds.items), g))
		}
		last := len(ds.patterns) - 1
		ds.patterns[last].hi = g + 1
		ds.groups = append(ds.groups, group{int32(last), float64(k.score), float64(counts[k])})
		place[k] = int32(g)
	}
	ds.person = make([]int32, len(keys))
	for p, k := range keys {
		ds.person[p] = -1
		if g, ok := place[k]; ok {
			ds.person[p] = g
		}
	}
}

// keys reads every person's key, item by item as the table lies in memory.
func (ds *design) keys(d Data) []answerKey {
	if len(ds.items) == 0 {
		return nil
	}
	persons, width := len(d.Scores[0]), (len(ds.items)+7)/8
	answered := make([]byte, persons*width)
	keys := make([]answerKey, persons)
	for i, it := range ds.items {
		for p, x := range d.Scores[it.src] {
			if x >= 0 {
				answered[p*width+i/8] |= 1 << (i % 8)
				keys[p].score += int32(int(x) - it.cats[0])
			}
		}
	}
	for p := range keys {
		keys[p].answered = string(answered[p*width : (p+1)*width])
	}
	return keys
}

func newPattern(bits string, items, lo int) pattern {
	yes, no := make([]int32, 0, items), make([]int32, 0, items)
	for i := range items {
		if bits[i/8]>>(i%8)&1 == 1 {
			yes = append(yes, int32(i))
		} else {
			no = append(no, int32(i))
		}
	}
	if len(no) <= len(yes) {
		return pattern{dense: true, list: slices.Clone(no), lo: lo}
	}
	return pattern{list: slices.Clone(yes), lo: lo}
}

// answers reports which fitted items the pattern answers.
func (p *pattern) answers(items int) []bool {
	out := make([]bool, items)
	for i := range out {
		out[i] = p.dense
	}
	for _, i := range p.list {
		out[i] = !p.dense
	}
	return out
}
