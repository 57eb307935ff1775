package peer

import (
	"math"
	"slices"
)

// Position computes what one institution is given beside the release: its own
// answers and scores, the peers' distributions without itself, and rank bands.
// cur and prev (may be nil) are the editions the release was made of; party is
// an index into cur.Parties.
//
// The peers' distributions are the frozen rounded counts less the own answer,
// not counts of the peers rounded anew: a second rounding of nearly the same
// count would be a second look at it, different for every recipient, and a few
// recipients together could average the rounding away.
func (r *Release) Position(cur, prev *Edition, party int) Position {
	who := cur.Parties[party]
	groups := r.Of(who.Sector, who.Size)
	pos := Position{Party: who.ID, Groups: []string{}, Items: []ItemPosition{}, Sections: []ScorePosition{}}
	for _, g := range groups {
		pos.Groups = append(pos.Groups, r.Groups[g].ID)
	}
	twin := -1
	if prev != nil {
		twin = slices.IndexFunc(prev.Parties, func(p Party) bool { return p.ID == who.ID })
	}
	for i, res := range r.Items {
		pos.Items = append(pos.Items, r.itemPosition(res, cur, prev, i, party, twin, groups))
	}
	members := r.members(cur, groups)
	for s, res := range r.Sections {
		var now []float64
		if cur.Scores != nil {
			now = cur.Scores[s]
		}
		then := math.NaN()
		if twin >= 0 && prev.Scores != nil {
			if at := slices.IndexFunc(prev.Sections, func(x Section) bool { return x.ID == res.Section }); at >= 0 {
				then = prev.Scores[at][twin]
			}
		}
		pos.Sections = append(pos.Sections, r.scorePosition(res, now, then, party, groups, members))
	}
	then := math.NaN()
	if twin >= 0 && prev.Overall != nil {
		then = prev.Overall[twin]
	}
	pos.Overall = r.scorePosition(r.Overall, cur.Overall, then, party, groups, members)
	return pos
}

func (r *Release) itemPosition(res ItemResult, cur, prev *Edition, item, party, twin int, groups []int) ItemPosition {
	it := cur.Items[item]
	pos := ItemPosition{Item: it.ID, Section: it.Section, Own: cur.Answers[item][party], Previous: Missing, Target: -1, Peers: []Peers{}}
	if aim, ok := it.Target[cur.Parties[party].Tier]; ok {
		pos.Target = aim
	}
	if twin >= 0 && it.Previous != "" && !it.Break {
		at := slices.IndexFunc(prev.Items, func(x Item) bool { return x.ID == it.Previous })
		if at >= 0 && prev.Items[at].Levels == it.Levels {
			pos.Previous = prev.Answers[at][twin]
		}
	}
	if it.Ordered && pos.Own >= 0 && pos.Previous >= 0 {
		pos.Moved = direction(scoreMove(float64(pos.Own)*100, float64(pos.Previous)*100))
	}
	for _, g := range groups {
		c := res.Cells[g]
		p := Peers{Group: r.Groups[g].ID, Reason: c.Reason, N: c.N}
		if c.Shown() {
			p.Shares = without(c, int(pos.Own))
		}
		pos.Peers = append(pos.Peers, p)
	}
	return pos
}

// without takes the recipient's own answer out of a shown cell. The interval
// follows from the published one: with s the share in n parties, the share in
// the n−1 others is s + s/(n−1), or s − (1−s)/(n−1) in the own category; n is
// at least the lower end of its band.
func without(c Cell, own int) []Share {
	if own < 0 {
		return c.Shares
	}
	sum := 0
	for k, v := range c.Counts {
		if k == own {
			v = max(0, v-1)
		}
		sum += v
	}
	others := float64(max(bandFloor(c.N)-1, 1))
	out := make([]Share, len(c.Counts))
	for k, v := range c.Counts {
		low, high := c.Shares[k].Low, c.Shares[k].High
		if k == own {
			v = max(0, v-1)
			low -= (100 - low) / others
		} else {
			high += high / others
		}
		out[k] = share(float64(v)/float64(max(sum, 1)), max(low, 0)/100, min(high, 100)/100, c.Step)
	}
	return out
}

// members lists the parties of each of the groups.
func (r *Release) members(cur *Edition, groups []int) [][]int {
	out := make([][]int, len(groups))
	for i, p := range cur.Parties {
		for at, g := range groups {
			if r.Groups[g].Has(p.Sector, p.Size) {
				out[at] = append(out[at], i)
			}
		}
	}
	return out
}

func (r *Release) scorePosition(res ScoreResult, now []float64, then float64, party int, groups []int, members [][]int) ScorePosition {
	pos := ScorePosition{Section: res.Section, Ranks: []Rank{}}
	if !math.IsNaN(then) {
		pos.Previous = &then
	}
	if now == nil || math.IsNaN(now[party]) {
		return pos
	}
	own := now[party]
	pos.Own = &own
	pos.Moved = direction(scoreMove(own, then))
	for at, g := range groups {
		if !res.Cells[g].Shown() {
			continue
		}
		below, equal, n := 0, 0, 0
		for _, m := range members[at] {
			v := now[m]
			if m == party || math.IsNaN(v) {
				continue
			}
			n++
			if v < own {
				below++
			} else if v == own {
				equal++
			}
		}
		if low, high, ok := r.Policy.rank(2*below+equal, n, own, res.Margin); ok {
			pos.Ranks = append(pos.Ranks, Rank{r.Groups[g].ID, low, high})
		}
	}
	return pos
}

// rank returns the band (percent) of a mid-rank among n peers, given as twice
// the number below plus the number equal. The exact mid-rank is never
// returned: the band is a quarter, a tenth or a twentieth, the finest of which
// every one stands for at least Colluders+2 peers (at one colluder from 12, 30
// and 60 peers on); none below QuartilesN.
//
// The two bands around the middle are joined. Where all are tied the mid-rank
// is exactly 50; were 50 the edge of a band, a recipient at the lowest score
// who sees "at least 50" would know that all peers share it.
//
// Within margin of an end of the scale only the half is told, for the reason
// margin gives: low among many at the top, a rank counts those at the top.
func (p Policy) rank(twice, n int, own, margin float64) (low, high float64, ok bool) {
	if n < max(p.QuartilesN, 1) {
		return 0, 0, false
	}
	if !p.Protect {
		mid := 50 * float64(twice) / float64(n)
		return mid, mid, true
	}
	for _, bands := range []int{20, 10, 4} {
		if n < bands*(p.Colluders+2) {
			continue
		}
		if own > 100-margin || own < margin {
			if twice > n || (twice == n && own > 50) {
				return 50, 100, true
			}
			return 0, 50, true
		}
		at := min(twice*bands/(2*n), bands-1)
		width := 100 / float64(bands)
		if at == bands/2-1 || at == bands/2 {
			return 50 - width, 50 + width, true
		}
		return float64(at) * width, float64(at+1) * width, true
	}
	return 0, 0, false
}
