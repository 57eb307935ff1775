package webkit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/id"
	"yagura/internal/webkit"
)

func kit(log io.Writer) *webkit.Kit {
	c := clock.NewFake(time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC))
	return &webkit.Kit{Clock: c, IDs: id.Seeded(c, 1), Log: slog.New(slog.NewJSONHandler(log, nil)), Secret: bytes.Repeat([]byte("k"), 32), MaxBody: 1000}
}

func ask(h http.Handler, method, target string, change ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(tb testing.TB, res *http.Response) string {
	tb.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

func TestErrorsBecomePagesInTheReadersLanguage(t *testing.T) {
	tests := []struct {
		kind   errs.Kind
		status int
		ja, en string
	}{
		{errs.Invalid, 422, "この操作は受け付けられません", "This request cannot be accepted"},
		{errs.NotFound, 404, "ページが見つかりません", "Page not found"},
		{errs.Conflict, 409, "他の担当者の更新と重なりました", "Someone else changed it meanwhile"},
		{errs.Forbidden, 403, "この操作を行う権限がありません", "You may not do this"},
		{errs.Unauthenticated, 401, "ログインが必要です", "Please sign in"},
		{errs.Unavailable, 503, "ただいま利用できません", "Not available at the moment"},
		{errs.Internal, 500, "システムエラーが発生しました", "Something went wrong"},
	}
	for _, tt := range tests {
		h := kit(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			webkit.ShowError(w, r, errs.New(tt.kind, "secret-detail"))
		}))
		for lang, title := range map[string]string{"ja": tt.ja, "en-GB,ja;q=0.5": tt.en} {
			res := ask(h, "GET", "/x", header("Accept-Language", lang))
			text := body(t, res)
			if res.StatusCode != tt.status || !strings.Contains(text, "<h1>"+title+"</h1>") || strings.Contains(text, "secret-detail") {
				t.Errorf("%s in %s: status %d, page %.200q", tt.kind, lang, res.StatusCode, text)
			}
		}
	}
	if got := webkit.Status(errors.New("plain")); got != 500 || webkit.Status(nil) != 200 {
		t.Errorf("status of an error without a kind is %d", got)
	}
}

func TestLanguage(t *testing.T) {
	h := kit(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, webkit.Lang(r.Context()))
	}))
	res := ask(h, "GET", "/list?lang=en&page=2")
	if loc := res.Header.Get("Location"); res.StatusCode != 303 || loc != "/list?page=2" || len(res.Cookies()) != 1 || res.Cookies()[0].Value != "en" {
		t.Errorf("?lang=en: %d to %q with %v", res.StatusCode, loc, res.Cookies())
	}
	if loc := ask(h, "GET", "/?lang=en", func(r *http.Request) { r.URL.Path = "//evil.example/x" }).Header.Get("Location"); loc != "/evil.example/x" {
		t.Errorf("a path of two slashes leads to %q", loc)
	}
	for _, tt := range []struct{ accept, cookie, want string }{
		{"", "", "ja"}, {"en", "", "en"}, {"fr, en;q=0.4, ja;q=0.8", "", "ja"}, {"de", "", "ja"}, {"ja", "en", "en"}, {"en", "ja", "ja"}, {"en;q=x", "xx", "ja"}, {"en;q=0", "", "ja"},
	} {
		res := ask(h, "GET", "/", header("Accept-Language", tt.accept), header("Cookie", "__Host-lang="+tt.cookie))
		if got := body(t, res); got != tt.want || res.Header.Get("Content-Language") != tt.want {
			t.Errorf("accept %q, cookie %q: %s, want %s", tt.accept, tt.cookie, got, tt.want)
		}
	}
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	h := kit(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "done") }))
	if res := ask(h, "POST", "/", header("Sec-Fetch-Site", "cross-site")); res.StatusCode != 403 || !strings.Contains(body(t, res), "権限がありません") {
		t.Errorf("a forged request: status %d", res.StatusCode)
	}
	if res := ask(h, "POST", "/", header("Sec-Fetch-Site", "same-origin")); res.StatusCode != 200 {
		t.Errorf("our own request: status %d", res.StatusCode)
	}
}

func TestHeadersAndLog(t *testing.T) {
	var log bytes.Buffer
	h := kit(&log).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		webkit.Render(w, r, 200, webkit.Page{Title: "x"}, templ.NopComponent)
	}))
	res := ask(h, "POST", "/answers?q=secret-search", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("a=secret-answer")) })
	csp := res.Header.Get("Content-Security-Policy")
	if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers are %v", res.Header)
	}
	if id := res.Header.Get("X-Request-Id"); len(id) != size || !strings.Contains(log.String(), id) {
		t.Errorf("the log does not hold the request's id %q: %s", id, log.String())
	}
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), `"path":"/answers"`) {
		t.Errorf("the log says %s", log.String())
	}
}

const size = id.Size

func TestPanicsBecomeErrorPages(t *testing.T) {
	var log bytes.Buffer
	h := kit(&log).Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	res := ask(h, "GET", "/", header("Accept-Encoding", "gzip"))
	if text := body(t, res); res.StatusCode != 500 || !strings.Contains(text, "システムエラー") || strings.Contains(text, "boom") {
		t.Errorf("status %d, page %.300q", res.StatusCode, text)
	}
	if !strings.Contains(log.String(), "TestPanicsBecomeErrorPages.func1") || strings.Contains(log.String(), "boom") {
		t.Errorf("the log names the place and no value; it says %s", log.String())
	}
	late := kit(&log).Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "half")
		panic("late")
	}))
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("an answer that had begun is not broken off")
		}
	}()
	ask(late, "GET", "/")
}

func TestBodiesHaveALimit(t *testing.T) {
	h := kit(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			webkit.ShowError(w, r, err)
		}
	}))
	for n, want := range map[int]int{900: 200, 1100: 413} {
		res := ask(h, "POST", "/", header("Content-Type", "application/x-www-form-urlencoded"), func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("a=" + strings.Repeat("x", n)))
		})
		if res.StatusCode != want || want == 413 && !strings.Contains(body(t, res), "大きすぎます") {
			t.Errorf("%d bytes: status %d, want %d", n, res.StatusCode, want)
		}
	}
	announced := ask(h, "POST", "/", func(r *http.Request) { r.ContentLength, r.Body = 2<<30, io.NopCloser(unread{t}) })
	if announced.StatusCode != 413 || announced.Header.Get("Connection") != "close" {
		t.Errorf("a body that announces 2 GB: %d %v", announced.StatusCode, announced.Header)
	}
}

type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("a body that is refused is read")
	return 0, io.EOF
}

func TestTextsAreCompressed(t *testing.T) {
	text := strings.Repeat("本文", 1000)
	h := kit(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			webkit.Download(w, "x.pdf", "application/pdf", []byte(text))
			return
		}
		fmt.Fprint(w, text)
	}))
	res := ask(h, "GET", "/", header("Accept-Encoding", "gzip, br"))
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != text || res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if res := ask(h, "GET", "/"); body(t, res) != text {
		t.Error("who takes no gzip gets something else")
	}
	if res := ask(h, "GET", "/file", header("Accept-Encoding", "gzip")); res.Header.Get("Content-Encoding") != "" || body(t, res) != text {
		t.Error("a PDF is compressed again")
	}
}

func TestFlash(t *testing.T) {
	k := kit(io.Discard)
	want := webkit.Flash{Tone: webkit.Success, Text: "第1章を保存しました。"}
	w := httptest.NewRecorder()
	k.SetFlash(w, want, webkit.Flash{Text: strings.Repeat("長", 3000)})
	cookie := w.Result().Cookies()[0]
	if !cookie.Secure || !cookie.HttpOnly || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("the cookie is %v", cookie)
	}
	take := func(c *http.Cookie) []webkit.Flash {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(c)
		w := httptest.NewRecorder()
		list := k.TakeFlash(w, r)
		if got := w.Result().Cookies(); len(got) != 1 || got[0].MaxAge >= 0 {
			t.Errorf("the cookie is not removed: %v", got)
		}
		return list
	}
	if got := take(cookie); len(got) != 1 || got[0] != want {
		t.Errorf("took %v, want %v", got, want)
	}
	forged := *cookie
	forged.Value = "x" + forged.Value
	if got := take(&forged); got != nil {
		t.Errorf("a forged message shows: %v", got)
	}
}

func TestDownloadNames(t *testing.T) {
	for _, name := range []string{"report.csv", "自己評価 2026年度.xlsx", `a"b;c%.txt`, "𠮷野.pdf", "é.pdf"} {
		w := httptest.NewRecorder()
		webkit.Download(w, name, "text/csv; charset=utf-8", []byte("x"))
		kind, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != name {
			t.Errorf("%q: %q read as %q, %v", name, w.Header().Get("Content-Disposition"), params["filename"], err)
		}
	}
	for name, want := range map[string]string{"../../etc/passwd": ".._.._etc_passwd", "": "download", "..": "download", "a\r\nX: y": "a__X: y"} {
		w := httptest.NewRecorder()
		webkit.Download(w, name, "text/plain", nil)
		if _, params, _ := mime.ParseMediaType(w.Header().Get("Content-Disposition")); params["filename"] != want {
			t.Errorf("%q became %q, want %q", name, params["filename"], want)
		}
	}
}

func TestAssets(t *testing.T) {
	page := ask(webkit.Assets(), "GET", webkit.Asset("app.css"))
	if page.StatusCode != 200 || !strings.Contains(page.Header.Get("Cache-Control"), "immutable") || page.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("app.css: %d %v", page.StatusCode, page.Header)
	}
	if res := ask(webkit.Assets(), "GET", webkit.Asset("app.css"), header("If-None-Match", page.Header.Get("ETag"))); res.StatusCode != 304 {
		t.Errorf("known already: status %d", res.StatusCode)
	}
	for _, path := range []string{"/static/0000/app.css", webkit.Asset("vendor/README.md"), webkit.Asset("../webkit.go"), webkit.Asset("none.css"), webkit.Asset("vendor")} {
		if res := ask(webkit.Assets(), "GET", path); res.StatusCode != 404 {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	for name := range gallery(t, "ja") {
		for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(gallery(t, "ja")[name], -1) {
			if res := ask(webkit.Assets(), "GET", m[1]); res.StatusCode != 200 {
				t.Errorf("%s names %s: status %d", name, m[1], res.StatusCode)
			}
		}
	}
}

func TestStatementsAreCountedInTests(t *testing.T) {
	k := kit(io.Discard)
	h := func() *http.Response {
		return ask(k.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })), "GET", "/")
	}
	if got := h().Header.Get("Statements"); got != "" {
		t.Errorf("the count %q shows without being asked for", got)
	}
	k.Count = func(ctx context.Context) (context.Context, func() int) { return ctx, func() int { return 7 } }
	if got := h().Header.Get("Statements"); got != "7" {
		t.Errorf("the count is %q, want 7", got)
	}
}

func TestPaging(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  webkit.Paging
	}{
		{"", webkit.Paging{Page: 1, Size: 50, Sort: "name"}},
		{"page=3&size=100&sort=done&dir=desc", webkit.Paging{Page: 3, Size: 100, Sort: "done", Desc: true}},
		{"page=-1&size=7&sort=drop&dir=up", webkit.Paging{Page: 1, Size: 50, Sort: "name"}},
		{"page=99999999999999999999", webkit.Paging{Page: 1, Size: 50, Sort: "name"}},
	} {
		q, _ := url.ParseQuery(tt.query)
		if got := webkit.ParsePaging(q, "name", "done"); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.query, got, tt.want)
		}
	}
	c := webkit.Paging{Page: 3, Size: 50, Sort: "name"}.Column("/list?sector=bank&page=3", "name", "n")
	if c.Sorted != "ascending" || c.SortURL != "/list?dir=desc&page=1&sector=bank&sort=name" {
		t.Errorf("column %+v", c)
	}
}

func TestMarkingIsPrintedAndCannotBreakOut(t *testing.T) {
	for text, want := range map[string]string{
		"TLP:AMBER":              `content: "TLP\00003aAMBER";`,
		"取扱注意":                   `content: "取扱注意";`,
		"x\"} * { color: red } ": `content: "x\000022\00007d\000020\00002a\000020\00007b\000020color\00003a\000020red\000020\00007d\000020";`,
		"a\nb\\":                 `content: "ab\00005c";`,
	} {
		res := ask(webkit.Assets(), "GET", webkit.Asset("marking.css")+"?m="+url.QueryEscape(text))
		if got := body(t, res); !strings.Contains(got, want) || strings.Count(got, "{") != 2 || res.Header.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%q: %s", text, got)
		}
	}
}
