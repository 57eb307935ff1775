package ledger_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// Every column of every row, every row removed, and rows put in: each alone is found and
// named, in logs of every small size, with and without a checkpoint.
func TestEachRowIsWatched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		sizes := []int{1, 2, 3, 6, 7}
		if e.Kind == db.Postgres {
			sizes = []int{1, 3}
		}
		have := 0
		for _, size := range sizes {
			b.append(t, "b1", size-have)
			have = size
			b.watched(t, size)
			b.checkpoint(t)
			b.watched(t, size)
		}
	})
}

func (b bench) watched(t *testing.T, size int) {
	t.Helper()
	if rep := b.verify(t); len(rep.Faults) > 0 {
		t.Fatal(rep.Faults)
	}
	for n := range size {
		id := fmt.Sprint(n)
		for _, c := range []string{"tenant", "actor", "on_behalf_of", "kind", "object_kind", "object_id", "basis", "payload", "nonce"} {
			b.tampered(t, "ledger_entry", "number", id, fmt.Sprintf("%s = %s || 'x'", c, c), ledger.EntryChanged)
		}
		b.tampered(t, "ledger_entry", "number", id, "at = at + 1", ledger.EntryChanged)
		b.tampered(t, "ledger_entry", "number", id, "object_revision = 4", ledger.EntryChanged)
		b.tampered(t, "ledger_entry", "number", id, "", ledger.EntryRemoved)
		b.tampered(t, "ledger_entry", "number", id, fmt.Sprintf("number = %d", size+5), ledger.EntryRemoved, ledger.EntryInserted)
	}
	for ix := range tlog.StoredHashCount(int64(size)) {
		id := fmt.Sprint(ix)
		b.tampered(t, "ledger_hash", "ix", id, "hash = 'x' || hash", ledger.HashChanged)
		b.tampered(t, "ledger_hash", "ix", id, "hash = '"+tlog.Hash{7}.String()+"'", ledger.HashChanged, ledger.EntryChanged)
		b.tampered(t, "ledger_hash", "ix", id, "", ledger.HashRemoved)
		b.tampered(t, "ledger_hash", "ix", id, "ix = -1", ledger.HashRemoved, ledger.HashInserted)
	}
	b.tampered(t, "ledger_head", "one", "1", "size = size + 1", ledger.EntryRemoved)
	b.tampered(t, "ledger_head", "one", "1", "size = size - 1", ledger.EntryInserted)
	b.tampered(t, "ledger_head", "one", "1", "", ledger.HeadChanged)
}

// tampered changes one row (or removes it, when set is empty), looks whether it is found
// and named under one of the rules, and puts it back.
func (b bench) tampered(t *testing.T, table, key, id, set string, rules ...string) {
	t.Helper()
	b.exec(t, fmt.Sprintf("create table saved as select * from %s where %s = %s union all select * from %s where false", table, key, id, table))
	b.exec(t, fmt.Sprintf("delete from %s where %s = %s", table, key, id))
	if set != "" {
		b.exec(t, "create table changed as select * from saved union all select * from saved where false")
		b.exec(t, "update changed set "+set)
		b.exec(t, fmt.Sprintf("insert into %s select * from changed", table))
	}
	found := false
	rep := b.verify(t)
	for _, f := range rep.Faults {
		for _, r := range rules {
			found = found || f.Rule == r && (f.Row == id || f.First >= 0 && fmt.Sprint(f.First) <= id || r == ledger.EntryInserted || table == "ledger_head" || f.Table != table)
		}
	}
	if !found {
		t.Errorf("size %d: %s %s, %q: found %v, want one of %v", rep.Size, table, id, set, rep.Faults, rules)
	}
	if len(rep.Faults) > 3 && table != "ledger_head" {
		t.Errorf("size %d: %s %s, %q: one change, %d faults: %v", rep.Size, table, id, set, len(rep.Faults), rep.Faults)
	}
	if set != "" {
		key2, id2 := key, id
		if k, v, ok := strings.Cut(set, " = "); ok && k == key {
			key2, id2 = k, v
		}
		b.exec(t, fmt.Sprintf("delete from %s where %s = %s", table, key2, id2))
		b.exec(t, "drop table changed")
	}
	b.exec(t, fmt.Sprintf("insert into %s select * from saved", table))
	b.exec(t, "drop table saved")
}

// What changes entries together with all hashes is found by the checkpoints alone.
func TestRewrittenLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.append(t, "b1", 4)
		b.checkpoint(t)
		b.append(t, "b1", 6)
		held := b.checkpoint(t)
		b.append(t, "b1", 3)
		b.exec(t, `delete from ledger_hash`)
		b.exec(t, `create table saved as select * from ledger_entry`)
		b.exec(t, `delete from ledger_entry`)
		b.exec(t, `update ledger_head set size = 0`)
		b.rebuild(t, func(i int, e *ledger.Entry) {
			if i == 6 {
				e.Actor = "someone else"
			}
		})
		rep := b.verify(t)
		if len(rep.Faults) != 1 || rep.Faults[0] != (ledger.Fault{Rule: ledger.LogRewritten, First: 4, Last: 9}) {
			t.Error(rep.Faults)
		}
		b.exec(t, `delete from ledger_checkpoint where size = 10`)
		if rep := b.verify(t); len(rep.Faults) != 0 {
			t.Error("this can't be known without the checkpoint:", rep.Faults)
		}
		if rep := b.verify(t, held.Text); len(rep.Faults) != 1 || rep.Faults[0].Rule != ledger.LogRewritten {
			t.Error(rep.Faults)
		}
		b.exec(t, `update ledger_checkpoint set text = text || ' '`)
		if rep := b.verify(t); len(rep.Faults) != 1 || rep.Faults[0].Rule != ledger.CheckpointChanged {
			t.Error(rep.Faults)
		}
	})
}

// rebuild appends the saved entries again, as someone with the database but without the
// key would.
func (b bench) rebuild(t *testing.T, change func(int, *ledger.Entry)) {
	t.Helper()
	rows, err := b.raw.Query(`select at, tenant, actor, on_behalf_of, kind, object_kind, object_id, object_revision, basis, payload, nonce from saved order by number`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []ledger.Entry
	for rows.Next() {
		var e ledger.Entry
		if err := rows.Scan(&e.At, &e.Org, &e.Actor, &e.OnBehalfOf, &e.Kind, &e.ObjectKind, &e.ObjectID, &e.Revision, &e.Basis, &e.Payload, &e.Nonce); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	rows.Close()
	for i := range all {
		change(i, &all[i])
		err := b.db.Tenant(all[i].Org).Tx(t.Context(), func(tx *db.Tx) error {
			_, err := ledger.Append(t.Context(), tx, all[i])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.exec(t, `drop table saved`)
}

func TestTruncatedLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		b.append(t, "b1", 8)
		held := b.checkpoint(t)
		b.exec(t, `delete from ledger_entry where number >= 5`)
		b.exec(t, fmt.Sprintf(`delete from ledger_hash where ix >= %d`, tlog.StoredHashCount(5)))
		b.exec(t, `update ledger_head set size = 5`)
		want := ledger.Fault{Rule: ledger.LogTruncated, First: 5, Last: 7}
		if rep := b.verify(t); len(rep.Faults) != 1 || rep.Faults[0] != want {
			t.Error(rep.Faults)
		}
		b.exec(t, `delete from ledger_checkpoint`)
		if rep := b.verify(t, held.Text); len(rep.Faults) != 1 || rep.Faults[0] != want {
			t.Error(rep.Faults)
		}
		b.exec(t, `update ledger_head set size = 1000000000000`)
		if rep := b.verify(t); len(rep.Faults) == 0 {
			t.Error("a made up size was not found")
		}
	})
}

// No byte of a receipt can be changed to one that says something else and verifies.
func TestEachByteOfAReceipt(t *testing.T) {
	b := open(t, storetest.Engine{Kind: db.SQLite, DSN: t.TempDir() + "/a.db"})
	b.append(t, "b1", 11)
	r, err := b.log.Receipt(t.Context(), "b1", 6)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		for _, flip := range []byte{1, 2, 4, 0x20, 0x80} {
			bad := append([]byte(nil), data...)
			bad[i] ^= flip
			got, err := ledger.VerifyReceipt(bad, b.log.PublicKey())
			if err == nil && (got.Entry != r.Entry || got.Number != r.Number) {
				t.Fatalf("byte %d (%q) as %q verifies", i, data[i], bad[i])
			}
			if err != nil && errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
		}
	}
	_, other, err := ledger.GenerateKey(testOrigin)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]string{{other}, {}, {"x"}} {
		if _, err := ledger.VerifyReceipt(data, keys...); errs.KindOf(err) != errs.Invalid {
			t.Error("verified without the key", err)
		}
	}
	if _, err := ledger.VerifyReceipt(data, other, b.log.PublicKey()); err != nil {
		t.Error("a key more should not matter:", err)
	}
}

// Random lives of a log: appends, roll-backs and checkpoints in any order leave a whole
// log in which every entry has a receipt and every two checkpoints agree.
func TestRandomLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		b := open(t, storetest.Engine{Kind: db.SQLite, DSN: dir + "/a.db"})
		var points []string
		n := 0
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 5), 1, 25).Draw(rt, "steps") {
			switch step {
			case 0:
				points = append(points, b.checkpoint(t).Text)
			case 1:
				_ = b.db.Tenant("b1").Tx(t.Context(), func(tx *db.Tx) error {
					if _, err := ledger.Append(t.Context(), tx, entry("b1", n)); err != nil {
						t.Fatal(err)
					}
					return errs.New(errs.Conflict, "rolled back")
				})
			default:
				b.append(t, "b1", step)
				n += step
			}
		}
		if rep := b.verify(t, points...); len(rep.Faults) > 0 || rep.Size != int64(n) {
			rt.Fatal(rep)
		}
		if n > 0 {
			at := rapid.IntRange(0, n-1).Draw(rt, "entry")
			if _, err := b.log.Receipt(t.Context(), "b1", int64(at)); err != nil {
				rt.Fatal(err)
			}
		}
		for i := 1; i < len(points); i++ {
			if _, err := b.log.Consistency(t.Context(), points[i-1], points[i]); err != nil {
				rt.Fatal(err)
			}
		}
		b.db.Close()
	})
}
