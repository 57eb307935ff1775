// Command reach counts, for every provider, the institutions that depend on it
// through any chain of subcontractors, with the measure of the product:
//
//	reach gen -institutions 2000 -services 40 -providers 2000 -out edges.csv
//	reach count -edges edges.csv
//
// gen writes the chains of a synthetic sector as rows of institution, service,
// recipient, provider; the recipient of the direct provider is empty. count
// prints "provider,institutions" in the order of the numbers of providers, and
// the seconds of building the graph and of counting on the error output.
// tools/bench/reach/reach.py runs it beside networkx and igraph.
package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"

	"yagura/internal/clock"
	"yagura/internal/thirdparty/network"
)

func main() {
	if len(os.Args) < 2 {
		stop("reach gen|count")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	institutions := flags.Int("institutions", 2000, "institutions")
	services := flags.Int("services", 40, "services of each")
	providers := flags.Int("providers", 2000, "providers to choose from")
	out := flags.String("out", "edges.csv", "file to write")
	edges := flags.String("edges", "edges.csv", "file to read")
	_ = flags.Parse(os.Args[2:]) // exits on an error
	var err error
	switch os.Args[1] {
	case "gen":
		err = generate(*out, *institutions, *services, *providers)
	case "count":
		err = count(*edges)
	default:
		stop("no such part: " + os.Args[1])
	}
	if err != nil {
		stop(err)
	}
}

func stop(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}

// generate draws chains of three ranks from a heavy-tailed market (Zipf with
// exponent 1.1); the deeper ranks come from the eighth of the largest providers.
func generate(name string, institutions, services, providers int) error {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the input has to be the same every time
	market := make([]float64, providers)
	sum := 0.0
	for i := range market {
		sum += math.Pow(float64(i+1), -1.1)
		market[i] = sum
	}
	pick := func(n int) int { return min(sort.SearchFloat64s(market[:n], rng.Float64()*market[n-1]), n-1) }
	var b strings.Builder
	b.WriteString("institution,service,recipient,provider\n")
	for i := range institutions {
		for s := range services {
			p := pick(providers)
			fmt.Fprintf(&b, "%d,%d,,%d\n", i, s, p)
			for range 2 {
				q := pick(max(1, providers/8))
				if q != p {
					fmt.Fprintf(&b, "%d,%d,%d,%d\n", i, s, p, q)
				}
				p = q
			}
		}
	}
	return os.WriteFile(name, []byte(b.String()), 0o600)
}

// count reads the rows, builds the graph and counts.
func count(name string) error {
	regs, err := read(name)
	if err != nil {
		return err
	}
	now := clock.System()
	start := now.Now()
	g := network.Build(slices.Values(regs), network.DefaultOptions())
	built := now.Now()
	found := g.Dependence(network.ByProvider)
	done := now.Now()
	fmt.Fprintf(os.Stderr, "%.6f %.6f\n", built.Sub(start).Seconds(), done.Sub(built).Seconds())
	users := map[int]int{}
	for _, d := range found {
		p, err := strconv.Atoi(d.Name)
		if err != nil {
			return err
		}
		users[p] = d.Any.Users
	}
	w := bufio.NewWriter(os.Stdout)
	for p := range slices.Max(keys(users)) + 1 {
		if users[p] > 0 {
			_, _ = fmt.Fprintf(w, "%d,%d\n", p, users[p]) // Flush tells
		}
	}
	return w.Flush()
}

func keys(m map[int]int) []int {
	out := []int{0}
	for k := range m {
		out = append(out, k)
	}
	return out
}

// read makes one register of the rows of each institution, which stand together.
func read(name string) ([]*network.Register, error) {
	f, err := os.Open(name) //nolint:gosec // the file that the caller names
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	rows := csv.NewReader(bufio.NewReader(f))
	rows.ReuseRecord = true
	if _, err := rows.Read(); err != nil { // the header
		return nil, err
	}
	var out []*network.Register
	local := map[string]int32{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].Institution.ID != row[0] {
			out = append(out, &network.Register{Institution: network.Institution{ID: strings.Clone(row[0])}, Contracts: []network.Contract{{}}})
			clear(local)
		}
		add(out[len(out)-1], local, row[2], row[3])
	}
}

// add enters a row: a service with its direct provider, or a link of the last.
func add(r *network.Register, local map[string]int32, recipient, provider string) {
	at := func(name string) int32 {
		p, ok := local[name]
		if !ok {
			p = int32(len(r.Providers))
			name = strings.Clone(name)
			local[name] = p
			id := network.Ident{Scheme: network.CRN, Country: network.Country{'X', 'X'}, Value: "P000" + name}
			r.Providers = append(r.Providers, network.Provider{ID: id, Name: name, Parent: -1})
		}
		return p
	}
	if recipient == "" {
		r.Services = append(r.Services, network.Service{Provider: at(provider), Hours: network.NoHours})
		return
	}
	r.Links = append(r.Links, network.Link{Service: int32(len(r.Services) - 1), Provider: at(provider), Recipient: at(recipient), Rank: 2, Hours: network.NoHours})
}
