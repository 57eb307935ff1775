package app

import (
	"net/http/httptest"
	"strings"
	"testing"

	"yagura/internal/storetest"
)

// The first page says what waits for whom, and to an asker who is behind and what breaks.
func TestFirstPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 40)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		has := func(page string, words ...string) {
			t.Helper()
			for _, w := range words {
				if !strings.Contains(page, w) {
					t.Errorf("the page lacks %q", w)
				}
			}
		}
		has(visit(t, srv, s, respondent).get("/"), "あなたの対応を待っているもの", "回答を入力し、入力完了にしてください。", "次の報告：")
		if page := visit(t, srv, s, checker).get("/"); strings.Contains(page, "入力完了にしてください") {
			t.Error("a checker is asked to answer")
		}
		has(visit(t, srv, s, manager).get("/"), "回答の進み具合", "?standing=open", "発生しているインシデント")
		if page := visit(t, srv, s, manager).get("/"); strings.Contains(page, sectorTop) {
			t.Error("a manager is shown the part of third parties, which it may not read")
		}
		anri := visit(t, srv, s, analyst)
		has(anri.get("/"), sectorTop)
		part := anri.get(sectorTop)
		has(part, "72時間停止の影響")
		if strings.Contains(part, "<html") {
			t.Error("the part is a whole page")
		}
	})
}

const sectorTop = "/sector/thirdparties/top"
