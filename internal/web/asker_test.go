package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	files "yagura/catalog"
	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/calendar"
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
	"yagura/internal/register"
	"yagura/internal/signin"
	"yagura/internal/storetest"
	"yagura/internal/web"
	"yagura/internal/webkit"
)

const askerForm = `form: toy
edition: "%"
title: {ja: 調査票, en: Questionnaire}
#supersedes: "2025"
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: policy, ask: {ja: 方針の有無, en: Policy}, type: yesno}
      - {id: note, ask: {ja: 備考, en: Note}, type: text, optional: true}
`

// askerBench is an installation with an asker of one kind, its people and its parties,
// and the handler of all screens.
type askerBench struct {
	web.Deps
	t       *testing.T
	clock   *clock.Fake
	handler http.Handler
	asker   string
	parties []string          // ids of the organisations
	people  map[string]string // name of the person → id
	cookies map[string]string // name of the person → session
}

// eachAsker runs a test on both engines with an asker of the kind.
func eachAsker(t *testing.T, kind org.Kind, f func(b *askerBench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := &askerBench{t: t, people: map[string]string{}, cookies: map[string]string{}, clock: clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))}
		b.join(e.Open(t, ledger.Module(), org.Module(), signin.Module(), jobs.Module(), notice.Module(), record.Module(), filing.Module(), campaign.Module(), action.Module()))
		b.asker = b.add(org.Organisation{Kind: kind, NameJA: "依頼元"})
		for name, roles := range map[string][]authz.Role{"mana": {authz.Manager}, "anri": {authz.Analyst}, "shin": {authz.Supervisor, authz.Manager}} {
			b.person(b.asker, name, roles...)
		}
		for i, sector := range []string{"regional_bank", "shinkin", "shinkin"} {
			b.party(fmt.Sprint("P", i), org.Organisation{Kind: org.Institution, NameJA: fmt.Sprint("機関", i), Sector: sector, Size: "small"})
		}
		f(b)
	})
}

func (b *askerBench) join(d *db.DB) {
	b.t.Helper()
	edition := func(year, supersedes string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.ReplaceAll(strings.ReplaceAll(askerForm, "%", year), "#sup", supersedes))}
	}
	ids, key := id.Seeded(b.clock, 1), make([]byte, 32)
	var e [6]error
	b.DB, b.Clock, b.Base = d, b.clock, "https://yagura.example"
	b.Forms, e[0] = form.NewLibrary(fstest.MapFS{"forms/toy@2025.yaml": edition("2025", "#sup"), "forms/toy@2026.yaml": edition("2026", "sup")}, os.DirFS("../register/testdata"))
	b.Policies, e[1] = authz.New(nil)
	b.Signin, e[2] = signin.New(d, b.clock, ids, signin.Config{Key: key, Issuer: "Yagura"})
	b.Records, e[3] = record.New(b.clock, ids, b.Forms, key)
	private, _, err := ledger.GenerateKey("test")
	e[4] = err
	b.Ledger, e[5] = ledger.NewLog(d, private)
	b.must(errors.Join(e[:]...))
	b.Calendars, _ = calendar.Load(files.FS)
	b.Orgs = org.New(d, b.clock, ids, b.Policies)
	b.Filings = filing.New(d, b.clock, ids, b.Policies, b.Orgs, b.Records, nil)
	b.Campaigns = campaign.New(d, b.clock, ids, b.Policies, b.Orgs, b.Filings, b.Forms, b.Calendars, nil)
	b.Registers = register.New(d, b.clock, b.Policies, b.Orgs, b.Records)
	b.Actions = action.New(d, b.clock, ids, b.Policies)
	b.Kit = &webkit.Kit{Clock: b.clock, IDs: ids, Log: slog.New(slog.DiscardHandler), Secret: key, Plain: true,
		Count: func(ctx context.Context) (context.Context, func() int) {
			ctx, n := db.WithCounter(ctx)
			return ctx, n.N
		}}
	b.handler = web.New(b.Deps)
}

func (b *askerBench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *askerBench) add(o org.Organisation) string {
	b.t.Helper()
	id, err := b.Orgs.Add(context.Background(), b.DB.Common(), o)
	b.must(err)
	return id
}

// party enters an organisation that the asker may ask.
func (b *askerBench) party(code string, o org.Organisation) string {
	b.t.Helper()
	id := b.add(o)
	b.must(b.Orgs.Connect(context.Background(), b.DB.Tenant(b.asker), org.Tie{Organisation: id, Kind: "supervised", Code: code, Since: "2020-01-01"}))
	b.parties = append(b.parties, id)
	return id
}

// person enters a member of an organisation, signed in.
func (b *askerBench) person(tenant, name string, roles ...authz.Role) {
	b.t.Helper()
	ctx := context.Background()
	who, err := b.Orgs.AddPerson(ctx, b.DB.Common(), org.Person{Email: name + "@example.jp", Name: name})
	b.must(err)
	b.must(b.DB.Tenant(tenant).Tx(ctx, func(tx *db.Tx) error {
		return b.Orgs.Grant(ctx, tx, authz.Actor{Person: "root"}, "test", tenant, who, "", roles)
	}))
	token, err := b.Signin.Open(ctx, who, "password", true, signin.About{})
	b.must(err)
	b.must(b.Signin.Act(ctx, token, tenant))
	b.people[name], b.cookies[name] = who, token
}

func (b *askerBench) actor(name, tenant string) authz.Actor {
	b.t.Helper()
	a, err := b.Orgs.Actor(context.Background(), b.people[name], tenant, i18n.JA)
	b.must(err)
	return a
}

// send makes a request as a person; fields nil is a GET.
func (b *askerBench) send(name, address string, fields url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if fields != nil {
		method, body = http.MethodPost, strings.NewReader(fields.Encode())
	}
	r := httptest.NewRequest(method, address, body)
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "session", Value: b.cookies[name]})
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// page is the body of a GET that must answer with the status.
func (b *askerBench) page(name, address string, status int) string {
	b.t.Helper()
	w := b.send(name, address, nil)
	if w.Code != status {
		b.t.Fatalf("GET %s as %s: %d, want %d\n%s", address, name, w.Code, status, plain(w.Body.String()))
	}
	return w.Body.String()
}

// post must lead to another page, whose address it returns.
func (b *askerBench) post(name, address string, pairs ...string) string {
	b.t.Helper()
	w := b.send(name, address, fieldsOf(pairs...))
	if w.Code != http.StatusSeeOther {
		b.t.Fatalf("POST %s as %s: %d\n%s", address, name, w.Code, plain(w.Body.String()))
	}
	return w.Header().Get("Location")
}

func fieldsOf(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// plain is a page's text.
func plain(page string) string { return tags.ReplaceAllString(page, " ") }

// has checks that a page says each of the texts.
func (b *askerBench) has(page string, texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			b.t.Errorf("the page doesn't say %q:\n%s", text, plain(page))
		}
	}
}
