package roi

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
)

// GenOptions describe a synthetic register.
type GenOptions struct {
	Rows   int    // of B_02.02, at least 10
	Seed   uint64 // equal seeds give equal packages
	Faults []string
}

// rowsPerContract is how many rows of B_02.02 a synthetic contract has.
const rowsPerContract = 5

// functionsPerEntity is how many functions a synthetic entity has; at least
// rowsPerContract, so that a contract's rows differ in their function.
const functionsPerEntity = 12

// world is a synthetic register whose every cell is a function of the seed and
// the row's number, so that it is written without being held.
type world struct {
	s                              *Schema
	seed                           uint64
	rows                           int
	contracts, entities, providers int
	market                         []float64 // cumulated shares of the providers, Zipf with exponent 1.1
	infra                          int       // the first providers, from whom the others buy
}

func newWorld(s *Schema, o GenOptions) *world {
	rows := max(o.Rows, 10)
	w := &world{s: s, seed: o.Seed, rows: rows, contracts: (rows + rowsPerContract - 1) / rowsPerContract}
	w.entities = min(max(rows/2000, 3), 500)
	w.providers = max(24, int(math.Pow(float64(w.contracts), 0.8)))
	w.infra = w.providers / 8
	w.market = make([]float64, w.providers)
	sum := 0.0
	for i := range w.market {
		sum += math.Pow(float64(i+1), -1.1)
		w.market[i] = sum
	}
	return w
}

// Gen writes a synthetic register with the faults asked for (kinds of Kinds, or
// "all" for all that go together) and returns the package's file name and where
// each fault lies. Providers' shares of the contracts follow Zipf's law, as in
// a market of few large and many small providers. An unknown kind is an error
// of kind invalid.
func Gen(out io.Writer, s *Schema, o GenOptions) (string, []Fault, error) {
	w := newWorld(s, o)
	b := newBreaker(w)
	if err := b.put(o.Faults); err != nil {
		return "", nil, err
	}
	return b.name + ".zip", b.faults, b.write(out)
}

// GenName is the file name of the package that Gen would write.
func GenName(s *Schema, o GenOptions) (string, error) {
	name, _, err := Gen(io.Discard, s, GenOptions{Rows: 10, Seed: o.Seed, Faults: o.Faults})
	return name, err
}

func (w *world) meta() Meta {
	return Meta{LEI: w.entity(0), Scope: "CON", Country: "FR", Period: "2025-12-31", Created: "20260228120000000"}
}

// draw is a random number of the row i for a purpose (SplitMix64; Steele, Lea
// and Flood 2014).
func (w *world) draw(purpose, i int) uint64 {
	z := w.seed*0x9e3779b97f4a7c15 + uint64(purpose)<<48 + uint64(i)
	for range 2 {
		z += 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return z
}

func (w *world) pick(purpose, i, n int) int { return int(w.draw(purpose, i) % uint64(n)) }

// drawn from the purposes:
const (
	forProvider = iota + 1
	forSub
	forSubSub
	forUser
	forService
	forFunction
	forCritical
	forMoney
	forCountry
	forChoice
)

// byShare draws a provider with the market's shares among the first n.
func (w *world) byShare(purpose, i, n int) int {
	u := float64(w.draw(purpose, i)>>11) / (1 << 53) * w.market[n-1]
	return min(sort.SearchFloat64s(w.market[:n], u), n-1)
}

func code36(prefix string, n int) string {
	s := strconv.FormatInt(int64(n), 36)
	b := []byte(prefix + "00000000000000000000"[:18-len(prefix)-len(s)] + s)
	for i, c := range b {
		if c >= 'a' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func (w *world) entity(i int) string     { return withCheckDigits(code36("YGRE", i+1)) }
func (w *world) contract(i int) string   { return fmt.Sprintf("CA-%07d", i+1) }
func (w *world) branch(i int) string     { return fmt.Sprintf("BR-%04d", i+1) }
func (w *world) functionID(i int) string { return "F" + strconv.Itoa(i+1) }

// provider is a provider's code and its type: every fifth has an EUID.
func (w *world) provider(i int) (id, typ string) {
	if i%5 == 4 {
		return fmt.Sprintf("FRRCS.%09d", i+1), typeEUID
	}
	return withCheckDigits(code36("YGRP", i+1)), typeLEI
}

func (w *world) country(purpose, i int) string {
	return "eba_GA:" + []string{"FR", "DE", "IE", "NL", "LU", "US", "IN", "JP"}[w.pick(purpose, i, 8)]
}

func (w *world) one(i int, values ...string) string { return values[w.pick(forChoice, i, len(values))] }

// sub is the provider from whom provider p of contract c buys; never p itself.
func (w *world) sub(purpose, c, p int) int {
	q := w.byShare(purpose, c, w.infra)
	if q == p {
		q = (q + 1) % w.infra
	}
	return q
}

func (w *world) service(c, s int) string {
	return fmt.Sprintf("eba_TA:S%02d", 1+(w.pick(forService, c, 19)+s)%19)
}

func (w *world) money(i int) string { return strconv.Itoa(1000 + w.pick(forMoney, i, 900000)) }
