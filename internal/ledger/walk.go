package ledger

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/db"
)

// entryText is a stored entry with every column as text: what was put into a column by
// force (SQLite takes any type) must be found, not stumble over.
type entryText struct {
	Number     string `db:"k"`
	Org        string `db:"tenant"`
	At         string `db:"at"`
	Actor      string `db:"actor"`
	OnBehalfOf string `db:"on_behalf_of"`
	Kind       string `db:"kind"`
	ObjectKind string `db:"object_kind"`
	ObjectID   string `db:"object_id"`
	Revision   string `db:"object_revision"`
	Basis      string `db:"basis"`
	Payload    string `db:"payload"`
	Nonce      string `db:"nonce"`
}

const pageSize = 500

const entryColumns = `select coalesce(cast(e.number as text), '') as k, coalesce(cast(e.tenant as text), '') as tenant,
	coalesce(cast(e.at as text), '') as at, coalesce(cast(e.actor as text), '') as actor,
	coalesce(cast(e.on_behalf_of as text), '') as on_behalf_of, coalesce(cast(e.kind as text), '') as kind,
	coalesce(cast(e.object_kind as text), '') as object_kind, coalesce(cast(e.object_id as text), '') as object_id,
	coalesce(cast(e.object_revision as text), '') as object_revision, coalesce(cast(e.basis as text), '') as basis,
	coalesce(cast(e.payload as text), '') as payload, coalesce(cast(e.nonce as text), '') as nonce from ledger_entry e `

func (e entryText) leaf() tlog.Hash {
	return tlog.RecordHash(leafLines(e.At, e.Org, e.Actor, e.OnBehalfOf, e.Kind, e.ObjectKind, e.ObjectID, e.Revision, e.Basis, e.Payload, e.Nonce))
}

// entries walks through the entries in order, page by page, and builds the tree.
func (v *verifier) entries() error {
	below, err := db.All[entryText](v.ctx, v.tx, entryColumns+`where e.number < 0 or e.number is null`, nil)
	if err != nil {
		return err
	}
	for _, e := range below {
		v.inserted(e)
	}
	for after, more := int64(-1), true; more; {
		page, err := db.All[entryText](v.ctx, v.tx, entryColumns+`where e.number > :after order by e.number limit :n`, db.Args{"after": after, "n": pageSize})
		if err != nil {
			return err
		}
		before := after
		for _, e := range page {
			n, err := strconv.ParseInt(e.Number, 10, 64)
			if err != nil || n >= v.report.Size {
				v.inserted(e)
				after = max(after, n)
				continue
			}
			after = n
			if err := v.hole(n); err != nil {
				return err
			}
			leaf := e.leaf()
			if err := v.add(&leaf); err != nil {
				return err
			}
		}
		more = len(page) == pageSize && after > before
	}
	return v.hole(v.report.Size)
}

func (v *verifier) inserted(e entryText) {
	v.fault(Fault{EntryInserted, "ledger_entry", e.Number, -1, -1})
}

// hole reports the entries before n that are not there, and goes on with the hashes
// that the tree has for them.
func (v *verifier) hole(n int64) error {
	if v.next < n {
		v.fault(Fault{EntryRemoved, "ledger_entry", strconv.FormatInt(v.next, 10), v.next, n - 1})
	}
	if n-v.next > maxHole {
		v.next = n // the size itself is made up; there is no tree to compare with
		v.stack = nil
		v.signed = nil
		return nil
	}
	for v.next < n {
		if err := v.add(nil); err != nil {
			return err
		}
	}
	return nil
}

// hashPage holds the stored hashes with indexes lo to hi-1.
type hashPage struct {
	lo, hi int64
	text   map[int64]string
}

// stored is the stored hash of an index; had tells that there is a row.
func (v *verifier) stored(ix int64) (h tlog.Hash, ok, had bool, err error) {
	if ix < v.hashes.lo || ix >= v.hashes.hi {
		if err := v.loadHashes(ix); err != nil {
			return h, false, false, err
		}
	}
	text, had := v.hashes.text[ix]
	h, bad := tlog.ParseHash(text)
	return h, had && bad == nil && h.String() == text, had, nil
}

func (v *verifier) loadHashes(lo int64) error {
	hi := lo + 2*pageSize
	rows, err := db.All[textRow](v.ctx, v.tx, `select coalesce(cast(h.ix as text), '') as k, coalesce(cast(h.hash as text), '') as t
		from ledger_hash h where h.ix >= :lo and h.ix < :hi`, db.Args{"lo": lo, "hi": hi})
	if err != nil {
		return err
	}
	v.hashes = hashPage{lo, hi, map[int64]string{}}
	for _, r := range rows {
		ix, err := strconv.ParseInt(r.Key, 10, 64)
		if err != nil {
			v.fault(Fault{HashInserted, "ledger_hash", r.Key, -1, -1})
			continue
		}
		v.hashes.text[ix] = r.Text
	}
	return nil
}

// extraHashes finds hashes that belong to no entry.
func (v *verifier) extraHashes() error {
	rows, err := db.All[string](v.ctx, v.tx, `select coalesce(cast(h.ix as text), '') from ledger_hash h
		where h.ix < 0 or h.ix >= :count or h.ix is null order by h.ix limit 1000`, db.Args{"count": storedCount(v.report.Size)})
	if err != nil {
		return err
	}
	for _, r := range rows {
		v.fault(Fault{HashInserted, "ledger_hash", r, -1, -1})
	}
	return nil
}

func storedCount(n int64) int64 {
	if n > maxSize {
		n = maxSize
	}
	return tlog.StoredHashCount(n)
}
