package network

// Unit says what is measured as one: a provider, or a group of providers under
// one ultimate parent.
type Unit string

// The units.
const (
	ByProvider Unit = "provider"
	ByGroup    Unit = "group"
)

// units number the providers by what is measured as one.
type units struct {
	kind Unit
	g    *Graph
	of   []int32 // provider → unit
	n    int
}

func (g *Graph) units(kind Unit) units {
	if kind == ByGroup {
		return units{kind, g, g.Providers.Group, len(g.Groups.Parent)}
	}
	of := make([]int32, len(g.Providers.Key))
	for i := range of {
		of[i] = int32(i)
	}
	return units{kind, g, of, len(of)}
}

// head is the provider by which a unit is called.
func (u units) head(i int32) int32 {
	if u.kind == ByGroup {
		return u.g.Groups.Parent[i]
	}
	return i
}

// members are the providers of a unit.
func (u units) members(i int32) []int32 {
	if u.kind == ByGroup {
		return u.g.group(i)
	}
	return u.of[i : i+1]
}

func (g *Graph) group(i int32) []int32 {
	return g.Groups.Members[g.Groups.MemStart[i]:g.Groups.MemStart[i+1]]
}

// Named tells a unit by key, name and country of its head.
type Named struct {
	Key     string  `json:"key"`
	Name    string  `json:"name"`
	Country Country `json:"country"`
	Members int     `json:"members,omitempty"` // providers of a group
}

func (u units) named(i int32) Named {
	h := u.head(i)
	n := Named{Key: u.g.Providers.Key[h], Name: u.g.Providers.Name[h], Country: u.g.Countries[u.g.Providers.Country[h]]}
	if u.kind == ByGroup {
		n.Members = len(u.members(i))
	}
	return n
}

// needed: a function needs the services on which it relies materially or fully,
// or whose reliance is not told (B_02.02 c0180).
func needed(reliance Level) bool { return reliance == 0 || reliance >= MaterialReliance }

// criticalSupplies marks the supplies that a critical or important function uses.
func (g *Graph) criticalSupplies() []bool {
	out := make([]bool, len(g.Supplies.Contract))
	for u, s := range g.Uses.Supply {
		if g.Functions.Critical[g.Needs.Function[g.Uses.Need[u]]] == Yes {
			out[s] = true
		}
	}
	return out
}
