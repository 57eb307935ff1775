package network

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sector is a small sector in words, for tests: one line per fact.
//
//	bank A assets=100 category=x12 country=DE
//	fn A pay critical rto=4 activity=payments
//	use A pay S17 P1 subst=1 store=US reliance=4   (a contract of its own per provider and service)
//	chain A S17 P1 P1<P2<P3                        (P2 supplies P1, P3 supplies P2)
//	provider P1 name=… country=US parent=P9 lei=… (in every register)
type sector struct {
	regs      []*Register
	providers []Provider
	names     []string
}

func parse(t testing.TB, text string) *sector {
	s := &sector{}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		opt := map[string]string{}
		for _, x := range w[1:] {
			if k, v, ok := strings.Cut(x, "="); ok {
				opt[k] = v
			} else {
				opt[x] = x
			}
		}
		num := func(k string, missing int) int {
			if opt[k] == "" {
				return missing
			}
			n, err := strconv.Atoi(opt[k])
			if err != nil {
				t.Fatal(line, err)
			}
			return n
		}
		switch w[0] {
		case "provider":
			s.provider(w[1], opt)
		case "bank":
			s.regs = append(s.regs, &Register{Institution: Institution{ID: w[1], Name: w[1], Category: opt["category"], Country: CountryOf(opt["country"]), Assets: float64(num("assets", 0))}})
		case "fn":
			r := s.reg(w[1])
			f := Function{ID: w[2], Name: w[2], Activity: opt["activity"], Critical: No, RTO: int32(num("rto", -1)), RPO: int32(num("rpo", -1)), Tolerance: int32(num("tol", -1))}
			if opt["critical"] != "" {
				f.Critical = Yes
			}
			r.Functions = append(r.Functions, f)
		case "use":
			r := s.reg(w[1])
			fn := slices.IndexFunc(r.Functions, func(f Function) bool { return f.ID == w[2] })
			i := s.service(r, w[3], w[4])
			v := &r.Services[i]
			v.Substitutability, v.Hours = Level(num("subst", int(v.Substitutability))), int32(num("hours", int(v.Hours)))
			v.Reintegration = Level(num("reint", int(v.Reintegration)))
			if opt["noalt"] != "" {
				v.Alternatives = No
			}
			u := Use{Service: i, Function: int32(fn), Storage: CountryOf(opt["store"]), Processing: CountryOf(opt["process"]), Reliance: Level(num("reliance", 0))}
			if opt["store"] != "" {
				u.Stored = Yes
			}
			r.Uses = append(r.Uses, u)
			if e := num("expense", 0); e > 0 {
				r.Contracts[v.Contract].Expense = float64(e)
			}
		case "chain":
			r := s.reg(w[1])
			i := s.service(r, w[2], w[3])
			steps := strings.Split(w[4], "<")
			for k := 1; k < len(steps); k++ {
				r.Links = append(r.Links, Link{Service: i, Provider: s.provider(steps[k], nil), Recipient: s.provider(steps[k-1], nil), Rank: int32(k + 1), Hours: int32(num("hours", -1))})
			}
		default:
			t.Fatal(line)
		}
	}
	for _, r := range s.regs {
		r.Providers = s.providers
	}
	return s
}

func (s *sector) reg(id string) *Register {
	for _, r := range s.regs {
		if r.Institution.ID == id {
			return r
		}
	}
	panic(id)
}

func (s *sector) provider(name string, opt map[string]string) int32 {
	i := slices.Index(s.names, name)
	if i < 0 {
		i = len(s.names)
		s.names = append(s.names, name)
		// A national number of a country of its own: sound, so that one name is one provider everywhere.
		s.providers = append(s.providers, Provider{ID: Ident{CRN, Country{'X', 'X'}, name + "0000"}, Name: name, Parent: -1})
	}
	if opt != nil {
		if opt["parent"] != "" {
			up := s.provider(opt["parent"], nil)
			s.providers[i].Parent = up
		}
		s.providers[i].Country = CountryOf(opt["country"])
		if opt["lei"] != "" {
			s.providers[i].ID = Ident{LEI, Country{}, opt["lei"]}
		}
		if opt["name"] != "" {
			s.providers[i].Name = opt["name"]
		}
	}
	return int32(i)
}

func (s *sector) service(r *Register, typ, provider string) int32 {
	p := s.provider(provider, nil)
	ref := typ + "/" + provider
	i := slices.IndexFunc(r.Contracts, func(c Contract) bool { return c.Ref == ref })
	if i < 0 {
		i = len(r.Contracts)
		r.Contracts = append(r.Contracts, Contract{Ref: ref})
		r.Services = append(r.Services, Service{Contract: int32(i), Provider: p, Type: typ, Hours: NoHours})
	}
	return int32(i)
}

func (s *sector) build(o Options) *Graph { return Build(slices.Values(s.regs), o) }

func build(t testing.TB, text string) *Graph { return parse(t, text).build(DefaultOptions()) }

// at finds a provider by its short name.
func (g *Graph) at(name string) int32 {
	return int32(slices.Index(g.Providers.Name, name))
}
