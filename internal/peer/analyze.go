package peer

import (
	"fmt"

	"yagura/internal/errs"
)

// analysis is what the steps of Analyze share.
type analysis struct {
	cur    *Edition
	prev   *Edition
	last   *Release
	policy Policy
	secret []byte
	r      *roster
	twin   []int32        // by party: the same party in prev, −1 for none
	item   map[string]int // prev's items by id
	labels *labels
}

// Analyze computes the release of an edition. prev (may be nil) is last
// edition's answers, for changes; last (may be nil) is its frozen release,
// beside which the new figures stand and with which they are audited together.
//
// secret drives the coins of random rounding. It must be unknown to the
// recipients and must not be derivable from anything published; deriving it
// from the raw input (in a domain of its own) makes the release a function of
// its input alone. The result does not depend on the order of the parties.
func Analyze(cur Edition, prev *Edition, last *Release, p Policy, secret []byte) (*Release, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := cur.check(); err != nil {
		return nil, err
	}
	if p.Protect && len(secret) < 16 {
		return nil, errs.New(errs.Invalid, "the secret of random rounding has %d bytes, want at least 16", len(secret))
	}
	a := &analysis{cur: &cur, prev: prev, last: last, policy: p, secret: secret, r: enrol(cur.Parties, p)}
	rel := &Release{Edition: cur.ID, Policy: p, Groups: a.r.groups, Breaks: []Break{}, Suppressed: []Suppression{}}
	if prev != nil {
		if err := prev.check(); err != nil {
			return nil, err
		}
		rel.Previous = prev.ID
		a.match()
	}
	if err := a.items(rel); err != nil {
		return nil, err
	}
	a.scores(rel)
	rel.Heat = heatMap(rel)
	rel.Suppressed = suppressed(rel)
	return rel, nil
}

// match pairs the parties and items of the two editions.
func (a *analysis) match() {
	at := make(map[string]int32, len(a.prev.Parties))
	for i, p := range a.prev.Parties {
		at[p.ID] = int32(i)
	}
	a.twin = make([]int32, len(a.cur.Parties))
	for i, p := range a.cur.Parties {
		a.twin[i] = -1
		if j, ok := at[p.ID]; ok {
			a.twin[i] = j
		}
	}
	a.labels = newLabels(a.r, a.cur, a.prev, a.last)
	a.item = make(map[string]int, len(a.prev.Items))
	for i, it := range a.prev.Items {
		a.item[it.ID] = i
	}
}

// press returns the press of a table.
func (a *analysis) press(t Table) *press {
	return &press{r: a.r, policy: a.policy,
		dice: dice{a.secret, "release|" + a.cur.ID + "|" + string(t), a.policy.Base}}
}

func (a *analysis) items(rel *Release) error {
	c := &counter{r: a.r}
	dist, change := a.press(TableItem), a.press(TableItemChange)
	w := a.newWeak()
	for i, it := range a.cur.Items {
		t, err := c.count(a.cur.Answers[i], it.Levels)
		if err != nil {
			return fmt.Errorf("item %s: %w", it.ID, err)
		}
		j, comparable := a.comparable(it)
		dist.past = past{}
		if comparable {
			dist.past = a.pastOf(i, j)
		}
		pg := dist.layout(t, it.ID)
		w.add(it, &pg)
		res := ItemResult{Item: it.ID, Section: it.Section, Cells: a.cells(pg)}
		if it.Previous != "" && it.Break {
			rel.Breaks = append(rel.Breaks, Break{it.ID, it.Previous})
		}
		if comparable {
			res.Last = lastCells(a.last, it.Previous, rel.Groups)
			if it.Ordered {
				moved, err := c.count(a.moves(i, j), 3)
				if err != nil {
					return err
				}
				res.Change = a.cells(change.layout(moved, it.ID))
			}
		}
		rel.Items = append(rel.Items, res)
	}
	rel.Weak = w.rank()
	return nil
}

// comparable returns the index of last edition's item with the same meaning.
func (a *analysis) comparable(it Item) (int, bool) {
	if a.prev == nil || it.Previous == "" || it.Break {
		return 0, false
	}
	j, ok := a.item[it.Previous]
	return j, ok && a.prev.Items[j].Levels == it.Levels
}

// cells turns a page into cells, in the order of the groups.
func (a *analysis) cells(pg page) []Cell {
	out := make([]Cell, len(pg.reason))
	for g := range out {
		if pg.reason[g] != "" {
			out[g].Reason = pg.reason[g]
			continue
		}
		counts, n := pg.total(g)
		parts, step := len(pg.atoms[g]), a.policy.step(n)
		out[g] = Cell{N: band(n), Parts: parts, Step: step, Counts: counts,
			Shares: shares(counts, n, parts*(a.policy.Base-1), step)}
	}
	return out
}

func lastCells(last *Release, item string, groups []Group) []Cell {
	if last == nil {
		return nil
	}
	for _, r := range last.Items {
		if r.Item != item {
			continue
		}
		out := make([]Cell, len(groups))
		for g, group := range groups {
			out[g] = Cell{Reason: NoPrevious}
			if at := last.GroupIndex(group.ID); at >= 0 {
				out[g] = r.Cells[at]
			}
		}
		return out
	}
	return nil
}
