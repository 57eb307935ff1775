package notice_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

func TestLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		post := func(l notice.Letter) error {
			return d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error { return d.SendLetter(ctx, tx, l) })
		}
		good := notice.Letter{To: "someone@vendor.example", Lang: i18n.JA, Kind: "access.invited", Link: "/join/inv_topsecret"}
		d.smtp.down()
		if err := post(good); err != nil {
			t.Fatal(err)
		}
		d.tick(0, 0)
		if row := jobRow(t, e); strings.Contains(row, "topsecret") || !strings.Contains(row, "sealed") {
			t.Errorf("the link can be read in the database: %s", row)
		}
		d.smtp.up(t)
		d.tick(time.Hour, 1)
		m := d.smtp.letters(t)[0]
		if m.to != good.To || m.subject != "[Yagura] 利用者登録のご案内" || !strings.Contains(m.body, "\nhttps://yagura.example/join/inv_topsecret\n") ||
			strings.Contains(m.body, "{") {
			t.Errorf("%s %s\n%s", m.to, m.subject, m.body)
		}
		for _, c := range []struct {
			change func(*notice.Letter)
			want   errs.Kind
		}{
			{func(l *notice.Letter) { l.To = "nobody" }, errs.Invalid},
			{func(l *notice.Letter) { l.To = "a@b.example\r\nBcc: c@d.example" }, errs.Invalid},
			{func(l *notice.Letter) { l.Kind = "no.such" }, errs.Internal},
			{func(l *notice.Letter) { l.Link = "https://elsewhere.example/" }, errs.Internal},
			{func(l *notice.Letter) { l.Org = fsa }, errs.Forbidden},
		} {
			l := good
			c.change(&l)
			if err := post(l); errs.KindOf(err) != c.want {
				t.Errorf("%+v: %v", l, err)
			}
		}
	})
}

// A letter that was sealed under the former key is sent; one under a forgotten key is
// dead with its reason.
func TestLetterUnderAFormerKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		fresh := []byte("a new key of the tests, 32 bytes")
		for _, c := range []struct {
			keys [][]byte
			done int
		}{{[][]byte{fresh, d.Keys[0]}, 1}, {[][]byte{fresh}, 0}} {
			err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error {
				return d.SendLetter(ctx, tx, notice.Letter{To: "a@b.example", Lang: i18n.EN, Kind: "access.reset", Link: "/r/1"})
			})
			if err != nil {
				t.Fatal(err)
			}
			conf := d.Config
			conf.Keys = c.keys
			n, err := notice.New(conf)
			if err != nil {
				t.Fatal(err)
			}
			got, err := jobs.New(d.DB, d.clock, n.Handlers(), jobs.Options{}).Tick(ctx, d.clock.Now())
			if err != nil || got != c.done {
				t.Errorf("%d letters, want %d: %v", got, c.done, err)
			}
		}
		if dead, err := jobs.DeadOnes(ctx, d.DB.System("test"), 9); err != nil || len(dead) != 1 || !strings.Contains(dead[0].Fault, "key") {
			t.Errorf("%+v, %v", dead, err)
		}
	})
}

// jobRow is the one due row as someone sees it who has the file or the password.
func jobRow(t *testing.T, e storetest.Engine) string {
	t.Helper()
	driver, dsn := "sqlite", e.DSN
	if e.Kind == db.Postgres {
		driver, dsn = "pgx", e.DSN+"&options=-c%20yagura.system%3Dtest"
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	var payload, fault string
	if err := raw.QueryRow(`select payload, fault from job`).Scan(&payload, &fault); err != nil {
		t.Fatal(err)
	}
	return payload + " " + fault
}
