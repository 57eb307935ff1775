package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"yagura/internal/org"
)

// upload sends a file, with fields beside it: name, value, name, value.
func (b *askerBench) upload(name, address, file, content string, fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		b.must(m.WriteField(fields[i], fields[i+1]))
	}
	part, err := m.CreateFormFile("file", file)
	b.must(err)
	_, err = part.Write([]byte(content))
	b.must(err)
	b.must(m.Close())
	r := httptest.NewRequest(http.MethodPost, address, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "session", Value: b.cookies[name]})
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

var hidden = regexp.MustCompile(`(?s)<input type="hidden" name="(\w+)" value="([^"]*)"`)

func unescape(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&quot;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// A list is looked at before anything changes, a faulty one changes nothing, and one
// that was looked at before the parties changed is shown anew.
func TestPartiesAreImported(t *testing.T) {
	eachAsker(t, org.Authority, func(b *askerBench) {
		w := b.upload("mana", "/parties/import", "a.csv", "id,name,sector\nP0,機関0,regional_bank\nQ1,\"新規, 銀行\",shinkin\nQ1,重複,shinkin\n", "bond", "supervised")
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a faulty list: %d", w.Code)
		}
		w = b.upload("mana", "/parties/import", "a.csv", "id,name,sector,size,flags\nP0,機関0,regional_bank,small,\nP1,機関1改,shinkin,small,critical\nQ1,\"新規, 銀行\",shinkin,,\n", "bond", "supervised")
		page := w.Body.String()
		b.has(page, "追加 1件、変更 1件、変更なし 1件", "機関1改", "新規, 銀行")
		if strings.Contains(b.page("mana", "/parties", 200), "新規") {
			t.Fatal("looking at a list entered it")
		}
		var fields []string
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			fields = append(fields, m[1], unescape(m[2]))
		}
		b.must(b.Orgs.EndTie(context.Background(), b.actor("mana", b.asker), b.parties[0], "2026-11-24"))
		if w := b.send("mana", "/parties/import/apply", fieldsOf(fields...)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "変更 2件") {
			t.Fatalf("a stale list: %d %s", w.Code, plain(w.Body.String()))
		}
		b.must(b.Orgs.EndTie(context.Background(), b.actor("mana", b.asker), b.parties[0], ""))
		b.post("mana", "/parties/import/apply", fields...)
		b.has(b.page("mana", "/parties?text=Q1", 200), "新規, 銀行")
		b.has(b.page("mana", "/parties/"+b.parties[1], 200), "機関1改", "critical")
	})
}

// An institution adds a vendor, asks it, and gives its first person a link; nobody else
// sees the vendor, and no second link is made once it has people.
func TestInstitutionBringsInAVendor(t *testing.T) {
	eachAsker(t, org.Institution, func(b *askerBench) {
		at := b.post("mana", "/parties/new", "code", "V1", "bond", "vendor", "name_ja", "委託先甲", "sector", "it")
		if w := b.send("mana", "/parties/new", fieldsOf("code", "V1", "bond", "vendor", "name_ja", "乙")); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a code was taken twice: %d", w.Code)
		}
		b.has(b.page("mana", at, 200), "委託先甲", "最初の利用者を招待", "まだありません")
		w := b.send("mana", at+"/invite", fieldsOf("email", "first@vendor.example"))
		links := regexp.MustCompile(`/invitation/[A-Za-z0-9_.-]+`).FindString(w.Body.String())
		b.has(b.send("", links, nil).Body.String(), "first@vendor.example", "委託先甲")
		b.send("mana", at+"/invite", fieldsOf("email", "other@vendor.example"))
		if w := b.send("", links, nil); w.Code != http.StatusNotFound {
			t.Errorf("an earlier link still works: %d", w.Code)
		}
		b.post("mana", at+"/flags", "flag", "critical", "since", "2026-01-01")
		b.has(b.page("mana", at, 200), "critical")
		id := strings.TrimPrefix(at, "/parties/")
		b.person(id, "vera", "administrator", "manager")
		if page := b.page("mana", at, 200); strings.Contains(page, "最初の利用者を招待") {
			t.Error("a link is offered for an organisation that has people")
		}
		b.page("anri", at, 200)
		b.page("vera", "/parties/"+b.parties[0], 404)
		b.page("vera", at, 404)
		if w := b.send("vera", at+"/end", fieldsOf("until", "2026-12-01")); w.Code != http.StatusNotFound {
			t.Errorf("another organisation ended a tie: %d", w.Code)
		}
		if w := b.send("anri", at+"/end", fieldsOf("until", "2026-12-01")); w.Code != http.StatusForbidden {
			t.Errorf("an analyst ended a tie: %d", w.Code)
		}
		b.post("mana", at+"/end", "until", "2026-11-24")
		if strings.Contains(b.page("mana", "/parties", 200), "委託先甲") {
			t.Error("an ended tie is listed as current")
		}
		b.has(b.page("mana", "/parties?ended=1", 200), "委託先甲")
		w = b.send("mana", "/parties?format=csv", nil)
		if !strings.HasPrefix(w.Body.String(), "\ufeff機関コード,名称,") {
			t.Errorf("%q", w.Body.String())
		}
	})
}
