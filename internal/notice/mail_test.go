package notice_test

import (
	"strings"
	"testing"
	"time"

	"yagura/internal/errs"
	"yagura/internal/jobs"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

func TestMailHasTheLinkAndNoContent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		d.send(bank, accepted("P-1", "P-en", "P-none"))
		d.tick(0, 3)
		got := d.smtp.letters(t)
		if len(got) != 2 {
			t.Fatalf("%d mails, want 2", len(got))
		}
		for _, m := range got {
			subject, ask := "[Yagura] 提出の受理", "ログインしてご確認ください"
			if strings.HasPrefix(m.to, "P-en") {
				subject, ask = "[Yagura] Submission accepted", "Please sign in to read it"
			}
			if m.subject != subject || !strings.Contains(m.body, ask) || !strings.Contains(m.body, "\nhttps://yagura.example/filing/01\n") {
				t.Errorf("%s\n%s", m.subject, m.body)
			}
			if strings.Contains(m.body+m.subject, "年次点検") || strings.Contains(m.body+m.subject, "Annual review") {
				t.Errorf("the mail tells what it is about:\n%s", m.body)
			}
			if ct := m.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/plain; charset=UTF-8") {
				t.Errorf("Content-Type: %s", ct)
			}
			if m.from != "noreply@yagura.example" || m.header.Get("Auto-Submitted") != "auto-generated" ||
				m.header.Get("Date") != "Mon, 02 Nov 2026 10:00:00 +0900" {
				t.Errorf("%s %v", m.from, m.header)
			}
			for _, line := range strings.Split(m.raw, "\r\n") {
				if len(line) > 78 {
					t.Errorf("a line of %d octets (RFC 5322 asks for 78): %s", len(line), line)
				}
			}
		}
	})
}

func TestMailServerDownLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		d.smtp.down()
		d.send(bank, accepted("P-1", "P-2", "P-3"))
		d.tick(0, 0)
		for range 6 { // a night
			d.tick(2*time.Hour, 0)
		}
		b, err := jobs.Waiting(ctx, d.DB.System("test"), d.clock.Now().AddDate(1, 0, 0))
		if err != nil || b.Due != 3 || b.Dead != 0 {
			t.Fatalf("%+v, %v", b, err)
		}
		if n, err := d.MarkRead(ctx, d.DB.Tenant(bank), "P-3"); err != nil || n != 1 {
			t.Fatal(err)
		}
		d.smtp.up(t)
		d.tick(8*time.Hour, 3)
		got := d.smtp.letters(t)
		if len(got) != 2 || got[0].to == got[1].to {
			t.Errorf("%d mails, want one each for P-1 and P-2; P-3 has read it meanwhile", len(got))
		}
		d.tick(time.Hour*100, 0)
		if len(d.smtp.letters(t)) != 2 {
			t.Error("mails were repeated")
		}
	})
}

func TestMailServerThatRefuses(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(*smtpServer)
		dead  int64
	}{
		{"busy", func(s *smtpServer) { s.rcpt = func(string) string { return "451 4.7.1 come back later" } }, 0},
		{"relaying refused, a fault of settings", func(s *smtpServer) { s.rcpt = func(string) string { return "554 5.7.1 relay access denied" } }, 0},
		{"no such mailbox", func(s *smtpServer) { s.rcpt = func(string) string { return "550 5.1.1 no such user" } }, 1},
		{"content refused", func(s *smtpServer) { s.data = "452 4.3.1 no room" }, 0},
		{"hangs up", func(s *smtpServer) { s.drop = true }, 0},
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		dead := int64(0)
		for i, c := range cases {
			d.smtp.down()
			*d.smtp = smtpServer{addr: d.smtp.addr, conn: d.smtp.conn}
			c.spoil(d.smtp)
			d.smtp.up(t)
			d.send(bank, accepted("P-1"))
			d.tick(0, 0)
			d.smtp.down()
			dead += c.dead
			b, err := jobs.Waiting(ctx, d.DB.System("test"), d.clock.Now().AddDate(1, 0, 0))
			if err != nil || b.Due+b.Dead != int64(i+1) || b.Dead != dead {
				t.Errorf("%s: %+v, %v", c.name, b, err)
			}
			d.smtp.up(t) // the clock stands, so only the next case's row will be due
		}
	})
}

func TestDigest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		d.way("P-1", notice.Daily)
		d.way("P-2", notice.NoMail)
		for range 60 {
			d.clock.Advance(time.Minute)
			d.send(bank, accepted("P-1", "P-2"))
		}
		read := d.inbox("P-1")[:5]
		for _, i := range read {
			if _, err := d.MarkRead(ctx, d.DB.Tenant(bank), "P-1", i.ID); err != nil {
				t.Fatal(err)
			}
		}
		d.tick(0, 0)
		d.smtp.down()
		d.tick(t0.Add(22*time.Hour).Sub(d.clock.Now()), 0) // 8:00 in Japan, server down
		d.send(bank, accepted("P-1"))                      // after the hour: comes with the next one
		d.smtp.up(t)
		d.tick(time.Hour, 1)
		got := d.smtp.letters(t)
		if len(got) != 1 {
			t.Fatalf("%d mails, want one", len(got))
		}
		m := got[0]
		if m.subject != "[Yagura] 未読のお知らせ（55件）" || strings.Count(m.body, "https://yagura.example/filing/01") != 50 ||
			!strings.Contains(m.body, "ほか5件") || strings.Contains(m.body, "年次点検") || strings.Contains(m.raw, "P-1@20") {
			t.Errorf("%s\n%s", m.subject, m.body)
		}
		d.tick(24*time.Hour, 1)
		if got := d.smtp.letters(t); len(got) != 2 || got[1].subject != "[Yagura] 未読のお知らせ（1件）" {
			t.Errorf("%d mails, the last %q", len(got), got[len(got)-1].subject)
		}
		d.tick(72*time.Hour, 0)
		d.unread("P-2", 60)
	})
}

func TestWays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		h := d.DB.Tenant(bank)
		if got, err := notice.WayOf(ctx, h, "P-1"); err != nil || got != notice.AtOnce {
			t.Errorf("%s for a person who chose none: %v", got, err)
		}
		for _, want := range []notice.Way{notice.Daily, notice.NoMail, notice.AtOnce, notice.Daily} {
			d.way("P-1", want)
			if got, err := notice.WayOf(ctx, h, "P-1"); err != nil || got != want {
				t.Errorf("%s, want %s: %v", got, want, err)
			}
		}
		if err := notice.SetWay(ctx, h, "P-1", "pigeon"); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if got, err := notice.WayOf(ctx, d.DB.Tenant(fsa), "P-1"); err != nil || got != notice.AtOnce {
			t.Errorf("the way in one organisation counts in another: %s, %v", got, err)
		}
	})
}
