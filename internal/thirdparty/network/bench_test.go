package network

import (
	"fmt"
	"iter"
	"math"
	"runtime"
	"sort"
	"strconv"
	"testing"
)

// synthetic yields the registers of a sector: a heavy-tailed market (Zipf with
// exponent 1.1), chains of three ranks whose deeper ranks come from the eighth
// of the largest providers, and uses times functions as given.
func synthetic(entities, usesEach, providers int) iter.Seq[*Register] {
	market := make([]float64, providers)
	sum := 0.0
	for i := range market {
		sum += math.Pow(float64(i+1), -1.1)
		market[i] = sum
	}
	all := make([]Provider, providers)
	for i := range all {
		all[i] = Provider{ID: Ident{Corporate, Country{'J', 'P'}, corporate(i + 1)}, Name: fmt.Sprintf("株式会社合成%d", i), Country: Country{'J', "PUSDEIE"[i%7]}, Parent: -1}
	}
	categories := []string{"x12", "x300", "x309", "x599", "x639"}
	activities := []string{"deposits", "payments", "lending", "custody", "insurance"}
	return func(yield func(*Register) bool) {
		var r Register
		local := map[int]int32{}
		for e := range entities {
			rng := uint64(e)*0x9e3779b97f4a7c15 + 1
			next := func(n int) int {
				rng ^= rng << 13
				rng ^= rng >> 7
				rng ^= rng << 17
				return int(rng>>11) % n
			}
			r.Institution = Institution{ID: "E" + strconv.Itoa(e), Name: "合成機関" + strconv.Itoa(e), Category: categories[next(5)], Country: Country{'J', 'P'}, Assets: float64(1+next(1000)) * 1e9}
			r.Functions, r.Providers, r.Contracts, r.Services, r.Uses, r.Links = r.Functions[:0], r.Providers[:0], r.Contracts[:0], r.Services[:0], r.Uses[:0], r.Links[:0]
			clear(local)
			for f := range 12 {
				r.Functions = append(r.Functions, Function{ID: "F" + strconv.Itoa(f), Activity: activities[(e+f)%5], Critical: Answer(1 + next(3)/2), RTO: int32([]int{2, 4, 24, 72}[next(4)]), RPO: 1, Tolerance: NoHours})
			}
			pick := func(n int) int32 {
				p := min(sort.SearchFloat64s(market[:n], float64(next(1<<30))/(1<<30)*market[n-1]), n-1)
				at, ok := local[p]
				if !ok {
					at = int32(len(r.Providers))
					local[p] = at
					r.Providers = append(r.Providers, all[p])
					if head := p - p%4; head != p && local[head] > 0 {
						r.Providers[at].Parent = local[head]
					}
				}
				return at
			}
			services := max(1, usesEach*2/5)
			for s := range services {
				if s%2 == 0 {
					r.Contracts = append(r.Contracts, Contract{Ref: "C" + strconv.Itoa(s/2), Expense: float64(1000 + next(900000))})
				}
				p := pick(providers)
				r.Services = append(r.Services, Service{Contract: int32(s / 2), Provider: p, Type: "S" + strconv.Itoa(1+next(19)), Substitutability: Level(1 + next(4)), Alternatives: Answer(1 + next(2)), Hours: NoHours})
				for rank := int32(2); rank <= 3; rank++ {
					q := pick(max(1, providers/8))
					r.Links = append(r.Links, Link{Service: int32(s), Provider: q, Recipient: p, Rank: rank, Hours: NoHours})
					p = q
				}
			}
			for range usesEach {
				r.Uses = append(r.Uses, Use{Service: int32(next(services)), Function: int32(next(12)), Storage: Country{'J', 'P'}, Processing: Country{'U', 'S'}, Stored: Yes, Reliance: Level(1 + next(4))})
			}
			if !yield(&r) {
				return
			}
		}
	}
}

// corporate is the n-th number with a right check digit.
func corporate(n int) string {
	base := fmt.Sprintf("%012d", n)
	for d := '1'; d <= '9'; d++ {
		if s := string(d) + base; validCorporate(s) {
			return s
		}
	}
	panic(n)
}

// large is the sector of the aim: 22,000 institutions, 5 million uses.
func large() *Graph { return Build(synthetic(22000, 227, 20000), DefaultOptions()) }

func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		g := large()
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(len(g.Uses.Need)), "uses")
		b.ReportMetric(float64(len(g.Chain.Supply)), "members")
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "graph-MB")
		runtime.KeepAlive(g)
	}
}
