package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"yagura/internal/db"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// visitor is someone with a browser without scripts.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
}

// visit signs in to a site's demonstration in a role; several roles may be the same site's.
func visit(t *testing.T, srv *httptest.Server, s *Site, role int) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t, srv.URL, &http.Client{Jar: jar}}
	p := s.Demo.Persons[role]
	v.post("/signin/demo", url.Values{"person": {p.Person}, "org": {p.Org}})
	return v
}

// The roles, by their places in authz.Roles.
const (
	respondent = iota
	checker
	approver
	auditor
	administrator
	manager
	analyst
	supervisor
)

func (v *visitor) read(res *http.Response, err error) string {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if res.StatusCode >= 400 {
		v.t.Fatalf("%s %s: %d\n%s", res.Request.Method, res.Request.URL, res.StatusCode, plain(string(body)))
	}
	return string(body)
}

func (v *visitor) get(path string) string { v.t.Helper(); return v.read(v.http.Get(v.base + path)) }

func (v *visitor) post(path string, values url.Values) string {
	v.t.Helper()
	return v.read(v.http.PostForm(v.base+path, values))
}

// upload sends a file with a form, as a browser does.
func (v *visitor) upload(path, field, name string, data []byte) string {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = part.Write(data) // into memory
	_ = w.Close()
	return v.read(v.http.Post(v.base+path, w.FormDataContentType(), &b))
}

// link is the first address on a page that a pattern finds.
func (v *visitor) link(page, pattern string) string {
	v.t.Helper()
	m := regexp.MustCompile(`(?:href|action)="(` + pattern + `)"`).FindStringSubmatch(page)
	if m == nil {
		v.t.Fatalf("no link %s on\n%s", pattern, plain(page))
	}
	return m[1]
}

func (v *visitor) says(page string, words ...string) {
	v.t.Helper()
	text := plain(page)
	for _, w := range words {
		if !strings.Contains(text, w) {
			v.t.Errorf("the page doesn't say %q:\n%s", w, text)
		}
	}
}

var spaces = regexp.MustCompile(`\s+`)

// plain is what a page says.
func plain(page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return page
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return spaces.ReplaceAllString(b.String(), " ")
}

// fields are what a browser would post of the first form of a page whose action is the given one.
func fields(t testing.TB, page, action string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	for form := range doc.Descendants() {
		if form.Data != "form" || attr(form, "action") != action {
			continue
		}
		for n := range form.Descendants() {
			name := attr(n, "name")
			switch {
			case name == "" || attr(n, "type") == "submit" || attr(n, "type") == "file" || n.Data == "button":
			case attr(n, "type") == "radio" || attr(n, "type") == "checkbox":
				if has(n, "checked") {
					out.Add(name, attr(n, "value"))
				}
			case n.Data == "input":
				out.Add(name, attr(n, "value"))
			case n.Data == "textarea":
				if n.FirstChild != nil {
					out.Add(name, n.FirstChild.Data)
				} else {
					out.Add(name, "")
				}
			case n.Data == "select":
				for o := range n.Descendants() {
					if o.Data == "option" && has(o, "selected") {
						out.Add(name, attr(o, "value"))
					}
				}
			}
		}
		return out
	}
	t.Fatalf("no form %s", action)
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// An institution's way through its screens: last year's answers are taken over and
// confirmed section by section, a colleague checks, management approves, it is
// submitted, and the receipt verifies without the server.
func TestJourneyOfAnInstitution(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 40)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna, chie, aoi := visit(t, srv, s, respondent), visit(t, srv, s, checker), visit(t, srv, s, approver)
		hub := anna.link(anna.get("/filings"), `/filings/[0-9A-Z]{26}`)
		page := anna.post(hub+"/carry", nil)
		anna.says(page, "引継ぎ未確認", "前回の回答を")
		page = anna.post(hub+"/moves/finish", nil)
		anna.says(page, "入力を完了できません")
		confirmAll(t, anna, hub)
		anna.says(anna.post(hub+"/moves/finish", nil), "再鑑に回しました", "再鑑を待っています")
		chie.says(chie.post(hub+"/moves/send-back", url.Values{"note": {"数を確認してください"}}), "差し戻しました", "数を確認してください")
		anna.post(hub+"/moves/finish", nil)
		chie.says(chie.post(hub+"/moves/check", nil), "承認に回しました")
		aoi.says(aoi.post(hub+"/moves/approve", nil), "承認しました")
		anna.says(anna.post(hub+"/moves/submit", nil), "受領証", "受付番号")
		receipt := anna.get(hub + "/receipt.json")
		r, err := ledger.VerifyReceipt([]byte(receipt), s.Ledger.PublicKey())
		if err != nil || r.Entry.Kind != "filing.submitted" || r.Entry.ObjectID != hub[len("/filings/"):] {
			t.Errorf("%+v %v", r.Entry, err)
		}
		askedAbout(t, visit(t, srv, s, analyst), anna, hub)
		forged := strings.Replace(receipt, `"revision": 1`, `"revision": 2`, 1)
		if _, err := ledger.VerifyReceipt([]byte(forged), s.Ledger.PublicKey()); err == nil || forged == receipt {
			t.Error("a forged receipt verifies")
		}
		if pdf := anna.get(hub + "/submission.pdf"); !strings.HasPrefix(pdf, "%PDF-") {
			t.Error("the submission is no PDF")
		}
		returns := anna.get("/returns")
		back := anna.link(returns, `/returns/[0-9A-Z]{26}`)
		doc := anna.get(back + "/document/html")
		anna.says(doc, "合成地域銀行")
		page = anna.post(back+"/actions", fields(t, anna.get(back), back+"/actions"))
		anna.says(page, "改善計画を追加しました")
		anna.says(anna.get(back), "改善計画あり")
		if res, err := chie.http.Get(srv.URL + "/campaigns"); err != nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("a checker sees campaigns: %v %v", res.Status, err)
		}
	})
}

// askedAbout has an analyst ask about an item of what was submitted, and the institution reply.
func askedAbout(t *testing.T, anri, anna *visitor, hub string) {
	t.Helper()
	submission := anri.link(anri.get("/campaigns"), `/campaigns/[0-9A-Z]{26}`) + hub
	item := anri.link(anri.get(submission), submission+`/items/[a-z_.0-9]+`)
	anri.says(anri.post(item+"/questions", url.Values{"body": {"<根拠>を教えてください"}}), "照会を送りました", "<根拠>を教えてください", "未回答")
	anna.says(anna.get("/inbox"), "提出した回答に関する照会")
	own := strings.TrimSuffix(anna.link(anna.get(hub), hub+`/items/[a-z_.0-9]+#questions`), "#questions")
	anna.says(anna.get(hub), "照会 1件（うち未回答 1件）")
	page := anna.get(own)
	anna.says(anna.post(own+"/questions", url.Values{"thread": {fields(t, page, own+"/questions").Get("thread")}, "body": {"規程の第3条です"}}), "照会への回答を送りました", "回答済み")
	anna.says(anna.get(hub), "照会 1件（すべて回答済み）")
	anri.says(anri.get("/inbox"), "照会への回答")
	anri.says(anri.get(submission), "規程の第3条です", "すべて回答済み")
}

// confirmAll opens every section, confirms what was carried over, fills in what last
// year's form didn't ask, and saves.
func confirmAll(t *testing.T, v *visitor, hub string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`href="(`+hub+`/sections/[a-z_]+)"`).FindAllStringSubmatch(v.get(hub), -1) {
		page := v.get(m[1])
		values := fields(t, page, m[1])
		for _, box := range regexp.MustCompile(`name="([a-z_.]+~confirm)"[^>]*value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			values.Set(box[1], box[2])
		}
		for _, radio := range regexp.MustCompile(`type="radio"[^>]*name="([a-z_.0-9]+)"[^>]*value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !values.Has(radio[1]) {
				values.Set(radio[1], radio[2])
			}
		}
		values.Set("_save", "1")
		v.post(m[1], values)
	}
}

// A workbook is downloaded, filled in elsewhere, shown as a difference, and taken over.
func TestWorkbookRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 60)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna := visit(t, srv, s, respondent)
		hub := anna.link(anna.get("/filings"), `/filings/[0-9A-Z]{26}`)
		book := []byte(anna.get(hub + "/workbook.xlsx"))
		anna.says(anna.upload(hub+"/import", "file", "回答.xlsx", book), "違いはありません")
		anna.says(anna.upload(hub+"/import", "file", "回答.xlsx", []byte("PK\x03\x04 no workbook")), "読み取れない")
		before := anna.get(hub)
		anna.post(hub+"/carry", nil)
		if anna.get(hub) == before {
			t.Error("nothing was carried over")
		}
		later := anna.upload(hub+"/import", "file", "回答.xlsx", book)
		anna.says(later, "違いはありません") // empty cells take nothing back
	})
}

// Health tells that the database answers, to anyone and without a session.
func TestHealth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 200)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		for _, path := range []string{"/healthz", "/readyz"} {
			res, err := http.Get(srv.URL + path)
			if err != nil || res.StatusCode != 200 {
				t.Errorf("%s: %v %v", path, res, err)
			}
		}
	})
}

// An asker's way: a party is reminded, a submission accepted, another returned, the
// campaign closed; an analyst makes the release, a supervisor approves and publishes
// it, and the parties find their own feedback.
func TestJourneyOfAnAsker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 25)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		mana, anri, shin := visit(t, srv, s, manager), visit(t, srv, s, analyst), visit(t, srv, s, supervisor)
		campaign := mana.link(mana.get("/campaigns"), `/campaigns/[0-9A-Z]{26}`)
		list := mana.get(campaign + "/filings")
		mana.says(list, "提出済", "入力中", "一括督促")
		mana.says(mana.post(campaign+"/remind", nil), "先に督促しました")
		done := shin.link(shin.get(campaign+"/filings?state=submitted"), campaign+`/filings/[0-9A-Z]{26}`)
		shin.says(shin.get(done), "受理する", "差し戻す", "問1")
		shin.says(shin.post(done+"/accept", nil), "受理しました")
		open := mana.link(mana.get(campaign+"/filings?state=assigned"), campaign+`/filings/[0-9A-Z]{26}`)
		mana.says(mana.post(open+"/extend", url.Values{"due": {"2026-13-40"}, "note": {"x"}}), "日付ではありません")
		mana.says(mana.post(open+"/extend", url.Values{"due": {"令和9年1月29日"}, "note": {"システム更改のため"}}), "延長しました", "システム更改のため")
		mana.says(mana.post(campaign+"/close", nil), "締切")
		anri.says(anri.post(campaign+"/release", nil), "還元資料を作成しました")
		anri.says(anri.get(campaign+"/release/sector/html"), "業")
		if res, err := anri.http.PostForm(srv.URL+campaign+"/release/approve", nil); err != nil || res.StatusCode != http.StatusForbidden && !strings.Contains(res.Request.URL.Path, "release") {
			t.Errorf("the maker approves: %v %v", res, err)
		}
		shin.says(shin.post(campaign+"/release/approve", nil), "承認しました")
		shin.says(shin.post(campaign+"/release/publish", nil), "還元しました")
		if err := rowsOf(s, campaign[len("/campaigns/"):]); err != "" {
			t.Error(err)
		}
	})
}

// What was submitted is not called late once its deadline has passed, on either side.
func TestWhatIsDoneIsNotLate(t *testing.T) {
	s := small(t, storetest.Engine{Kind: db.SQLite, DSN: filepath.Join(t.TempDir(), "yagura.db")}, 100)
	srv := httptest.NewServer(s.Handler)
	defer srv.Close()
	anna, suzu := visit(t, srv, s, respondent), visit(t, srv, s, supervisor)
	due := s.Clock.Now().AddDate(-1, 0, 0).Format("2006年")
	told := 0
	for path := range links(anna.get("/filings?all=1"), `/filings/[0-9A-Z]{26}`) {
		if page := plain(anna.get(path)); strings.Contains(page, "期限 "+due) {
			told++
			if strings.Contains(page, "営業日超過") {
				t.Errorf("%s is called late:\n%s", path, page)
			}
		}
	}
	for campaign := range links(suzu.get("/campaigns"), `/campaigns/[0-9A-Z]{26}`) {
		for path := range links(suzu.get(campaign+"/filings"), campaign+`/filings/[0-9A-Z]{26}`) {
			if page := plain(suzu.get(path)); strings.Contains(page, "状況 受理") && strings.Contains(page, "期限 "+due) {
				told++
				if strings.Contains(page, "営業日超過") {
					t.Errorf("%s is called late:\n%s", path, page)
				}
			}
		}
	}
	if told < 2 {
		t.Errorf("%d pages tell of what was due a year ago", told)
	}
}

// links are the addresses on a page that a pattern finds, each once.
func links(page, pattern string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="(`+pattern+`)"`).FindAllStringSubmatch(page, -1) {
		out[m[1]] = true
	}
	return out
}
