package thirdparty

import (
	"strconv"

	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// Members of the closed lists, by the levels of package network.
var (
	substitution = map[network.Level]string{network.NotSubstitutable: "x959", network.HighlyComplexSubstitution: "x960", network.MediumSubstitutable: "x961", network.EasilySubstitutable: "x962"}
	sensitivity  = map[network.Level]string{network.LowImpact: "x791", network.MediumImpact: "x792", network.HighImpact: "x793"}
	reliance     = map[network.Level]string{network.NotSignificant: "x794", network.LowReliance: "x795", network.MaterialReliance: "x796", network.FullReliance: "x797"}
	yesNo        = map[network.Answer]string{network.Yes: "x28", network.No: "x29"}
	found        = map[network.Answer]string{network.Yes: "x28", network.No: "x29", network.Unknown: "x21"}
)

// services: the country of provision is that of the provider's head office, for the
// register asks for no other.
func (p *packer) services() {
	for _, u := range p.p.Uses {
		s := p.p.Services[u.Service]
		code, typ := p.ident(s.Provider)
		con := p.con[p.p.ContractIDs[s.Contract]]
		start, _ := con["con.start"].Value.(form.Date)
		end, _ := con["con.end"].Value.(form.Date)
		if con["con.end"].State == form.NotApplicable {
			end = openEnd
		}
		stored := yesNo[u.Stored]
		p.put("B_02.02", map[string]string{"c0010": p.p.Contracts[s.Contract].Ref, "c0020": p.c.LEI, "c0030": code, "c0040": typ, "c0050": functionCode(u.Function),
			"c0060": s.Type, "c0070": string(start), "c0080": string(end), "c0100": days(con, "con.notice"), "c0110": days(con, "con.notice_vendor"),
			"c0130": place(p.p.Providers[s.Provider].Country), "c0140": stored, "c0150": place(u.Storage), "c0160": place(u.Processing),
			"c0170": sensitivity[u.Sensitivity], "c0180": reliance[u.Reliance]})
	}
}

// place is a country in the lists that allow "not applicable", which also stands for one
// that is not known: the column is part of the key and may not be empty.
func place(c network.Country) string {
	if c == (network.Country{}) {
		return "qx2007"
	}
	return c.String()
}

func days(a form.Answers, item string) string {
	if n, ok := a[item].Value.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// links: the chain of each service with its direct provider, and its assessment.
func (p *packer) links() {
	for i, s := range p.p.Services {
		code, typ := p.ident(s.Provider)
		ref := p.p.Contracts[s.Contract].Ref
		p.put("B_05.02", map[string]string{"c0010": ref, "c0020": s.Type, "c0030": code, "c0040": typ, "c0050": "1", "c0060": code, "c0070": typ})
		ven, exit := p.vend[p.p.VendorIDs[s.Provider]], p.exit[p.p.ServiceIDs[i]]
		reason := ""
		switch {
		case s.NoAlternative:
			reason = "x963"
		case s.Migration:
			reason = "x964"
		}
		audited, _ := ven["ven.reviewed"].Value.(form.Date)
		p.put("B_07.01", map[string]string{"c0010": ref, "c0020": code, "c0030": typ, "c0040": s.Type, "c0050": substitution[s.Substitutability], "c0060": reason,
			"c0070": string(audited), "c0080": yesNo[s.ExitPlan], "c0090": reintegration(exit), "c0100": "x799", "c0110": found[s.Alternatives], "c0120": word(exit, "exit.alternatives")})
	}
	for _, l := range p.p.Links {
		s := p.p.Services[l.Service]
		code, typ := p.ident(l.Provider)
		to, toType := p.ident(l.Recipient)
		p.put("B_05.02", map[string]string{"c0010": p.p.Contracts[s.Contract].Ref, "c0020": s.Type, "c0030": code, "c0040": typ,
			"c0050": strconv.Itoa(int(l.Rank)), "c0060": to, "c0070": toType})
	}
}

// reintegration is told only where the exit plan takes the service in-house.
func reintegration(exit form.Answers) string {
	if word(exit, "exit.route") == "inhouse" {
		return "x966"
	}
	return "x0"
}
