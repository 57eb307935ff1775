package ledger_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/ledger"
)

func kept(f *testing.F) (receipt []byte, key string) {
	f.Helper()
	receipt, err := os.ReadFile(filepath.Join("testdata", "receipt-1.json"))
	if err != nil {
		f.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join("testdata", "key.pub"))
	if err != nil {
		f.Fatal(err)
	}
	return receipt, strings.TrimSpace(string(public))
}

// FuzzReceipt: no input makes the readers fail but by Invalid, and what verifies is the
// entry that was signed.
func FuzzReceipt(f *testing.F) {
	receipt, key := kept(f)
	want, err := ledger.VerifyReceipt(receipt, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(receipt)
	f.Add([]byte(`{"format":"yagura-receipt/1","number":0,"entry":{},"proof":["AAAA"],"checkpoint":"a\n0\n"}`))
	f.Add([]byte(`{"format":"yagura-consistency/1","old":"","new":"","proof":null}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ledger.VerifyReceipt(data, key)
		if err == nil && (got.Entry != want.Entry || got.Number != want.Number) {
			t.Errorf("verified what was never signed: %s", data)
		}
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if _, _, err := ledger.VerifyConsistency(data, key); err != nil && errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
	})
}

// FuzzCheckpoint: what is read as a checkpoint has the signed size and root.
func FuzzCheckpoint(f *testing.F) {
	receipt, key := kept(f)
	var r ledger.Receipt
	if err := json.Unmarshal(receipt, &r); err != nil {
		f.Fatal(err)
	}
	want, err := ledger.ParseCheckpoint(r.Checkpoint, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Checkpoint)
	f.Add(strings.Replace(r.Checkpoint, "\n11\n", "\n011\n", 1))
	f.Add("log.example/yagura\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— log.example/yagura AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ledger.ParseCheckpoint(text, key)
		if err == nil && (c.Size != want.Size || c.Root != want.Root || c.Origin != want.Origin) {
			t.Errorf("read what was never signed: %q", text)
		}
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
	})
}
