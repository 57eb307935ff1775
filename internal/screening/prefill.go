package screening

import (
	"fmt"
	"slices"
	"strings"

	"yagura/internal/form"
)

// Company is what the register of vendors knows of a party.
type Company struct {
	Vendor  string // id of its record; "" for one that is known by a chain only
	Name    string
	Country string // of the head office
	Number  string // corporate number
	Task    string
	Rank    int // 2 and more, of a subcontractor
}

// Source is what the registers of an institution know of a service.
type Source struct {
	Service, Function string // ids of records
	Name              string // of the service
	Provider          Company
	Chain             []Company // subcontractors in the order of the register
}

// Prefill is the answers that a new notification of a service begins with. The head
// office stands for the law of establishment: who fills the form confirms it. A
// subcontractor of rank n is taken to be entrusted by the last one of rank n-1 before it.
func Prefill(kind Kind, s Source) form.Answers {
	a := form.Answers{}
	set := func(id, v string) {
		if v != "" {
			a[id] = form.Answer{Value: v}
		}
	}
	set("fac.title", s.Name)
	set("fac.facility", s.Name)
	set("fac.kind", string(kind))
	set("fac.function", s.Function)
	set("fac.service", s.Service)
	var list []form.Row
	put := func(no, via string, role Role, c Company) {
		r := form.Row{}
		for id, v := range map[string]string{"no": no, "via": via, "role": string(role), "name": c.Name, "vendor": c.Vendor, "law": c.Country, "number": c.Number, "task": c.Task} {
			if v != "" {
				r[id] = form.Answer{Value: v}
			}
		}
		list = append(list, r)
	}
	next := 'A'
	if kind.Introduces() {
		put(string(next), "", Supplier, s.Provider)
		next++
	}
	if kind.Entrusts() {
		top := string(next)
		put(top, "", Entrusted, s.Provider)
		chain := slices.Clone(s.Chain)
		slices.SortStableFunc(chain, func(x, y Company) int { return x.Rank - y.Rank })
		last := map[int]string{1: top}
		for i, c := range chain {
			via, ok := last[c.Rank-1]
			if !ok {
				via = top
			}
			no := fmt.Sprintf("%s%d", top, i+1)
			last[c.Rank] = no
			put(no, via, Reentrusted, c)
		}
	}
	if s.Provider.Name = strings.TrimSpace(s.Provider.Name); s.Provider.Name != "" {
		a["fac.parties"] = form.Answer{Value: list}
	}
	return a
}
