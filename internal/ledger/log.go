package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// Log signs the state of the ledger in one database and makes proofs from it. It is
// safe for concurrent use, and several nodes may sign with the same key.
type Log struct {
	db     *db.DB
	signer note.Signer
	public string
	keys   []string // public and former ones
}

// GenerateKey makes the pair of keys of a new log. The origin names the log for ever
// (a host and path without scheme, no spaces and no +); the private key belongs into
// the configuration, the public one to everybody.
func GenerateKey(origin string) (private, public string, err error) {
	if origin == "" || strings.ContainsAny(origin, "+ \t\r\n") {
		return "", "", errs.New(errs.Invalid, "ledger: the origin is empty or has a space or +")
	}
	return note.GenerateKey(rand.Reader, origin)
}

// NewLog is the log of d under the private key from the configuration. A log that has
// changed its key keeps its origin and names its former public keys, under which older
// checkpoints are signed. The error is Invalid and doesn't quote the key.
func NewLog(d *db.DB, private string, former ...string) (*Log, error) {
	private = strings.TrimSpace(private)
	bad := errs.New(errs.Invalid, "ledger: the private key can't be read")
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, bad
	}
	// PRIVATE+KEY+name+hash+base64(algorithm, seed): https://c2sp.org/signed-note.
	parts := strings.SplitN(private, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, bad
	}
	key, ok := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, bad
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), key)
	if err != nil {
		return nil, bad
	}
	return &Log{d, signer, public, append([]string{public}, former...)}, nil
}

// PublicKey is the key that receipts and checkpoints are verified with.
func (l *Log) PublicKey() string { return l.public }

// Keys are the public key and the former ones.
func (l *Log) Keys() []string { return slices.Clone(l.keys) }

// Sign signs a text of another kind than a checkpoint as a note (https://c2sp.org/signed-note):
// its first line has a space, as no origin has, so neither is ever taken for the other.
// The error is Invalid for a text that isn't so, or doesn't end with a line feed.
func (l *Log) Sign(text string) (string, error) {
	head, _, _ := strings.Cut(text, "\n")
	if !strings.Contains(head, " ") {
		return "", errs.New(errs.Invalid, "ledger: sign: the first line of the text has no space")
	}
	signed, err := note.Sign(&note.Note{Text: text}, l.signer)
	if err != nil {
		return "", errs.New(errs.Invalid, "ledger: sign: %w", err)
	}
	return string(signed), nil
}

// Checkpoint signs the present state and keeps the checkpoint in the database.
func (l *Log) Checkpoint(ctx context.Context) (c Checkpoint, err error) {
	err = l.db.Common().Tx(ctx, func(tx *db.Tx) error {
		size, err := db.One[int64](ctx, tx, `select size from ledger_head where one = 1`, nil)
		if err != nil {
			return err
		}
		if c, err = l.sign(ctx, tx, size); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into ledger_checkpoint (size, text) values (:size, :text) on conflict (size) do nothing`,
			db.Args{"size": c.Size, "text": c.Text})
		return err
	})
	return c, err
}

func (l *Log) sign(ctx context.Context, tx *db.Tx, size int64) (Checkpoint, error) {
	root, err := tlog.TreeHash(size, reader(ctx, tx))
	if err != nil {
		return Checkpoint{}, damaged(err)
	}
	c := Checkpoint{Origin: l.signer.Name(), Size: size, Root: root}
	text, err := note.Sign(&note.Note{Text: c.body()}, l.signer)
	if err != nil {
		return Checkpoint{}, errs.New(errs.Internal, "ledger: sign: %w", err)
	}
	c.Text = string(text)
	return c, nil
}

const selectEntry = `select number, tenant, at, actor, on_behalf_of, kind, object_kind, object_id, object_revision, basis, payload, nonce
	from ledger_entry where tenant = :tenant and number = :number`

// Receipt proves an entry of the organisation, against the oldest checkpoint that has
// it; when there is none yet, the present state is signed. Call it after the fact's
// transaction is committed. Errors: NotFound when the organisation has no such entry;
// Internal when the stored log doesn't bear the proof.
func (l *Log) Receipt(ctx context.Context, org string, number int64) (Receipt, error) {
	signed, err := db.All[int64](ctx, l.db.Common(), `select size from ledger_checkpoint where size > :number order by size limit 1`, db.Args{"number": number})
	if err == nil && len(signed) == 0 {
		_, err = l.Checkpoint(ctx)
	}
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Format: receiptFormat, Number: number}
	err = l.db.Tenant(org).Read(ctx, func(tx *db.Tx) error {
		found, err := db.One[row](ctx, tx, selectEntry, db.Args{"number": number})
		if err != nil {
			return err
		}
		c, err := db.One[checkpointRow](ctx, tx, `select size, text from ledger_checkpoint where size > :number order by size limit 1`, db.Args{"number": number})
		if err != nil {
			return err
		}
		r.Entry, r.Checkpoint = found.Entry, c.Text
		r.Proof, err = tlog.ProveRecord(c.Size, number, reader(ctx, tx))
		return damagedUnlessNil(err)
	})
	if err != nil {
		return Receipt{}, err
	}
	data, err := json.Marshal(r)
	if err == nil {
		_, err = VerifyReceipt(data, l.keys...)
	}
	if err != nil {
		return Receipt{}, errs.New(errs.Internal, "ledger: the log is damaged or signed with another key: %v", err)
	}
	return r, nil
}

type checkpointRow struct {
	Size int64  `db:"size"`
	Text string `db:"text"`
}

func damagedUnlessNil(err error) error {
	if err == nil {
		return nil
	}
	return damaged(err)
}

// Consistency proves that the log at the older of two checkpoints of this log is the
// beginning of the log at the newer one. Errors: Invalid when a checkpoint isn't this
// log's or they are the wrong way round; Internal when the stored log doesn't bear
// the proof, that is, when it was changed.
func (l *Log) Consistency(ctx context.Context, older, newer string) (Consistency, error) {
	a, err := ParseCheckpoint(older, l.keys...)
	if err != nil {
		return Consistency{}, err
	}
	b, err := ParseCheckpoint(newer, l.keys...)
	if err != nil {
		return Consistency{}, err
	}
	if a.Size > b.Size {
		return Consistency{}, errs.New(errs.Invalid, "ledger: the first checkpoint is the newer one")
	}
	p := Consistency{Format: consistencyFormat, Old: older, New: newer, Proof: tlog.TreeProof{}}
	if a.Size > 0 && a.Size < b.Size {
		err = l.db.Common().Read(ctx, func(tx *db.Tx) (err error) {
			p.Proof, err = tlog.ProveTree(b.Size, a.Size, reader(ctx, tx))
			return damagedUnlessNil(err)
		})
		if err != nil {
			return Consistency{}, err
		}
	}
	if !consistent(p.Proof, a, b) {
		return Consistency{}, errs.New(errs.Internal, "ledger: the stored log is not that of the checkpoints: it was changed")
	}
	return p, nil
}
