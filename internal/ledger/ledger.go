// Package ledger is the tamper-evident log of what happened: one entry for each
// submission, approval, return, release, change of role and export, appended in the
// transaction of the fact itself.
//
// The entries are the leaves of an RFC 6962 Merkle tree (golang.org/x/mod/sumdb/tlog)
// whose hashes are rows of the same database. The log signs its state from time to
// time: a checkpoint (C2SP tlog-checkpoint, a note signed with Ed25519). Against a
// checkpoint a party proves with its receipt, without the database and offline, that
// its entry stands in the log; two checkpoints prove that nothing before the earlier
// one was changed; VerifyAll finds the rows that were.
package ledger

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/db"
	"yagura/internal/errs"
)

//go:embed schema
var schema embed.FS

// Module is the ledger's share in the schema, for db.Open.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{
		Name: "ledger", FS: sub,
		Tenant: []string{"ledger_entry"},
		Common: []string{"ledger_head", "ledger_hash", "ledger_checkpoint"},
	}
}

const insertEntry = `insert into ledger_entry
	(number, tenant, at, actor, on_behalf_of, kind, object_kind, object_id, object_revision, basis, payload, nonce) values
	(:number, :tenant, :at, :actor, :on_behalf_of, :kind, :object_kind, :object_id, :object_revision, :basis, :payload, :nonce)`

// Append writes an entry in the transaction of the fact and returns its number, from 0
// without gaps: what rolls back takes its number back. Transactions that append take
// turns from here to their commit, so append last. The entry's Org is the tenant of
// the transaction's handle (or any, for System). An empty Nonce is filled at random.
//
// Errors: Invalid for an entry that can't be encoded, Forbidden for another tenant's.
func Append(ctx context.Context, tx *db.Tx, e Entry) (int64, error) {
	if e.Nonce == "" {
		var b [16]byte
		rand.Read(b[:]) // never fails
		e.Nonce = hex.EncodeToString(b[:])
	}
	leaf, err := e.Encode()
	if err != nil {
		return 0, err
	}
	// Locks the head until the transaction ends: numbers are given in the order of commits.
	size, err := db.One[int64](ctx, tx, `update ledger_head set size = size + 1 where one = 1 returning size`, nil)
	if err != nil {
		return 0, err
	}
	number := size - 1
	if _, err := tx.Exec(ctx, insertEntry, row{number, e}); err != nil {
		return 0, err
	}
	hashes, err := tlog.StoredHashes(number, leaf, reader(ctx, tx))
	if err != nil {
		return 0, damaged(err)
	}
	return number, storeHashes(ctx, tx, tlog.StoredHashCount(number), hashes)
}

// row is an entry with its number, as it is stored.
type row struct {
	Number int64 `db:"number"`
	Entry
}

func storeHashes(ctx context.Context, tx *db.Tx, first int64, hashes []tlog.Hash) error {
	var values []string
	args := db.Args{}
	for i, h := range hashes {
		values = append(values, fmt.Sprintf("(:i%d, :h%d)", i, i))
		args[fmt.Sprintf("i%d", i)] = first + int64(i)
		args[fmt.Sprintf("h%d", i)] = h.String()
	}
	_, err := tx.Exec(ctx, `insert into ledger_hash (ix, hash) values `+strings.Join(values, ", "), args)
	return err
}

type hashRow struct {
	Index int64  `db:"ix"`
	Hash  string `db:"hash"`
}

// reader gives tlog the stored hashes as the transaction sees them.
func reader(ctx context.Context, tx *db.Tx) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		rows, err := db.All[hashRow](ctx, tx, `select ix, hash from ledger_hash where ix in (:ix)`, db.Args{"ix": indexes})
		if err != nil {
			return nil, err
		}
		have := map[int64]string{}
		for _, r := range rows {
			have[r.Index] = r.Hash
		}
		out := make([]tlog.Hash, len(indexes))
		for i, ix := range indexes {
			if out[i], err = tlog.ParseHash(have[ix]); err != nil {
				return nil, fmt.Errorf("hash %d is missing or damaged", ix)
			}
		}
		return out, nil
	})
}

// damaged keeps the kind of an engine's fault; anything else means that stored hashes
// are missing or wrong, which VerifyAll locates.
func damaged(err error) error {
	if kind := errs.KindOf(err); kind != errs.Internal {
		return err
	}
	return errs.New(errs.Internal, "ledger: the log is damaged: %w", err)
}
