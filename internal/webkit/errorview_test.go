package webkit_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/webkit"
)

// A page of a fault of the server says what became of the input, and keeps it where it
// can be sent again.
func TestErrorPagesTellTheFateOfTheInput(t *testing.T) {
	m := db.Module{Name: "a", Common: []string{"a"}, FS: fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (x text);\n")}}}
	d, err := db.Open(context.Background(), filepath.Join(t.TempDir(), "a.db"), m)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	down := errs.New(errs.Unavailable, "down")
	write := func(ctx context.Context, end error) {
		_ = d.Common().Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `insert into a (x) values ('')`, nil); err != nil {
				t.Error(err)
			}
			return end
		})
	}
	read := func(ctx context.Context) {
		if _, err := db.One[int](ctx, d.Common(), `select count(*) from a`, nil); err != nil {
			t.Error(err)
		}
	}
	const kept, unsaved, saved = "そのまま残っています", "一件も保存していません", "もう一度送信せず"
	for _, c := range []struct {
		name, method, fields string
		change               func(context.Context)
		err                  error
		says                 string
		again                bool
	}{
		{"read", "GET", "", read, down, kept, true},
		{"not stored", "POST", "answer=三重の壁&answer=b", func(ctx context.Context) { read(ctx); write(ctx, down) }, down, unsaved, true},
		{"a fault of ours", "POST", "answer=三重の壁", read, errs.New(errs.Internal, "x"), unsaved, false},
		{"a password", "POST", "login=a&password=三重の壁", read, down, unsaved, false},
		{"too much to keep", "POST", "answer=三重の壁" + strings.Repeat("a", 600<<10), read, down, unsaved, false},
		{"stored", "POST", "answer=三重の壁", func(ctx context.Context) { write(ctx, nil) }, down, saved, false},
		{"refused", "POST", "answer=三重の壁", read, errs.New(errs.Invalid, "x"), "誤りがあります", false},
	} {
		k := kit(io.Discard)
		k.MaxBody = 1 << 20
		h := k.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = webkit.Watch(r)
			c.change(r.Context())
			webkit.ShowError(w, r, c.err)
		}))
		values, err := url.ParseQuery(c.fields)
		if err != nil {
			t.Fatal(err)
		}
		res := ask(h, c.method, "/filings/1?a=b", header("Content-Type", "application/x-www-form-urlencoded"), func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(values.Encode()))
		})
		text := body(t, res)
		again := strings.Contains(text, "/filings/1?a=b\"") && (c.method == "GET" || strings.Contains(text, `value="三重の壁"`) && strings.Contains(text, `value="b"`))
		if !strings.Contains(text, c.says) || again != c.again || !again && strings.Contains(text, "三重の壁") {
			t.Errorf("%s: again %v, page %s", c.name, again, text)
		}
		if (res.StatusCode == 503) != (res.Header.Get("Retry-After") != "") {
			t.Errorf("%s: %d, Retry-After %q", c.name, res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
}

// The log has the pattern where a path holds a secret, and little of a path that no
// route knows.
func TestLogHoldsNoSecretOfAPath(t *testing.T) {
	var log bytes.Buffer
	h := kit(&log).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pattern := r.Header.Get("Pattern"); pattern != "" {
			webkit.NotePath(r, pattern)
		}
	}))
	for path, c := range map[string][2]string{
		"/reset/secret":         {"GET /reset/{token}", `"path":"/reset/{token}"`},
		"/filings/01/items/a.b": {"GET /filings/{id}/items/{item}", `"path":"/filings/01/items/a.b"`},
		"/rset/secret/":         {"", `"path":"/rset/…"`},
		"/favicon.ico":          {"", `"path":"/favicon.ico"`},
	} {
		log.Reset()
		ask(h, "GET", path, header("Pattern", c[0]))
		if !strings.Contains(log.String(), c[1]) || strings.Contains(log.String(), "secret") {
			t.Errorf("%s: %s", path, log.String())
		}
	}
}
