package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// A key of the tests only; its origin is the name in it.
const (
	testPrivate = "PRIVATE+KEY+log.example/yagura+620aad98+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
	testOrigin  = "log.example/yagura"
)

type bench struct {
	db  *db.DB
	raw *sql.DB // past every wall, as someone with the file or the password would be
	log *ledger.Log
}

func open(t testing.TB, e storetest.Engine) bench {
	t.Helper()
	d := e.Open(t, ledger.Module())
	driver, dsn := "sqlite", "file:"+e.DSN+"?_pragma=busy_timeout(5000)&_pragma=synchronous(0)"
	if e.Kind == db.Postgres {
		driver, dsn = "pgx", e.DSN+"&options=-c%20yagura.system%3Dtamper"
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	log, err := ledger.NewLog(d, testPrivate)
	if err != nil {
		t.Fatal(err)
	}
	return bench{d, raw, log}
}

func (b bench) exec(t testing.TB, text string, args ...any) {
	t.Helper()
	res, err := b.raw.Exec(text, args...)
	if err != nil {
		t.Fatal(text, err)
	}
	if n, _ := res.RowsAffected(); n == 0 && !strings.Contains(text, "table") {
		t.Fatalf("%s touched nothing", text)
	}
}

func entry(org string, i int) ledger.Entry {
	return ledger.Entry{
		At: 1_790_000_000_000_000 + int64(i), Org: org, Actor: "person-1", OnBehalfOf: "頭取", Kind: "filing.submitted", ObjectKind: "filing",
		ObjectID: fmt.Sprintf("f-%d", i), Revision: 3, Basis: "policy:submit", Payload: ledger.HashPayload([]byte(fmt.Sprint(i))),
	}
}

func (b bench) append(t testing.TB, org string, n int) {
	t.Helper()
	for i := range n {
		ctx := context.Background()
		err := b.db.Tenant(org).Tx(ctx, func(tx *db.Tx) error {
			_, err := ledger.Append(ctx, tx, entry(org, i))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (b bench) verify(t testing.TB, held ...string) ledger.Report {
	t.Helper()
	rep, err := ledger.VerifyAll(context.Background(), b.db, []string{b.log.PublicKey()}, held...)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (b bench) checkpoint(t testing.TB) ledger.Checkpoint {
	t.Helper()
	c, err := b.log.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
