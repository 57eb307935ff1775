package thirdparty

import (
	"cmp"
	"slices"

	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// chain enters the subcontractors of a service. The register tells rank, not recipient:
// one of rank n is taken to supply the last one of rank n-1 that is entered before it,
// else the direct provider. A subcontractor with the number or the very name of a company
// of the same register is that company.
func (d *drawer) chain(r Record, service int32) {
	rows, _ := r.Answers["srv.chain"].Value.([]form.Row)
	type step struct {
		provider, rank int32
	}
	direct := d.p.Services[service].Provider
	var steps []step
	for _, row := range rows {
		rank, _ := row["rank"].Value.(int64)
		if word(row, "name") != "" {
			steps = append(steps, step{d.subcontractor(row), int32(max(rank, 2))})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.rank, b.rank) })
	last := map[int32]int32{1: direct}
	for _, s := range steps {
		recipient, ok := last[s.rank-1]
		if !ok {
			recipient = direct
		}
		if s.provider != recipient {
			d.p.Links = append(d.p.Links, network.Link{Service: service, Provider: s.provider, Recipient: recipient, Rank: s.rank, Hours: network.NoHours})
		}
		last[s.rank] = s.provider
	}
}

func (d *drawer) subcontractor(row form.Row) int32 {
	name, number := word(row, "name"), word(row, "number")
	if number != "" {
		if i, ok := d.named["c:"+number]; ok {
			return i
		}
	} else if i, ok := d.named["n:"+name]; ok {
		return i
	}
	p := network.Provider{Name: name, Country: network.CountryOf(word(row, "country")), Parent: -1, ID: network.Ident{Scheme: network.Local, Value: name}}
	if number != "" {
		p.ID = network.Ident{Scheme: network.Corporate, Value: number}
	}
	return d.provider("", p)
}

// serviceType is the type of a service in the closed list of Implementing Regulation (EU)
// 2024/2956 Annex III. A cloud says its own; otherwise what the provider mainly supplies
// stands for it, which is coarser than the list.
func serviceType(cloud, kind string) string {
	switch cloud {
	case "iaas":
		return "S17"
	case "paas":
		return "S18"
	case "saas":
		return "S19"
	}
	if t, ok := typeOfKind[kind]; ok {
		return t
	}
	return "S15"
}

var typeOfKind = map[string]string{"cloud": "S17", "centre": "S07", "operation": "S14", "development": "S02", "network": "S10", "security": "S04", "data": "S05", "other": "S15"}
