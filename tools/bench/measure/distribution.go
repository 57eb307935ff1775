package main

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"

	"yagura/internal/form"
	"yagura/internal/peer"
	"yagura/internal/sheet"
)

// group is a set of parties: all, a sector, or a sector's size.
type group struct {
	name    string
	members []int32
}

// distribution prints, for all parties, each sector and each sector × size, how
// many gave each answer to each item, the quantiles of each section's scores,
// and the sum of the parties' own percentile ranks.
func distribution(f *form.Form, partiesFile, answersFile string) error {
	orgs, err := readParties(partiesFile)
	if err != nil {
		return err
	}
	file, err := os.Open(answersFile)
	if err != nil {
		return err
	}
	defer file.Close()
	long, found := sheet.ReadLong(file, f, "answers.csv")
	if long == nil || len(found) > 0 {
		return fmt.Errorf("%s: %v", answersFile, found)
	}
	groups, leafOf := groupsOf(orgs, long.Parties())
	w := bufio.NewWriter(os.Stdout)
	var codes []int32
	for i, it := range f.Items() {
		codes = long.Codes(i, codes)
		count(w, it, codes, long.Dict(i), groups, leafOf)
	}
	for _, s := range f.Sections {
		position(w, s.ID, scores(s, long), groups)
	}
	return w.Flush()
}

func readParties(name string) (map[string]form.Org, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, found := sheet.ReadParties(file, "parties.csv")
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: %v", name, found)
	}
	orgs := make(map[string]form.Org, len(list))
	for _, o := range list {
		orgs[o.ID] = o
	}
	return orgs, nil
}

// groupsOf sorts the parties into their groups; leafOf is the smallest group of
// each party. "all" comes first, then each sector, then its sizes.
func groupsOf(orgs map[string]form.Org, ids []string) (groups []group, leafOf []int32) {
	members := map[string][]int32{}
	leaf := make([]string, len(ids))
	for p, id := range ids {
		o := orgs[id]
		leaf[p] = o.Sector + "/" + o.Size
		for _, g := range []string{"all", o.Sector, leaf[p]} {
			members[g] = append(members[g], int32(p))
		}
	}
	for name, m := range members {
		groups = append(groups, group{name, m})
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.name, b.name) })
	place := map[string]int32{}
	for i, g := range groups {
		place[g.name] = int32(i)
	}
	for _, name := range leaf {
		leafOf = append(leafOf, place[name])
	}
	return groups, leafOf
}

// count counts the answers of the smallest groups in one pass and adds them up.
func count(w *bufio.Writer, it *form.Item, codes []int32, dict []form.Answer, groups []group, leafOf []int32) {
	n := len(dict) + 1
	cells := make([]int, n*len(groups))
	for p, c := range codes {
		cells[int(leafOf[p])*n+int(c)]++
	}
	for g := range groups {
		for c, a := range dict {
			if a.Value == nil {
				continue
			}
			sum := 0
			for l := range groups {
				if within(groups[l].name, groups[g].name) {
					sum += cells[l*n+c+1]
				}
			}
			if sum > 0 {
				fmt.Fprintf(w, "count,%s,%s,%s,%d\n", it.ID, groups[g].name, it.FormatValue(a.Value), sum)
			}
		}
	}
}

// within reports whether a smallest group is, or is part of, another one.
func within(leaf, of string) bool {
	return leaf == of || of == "all" || len(leaf) > len(of) && leaf[:len(of)] == of && leaf[len(of)] == '/'
}

// scores are the section's scores by party, NaN for none.
func scores(s *form.Section, long *sheet.Long) []float64 {
	n := len(long.Parties())
	sum, weight := make([]float64, n), make([]float64, n)
	var codes []int32
	for _, it := range s.Items {
		part := []float64{math.NaN()} // by code
		for _, a := range long.Dict(it.Index()) {
			level, ok := it.LevelOf(it.FormatValue(a.Value))
			if !ok {
				level = math.NaN()
			}
			part = append(part, it.Weight*level/it.MaxLevel())
		}
		codes = long.Codes(it.Index(), codes)
		for p, c := range codes {
			if v := part[c]; !math.IsNaN(v) {
				sum[p] += v
				weight[p] += it.Weight
			}
		}
	}
	for p := range sum {
		// equal scores must be equal whatever the order of the sum; 0/0 is NaN
		sum[p] = math.Round(1e11*sum[p]/weight[p]) / 1e9
	}
	return sum
}

// position prints the quantiles of each group and the sum of the members' ranks.
func position(w *bufio.Writer, section string, scores []float64, groups []group) {
	for _, g := range groups {
		values := make([]float64, 0, len(g.members))
		for _, p := range g.members {
			if v := scores[p]; !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		own := slices.Clone(values)
		slices.Sort(values)
		for _, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
			fmt.Fprintf(w, "quantile,%s,%s,%g,%.6f\n", section, g.name, q, peer.Quantile(values, q))
		}
		n, ranks := float64(len(values)), 0.0
		for _, v := range own {
			// MidRank counts the party itself as half an equal; it is taken out again.
			rank := (peer.MidRank(values, v)*n - 50) / (n - 1)
			ranks += rank * rank // a plain sum is the same whatever the ranks
		}
		fmt.Fprintf(w, "ranks,%s,%s,squares,%.6f\n", section, g.name, ranks)
	}
}
