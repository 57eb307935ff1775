package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/storetest"
)

// TestAPIAnswers: who calls is known by token, what is read has an entity tag, and a
// refusal is a problem in the caller's language.
func TestAPIAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		bank := s.banks[0]
		token := bank.tokens[authz.Respondent]
		if r := s.ask(http.MethodGet, "/api/me", token, ""); r.status != http.StatusOK || !strings.Contains(r.body, `"respondent"`) || !strings.Contains(r.body, "甲銀行") {
			t.Error(r)
		}
		r := s.ask(http.MethodGet, "/api/filings/"+bank.filing, token, "")
		if r.status != http.StatusOK || r.header.Get("ETag") == "" {
			t.Fatal(r)
		}
		if again := s.ask(http.MethodGet, "/api/filings/"+bank.filing, token, "", "If-None-Match: "+r.header.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
			t.Error(again)
		}
		for _, c := range []struct {
			path, token, lang string
			status            int
			title             string
		}{
			{"/api/me", "", "en", http.StatusUnauthorized, "Not authenticated"},
			{"/api/me", "yg_wrong", "ja", http.StatusUnauthorized, "認証が必要"},
			{"/api/filings", s.askers[0].tokens[authz.Manager], "ja", http.StatusForbidden, "権限なし"},
			{"/api/filings/" + s.banks[1].filing, token, "en", http.StatusNotFound, "Not found"},
			{"/api/nothing", token, "en", http.StatusNotFound, "Not found"},
			{"/api/filings?limit=0", token, "en", http.StatusUnprocessableEntity, "Invalid input"},
			{"/api/filings?limt=9", token, "en", http.StatusUnprocessableEntity, "Invalid input"},
		} {
			r := s.ask(http.MethodGet, c.path, c.token, "", "Accept-Language: "+c.lang)
			var p struct{ Type, Title, Detail, Instance string }
			if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.status != c.status || p.Title != c.title || p.Detail == "" || len(p.Instance) != 26 ||
				r.header.Get("Content-Type") != "application/problem+json" {
				t.Error(c.path, r, err)
			}
		}
		for path, want := range map[string]string{"/openapi.json": `"openapi":"3.1.0"`, "/docs/api": "filing-get"} {
			if r := s.ask(http.MethodGet, path, "", ""); r.status != http.StatusOK || !strings.Contains(r.body, want) || strings.Contains(r.body, "https://unpkg") {
				t.Error(path, r.status)
			}
		}
	})
}
