package network

import "slices"

// FunctionStop is a function that a failure stops.
type FunctionStop struct {
	Function int32 // position in Functions
	Outage   int32 // hours until it runs again; -1: not within the horizon
	Beyond   int32 // hour from which it is beyond its tolerance; -1: it is not
}

// Stops lists the functions that a scenario stops, critical or not, in the order of the
// graph. All stop at hour 0: the rules know no stock that lasts. Errors are those of Fail.
func (g *Graph) Stops(s Scenario) ([]FunctionStop, error) {
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
	list := slices.Clone(e.touched.function)
	slices.Sort(list)
	out := make([]FunctionStop, len(list))
	for i, f := range list {
		out[i] = FunctionStop{Function: f, Outage: e.function[f], Beyond: -1}
		if e.function[f] > e.rules.horizon() {
			out[i].Outage = -1
		}
		if tol := g.Functions.Tol[f]; e.function[f] > tol && tol <= e.rules.horizon() {
			out[i].Beyond = tol
		}
	}
	return out, nil
}
