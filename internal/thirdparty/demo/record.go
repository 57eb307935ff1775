package demo

import (
	"strconv"
	"time"

	"yagura/internal/form"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
)

// Records writes a register as the records that an institution would keep, by the form of
// each. Their ids are made of their positions. What the forms ask of a vendor and the
// register says of each service is that of its hardest service.
func Records(r network.Register) map[string][]thirdparty.Record {
	w := &writer{r: r, out: map[string][]thirdparty.Record{}, hardest: make([]network.Level, len(r.Providers)), kind: make([]string, len(r.Providers)), vendor: make([]bool, len(r.Providers))}
	for i, p := range r.Providers {
		if p.Parent >= 0 {
			w.vendor[i], w.vendor[p.Parent] = true, true
		}
	}
	for _, s := range r.Services {
		w.vendor[s.Provider] = true
		w.hardest[s.Provider] = max(w.hardest[s.Provider], s.Substitutability)
		if k := kindOfType[s.Type]; k != "" {
			w.kind[s.Provider] = k
		}
	}
	w.functions()
	w.vendors()
	for i := range r.Services {
		w.service(i)
	}
	return w.out
}

type writer struct {
	r       network.Register
	out     map[string][]thirdparty.Record
	hardest []network.Level // by provider
	kind    []string
	vendor  []bool // whether it has a record
}

var (
	kindOfType  = map[string]string{"S17": "cloud", "S18": "cloud", "S19": "cloud", "S07": "centre", "S14": "operation", "S02": "development", "S10": "network", "S04": "security", "S05": "data"}
	cloudOfType = map[string]string{"S17": "iaas", "S18": "paas", "S19": "saas"}
	substitutes = map[network.Level]string{network.EasilySubstitutable: "easy", network.MediumSubstitutable: "hard", network.HighlyComplexSubstitution: "hard", network.NotSubstitutable: "no"}
	reliances   = map[network.Level]string{network.FullReliance: "stop", network.MaterialReliance: "degrade", network.LowReliance: "little"}
	sensitive   = map[network.Level]string{network.LowImpact: "low", network.MediumImpact: "middle", network.HighImpact: "high"}
)

func id(kind string, i int) string { return kind + strconv.Itoa(i+1) }

// put enters a record; an answer without a value is left out.
func (w *writer) put(book, id string, values map[string]any) {
	a := form.Answers{}
	for item, v := range values {
		if v != nil && v != "" {
			a[item] = form.Answer{Value: v}
		}
	}
	w.out[book] = append(w.out[book], thirdparty.Record{ID: id, Answers: a})
}

func (w *writer) functions() {
	for i, f := range w.r.Functions {
		class := map[network.Answer]string{network.Yes: "critical", network.No: "other"}[f.Critical]
		w.put(thirdparty.Functions, id("f", i), map[string]any{"fun.name": f.Name, "fun.criticality": class, "fun.rto": span(f.RTO), "fun.rpo": span(f.RPO), "fun.tolerance": span(f.Tolerance)})
	}
}

func span(hours int32) any {
	if hours < 0 {
		return nil
	}
	return time.Duration(hours) * time.Hour
}

func (w *writer) vendors() {
	for i, p := range w.r.Providers {
		if !w.vendor[i] {
			continue
		}
		values := map[string]any{"ven.name": p.Name, "ven.country": p.Country.String(), "ven.kind": w.kind[i], "ven.substitute": substitutes[w.hardest[i]]}
		if p.ID.Scheme == network.Corporate {
			values["ven.corporate_number"] = p.ID.Value
		}
		if p.Parent >= 0 {
			values["ven.parent"] = id("v", int(p.Parent))
		}
		w.put(thirdparty.Vendors, id("v", i), values)
	}
}

// service enters a service with its contract and its exit plan.
func (w *writer) service(i int) {
	s := w.r.Services[i]
	c := w.r.Contracts[s.Contract]
	provider := w.r.Providers[s.Provider]
	name := provider.Name + " " + id("", i)
	clause := func(k int) any { return (i+k+len(provider.Name))%5 > 0 }
	w.put(thirdparty.Contracts, id("c", i), map[string]any{"con.name": name, "con.number": c.Ref, "con.vendor": id("v", int(s.Provider)), "con.cost": form.Money{Minor: int64(c.Expense), Currency: "JPY"},
		"con.audit": clause(0), "con.access": clause(1), "con.information": clause(2), "con.termination": clause(3), "con.transition": clause(4), "con.subcontract": clause(5), "con.location": clause(6), "con.incident": clause(7)})
	values := map[string]any{"srv.name": name, "srv.contract": id("c", i), "srv.cloud": cloudOfType[s.Type]}
	if values["srv.cloud"] == "" {
		values["srv.cloud"] = "no"
	}
	var others []form.Row
	for _, u := range w.r.Uses {
		switch {
		case u.Service != int32(i):
		case values["srv.function"] == nil:
			values["srv.function"], values["srv.reliance"] = id("f", int(u.Function)), reliances[u.Reliance]
			values["srv.location"], values["srv.sensitivity"] = u.Storage.String(), sensitive[u.Sensitivity]
		default:
			others = append(others, form.Row{"function": {Value: id("f", int(u.Function))}})
		}
	}
	if others != nil {
		values["srv.others"] = others
	}
	var chain []form.Row
	for _, l := range w.r.Links {
		if l.Service != int32(i) {
			continue
		}
		p := w.r.Providers[l.Provider]
		row := form.Row{"name": {Value: p.Name}, "rank": {Value: int64(l.Rank)}, "country": {Value: p.Country.String()}}
		if p.ID.Scheme == network.Corporate {
			row["number"] = form.Answer{Value: p.ID.Value}
		}
		chain = append(chain, row)
	}
	if chain != nil {
		values["srv.chain"] = chain
	}
	w.put(thirdparty.Services, id("s", i), values)
	if s.ExitPlan == network.Yes {
		route := "inhouse"
		if s.Alternatives == network.Yes {
			route = "other"
		}
		w.put(thirdparty.ExitPlans, id("x", i), map[string]any{"exit.name": name, "exit.service": id("s", i), "exit.route": route})
	}
}
