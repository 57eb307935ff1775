package network

import "math"

// never is the number of hours of what does not end.
const never = math.MaxInt32

// Graph is the sector in compact arrays. Positions are int32; lists per node are
// stored as one array with the starts of each node's part (compressed sparse
// row). Its slices must not be changed.
//
// institution → functions → needs → uses → supplies → chain members (providers)
//
// A need is one type of service that a function uses; its uses are the services
// of that type, possibly of several providers. A supply is one service of a
// direct provider under a contract; its chain lists every provider who takes
// part in it, the direct one first.
type Graph struct {
	Institutions InstitutionTable
	Functions    FunctionTable
	Needs        NeedTable
	Uses         UseTable
	Supplies     SupplyTable
	Chain        ChainTable
	Providers    ProviderTable
	Groups       GroupTable

	Categories []string // of institutions
	Services   []string // types
	Activities []string // licensed activities
	Countries  []Country

	Review  []Review
	Orphans int // links whose recipient is not in the service's chain; taken as links to the direct provider

	usesOf      rows    // supply → uses
	memberOf    rows    // provider → positions in Chain
	suppliers   rows    // provider → providers it supplies, over all registers
	supplyHours []int32 // of each of suppliers' items: the longest that the recipient needs to substitute
}

// rows is a compressed sparse row: the items of node i are items[start[i]:start[i+1]].
type rows struct {
	start, items []int32
}

func (r rows) of(i int32) []int32 { return r.items[r.start[i]:r.start[i+1]] }

// transpose lists for each of n targets the positions that point at it, in order.
func transpose(n int, target []int32) rows {
	r := rows{make([]int32, n+1), make([]int32, len(target))}
	for _, t := range target {
		r.start[t+1]++
	}
	for i := range n {
		r.start[i+1] += r.start[i]
	}
	next := append([]int32(nil), r.start[:n]...)
	for i, t := range target {
		r.items[next[t]] = int32(i)
		next[t]++
	}
	return r
}

// InstitutionTable has one row per institution, in the order of the registers.
type InstitutionTable struct {
	ID, Name  []string
	Category  []int32
	Country   []int32
	Assets    []float64 // whole units of the currency of all registers
	Provider  []int32   // the institution as a provider of others, or -1
	FuncStart []int32   // one longer
	SupStart  []int32   // one longer
}

// FunctionTable has one row per function.
type FunctionTable struct {
	Institution   []int32
	ID, Name      []string
	Activity      []int32
	Critical      []Answer
	RTO, RPO, Tol []int32 // hours; Tol is the impact tolerance, else the RTO, else Options.Tolerance
	Impact        []Level
	NeedStart     []int32 // one longer
}

// NeedTable has one row per function and type of service.
type NeedTable struct {
	Function, Service []int32
	UseStart          []int32 // one longer
}

// UseTable has one row per use of a service by a function.
type UseTable struct {
	Need, Supply        []int32
	Storage, Processing []int32 // countries
	Stored              []Answer
	Sensitivity         []Level
	Reliance            []Level
}

// SupplyTable has one row per service under a contract.
type SupplyTable struct {
	Institution, Provider, Service []int32
	Contract                       []string
	Expense                        []float64 // the contract's, divided equally among its services
	Substitutability               []Level
	Reintegration                  []Level
	Impact                         []Level
	ExitPlan, Alternatives         []Answer
	NoAlternative, Migration       []bool
	ChainStart                     []int32 // one longer
}

// ChainTable has one row per provider in a supply's chain.
type ChainTable struct {
	Supply, Provider []int32
	Rank             []int32 // 1 is the direct provider
	Recipient        []int32 // the provider it supplies; itself for rank 1
	Link             []int32 // hours for the recipient, in rank 1 the institution, to substitute
	Hours            []int32 // the longest that its failure can stop the supply: every link on the way, and the supply itself, may be substituted
}

// ProviderTable has one row per provider, ordered by Key.
type ProviderTable struct {
	Key     []string // leading identifier, such as "lei:…"
	Name    []string // the most frequent
	Country []int32  // of the head office
	Parent  []int32  // the ultimate parent that most registers name, or -1
	Group   []int32
}

// GroupTable has one row per group of providers with one ultimate parent.
type GroupTable struct {
	Parent   []int32 // the provider at the top
	MemStart []int32 // one longer
	Members  []int32 // providers
}

// Functions of an institution are [from, to).
func (t *InstitutionTable) functions(i int32) (from, to int32) {
	return t.FuncStart[i], t.FuncStart[i+1]
}

// word numbers words in the order they come.
type word[T comparable] struct {
	list []T
	at   map[T]int32
	last T
	pos  int32
}

func (w *word[T]) of(v T) int32 {
	if len(w.list) > 0 && v == w.last {
		return w.pos
	}
	i, ok := w.at[v]
	if !ok {
		if w.at == nil {
			w.at = map[T]int32{}
		}
		i = int32(len(w.list))
		w.at[v] = i
		w.list = append(w.list, v)
	}
	w.last, w.pos = v, i
	return i
}
