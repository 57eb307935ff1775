package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/i18n"
	"yagura/internal/signin"
	"yagura/internal/storetest"
	"yagura/internal/web"
	"yagura/internal/webkit"
)

// TestMatrixWeb: every screen for every role of the own, of three other and of no
// organisation.
func TestMatrixWeb(t *testing.T) {
	rows := matrix(t, "web")
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		routes := web.Routes(s.Deps)
		names := make([]string, len(routes))
		for i, r := range routes {
			names[i] = r.Pattern
		}
		rowless(t, rows, names)
		for i := range s.askers {
			s.sit(&s.askers[i])
			s.sit(&s.banks[i])
		}
		for _, name := range names {
			row := rows[name]
			own, others := s.banks[0], []house{s.banks[1], s.askers[0], s.askers[1]}
			if row.Side == "asker" {
				own, others = s.askers[0], []house{s.askers[1], s.banks[0], s.banks[1]}
			}
			s.screen(name, row, own, others)
		}
	})
}

// sit opens a session of each person of a house.
func (s *twins) sit(h *house) {
	s.t.Helper()
	ctx := context.Background()
	h.sessions = map[authz.Role]string{}
	for _, r := range authz.Roles {
		token, err := s.Signin.Open(ctx, h.persons[r], "password", true, signin.About{})
		if err == nil {
			err = s.Signin.Act(ctx, token, h.id)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		h.sessions[r] = token
	}
}

// workbook is an upload of something that begins as a workbook does.
const workbook = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\nPK\x03\x04\r\n--part--\r\n"

func (s *twins) screen(name string, row policyRow, own house, others []house) {
	method, pattern, _ := strings.Cut(name, " ")
	path := row.address(strings.TrimSuffix(pattern, "{$}"), own)
	send, kind := strings.ReplaceAll(row.Send, "FILING", own.filing), "application/x-www-form-urlencoded"
	if row.File {
		send, kind = workbook, "multipart/form-data; boundary=part"
	}
	ask := func(session string) string {
		s.clock.Advance(10 * time.Millisecond)
		if session == "" {
			return seen(s.ask(method, path, "", ""))
		}
		return seen(s.ask(method, path, "", send, "Cookie: session="+session, "Content-Type: "+kind))
	}
	if got := ask(""); got != "unauthenticated" {
		s.t.Errorf("%s without a session: %s", name, got)
	}
	for _, r := range authz.Roles {
		want := "open"
		switch {
		case !row.open(r):
			want = "forbidden"
		case row.Missing:
			want = "missing"
		}
		if got := ask(own.sessions[r]); got != want && (want != "forbidden" || !row.Missing || got != "missing") {
			s.t.Errorf("%s for %s of the own organisation: %s, want %s", name, r, got, want)
		}
		if !strings.Contains(pattern, "{id}") {
			continue
		}
		for _, other := range others {
			if got := ask(other.sessions[r]); got != "missing" && (row.open(r) || got != "forbidden") {
				s.t.Errorf("%s for %s of another organisation: %s", name, r, got)
			}
		}
	}
}

// seen is what the answer of a screen says of the right to ask. A screen that was sent
// to tells a refusal on the page where it leads to.
func seen(r reply) string {
	if r.status != http.StatusSeeOther {
		return outcome(r.status)
	}
	if strings.HasPrefix(r.header.Get("Location"), "/signin") {
		return "unauthenticated"
	}
	for _, line := range r.header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil || cookie.Name != "flash" {
			continue
		}
		value, _, _ := strings.Cut(cookie.Value, ".")
		if unescaped, err := url.QueryUnescape(value); err == nil {
			value = unescaped
		}
		data, err := base64.RawURLEncoding.DecodeString(value)
		var list []webkit.Flash
		if err != nil || json.Unmarshal(data, &list) != nil {
			continue
		}
		for _, f := range list {
			for _, key := range i18n.Keys("authz.") {
				if f.Tone == webkit.Danger && f.Text == i18n.T(i18n.JA, key) {
					return "forbidden"
				}
			}
		}
	}
	return "open"
}
