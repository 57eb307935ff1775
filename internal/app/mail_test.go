package app

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

// mailbox is a mail server (RFC 5321) that may refuse or hang.
type mailbox struct {
	mu   sync.Mutex
	mode string // "refuses", "hangs", "" takes everything
	got  int
}

func (m *mailbox) set(mode string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mode = mode
}

func (m *mailbox) letters() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.got
}

// listen serves until the test ends and returns the port.
func (m *mailbox) listen(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.talk(c)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func (m *mailbox) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	m.mu.Lock()
	mode := m.mode
	m.mu.Unlock()
	if mode == "hangs" {
		time.Sleep(time.Second) // and then the line is cut
		return
	}
	say := func(line string) { _, _ = fmt.Fprint(c, line+"\r\n") }
	say("220 ready")
	data := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		switch {
		case data && lines.Text() == ".":
			data = false
			m.mu.Lock()
			m.got++
			m.mu.Unlock()
			say("250 taken")
		case data:
		case verb == "MAIL" && mode == "refuses":
			say("421 no service")
			return
		case verb == "DATA":
			data = true
			say("354 go on")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// The mail server refuses, or hangs: what people do goes on, their letters stay due, and
// go out once when it is back.
func TestMailServerDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		if e.Kind == db.Postgres {
			return // due rows are tested on both by internal/jobs
		}
		box := &mailbox{}
		s := twinSite(t, e)
		private, _, err := ledger.GenerateKey("yagura.example/mail")
		if err != nil {
			t.Fatal(err)
		}
		s.Site, err = join(s.DB, catalog.FS, SiteConfig{Secrets: Secrets{Key: []byte("0123456789abcdef0123456789abcdef"), Ledger: private}, Base: "http://127.0.0.1", Plain: true,
			Clock: s.clock, SMTP: notice.SMTP{Host: "127.0.0.1", Port: box.listen(t), From: "yagura@yagura.example", TLS: notice.PlainSMTP}})
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		tick := func(wait time.Duration) {
			t.Helper()
			late, cancel := context.WithTimeout(ctx, wait)
			defer cancel()
			_, _ = s.Runner.Tick(late, s.clock.Now()) // hanging handlers see the end of the time
		}
		tick(20 * time.Second) // letters of the site's own making
		before := box.letters()
		for i, mode := range []string{"refuses", "hangs"} {
			box.set(mode)
			s.letter(fmt.Sprintf("respondent%d@bank.example", i), s.Base+"/reset/x", i18n.JA)
			due := func() int64 { return s.due(t) }
			for range 100 {
				if due() > int64(i) {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			tick(time.Second)
			s.clock.Advance(time.Minute)
			if n := due(); n != int64(i)+1 {
				t.Errorf("%s: %d letters are due, want %d", mode, n, i+1)
			}
			if _, err := s.Filings.List(ctx, s.banks[0].actor(authz.Respondent), 10); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
		if got := box.letters(); got != before {
			t.Errorf("%d letters were taken by a server that is down", got-before)
		}
		box.set("")
		for range 5 {
			s.clock.Advance(time.Hour)
			tick(20 * time.Second)
		}
		if got, n := box.letters()-before, s.due(t); got < 2 || n != 0 {
			t.Errorf("after the outage %d letters were taken, %d are due", got, n)
		}
	})
}

// due counts letters that wait, claimed or not.
func (s *twins) due(t *testing.T) int64 {
	t.Helper()
	b, err := jobs.Waiting(context.Background(), s.DB.System("test"), s.clock.Now().Add(24*time.Hour))
	if err != nil || b.Dead > 0 {
		t.Fatal(b, err)
	}
	return b.Due
}

// The clock jumps back by a day while people work: nothing is refused for it, the order
// of what happened is kept, the ledger verifies, and due work is done once.
func TestClockJumpsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		h := &s.banks[0]
		s.sit(h)
		ctx, now := context.Background(), s.clock.Now()
		save := func(text string) {
			t.Helper()
			if r := s.sit1("POST", h.section(), *h, s.answering(*h, text), "ja"); r.status != 303 {
				t.Errorf("%s: %d %s", text, r.status, plain(r.body))
			}
		}
		save("一")
		s.clock.Set(now.Add(-24 * time.Hour))
		save("二")
		if r := s.ask("POST", "/api/actions", h.tokens[authz.Respondent], `{"title":"訓練"}`, "Idempotency-Key: back"); r.status != 200 {
			t.Error(r)
		}
		if r := s.ask("POST", "/api/actions", h.tokens[authz.Respondent], `{"title":"訓練"}`, "Idempotency-Key: back"); r.header.Get("Idempotency-Replayed") != "true" {
			t.Error(r)
		}
		s.clock.Set(now.Add(time.Minute))
		save("三")
		f, err := s.Filings.Get(ctx, h.actor(authz.Respondent), h.filing)
		if err != nil {
			t.Fatal(err)
		}
		past, err := s.Filings.History(ctx, h.actor(authz.Respondent), f, firstItem, 10)
		if err != nil || len(past) != 3 || !strings.Contains(past[0].Answer, "三") || !strings.Contains(past[1].Answer, "二") || !strings.Contains(past[2].Answer, "一") {
			t.Errorf("the order of the changes: %+v %v", past, err)
		}
		if _, err := s.Runner.Tick(ctx, s.clock.Now()); err != nil {
			t.Error(err)
		}
		rep, err := ledger.VerifyAll(ctx, s.DB, []string{s.Ledger.PublicKey()})
		if err != nil || len(rep.Faults) > 0 {
			t.Errorf("the ledger: %v %v", rep.Faults, err)
		}
	})
}
