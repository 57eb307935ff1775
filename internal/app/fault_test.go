package app

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// typed is an answer that nobody must lose.
const typed = "三重の壁と手順書"

// section is where a bank's respondent answers.
func (h house) section() string { return "/filings/" + h.filing + "/sections/" + firstSection }

// answering is what the page of the section would send.
func (s *twins) answering(h house, text string) url.Values {
	s.t.Helper()
	page := s.sit1(http.MethodGet, h.section(), h, nil, "ja")
	if page.status != http.StatusOK {
		s.t.Fatal(page)
	}
	values := fields(s.t, page.body, h.section())
	values.Set(firstItem+"~comment", text)
	return values
}

// sit1 asks for a screen as a house's respondent.
func (s *twins) sit1(method, path string, h house, values url.Values, lang string) reply {
	s.t.Helper()
	return s.ask(method, path, "", values.Encode(), "Cookie: session="+h.sessions[authz.Respondent], "Content-Type: application/x-www-form-urlencoded", "Accept-Language: "+lang)
}

// outage is asked of a site while its database takes no changes: everyone is told in
// their language what became of what they sent, and nothing is half done.
func (s *twins) outage(h house, values url.Values, read bool) (resend url.Values) {
	s.t.Helper()
	for lang, words := range map[string][2]string{"en": {"Nothing of what you just sent was saved", "unharmed"}, "ja": {"一件も保存していません", "そのまま残っています"}} {
		page := s.sit1(http.MethodPost, h.section(), h, values, lang)
		if text := plain(page.body); page.status != http.StatusServiceUnavailable || page.header.Get("Retry-After") == "" || !strings.Contains(text, words[0]) {
			s.t.Errorf("saving in %s: %d %s", lang, page.status, text)
			continue
		}
		resend = fields(s.t, page.body, h.section())
		if got := s.sit1(http.MethodGet, h.section(), h, nil, lang); read && got.status != http.StatusOK || !read && (got.status != http.StatusServiceUnavailable || !strings.Contains(plain(got.body), words[1])) {
			s.t.Errorf("reading in %s: %d %s", lang, got.status, plain(got.body))
		}
	}
	if auto := s.sit1(http.MethodPost, h.section()+"/autosave", h, values, "ja"); auto.status != http.StatusServiceUnavailable {
		s.t.Error("saving by itself:", auto.status, plain(auto.body))
	}
	up := s.ask(http.MethodPost, "/filings/"+h.filing+"/items/"+firstItem+"/files", "", strings.ReplaceAll(workbook, "xlsx", "txt"),
		"Cookie: session="+h.sessions[authz.Respondent], "Content-Type: multipart/form-data; boundary=part")
	if up.status != http.StatusServiceUnavailable || !strings.Contains(plain(up.body), "一件も保存していません") {
		s.t.Error("evidence:", up.status, plain(up.body))
	}
	for _, key := range []string{"", "k"} {
		r := s.ask(http.MethodPost, "/api/actions", h.tokens[authz.Respondent], `{"title":"訓練"}`, "Idempotency-Key: "+key)
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(r.body, "実行していません") {
			s.t.Error("the API:", r)
		}
	}
	return resend
}

// over sends again what was refused in an outage: it is all there, and once.
func (s *twins) over(h house, before []int64, resend url.Values) {
	s.t.Helper()
	if after := s.footprint(h.id); !slices.Equal(before, after) {
		s.t.Errorf("something was half done: %v, before %v", after, before)
	}
	if resend.Get(firstItem+"~comment") != typed {
		s.t.Errorf("the page has lost what was typed: %v", resend)
	}
	if r := s.sit1(http.MethodPost, h.section(), h, resend, "ja"); r.status != http.StatusSeeOther {
		s.t.Error("sent again:", r.status, plain(r.body))
	}
	if r := s.sit1(http.MethodGet, h.section(), h, nil, "ja"); !strings.Contains(r.body, typed) {
		s.t.Error("the answer isn't there")
	}
	if r := s.ask(http.MethodPost, "/api/actions", h.tokens[authz.Respondent], `{"title":"訓練"}`, "Idempotency-Key: k"); r.status != http.StatusOK || r.header.Get("Idempotency-Replayed") != "" {
		s.t.Error("the API, sent again:", r)
	}
	rep, err := ledger.VerifyAll(context.Background(), s.DB, []string{s.Ledger.PublicKey()})
	if err != nil || len(rep.Faults) > 0 {
		s.t.Errorf("the ledger: %v %v", rep.Faults, err)
	}
}

// A disk without room: here a limit on the size of files, which the kernel enforces for
// everyone, holds every write of SQLite back.
func TestDiskFull(t *testing.T) {
	s := twinSite(t, storetest.Engine{Kind: db.SQLite, DSN: t.TempDir() + "/yagura.db"})
	h := &s.banks[0]
	s.sit(h)
	values, before := s.answering(*h, typed), s.footprint(h.id)
	s.clock.Advance(2 * time.Minute) // the time of last use of the session is to be written
	free := full(t)
	resend := s.outage(*h, values, true)
	free()
	s.over(*h, before, resend)
}

// A PostgreSQL that has become read-only, as after the promotion of another server.
func TestDatabaseReadOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		if e.Kind == db.SQLite {
			readOnlyFile(t, e)
			return
		}
		s := twinSite(t, e)
		h := &s.banks[0]
		s.sit(h)
		values, before := s.answering(*h, typed), s.footprint(h.id)
		s.clock.Advance(2 * time.Minute)
		e.ReadOnly(t, true)
		s.settle()
		resend := s.outage(*h, values, true)
		e.ReadOnly(t, false)
		s.settle()
		s.over(*h, before, resend)
	})
}

// settle waits until every connection of the pool is a new one.
func (s *twins) settle() {
	s.t.Helper()
	for n := 0; n < 20; {
		if n++; s.DB.Ping(context.Background()) != nil {
			n = 0
		}
	}
}

// readOnlyFile starts the program on a SQLite file that it may not write: it says so and
// ends, and starts when it may. A process of the superuser takes the identity of nobody,
// for whom the modes of files count.
func readOnlyFile(t *testing.T, e storetest.Engine) {
	dir := filepath.Dir(e.DSN)
	s, err := OpenSite(context.Background(), catalog.FS, SiteConfig{DSN: e.DSN, Secrets: secretsIn(t, dir), Base: "http://yagura.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	own(t, dir)
	mode := func(file, folder os.FileMode) {
		for name, m := range map[string]os.FileMode{e.DSN: file, dir: folder} {
			if err := os.Chmod(name, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { mode(0o600, 0o700) })
	for _, c := range []struct{ file, folder os.FileMode }{{0o400, 0o500}, {0o600, 0o500}, {0o400, 0o700}} {
		mode(c.file, c.folder)
		p := serveChild(t, dir, "127.0.0.1:0")
		if code := p.ended(); code != 2 || !strings.Contains(p.said(), "データベースに書き込めません") || !strings.Contains(p.said(), "read-only") {
			t.Errorf("file %o in folder %o: exit code %d, %s", c.file, c.folder, code, p.said())
		}
	}
	mode(0o600, 0o700)
	p := serveChild(t, dir, "127.0.0.1:0")
	p.ready()
	if code := p.stop(); code != 0 {
		t.Errorf("when it may write: exit code %d, %s", code, p.said())
	}
}

// full takes all room for files away until it is given back.
func full(t *testing.T) (free func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	free = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(free)
	return free
}
