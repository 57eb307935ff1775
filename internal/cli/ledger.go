package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/ledger"
	"yagura/internal/thirdparty"
)

// Installation is how commands reach a stored installation; app provides it.
type Installation struct {
	Open   func(ctx context.Context, dsn string) (*db.DB, error) // neither migrates nor checks
	Ledger func(dir string) (private string, err error)          // key of the log in a data folder
	// Registers reads the registers of third parties of an organisation, by its id or
	// name; took enters in the ledger that they left as a file.
	Registers func(ctx context.Context, d *db.DB, party string) (kept thirdparty.Kept, took func(content []byte) error, err error)
}

// Place says where an installation is.
type Place struct {
	Data string `env:"YAGURA_DATA" help:"${cli_help_flag_data}"`
	DSN  string `name:"db" env:"YAGURA_DB" help:"${cli_help_flag_db}"`
}

func (p Place) dsn() string {
	if p.DSN != "" {
		return p.DSN
	}
	return filepath.Join(p.Data, "yagura.db")
}

func (p Place) given() bool { return p.Data != "" || p.DSN != "" }

// open opens an installation that is there already: a misspelt name makes no new file.
func (r *run) open(p Place) (*db.DB, error) {
	if !p.given() {
		return nil, fail("cli.ops.no-place")
	}
	dsn := p.dsn()
	if !strings.Contains(dsn, "://") {
		if _, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:")); err != nil {
			return nil, err
		}
	}
	return r.env.Installation.Open(r.ctx, dsn)
}

// log is the log of the installation under the private key of its data folder.
func (r *run) log(p Place, d *db.DB) (*ledger.Log, error) {
	if p.Data == "" {
		return nil, fail("cli.ledger.no-data")
	}
	private, err := r.env.Installation.Ledger(p.Data)
	if err != nil {
		return nil, err
	}
	return ledger.NewLog(d, private)
}

type ledgerCmd struct {
	Verify      ledgerVerifyCmd      `cmd:"" help:"${cli_help_ledger_verify}"`
	Checkpoint  ledgerCheckpointCmd  `cmd:"" help:"${cli_help_ledger_checkpoint}"`
	Prove       ledgerProveCmd       `cmd:"" help:"${cli_help_ledger_prove}"`
	Consistency ledgerConsistencyCmd `cmd:"" help:"${cli_help_ledger_consistency}"`
	Key         ledgerKeyCmd         `cmd:"" help:"${cli_help_ledger_key}"`
}

// KeyFlags name the public keys; a key may stand in a file.
type KeyFlags struct {
	Key []string `sep:"none" help:"${cli_help_flag_ledger_key}"`
}

// keys are the public keys given, or that of the data folder.
func (r *run) keys(f KeyFlags, p Place) ([]string, error) {
	var out []string
	for _, k := range f.Key {
		if data, err := os.ReadFile(k); err == nil {
			k = string(data)
		}
		out = append(out, strings.TrimSpace(k))
	}
	if len(out) > 0 {
		return out, nil
	}
	if p.Data == "" {
		return nil, fail("cli.ledger.no-key")
	}
	l, err := r.log(p, nil)
	if err != nil {
		return nil, err
	}
	return []string{l.PublicKey()}, nil
}

type ledgerVerifyCmd struct {
	Place
	KeyFlags
	Receipts []string `arg:"" optional:"" help:"${cli_help_arg_receipts}"`
	Held     []string `sep:"none" help:"${cli_help_flag_held}"`
}

// Run verifies receipts offline, or a whole stored log.
func (c ledgerVerifyCmd) Run(r *run) error {
	if len(c.Receipts) > 0 {
		keys, err := r.keys(c.KeyFlags, c.Place)
		if err != nil {
			return err
		}
		return r.verifyReceipts(c.Receipts, keys)
	}
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	keys, err := r.keys(c.KeyFlags, c.Place)
	if err != nil {
		return err
	}
	var held []string
	for _, name := range c.Held {
		text, err := heldCheckpoint(name)
		if err != nil {
			return err
		}
		held = append(held, text)
	}
	rep, err := ledger.VerifyAll(r.ctx, d, keys, held...)
	if err != nil {
		return err
	}
	return r.ledgerReport(rep)
}

// heldCheckpoint reads a checkpoint that someone kept: the note itself, or a receipt
// that has one in it.
func heldCheckpoint(name string) (string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	if receipt, err := ledger.ParseReceipt(data); err == nil {
		return receipt.Checkpoint, nil
	}
	return string(data), nil
}

func (r *run) ledgerReport(rep ledger.Report) error {
	found := faults(rep)
	r.report(found)
	if r.json {
		return r.print(map[string]any{"entries": rep.Size, "checkpoints": rep.Checkpoints, "findings": r.shapes(found)})
	}
	key := "cli.ledger.whole"
	if len(found) > 0 {
		key = "cli.ledger.broken"
	}
	r.result(key, "n", rep.Size, "checkpoints", rep.Checkpoints, "faults", len(found))
	return nil
}

// faults are what is wrong with a log, as findings: the rule, the row, the entries.
func faults(rep ledger.Report) []finding.Finding {
	var out []finding.Finding
	for _, f := range rep.Faults {
		entries := "—"
		if f.First >= 0 {
			entries = fmt.Sprintf("%d–%d", f.First, f.Last)
		}
		n := finding.New(f.Rule, "cli.ledger.fault."+f.Rule, "row", f.Row, "entries", entries)
		n.File, n.Value = f.Table, f.Row
		out = append(out, n)
	}
	return out
}

// verified is what --json says of a receipt.
type verified struct {
	File   string `json:"file"`
	Number int64  `json:"number"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
	At     string `json:"at"`
}

func (r *run) verifyReceipts(names, keys []string) error {
	good, found := []verified{}, []finding.Finding{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		receipt, err := ledger.VerifyReceipt(data, keys...)
		if err != nil {
			f := finding.New("receipt.invalid", "cli.ledger.receipt-bad", "why", err)
			f.File = name
			found = append(found, f)
			continue
		}
		e := receipt.Entry
		v := verified{name, receipt.Number, e.Kind, e.ObjectID, stamp(e.At)}
		good = append(good, v)
		if !r.json {
			r.result("cli.ledger.receipt-good", "file", name, "n", v.Number, "kind", ledgerKind(r.lang, v.Kind), "object", v.Object, "at", v.At)
		}
	}
	r.report(found)
	if r.json {
		return r.print(map[string]any{"receipts": good, "findings": r.shapes(found)})
	}
	return nil
}

type ledgerCheckpointCmd struct {
	Place
	Out string `short:"o" default:"-" help:"${cli_help_flag_out}"`
}

// Run signs the present state of the log and writes the checkpoint.
func (c ledgerCheckpointCmd) Run(r *run) error {
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	l, err := r.log(c.Place, d)
	if err != nil {
		return err
	}
	p, err := l.Checkpoint(r.ctx)
	if err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"origin": p.Origin, "size": p.Size, "root": p.Root.String(), "checkpoint": p.Text})
	}
	return r.writeText(c.Out, p.Text)
}

type ledgerProveCmd struct {
	Place
	Old string `arg:"" help:"${cli_help_arg_checkpoint_old}"`
	New string `arg:"" help:"${cli_help_arg_checkpoint_new}"`
	Out string `short:"o" default:"-" help:"${cli_help_flag_out}"`
}

// Run proves from the stored log that one checkpoint's log is the beginning of another's.
func (c ledgerProveCmd) Run(r *run) error {
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	l, err := r.log(c.Place, d)
	if err != nil {
		return err
	}
	var texts [2]string
	for i, name := range []string{c.Old, c.New} {
		if texts[i], err = heldCheckpoint(name); err != nil {
			return err
		}
	}
	p, err := l.Consistency(r.ctx, texts[0], texts[1])
	if errs.KindOf(err) == errs.Internal { // the log was changed: that is what was asked
		f := finding.New(ledger.LogRewritten, "cli.ledger.no-proof")
		r.report([]finding.Finding{f})
		if r.json {
			return r.print(map[string]any{"findings": r.shapes([]finding.Finding{f})})
		}
		return nil
	}
	if err != nil {
		return err
	}
	return r.writeProof(c.Out, p)
}

type ledgerConsistencyCmd struct {
	KeyFlags
	Proof string `arg:"" help:"${cli_help_arg_proof}"`
}

// Run verifies a proof between two checkpoints offline.
func (c ledgerConsistencyCmd) Run(r *run) error {
	keys, err := r.keys(c.KeyFlags, Place{})
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.Proof)
	if err != nil {
		return err
	}
	older, newer, err := ledger.VerifyConsistency(data, keys...)
	found := []finding.Finding{}
	if err != nil {
		f := finding.New("consistency.invalid", "cli.ledger.proof-bad", "why", err)
		f.File = c.Proof
		found = append(found, f)
	}
	r.report(found)
	switch {
	case r.json:
		return r.print(map[string]any{"old": older.Size, "new": newer.Size, "findings": r.shapes(found)})
	case err == nil:
		r.result("cli.ledger.proof-good", "old", older.Size, "new", newer.Size)
	}
	return nil
}

type ledgerKeyCmd struct{ Place }

// Run prints the public key, which receipts and checkpoints are verified with.
func (c ledgerKeyCmd) Run(r *run) error {
	keys, err := r.keys(KeyFlags{}, c.Place)
	if err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"key": keys[0]})
	}
	_, err = fmt.Fprintln(r.env.Out, keys[0])
	return err
}
