// Package thirdparty is what an institution keeps in its registers of third parties, read
// as one picture: the register that the sector's graph is built from, and the package of
// the DORA register of information. The pure cores are in its folders: network measures
// and lets fail, roi checks and writes packages.
package thirdparty

import (
	"math"
	"slices"
	"strings"
	"time"

	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// The registers that are read, by their forms in the catalog.
const (
	Vendors   = "ict-vendors"
	Contracts = "ict-contracts"
	Services  = "ict-services"
	Functions = "functions"
	ExitPlans = "exit-plans"
)

// Forms are the registers in an order in which each stands behind those it points to.
var Forms = []string{Functions, Vendors, Contracts, Services, ExitPlans}

// Record is one record of a register.
type Record struct {
	ID      string
	Answers form.Answers
}

// Kept is what an institution keeps: its records by form.
type Kept struct {
	Institution network.Institution
	Books       map[string][]Record
}

// Picture is a register with the records that its parts stand for.
type Picture struct {
	network.Register
	FunctionIDs []string // records, by position in Functions
	VendorIDs   []string // records, by position in Providers; "" for a subcontractor that is named only
	ContractIDs []string
	ServiceIDs  []string // records, by position in Services
	Names       []string // of the services
	Adrift      []string // records of services that name no contract, or whose contract names no vendor: they are left out
}

// drawer reads the records into a picture.
type drawer struct {
	k                          Kept
	p                          *Picture
	function, vendor, contract map[string]int32
	vendorOf                   []int32 // by contract
	named                      map[string]int32
	exits                      map[string]form.Answers // by service
}

// Picture reads the records. What a register does not say stays unknown.
func (k Kept) Picture() *Picture {
	d := &drawer{k: k, p: &Picture{}, function: map[string]int32{}, vendor: map[string]int32{}, contract: map[string]int32{}, named: map[string]int32{}, exits: map[string]form.Answers{}}
	d.p.Institution = k.Institution
	d.functions()
	d.vendors()
	d.contracts()
	for _, r := range k.Books[ExitPlans] {
		if s := word(r.Answers, "exit.service"); s != "" && word(r.Answers, "exit.route") != "none" {
			d.exits[s] = r.Answers
		}
	}
	for _, r := range k.Books[Services] {
		d.service(r)
	}
	return d.p
}

func word(a form.Answers, item string) string {
	s, _ := a[item].Value.(string)
	return strings.TrimSpace(s)
}

// answer reads yes and no.
func answer(a form.Answers, item string) network.Answer {
	switch a[item].Value {
	case true:
		return network.Yes
	case false:
		return network.No
	}
	return network.Unknown
}

// hours reads a duration in whole hours, begun ones counted.
func hours(a form.Answers, item string) int32 {
	d, ok := a[item].Value.(time.Duration)
	if !ok || d < 0 {
		return network.NoHours
	}
	return int32(min((d+time.Hour-1)/time.Hour, math.MaxInt32))
}

// functions: "critical" and "important" of the register are the critical or important
// functions of Regulation (EU) 2022/2554 Art 3(22).
func (d *drawer) functions() {
	for _, r := range d.k.Books[Functions] {
		critical := network.Unknown
		switch word(r.Answers, "fun.criticality") {
		case "critical", "important":
			critical = network.Yes
		case "other":
			critical = network.No
		}
		d.function[r.ID] = int32(len(d.p.Functions))
		d.p.FunctionIDs = append(d.p.FunctionIDs, r.ID)
		d.p.Functions = append(d.p.Functions, network.Function{ID: r.ID, Name: word(r.Answers, "fun.name"), Critical: critical,
			RTO: hours(r.Answers, "fun.rto"), RPO: hours(r.Answers, "fun.rpo"), Tolerance: hours(r.Answers, "fun.tolerance")})
	}
}

func (d *drawer) vendors() {
	for _, r := range d.k.Books[Vendors] {
		p := network.Provider{Name: word(r.Answers, "ven.name"), Country: network.CountryOf(word(r.Answers, "ven.country")), Parent: -1,
			ID: network.Ident{Scheme: network.Local, Value: r.ID}}
		if n := word(r.Answers, "ven.corporate_number"); n != "" {
			p.ID = network.Ident{Scheme: network.Corporate, Value: n}
		}
		if lei := word(r.Answers, "ven.lei"); lei != "" {
			if p.ID.Scheme != network.Local {
				p.Other = p.ID
			}
			p.ID = network.Ident{Scheme: network.LEI, Value: lei}
		}
		d.vendor[r.ID] = d.provider(r.ID, p)
	}
	for _, r := range d.k.Books[Vendors] {
		if up, ok := d.vendor[word(r.Answers, "ven.parent")]; ok {
			d.p.Providers[d.vendor[r.ID]].Parent = up
		}
	}
}

func (d *drawer) provider(id string, p network.Provider) int32 {
	i := int32(len(d.p.Providers))
	d.p.Providers, d.p.VendorIDs = append(d.p.Providers, p), append(d.p.VendorIDs, id)
	for _, key := range []string{"n:" + p.Name, "c:" + p.ID.Value, "c:" + p.Other.Value} {
		if _, taken := d.named[key]; !taken && len(key) > 2 {
			d.named[key] = i
		}
	}
	return i
}

func (d *drawer) contracts() {
	refs := map[string]int{}
	for _, r := range d.k.Books[Contracts] {
		refs[word(r.Answers, "con.number")]++
	}
	for _, r := range d.k.Books[Contracts] {
		ref := word(r.Answers, "con.number")
		if ref == "" || refs[ref] > 1 {
			ref = r.ID
		}
		cost, _ := r.Answers["con.cost"].Value.(form.Money)
		v, ok := d.vendor[word(r.Answers, "con.vendor")]
		if !ok {
			v = -1
		}
		d.contract[r.ID] = int32(len(d.p.Contracts))
		d.vendorOf = append(d.vendorOf, v)
		d.p.ContractIDs = append(d.p.ContractIDs, r.ID)
		d.p.Contracts = append(d.p.Contracts, network.Contract{Ref: ref, Expense: float64(cost.Minor)})
	}
}

// monthHours is a twelfth of a year.
const monthHours = 730

// service enters a service with the functions that use it and its chain.
func (d *drawer) service(r Record) {
	con, ok := d.contract[word(r.Answers, "srv.contract")]
	if !ok || d.vendorOf[con] < 0 {
		d.p.Adrift = append(d.p.Adrift, r.ID)
		return
	}
	s := network.Service{Contract: con, Provider: d.vendorOf[con], Hours: network.NoHours, ExitPlan: network.No}
	ven := d.vendorAnswers(s.Provider)
	s.Type = serviceType(word(r.Answers, "srv.cloud"), word(ven, "ven.kind"))
	switch word(ven, "ven.substitute") {
	case "easy":
		s.Substitutability, s.Alternatives = network.EasilySubstitutable, network.Yes
	case "hard":
		s.Substitutability, s.Migration = network.HighlyComplexSubstitution, true
	case "no":
		s.Substitutability, s.NoAlternative, s.Alternatives = network.NotSubstitutable, true, network.No
	}
	if plan, ok := d.exits[r.ID]; ok {
		s.ExitPlan = network.Yes
		if word(plan, "exit.route") == "other" {
			s.Alternatives = network.Yes
		}
		if months, ok := plan["exit.time"].Value.(int64); ok {
			s.Hours = int32(months * monthHours)
		}
	}
	at := int32(len(d.p.Services))
	d.p.Services = append(d.p.Services, s)
	d.p.ServiceIDs, d.p.Names = append(d.p.ServiceIDs, r.ID), append(d.p.Names, word(r.Answers, "srv.name"))
	d.uses(r, at)
	d.chain(r, at)
}

func (d *drawer) vendorAnswers(provider int32) form.Answers {
	i := slices.IndexFunc(d.k.Books[Vendors], func(v Record) bool { return v.ID == d.p.VendorIDs[provider] })
	return d.k.Books[Vendors][i].Answers
}

// uses enters one use for each function and each country where data are stored. The
// reliance is told of the main function alone.
func (d *drawer) uses(r Record, service int32) {
	u := network.Use{Service: service}
	switch word(r.Answers, "srv.sensitivity") {
	case "low":
		u.Sensitivity = network.LowImpact
	case "middle":
		u.Sensitivity = network.MediumImpact
	case "high":
		u.Sensitivity = network.HighImpact
	}
	places := []network.Country{{}}
	switch location := r.Answers["srv.location"]; {
	case location.State == form.NotApplicable:
		u.Stored = network.No
	case word(r.Answers, "srv.location") != "":
		u.Stored, places = network.Yes, nil
		for code := range strings.SplitSeq(word(r.Answers, "srv.location"), ";") {
			places = append(places, network.CountryOf(code))
		}
	}
	enter := func(function string, reliance network.Level) {
		f, ok := d.function[function]
		if !ok {
			return
		}
		for _, at := range places {
			u.Function, u.Reliance, u.Storage, u.Processing = f, reliance, at, at
			d.p.Uses = append(d.p.Uses, u)
		}
	}
	main := word(r.Answers, "srv.function")
	enter(main, reliances[word(r.Answers, "srv.reliance")])
	rows, _ := r.Answers["srv.others"].Value.([]form.Row)
	for _, row := range rows {
		if f := word(row, "function"); f != main {
			enter(f, 0)
		}
	}
}

// reliances: a function that stops relies fully, one that is degraded materially
// (Implementing Regulation (EU) 2024/2956, B_02.02 c0180).
var reliances = map[string]network.Level{"stop": network.FullReliance, "degrade": network.MaterialReliance, "little": network.NotSignificant}
