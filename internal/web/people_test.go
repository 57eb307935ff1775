package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/org"
)

// The list of people is searched, paged and saved; roles are offered by what the
// organisation is.
func TestPeople(t *testing.T) {
	eachSelf(t, func(b *selfBench) {
		for i := range 52 {
			b.member(b.orgs[0], fmt.Sprintf("p%02d@example.jp", i), authz.Checker)
		}
		b.clock.Advance(time.Minute)
		w := b.want(http.StatusOK, b.tokens[0], "/people")
		if body := w.Body.String(); !strings.Contains(body, "利用者の一覧（53名）") || strings.Contains(body, "p51@") || !strings.Contains(body, "page=2") {
			t.Error("the list is not paged")
		}
		if body := b.want(http.StatusOK, b.tokens[0], "/people?page=2").Body.String(); !strings.Contains(body, "p51@") {
			t.Error("the second page lacks whom the first has not")
		}
		found := b.want(http.StatusOK, b.tokens[0], "/people?text=P07&role=checker").Body.String()
		if !strings.Contains(found, "p07@example.jp") || strings.Contains(found, "p08@example.jp") {
			t.Error("the search finds someone else")
		}
		if !strings.Contains(b.want(http.StatusOK, b.tokens[0], "/people?text=p07&role=approver").Body.String(), "該当する利用者はいません") {
			t.Error("the role is not looked at")
		}
		saved := b.want(http.StatusOK, b.tokens[0], "/people?text=p1&format=csv").Body.String()
		if strings.Count(saved, "\n") != 11 || !strings.Contains(saved, "p11@example.jp,p11@example.jp,,checker,ja,") {
			t.Errorf("saved:\n%s", saved)
		}
		if body := w.Body.String(); !strings.Contains(body, `name="role" value="respondent"`) || !strings.Contains(body, `name="role" value="supervisor"`) {
			t.Error("an institution, which may ask its vendors, is not offered every role")
		}
		seat, err := b.Orgs.Add(context.Background(), b.DB.Common(), org.Organisation{Kind: org.Authority, NameJA: "当局"})
		b.must(err)
		_, token := b.member(seat, "authority@example.jp", authz.Administrator)
		body := b.want(http.StatusOK, token, "/people").Body.String()
		if strings.Contains(body, `name="role" value="respondent"`) || !strings.Contains(body, `name="role" value="supervisor"`) {
			t.Error("an authority that files nothing is offered people who answer")
		}
		b.want(http.StatusUnprocessableEntity, token, "/people/invite", "email", "new@example.jp", "role", "respondent")
	})
}
