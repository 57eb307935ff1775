package ledger

import (
	"bytes"
	"encoding/json"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/errs"
)

// Receipt proves that an entry stands in the log. Its JSON is what a party keeps.
type Receipt struct {
	Format     string           `json:"format"` // yagura-receipt/1
	Number     int64            `json:"number"`
	Entry      Entry            `json:"entry"`
	Proof      tlog.RecordProof `json:"proof"`      // hashes from the leaf up (RFC 6962, 2.1.1), base64
	Checkpoint string           `json:"checkpoint"` // signed, of a log that has the entry
}

// Consistency proves that the log of the older checkpoint is the beginning of the newer's.
type Consistency struct {
	Format string         `json:"format"` // yagura-consistency/1
	Old    string         `json:"old"`
	New    string         `json:"new"`
	Proof  tlog.TreeProof `json:"proof"` // RFC 6962, 2.1.2
}

const (
	receiptFormat     = "yagura-receipt/1"
	consistencyFormat = "yagura-consistency/1"
	maxProofFile      = 64 << 10
	maxProof          = 64 // hashes: a tree of 2^52 leaves is 52 deep
)

// ParseReceipt reads a receipt without verifying it. The error is Invalid.
func ParseReceipt(data []byte) (Receipt, error) {
	var r Receipt
	if err := decode(data, &r); err != nil {
		return Receipt{}, err
	}
	if r.Format != receiptFormat || r.Number < 0 || r.Number >= maxSize || len(r.Proof) > maxProof {
		return Receipt{}, errs.New(errs.Invalid, "ledger: this is no receipt of the format %s", receiptFormat)
	}
	return r, nil
}

// VerifyReceipt reads a receipt and verifies it with nothing but the log's public keys
// (name+hash+base64; more than one when the log has changed its key): the checkpoint
// is signed, and its log has the entry under the number. The error is Invalid and says
// what doesn't hold.
func VerifyReceipt(data []byte, keys ...string) (Receipt, error) {
	r, err := ParseReceipt(data)
	if err != nil {
		return Receipt{}, err
	}
	c, err := ParseCheckpoint(r.Checkpoint, keys...)
	if err != nil {
		return Receipt{}, err
	}
	leaf, err := r.Entry.Encode()
	if err != nil {
		return Receipt{}, err
	}
	if r.Number >= c.Size {
		return Receipt{}, errs.New(errs.Invalid, "ledger: receipt: the checkpoint is older than the entry")
	}
	if err := tlog.CheckRecord(r.Proof, c.Size, c.Root, r.Number, tlog.RecordHash(leaf)); err != nil {
		return Receipt{}, errs.New(errs.Invalid, "ledger: receipt: the entry does not stand in the signed log under this number")
	}
	return r, nil
}

// VerifyConsistency reads a proof between two checkpoints and verifies it with the
// log's public keys. The error is Invalid.
func VerifyConsistency(data []byte, keys ...string) (older, newer Checkpoint, err error) {
	var p Consistency
	if err = decode(data, &p); err != nil {
		return older, newer, err
	}
	if p.Format != consistencyFormat || len(p.Proof) > 2*maxProof {
		return older, newer, errs.New(errs.Invalid, "ledger: this is no proof of the format %s", consistencyFormat)
	}
	if older, err = ParseCheckpoint(p.Old, keys...); err != nil {
		return older, newer, err
	}
	if newer, err = ParseCheckpoint(p.New, keys...); err != nil {
		return older, newer, err
	}
	if !consistent(p.Proof, older, newer) {
		return older, newer, errs.New(errs.Invalid, "ledger: the log of the older checkpoint is not the beginning of the newer one's")
	}
	return older, newer, nil
}

func consistent(p tlog.TreeProof, older, newer Checkpoint) bool {
	switch {
	case older.Origin != newer.Origin || older.Size > newer.Size:
		return false
	case older.Size == 0: // the empty log is the beginning of every log
		return len(p) == 0 && (newer.Size > 0 || older.Root == newer.Root)
	case older.Size == newer.Size:
		return len(p) == 0 && older.Root == newer.Root
	}
	return tlog.CheckTree(p, newer.Size, newer.Root, older.Size, older.Root) == nil
}

// decode reads exactly one JSON document with no fields but the known ones.
func decode(data []byte, into any) error {
	if len(data) > maxProofFile {
		return errs.New(errs.Invalid, "ledger: longer than 64 KiB")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errs.New(errs.Invalid, "ledger: can't be read as JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errs.New(errs.Invalid, "ledger: something follows the JSON document")
	}
	return nil
}
