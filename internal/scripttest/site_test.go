package scripttest

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"yagura/catalog"
	"yagura/internal/app"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/ledger"
)

// site makes a data folder, or opens the one that is there, and enters facts into its
// ledger: site DIR ENTRIES RECEIPT writes the receipt of the last of them.
func site(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 3, "site DIR ENTRIES RECEIPT")
	ctx, dir := context.Background(), ts.MkAbs(args[0])
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.MkdirAll(dir, 0o700))
	secrets, err := app.LoadSecrets(dir, "story.example/yagura")
	ts.Check(err)
	s, err := app.OpenSite(ctx, catalog.FS, app.SiteConfig{DSN: filepath.Join(dir, "yagura.db"), Secrets: secrets, Base: "http://story.example",
		Plain: true, Clock: clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))})
	ts.Check(err)
	var last int64
	for range n {
		ts.Check(s.DB.Tenant("bank").Tx(ctx, func(tx *db.Tx) (err error) {
			last, err = ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.Clock.Now()), Org: "bank", Actor: "respondent", Kind: "filing.submitted",
				ObjectKind: "filing", ObjectID: "f1", Revision: 1, Payload: ledger.HashPayload([]byte(`{}`))})
			return err
		}))
	}
	r, err := s.Ledger.Receipt(ctx, "bank", last)
	ts.Check(err)
	data, err := json.Marshal(r)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
	ts.Check(s.Close())
}

// tamper changes a database behind the program's back: tamper FILE STATEMENT.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "tamper FILE STATEMENT")
	d, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = d.Exec(args[1])
	ts.Check(err)
	ts.Check(d.Close())
}
