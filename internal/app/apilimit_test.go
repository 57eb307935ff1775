package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/signin"
	"yagura/internal/storetest"
)

// TestAPIIdempotency: a request sent again is answered again and not carried out again.
func TestAPIIdempotency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		token := s.banks[0].tokens[authz.Respondent]
		send := func(token, body, key string) reply {
			return s.ask(http.MethodPost, "/api/actions", token, body, "Idempotency-Key: "+key)
		}
		first := send(token, `{"title":"訓練"}`, "k1")
		again := send(token, `{"title":"訓練"}`, "k1")
		if first.status != http.StatusOK || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
			t.Error(first, again)
		}
		if other := send(token, `{"title":"演習"}`, "k1"); other.status != http.StatusUnprocessableEntity {
			t.Error("another body under the same key:", other)
		}
		if colleague := send(s.banks[0].tokens[authz.Checker], `{"title":"訓練"}`, "k1"); colleague.header.Get("Idempotency-Replayed") != "" {
			t.Error("a colleague was given the answer to someone else:", colleague)
		}
		if bad := send(token, `{"title":"訓練"}`, "with space"); bad.status != http.StatusUnprocessableEntity {
			t.Error(bad)
		}
		count := func() int64 {
			n, err := db.One[int64](context.Background(), s.DB.Tenant(s.banks[0].id), `select count(*) from action_plan where tenant = :tenant and title = '訓練'`, nil)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := count(); n != 2 { // the respondent's and the checker's
			t.Errorf("%d actions were planned", n)
		}
		set := func(status string) {
			if _, err := s.DB.Tenant(s.banks[0].id).Exec(context.Background(), `update api_idempotency set status = `+status+` where tenant = :tenant`, nil); err != nil {
				t.Fatal(err)
			}
		}
		set("1")
		s.clock.Advance(time.Hour)
		if done := send(token, `{"title":"訓練"}`, "k1"); done.status != http.StatusConflict || !strings.Contains(done.body, "保存されています") {
			t.Error("a request whose change is stored:", done)
		}
		set("0")
		again = send(token, `{"title":"訓練"}`, "k1") // takes over: the first was begun an hour ago
		if again.status != http.StatusOK || again.header.Get("Idempotency-Replayed") != "" || count() != 3 {
			t.Error("a request that was left without a change:", again)
		}
		set("0")
		if open := send(token, `{"title":"訓練"}`, "k1"); open.status != http.StatusConflict || open.header.Get("Retry-After") != "10" {
			t.Error("a request that is being carried out:", open)
		}
		s.clock.Advance(25 * 60 * 60 * 1e9)
		if late := send(token, `{"title":"訓練"}`, "k1"); late.status != http.StatusOK || late.header.Get("Idempotency-Replayed") != "" || count() != 4 {
			t.Error("after a day:", late)
		}
	})
}

// TestAPIConflicts: who writes over what they did not read is told what stands there.
func TestAPIConflicts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		bank := s.banks[0]
		token, path := bank.tokens[authz.Respondent], "/api/actions/"+bank.action
		put := func(headers ...string) reply {
			return s.ask(http.MethodPut, path, token, `{"title":"改善"}`, headers...)
		}
		if r := put(); r.status != http.StatusPreconditionRequired {
			t.Error(r)
		}
		tag := s.ask(http.MethodGet, path, token, "").header.Get("ETag")
		if r := put("If-Match: " + tag); r.status != http.StatusOK || r.header.Get("ETag") == tag {
			t.Error(r)
		}
		if r := put("If-Match: " + tag); r.status != http.StatusPreconditionFailed || !strings.Contains(r.body, `"current":{`) || !strings.Contains(r.body, "改善") {
			t.Error(r)
		}
		answers := "/api/filings/" + bank.filing + "/answers"
		patch := func(value, version string) reply {
			return s.ask(http.MethodPatch, answers, token, `{"answers":{"`+firstItem+`":{"comment":"`+value+`"}},"versions":{"`+firstItem+`":`+version+`}}`)
		}
		if r := patch("一", "0"); r.status != http.StatusOK || !strings.Contains(r.body, "一") {
			t.Error(r)
		}
		r := patch("二", "0")
		var p struct {
			Current struct {
				Item    string
				Version int64
				Answer  struct{ Comment string }
			}
		}
		if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.status != http.StatusConflict || p.Current.Item != firstItem || p.Current.Version != 1 || p.Current.Answer.Comment != "一" {
			t.Error(r, err)
		}
		if r := s.ask(http.MethodPatch, answers, token, `{"answers":{"`+firstItem+`":{"comment":"三"}},"versions":{}}`); r.status != http.StatusUnprocessableEntity {
			t.Error("without a version:", r)
		}
		if r := s.ask(http.MethodPatch, answers, token, `{"answers":{"`+firstItem+`":null},"versions":{"`+firstItem+`":1}}`); r.status != http.StatusOK || strings.Contains(r.body, "一") {
			t.Error("taken back:", r)
		}
	})
}

// TestAPILimits: what is too much is refused in the API's own words.
func TestAPILimits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		bank := s.banks[0]
		token := bank.tokens[authz.Respondent]
		deep := `{"answers":{"a":` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + `},"versions":{}}`
		answers := "/api/filings/" + bank.filing + "/answers"
		for _, c := range []struct {
			name, method, path, body string
			status                   int
		}{
			{"large", http.MethodPost, "/api/actions", `{"title":"` + strings.Repeat("a", 1<<20) + `"}`, http.StatusRequestEntityTooLarge},
			{"large answers", http.MethodPatch, answers, `{"answers":{"a":"` + strings.Repeat("a", 4<<20) + `"}}`, http.StatusRequestEntityTooLarge},
			{"deep", http.MethodPatch, answers, deep, http.StatusBadRequest},
			{"no JSON", http.MethodPost, "/api/actions", `{"title":`, http.StatusBadRequest},
			{"unknown field", http.MethodPost, "/api/actions", `{"title":"a","titel":"b"}`, http.StatusUnprocessableEntity},
			{"no body", http.MethodPost, "/api/actions", ``, http.StatusBadRequest},
		} {
			r := s.ask(c.method, c.path, token, c.body)
			if r.status != c.status || r.header.Get("Content-Type") != "application/problem+json" || len(r.body) > 2000 {
				t.Error(c.name, r.status, len(r.body), r.body[:min(300, len(r.body))])
			}
		}
		if r := s.ask(http.MethodPost, "/api/actions", token, `{"title":"a"}`, "Content-Type: text/xml"); r.status != http.StatusUnsupportedMediaType {
			t.Error(r)
		}
		if r := s.ask(http.MethodPost, "/api/actions", token, `{"title":"a"}`, "Sec-Fetch-Site: cross-site"); r.status != http.StatusForbidden || r.header.Get("Content-Type") != "application/problem+json" {
			t.Error("from another site:", r)
		}
		refused := 0
		for range 150 {
			if r := s.ask(http.MethodGet, "/api/me", token, ""); r.status == http.StatusTooManyRequests {
				if refused++; r.header.Get("Retry-After") != "1" {
					t.Fatal(r)
				}
			}
		}
		if refused < 50 || refused > 65 { // of 100 at once, of which the cases above took some
			t.Errorf("%d of 150 requests at once were refused", refused)
		}
		if r := s.ask(http.MethodGet, "/api/me", bank.tokens[authz.Checker], ""); r.status != http.StatusOK {
			t.Error("another token pays for it:", r)
		}
		s.clock.Advance(1e9)
		if r := s.ask(http.MethodGet, "/api/me", token, ""); r.status != http.StatusOK {
			t.Error("after a second:", r)
		}
	})
}

// TestAPIScopes: a token may do what its scopes say, of what its person may.
func TestAPIScopes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		bank := s.banks[0]
		for _, c := range []struct {
			scopes     []string
			list, plan int
		}{
			{[]string{"action:read"}, http.StatusOK, http.StatusForbidden},
			{[]string{"action:all"}, http.StatusOK, http.StatusOK},
			{[]string{"filing:all"}, http.StatusForbidden, http.StatusForbidden},
		} {
			token, err := s.Signin.Mint(context.Background(), signin.Token{Person: bank.persons[authz.Respondent], Org: bank.id, Name: "t", Scopes: c.scopes, Expires: s.clock.Now().Add(3600e9)})
			if err != nil {
				t.Fatal(err)
			}
			if r := s.ask(http.MethodGet, "/api/actions", token, ""); r.status != c.list {
				t.Error(c.scopes, r)
			}
			if r := s.ask(http.MethodPost, "/api/actions", token, `{"title":"a"}`); r.status != c.plan {
				t.Error(c.scopes, r)
			}
		}
	})
}
