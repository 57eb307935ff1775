package network

import "slices"

// curve counts by hour, from 0 to the horizon, and keeps the hours at which
// something changes.
func (e *engine) curve() []Step {
	g, horizon := e.g, e.rules.horizon()
	diff := make([]Step, horizon+2)
	for _, f := range e.touched.function {
		if e.beyond(f) {
			diff[g.Functions.Tol[f]].Functions++
			diff[min(e.function[f], horizon+1)].Functions--
		}
	}
	for _, i := range e.touched.institution {
		for _, s := range e.spans(i) {
			diff[s.from].Institutions++
			diff[s.to].Institutions--
			diff[s.from].Assets += g.Institutions.Assets[i]
			diff[s.to].Assets -= g.Institutions.Assets[i]
		}
	}
	var out []Step
	now := Step{}
	for h := range horizon + 1 {
		d := diff[h]
		now = Step{h, now.Institutions + d.Institutions, now.Functions + d.Functions, now.Assets + d.Assets}
		if h == 0 || out[len(out)-1].Institutions != now.Institutions || out[len(out)-1].Functions != now.Functions || out[len(out)-1].Assets != now.Assets {
			out = append(out, now)
		}
	}
	return out
}

// hits lists the institutions with critical functions beyond tolerance, in the
// order of the graph.
func (e *engine) hits() []Hit {
	g, horizon := e.g, e.rules.horizon()
	list := slices.Clone(e.touched.institution)
	slices.Sort(list)
	out := []Hit{}
	end := func(h int32) int32 {
		if h > horizon {
			return -1
		}
		return h
	}
	for _, i := range list {
		spans := e.spans(i)
		h := Hit{ID: g.Institutions.ID[i], Name: g.Institutions.Name[i], Assets: g.Institutions.Assets[i], From: spans[0].from, To: end(spans[len(spans)-1].to)}
		for f := g.Institutions.FuncStart[i]; f < g.Institutions.FuncStart[i+1]; f++ {
			if e.beyond(f) {
				h.Functions = append(h.Functions, Stop{g.Functions.ID[f], g.Functions.Name[f], g.Functions.Tol[f], end(e.function[f])})
			}
		}
		out = append(out, h)
	}
	return out
}

// At is the state at an hour.
func (o *Outcome) At(hour int32) Step {
	at := Step{Hour: hour}
	for _, s := range o.Curve {
		if s.Hour > hour {
			break
		}
		at = s
		at.Hour = hour
	}
	return at
}
