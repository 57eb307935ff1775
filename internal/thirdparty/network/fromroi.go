package network

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/thirdparty/roi"
)

// Package is what FromROI reads out of a register-of-information package.
type Package struct {
	Registers   []*Register // one per entity of B_01.02, in the order of the file
	Currencies  []string    // of assets and expenses, sorted
	Unconverted []string    // of them, those without a rate: their amounts are taken as they are
}

// maxUnpacked bounds the bytes read of one template.
const maxUnpacked = 8 << 30

// FromROI reads a package (plain-CSV xBRL, see package roi) into registers. It
// expects a package that roi.Check can open and found within its limits; rows
// whose keys point nowhere are left out. rates turn amounts of a currency into
// the common one; nil leaves all amounts as they are. A package that is no zip,
// or a template that is no CSV, is an error of kind invalid.
func FromROI(s *roi.Schema, pkg io.ReaderAt, size int64, rates map[string]float64) (*Package, error) {
	zr, err := zip.NewReader(pkg, size)
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	rd := &roiReader{zr: zr, schema: s, rates: rates, out: &Package{}, entity: map[string]*entity{}, contract: map[string]*roiContract{},
		provider: map[string]roiProvider{}, chain: map[string][]chainRow{}, assessed: map[string]Service{}, currencies: map[string]bool{}}
	for _, t := range []struct {
		id  string
		row func(c cells)
	}{{"B_01.02", rd.entityRow}, {"B_06.01", rd.functionRow}, {"B_02.01", rd.contractRow}, {"B_05.01", rd.providerRow},
		{"B_05.02", rd.chainRow}, {"B_07.01", rd.assessmentRow}, {"B_02.02", rd.useRow}} {
		if err := rd.read(t.id, t.row); err != nil {
			return nil, errs.New(errs.Invalid, "%s: %w", t.id, err)
		}
	}
	rd.shareExpense()
	for c, known := range rd.currencies {
		rd.out.Currencies = append(rd.out.Currencies, c)
		if !known {
			rd.out.Unconverted = append(rd.out.Unconverted, c)
		}
	}
	slices.Sort(rd.out.Currencies)
	slices.Sort(rd.out.Unconverted)
	return rd.out, nil
}

type roiReader struct {
	zr         *zip.Reader
	schema     *roi.Schema
	rates      map[string]float64
	out        *Package
	entity     map[string]*entity // by LEI
	contract   map[string]*roiContract
	provider   map[string]roiProvider
	chain      map[string][]chainRow // by contract and service
	assessed   map[string]Service    // by contract, provider and service
	currencies map[string]bool       // whether there is a rate
}

// entity is a register on its way, with the positions of what it names.
type entity struct {
	reg                                    *Register
	function, provider, contract, services map[string]int32
}

type roiContract struct {
	expense float64
	users   int
}

type roiProvider struct {
	Provider
	parent string
}

type chainRow struct {
	provider, recipient string
	rank                int32
}

// cells are a row's values by column code.
type cells struct {
	at     map[string]int
	record []string
}

func (c cells) of(code string) string {
	if i, ok := c.at[code]; ok && i < len(c.record) {
		return c.record[i]
	}
	return ""
}

// member is a value of a closed list without its prefix.
func (c cells) member(code string) string {
	_, v, _ := strings.Cut(c.of(code), ":")
	return v
}

func (c cells) hours(code string) int32 {
	n, err := strconv.ParseInt(c.of(code), 10, 32)
	if err != nil || n < 0 {
		return NoHours
	}
	return int32(n)
}

// key joins values that are unique together.
func key(parts ...string) string { return strings.Join(parts, "\x00") }

// read calls row for each row of a template; a package without it has none.
func (rd *roiReader) read(id string, row func(cells)) error {
	file := rd.schema.Table(id).File
	for _, f := range rd.zr.File {
		if path.Base(f.Name) != file {
			continue
		}
		rc, err := f.Open()
		if err != nil {
			return err
		}
		defer rc.Close()
		r := csv.NewReader(io.LimitReader(rc, maxUnpacked))
		r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
		c := cells{at: map[string]int{}}
		for first := true; ; first = false {
			c.record, err = r.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if first {
				for i, code := range c.record {
					c.at[strings.TrimPrefix(code, "\ufeff")] = i
				}
				continue
			}
			row(c)
		}
	}
	return nil
}

// amount reads an amount in a currency.
func (rd *roiReader) amount(value, currency string) float64 {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || x == 0 {
		return 0
	}
	rate, known := rd.rates[currency]
	rd.currencies[currency] = known
	if known {
		x *= rate
	}
	return x
}

func (rd *roiReader) entityRow(c cells) {
	lei := strings.Clone(c.of("c0010"))
	if lei == "" || rd.entity[lei] != nil {
		return
	}
	r := &Register{Institution: Institution{ID: lei, Name: c.of("c0020"), Category: c.member("c0040"), Country: CountryOf(c.member("c0030")),
		Assets: rd.amount(c.of("c0110"), c.member("c0100"))}}
	rd.entity[lei] = &entity{r, map[string]int32{}, map[string]int32{}, map[string]int32{}, map[string]int32{}}
	rd.out.Registers = append(rd.out.Registers, r)
}

func (rd *roiReader) functionRow(c cells) {
	e := rd.entity[c.of("c0040")]
	id := c.of("c0010")
	if e == nil || id == "" {
		return
	}
	if _, twice := e.function[id]; twice {
		return
	}
	e.function[id] = int32(len(e.reg.Functions))
	e.reg.Functions = append(e.reg.Functions, Function{ID: id, Name: c.of("c0030"), Activity: c.member("c0020"), Critical: answers[c.member("c0050")],
		RTO: c.hours("c0080"), RPO: c.hours("c0090"), Tolerance: NoHours, Impact: levels[c.member("c0100")]})
}

func (rd *roiReader) contractRow(c cells) {
	if ref := c.of("c0010"); rd.contract[ref] == nil {
		rd.contract[ref] = &roiContract{expense: rd.amount(c.of("c0050"), c.member("c0040"))}
	}
}

func (rd *roiReader) providerRow(c cells) {
	id := c.of("c0010")
	country := CountryOf(c.member("c0080"))
	p := Provider{ID: identOf(c.member("c0020"), id, country), Name: c.of("c0050"), LatinName: c.of("c0060"), Country: country, Parent: -1}
	if other := c.of("c0030"); other != "" {
		p.Other = identOf(c.member("c0040"), other, country)
	}
	if _, twice := rd.provider[id]; !twice {
		rd.provider[id] = roiProvider{p, c.of("c0110")}
	}
}

func (rd *roiReader) chainRow(c cells) {
	rank := c.hours("c0050")
	if rank < 1 {
		return
	}
	k := key(c.of("c0010"), c.of("c0020"))
	rd.chain[k] = append(rd.chain[k], chainRow{c.of("c0030"), c.of("c0060"), rank})
}

func (rd *roiReader) assessmentRow(c cells) {
	why := c.member("c0060")
	rd.assessed[key(c.of("c0010"), c.of("c0020"), c.of("c0040"))] = Service{Substitutability: levels[c.member("c0050")], ExitPlan: answers[c.member("c0080")],
		Reintegration: levels[c.member("c0090")], Impact: levels[c.member("c0100")], Alternatives: answers[c.member("c0110")],
		NoAlternative: why == "x963" || why == "x965", Migration: why == "x964" || why == "x965"}
}

func (rd *roiReader) useRow(c cells) {
	e := rd.entity[c.of("c0020")]
	if e == nil {
		return
	}
	f, ok := e.function[c.of("c0050")]
	if !ok {
		return
	}
	s := rd.service(e, c.of("c0010"), c.of("c0030"), c.of("c0060"))
	e.reg.Uses = append(e.reg.Uses, Use{Service: s, Function: f, Storage: CountryOf(c.member("c0150")), Processing: CountryOf(c.member("c0160")),
		Stored: answers[c.member("c0140")], Sensitivity: levels[c.member("c0170")], Reliance: levels[c.member("c0180")]})
}

// service finds or makes the entity's service of a provider under a contract.
func (rd *roiReader) service(e *entity, ref, provider, typ string) int32 {
	k := key(ref, provider, typ)
	if i, ok := e.services[k]; ok {
		return i
	}
	contract, ok := e.contract[ref]
	if !ok {
		contract = int32(len(e.reg.Contracts))
		e.contract[strings.Clone(ref)] = contract
		e.reg.Contracts = append(e.reg.Contracts, Contract{Ref: strings.Clone(ref)})
		if x := rd.contract[ref]; x != nil {
			x.users++
		}
	}
	s := rd.assessed[k]
	s.Contract, s.Provider, s.Hours = contract, rd.providerOf(e, provider), NoHours
	_, s.Type, _ = strings.Cut(typ, ":")
	i := int32(len(e.reg.Services))
	e.services[k] = i
	e.reg.Services = append(e.reg.Services, s)
	for _, l := range ownLinks(rd.chain[key(ref, typ)], provider) {
		e.reg.Links = append(e.reg.Links, Link{Service: i, Provider: rd.providerOf(e, l.provider), Recipient: rd.providerOf(e, l.recipient), Rank: l.rank, Hours: NoHours})
	}
	return i
}

// ownLinks are the links of a direct provider's chain. A contract may have
// several direct providers of one service: what only another one reaches is left
// out, what none reaches is kept for all.
func ownLinks(rows []chainRow, provider string) (own []chainRow) {
	direct := []string{provider}
	for _, r := range rows {
		if r.rank == 1 && r.provider != provider {
			direct = append(direct, r.provider)
		}
	}
	reached := map[string]bool{provider: true}
	others := map[string]bool{}
	for _, d := range direct[1:] {
		others[d] = true
	}
	for range maxDepth {
		before := len(reached) + len(others)
		for _, r := range rows {
			if r.rank > 1 && reached[r.recipient] {
				reached[r.provider] = true
			}
			if r.rank > 1 && others[r.recipient] {
				others[r.provider] = true
			}
		}
		if len(reached)+len(others) == before {
			break
		}
	}
	for _, r := range rows {
		if r.rank > 1 && (reached[r.recipient] || !others[r.recipient]) {
			own = append(own, r)
		}
	}
	return own
}

// providerOf finds or makes the entity's row of a provider, and those of its parents.
func (rd *roiReader) providerOf(e *entity, id string) int32 {
	if i, ok := e.provider[id]; ok {
		return i
	}
	p, ok := rd.provider[id]
	if !ok {
		p.Provider = Provider{ID: Ident{Local, Country{}, strings.Clone(id)}, Parent: -1}
	}
	i := int32(len(e.reg.Providers))
	e.provider[strings.Clone(id)] = i
	e.reg.Providers = append(e.reg.Providers, p.Provider)
	if p.parent != "" && p.parent != id {
		e.reg.Providers[i].Parent = rd.providerOf(e, p.parent)
	}
	return i
}

// shareExpense divides a contract's expense equally among the entities that use it.
func (rd *roiReader) shareExpense() {
	for _, r := range rd.out.Registers {
		for i := range r.Contracts {
			if x := rd.contract[r.Contracts[i].Ref]; x != nil && x.users > 0 {
				r.Contracts[i].Expense = x.expense / float64(x.users)
			}
		}
	}
}

// identOf reads an identifier and its type (closed list qCO). What implementers
// dispute (qx2001, qx2005) counts only within its register, but for Japan's
// corporate number.
func identOf(typ, value string, country Country) Ident {
	scheme, ok := map[string]Scheme{"qx2000": LEI, "qx2002": EUID, "qx2003": CRN, "qx2004": VAT}[typ]
	if !ok && country == (Country{'J', 'P'}) && validCorporate(value) {
		scheme = Corporate
	}
	return Ident{scheme, country, value}
}

// The members of the closed lists.
var (
	answers = map[string]Answer{"x28": Yes, "x29": No}
	levels  = map[string]Level{
		"x791": LowImpact, "x792": MediumImpact, "x793": HighImpact,
		"x794": NotSignificant, "x795": LowReliance, "x796": MaterialReliance, "x797": FullReliance,
		"x962": EasilySubstitutable, "x961": MediumSubstitutable, "x960": HighlyComplexSubstitution, "x959": NotSubstitutable,
		"x798": EasyReintegration, "x966": DifficultReintegration, "x967": HighlyComplexReintegration,
	}
)
