package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"yagura/internal/errs"
)

// The engine's own refusals, provoked on the writing connection.
func TestSQLiteOutages(t *testing.T) {
	ctx := context.Background()
	m := Module{Name: "a", Common: []string{"a"}, FS: fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (x text);\n")}}}
	d, err := Open(ctx, t.TempDir()+"/a.db", m)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	insert := func() error {
		_, err := d.Common().Exec(ctx, `insert into a (x) values (:x)`, Args{"x": strings.Repeat("secret", 10_000)})
		return err
	}
	for _, c := range []struct{ set, unset, what string }{
		{"pragma query_only = 1", "pragma query_only = 0", "read-only"},
		{"pragma max_page_count = 1", "pragma max_page_count = 1000000", "no room"},
	} {
		d.write.MustExec(c.set)
		err := insert()
		if errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), c.what) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", c.set, err)
		}
		d.write.MustExec(c.unset)
		if err := insert(); err != nil {
			t.Errorf("after %s it doesn't recover: %v", c.set, err)
		}
	}
	if _, err := d.read.Exec(`insert into a (x) values ('')`); err == nil {
		t.Error("the reading connections can write")
	}
}

// A nested transaction would wait for itself: the wait ends with a clear error.
func TestNestedTransactionEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	d, err := Open(context.Background(), t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Common().Tx(context.Background(), func(*Tx) error {
		return d.Common().Tx(ctx, func(*Tx) error { return nil })
	})
	if errs.KindOf(err) != errs.Unavailable {
		t.Error(err)
	}
}

func TestFaultKinds(t *testing.T) {
	for _, c := range []struct {
		err         error
		kind        errs.Kind
		again, lost bool
	}{
		{&pgconn.PgError{Code: "23505", Message: "secret"}, errs.Conflict, false, false},
		{&pgconn.PgError{Code: "23503", Detail: "secret"}, errs.Invalid, false, false},
		{&pgconn.PgError{Code: "40001"}, errs.Unavailable, true, false},
		{&pgconn.PgError{Code: "53100"}, errs.Unavailable, false, false},
		{&pgconn.PgError{Code: "57P01"}, errs.Unavailable, false, true},
		{&pgconn.PgError{Code: "25006"}, errs.Unavailable, false, false},
		{&pgconn.PgError{Code: "42601", Message: "secret"}, errs.Internal, false, false},
		{pgconn.ErrConnClosed, errs.Unavailable, false, true},
		{pgx.ErrTxClosed, errs.Unavailable, false, true},
		{driver.ErrBadConn, errs.Unavailable, false, true},
		{&net.OpError{Op: "read", Err: errors.New("secret")}, errs.Unavailable, false, true},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), errs.Unavailable, false, false},
		{errors.New("secret"), errs.Internal, false, false},
	} {
		err := fault("op", c.err)
		var f *faultError
		if errs.KindOf(err) != c.kind || !errors.As(err, &f) || f.again != c.again || f.lost != c.lost || !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Error("the text tells too much:", err)
		}
	}
	if err := committed(driver.ErrBadConn); !errors.Is(err, ErrOutcomeUnknown) || errs.KindOf(err) != errs.Unavailable {
		t.Error(err)
	}
	if err := committed(&pgconn.PgError{Code: "40001"}); errors.Is(err, ErrOutcomeUnknown) {
		t.Error("a transaction that was given up is known not to be stored")
	}
}
