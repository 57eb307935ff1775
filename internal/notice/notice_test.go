package notice_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

func TestInboxHasItAtTheCommitOfTheFact(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		fail := errors.New("the fact failed")
		err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error {
			if err := d.Send(ctx, tx, accepted("P-1")); err != nil {
				return err
			}
			return fail
		})
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
		d.unread("P-1", 0)
		d.send(bank, accepted("P-1", "P-2", "P-1"))
		d.unread("P-1", 1)
		d.unread("P-2", 1)
		i := d.inbox("P-1")[0]
		want := i18n.Text{JA: "「年次点検」の提出が受理されました。", EN: `Your submission to "Annual review" was accepted.`}
		if i.Body() != want || i.Subject().JA != "提出の受理" || !i.At.Equal(t0) || !i.ReadAt.IsZero() || i.Link != "/filing/01" {
			t.Errorf("%+v, %+v", i, i.Body())
		}
		d.tick(0, 2)
		if got := d.smtp.letters(t); len(got) != 2 {
			t.Errorf("%d mails, want 2: nothing of the fact that failed, and one for each person", len(got))
		}
	})
}

func TestAcrossOrganisations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		d.send(fsa, accepted("P-1")) // the authority's transaction can't write into the bank's inbox
		d.unread("P-1", 0)
		d.clock.Advance(time.Second)
		d.tick(0, 2) // delivered and mailed in one tick
		d.unread("P-1", 1)
		if i := d.inbox("P-1")[0]; !i.At.Equal(t0) {
			t.Errorf("the notice is of %s, not of the fact", i.At)
		}
		if len(d.smtp.letters(t)) != 1 {
			t.Error("no mail")
		}
		items, _, err := notice.Inbox(ctx, d.DB.Tenant(fsa), "P-1", notice.Page{})
		if err != nil || len(items) != 0 {
			t.Error("the sender's organisation has it in its own inbox", items, err)
		}
	})
}

func TestReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		for range 7 {
			d.clock.Advance(time.Minute)
			d.send(bank, accepted("P-1", "P-2"))
		}
		var pages [][]notice.Item
		for before := ""; len(pages) == 0 || before != ""; {
			items, next, err := notice.Inbox(ctx, d.DB.Tenant(bank), "P-1", notice.Page{Before: before, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			pages, before = append(pages, items), next
		}
		if len(pages) != 3 || len(pages[2]) != 1 {
			t.Fatalf("%d pages", len(pages))
		}
		var all []notice.Item
		for _, p := range pages {
			all = append(all, p...)
		}
		for i := 1; i < len(all); i++ {
			if !all[i].At.Before(all[i-1].At) {
				t.Errorf("item %d isn't older than the one before it", i)
			}
		}
		h := d.DB.Tenant(bank)
		if n, err := d.MarkRead(ctx, h, "P-2", all[0].ID); err != nil || n != 0 {
			t.Errorf("another person's item was marked: %d, %v", n, err)
		}
		if n, err := d.MarkRead(ctx, h, "P-1", all[0].ID, all[1].ID); err != nil || n != 2 {
			t.Errorf("%d, %v", n, err)
		}
		d.unread("P-1", 5)
		items, _, err := notice.Inbox(ctx, h, "P-1", notice.Page{Unread: true})
		if err != nil || len(items) != 5 || items[0].ID != all[2].ID {
			t.Errorf("%d unread, %v", len(items), err)
		}
		if n, err := d.MarkRead(ctx, h, "P-1"); err != nil || n != 5 {
			t.Errorf("%d, %v", n, err)
		}
		d.unread("P-1", 0)
		d.unread("P-2", 7)
		if _, _, err := notice.Inbox(ctx, h, "P-1", notice.Page{Limit: 201}); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
	})
}

func TestSendRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		for _, x := range []notice.Notice{
			{Org: bank, Persons: []string{"P-1"}, Kind: "no.such", Link: "/"},
			{Org: bank, Persons: []string{"P-1"}, Kind: "", Link: "/"},
			{Persons: []string{"P-1"}, Kind: "filing.accepted", Link: "/"},
			{Org: bank, Kind: "filing.accepted", Link: "https://elsewhere.example/"},
			{Org: bank, Kind: "filing.accepted", Link: "//elsewhere.example/"},
			{Org: bank, Kind: "filing.accepted", Link: `/\elsewhere.example/`},
			{Org: bank, Kind: "filing.accepted", Link: "/a\r\nBcc: x@elsewhere.example"},
			{Org: bank, Kind: "filing.accepted", Link: ""},
		} {
			err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error { return d.Send(ctx, tx, x) })
			if errs.KindOf(err) != errs.Internal {
				t.Errorf("%+v was taken: %v", x, err)
			}
		}
	})
}

// A subject leaves the product in a mail, so it must not be able to say anything of
// its notice. Every kind has both texts.
func TestSubjectsTakeNoArguments(t *testing.T) {
	kinds := 0
	for _, key := range i18n.Keys("notice.") {
		kind, ok := strings.CutSuffix(strings.TrimPrefix(key, "notice."), ".subject")
		if !ok || kind == "mail.digest" {
			continue
		}
		kinds++
		if s := i18n.Both(key); strings.ContainsAny(s.JA+s.EN, "{}") {
			t.Errorf("%s has a placeholder", key)
		}
		if !i18n.Has("notice." + kind + ".body") {
			t.Errorf("kind %s has no body", kind)
		}
	}
	if kinds < 10 {
		t.Errorf("only %d kinds: the test has lost them", kinds)
	}
}

func TestNewRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		good := open(t, e).Config
		for name, spoil := range map[string]func(*notice.Config){
			"base":   func(c *notice.Config) { c.Base = "yagura.example" },
			"hour":   func(c *notice.Config) { c.DigestHour = 24 },
			"key":    func(c *notice.Config) { c.Keys = [][]byte{[]byte("short")} },
			"no key": func(c *notice.Config) { c.Keys = nil },
			"sender": func(c *notice.Config) { c.SMTP.From = "nobody" },
			"tag":    func(c *notice.Config) { c.Tag = "a\nb" },
			"clock":  func(c *notice.Config) { c.Clock = nil },
		} {
			c := good
			spoil(&c)
			if _, err := notice.New(c); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
