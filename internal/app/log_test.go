package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/signin"
	"yagura/internal/storetest"
	"yagura/internal/webkit"
)

// kept is a log at every level that several goroutines write.
type keptLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *keptLog) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(p)
}

func (k *keptLog) text() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

// secretWord is in everything that a person types or sends in the journey below.
const secretWord = "Hinomi-Yagura-7Q"

// TestLogTellsNoContent goes a way with what must not be in a log — answers, comments,
// files, passwords, codes, tokens, links — provokes every kind of fault, and reads the log.
func TestLogTellsNoContent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		s := twinSite(t, e)
		log := &keptLog{}
		s.Kit.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug - 8}))
		h := s.banks[0]
		s.sit(&h)
		secrets := []string{secretWord}
		for _, x := range h.sessions {
			secrets = append(secrets, x)
		}
		for _, x := range h.tokens {
			secrets = append(secrets, x)
		}
		secrets = append(secrets, s.credentials(h)...)
		values := s.answering(h, secretWord)
		s.sit1(http.MethodPost, h.section(), h, values, "ja")
		s.sit1(http.MethodPost, h.section(), h, values, "ja") // a conflict
		s.sit1(http.MethodPost, "/filings/"+h.filing+"/items/"+firstItem+"/comments", h, url.Values{"body": {secretWord}}, "ja")
		s.upload(h, "/filings/"+h.filing+"/items/"+firstItem+"/files", "file", secretWord+".txt", []byte(secretWord))
		s.upload(h, "/filings/"+h.filing+"/import", "file", secretWord+".xlsx", []byte("PK\x03\x04"+secretWord))
		s.upload(h, "/registers/ict-vendors/import", "file", "a.csv", []byte("名称\r\n"+secretWord+"\r\n"))
		s.sit1(http.MethodPost, "/actions/new", h, url.Values{"title": {secretWord}, "due": {secretWord}, "cost": {secretWord}}, "ja")
		s.sit1(http.MethodGet, "/search?q="+secretWord, h, nil, "ja")
		s.sit1(http.MethodGet, "/nowhere/"+secretWord+"/x", h, nil, "ja")
		s.sit1(http.MethodGet, "/reset/"+secretWord, h, nil, "ja")
		s.sit1(http.MethodPost, "/signin", h, url.Values{"login": {secretWord + "@bank.example"}, "password": {secretWord}}, "ja")
		token := h.tokens[authz.Respondent]
		for _, body := range []string{`{"title":"` + secretWord + `"}`, `{"titel":"` + secretWord + `"}`, `{"title":"` + secretWord} {
			s.ask(http.MethodPost, "/api/actions", token, body, "Idempotency-Key: "+secretWord)
		}
		s.ask(http.MethodPatch, "/api/filings/"+h.filing+"/answers", token, `{"answers":{"`+firstItem+`":{"comment":"`+secretWord+`"}},"versions":{"`+firstItem+`":0}}`)
		s.ask(http.MethodGet, "/api/me", "ygt_"+secretWord, "")
		s.faults(h)
		if _, err := s.Runner.Tick(ctx, s.clock.Now()); err != nil {
			t.Error(err)
		}
		got := log.text()
		for _, x := range secrets {
			if i := strings.Index(got, x); i >= 0 {
				t.Errorf("the log has %q: …%s…", x, got[max(0, i-200):min(len(got), i+100)])
			}
		}
		for _, want := range []string{`"status":500`, `"status":503`, `"status":422`, `"status":404`, `"/reset/{token}"`, "panic at yagura/internal/app"} {
			if !strings.Contains(got, want) {
				t.Errorf("the log lacks %s", want)
			}
		}
	})
}

// credentials gives a house's approver a password, an authenticator, an invitation and
// a link for a new password through their screens, and returns every secret of them.
func (s *twins) credentials(h house) []string {
	s.t.Helper()
	ctx := context.Background()
	approver := h.persons[authz.Approver]
	if err := s.Signin.SetLogin(ctx, approver, "approver@bank.example"); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Signin.SetPassword(ctx, approver, secretWord+" vier Worte"); err != nil {
		s.t.Fatal(err)
	}
	link, err := s.Signin.ResetLink(ctx, approver)
	if err != nil {
		s.t.Fatal(err)
	}
	invitation, err := s.Signin.Invite(ctx, signin.Invitation{Org: h.id, Email: "new@bank.example", By: approver, Roles: []string{string(authz.Checker)}, Expires: s.clock.Now().Add(time.Hour)})
	if err != nil {
		s.t.Fatal(err)
	}
	as := func(method, path string, values url.Values) reply {
		return s.ask(method, path, "", values.Encode(), "Cookie: session="+h.sessions[authz.Approver], "Content-Type: application/x-www-form-urlencoded")
	}
	enrol := as(http.MethodPost, "/settings/authenticator", nil)
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(enrol.body)
	if secret == nil {
		s.t.Fatal("no secret for an authenticator: ", enrol.status, plain(enrol.body))
	}
	as(http.MethodPost, "/settings/authenticator/confirm", url.Values{"secret": {secret[1]}, "code": {"918273"}})
	as(http.MethodPost, "/settings/password", url.Values{"present": {secretWord}, "password": {secretWord}})
	as(http.MethodPost, "/signin", url.Values{"login": {"approver@bank.example"}, "password": {secretWord + " vier Worte"}})
	for _, path := range []string{"/reset/" + link.Token, "/invitation/" + invitation} {
		as(http.MethodGet, path, nil)
		as(http.MethodPost, path, url.Values{"password": {secretWord}, "name": {secretWord}})
	}
	return []string{link.Token, invitation, secret[1], "918273"}
}

// faults provokes what only goes wrong when something is broken: values in the error of
// a statement, in a wrapped error, in a panic.
func (s *twins) faults(h house) {
	s.t.Helper()
	ctx := context.Background()
	broken := func(err error, cause any) {
		handler := s.Kit.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if cause != nil {
				panic(cause)
			}
			webkit.ShowError(w, r, err)
		}))
		get(handler, "/filings")
	}
	_, err := db.One[string](ctx, s.DB.Tenant(h.id), `select cast(:x as bigint) + id from record_head where tenant = :tenant`, db.Args{"x": secretWord})
	broken(errs.New(errs.Internal, "x %s: %w", secretWord, err), nil)
	broken(errs.New(errs.Unavailable, "%w", &url.Error{Op: "Get", URL: "https://" + secretWord, Err: context.DeadlineExceeded}), nil)
	broken(nil, secretWord)
	broken(nil, errs.New(errs.Invalid, "%s", secretWord))
}
