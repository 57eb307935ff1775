package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// result writes a message to stdout.
func (r *run) result(key string, args ...any) {
	fmt.Fprintln(r.env.Out, i18n.T(r.lang, key, args...))
}

func (r *run) writeText(name, text string) error {
	return r.writeFile(name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

func (r *run) writeProof(name string, p ledger.Consistency) error {
	return r.writeFile(name, func(w io.Writer) error { return json.NewEncoder(w).Encode(p) })
}

// ledgerKind is what happened, in words.
func ledgerKind(lang i18n.Lang, kind string) string {
	if key := "ledger.kind." + kind; i18n.Has(key) {
		return i18n.T(lang, key)
	}
	return kind
}

// stamp writes microseconds as time in UTC.
func stamp(micros int64) string { return clock.FromMicros(micros).UTC().Format(time.RFC3339) }

type backupCmd struct {
	Place
	Out string `required:"" short:"o" help:"${cli_help_flag_backup_out}"`
}

// Run writes one state of the database, online.
func (c backupCmd) Run(r *run) error {
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := os.Stat(c.Out); err == nil {
		return fail("cli.backup.exists", "name", c.Out)
	}
	start := clock.System().Now()
	part := c.Out + ".part" // renamed when it is whole
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.Backup(r.ctx, part); err != nil {
		return err
	}
	if err := os.Rename(part, c.Out); err != nil {
		return err
	}
	info, err := os.Stat(c.Out)
	if err != nil {
		return err
	}
	took := clock.System().Now().Sub(start).Seconds()
	if r.json {
		return r.print(map[string]any{"file": c.Out, "bytes": info.Size(), "seconds": took, "engine": d.Engine()})
	}
	r.result("cli.backup.done", "name", c.Out, "mb", megabytes(info.Size()), "seconds", fmt.Sprintf("%.1f", took))
	r.say("cli.backup.secrets")
	return nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }

type restoreCmd struct {
	Place
	KeyFlags
	File         string `arg:"" help:"${cli_help_arg_backup}"`
	Drill        bool   `help:"${cli_help_flag_drill}"`
	AcceptFaults bool   `help:"${cli_help_flag_accept_faults}"`
}

// measured is what a restoration found and took.
type measured struct {
	Engine      db.Engine `json:"engine"`
	Bytes       int64     `json:"bytes"`       // of the backup
	Entries     int64     `json:"entries"`     // of the ledger
	Checkpoints int       `json:"checkpoints"` // that the entries bear out
	LastEntry   string    `json:"last_entry"`  // RFC 3339; "" without entries
	RPO         float64   `json:"rpo_seconds"` // age of the last entry
	Seconds     float64   `json:"seconds"`     // until verified
	Placed      bool      `json:"placed"`      // the data are where they are to be
	findings    []finding.Finding
}

// Run verifies a backup's ledger and puts the backup in place. One with faults is put
// in place only when that is accepted; a drill verifies in a folder that goes away.
func (c restoreCmd) Run(r *run) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	engine, err := db.Archive(f)
	if err != nil {
		return fail("cli.restore.no-backup", "name", c.File)
	}
	keys, err := r.keys(c.KeyFlags, c.Place)
	if err != nil {
		return err
	}
	start := clock.System().Now()
	m := measured{Engine: engine}
	if engine == db.Postgres {
		err = c.postgres(r, keys, &m)
	} else {
		err = c.sqlite(r, f, keys, &m)
	}
	if err != nil {
		return err
	}
	m.Seconds = clock.System().Now().Sub(start).Seconds()
	return r.restored(c, m)
}

func (r *run) restored(c restoreCmd, m measured) error {
	r.report(m.findings)
	if r.json {
		return r.print(struct {
			measured
			Findings []json.Marshaler `json:"findings"`
		}{m, r.shapes(m.findings)})
	}
	key := "cli.restore.done"
	switch {
	case c.Drill:
		key = "cli.restore.drill"
	case !m.Placed:
		key = "cli.restore.refused"
	}
	r.result(key, "seconds", fmt.Sprintf("%.1f", m.Seconds), "mb", megabytes(m.Bytes))
	r.result("cli.restore.found", "n", m.Entries, "checkpoints", m.Checkpoints, "faults", len(m.findings))
	if m.LastEntry != "" {
		r.result("cli.restore.rpo", "at", m.LastEntry, "minutes", fmt.Sprintf("%.1f", m.RPO/60))
	}
	return nil
}

// sqlite copies the backup beside its place, verifies the copy, and renames it.
func (c restoreCmd) sqlite(r *run, f *os.File, keys []string, m *measured) error {
	parent, target := "", ""
	if !c.Drill {
		if c.DSN == "" && c.Data == "" {
			return fail("cli.ops.no-place")
		}
		target = c.dsn()
		parent = filepath.Dir(target)
		for _, name := range []string{target, target + "-wal"} {
			if _, err := os.Stat(name); err == nil {
				return fail("cli.restore.exists", "name", name)
			}
		}
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(parent, ".restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "yagura.db")
	if m.Bytes, err = copyFile(f, copied); err != nil {
		return err
	}
	d, err := r.env.Installation.Open(r.ctx, copied)
	if err != nil {
		return err
	}
	if err := errors.Join(r.inspect(d, keys, m), d.Close()); err != nil || c.Drill || !c.good(m) {
		return err
	}
	m.Placed = true
	return os.Rename(copied, target)
}

// good reports whether what was verified may be put in place.
func (c restoreCmd) good(m *measured) bool { return c.AcceptFaults || !finding.HasErrors(m.findings) }

func copyFile(f *os.File, name string) (int64, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	to, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(to, f)
	return n, errors.Join(err, to.Sync(), to.Close())
}

// postgres restores into the empty database that --db names; a drill wants one of its own.
func (c restoreCmd) postgres(r *run, keys []string, m *measured) error {
	if c.DSN == "" {
		return fail("cli.restore.want-db")
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	m.Bytes = info.Size()
	d, err := r.env.Installation.Open(r.ctx, c.DSN)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Restore(r.ctx, c.File); err != nil {
		if errs.KindOf(err) == errs.Conflict {
			return fail("cli.restore.not-empty")
		}
		return err
	}
	err = r.inspect(d, keys, m)
	if m.Placed = err == nil && (c.Drill || c.good(m)); m.Placed {
		return nil
	}
	return errors.Join(err, d.Clear(context.WithoutCancel(r.ctx)))
}

// inspect verifies the ledger of what was restored and reads the age of its end.
func (r *run) inspect(d *db.DB, keys []string, m *measured) error {
	rep, err := ledger.VerifyAll(r.ctx, d, keys)
	if err != nil {
		return err
	}
	last, err := db.One[int64](r.ctx, d.System("age of a backup"), `select coalesce(max(e.at), 0) from ledger_entry e`, nil)
	if err != nil {
		return err
	}
	m.Entries, m.Checkpoints, m.findings = rep.Size, rep.Checkpoints, faults(rep)
	if last > 0 {
		m.LastEntry, m.RPO = stamp(last), clock.System().Now().Sub(clock.FromMicros(last)).Seconds()
	}
	return nil
}

type migrateCmd struct {
	Place
	Check bool `help:"${cli_help_flag_migrate_check}"`
}

// Run brings the schema up to date, or tells whether it is.
func (c migrateCmd) Run(r *run) error {
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	if c.Check {
		err = d.Check(r.ctx)
	} else {
		err = d.Migrate(r.ctx)
	}
	if c.Check && errs.KindOf(err) == errs.Unavailable {
		f := finding.New("schema.pending", "cli.migrate.pending", "why", err)
		r.report([]finding.Finding{f})
		if r.json {
			return r.print(map[string]any{"current": false, "findings": r.shapes([]finding.Finding{f})})
		}
		return nil
	}
	if err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"current": true})
	}
	r.result("cli.migrate.current")
	return nil
}
