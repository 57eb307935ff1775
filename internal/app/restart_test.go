package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/signin"
	"yagura/internal/storetest"
)

// sender is a program that submits one filing and sends again until it has an answer.
type sender struct {
	org, filing   string
	person, token string
	receipt       []byte // what it was given
	sent          int
	failed        string
}

// senders give each filing of a trial a respondent with a token.
func senders(t *testing.T, s *Site, x trial) []*sender {
	t.Helper()
	ctx := context.Background()
	var out []*sender
	for _, f := range x.Filings {
		one := &sender{org: f[0], filing: f[1]}
		err := s.DB.System("a respondent for tests").Tx(ctx, func(tx *db.Tx) error {
			var err error
			if one.person, err = s.Orgs.AddPerson(ctx, tx, org.Person{Email: "program@" + strings.ToLower(f[1]) + ".example", Name: "program"}); err != nil {
				return err
			}
			return s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", f[0], one.person, "", []authz.Role{authz.Respondent})
		})
		if err == nil {
			one.token, err = s.Signin.Mint(ctx, signin.Token{Person: one.person, Org: f[0], Name: "t", Scopes: []string{"all"}, Expires: s.Clock.Now().Add(time.Hour)})
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

// patience is how often a program sends before it gives up, half a second apart.
const patience = 120

// submit sends until the filing is submitted and its receipt is there. Each sending has
// the same key, whatever became of the one before. The address may change meanwhile.
func (c *sender) submit(address func() string) {
	for c.sent < patience {
		c.sent++
		status, body := c.ask(http.MethodPost, address()+"/api/filings/"+c.filing+"/moves", `{"move":"submit"}`)
		switch {
		case status == http.StatusOK, status == http.StatusConflict && strings.Contains(body, "保存されています"):
			if status, body = c.ask(http.MethodGet, address()+"/api/filings/"+c.filing+"/receipt", ""); status == http.StatusOK {
				c.receipt = []byte(body)
				return
			}
		case status == 0, status == http.StatusConflict, status == http.StatusServiceUnavailable, status == http.StatusTooManyRequests:
		default:
			c.failed = http.StatusText(status) + " " + body
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	c.failed = "no answer"
}

// ask is one request; status 0 is a connection that broke.
func (c *sender) ask(method, url, send string) (int, string) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(send))
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if send != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "submit-"+c.filing)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(data)
}

// all lets the senders begin, ten at a time, and returns what waits for them.
func all(list []*sender, address func() string) (wait func()) {
	var wg sync.WaitGroup
	turns := make(chan struct{}, 10)
	for _, c := range list {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			c.submit(address)
		})
	}
	return wg.Wait
}

// acknowledged holds the database to what the senders were told.
func acknowledged(t *testing.T, s *Site, x trial, list []*sender) {
	t.Helper()
	acked := map[string]int{}
	for _, c := range list {
		if c.failed != "" {
			t.Errorf("filing %s after %d sendings: %s", c.filing, c.sent, c.failed)
			continue
		}
		acked[c.filing] = 1
		r, err := ledger.VerifyReceipt(c.receipt, s.Ledger.PublicKey())
		if err != nil || r.Entry.ObjectID != c.filing || r.Entry.Kind != "filing.submitted" {
			t.Errorf("the receipt of %s: %v", c.filing, err)
		}
	}
	once(t, s, x, acked)
}

// PostgreSQL crashes twice while programs submit and people look: who is refused is
// told so, who was acknowledged finds it there once, and the server needs no hand.
func TestPostgresRestartsUnderLoad(t *testing.T) {
	server := storetest.Own(t)
	s, x := prepare(t, server.Engine, 45)
	list := senders(t, s, x)
	session, err := s.Signin.Open(context.Background(), list[0].person, "password", true, signin.About{})
	if err == nil {
		err = s.Signin.Act(context.Background(), session, list[0].org)
	}
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler)
	defer srv.Close()
	wait := all(list, func() string { return srv.URL })
	for range 2 {
		time.Sleep(300 * time.Millisecond)
		server.Stop()
		status, body := list[0].ask(http.MethodPost, srv.URL+"/api/actions", `{"title":"訓練"}`)
		var p struct{ Detail string }
		if err := json.Unmarshal([]byte(body), &p); err != nil || status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "実行していません") {
			t.Errorf("while it is down: %d %s", status, body)
		}
		for lang, words := range map[string]string{"ja": "一件も保存していません", "en": "Nothing of what you just sent was saved"} {
			req := httptest.NewRequest(http.MethodPost, "/filings/x/carry", strings.NewReader("a=b"))
			req.Header.Set("Accept-Language", lang)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.AddCookie(&http.Cookie{Name: "session", Value: session})
			w := httptest.NewRecorder()
			s.Handler.ServeHTTP(w, req)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(plain(w.Body.String()), words) {
				t.Errorf("a page in %s: %d %s", lang, w.Code, plain(w.Body.String()))
			}
		}
		server.Start()
	}
	wait()
	acknowledged(t, s, x, list)
	if w := get(s.Handler, "/readyz"); w.Code != http.StatusOK {
		t.Errorf("readyz after the outage: %d", w.Code)
	}
	sent := 0
	for _, c := range list {
		sent += c.sent
	}
	t.Logf("%d filings, %d sendings, 2 crashes", len(list), sent)
}
