package network

// MeasureOptions are what the measures need beside the registers.
type MeasureOptions struct {
	Population map[string]Population // by category; nil: the registers are the population
	Systemic   map[string]Systemic   // by institution; nil: criterion 2 is not judged
}

// Size counts what the graph holds.
type Size struct {
	Institutions int     `json:"institutions"`
	Assets       float64 `json:"assets"`
	Functions    int     `json:"functions"`
	Critical     int     `json:"critical_functions"`
	Uses         int     `json:"uses"`     // contractual arrangements: a function's use of a service
	Supplies     int     `json:"supplies"` // services under contracts
	Members      int     `json:"chain_members"`
	Providers    int     `json:"providers"`
	Groups       int     `json:"groups"`
	Deepest      int     `json:"deepest_rank"`
	Orphans      int     `json:"orphan_links"`
	Review       int     `json:"review"`
}

// Measures is the sector's dependence on third parties in numbers. Lists come
// with the largest first.
type Measures struct {
	Size           Size            `json:"size"`
	Concentration  []Concentration `json:"concentration"`
	Providers      []Dependence    `json:"providers"`
	Groups         []Dependence    `json:"groups"`
	SinglePoints   []SinglePoint   `json:"single_points"` // groups
	Subcontractors []Subcontractor `json:"common_subcontractors"`
	Jurisdictions  []Jurisdiction  `json:"jurisdictions"`
	Exits          []Exit          `json:"exits"`
	Screens        []Screen        `json:"screens"` // groups
	ProviderScreen []Screen        `json:"provider_screens"`
}

// Size counts.
func (g *Graph) Size() Size {
	s := Size{Institutions: len(g.Institutions.ID), Functions: len(g.Functions.ID), Uses: len(g.Uses.Need), Supplies: len(g.Supplies.Contract),
		Members: len(g.Chain.Supply), Providers: len(g.Providers.Key), Groups: len(g.Groups.Parent), Orphans: g.Orphans, Review: len(g.Review)}
	for _, a := range g.Institutions.Assets {
		s.Assets += a
	}
	for _, c := range g.Functions.Critical {
		if c == Yes {
			s.Critical++
		}
	}
	for _, r := range g.Chain.Rank {
		s.Deepest = max(s.Deepest, int(r))
	}
	return s
}

// Dependence measures who depends on every provider or group, those with the
// most critical users first; one without a user is left out.
func (g *Graph) Dependence(kind Unit) []Dependence {
	return g.dependence(kind, g.criticalSupplies())
}

// Measure computes all measures.
func (g *Graph) Measure(o MeasureOptions) *Measures {
	critical := g.criticalSupplies()
	m := &Measures{Size: g.Size()}
	m.Providers = g.dependence(ByProvider, critical)
	m.Groups = g.dependence(ByGroup, critical)
	m.Subcontractors = g.subcontractors(critical)
	m.Screens = g.screens(ByGroup, critical, o.Population, o.Systemic)
	m.ProviderScreen = g.screens(ByProvider, critical, o.Population, o.Systemic)
	var concentration [2][]Concentration
	var jurisdictions [len(places5)][]Jurisdiction
	tasks := []func(){
		func() { m.SinglePoints = g.singlePoints(ByGroup) },
		func() { concentration[0] = g.concentration(ByProvider, critical) },
		func() { concentration[1] = g.concentration(ByGroup, critical) },
		func() { m.Exits = g.exits(critical) },
	}
	for i, p := range places5 {
		tasks = append(tasks, func() { jurisdictions[i] = g.jurisdictions(p) })
	}
	parallel(len(tasks), func() struct{} { return struct{}{} }, func(_ struct{}, i int32) { tasks[i]() })
	m.Concentration = append(concentration[0], concentration[1]...)
	for _, j := range jurisdictions {
		m.Jurisdictions = append(m.Jurisdictions, j...)
	}
	return m
}
