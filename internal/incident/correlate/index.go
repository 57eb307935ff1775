package correlate

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// Kind says how two reports belong together.
type Kind string

// The kinds of a link.
const (
	Duplicate  Kind = "duplicate"   // they tell of one incident
	InCampaign Kind = "in_campaign" // of incidents of one campaign
)

// Index holds reports in the order of their time, the links between them and
// what is needed to find those of the next one. It is built by adding; the
// links do not depend on the order in which reports were added.
type Index struct {
	s        Settings
	entries  []entry
	ids      map[scoped]uint32
	values   []Value
	posting  [][]int32           // value → reports that name it, in order
	filled   [2][nFields][]int32 // exercise or not, field → reports that fill it
	links    []link
	parent   []int32 // union-find over all links …
	incident []int32 // … and over duplicates only
	seen     []int32 // last report that looked at this one
}

const nFields = 9

// scoped is a value of real reports or of exercises: the two never meet, in
// links no more than in frequencies.
type scoped struct {
	Value
	exercise bool
}

// entry is a report as it is compared.
type entry struct {
	Report
	keys      []uint32 // field number << 24 | value number, sorted
	frequency []float64
	who       int32 // number of the institution's value; −1: not known
}

type link struct {
	later, earlier int32
	kind           Kind
	bits           float64
}

// New is an index without reports.
func New(s Settings) *Index { return &Index{s: s, ids: map[scoped]uint32{}} }

// Correlate is the index of reports in any order.
func Correlate(reports []Report, s Settings) *Index {
	order := make([]*Report, len(reports))
	for i := range reports {
		order[i] = &reports[i]
	}
	slices.SortFunc(order, func(a, b *Report) int { return inTime(*a, *b) })
	x := New(s)
	x.entries = make([]entry, 0, len(reports))
	for _, r := range order {
		x.append(*r)
	}
	return x
}

func inTime(a, b Report) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }

// Add adds one report and returns its links, strongest first; none: it opens a
// group of its own. One that is earlier than the latest of the index makes all
// later ones be looked at again, for it changes their background.
func (x *Index) Add(r Report) []Link {
	if n := len(x.entries); n > 0 && r.At.Before(x.entries[n-1].At) {
		all := []Report{r}
		for i := range x.entries {
			all = append(all, x.entries[i].Report)
		}
		*x = *Correlate(all, x.s)
	} else {
		x.append(r)
	}
	var out []Link
	for _, l := range x.links {
		if a, b := x.entries[l.later].ID, x.entries[l.earlier].ID; a == r.ID || b == r.ID {
			out = append(out, x.link(l))
		}
	}
	slices.SortFunc(out, strongest)
	return out
}

// append adds a report that is not earlier than any of the index.
func (x *Index) append(r Report) {
	i := int32(len(x.entries))
	e := entry{Report: r, who: -1, keys: make([]uint32, 0, len(r.Values))}
	for _, v := range r.Values {
		id, ok := x.ids[scoped{v, r.Exercise}]
		if !ok {
			id = uint32(len(x.values))
			x.ids[scoped{v, r.Exercise}], x.values, x.posting = id, append(x.values, v), append(x.posting, nil)
		}
		if v.Field == Institution {
			e.who = int32(id)
		}
		e.keys = append(e.keys, uint32(fieldNumber(v.Field))<<24|id)
	}
	slices.Sort(e.keys)
	x.parent, x.incident, x.seen = append(x.parent, i), append(x.incident, i), append(x.seen, -1)
	e.frequency = x.frequencies(&e)
	x.entries = append(x.entries, e)
	x.search(i, Duplicate, &x.s.Duplicate)
	x.search(i, InCampaign, &x.s.Campaign)
	last := -1
	for _, k := range e.keys {
		x.posting[k&0xffffff] = append(x.posting[k&0xffffff], i)
		if f := int(k >> 24); f != last {
			x.filled[boolInt(r.Exercise)][f], last = append(x.filled[boolInt(r.Exercise)][f], i), f
		}
	}
}

func fieldNumber(f Field) int { return max(0, slices.Index(Fields, f)) }

// frequencies are the shares of the reports of the background that name each
// value, of those that fill its field, blended with the typical ones.
func (x *Index) frequencies(e *entry) []float64 {
	lo, hi := x.before(e.At.Add(-x.s.Lag-x.s.Background)), x.before(e.At.Add(-x.s.Lag))
	out := make([]float64, len(e.keys))
	for i, k := range e.keys {
		field := Fields[k>>24]
		typical := max(x.s.Duplicate.Fields[field].Typical, x.s.Campaign.Fields[field].Typical)
		n, of := float64(within(x.posting[k&0xffffff], lo, hi)), float64(within(x.filled[boolInt(e.Exercise)][k>>24], lo, hi))
		out[i] = (n + x.s.Weight*typical) / (of + x.s.Weight)
	}
	return out
}

// before is the number of reports earlier than a moment.
func (x *Index) before(at time.Time) int32 {
	return int32(sort.Search(len(x.entries), func(i int) bool { return !x.entries[i].At.Before(at) }))
}

func within(posting []int32, lo, hi int32) int {
	a, _ := slices.BinarySearch(posting, lo)
	b, _ := slices.BinarySearch(posting, hi)
	return b - a
}

// search links a new report with the earlier ones of the horizon. A pair needs
// a shared value of an identifying field, so only those that share one are
// compared; and of these values only as many, rarest first, as leave out no
// pair that could reach the link: the rest together weigh too little (prefix
// filter, Chaudhuri, Ganti and Kaushik, ICDE 2006).
func (x *Index) search(i int32, kind Kind, m *Model) {
	e, pass := &x.entries[i], i<<1
	if kind == InCampaign {
		pass |= 1
	}
	w := make([]float64, len(e.keys))
	order := make([]int, 0, len(e.keys))
	bound := m.Prior + m.gap(0, x.s.Horizon)
	for k, key := range e.keys {
		weights := m.Fields[Fields[key>>24]]
		if weights.Agree == 0 {
			continue
		}
		w[k] = weights.shared(e.frequency[k])
		bound += w[k]
		if weights.Identifies {
			order = append(order, k)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(w[b], w[a]) })
	all := bound
	first := x.before(e.At.Add(-x.s.Horizon))
	for _, k := range order {
		if bound < m.Link {
			return
		}
		bound -= w[k]
		list := x.posting[e.keys[k]&0xffffff]
		for p := len(list) - 1; p >= 0 && list[p] >= first; p-- {
			j := list[p]
			if x.seen[j] == pass {
				continue
			}
			x.seen[j] = pass
			x.compare(i, j, kind, m, w, all)
		}
	}
}

// compare links two reports where the score suffices.
func (x *Index) compare(i, j int32, kind Kind, m *Model, w []float64, bound float64) {
	a, b := &x.entries[i], &x.entries[j]
	t := x.time(a, b, m)
	if bound-m.gap(0, x.s.Horizon)+t < m.Link || kind == InCampaign && x.duplicates(i, j) {
		return
	}
	s := score{m: m, bits: m.Prior + t}
	s.pair(a.keys, b.keys, w, nil)
	if s.bits < m.Link || !s.identified || m.OtherInstitution && s.sameInstitution {
		return
	}
	x.links = append(x.links, link{i, j, kind, s.bits})
	x.union(x.parent, i, j)
	if kind == Duplicate {
		x.union(x.incident, i, j)
	}
}

// duplicates reports whether the newest report was linked with an earlier one as
// its duplicate.
func (x *Index) duplicates(i, j int32) bool {
	for k := len(x.links) - 1; k >= 0 && x.links[k].later == i; k-- {
		if x.links[k].earlier == j && x.links[k].kind == Duplicate {
			return true
		}
	}
	return false
}

// time is the weight of the time between two reports; 0 where one is vague.
func (x *Index) time(a, b *entry, m *Model) float64 {
	if a.Span > x.s.Vague || b.Span > x.s.Vague || a.At.IsZero() || b.At.IsZero() {
		return 0
	}
	return m.gap(max(0, a.At.Sub(b.At)-b.Span), x.s.Horizon)
}

// find is the representative of a report: the earliest of its group.
func (x *Index) find(parent []int32, i int32) int32 {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

func (x *Index) union(parent []int32, i, j int32) {
	a, b := x.find(parent, i), x.find(parent, j)
	parent[max(a, b)] = min(a, b)
}
