package network

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
)

// Options are what the registers leave open. The hours are assumptions: a
// register grades substitutability and gives no time.
type Options struct {
	// Hours to substitute a service, by Level of substitutability; position 0 is
	// not assessed, 4 not substitutable. NoHours is never.
	Substitution [5]int32
	Link         int32 // hours for a recipient to substitute a subcontractor where the register has none; NoHours is never
	Tolerance    int32 // hours of a function with neither impact tolerance nor RTO
	Decisions    []Decision
}

// DefaultOptions assume three days, thirty days and half a year for easy, medium
// and highly complex substitution, never for what is not substitutable, the
// highly complex time for what is not assessed, no substitution of
// subcontractors, and a tolerance of 24 hours. They are the project's
// assumptions, not a rule.
func DefaultOptions() Options {
	return Options{Substitution: [5]int32{4320, 72, 720, 4320, NoHours}, Link: NoHours, Tolerance: 24}
}

func hours(h int32) int32 {
	if h < 0 {
		return never
	}
	return h
}

// Build joins registers into a graph. Registers are read once, in their order,
// and may be reused by the caller after each step. A position within a register
// that points nowhere leaves its row out.
func Build(registers iter.Seq[*Register], o Options) *Graph {
	b := &builder{g: &Graph{}, o: o, res: newResolver(), seen: map[string]int32{}}
	b.open()
	for r := range registers {
		b.add(r)
	}
	return b.finish()
}

type builder struct {
	g    *Graph
	o    Options
	res  *resolver
	seen map[string]int32 // institution → position

	categories, services, activities word[string]
	countries                        word[Country]

	party   []int32  // of the register's providers
	supply  []int32  // of the register's services, -1 left out
	uses    []useRow // of the register, to be ordered
	links   []int32  // of the register, by service and rank
	twice   []Review
	serving []int32 // services of each contract of the register
	others  []told  // links that no chain member shows
}

// useRow is a use on its way to its place.
type useRow struct {
	function, service, supply int32
	use                       int32
}

func (b *builder) open() {
	g := b.g
	b.countries.of(Country{})
	g.Institutions.FuncStart, g.Institutions.SupStart = []int32{0}, []int32{0}
	g.Functions.NeedStart, g.Needs.UseStart, g.Supplies.ChainStart = []int32{0}, []int32{0}, []int32{0}
}

func (b *builder) add(r *Register) {
	in := &b.g.Institutions
	if first, ok := b.seen[r.Institution.ID]; ok {
		b.twice = append(b.twice, Review{Kind: Twice, Name: r.Institution.Name, Items: []Reviewed{
			{Key: in.ID[first], Name: in.Name[first], Country: b.countries.list[in.Country[first]]},
			{Key: r.Institution.ID, Name: r.Institution.Name, Country: r.Institution.Country}}})
		return
	}
	b.seen[r.Institution.ID] = int32(len(in.ID))
	in.ID, in.Name = append(in.ID, strings.Clone(r.Institution.ID)), append(in.Name, strings.Clone(r.Institution.Name))
	in.Category = append(in.Category, b.categories.of(r.Institution.Category))
	in.Country = append(in.Country, b.countries.of(r.Institution.Country))
	in.Assets = append(in.Assets, wholeAssets(r.Institution.Assets))
	b.party = b.res.enter(r.Institution.ID, r.Providers, b.party)
	b.addSupplies(r)
	b.addFunctions(r)
	in.FuncStart = append(in.FuncStart, int32(len(b.g.Functions.ID)))
	in.SupStart = append(in.SupStart, int32(len(b.g.Supplies.Contract)))
}

// wholeAssets rounds to whole units, so that sums below 2^53 are exact and do
// not depend on their order. What is no amount is unknown.
func wholeAssets(a float64) float64 {
	if !(a > 0) || math.IsInf(a, 0) {
		return 0
	}
	return math.Round(a)
}

func within(i int32, n int) bool { return i >= 0 && int(i) < n }

func (b *builder) addSupplies(r *Register) {
	s := &b.g.Supplies
	me := int32(len(b.g.Institutions.ID) - 1)
	b.serving = append(b.serving[:0], make([]int32, len(r.Contracts))...)
	for i := range r.Services {
		if v := &r.Services[i]; within(v.Contract, len(r.Contracts)) && within(v.Provider, len(r.Providers)) {
			b.serving[v.Contract]++
		}
	}
	b.orderLinks(r)
	b.supply = b.supply[:0]
	next := 0
	for i := range r.Services {
		v := &r.Services[i]
		from := next
		for next < len(b.links) && r.Links[b.links[next]].Service == int32(i) {
			next++
		}
		if !within(v.Contract, len(r.Contracts)) || !within(v.Provider, len(r.Providers)) {
			b.supply = append(b.supply, -1)
			continue
		}
		b.supply = append(b.supply, int32(len(s.Contract)))
		c := &r.Contracts[v.Contract]
		s.Institution = append(s.Institution, me)
		s.Provider = append(s.Provider, b.party[v.Provider])
		s.Service = append(s.Service, b.services.of(v.Type))
		s.Contract = append(s.Contract, strings.Clone(c.Ref))
		s.Expense = append(s.Expense, wholeAssets(c.Expense)/float64(b.serving[v.Contract]))
		s.Substitutability = append(s.Substitutability, min(v.Substitutability, NotSubstitutable))
		s.Reintegration = append(s.Reintegration, min(v.Reintegration, HighlyComplexReintegration))
		s.Impact = append(s.Impact, min(v.Impact, HighImpact))
		s.ExitPlan, s.Alternatives = append(s.ExitPlan, v.ExitPlan), append(s.Alternatives, v.Alternatives)
		s.NoAlternative, s.Migration = append(s.NoAlternative, v.NoAlternative), append(s.Migration, v.Migration)
		b.addChain(r, v, b.links[from:next])
	}
}

// orderLinks lists the sound links by service, rank and position.
func (b *builder) orderLinks(r *Register) {
	b.links = b.links[:0]
	for i := range r.Links {
		l := &r.Links[i]
		if within(l.Service, len(r.Services)) && within(l.Provider, len(r.Providers)) && within(l.Recipient, len(r.Providers)) {
			b.links = append(b.links, int32(i))
		}
	}
	byPlace := func(x, y int32) int {
		p, q := &r.Links[x], &r.Links[y]
		return cmp.Or(cmp.Compare(p.Service, q.Service), cmp.Compare(p.Rank, q.Rank), cmp.Compare(x, y))
	}
	if !slices.IsSortedFunc(b.links, byPlace) {
		slices.SortFunc(b.links, byPlace)
	}
}

func (b *builder) addFunctions(r *Register) {
	b.uses = b.uses[:0]
	for i := range r.Uses {
		u := &r.Uses[i]
		if within(u.Function, len(r.Functions)) && within(u.Service, len(b.supply)) && b.supply[u.Service] >= 0 {
			s := b.supply[u.Service]
			b.uses = append(b.uses, useRow{u.Function, b.g.Supplies.Service[s], s, int32(i)})
		}
	}
	slices.SortFunc(b.uses, func(x, y useRow) int {
		return cmp.Or(cmp.Compare(x.function, y.function), cmp.Compare(x.service, y.service), cmp.Compare(x.supply, y.supply), cmp.Compare(x.use, y.use))
	})
	f, n := &b.g.Functions, &b.g.Needs
	next := 0
	for i := range r.Functions {
		b.addFunction(&r.Functions[i])
		last := int32(-1)
		for ; next < len(b.uses) && b.uses[next].function == int32(i); next++ {
			if row := b.uses[next]; row.service != last {
				if last >= 0 {
					n.UseStart = append(n.UseStart, int32(len(b.g.Uses.Need)))
				}
				n.Function, n.Service = append(n.Function, int32(len(f.ID)-1)), append(n.Service, row.service)
				last = row.service
			}
			b.addUse(&r.Uses[b.uses[next].use], b.uses[next].supply)
		}
		if last >= 0 {
			n.UseStart = append(n.UseStart, int32(len(b.g.Uses.Need)))
		}
		f.NeedStart = append(f.NeedStart, int32(len(n.Function)))
	}
}

func (b *builder) addFunction(v *Function) {
	f := &b.g.Functions
	f.Institution = append(f.Institution, int32(len(b.g.Institutions.ID)-1))
	f.ID, f.Name = append(f.ID, strings.Clone(v.ID)), append(f.Name, strings.Clone(v.Name))
	f.Activity = append(f.Activity, b.activities.of(v.Activity))
	f.Critical, f.Impact = append(f.Critical, v.Critical), append(f.Impact, min(v.Impact, HighImpact))
	f.RTO, f.RPO = append(f.RTO, max(v.RTO, NoHours)), append(f.RPO, max(v.RPO, NoHours))
	tol := v.Tolerance
	if tol < 0 {
		tol = v.RTO
	}
	if tol < 0 {
		tol = hours(b.o.Tolerance)
	}
	f.Tol = append(f.Tol, tol)
}

func (b *builder) addUse(v *Use, supply int32) {
	u := &b.g.Uses
	u.Need = append(u.Need, int32(len(b.g.Needs.Function)-1))
	u.Supply = append(u.Supply, supply)
	u.Storage, u.Processing = append(u.Storage, b.countries.of(v.Storage)), append(u.Processing, b.countries.of(v.Processing))
	u.Stored = append(u.Stored, v.Stored)
	u.Sensitivity, u.Reliance = append(u.Sensitivity, min(v.Sensitivity, HighImpact)), append(u.Reliance, min(v.Reliance, FullReliance))
}

// finish resolves the providers and adds what is read against the arrows.
func (b *builder) finish() *Graph {
	g := b.g
	c := b.res.settle(b.o.Decisions)
	g.Review = append(c.review, b.twice...)
	g.Categories, g.Services, g.Activities, g.Countries = b.categories.list, b.services.list, b.activities.list, b.countries.list
	b.addProviders(&c)
	g.Countries = b.countries.list
	for _, list := range [][]int32{g.Supplies.Provider, g.Chain.Provider, g.Chain.Recipient} {
		for i, p := range list {
			list[i] = c.of[p]
		}
	}
	for i, l := range b.others {
		b.others[i].provider, b.others[i].recipient = c.of[l.provider], c.of[l.recipient]
	}
	var wg sync.WaitGroup
	wg.Go(func() { g.usesOf = transpose(len(g.Supplies.Contract), g.Uses.Supply) })
	wg.Go(func() {
		g.memberOf = transpose(len(g.Providers.Key), g.Chain.Provider)
		g.linkProviders(b.others)
	})
	wg.Wait()
	b.findInstitutions(&c)
	return g
}

func (b *builder) addProviders(c *clusters) {
	p := &b.g.Providers
	for _, members := range c.members {
		var names []vote[string]
		var countries []vote[Country]
		for _, a := range members {
			for _, v := range b.res.parties[a].names {
				names = count(names, v.value, v.n)
			}
			for _, v := range b.res.parties[a].countries {
				countries = count(countries, v.value, v.n)
			}
		}
		p.Key = append(p.Key, b.res.parties[members[0]].text())
		p.Name = append(p.Name, most(names, strings.Compare))
		p.Country = append(p.Country, b.countries.of(most(countries, compareCountry)))
		votes := b.res.parentVotes(members, c.of)
		up := int32(-1)
		if len(votes) > 0 {
			up = most(votes, func(a, b int32) int { return cmp.Compare(a, b) })
		}
		p.Parent = append(p.Parent, up)
	}
	b.addGroups()
}

// addGroups follows the parents upwards; in a circle the smallest is the top.
func (b *builder) addGroups() {
	p, t := &b.g.Providers, &b.g.Groups
	top := make([]int32, len(p.Key))
	for i := range top {
		at, low := int32(i), int32(i)
		for steps := 0; p.Parent[at] >= 0; steps++ {
			at = p.Parent[at]
			if steps > 64 { // a circle
				low = at
				for x := p.Parent[at]; x != at; x = p.Parent[x] {
					low = min(low, x)
				}
				at = low
				break
			}
		}
		top[i] = at
	}
	number := map[int32]int32{}
	p.Group = make([]int32, len(top))
	for i, a := range top {
		g, ok := number[a]
		if !ok {
			g = int32(len(t.Parent))
			number[a] = g
			t.Parent = append(t.Parent, a)
		}
		p.Group[i] = g
	}
	r := transpose(len(t.Parent), p.Group)
	t.MemStart, t.Members = r.start, r.items
}

// findInstitutions finds the institutions that serve others: a provider's LEI
// is an institution's.
func (b *builder) findInstitutions(c *clusters) {
	in := &b.g.Institutions
	in.Provider = make([]int32, len(in.ID))
	for i, id := range in.ID {
		in.Provider[i] = -1
		if at, ok := b.res.byKey[Ident{LEI, Country{}, id}]; ok {
			in.Provider[i] = c.of[at]
		}
	}
}
