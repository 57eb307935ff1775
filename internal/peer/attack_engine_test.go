package peer

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
)

// The attacker of these tests is an institution that has the release as it is
// published (read back from JSON), knows who takes part and who answered what
// item, knows how the release was made save for the secret, and knows what its
// coalition answered. It reasons with linear programs over the counts by sector
// and size: the constraints are sums over a laminar family of groups and sums
// over categories, a network flow, so that the bounds of the linear program are
// attained by whole numbers.

// label is a sector and size; the attacker's unknowns are the counts by label
// and category.
type label struct{ sector, size string }

// observation says that the labels' counts add up to within tol of counts.
type observation struct {
	labels []int
	counts []int
	tol    int
}

// attack is what the attacker knows of one item.
type attack struct {
	labels []label
	n      []int // answering parties by label
	levels int
	seen   []observation
	memo   map[string]bool // is a label read by a coalition
}

// published strips a release of everything that is not in its JSON.
func published(t testing.TB, r *Release) *Release {
	t.Helper()
	var out Release
	if err := json.Unmarshal(marshal(t, r), &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func labelsOf(editions ...*Edition) []label {
	var out []label
	for _, e := range editions {
		for _, p := range e.Parties {
			if l := (label{p.Sector, p.Size}); !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// look collects the observations on cells: what is shown, and what is left of
// each shown group when the shown groups in it are taken away. A group that has
// shown groups in it says nothing beyond these and what is left.
func look(r *Release, cells []Cell, labels []label) []observation {
	var out []observation
	within := func(g Group) (in []int) {
		for i, l := range labels {
			if g.Has(l.sector, l.size) {
				in = append(in, i)
			}
		}
		return in
	}
	for g, group := range r.Groups {
		if !cells[g].Shown() {
			continue
		}
		o := observation{within(group), slices.Clone(cells[g].Counts), cells[g].Parts * (r.Policy.Base - 1)}
		rest := observation{slices.Clone(o.labels), slices.Clone(o.counts), o.tol}
		children := 0
		for k, child := range r.Groups {
			if child.Parent != group.ID || !cells[k].Shown() {
				continue
			}
			children++
			for c, v := range cells[k].Counts {
				rest.counts[c] -= v
			}
			rest.tol -= cells[k].Parts * (r.Policy.Base - 1)
			gone := within(child)
			rest.labels = slices.DeleteFunc(rest.labels, func(l int) bool { return slices.Contains(gone, l) })
		}
		switch {
		case children == 0:
			out = append(out, o)
		case len(rest.labels) > 0:
			out = append(out, rest)
		case rest.tol != 0 || slices.Max(rest.counts) != 0 || slices.Min(rest.counts) != 0:
			out = append(out, o) // more than the sum of its parts
		}
	}
	return out
}

// program is a linear program over non-negative unknowns, built row by row.
type program struct {
	unknowns int
	rows     [][]float64
	right    []float64
	slack    []float64 // sign of the row's slack, 0 for an equation
}

func (p *program) row(sign float64, right float64, at ...int) {
	r := make([]float64, p.unknowns)
	for _, i := range at {
		r[i]++
	}
	p.rows, p.right, p.slack = append(p.rows, r), append(p.right, right), append(p.slack, sign)
}

// max maximises the sum of some unknowns; ok is false if the program has no
// solution. Rows without a slack to start from get an artificial unknown that
// costs more than anything can gain (big-M method).
func (p *program) max(t testing.TB, sum ...int) (v float64, ok bool) {
	t.Helper()
	const bigM = 1e4
	width := p.unknowns + 2*len(p.rows) // each row a slack (idle in an equation) and an artificial
	a, right := mat.NewDense(len(p.rows), width, nil), slices.Clone(p.right)
	c, basis := make([]float64, width), make([]int, len(p.rows))
	for i, row := range p.rows {
		sign, slack, artificial := 1.0, p.unknowns+2*i, p.unknowns+2*i+1
		if right[i] < 0 {
			sign, right[i] = -1, -right[i]
		}
		for j, v := range row {
			a.Set(i, j, sign*v)
		}
		a.Set(i, slack, sign*p.slack[i])
		if p.slack[i] == 0 {
			a.Set(i, slack, -1) // an artificial as well: a program must not have an empty column
			c[slack] = bigM
		}
		a.Set(i, artificial, 1)
		c[artificial] = bigM
		basis[i] = artificial
		if sign*p.slack[i] > 0 {
			basis[i] = slack
		}
	}
	for _, at := range sum {
		c[at] = -1
	}
	best, x, err := lp.Simplex(c, a, right, 1e-9, basis)
	if err != nil {
		t.Fatalf("linear program of %d rows: %v", len(p.rows), err)
	}
	for i := range p.rows {
		if x[p.unknowns+2*i+1] > 1e-6 || (p.slack[i] == 0 && x[p.unknowns+2*i] > 1e-6) {
			return 0, false
		}
	}
	return -best, true
}

// unit is what a single party or a cluster knows of an item: counts by label
// and category.
type unit map[[2]int]int

// units lists the parties and clusters by what they answered, without doubles
// beyond the number a coalition can use.
func units(e *Edition, answers []int8, labels []label, colluders int) []unit {
	by := map[string]unit{}
	var order []string
	for i, p := range e.Parties {
		if answers[i] < 0 {
			continue
		}
		name := p.Group
		if name == "" {
			name = "\x00" + p.ID
		}
		if by[name] == nil {
			by[name] = unit{}
			order = append(order, name)
		}
		by[name][[2]int{slices.Index(labels, label{p.Sector, p.Size}), int(answers[i])}]++
	}
	times := map[string]int{}
	var out []unit
	for _, name := range order {
		key := fmt.Sprint(by[name]) // maps print in the order of their keys
		if times[key]++; times[key] <= colluders {
			out = append(out, by[name])
		}
	}
	return out
}

// coalitionsOf joins every size units.
func coalitionsOf(list []unit, size int) []unit {
	if size == 0 {
		return []unit{{}}
	}
	var out []unit
	for i, u := range list {
		for _, rest := range coalitionsOf(list[i+1:], size-1) {
			joined := unit{}
			for k, v := range u {
				joined[k] += v
			}
			for k, v := range rest {
				joined[k] += v
			}
			out = append(out, joined)
		}
	}
	return out
}

// knowing builds the attacker's program about the parties of label l outside
// the coalition, with every label that observations tie to it. The unknown of
// label m and category k is column[m]+k.
func (a *attack) knowing(known unit, l int) (p *program, column []int) {
	column = make([]int, len(a.n))
	tied := a.tied(l)
	p = &program{unknowns: len(tied) * a.levels}
	for i, m := range tied {
		column[m] = i * a.levels
		at := make([]int, a.levels)
		left := a.n[m]
		for k := range at {
			at[k] = column[m] + k
			left -= known[[2]int{m, k}]
		}
		p.row(0, float64(left), at...)
	}
	for _, o := range a.seen {
		if slices.Contains(tied, o.labels[0]) {
			p.observe(o, column, known)
		}
	}
	return p, column
}

// tied lists the labels that observations tie to label l, itself first.
func (a *attack) tied(l int) []int {
	out := []int{l}
	for grown := true; grown; {
		grown = false
		for _, o := range a.seen {
			if !slices.ContainsFunc(o.labels, func(m int) bool { return slices.Contains(out, m) }) {
				continue
			}
			for _, m := range o.labels {
				if !slices.Contains(out, m) {
					out, grown = append(out, m), true
				}
			}
		}
	}
	return out
}

// observe adds an observation.
func (p *program) observe(o observation, column []int, known unit) {
	for k, c := range o.counts {
		var at []int
		own := 0
		for _, l := range o.labels {
			at = append(at, column[l]+k)
			own += known[[2]int{l, k}]
		}
		if low := c - o.tol - own; low > 0 {
			p.row(-1, float64(low), at...)
		}
		p.row(1, float64(c+o.tol-own), at...)
	}
}

// determined lists the labels whose parties outside the coalition have only
// one possible answer. truth serves to skip what needs no program: answers that
// were really given are possible.
func (a *attack) determined(t testing.TB, truth [][]int, known unit) []int {
	t.Helper()
	var out []int
	for l, n := range a.n {
		left, given := n, 0
		for k := range a.levels {
			left -= known[[2]int{l, k}]
			if truth[l][k]-known[[2]int{l, k}] > 0 {
				given++
			}
		}
		if left == 0 || given > 1 {
			continue
		}
		if a.reads(t, truth, known, l) {
			out = append(out, l)
		}
	}
	return out
}

// reads says whether the coalition's program leaves no answer but the true one.
func (a *attack) reads(t testing.TB, truth [][]int, known unit, l int) bool {
	t.Helper()
	near := unit{}
	tied := a.tied(l)
	for k, v := range known {
		if slices.Contains(tied, k[0]) {
			near[k] = v
		}
	}
	key := fmt.Sprint(l, near)
	if read, ok := a.memo[key]; ok {
		return read
	}
	p, column := a.knowing(near, l)
	var others []int
	for k := range a.levels {
		if truth[l][k] == near[[2]int{l, k}] {
			others = append(others, column[l]+k)
		}
	}
	most, ok := p.max(t, others...)
	if !ok {
		t.Fatal("the truth contradicts what is published")
	}
	if a.memo == nil {
		a.memo = map[string]bool{}
	}
	a.memo[key] = most < 1-1e-6
	return a.memo[key]
}

func truthOf(e *Edition, item int, labels []label) (counts [][]int, n []int) {
	counts, n = make([][]int, len(labels)), make([]int, len(labels))
	for l := range counts {
		counts[l] = make([]int, e.Items[item].Levels)
	}
	for p, v := range e.Answers[item] {
		if v >= 0 {
			l := slices.Index(labels, label{e.Parties[p].Sector, e.Parties[p].Size})
			counts[l][v]++
			n[l]++
		}
	}
	return counts, n
}
