package thirdparty

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
	"yagura/internal/thirdparty/roi"
)

// Cover is what a package of the DORA register of information says of the institution and
// its registers do not.
type Cover struct {
	LEI       string
	Name      string
	Scope     string // IND or CON
	Country   string // of the institution, two letters
	Authority string // who receives it, by name
	Receiver  string // country of the authority, two letters
	Category  string // of the entity, a member of the closed list CT: x12
	Activity  string // licensed activity of all functions, a member of the closed list TA
	Period    string // reference date, yyyy-mm-dd
	Created   string // yyyyMMddHHmmssSSS
	Currency  string // ISO 4217, of expenses and assets
	Assets    string // total assets, a number
}

func (c Cover) meta() roi.Meta {
	return roi.Meta{LEI: c.LEI, Scope: c.Scope, Country: c.Receiver, Period: c.Period, Created: c.Created, Currency: c.Currency}
}

// Name is the file name of the package.
func (c Cover) FileName() string { return c.meta().Name() + ".zip" }

// Valid reports whether the package can be named as the authorities ask.
func (c Cover) Valid() bool { return c.meta().Valid() }

// Activities lists the members of the closed list of licensed activities (B_06.01 c0020).
func Activities(s *roi.Schema) []string { return members(s, "B_06.01", "c0020") }

// Categories lists the members of the closed list of entities (B_01.01 c0040).
func Categories(s *roi.Schema) []string { return members(s, "B_01.01", "c0040") }

func members(s *roi.Schema, table, column string) []string {
	t := s.Table(table)
	var out []string
	for _, v := range t.Columns[t.Col(column)].Domain.Values {
		_, code, _ := strings.Cut(v, ":")
		out = append(out, code)
	}
	return out
}

// packer fills the templates from a picture.
type packer struct {
	s    *roi.Schema
	k    Kept
	p    *Picture
	c    Cover
	rows map[string][][]string
	seen map[string]bool
	vend map[string]form.Answers
	fun  map[string]form.Answers
	con  map[string]form.Answers
	exit map[string]form.Answers
}

// WritePackage writes the registers as a package of the DORA register of information and
// tells what it could not take over. The check of package roi says more.
func WritePackage(w io.Writer, s *roi.Schema, k Kept, c Cover) ([]finding.Finding, error) {
	p := &packer{s: s, k: k, p: k.Picture(), c: c, rows: map[string][][]string{}, seen: map[string]bool{}}
	p.vend, p.fun, p.con, p.exit = byID(k.Books[Vendors]), byID(k.Books[Functions]), byID(k.Books[Contracts]), map[string]form.Answers{}
	for _, r := range k.Books[ExitPlans] {
		p.exit[word(r.Answers, "exit.service")] = r.Answers
	}
	p.institution()
	p.providers()
	p.contracts()
	p.functions()
	p.services()
	p.links()
	tables := map[string]roi.Source{}
	for id, rows := range p.rows {
		tables[id] = roi.Source{Rows: len(rows), Row: func(i int, cells []string) { copy(cells, rows[i]) }}
	}
	return p.lost(), roi.Write(w, s, c.meta(), tables)
}

func byID(list []Record) map[string]form.Answers {
	out := map[string]form.Answers{}
	for _, r := range list {
		out[r.ID] = r.Answers
	}
	return out
}

// lost says which records the package cannot hold as they are.
func (p *packer) lost() (found []finding.Finding) {
	for _, id := range p.p.Adrift {
		i := slices.IndexFunc(p.k.Books[Services], func(r Record) bool { return r.ID == id })
		found = append(found, finding.New("adrift", "thirdparty.adrift", "name", word(p.k.Books[Services][i].Answers, "srv.name")))
	}
	for _, v := range p.p.Providers {
		if v.ID.Scheme == network.Local {
			x := finding.New("no-identifier", "thirdparty.no-identifier", "name", v.Name)
			x.Severity = finding.Warning
			found = append(found, x)
		}
	}
	return found
}

// put adds a row by column code, once for each primary key.
func (p *packer) put(table string, values map[string]string) {
	t := p.s.Table(table)
	row := make([]string, len(t.Columns))
	for code, v := range values {
		i := t.Col(code)
		if d := t.Columns[i].Domain; d != nil && v != "" {
			list, _, _ := strings.Cut(d.Name, "#")
			v = list + ":" + v
		}
		row[i] = v
	}
	key := table
	for _, i := range t.Primary {
		key += "\x00" + row[i]
	}
	if !p.seen[key] {
		p.seen[key] = true
		p.rows[table] = append(p.rows[table], row)
	}
}

// openEnd is the date of what has no end.
const openEnd = "9999-12-31"

func (p *packer) institution() {
	c := p.c
	p.put("B_01.01", map[string]string{"c0010": c.LEI, "c0020": c.Name, "c0030": c.Country, "c0040": c.Category, "c0050": c.Authority, "c0060": c.Period})
	p.put("B_01.02", map[string]string{"c0010": c.LEI, "c0020": c.Name, "c0030": c.Country, "c0040": c.Category, "c0050": "x21", "c0060": c.LEI,
		"c0070": c.Period, "c0080": c.Period, "c0090": openEnd, "c0100": c.Currency, "c0110": c.Assets})
	words := map[string]string{}
	for i := range p.s.Table("B_99.01").Columns {
		words[fmt.Sprintf("c%04d", (i+1)*10)] = ownDefinition
	}
	p.put("B_99.01", words)
}

// ownDefinition: the registers use the terms of the regulation and define none of their own.
const ownDefinition = "As defined in Implementing Regulation (EU) 2024/2956"

// ident is a provider's code and its type in the closed list qCO: LEI, or the number of
// the national register; for want of one the code of this register.
func (p *packer) ident(i int32) (code, typ string) {
	id := p.p.Providers[i].ID
	switch id.Scheme {
	case network.LEI:
		return id.Value, "qx2000"
	case network.Corporate:
		return id.Value, "qx2003"
	}
	if p.p.VendorIDs[i] != "" {
		return p.p.VendorIDs[i], "qx2001"
	}
	return id.Value, "qx2001"
}

func (p *packer) providers() {
	expense := make([]float64, len(p.p.Providers))
	paid := map[int32]bool{}
	for _, s := range p.p.Services {
		if !paid[s.Contract] {
			paid[s.Contract] = true
			expense[s.Provider] += p.p.Contracts[s.Contract].Expense
		}
	}
	for i, v := range p.p.Providers {
		code, typ := p.ident(int32(i))
		up := v.Parent
		if up < 0 {
			up = int32(i)
		}
		parent, parentType := p.ident(up)
		p.put("B_05.01", map[string]string{"c0010": code, "c0020": typ, "c0050": v.Name, "c0060": latin(v.Name), "c0070": "x212", "c0080": v.Country.String(),
			"c0090": p.c.Currency, "c0100": amount(expense[i]), "c0110": parent, "c0120": parentType})
	}
}

// latin is a name that needs no transliteration; the registers ask for no other.
func latin(name string) string {
	if strings.IndexFunc(name, func(r rune) bool { return r > 0x24f }) >= 0 {
		return ""
	}
	return name
}

func amount(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (p *packer) contracts() {
	masters, used := map[string]string{}, map[int32]bool{}
	for i, id := range p.p.ContractIDs {
		masters[id] = p.p.Contracts[i].Ref
	}
	above := map[string]bool{}
	for _, a := range p.con {
		above[word(a, "con.master")] = true
	}
	for i, id := range p.p.ContractIDs {
		ref, typ := p.p.Contracts[i].Ref, "x1"
		over := masters[word(p.con[id], "con.master")]
		switch {
		case over != "":
			typ = "x3"
		case above[id]:
			typ = "x2"
		}
		p.put("B_02.01", map[string]string{"c0010": ref, "c0020": typ, "c0030": over, "c0040": p.c.Currency, "c0050": amount(p.p.Contracts[i].Expense)})
		p.put("B_03.01", map[string]string{"c0010": ref, "c0020": p.c.LEI, "c0030": "true"})
		p.put("B_04.01", map[string]string{"c0010": ref, "c0020": p.c.LEI, "c0030": "x839", "c0040": "Not Applicable"})
	}
	for _, s := range p.p.Services {
		if code, typ := p.ident(s.Provider); !used[s.Contract] {
			used[s.Contract] = true
			p.put("B_03.02", map[string]string{"c0010": p.p.Contracts[s.Contract].Ref, "c0020": code, "c0030": typ})
		}
	}
}

func hoursText(h int32) string {
	if h < 0 {
		return ""
	}
	return strconv.Itoa(int(h))
}

func (p *packer) functions() {
	critical := map[network.Answer]string{network.Yes: "x28", network.No: "x29", network.Unknown: "x21"}
	for i, f := range p.p.Functions {
		a := p.fun[p.p.FunctionIDs[i]]
		reviewed, _ := a["fun.reviewed"].Value.(form.Date)
		p.put("B_06.01", map[string]string{"c0010": functionCode(int32(i)), "c0020": p.c.Activity, "c0030": f.Name, "c0040": p.c.LEI, "c0050": critical[f.Critical],
			"c0060": word(a, "fun.reason"), "c0070": string(reviewed), "c0080": hoursText(f.RTO), "c0090": hoursText(f.RPO), "c0100": "x799"})
	}
}

// functionCode is F1, F2, …: the form that the regulation asks of a function's identifier.
func functionCode(i int32) string { return "F" + strconv.Itoa(int(i)+1) }
