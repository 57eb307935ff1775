package ledger

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// node is a whole subtree while the tree is built: the hash that follows from what is
// below it and the hash that is stored for it. Where they differ, its parent (or a
// checkpoint) decides which of the two is right.
type node struct {
	level  int
	n      int64 // it spans entries n·2^level to (n+1)·2^level−1
	known  bool  // calc is known: neither the entry nor its hash may be there
	calc   tlog.Hash
	stored tlog.Hash // calc when there is none
}

func (x node) differs() bool { return x.known && x.calc != x.stored }
func (x node) row() string   { return strconv.FormatInt(tlog.StoredHashIndex(x.level, x.n), 10) }
func (x node) first() int64  { return x.n << x.level }
func (x node) last() int64   { return (x.n+1)<<x.level - 1 }

// add puts the next entry into the tree; leaf is nil when the entry is gone.
func (v *verifier) add(leaf *tlog.Hash) error {
	x := node{n: v.next, known: leaf != nil}
	if leaf != nil {
		x.calc = *leaf
	}
	if err := v.meet(&x); err != nil {
		return err
	}
	v.next++
	for x.n%2 == 1 {
		l := v.stack[len(v.stack)-1]
		v.stack = v.stack[:len(v.stack)-1]
		p := node{level: x.level + 1, n: x.n / 2, known: l.known && x.known, calc: tlog.NodeHash(l.calc, x.calc)}
		if err := v.meet(&p); err != nil {
			return err
		}
		if l.known && x.known {
			v.judge(&l, &x, &p)
		}
		x = p
	}
	v.stack = append(v.stack, x)
	return v.check()
}

// meet fetches the stored hash of x.
func (v *verifier) meet(x *node) error {
	h, ok, had, err := v.stored(tlog.StoredHashIndex(x.level, x.n))
	if err != nil {
		return err
	}
	switch {
	case ok:
		x.stored = h
		if !x.known {
			x.calc, x.known = h, true
		}
	case had:
		v.fault(Fault{HashChanged, "ledger_hash", x.row(), x.first(), x.last()})
		x.stored = x.calc
	default:
		if x.known { // else the entries below are reported as removed
			v.fault(Fault{HashRemoved, "ledger_hash", x.row(), x.first(), x.last()})
		}
		x.stored = x.calc
	}
	return nil
}

// judge settles which hashes of two children are right by the stored hash of their
// parent. Where no choice fits, it is the parent that is left to be judged.
func (v *verifier) judge(l, r, p *node) {
	fits := v.choose([]*node{l, r}, func(h []tlog.Hash) bool { return tlog.NodeHash(h[0], h[1]) == p.stored })
	if !fits {
		v.settle(l, l.level == 0)
		v.settle(r, r.level == 0)
	}
	p.calc = tlog.NodeHash(l.calc, r.calc)
}

// matches reports whether the tree so far has this root, by some choice.
func (v *verifier) matches(root tlog.Hash) bool {
	var nodes []*node
	for i := range v.stack {
		if !v.stack[i].known {
			return false
		}
		nodes = append(nodes, &v.stack[i])
	}
	if len(nodes) == 0 {
		return false
	}
	return v.choose(nodes, func(h []tlog.Hash) bool {
		top := h[len(h)-1]
		for i := len(h) - 2; i >= 0; i-- {
			top = tlog.NodeHash(h[i], top)
		}
		return top == root
	})
}

// maxDoubt is how many nodes in doubt are tried in all combinations.
const maxDoubt = 10

// choose looks for a choice between the two hashes of each node in doubt that fits, and
// settles the nodes by it.
func (v *verifier) choose(nodes []*node, fits func([]tlog.Hash) bool) bool {
	var doubt []int
	h := make([]tlog.Hash, len(nodes))
	for i, x := range nodes {
		h[i] = x.calc
		if x.differs() && len(doubt) < maxDoubt {
			doubt = append(doubt, i)
		}
	}
	for mask := range 1 << len(doubt) {
		for bit, i := range doubt {
			h[i] = nodes[i].calc
			if mask>>bit&1 == 1 {
				h[i] = nodes[i].stored
			}
		}
		if fits(h) {
			for bit, i := range doubt {
				v.settle(nodes[i], mask>>bit&1 == 1)
			}
			return true
		}
	}
	return false
}

// settle reports a node in doubt. When its stored hash is the right one, what is below
// was changed: the entry itself, or entries together with their hashes.
func (v *verifier) settle(x *node, storedIsRight bool) {
	switch {
	case !x.differs():
		return
	case !storedIsRight:
		v.fault(Fault{HashChanged, "ledger_hash", x.row(), x.first(), x.last()})
		x.stored = x.calc
		return
	case x.level == 0:
		v.fault(Fault{EntryChanged, "ledger_entry", strconv.FormatInt(x.n, 10), x.n, x.n})
	default:
		v.fault(Fault{LogRewritten, "", "", x.first(), x.last()})
	}
	x.calc = x.stored
}
