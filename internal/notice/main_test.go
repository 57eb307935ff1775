package notice_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/jobs"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

var (
	ctx = context.Background()
	t0  = time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC) // Monday 10:00 in Japan
)

const (
	bank = "BANK-1"
	fsa  = "AUTHORITY"
)

// desk is a notifier with its runner of due rows, a clock that is moved by hand and a
// mail server.
type desk struct {
	*notice.Notifier
	t     *testing.T
	clock *clock.Fake
	run   *jobs.Runner
	smtp  *smtpServer
}

func open(t *testing.T, e storetest.Engine, change ...func(*notice.Config)) *desk {
	t.Helper()
	c := clock.NewFake(t0)
	s := newSMTP(t)
	conf := notice.Config{
		DB: e.Open(t, jobs.Module(), notice.Module()), Clock: c, IDs: id.Seeded(c, 1), Base: "https://yagura.example/", DigestHour: 8,
		Address: func(_ context.Context, _ *db.Tx, person string) (string, string, error) {
			if person == "P-none" {
				return "", "ja", nil
			}
			lang := "ja"
			if person == "P-en" {
				lang = "en"
			}
			return person + "@bank.example", lang, nil
		},
		SMTP:    notice.SMTP{Host: "127.0.0.1", Port: s.port(t), From: "Yagura <noreply@yagura.example>", TLS: notice.PlainSMTP},
		Keys:    [][]byte{[]byte("a key of the tests, 32 bytes long")},
		Webhook: notice.Outward{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Plain: true},
	}
	for _, fn := range change {
		fn(&conf)
	}
	n, err := notice.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{n, t, c, jobs.New(conf.DB, c, n.Handlers(), jobs.Options{}), s}
}

func accepted(persons ...string) notice.Notice {
	return notice.Notice{
		Org: bank, Persons: persons, Kind: "filing.accepted", Link: "/filing/01",
		Args: map[string]i18n.Text{"campaign": {JA: "年次点検", EN: "Annual review"}},
	}
}

// send sends from the transaction of an organisation.
func (d *desk) send(from string, x notice.Notice) {
	d.t.Helper()
	if err := d.DB.Tenant(from).Tx(ctx, func(tx *db.Tx) error { return d.Send(ctx, tx, x) }); err != nil {
		d.t.Fatal(err)
	}
}

// tick fires what is due after some time has gone by, and wants so many runs to end well.
func (d *desk) tick(after time.Duration, want int) {
	d.t.Helper()
	n, err := d.run.Tick(ctx, d.clock.Advance(after))
	if err != nil {
		d.t.Fatal(err)
	}
	if n != want {
		d.t.Fatalf("%d runs ended well, want %d", n, want)
	}
}

func (d *desk) inbox(person string) []notice.Item {
	d.t.Helper()
	items, _, err := notice.Inbox(ctx, d.DB.Tenant(bank), person, notice.Page{})
	if err != nil {
		d.t.Fatal(err)
	}
	return items
}

func (d *desk) unread(person string, want int) {
	d.t.Helper()
	n, err := notice.Unread(ctx, d.DB.Tenant(bank), person)
	if err != nil || n != want {
		d.t.Fatalf("%s has %d unread, want %d: %v", person, n, want, err)
	}
}

func (d *desk) way(person string, way notice.Way) {
	d.t.Helper()
	if err := notice.SetWay(ctx, d.DB.Tenant(bank), person, way); err != nil {
		d.t.Fatal(err)
	}
}
