package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

func TestReceipts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		ctx := context.Background()
		b.append(t, "b1", 5)
		first := b.checkpoint(t)
		b.append(t, "b2", 9)
		for number := range int64(14) {
			org := "b1"
			if number >= 5 {
				org = "b2"
			}
			r, err := b.log.Receipt(ctx, org, number)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ledger.VerifyReceipt(data, b.log.PublicKey())
			if err != nil || got.Number != number || got.Entry.Org != org || got.Entry.OnBehalfOf != "頭取" {
				t.Error(got, err)
			}
			if number == 2 && got.Checkpoint != first.Text {
				t.Error("the oldest checkpoint that has the entry is to be taken")
			}
			if _, err := b.log.Receipt(ctx, "b9", number); errs.KindOf(err) != errs.NotFound {
				t.Errorf("another organisation got a receipt: %v", err)
			}
		}
		_, err := b.log.Receipt(ctx, "b2", 14)
		if errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		if rep := b.verify(t, first.Text); len(rep.Faults) > 0 || rep.Size != 14 || rep.Checkpoints != 3 {
			t.Error(rep)
		}
	})
}

func TestConsistency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		ctx := context.Background()
		var points []ledger.Checkpoint
		for range 9 {
			points = append(points, b.checkpoint(t))
			b.append(t, "b1", 3)
		}
		for i, old := range points {
			for j, young := range points {
				p, err := b.log.Consistency(ctx, old.Text, young.Text)
				if i > j {
					if errs.KindOf(err) != errs.Invalid {
						t.Error(err)
					}
					continue
				}
				if err != nil {
					t.Fatal(i, j, err)
				}
				data, _ := json.Marshal(p)
				if _, _, err := ledger.VerifyConsistency(data, b.log.PublicKey()); err != nil {
					t.Error(i, j, err)
				}
				if p.Proof = append(p.Proof, tlog.Hash{1}); i < j {
					data, _ = json.Marshal(p)
					if _, _, err := ledger.VerifyConsistency(data, b.log.PublicKey()); errs.KindOf(err) != errs.Invalid {
						t.Error("a wrong proof passed", i, j)
					}
				}
			}
		}
		b.exec(t, `update ledger_hash set hash = (select hash from ledger_hash where ix = 1) where ix = 2`)
		if _, err := b.log.Consistency(ctx, points[1].Text, points[8].Text); errs.KindOf(err) != errs.Internal {
			t.Error(err)
		}
	})
}

// Numbers are dense: what rolls back leaves no gap, however many append at once.
func TestManyAppend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		ctx := context.Background()
		changed := errors.New("changed my mind")
		var mu sync.Mutex
		got := map[int64]bool{}
		var wg sync.WaitGroup
		for g := range 12 {
			wg.Go(func() {
				for i := range 10 {
					var number int64
					err := b.db.Tenant("b1").Tx(ctx, func(tx *db.Tx) (err error) {
						if number, err = ledger.Append(ctx, tx, entry("b1", i)); err == nil && (g+i)%3 == 0 {
							err = changed
						}
						return err
					})
					switch {
					case err == nil:
						mu.Lock()
						if got[number] {
							t.Errorf("%d was given twice", number)
						}
						got[number] = true
						mu.Unlock()
					case err != changed:
						t.Error(err)
					}
				}
				if _, err := b.log.Checkpoint(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for n := range int64(len(got)) {
			if !got[n] {
				t.Errorf("%d is missing", n)
			}
		}
		if rep := b.verify(t); len(rep.Faults) > 0 || rep.Size != int64(len(got)) || len(got) != 80 {
			t.Error(rep, len(got))
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e)
		ctx := context.Background()
		try := func(h *db.Handle, change func(*ledger.Entry)) error {
			return h.Tx(ctx, func(tx *db.Tx) error {
				x := entry("b1", 0)
				change(&x)
				_, err := ledger.Append(ctx, tx, x)
				return err
			})
		}
		own := b.db.Tenant("b1")
		for name, change := range map[string]func(*ledger.Entry){
			"line feed": func(e *ledger.Entry) { e.Actor = "a\nkind x" },
			"no actor":  func(e *ledger.Entry) { e.Actor = "" },
			"kind":      func(e *ledger.Entry) { e.Kind = "Filing" },
			"payload":   func(e *ledger.Entry) { e.Payload = "x" },
			"nonce":     func(e *ledger.Entry) { e.Nonce = "x" },
			"time":      func(e *ledger.Entry) { e.At = -1 },
			"long":      func(e *ledger.Entry) { e.ObjectID = string(bytes.Repeat([]byte("x"), 513)) },
		} {
			if err := try(own, change); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := try(own, func(e *ledger.Entry) { e.Org = "b2" }); errs.KindOf(err) != errs.Forbidden {
			t.Error(err)
		}
		if err := try(b.db.Common(), func(*ledger.Entry) {}); !errors.Is(err, db.ErrRefused) {
			t.Error(err)
		}
		if err := try(b.db.System("test"), func(e *ledger.Entry) { e.Org = "" }); err != nil {
			t.Error(err)
		}
		if rep := b.verify(t); rep.Size != 1 || len(rep.Faults) > 0 {
			t.Error(rep)
		}
	})
}

func TestKeys(t *testing.T) {
	private, public, err := ledger.GenerateKey("log.example/2")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.NewLog(nil, private+"\n")
	if err != nil || l.PublicKey() != public {
		t.Error(err, l)
	}
	for _, bad := range []string{"", "x", public, private[:len(private)-4], "PRIVATE+KEY+a+00000000+AQ=="} {
		if _, err := ledger.NewLog(nil, bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, _, err := ledger.GenerateKey("a b"); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

// The encoding is for ever: a receipt of today must verify with the program of any later
// year, so this file is never rewritten.
func TestReceiptOfTheFirstFormat(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "receipt-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join("testdata", "key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.VerifyReceipt(data, string(key)); err != nil {
		t.Error(err)
	}
}
