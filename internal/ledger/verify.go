package ledger

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/db"
)

// Fault is one thing that is wrong with a stored log.
type Fault struct {
	Rule  string // one of the rules below
	Table string // the table of the row, "" when it is the log as a whole
	Row   string // primary key of the row
	First int64  // the first and the last entry it concerns;
	Last  int64  // -1 when it concerns none
}

// The rules of VerifyAll.
const (
	EntryChanged      = "entry.changed"      // the row doesn't have the hash that the tree has for it
	EntryRemoved      = "entry.removed"      // rows First to Last are gone
	EntryInserted     = "entry.inserted"     // the row has no place in the log
	HashChanged       = "hash.changed"       // the row is not the hash of what it stands for
	HashRemoved       = "hash.removed"       //
	HashInserted      = "hash.inserted"      //
	HeadChanged       = "head.changed"       // the size of the log is gone or no number
	CheckpointChanged = "checkpoint.changed" // not signed by the log, or under another size
	LogRewritten      = "log.rewritten"      // entries First to Last, or some of them, were changed together with their hashes
	LogTruncated      = "log.truncated"      // entries First to Last were signed and are gone with their hashes
)

func (f Fault) String() string {
	s := f.Rule
	if f.Table != "" {
		s += " " + f.Table + " " + f.Row
	}
	if f.First >= 0 {
		s += fmt.Sprintf(" (entries %d to %d)", f.First, f.Last)
	}
	return s
}

// Report is the outcome of VerifyAll. The log is whole when there are no faults.
type Report struct {
	Size        int64 // entries, as the log says
	Checkpoints int   // signed checkpoints that the entries bear out
	Faults      []Fault
}

// maxHole bounds the entries that are walked through though they are not there.
const maxHole = 1 << 20

// VerifyAll reads the whole log in one state of the database and finds every row that
// was changed, removed or inserted: entries against their hashes, hashes against each
// other, and the tree against every signed checkpoint, those in the database and those
// that someone else holds (texts; the copies in receipts, or a witness's). Who can
// write to the database can change entries together with all their hashes and remove
// checkpoints: then only a held checkpoint tells, and only that some entry before it
// was changed. What was appended after the last checkpoint under the log's own rules
// isn't told from a true entry.
//
// The time grows with the number of entries, the memory with that of checkpoints.
func VerifyAll(ctx context.Context, d *db.DB, keys []string, held ...string) (Report, error) {
	var rep Report
	err := d.System("verify the ledger").Read(ctx, func(tx *db.Tx) error {
		v := &verifier{ctx: ctx, tx: tx, signed: map[int64][]Checkpoint{}, seen: map[Fault]bool{}, broken: -1}
		if err := v.all(keys, held); err != nil {
			return err
		}
		rep = v.report
		return nil
	})
	return rep, err
}

type verifier struct {
	ctx    context.Context
	tx     *db.Tx
	report Report
	seen   map[Fault]bool
	signed map[int64][]Checkpoint // by size

	next   int64  // number of the entry that comes next
	stack  []node // roots of the whole subtrees so far, the largest first
	hashes hashPage
	good   int64 // entries under the last checkpoint that held
	broken int64 // size of the first checkpoint that didn't, or -1
}

func (v *verifier) fault(f Fault) {
	if !v.seen[f] {
		v.seen[f] = true
		v.report.Faults = append(v.report.Faults, f)
	}
}

func (v *verifier) all(keys, held []string) error {
	if err := v.head(); err != nil {
		return err
	}
	if err := v.checkpoints(keys, held); err != nil {
		return err
	}
	if err := v.check(); err != nil { // of the empty log
		return err
	}
	if err := v.entries(); err != nil {
		return err
	}
	for i := range v.stack {
		v.settle(&v.stack[i], v.stack[i].level == 0)
	}
	return v.extraHashes()
}

func (v *verifier) head() error {
	rows, err := db.All[string](v.ctx, v.tx, `select coalesce(cast(size as text), '') from ledger_head`, nil)
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		if v.report.Size, err = strconv.ParseInt(rows[0], 10, 64); err == nil && v.report.Size >= 0 {
			return nil
		}
	}
	v.fault(Fault{HeadChanged, "ledger_head", "1", -1, -1})
	v.report.Size, err = db.One[int64](v.ctx, v.tx, `select count(*) from ledger_entry`, nil)
	return err
}

type textRow struct {
	Key  string `db:"k"`
	Text string `db:"t"`
}

func (v *verifier) checkpoints(keys, held []string) error {
	rows, err := db.All[textRow](v.ctx, v.tx, `select coalesce(cast(c.size as text), '') as k, coalesce(cast(c.text as text), '') as t
		from ledger_checkpoint c order by c.size`, nil)
	if err != nil {
		return err
	}
	for i, text := range held {
		rows = append(rows, textRow{fmt.Sprintf("held %d", i+1), text})
	}
	for i, r := range rows {
		c, err := ParseCheckpoint(r.Text, keys...)
		stored := i < len(rows)-len(held)
		switch {
		case err != nil || stored && r.Key != strconv.FormatInt(c.Size, 10):
			v.fault(Fault{CheckpointChanged, "ledger_checkpoint", r.Key, -1, -1})
		case c.Size > v.report.Size:
			v.fault(Fault{LogTruncated, "", "", v.report.Size, c.Size - 1})
		default:
			v.signed[c.Size] = append(v.signed[c.Size], c)
		}
	}
	return nil
}

// check compares the tree of the entries so far with the checkpoints of that size.
func (v *verifier) check() error {
	for _, c := range v.signed[v.next] {
		ok := false
		if v.next == 0 {
			empty, err := tlog.TreeHash(0, nil)
			if err != nil {
				return err
			}
			ok = empty == c.Root
		} else {
			ok = v.matches(c.Root)
		}
		switch {
		case ok:
			v.good = c.Size
			v.report.Checkpoints++
		case v.broken < 0: // all later ones can't hold either
			v.broken = c.Size
			v.fault(Fault{LogRewritten, "", "", v.good, max(v.good, c.Size-1)})
		}
	}
	return nil
}
