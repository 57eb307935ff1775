package network

import (
	"cmp"
	"math"
	"slices"
)

// maxDepth bounds the ranks of a chain that are followed.
const maxDepth = 64

// addChain enters the chain of a service: the direct provider, and every
// provider that its links reach. The hours of a member are the largest over its
// ways to the institution of the smallest on a way (docs/design/cascade.md,
// equation 1).
func (b *builder) addChain(r *Register, v *Service, links []int32) {
	c := &b.g.Chain
	supply := int32(len(b.g.Supplies.Contract) - 1)
	start := len(c.Supply)
	own := v.Hours
	if own < 0 {
		own = hours(b.o.Substitution[min(v.Substitutability, NotSubstitutable)])
	}
	b.addMember(supply, v.Provider, 1, v.Provider, own, own)
	at := newPlaces(len(links))
	at.put(v.Provider, start)
	b.spread(r, v, links, start, math.MaxInt, at)
	b.addOthers(r, links, at)
	reached := len(c.Supply)
	if b.addOrphans(r, v, links, own, start, at) {
		b.spread(r, v, links, start, reached, at)
	}
	for k := start; k < len(c.Supply); k++ { // from here on by party
		c.Provider[k], c.Recipient[k] = b.party[c.Provider[k]], b.party[c.Recipient[k]]
	}
	b.g.Supplies.ChainStart = append(b.g.Supplies.ChainStart, int32(len(c.Supply)))
}

// spread follows the links to members at a position below limit until nothing
// changes.
func (b *builder) spread(r *Register, v *Service, links []int32, start, limit int, at *places) {
	supply := b.g.Chain.Supply[start]
	for depth, changed := 0, true; changed && depth < maxDepth; depth++ {
		changed = false
		for _, i := range links {
			l := &r.Links[i]
			if up, ok := at.get(l.Recipient); ok && up < limit && l.Provider != v.Provider && l.Provider != l.Recipient {
				changed = b.through(supply, start, at, l, up) || changed
			}
		}
	}
}

// addOrphans takes the links whose recipient the chain does not reach as links
// to the direct provider. It reports whether one betters a member that the chain
// reaches, so that what supplies it has to be followed again.
func (b *builder) addOrphans(r *Register, v *Service, links []int32, own int32, start int, at *places) (better bool) {
	c := &b.g.Chain
	reached := len(c.Supply)
	for _, i := range links {
		l := &r.Links[i]
		if to, ok := at.get(l.Recipient); ok && to < reached {
			continue
		}
		b.g.Orphans++
		h := b.linkHours(l)
		k, ok := at.get(l.Provider)
		switch {
		case l.Provider == v.Provider:
			continue
		case !ok:
			at.put(l.Provider, len(c.Supply))
			b.addMember(c.Supply[start], l.Provider, max(l.Rank, 2), v.Provider, min(own, h), h)
			continue
		case c.Recipient[k] == v.Provider:
			c.Link[k] = max(c.Link[k], h)
		default:
			b.others = append(b.others, told{b.party[l.Provider], b.party[v.Provider], h})
		}
		if min(own, h) > c.Hours[k] {
			c.Hours[k] = min(own, h)
			better = better || k < reached
		}
	}
	return better
}

// addOthers keeps the links of a chain that are not the one its member shows: a
// provider may supply several members, or one by several links.
func (b *builder) addOthers(r *Register, links []int32, at *places) {
	c := &b.g.Chain
	for _, i := range links {
		l := &r.Links[i]
		k, ok := at.get(l.Provider)
		if _, to := at.get(l.Recipient); !ok || !to {
			continue
		}
		if h := b.linkHours(l); l.Recipient != c.Recipient[k] || h > c.Link[k] {
			b.others = append(b.others, told{b.party[l.Provider], b.party[l.Recipient], h})
		}
	}
}

// told is a link as a register tells it: who supplies whom, and the hours to
// substitute it.
type told struct{ provider, recipient, hours int32 }

func (b *builder) linkHours(l *Link) int32 {
	if l.Hours >= 0 {
		return l.Hours
	}
	return hours(b.o.Link)
}

// through enters a link whose recipient stands at up, or betters its member.
func (b *builder) through(supply int32, start int, at *places, l *Link, up int) bool {
	c := &b.g.Chain
	h := min(c.Hours[up], b.linkHours(l))
	have, ok := at.get(l.Provider)
	if !ok {
		at.put(l.Provider, len(c.Supply))
		b.addMember(supply, l.Provider, c.Rank[up]+1, l.Recipient, h, b.linkHours(l))
		return true
	}
	if h <= c.Hours[have] {
		return false
	}
	c.Hours[have] = h
	return true
}

func (b *builder) addMember(supply, provider, rank, recipient, h, link int32) {
	c := &b.g.Chain
	c.Supply, c.Provider = append(c.Supply, supply), append(c.Provider, provider)
	c.Rank, c.Recipient, c.Hours = append(c.Rank, rank), append(c.Recipient, recipient), append(c.Hours, h)
	c.Link = append(c.Link, link)
}

// places finds the position of a provider in a chain: a short list, or a map
// when there are many.
type places struct {
	keys []int32
	pos  []int
	big  map[int32]int
}

func newPlaces(n int) *places {
	p := &places{}
	if n > 16 {
		p.big = make(map[int32]int, n)
	}
	return p
}

func (p *places) get(key int32) (int, bool) {
	if p.big != nil {
		i, ok := p.big[key]
		return i, ok
	}
	for i, k := range p.keys {
		if k == key {
			return p.pos[i], true
		}
	}
	return 0, false
}

func (p *places) put(key int32, pos int) {
	if p.big != nil {
		p.big[key] = pos
		return
	}
	p.keys, p.pos = append(p.keys, key), append(p.pos, pos)
}

// linkProviders joins the links of all chains: who supplies whom anywhere in the
// sector, with the longest time to substitute. Others are the links that no
// member of a chain shows.
func (g *Graph) linkProviders(others []told) {
	type link struct {
		ends  uint64 // supplier and recipient
		hours int32
	}
	var all []link
	for k, p := range g.Chain.Provider {
		if to := g.Chain.Recipient[k]; to != p {
			all = append(all, link{uint64(p)<<32 | uint64(to), g.Chain.Link[k]})
		}
	}
	for _, l := range others {
		if l.provider != l.recipient {
			all = append(all, link{uint64(l.provider)<<32 | uint64(l.recipient), l.hours})
		}
	}
	slices.SortFunc(all, func(x, y link) int { return cmp.Or(cmp.Compare(x.ends, y.ends), cmp.Compare(y.hours, x.hours)) })
	all = slices.CompactFunc(all, func(x, y link) bool { return x.ends == y.ends })
	from := make([]int32, len(all))
	for i, x := range all {
		from[i] = int32(x.ends >> 32)
	}
	g.suppliers = transpose(len(g.Providers.Key), from)
	g.supplyHours = make([]int32, len(all))
	for i, at := range g.suppliers.items {
		g.suppliers.items[i], g.supplyHours[i] = int32(all[at].ends&0xffffffff), all[at].hours
	}
}
