package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pquerna/otp/totp"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/notice"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/signin"
	"yagura/internal/storetest"
	"yagura/internal/web"
	"yagura/internal/webkit"
)

// selfBench is an installation with two organisations, an administrator in each, and a
// browser that keeps its cookies.
type selfBench struct {
	web.Deps
	t       *testing.T
	clock   *clock.Fake
	handler http.Handler
	orgs    [2]string
	admins  [2]string
	tokens  [2]string // sessions of the administrators
	letters []string  // links that were sent
}

func eachSelf(t *testing.T, f func(b *selfBench), change ...func(*web.Deps)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := &selfBench{t: t, clock: clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))}
		d := e.Open(t, ledger.Module(), org.Module(), signin.Module(), jobs.Module(), notice.Module(), record.Module(), filing.Module(), campaign.Module(), action.Module())
		ids, key := id.Seeded(b.clock, 1), make([]byte, 32)
		var es [7]error
		b.DB, b.Clock, b.Base = d, b.clock, "https://yagura.example"
		b.Forms, es[0] = form.NewLibrary(fstest.MapFS{})
		b.Policies, es[1] = authz.New(nil)
		b.Signin, es[2] = signin.New(d, b.clock, ids, signin.Config{Key: key, Issuer: "Yagura", Cost: signin.Cost{Memory: 64, Time: 1, Threads: 1}})
		b.Records, es[3] = record.New(b.clock, ids, b.Forms, key)
		private, _, err := ledger.GenerateKey("test")
		es[4] = err
		b.Ledger, es[5] = ledger.NewLog(d, private)
		b.Notices, es[6] = notice.New(notice.Config{DB: d, Clock: b.clock, IDs: ids, Base: b.Base, Tag: "Yagura", Keys: [][]byte{key},
			Address: func(context.Context, *db.Tx, string) (string, string, error) { return "", "ja", nil }})
		b.must(errors.Join(es[:]...))
		b.Orgs = org.New(d, b.clock, ids, b.Policies)
		b.Filings = filing.New(d, b.clock, ids, b.Policies, b.Orgs, b.Records, nil)
		b.Campaigns = campaign.New(d, b.clock, ids, b.Policies, b.Orgs, b.Filings, b.Forms, b.Calendars, nil)
		b.Actions = action.New(d, b.clock, ids, b.Policies)
		b.Kit = &webkit.Kit{Clock: b.clock, IDs: ids, Log: slog.New(slog.DiscardHandler), Secret: key, Plain: true}
		b.Letter = func(_, link string, _ i18n.Lang) { b.letters = append(b.letters, link) }
		for _, c := range change {
			c(&b.Deps)
		}
		b.handler = web.New(b.Deps)
		for i, name := range []string{"一", "二"} {
			b.orgs[i], err = b.Orgs.Add(context.Background(), d.Common(), org.Organisation{Kind: org.Institution, NameJA: "組織" + name, NameEN: "Organisation " + name})
			b.must(err)
			b.admins[i], b.tokens[i] = b.member(b.orgs[i], "admin"+name+"@example.jp", authz.Administrator)
		}
		f(b)
	})
}

func (b *selfBench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *selfBench) member(tenant, email string, roles ...authz.Role) (who, token string) {
	b.t.Helper()
	ctx := context.Background()
	who, err := b.Orgs.AddPerson(ctx, b.DB.Common(), org.Person{Email: email, Name: email})
	b.must(err)
	b.must(b.DB.Tenant(tenant).Tx(ctx, func(tx *db.Tx) error {
		return b.Orgs.Grant(ctx, tx, authz.Actor{Person: "root"}, "test", tenant, who, "", roles)
	}))
	token, err = b.Signin.Open(ctx, who, "password", true, signin.About{})
	b.must(err)
	b.must(b.Signin.Act(ctx, token, tenant))
	return who, token
}

// send is one request with a session; fields nil is a GET.
func (b *selfBench) send(token, address string, fields url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if fields != nil {
		method, body = http.MethodPost, strings.NewReader(fields.Encode())
	}
	r := httptest.NewRequest(method, address, body)
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "session", Value: token})
	r.AddCookie(&http.Cookie{Name: "lang", Value: "ja"})
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// want sends and checks the status.
func (b *selfBench) want(status int, token, address string, pairs ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var fields url.Values
	if len(pairs) > 0 {
		fields = url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			fields.Add(pairs[i], pairs[i+1])
		}
	}
	w := b.send(token, address, fields)
	if w.Code != status {
		b.t.Fatalf("%s: %d, want %d\n%s", address, w.Code, status, w.Body.String())
	}
	return w
}

// session is the session cookie that an answer sets, or the one before.
func session(w *httptest.ResponseRecorder, before string) string {
	for _, c := range w.Result().Cookies() {
		if c.Name == "session" && c.Value != "" {
			before = c.Value
		}
	}
	return before
}

var (
	invitationLink = regexp.MustCompile(`https://yagura\.example(/invitation/[^<"]+)`)
	enrolSecret    = regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`)
	enrolURL       = regexp.MustCompile(`name="url" value="([^"]+)"`)
	tokenSecret    = regexp.MustCompile(`yg_[A-Za-z0-9_-]{43}`)
)

const goodPassword = "長い合言葉は覚えやすいものです"

// newcomer goes the way of an invited person and returns their session.
func (b *selfBench) newcomer(email, role string) string {
	b.t.Helper()
	w := b.want(200, b.tokens[0], "/people/invite", "email", email, "role", role)
	link := invitationLink.FindStringSubmatch(w.Body.String())
	if link == nil {
		b.t.Fatalf("no link:\n%s", w.Body.String())
	}
	b.want(200, "", link[1])
	b.want(422, "", link[1], "name", "回答担当", "password", "password")
	w = b.want(303, "", link[1], "name", "回答担当", "language", "ja", "password", goodPassword)
	return session(w, "")
}

func TestInvitationToRevokedSession(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		first := b.newcomer("new@example.jp", "respondent")
		b.want(200, first, "/settings")

		w := b.want(200, first, "/settings/authenticator", "x", "")
		secret := enrolSecret.FindStringSubmatch(w.Body.String())[1]
		address := strings.ReplaceAll(enrolURL.FindStringSubmatch(w.Body.String())[1], "&amp;", "&")
		b.want(422, first, "/settings/authenticator/confirm", "code", "000000", "secret", secret, "url", address)
		code, err := totp.GenerateCode(secret, b.clock.Now())
		b.must(err)
		w = b.want(200, first, "/settings/authenticator/confirm", "code", code, "secret", secret, "url", address)
		if n := strings.Count(w.Body.String(), `class="secret"`); n != 10 {
			b.t.Errorf("%d recovery codes are shown, want 10", n)
		}
		raised := session(w, first)
		if raised == first {
			b.t.Error("the session kept its token")
		}

		// A second browser: password, then the next code; nothing is open before it.
		w = b.want(303, "", "/signin", "login", "new@example.jp", "password", goodPassword)
		second := session(w, "")
		b.want(303, second, "/settings")
		b.clock.Advance(time.Minute)
		code, err = totp.GenerateCode(secret, b.clock.Now())
		b.must(err)
		second = session(b.want(303, second, "/signin/factor", "code", code), second)
		b.want(200, second, "/settings")

		// The second ends the first.
		b.want(303, second, "/settings/sessions/end-others", "x", "")
		if to := b.want(303, raised, "/settings").Header().Get("Location"); !strings.HasPrefix(to, "/signin") {
			b.t.Errorf("the ended session leads to %s", to)
		}
	})
}

func TestTokenMintedUsedRevoked(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		b.want(422, b.tokens[0], "/settings/tokens", "name", "連携", "expires", "30")
		w := b.want(200, b.tokens[0], "/settings/tokens", "name", "連携", "expires", "30", "scope", "read", "scope", "campaign-run")
		secret := tokenSecret.FindString(w.Body.String())
		tok, err := b.Signin.Token(context.Background(), secret)
		b.must(err)
		if !tok.Has("filing.read") || tok.Has("campaign.open") || tok.Org != b.orgs[0] {
			b.t.Errorf("the token has %v in %s: an administrator has no campaigns to run", tok.Scopes, tok.Org)
		}
		if strings.Contains(b.want(200, b.tokens[0], "/settings").Body.String(), secret) {
			b.t.Error("the secret is shown again")
		}
		b.want(303, b.tokens[1], "/settings/tokens/revoke", "id", tok.ID)
		if _, err := b.Signin.Token(context.Background(), secret); err != nil {
			b.t.Error("another person revoked it")
		}
		b.want(303, b.tokens[0], "/settings/tokens/revoke", "id", tok.ID)
		if _, err := b.Signin.Token(context.Background(), secret); err == nil {
			b.t.Error("the revoked token serves")
		}
	})
}

func TestPeopleStayWithinTheirOrganisation(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		b.want(404, b.tokens[1], "/people/"+b.admins[0])
		for _, what := range []string{"", "/remove", "/reset", "/drop-factors", "/unlock"} {
			b.want(404, b.tokens[1], "/people/"+b.admins[0]+what, "role", "respondent")
		}
		unit, err := b.Orgs.AddUnit(context.Background(), authz.Actor{Person: b.admins[0], Org: b.orgs[0], Roles: []authz.Role{authz.Administrator}}, org.Unit{NameJA: "部"})
		b.must(err)
		b.want(404, b.tokens[1], "/people/units", "id", unit, "name_ja", "他社")
		b.want(404, b.tokens[1], "/ledger/entries/0")
		b.want(200, b.tokens[0], "/ledger/entries/0")

		_, reader := b.member(b.orgs[0], "audit@example.jp", authz.Auditor)
		_, plain := b.member(b.orgs[0], "plain@example.jp", authz.Respondent)
		b.want(200, reader, "/people")
		b.want(200, reader, "/ledger")
		b.want(403, plain, "/people")
		b.want(403, plain, "/ledger")
		b.want(403, reader, "/people/invite", "email", "x@example.jp", "role", "administrator")
		b.want(403, reader, "/people/"+b.admins[0]+"/reset", "x", "")

		// The last administrator stays one.
		b.want(303, b.tokens[0], "/people/"+b.admins[0], "role", "respondent")
		b.want(303, b.tokens[0], "/people/"+b.admins[0]+"/remove", "x", "")
		members, err := b.Orgs.Members(context.Background(), b.orgs[0])
		b.must(err)
		role := map[string]string{}
		for _, m := range members {
			role[m.Person] = m.RoleSet
		}
		if role[b.admins[0]] != "administrator" {
			b.t.Errorf("the last administrator is %q", role[b.admins[0]])
		}

		// With a second one they may go.
		second, _ := b.member(b.orgs[0], "second@example.jp", authz.Respondent)
		b.want(303, b.tokens[0], "/people/"+second, "role", "administrator", "role", "respondent", "unit", unit)
		b.want(303, b.tokens[0], "/people/"+b.admins[0]+"/remove", "x", "")
		b.want(303, b.tokens[0], "/people")
	})
}

func TestSignInTellsNobodyWhoIsKnown(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		b.newcomer("new@example.jp", "respondent")
		known := b.want(200, "", "/reset", "login", "new@example.jp").Body.String()
		if unknown := b.want(200, "", "/reset", "login", "nobody@example.jp").Body.String(); unknown != known {
			b.t.Errorf("the answers differ:\n%s\n%s", known, unknown)
		}
		if len(b.letters) != 1 {
			b.t.Fatalf("%d letters", len(b.letters))
		}
		for _, login := range []string{"new@example.jp", "nobody@example.jp"} {
			for range 5 {
				b.want(422, "", "/signin", "login", login, "password", "wrong")
			}
			if page := b.want(422, "", "/signin", "login", login, "password", "wrong").Body.String(); !strings.Contains(page, "しばらくサインインできません") {
				b.t.Errorf("%s: nothing about the lock-out:\n%s", login, page)
			}
		}
		link := strings.TrimPrefix(b.letters[0], b.Base)
		b.want(422, "", link, "password", "short")
		b.want(303, "", link, "password", goodPassword+"二")
		b.want(404, "", link)
		b.want(303, "", "/signin", "login", "new@example.jp", "password", goodPassword+"二")
	})
}

func TestRoleThatWantsASecondFactor(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		token := b.newcomer("strong@example.jp", "approver")
		to := b.want(303, token, "/").Header().Get("Location")
		if !strings.HasPrefix(to, "/signin/factor") {
			b.t.Fatalf("led to %s", to)
		}
		b.want(303, token, "/settings")
		b.want(200, token, "/signin/factor")
		secret := enrolSecret.FindStringSubmatch(b.want(200, token, "/signin/enrol", "x", "").Body.String())[1]
		code, err := totp.GenerateCode(secret, b.clock.Now())
		b.must(err)
		token = session(b.want(200, token, "/signin/enrol/confirm", "code", code), token)
		b.want(200, token, "/settings")
	}, func(d *web.Deps) { d.Strong = []authz.Role{authz.Approver} })
}

func TestInboxAndCalendar(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		b.must(b.DB.Tenant(b.orgs[0]).Tx(context.Background(), func(tx *db.Tx) error {
			return b.Notices.Send(context.Background(), tx, notice.Notice{Org: b.orgs[0], Persons: []string{b.admins[0]}, Kind: "campaign.closed", Link: "/filings"})
		}))
		item := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(b.want(200, b.tokens[0], "/inbox").Body.String())
		if item == nil {
			b.t.Fatal("no notice")
		}
		b.want(303, b.tokens[1], "/inbox/open", "id", item[1], "to", "https://elsewhere.example/")
		unread := func() int {
			n, err := notice.Unread(context.Background(), b.DB.Tenant(b.orgs[0]), b.admins[0])
			b.must(err)
			return n
		}
		if unread() != 1 {
			b.t.Error("another person marked it")
		}
		if to := b.want(303, b.tokens[0], "/inbox/open", "id", item[1], "to", "/filings").Header().Get("Location"); to != "/filings" || unread() != 0 {
			b.t.Errorf("led to %s with %d unread", to, unread())
		}
		page := b.want(200, b.tokens[0], "/settings/calendar", "x", "").Body.String()
		feed := regexp.MustCompile(`/calendar/[A-Z2-7]+`).FindString(page)
		if !strings.HasPrefix(b.want(200, "", feed).Body.String(), "BEGIN:VCALENDAR") {
			b.t.Error("no calendar")
		}
		b.want(303, b.tokens[0], "/settings/calendar/end", "x", "")
		b.want(404, "", feed)
	})
}
