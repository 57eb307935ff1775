package ledger_test

import (
	"path/filepath"
	"testing"

	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// One durable transaction with one entry in it.
func BenchmarkAppend(b *testing.B) {
	x := open(b, storetest.Engine{Kind: db.SQLite, DSN: filepath.Join(b.TempDir(), "a.db")})
	for b.Loop() {
		x.append(b, "b1", 1)
	}
}

// A transaction with one bare row: what BenchmarkAppend is to be measured against.
func BenchmarkBareRow(b *testing.B) {
	x := open(b, storetest.Engine{Kind: db.SQLite, DSN: filepath.Join(b.TempDir(), "a.db")})
	n := 0
	for b.Loop() {
		n++
		if _, err := x.db.Common().Exec(b.Context(), `insert into ledger_hash (ix, hash) values (:n, 'x')`, db.Args{"n": n}); err != nil {
			b.Fatal(err)
		}
	}
}

// The whole log of ten thousand entries, in one transaction's worth of appends.
func BenchmarkVerifyAll(b *testing.B) {
	x := open(b, storetest.Engine{Kind: db.SQLite, DSN: filepath.Join(b.TempDir(), "a.db")})
	err := x.db.Tenant("b1").Tx(b.Context(), func(tx *db.Tx) error {
		for i := range 10_000 {
			if _, err := ledger.Append(b.Context(), tx, entry("b1", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if rep := x.verify(b); len(rep.Faults) > 0 || rep.Size != 10_000 {
			b.Fatal(rep)
		}
	}
}
