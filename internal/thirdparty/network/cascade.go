package network

import (
	"cmp"
	"slices"

	"yagura/internal/errs"
)

// Scenario is what fails, at hour 0, and the rules by which the failure spreads
// (docs/design/cascade.md).
type Scenario struct {
	Providers []string  // keys
	Groups    []string  // keys of any member
	Offices   []Country // providers whose head office is there
	Locations []Country // services whose data is stored or processed there

	Hours    int32 // the failure lasts; 0: to the horizon and beyond
	DataLoss int32 // hours of data lost with the failing provider
	Rules
}

// Rules are how a failure spreads.
type Rules struct {
	Horizon int32 // hours looked at; 0 means 720
	// Redundant: a need is met while one of its uses runs. Otherwise every use
	// that the function relies on must run.
	Redundant bool
	// Sector: who supplies a provider in any register is taken to supply it in
	// all. Otherwise a chain holds for the contract it is told for.
	Sector bool
	// Isolated: an institution that serves others does not fail them. Otherwise
	// it fails as a provider while a critical function of it is beyond tolerance.
	Isolated bool
}

func (r Rules) horizon() int32 {
	if r.Horizon <= 0 {
		return 720
	}
	return min(r.Horizon, 24*366)
}

// Step is the state of the sector from an hour to the next step.
type Step struct {
	Hour         int32   `json:"hour"`
	Institutions int     `json:"institutions"` // with a critical function beyond tolerance
	Functions    int     `json:"functions"`    // critical functions beyond tolerance
	Assets       float64 `json:"assets"`       // of the institutions
}

// Impact is what a failure does within the horizon.
type Impact struct {
	Institutions int     `json:"institutions"` // with a critical function beyond tolerance at some hour
	Functions    int     `json:"functions"`    // critical functions beyond tolerance at some hour
	Assets       float64 `json:"assets"`
	First        int32   `json:"first_hour"`        // of a critical function beyond tolerance; -1 when there is none
	Interrupted  int     `json:"interrupted"`       // functions of any kind that stop at all
	Providers    int     `json:"failed_providers"`  // that fail, the first ones included
	DataBeyond   int     `json:"beyond_data_point"` // critical functions that lose more data than their recovery point objective bears
}

// Outcome is an impact with its course and the institutions hit.
type Outcome struct {
	Impact
	Curve []Step `json:"curve"`
	Hit   []Hit  `json:"hit"`
}

// Hit is an institution with critical functions beyond tolerance.
type Hit struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Assets    float64 `json:"assets"`
	From      int32   `json:"from_hour"` // the first critical function is beyond tolerance
	To        int32   `json:"to_hour"`   // none is any more; -1: not within the horizon
	Functions []Stop  `json:"functions"`
}

// Stop is a critical function beyond tolerance.
type Stop struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Tolerance int32  `json:"tolerance"`
	Outage    int32  `json:"outage"` // hours until it runs again; -1: not within the horizon
}

// engine computes the longest outage of every node. All that it holds is
// cleared by the lists of what was touched.
type engine struct {
	g     *Graph
	rules Rules

	provider, supply, function []int32 // hours of outage
	seed                       []int32 // of uses, by location; nil until needed
	touched                    struct{ provider, supply, function, institution []int32 }
	inst                       *marks
	queue                      []int32
	waiting                    []bool
	span                       []span
}

// span is the time a function is beyond tolerance: from its tolerance to the end
// of its outage.
type span struct{ from, to int32 }

func (g *Graph) engine(r Rules) *engine {
	n := len(g.Providers.Key)
	return &engine{g: g, rules: r, provider: make([]int32, n), supply: make([]int32, len(g.Supplies.Contract)),
		function: make([]int32, len(g.Functions.ID)), inst: newMarks(len(g.Institutions.ID)), waiting: make([]bool, n)}
}

func (e *engine) clear() {
	t := &e.touched
	for _, p := range t.provider {
		e.provider[p] = 0
	}
	for _, s := range t.supply {
		e.supply[s] = 0
	}
	for _, f := range t.function {
		e.function[f] = 0
	}
	t.provider, t.supply, t.function, t.institution = t.provider[:0], t.supply[:0], t.function[:0], t.institution[:0]
	e.inst.clear()
	clear(e.seed)
}

// fail lets a provider fail for some hours.
func (e *engine) fail(p, hours int32) {
	if hours <= e.provider[p] {
		return
	}
	if e.provider[p] == 0 {
		e.touched.provider = append(e.touched.provider, p)
	}
	e.provider[p] = hours
	if !e.waiting[p] {
		e.waiting[p] = true
		e.queue = append(e.queue, p)
	}
}

// run spreads the failures until nothing changes. Outages only grow and take
// values of a finite set, so it ends, and in the same state whatever the order.
func (e *engine) run() {
	for len(e.queue) > 0 {
		p := e.queue[len(e.queue)-1]
		e.queue = e.queue[:len(e.queue)-1]
		e.waiting[p] = false
		g, hours := e.g, e.provider[p]
		for _, k := range g.memberOf.of(p) {
			if g.Chain.Rank[k] == 1 || !e.rules.Sector {
				e.stop(g.Chain.Supply[k], min(hours, g.Chain.Hours[k]))
			}
		}
		if e.rules.Sector {
			from, to := g.suppliers.start[p], g.suppliers.start[p+1]
			for k := from; k < to; k++ {
				e.fail(g.suppliers.items[k], min(hours, g.supplyHours[k]))
			}
		}
	}
}

// stop lets a supply stop for some hours.
func (e *engine) stop(s, hours int32) {
	if hours <= e.supply[s] {
		return
	}
	if e.supply[s] == 0 {
		e.touched.supply = append(e.touched.supply, s)
	}
	e.supply[s] = hours
	for _, u := range e.g.usesOf.of(s) {
		e.interrupt(u, hours)
	}
}

// interrupt lets a use fall out.
func (e *engine) interrupt(u, hours int32) {
	g := e.g
	if !needed(g.Uses.Reliance[u]) {
		return
	}
	n := g.Uses.Need[u]
	f := g.Needs.Function[n]
	if hours <= e.function[f] {
		return
	}
	if e.rules.Redundant {
		for v := g.Needs.UseStart[n]; v < g.Needs.UseStart[n+1]; v++ {
			if needed(g.Uses.Reliance[v]) {
				hours = min(hours, e.outage(v))
			}
		}
		if hours <= e.function[f] {
			return
		}
	}
	if e.function[f] == 0 {
		e.touched.function = append(e.touched.function, f)
	}
	e.function[f] = hours
	if g.Functions.Critical[f] != Yes || hours <= g.Functions.Tol[f] || g.Functions.Tol[f] > e.rules.horizon() {
		return
	}
	i := g.Functions.Institution[f]
	if e.inst.set(i, 1) != 0 {
		e.touched.institution = append(e.touched.institution, i)
	}
	if p := g.Institutions.Provider[i]; p >= 0 && !e.rules.Isolated {
		e.fail(p, hours)
	}
}

// outage of a use: of its supply, or of its location.
func (e *engine) outage(u int32) int32 {
	h := e.supply[e.g.Uses.Supply[u]]
	if e.seed != nil {
		h = max(h, e.seed[u])
	}
	return h
}

// impact sums up what the last run did.
func (e *engine) impact() Impact {
	g := e.g
	m := Impact{First: -1, Interrupted: len(e.touched.function), Providers: len(e.touched.provider), Institutions: len(e.touched.institution)}
	for _, i := range e.touched.institution {
		m.Assets += g.Institutions.Assets[i]
	}
	for _, f := range e.touched.function {
		if e.beyond(f) {
			m.Functions++
			if m.First < 0 || g.Functions.Tol[f] < m.First {
				m.First = g.Functions.Tol[f]
			}
		}
	}
	return m
}

// beyond reports whether a critical function is beyond tolerance within the
// horizon: its outage is longer than its tolerance.
func (e *engine) beyond(f int32) bool {
	t := &e.g.Functions
	return t.Critical[f] == Yes && e.function[f] > t.Tol[f] && t.Tol[f] <= e.rules.horizon()
}

// Fail computes what a scenario does. An unknown provider or group is an error
// of kind not found; a scenario in which nothing fails is one of kind invalid.
func (g *Graph) Fail(s Scenario) (*Outcome, error) {
	first, err := g.first(s)
	if err != nil {
		return nil, err
	}
	e := g.engine(s.Rules)
	hours := int32(never)
	if s.Hours > 0 {
		hours = s.Hours
	}
	for _, p := range first {
		e.fail(p, hours)
	}
	e.run()
	e.failPlaces(s.Locations, hours)
	out := &Outcome{Impact: e.impact(), Curve: e.curve(), Hit: e.hits()}
	if s.DataLoss > 0 {
		out.DataBeyond = e.dataBeyond(s.DataLoss, first, s.Locations)
	}
	return out, nil
}

// first are the providers that fail by themselves, each once.
func (g *Graph) first(s Scenario) ([]int32, error) {
	var out []int32
	for _, key := range s.Providers {
		p, ok := slices.BinarySearch(g.Providers.Key, key)
		if !ok {
			return nil, errs.New(errs.NotFound, "no provider %q", key)
		}
		out = append(out, int32(p))
	}
	for _, key := range s.Groups {
		p, ok := slices.BinarySearch(g.Providers.Key, key)
		if !ok {
			return nil, errs.New(errs.NotFound, "no provider %q", key)
		}
		out = append(out, g.group(g.Providers.Group[p])...)
	}
	for p, c := range g.Providers.Country {
		if c != 0 && slices.Contains(s.Offices, g.Countries[c]) {
			out = append(out, int32(p))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 && len(s.Locations) == 0 {
		return nil, errs.New(errs.Invalid, "nothing fails")
	}
	return out, nil
}

// failPlaces stops the uses whose data lies in, or is processed in, a country.
func (e *engine) failPlaces(list []Country, hours int32) {
	if len(list) == 0 {
		return
	}
	g := e.g
	e.seed = make([]int32, len(g.Uses.Need))
	for u, s := range g.Uses.Supply {
		if g.lies(int32(u), list) {
			e.seed[u] = min(hours, g.Chain.Hours[g.Supplies.ChainStart[s]])
		}
	}
	for u, h := range e.seed {
		if h > 0 {
			e.interrupt(int32(u), h)
		}
	}
	e.run()
}

func (g *Graph) lies(u int32, list []Country) bool {
	for _, c := range [2]int32{g.Uses.Storage[u], g.Uses.Processing[u]} {
		if c != 0 && slices.Contains(list, g.Countries[c]) {
			return true
		}
	}
	return false
}

// dataBeyond counts critical functions whose data at rest lies with what failed
// first and whose recovery point objective is below the hours lost.
func (e *engine) dataBeyond(lost int32, first []int32, places []Country) (n int) {
	g := e.g
	failed := newMarks(len(g.Providers.Key))
	failed.clear()
	for _, p := range first {
		failed.set(p, 1)
	}
	for f := range g.Functions.ID {
		if g.Functions.Critical[f] != Yes || g.Functions.RPO[f] < 0 || g.Functions.RPO[f] >= lost {
			continue
		}
		for u := g.Needs.UseStart[g.Functions.NeedStart[f]]; u < g.Needs.UseStart[g.Functions.NeedStart[f+1]]; u++ {
			if g.Uses.Stored[u] == Yes && (g.lies(u, places) || g.inChain(g.Uses.Supply[u], failed)) {
				n++
				break
			}
		}
	}
	return n
}

func (g *Graph) inChain(s int32, failed *marks) bool {
	for k := g.Supplies.ChainStart[s]; k < g.Supplies.ChainStart[s+1]; k++ {
		if failed.has(g.Chain.Provider[k]) != 0 {
			return true
		}
	}
	return false
}

// spans are the times an institution's functions are beyond tolerance, joined
// where they meet.
func (e *engine) spans(i int32) []span {
	e.span = e.span[:0]
	horizon := e.rules.horizon()
	for f := e.g.Institutions.FuncStart[i]; f < e.g.Institutions.FuncStart[i+1]; f++ {
		if e.beyond(f) {
			e.span = append(e.span, span{e.g.Functions.Tol[f], min(e.function[f], horizon+1)})
		}
	}
	slices.SortFunc(e.span, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	at := 0
	for _, s := range e.span {
		if at > 0 && s.from <= e.span[at-1].to {
			e.span[at-1].to = max(e.span[at-1].to, s.to)
			continue
		}
		e.span[at] = s
		at++
	}
	return e.span[:at]
}
