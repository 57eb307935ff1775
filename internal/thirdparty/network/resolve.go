package network

import (
	"cmp"
	"slices"
	"strings"
)

// text writes an identifier as one word: "lei:…", "crn:DE:…".
func (id Ident) text() string {
	if id.Country != (Country{}) {
		return id.Scheme.String() + ":" + id.Country.String() + ":" + id.Value
	}
	return id.Scheme.String() + ":" + id.Value
}

// Decision is a person's word on two providers of the review list, by their keys.
type Decision struct {
	A, B string
	Same bool
}

// party is what the registers say under one identifier: a node of the
// resolution. Parties that are one provider become one cluster.
type party struct {
	key       Ident
	owner     string // register of a Local code
	names     []vote[string]
	countries []vote[Country]
	parents   []vote[int32] // parties
	registers int32         // rows that name the party
	faulty    bool          // an identifier that should identify has a fault
}

func (p *party) text() string {
	if p.key.Scheme == Local {
		return "local:" + p.owner + ":" + p.key.Value
	}
	return p.key.text()
}

// vote counts how often registers say a thing.
type vote[T comparable] struct {
	value T
	n     int32
}

// maxVotes bounds the different things said of one party; further ones are not counted.
const maxVotes = 64

func count[T comparable](votes []vote[T], v T, n int32) []vote[T] {
	for i := range votes {
		if votes[i].value == v {
			votes[i].n += n
			return votes
		}
	}
	if len(votes) == maxVotes {
		return votes
	}
	return append(votes, vote[T]{v, n})
}

// resolver finds which rows of the registers are one provider. Only sound
// identifiers join rows; a name never does.
type resolver struct {
	parties []party
	byKey   map[Ident]int32
	ties    map[[2]int32]struct{} // parties that one row names together
	order   [][2]int32            // of ties
}

func newResolver() *resolver {
	return &resolver{byKey: map[Ident]int32{}, ties: map[[2]int32]struct{}{}}
}

// enter files the providers of a register and returns the party of each.
func (r *resolver) enter(owner string, rows []Provider, out []int32) []int32 {
	out = out[:0]
	for i := range rows {
		p := &rows[i]
		at := r.party(owner, p.ID)
		if p.Other.Value != "" {
			if other := r.party(owner, p.Other); other != at && (r.parties[other].key.Scheme != Local) {
				if r.parties[at].key.Scheme == Local && !r.parties[at].faulty {
					at, other = other, at // the sound number leads
				}
				r.tie(at, other)
			}
		}
		q := &r.parties[at]
		q.registers++
		if p.Name != "" {
			q.names = count(q.names, p.Name, 1)
		}
		if p.LatinName != "" && p.LatinName != p.Name {
			q.names = count(q.names, p.LatinName, 1)
		}
		if p.Country != (Country{}) {
			q.countries = count(q.countries, p.Country, 1)
		}
		out = append(out, at)
	}
	for i := range rows {
		if up := rows[i].Parent; up >= 0 && int(up) < len(rows) && out[up] != out[i] {
			q := &r.parties[out[i]]
			q.parents = count(q.parents, out[up], 1)
		}
	}
	return out
}

func (r *resolver) tie(a, b int32) {
	pair := [2]int32{min(a, b), max(a, b)}
	if _, ok := r.ties[pair]; !ok {
		r.ties[pair] = struct{}{}
		r.order = append(r.order, pair)
	}
}

// party finds or makes the party of an identifier.
func (r *resolver) party(owner string, id Ident) int32 {
	key, sound := id.key()
	look := key
	if !sound { // a code that identifies only within its register
		key.Scheme, key.Value, key.Country = Local, id.Value, Country{}
		look = Ident{Local, Country{}, owner + "\x00" + id.Value}
	}
	at, ok := r.byKey[look]
	if !ok {
		at = int32(len(r.parties))
		r.parties = append(r.parties, party{key: key, owner: owner, faulty: !sound && id.Scheme != Local})
		r.byKey[look] = at
	}
	return at
}

// clusters are the outcome: of every party its provider.
type clusters struct {
	of      []int32   // party → cluster
	members [][]int32 // cluster → parties, the leading one first
	review  []Review
}

// settle joins parties by ties and decisions. Clusters are ordered by the text
// of their leading identifier.
func (r *resolver) settle(decisions []Decision) clusters {
	texts := make([]string, len(r.parties))
	byText := map[string]int32{}
	for i := range r.parties {
		texts[i] = r.parties[i].text()
		byText[texts[i]] = int32(i)
	}
	sets := newUnion(r.parties)
	var out clusters
	apart := map[[2]int32]bool{}
	for _, d := range decisions {
		a, okA := byText[d.A]
		b, okB := byText[d.B]
		if !okA || !okB {
			continue
		}
		if !d.Same {
			apart[[2]int32{min(a, b), max(a, b)}] = true
		} else if !sets.join(a, b) {
			out.review = append(out.review, r.reviewOf(Conflict, a, b))
		}
	}
	slices.SortFunc(r.order, func(x, y [2]int32) int {
		return cmp.Or(cmp.Compare(texts[x[0]], texts[y[0]]), cmp.Compare(texts[x[1]], texts[y[1]]))
	})
	for _, t := range r.order {
		if !apart[t] && !sets.join(t[0], t[1]) {
			out.review = append(out.review, r.reviewOf(Conflict, t[0], t[1]))
		}
	}
	r.gather(sets, texts, &out)
	r.inspect(&out, apart)
	return out
}

// gather numbers the sets.
func (r *resolver) gather(sets *union, texts []string, out *clusters) {
	rank := func(a int32) (int, string) {
		s := r.parties[a].key.Scheme
		return [...]int{Local: 9, LEI: 0, Corporate: 1, EUID: 2, CRN: 3, VAT: 4}[s], texts[a]
	}
	lead := map[int32]int32{}
	for i := range r.parties {
		root := sets.find(int32(i))
		have, ok := lead[root]
		if ok {
			x, xt := rank(have)
			y, yt := rank(int32(i))
			ok = x < y || x == y && xt <= yt
		}
		if !ok {
			lead[root] = int32(i)
		}
	}
	leaders := make([]int32, 0, len(lead))
	for _, l := range lead {
		leaders = append(leaders, l)
	}
	slices.SortFunc(leaders, func(a, b int32) int { return strings.Compare(texts[a], texts[b]) })
	out.members = make([][]int32, len(leaders))
	at := map[int32]int32{}
	for i, l := range leaders {
		at[sets.find(l)] = int32(i)
		out.members[i] = []int32{l}
	}
	out.of = make([]int32, len(r.parties))
	for i := range r.parties {
		c := at[sets.find(int32(i))]
		out.of[i] = c
		if out.members[c][0] != int32(i) {
			out.members[c] = append(out.members[c], int32(i))
		}
	}
}

// union is a union-find whose sets hold at most one LEI and one corporate number.
type union struct {
	up     []int32
	unique [2][]int32 // the party whose LEI, or corporate number, a set has; -1 for none
}

func newUnion(parties []party) *union {
	u := &union{up: make([]int32, len(parties))}
	for k, scheme := range []Scheme{LEI, Corporate} {
		u.unique[k] = make([]int32, len(parties))
		for i := range parties {
			u.unique[k][i] = -1
			if parties[i].key.Scheme == scheme {
				u.unique[k][i] = int32(i)
			}
		}
	}
	for i := range u.up {
		u.up[i] = int32(i)
	}
	return u
}

func (u *union) find(a int32) int32 {
	for u.up[a] != a {
		u.up[a] = u.up[u.up[a]]
		a = u.up[a]
	}
	return a
}

// join unites two sets unless that would give one provider two numbers of a kind.
func (u *union) join(a, b int32) bool {
	a, b = u.find(a), u.find(b)
	if a == b {
		return true
	}
	for k := range u.unique {
		if u.unique[k][a] >= 0 && u.unique[k][b] >= 0 {
			return false
		}
	}
	a, b = min(a, b), max(a, b)
	u.up[b] = a
	for k := range u.unique {
		u.unique[k][a] = max(u.unique[k][a], u.unique[k][b])
	}
	return true
}

// most is the value with the most votes, the smallest by less among equals.
func most[T comparable](votes []vote[T], compare func(a, b T) int) (best T) {
	n := int32(0)
	for _, v := range votes {
		if v.n > n || v.n == n && compare(v.value, best) < 0 {
			best, n = v.value, v.n
		}
	}
	return best
}
